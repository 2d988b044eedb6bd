"""The last stages of the compiler: what is written, as data and as bytes. Only a build loads this."""

from __future__ import annotations

from relionc import __version__, emit
from relionc.lower import plan_json, script
from relionc.lower.commands import relion_commands
from relionc.lower.guard import continued
from relionc.lower.jobfile import job_file
from relionc.pipeline.stages import CommandsAsked, there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.ir import Bundle, JobArray
    from relionc.lower.commands import RelionCommands
    from relionc.pipeline.run import Run
    from relionc.pipeline.stages import Progress
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedSpec


def bundle(at: Progress) -> Bundle:
    """Put together what will be written, as data."""
    plans: Sequence[JobPlan] = at.plans
    origin = script.Origin(at.request.name, __version__)
    options = _for_window(at) if at.request.window else at.options
    commands: Mapping[str, RelionCommands] = at.commands
    if any(plan.job.table for plan in plans):
        plans, options = _of_any_point(plans, options)
        commands = CommandsAsked(plans, options)
    resumed = _resumed(plans, at.options if at.request.window else options)  # a window has no tables
    job_files = {
        plan.job.name: job_file(plan.job.type, options[plan.job.name], is_continue=plan.job.is_continue)
        for plan in plans
    }
    arrays = () if at.request.template else _arrays(there(at.spec), plans, there(at.cluster))
    made = script.bundle(
        plans, commands, job_files, there(at.cluster), origin=origin, resumed=resumed, arrays=arrays
    )
    made = _in_tables(made, at.plans, there(at.cluster))
    if at.queue_scripts:
        from relionc.queue_template import plans as in_template

        made = in_template.put_in(made, at.queue_scripts, plans)
    if at.request.window:
        from relionc.queue_template import window

        theirs = [window.of_relions_folder(plan) for plan in plans]
        other = script.bundle(theirs, at.commands, job_files, there(at.cluster), origin=origin)
        made = window.put_in(made, other, plans, there(at.cluster))
    return made._replace(plan=_plan_object(there(at.spec), at.plans, there(at.cluster), arrays))


def _of_any_point(
    plans: Sequence[JobPlan], options: Mapping[str, Mapping[str, AnyText]]
) -> tuple[Sequence[JobPlan], Mapping[str, Mapping[str, AnyText]]]:
    """Return plans and options with whichever point of a table in the place of its first one."""
    from relionc.lower.table import of_any_point
    from relionc.spec.columns import with_references

    changed = {
        plan.job.name: with_references(plan.job.table, options[plan.job.name])
        for plan in plans
        if plan.job.table
    }
    made = [
        of_any_point(plan, with_references(plan.job.table, plan.job.options)) if plan.job.table else plan
        for plan in plans
    ]
    return made, {**options, **changed}


def _in_tables(made: Bundle, plans: Sequence[JobPlan], cluster: Cluster) -> Bundle:
    """Return a bundle with the scripts for the points of tables."""
    if not any(plan.job.table for plan in plans):
        return made
    from relionc.lower.table import in_table, submission

    both = zip(made.jobs, made.submissions, plans, strict=True)
    rows = [(in_table(job, plan, cluster), submission(each, plan, cluster)) for job, each, plan in both]
    return made._replace(jobs=tuple(job for job, _ in rows), submissions=tuple(each for _, each in rows))


def _for_window(at: Progress) -> dict[str, Mapping[str, AnyText]]:
    """Return RELION's text for every option, by job, with the queue's where its window can use that."""
    from relionc.queue_template import window

    cluster, folder = there(at.cluster), at.request.window
    return {
        plan.job.name: window.options(plan, at.options[plan.job.name], cluster, folder)
        if window.has_window(plan, cluster)
        else at.options[plan.job.name]
        for plan in at.plans
    }


def _resumed(
    plans: Sequence[JobPlan], options: Mapping[str, Mapping[str, AnyText]]
) -> dict[str, RelionCommands]:
    """Return the commands with which RELION goes on with jobs that were stopped, of those with which it can."""
    made: dict[str, RelionCommands] = {}
    for plan in plans:
        going_on = continued(plan, options[plan.job.name])
        if going_on is not None:
            made[plan.job.name] = relion_commands(
                plan.job.type, going_on, output=plan.job.output, is_continue=True
            )
    return {name: commands for name, commands in made.items() if not commands.refusals}


def plan_object(spec: ResolvedSpec, plans: Sequence[JobPlan], cluster: Cluster) -> Mapping[str, object]:
    """Return the object of plan.json."""
    return _plan_object(spec, plans, cluster, _arrays(spec, plans, cluster))


def _plan_object(
    spec: ResolvedSpec, plans: Sequence[JobPlan], cluster: Cluster, arrays: Sequence[JobArray]
) -> Mapping[str, object]:
    name = spec.path.rpartition("/")[2]
    tasks: dict[str, Mapping[str, object]] = {}
    if arrays:
        from relionc.lower import arrays as job_arrays

        tasks |= job_arrays.in_plan(arrays)
    if spec.points.tables:
        from relionc.lower import table

        tasks |= {plan.job.name: table.in_plan(plan, cluster) for plan in plans if plan.job.table}
    return plan_json.plan_object(plans, spec=name, cluster=cluster.name, relion=spec.relion, arrays=tasks)


def _arrays(spec: ResolvedSpec, plans: Sequence[JobPlan], cluster: Cluster) -> tuple[JobArray, ...]:
    """Return the job arrays of sweeps; scripts by a template of RELION's or of the site are one job each."""
    if not spec.points.named:
        return ()
    from relionc.lower.arrays import arrays

    swept = {name: point.job for name, point in spec.points.named.items()}
    return arrays(plans, swept, spec.points.limits, cluster)


def files(at: Progress, run: Run) -> dict[str, bytes]:
    """Write out the files of the build: path below its directory → content."""
    made, template = there(at.bundle), at.request.script_template
    if template is None:
        return emit.files(made)
    from relionc.pipeline.template import files_by_script_template

    return files_by_script_template(made, template, run)
