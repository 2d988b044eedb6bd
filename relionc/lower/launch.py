"""How the commands of a job are started, and how their ranks are placed."""

from __future__ import annotations

from itertools import groupby

from relionc.ir import CommandLine, HostfileRule, ShellRef, Step, Word
from relionc.lower.modes import mode_of
from relionc.lower.shell_words import profile_word, reference, word
from relionc.site.launchers import has_daemons, start
from relionc.slurm import versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.plan.model import JobPlan, Placement
    from relionc.site.launchers import Start
    from relionc.site.types import Cluster, Launcher


def launcher_of(plan: JobPlan, cluster: Cluster, *, parallel: bool = True) -> Launcher | None:
    """Return what starts a command of the job; None: the program is run bare."""
    if not parallel:
        return cluster.launchers.get("serial")
    own = mode_of(plan).launcher
    if own:
        return cluster.launchers.get(own)
    uses = ["interactive"] if plan.job.interactive else []
    uses += ["gpu"] if plan.gpus.used else []
    return next((cluster.launchers[use] for use in (*uses, "batch") if use in cluster.launchers), None)


def start_of(plan: JobPlan, cluster: Cluster) -> Start | None:
    """Return how the launcher of a job starts its ranks; None: there is no launcher, or it cannot."""
    launcher = launcher_of(plan, cluster)
    if launcher is None:
        return None
    counted = _is_counted(plan)
    placed = start(launcher, placed=is_placed(plan, cluster), counted=counted)
    return placed or (start(launcher, placed=False, counted=counted) if plan.nodes == 1 else None)


def is_placed(plan: JobPlan, cluster: Cluster) -> bool:
    """Tell whether the launcher has to be told where the ranks of a job go."""
    return cluster.scheduler == "slurm" and mode_of(plan).is_placed(plan)


def _is_counted(plan: JobPlan) -> bool:
    """Tell whether the ranks of each node are known before Slurm has chosen the nodes."""
    return plan.placement.exact or plan.ntasks == 1


def hostfile_rule(plan: JobPlan, cluster: Cluster) -> HostfileRule | None:
    """Return the hostfile that a script writes for its launcher; None where the launcher reads none."""
    way = start_of(plan, cluster)
    if way is None or not way.row:
        return None
    node = cluster.node_types.get(plan.workers.node_type)
    return HostfileRule(
        path=hostfile_path(plan),
        shares=plan.placement.shares if _is_counted(plan) else (),
        leader=plan.placement.has_leader,
        row=way.row,
        cpus_per_rank=plan.cpus_per_task,
        cpus_per_core=node.threads_per_core if node else 1,
        variable=way.variable,
        unset=way.unset,
    )


def hostfile_path(plan: JobPlan) -> Word:
    """Return where the script writes its hostfile: beside the guard's other files, which are no results."""
    return (*word(plan.job.output), "relionc/hostfile")


def hostfile_rows(placement: Placement, hosts: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return one row per rank: its pinned host if there is one for every node, else `node[0]` and so on."""
    names = hosts if len(hosts) == placement.nodes else [f"node[{i}]" for i in range(placement.nodes)]
    return tuple(name for name, share in zip(names, placement.shares, strict=True) for _ in range(share))


def steps(plan: JobPlan, commands: Iterable[tuple[CommandLine, bool]], cluster: Cluster) -> tuple[Step, ...]:
    """Return each command behind the arguments of its launcher, and between them what programs run in.

    Those words end at the program: what a launcher is told of places has to stand before a container's.
    """
    wrapper = tuple(map(profile_word, wrapper_of(plan, cluster)))
    made = []
    for command, parallel in commands:
        launcher = launcher_of(plan, cluster, parallel=parallel)
        texts = _launcher_texts(plan, cluster, parallel=parallel)
        first = tuple(filled(text, plan, parallel=parallel) for text in texts)
        second = tuple(filled(text, plan) for text in launcher.workers) if launcher and parallel else ()
        made.append(Step((*first, *wrapper), command, (*second, *wrapper) if second else ()))
    return tuple(made)


def starts(plan: JobPlan, cluster: Cluster) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Return the words that start ranks of a program, and those that start it again in the second group of a hetjob."""
    launcher = launcher_of(plan, cluster)
    first = tuple(filled(text, plan) for text in _launcher_texts(plan, cluster, parallel=True))
    return first, tuple(filled(text, plan) for text in launcher.workers) if launcher else ()


def wrapper_of(plan: JobPlan, cluster: Cluster) -> tuple[str, ...]:
    """Return what the programs of a job run in: that of its nodes, or of the cluster."""
    node = cluster.node_types.get(plan.workers.node_type)
    return of_version(dict(node.wrapper) if node and node.wrapper else cluster.wrapper, plan)


def modules_of(plan: JobPlan, cluster: Cluster) -> tuple[str, ...]:
    """Return the lines that make the RELION of a job available on its nodes: theirs, or those of the cluster."""
    node = cluster.node_types.get(plan.workers.node_type)
    return of_version(dict(node.modules) if node and node.modules else cluster.modules, plan)


def of_version(by_version: Mapping[str, tuple[str, ...]], plan: JobPlan) -> tuple[str, ...]:
    """Return what a profile has for the RELION of a job, or for all others."""
    return by_version.get(plan.job.type.version, by_version.get("*", ()))


def on_workers(plan: JobPlan, command: CommandLine, cluster: Cluster) -> CommandLine:
    """Return a command in which the scratch folder is that of the workers' nodes, which are who copies to it.

    Each group of a hetjob has a job id of its own, and a site that makes a folder for every job makes it under that
    id on the nodes of the group; in the environment of all ranks, SLURM_JOB_ID is the first group's (Slurm 22.05,
    tried). How the variable is called for the workers, the launcher says.
    """
    scratch, theirs = word(plan.scratch.folder), scratch_of_workers(plan, cluster)
    if not scratch or scratch == theirs:
        return command
    return command._replace(words=tuple(theirs if each == scratch else each for each in command.words))


def scratch_of_workers(plan: JobPlan, cluster: Cluster) -> Word:
    """Return the scratch folder as the workers' nodes name it."""
    launcher = launcher_of(plan, cluster)
    names = dict(launcher.variables) if launcher else {}
    scratch = word(plan.scratch.folder)
    return tuple(
        reference(names.get(part.name, part.name)) if isinstance(part, ShellRef) else part for part in scratch
    )


def _launcher_texts(plan: JobPlan, cluster: Cluster, *, parallel: bool) -> tuple[str, ...]:
    """Return the arguments of a launcher, which does not see the variables that would mislead it.

    Once a hostfile is exported, srun would follow it for serial commands too.
    """
    way = start_of(plan, cluster)
    if parallel:
        return _without(versions.unset(cluster.slurm, plan.mode), way.words if way else ())
    serial = launcher_of(plan, cluster, parallel=False)
    return _without((way.variable,) if way and way.variable else (), serial.argv if serial else ())


def _without(names: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a command that is started without some variables."""
    return ("env", *(part for name in names for part in ("-u", name)), *words) if names and words else words


def exports(plan: JobPlan, cluster: Cluster, *, parallel: bool) -> tuple[tuple[str, str], ...]:
    """Return the variables for the launcher of a job's parallel or serial commands."""
    if parallel:
        way = start_of(plan, cluster)
        return way.exports if way else ()
    serial = launcher_of(plan, cluster, parallel=False)
    return serial.exports if serial else ()


def cpus_of_srun(plan: JobPlan, cluster: Cluster, *, parallel: bool) -> int:
    """Return the CPUs of each process that srun starts for a job; 0: there is no one number, or no srun.

    From Slurm 22.05 on, srun does not take --cpus-per-task over from the job; nor does the srun by which mpirun starts
    its daemons, one on each node, in whose CPUs the ranks then are. One number cannot be right for two groups of nodes.
    """
    if cluster.scheduler != "slurm" or plan.leader is not None:
        return 0
    launcher, group = launcher_of(plan, cluster) if parallel else None, plan.workers
    if launcher is None or not has_daemons(launcher):
        return group.cpus_per_task
    tasks = group.tasks_per_node or (1 if plan.ntasks == 1 else 0)
    return tasks * group.cpus_per_task


def filled(text: str, plan: JobPlan, *, parallel: bool = True) -> Word:
    """Return a launcher's text with its placeholders filled in."""
    if "{hostfile}" in text:
        before, _, after = text.partition("{hostfile}")
        return (*filled(before, plan), *hostfile_path(plan), *filled(after, plan))
    if "{" in text:
        for name, value in _values(plan, parallel=parallel).items():
            text = text.replace(f"{{{name}}}", str(value))
    return profile_word(text)


def _values(plan: JobPlan, *, parallel: bool) -> dict[str, int | str]:
    """Return the value of each placeholder; a serial command of a hetjob has the leader's node and CPUs."""
    leader, shares = plan.leader, plan.placement.shares
    if leader is not None and not parallel:
        return {"ntasks": 1, "cpus_per_task": leader.cpus_per_task, "nodes": 1}
    values: dict[str, int | str] = {
        "ntasks": plan.ntasks,
        "cpus_per_task": plan.cpus_per_task,
        "nodes": plan.nodes,
        "ranks_per_node": max(shares),
        "tasks_per_node": _tasks_per_node(shares),
    }
    return values | ({"workers": plan.ntasks - 1, "leader_cpus": leader.cpus_per_task} if leader else {})


def _tasks_per_node(shares: tuple[int, ...]) -> str:
    """Return the ranks of each node as Slurm's own variable has them: `5,4(x3)`."""
    runs = [(count, len([*nodes])) for count, nodes in groupby(shares)]
    return ",".join(f"{count}(x{nodes})" if nodes > 1 else f"{count}" for count, nodes in runs)
