"""JobPlan and commands → scripts, hostfiles and submissions."""

from __future__ import annotations

from types import MappingProxyType

from relionc.expr.refs import Units
from relionc.ir import Allocation, Bundle, JobArtifacts, Script, Submission, Word
from relionc.lower import directives, launch
from relionc.lower.guard import files_of, guard, identities
from relionc.lower.modes import mode_of
from relionc.lower.project_job import project_job
from relionc.lower.shell_words import anywhere, path_word, profile_word, word
from relionc.plan.words import plural
from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from relionc.ir import CommandLine, JobArray, JobFile
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

    class JobCommands(Protocol):
        """The commands of a job; `parallel` says of each whether the launcher goes in front.

        The nodes are the files that it reads and makes, as path and RELION's word for the kind.
        """

        @property
        def commands(self) -> tuple[CommandLine, ...]:
            """The commands, in the order in which they run."""

        @property
        def parallel(self) -> tuple[bool, ...]:
            """One flag per command."""

        @property
        def input_nodes(self) -> tuple[tuple[str, str], ...]:
            """What it reads."""

        @property
        def output_nodes(self) -> tuple[tuple[str, str], ...]:
            """What it makes."""


class Origin(NamedTuple):
    """What the scripts say of where they come from: the spec (an absolute path loses its folders), our version."""

    spec: str
    version: str


_SUBMIT = (("sbatch",), ("--parsable",))
_DEPENDENCY = ("--dependency=afterok:{ids}", "--kill-on-invalid-dep=yes")


def bundle(
    plans: Sequence[JobPlan],
    commands: Mapping[str, JobCommands],
    job_files: Mapping[str, JobFile],
    cluster: Cluster,
    *,
    origin: Origin,
    resumed: Mapping[str, JobCommands] = MappingProxyType({}),
    arrays: Sequence[JobArray] = (),
) -> Bundle:
    """Return everything that is written for one spec.

    `commands` and `job_files` are by job name; `resumed` are the commands with which RELION goes on, of the jobs
    that can; `arrays` are the points that are submitted together. The caller adds `plan` (`_replace`).
    """
    known = identities(plans)
    outputs = _Folders([folder for plan in plans for folder in _folders(plan)])
    return Bundle(
        jobs=tuple(
            _artifacts(
                plan,
                (commands[plan.job.name], resumed.get(plan.job.name)),
                job_files[plan.job.name],
                cluster,
                origin,
                known[plan.job.name],
            )
            for plan in plans
        ),
        submissions=tuple(
            each._replace(inputs=tuple(_inputs_from_here(plan, commands[each.job], outputs)))
            for each, plan in zip(submissions(plans, cluster), plans, strict=True)
        ),
        header=(f"Starts the jobs of {anywhere(origin.spec)}, in order.", _made_by(origin)),
        arrays=tuple(_with_header(each, plans, origin) for each in arrays),
    )


def _with_header(array: JobArray, plans: Sequence[JobPlan], origin: Origin) -> JobArray:
    first = next(plan for plan in plans if plan.job.name == array.points[0])
    kind = first.job.type
    what = f"{plural(len(array.points), 'point')} of {array.job}, {kind.title} of RELION {kind.version}"
    return array._replace(
        header=(f"{what}, from {anywhere(origin.spec)}", f"each {describe(first)}", _made_by(origin))
    )


def _artifacts(
    plan: JobPlan,
    both: tuple[JobCommands, JobCommands | None],
    job_file: JobFile,
    cluster: Cluster,
    origin: Origin,
    identity: str,
) -> JobArtifacts:
    relion_commands, resumed = both
    commands = tuple(launch.on_workers(plan, command, cluster) for command in relion_commands.commands)
    return JobArtifacts(
        job=plan.job.name,
        script_name=script_name(plan, cluster),
        script=_script(plan, commands, relion_commands.parallel, cluster, origin)._replace(
            guard=guard(plan, relion_commands, resumed, cluster, identity)
        ),
        commands=commands,
        hostfile=launch.hostfile_rows(plan.placement, _pinned_hosts(plan)),
        job_file=job_file,
        allocation=_allocation(plan, cluster, origin),
        project_job=project_job(plan, relion_commands, job_file),
    )


def script_name(plan: JobPlan, cluster: Cluster) -> str:
    """Return what the job's script is called: only sbatch starts a `run.sbatch`."""
    return "run.sbatch" if _batch(plan, cluster) else "run.sh"


def _batch(plan: JobPlan, cluster: Cluster) -> bool:
    return cluster.scheduler == "slurm" and not plan.job.interactive


def _script(
    plan: JobPlan,
    commands: Sequence[CommandLine],
    parallel: Sequence[bool],
    cluster: Cluster,
    origin: Origin,
) -> Script:
    inside = cluster.scheduler == "slurm" and plan.job.interactive
    return Script(
        job=plan.job.name,
        header=_header(plan, origin),
        directives=directives.batch(plan, cluster) if _batch(plan, cluster) else (),
        output_dir=word(plan.job.output),
        steps=launch.steps(plan, zip(commands, parallel, strict=True), cluster),
        environment=_environment(plan, cluster),
        exports=_exports(plan, parallel, cluster),
        hostfile=launch.hostfile_rule(plan, cluster),
        project=path_word(plan.job.project) if plan.job.project else None,
        needs="SLURM_JOB_ID" if inside else "",
        needs_help="run this inside the allocation that allocate.sh gets" if inside else "",
    )


def _header(plan: JobPlan, origin: Origin) -> tuple[str, ...]:
    kind = plan.job.type
    return (
        f"{plan.job.name}: {kind.title} of RELION {kind.version}, from {anywhere(origin.spec)}",
        describe(plan),
        _made_by(origin),
    )


def _made_by(origin: Origin) -> str:
    return f"Made by relionc {origin.version}: do not edit, change the spec and build again."


def describe(plan: JobPlan) -> str:
    """Return the layout in words."""
    mode, group = mode_of(plan), plan.workers
    tail = f", {plural(plan.cpus_per_task, 'CPU')} each" if plan.ntasks > 1 else ""
    if mode.task(plan):
        tail += f", in {mode.task(plan)}"
    if group.gpus_per_node:
        tail += f", {plural(group.gpus_per_node, f'{group.gpu_type} GPU'.strip())} per node"
    if plan.ntasks == 1:
        return f"{mode.name}: one task with {plural(plan.cpus_per_task, 'CPU')}{tail}"
    return f"{mode.name}: {plural(plan.ntasks, 'rank')}{mode.spread(plan)}{tail}"


def _environment(plan: JobPlan, cluster: Cluster) -> tuple[str, ...]:
    """Return the shell lines that make this RELION available."""
    return launch.modules_of(plan, cluster)


def _exports(plan: JobPlan, kinds: Sequence[bool], cluster: Cluster) -> tuple[tuple[str, Word], ...]:
    """Return what the script exports: the profile's, the launchers', and the CPUs that srun would forget.

    `kinds`: whether each command is parallel.
    """
    exports = {name: profile_word(value) for name, value in cluster.environment}
    for parallel in dict.fromkeys(kinds):
        exports |= {
            name: launch.filled(value, plan)
            for name, value in launch.exports(plan, cluster, parallel=parallel)
        }
    cpus = launch.cpus_of_srun(plan, cluster, parallel=any(kinds))
    if cpus:
        exports["SRUN_CPUS_PER_TASK"] = (str(cpus),)
    return tuple(exports.items())


def _pinned_hosts(plan: JobPlan) -> tuple[str, ...]:
    """Return the hosts that the user's `nodelist` names, in Slurm's usual order, where these are the job's nodes."""
    text = dict(plan.job.slurm).get("nodelist")
    if not text:
        return ()
    from relionc.slurm.hostlist import count_hosts, parse_hostlist

    try:
        return tuple(sorted(parse_hostlist(text))) if count_hosts(text) == plan.nodes else ()
    except SlurmSyntaxError:
        return ()


def _allocation(plan: JobPlan, cluster: Cluster, origin: Origin) -> Allocation | None:
    """Return the command that gets the nodes of an interactive job, where the profile has one."""
    if not (plan.job.interactive and cluster.scheduler == "slurm" and cluster.allocation):
        return None
    options = [f"--{name}" if value is None else f"--{name}={value}" for name, value in _asked(plan, cluster)]
    return Allocation(
        header=(
            f"Gets the nodes of {plan.job.name}, from {anywhere(origin.spec)}.",
            f"In the shell that it opens, run {plan.job.name}/run.sh.",
            _made_by(origin),
        ),
        command=(*map(profile_word, cluster.allocation), *((option,) for option in options)),
    )


def _asked(plan: JobPlan, cluster: Cluster) -> list[directives.Option]:
    return [(name, value) for name, value in directives.resources(plan, plan.workers, cluster) if value != ""]


def submissions(plans: Sequence[JobPlan], cluster: Cluster) -> tuple[Submission, ...]:
    """Return the jobs of submit.sh, in order.

    An interactive job is the user's to start, and so is every job that waits for one.
    """
    held: set[str] = set()
    before: set[str] = set()
    made = []
    for plan in plans:
        job, name = plan.job, plan.job.name
        waits = [other for other in job.after if other in held]
        if (job.interactive and cluster.scheduler == "slurm") or waits:
            held.add(name)
            made.append(_by_user(plan, cluster, waits))
        else:
            made.append(_submission(plan, cluster, before))
        before.add(name)
    return tuple(made)


def _submission(plan: JobPlan, cluster: Cluster, before: set[str]) -> Submission:
    queued = cluster.scheduler == "slurm"
    return Submission(
        job=plan.job.name,
        script=f"{plan.job.name}/{script_name(plan, cluster)}",
        output_dir=_output_from_here(plan),
        command=_SUBMIT if queued else (("bash",),),
        queued=queued,
        after=tuple(name for name in plan.job.after if name in before),
        dependency=_DEPENDENCY if queued else (),
    )


def _by_user(plan: JobPlan, cluster: Cluster, waits: Sequence[str]) -> Submission:
    """Return a job that submit.sh only talks about."""
    name = plan.job.name
    script = f"{name}/{script_name(plan, cluster)}"
    if waits:
        ended = f"{' and '.join(waits)} {'has' if len(waits) == 1 else 'have'} finished"
        note = f"{name}: start {script} when {ended}"
    elif cluster.allocation:
        note = f"{name} is interactive: start {name}/allocate.sh, and {script} in the shell that it opens"
    else:
        note = f"{name} is interactive: get an allocation, and start {script} in it"
    return Submission(job=name, script=script, output_dir=_output_from_here(plan), note=note)


def _output_from_here(plan: JobPlan) -> Word:
    return _from_here(plan, plan.job.output)


def _from_here(plan: JobPlan, path: str) -> Word:
    """Return a path of a job seen from where submit.sh runs: below the project, if the job names one."""
    project = plan.job.project
    if not project or path.startswith("/"):
        return word(path)
    units = Units(project, path)
    return path_word(units.leave(f"{units.enter(project).rstrip('/')}/{path}"))


def _folders(plan: JobPlan) -> Iterator[str]:
    """Yield the folder of a job, or those of all points of its table."""
    if plan.job.table is None:
        yield plan.job.output
    else:
        yield from (f"{plan.job.type.job_dir}/{name}/" for name in plan.job.table.names)


def _inputs_from_here(plan: JobPlan, commands: JobCommands, outputs: _Folders) -> Iterator[Word]:
    """Yield the files that a job reads and no job of the build makes."""
    for (path,) in files_of(commands.input_nodes):
        if isinstance(path, str) and not outputs.hold(path):
            yield _from_here(plan, path)


class _Folders:
    """Folders, each with a slash at its end."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._folders = frozenset(folders)
        self._lengths = {
            len(folder) for folder in self._folders
        }  # few, where a path may have thousands of folders

    def hold(self, path: str) -> bool:
        """Tell whether a path is in one of them."""
        return any(path[:length] in self._folders for length in self._lengths)
