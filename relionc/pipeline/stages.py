"""The stages of the compiler: what each makes of the values before it, and, in `STAGES`, their order.

bytes ─source→ Tree ─profile→ Cluster ─schema→ values ─spec→ ResolvedSpec ─rules→ (same)
─plan→ JobPlan* ─commands→ command lines ─ir→ Bundle ─files→ bytes
"""

from __future__ import annotations

from relionc import spec
from relionc.catalog import fast
from relionc.diag import ERROR, Finding
from relionc.lower.commands import NOT_ONE_WORD, Refusal, relion_commands
from relionc.lower.decided import options as decided_options
from relionc.pipeline import other_runs
from relionc.pipeline.profile import PROFILE, cluster_of
from relionc.pipeline.run import Kind, Stop
from relionc.pipeline.size import site_too_large, too_large
from relionc.plan import Known, plan_job
from relionc.record import NamedTuple
from relionc.schema import INCOMPLETE
from relionc.schema import check as check_schema
from relionc.source.values import as_mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import TypeVar

    from relionc.expr import AnyText
    from relionc.ir import Bundle, QueueScript
    from relionc.lower.commands import RelionCommands
    from relionc.pipeline.run import Request, Run
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.source import Tree
    from relionc.source.values import Plain
    from relionc.spec.model import ResolvedJob, ResolvedSpec

    Value = TypeVar("Value")


SPEC = Kind(
    "relionc",
    b"",
    "RL923",
    "this file is not a spec of relionc",
    "begin with `relionc: 1`",
    others=(PROFILE,),
)


class Progress(NamedTuple):
    """What the stages have made of a spec so far. Each adds its own value, and changes none of another."""

    request: Request
    tree: Tree | None = None
    cluster: Cluster | None = None
    readable: Mapping[str, Plain] | None = None  # what of the tree has the right shape
    left_out: tuple[str, ...] = ()  # jobs that have not
    spec: ResolvedSpec | None = None
    plans: tuple[JobPlan, ...] = ()
    options: Mapping[str, Mapping[str, AnyText]] = {}  # by job: RELION's text for every option
    commands: Mapping[str, RelionCommands] = {}  # by job
    queue_scripts: Mapping[str, QueueScript] = {}  # by job, where a template of RELION's makes them
    not_checked: tuple[str, ...] = ()  # what nobody can tell before the jobs are submitted
    bundle: Bundle | None = None
    files: Mapping[str, bytes] | None = None


class Stage(NamedTuple):
    """A step of the compiler: it takes what there is, and returns that with its own value."""

    name: str
    run: Callable[[Progress, Run], Progress]


def there(value: Value | None) -> Value:
    """Return a value of an earlier stage."""
    assert value is not None  # noqa: S101 - STAGES has them in the right order
    return value


def _source(at: Progress, run: Run) -> Progress:
    """Read the YAML; a spec that is too large is not looked at."""
    tree = run.load(at.request.path, at.request.data, SPEC)
    if at.request.settings:
        from relionc.source.overlay import put_in

        tree, wrong = put_in(tree, at.request.settings)
        run.diagnostics += wrong
    size = too_large(tree.value)
    if size is not None:
        run.refuse(size, tree)
    return at._replace(tree=tree)


def _profile(at: Progress, run: Run) -> Progress:
    """Find the cluster; without one the spec is still looked at, for what else is wrong."""
    tree = there(at.tree)
    return at._replace(cluster=cluster_of(at.request, tree, run) if isinstance(tree.value, dict) else None)


def _schema(at: Progress, run: Run) -> Progress:
    """Check the shape, and leave out the jobs that have not the right one."""
    tree = there(at.tree)
    wrong = check_schema("spec", tree.value)
    run.add(wrong, tree)
    if any(finding.code == INCOMPLETE for finding in wrong):
        raise Stop
    value, left_out = _readable(tree.value, wrong)
    if not value.get("jobs"):
        raise Stop
    return at._replace(readable=value, left_out=tuple(left_out))


def _readable(value: Plain, wrong: Sequence[Finding]) -> tuple[dict[str, Plain], list[str]]:
    """Return what of a spec has the right shape, and the names of the jobs that had to be left out."""
    whole = as_mapping(value)
    if not wrong:
        return whole, []
    from relionc.schema.prune import pruned

    rest = as_mapping(pruned(value, wrong))
    kept = as_mapping(rest.get("jobs"))
    return rest, [name for name in as_mapping(whole.get("jobs")) if name not in kept]


def _spec(at: Progress, run: Run) -> Progress:
    """Replace references and fill in defaults, for the jobs that are asked for."""
    tree, value, request = there(at.tree), there(at.readable), at.request
    resolved, findings = spec.resolve(
        value,
        path=request.path,
        relion=request.relion,
        disk=run.disk,
        left_out=at.left_out,
        tables=_may_have_tables(at),
    )
    if resolved is not None and resolved.points.named:
        run.points = resolved.points
        tree = tree._replace(links={**tree.links, **resolved.points.links()})
    run.add(findings, tree)
    if resolved is None or not _has_jobs(request, as_mapping(value["jobs"]), tree, run) or at.cluster is None:
        raise Stop
    asked = _only(resolved, request.jobs)
    size = site_too_large(at.cluster, asked.jobs)
    if size is not None:
        run.refuse(size, tree)
    return at._replace(spec=asked, tree=tree)


def _may_have_tables(at: Progress) -> bool:
    """Whether points of a sweep may share a script: one of relionc's own, for Slurm."""
    slurm = at.cluster is None or at.cluster.scheduler == "slurm"  # without one nothing is built
    return slurm and at.request.template is None and not at.request.window


def _has_jobs(request: Request, jobs: Collection[str], tree: Tree, run: Run) -> bool:
    missing = [name for name in request.jobs if name not in jobs]
    if missing:
        known = ", ".join(f"`{name}`" for name in jobs)
        message = f"there is no job `{missing[0]}` in this spec"
        found = Finding(code="RL801", message=message, route=("jobs",), on_key=True, help=f"it has {known}")
        run.add([found], tree)
    return not missing


def _only(resolved: ResolvedSpec, names: Sequence[str]) -> ResolvedSpec:
    """Return the spec with the named jobs alone; a job no longer waits for one that is not built."""
    if not names:
        return resolved
    names = [each for name in names for each in resolved.points.meant(name, "")]
    kept = [
        job._replace(after=tuple(other for other in job.after if other in names))
        for job in resolved.jobs
        if job.name in names
    ]
    return resolved._replace(jobs=tuple(kept))


def _rules(at: Progress, run: Run) -> Progress:
    """Apply the lint rules."""
    from relionc.rules import spec as rules

    run.add(rules.check(run.sound(there(at.spec).jobs), there(at.cluster)), there(at.tree))
    return at


def _plan(at: Progress, run: Run) -> Progress:
    """Choose the layout of each job."""
    tree, cluster, jobs = there(at.tree), there(at.cluster), run.sound(there(at.spec).jobs)
    known = Known(why=at.request.why, trace=at.request.trace, jobs=len(jobs))
    plans: list[JobPlan] = []
    for job in jobs:
        known.unheard = run.diagnostics.full
        plan, found = _planned(job, cluster, known)
        run.add(found, tree)
        if plan is not None:
            plans.append(plan)
    return at._replace(plans=tuple(plans))


def _planned(job: ResolvedJob, cluster: Cluster, known: Known) -> tuple[JobPlan | None, list[Finding]]:
    """Return the layout of a job whose requests the cluster can understand, and what is to be said of all that."""
    from relionc.rules import plan as rules_of_plan
    from relionc.rules import request

    asked = request.check(job, cluster)
    if any(finding.severity == ERROR for finding in asked):
        return None, asked
    plan, found = plan_job(job, cluster, known)
    return plan, [*asked, *found, *(rules_of_plan.check(plan, cluster) if plan else ())]


def _commands(at: Progress, run: Run) -> Progress:
    """Make RELION's command lines and find what keeps a script from being made: all that can be wrong is known now."""
    tree, cluster, plans = there(at.tree), there(at.cluster), at.plans
    options = {plan.job.name: _decided(plan, at.request, cluster) for plan in plans}
    commands = CommandsAsked(plans, options)
    run.add(commands.wrong(), tree)
    run.add(other_runs.check(plans, commands, run.disk), tree)
    run.stop_on_error()
    scripts: Mapping[str, QueueScript] = {}
    if at.request.queue_template is not None:
        from relionc.pipeline.template import queue_scripts

        scripts = queue_scripts(at.request.queue_template, plans, options, commands, cluster, tree, run)
    _report_unstarted([plan for plan in plans if plan.job.name not in scripts], cluster, tree, run)
    return at._replace(options=options, commands=commands, queue_scripts=scripts)


def _report_unstarted(plans: Sequence[JobPlan], cluster: Cluster, tree: Tree, run: Run) -> None:
    """Say what keeps these plans from becoming scripts, and stop then."""
    from relionc.rules import start

    run.report([finding for plan in plans for finding in start.check(plan, cluster)], tree)


def _decided(plan: JobPlan, request: Request, cluster: Cluster) -> dict[str, AnyText]:
    """Return RELION's text for every option, with what the plan decided; a template of RELION's is for a queue."""
    if request.queue_template is None:
        return decided_options(
            plan, queued=cluster.scheduler != "none", environment=dict(cluster.environment)
        )
    from relionc.queue_template import plans as in_template

    return in_template.options(
        plan, decided_options(plan, queued=True, environment=dict(cluster.environment))
    )


class CommandsAsked(dict[str, "RelionCommands"]):
    """The commands of each job, by its name; where nothing is to be said, they are made when somebody asks for them."""

    def __init__(self, plans: Sequence[JobPlan], options: Mapping[str, Mapping[str, AnyText]]) -> None:
        super().__init__()
        self._jobs = {plan.job.name: plan.job for plan in plans}
        self._options = options

    def __missing__(self, name: str) -> RelionCommands:
        job = self._jobs[name]
        self[name] = made = relion_commands(
            job.type, self._options[name], output=job.output, is_continue=job.is_continue
        )
        return made

    def wrong(self) -> list[Finding]:
        """Return what RELION itself would refuse, which is an error here."""
        return [finding for job in self._jobs.values() for finding in self._refused(job)]

    def _refused(self, job: ResolvedJob) -> list[Finding]:
        texts = self._options[job.name]
        if fast.accepts(job.type, texts, output=job.output, is_continue=job.is_continue):
            return []
        made = self[job.name]
        return [_refusal(job, refusal) for refusal in (*made.refusals, *map(_no_file, made.no_file))]


def _no_file(option: str) -> Refusal:
    """Refuse a command that reads from no file: RELION makes it, and no shell runs it."""
    message = "a command of the shell reads the file that it names, and it names none"
    return Refusal(NOT_ONE_WORD, message, option, "name the file")


def _refusal(job: ResolvedJob, refusal: Refusal) -> Finding:
    """Point at the option that RELION refuses, or at the job where the option was left out."""
    route = job.given.get(refusal.option)
    named = not refusal.option or refusal.option in f"{refusal.message} {refusal.help}"
    return Finding(
        code=refusal.code,
        message=refusal.message if named else f"`{refusal.option}`: {refusal.message}",
        route=route or (*job.route, "options"),
        on_key=route is None,
        help=refusal.help,
    )


def _ir(at: Progress, _: Run) -> Progress:
    """Put together what will be written, as data."""
    from relionc.pipeline import written

    return at._replace(bundle=written.bundle(at))


def _files(at: Progress, run: Run) -> Progress:
    """Write out the files of the build: path below its directory → content."""
    from relionc.pipeline import written

    return at._replace(files=written.files(at, run))


STAGES = (
    Stage("source", _source),
    Stage("profile", _profile),
    Stage("schema", _schema),
    Stage("spec", _spec),
    Stage("rules", _rules),
    Stage("plan", _plan),
    Stage("commands", _commands),
    Stage("ir", _ir),
    Stage("files", _files),
)
"""All of them, in their order."""
LAST_TO_FIND, LAST = "commands", STAGES[-1].name
"""The stage after which only a site's script template can be wrong, and the one that ends a build."""
