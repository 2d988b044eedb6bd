"""A job for RELION's own window: a template that says its whole plan, and the options of its queue in the job file.

Whoever presses Run there submits the layout that was planned, under the number that RELION gives the job.
"""

from __future__ import annotations

from relionc.catalog.queue import load_queue
from relionc.ir import Directive, ShellRef, Window
from relionc.lower import launch
from relionc.queue_template import plans as in_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.queue import Queue
    from relionc.expr import AnyText
    from relionc.ir import Bundle, JobArtifacts, Script
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

SCRIPT = "gui.sh"
"""What the template of a job is called in its folder of the build."""
_AFRESH = ("requeue", "signal", "no-requeue")
"""What only the guard of relionc's own scripts can make use of: RELION begins a job that Slurm starts again afresh."""


def has_window(plan: JobPlan, cluster: Cluster) -> bool:
    """Tell whether RELION's window can hand a job to the queue."""
    name, _ = load_queue(plan.job.type.version).options["template"]
    return cluster.scheduler == "slurm" and not plan.job.interactive and name in plan.job.type.options


def options(plan: JobPlan, texts: Mapping[str, AnyText], cluster: Cluster, folder: str) -> dict[str, AnyText]:
    """Return RELION's texts with the queue's; `folder` is that of the build, as RELION's project sees it."""
    found = in_template.options(plan, texts)
    facts = load_queue(plan.job.type.version).options
    values = {"template": f"{folder}/{plan.job.name}/{SCRIPT}", "submit": "sbatch"}
    found |= {
        facts[role][0]: text for role, text in values.items() if facts[role][0] in plan.job.type.options
    }
    scratch = plan.job.type.option_of_role("scratch_dir")
    if scratch is not None and plan.scratch.folder:
        words = launch.scratch_of_workers(plan, cluster)
        found[scratch.key] = "".join(
            f"${{{part.name}}}" if isinstance(part, ShellRef) else str(part) for part in words
        )
    return found


def of_relions_folder(plan: JobPlan) -> JobPlan:
    """Return a plan of a job whose folder is the one that RELION gives it."""
    return plan._replace(job=plan.job._replace(output=load_queue(plan.job.type.version).folder, project=""))


def put_in(bundle: Bundle, of_window: Bundle, plans: Sequence[JobPlan], cluster: Cluster) -> Bundle:
    """Return a bundle with the templates; `of_window` is the same one for RELION's own folders."""
    jobs = [
        job._replace(window=_window(plan, other, cluster)) if has_window(plan, cluster) else job
        for job, other, plan in zip(bundle.jobs, of_window.jobs, plans, strict=True)
    ]
    return bundle._replace(jobs=tuple(jobs))


def _window(plan: JobPlan, job: JobArtifacts, cluster: Cluster) -> Window:
    queue, script = load_queue(plan.job.type.version), job.script
    starts = ("launch",) if script.guard.launch else ()
    if not starts:
        (step,) = launch.steps(plan, [(job.commands[0], False)], cluster)
        words = step.launcher[: len(step.launcher) - len(script.guard.wrapper)]
    else:
        words = (starts,)
    return Window(
        script=script._replace(directives=tuple(_directives(script, queue))),
        folder=queue.folder,
        launcher=(*words, *script.guard.wrapper),
        command=queue.command,
        in_shell=bool(script.guard.wrapper),
    )


def _directives(script: Script, queue: Queue) -> Iterator[Directive]:
    """Yield the directives, with RELION's files for the output; those of a further group follow as they are."""
    for each in script.directives:
        if each.name == "output":
            yield Directive("output", queue.output)
            yield Directive("error", queue.errors)
        elif each.name not in _AFRESH:
            yield each
