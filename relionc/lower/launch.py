"""How the commands of a job are started, and how their ranks are placed."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from relionc.diag import Finding
from relionc.ir import CommandLine, HostfileRule, ShellRef, Step, Word
from relionc.lower.words import profile_word, reference, word
from relionc.plan.model import HETJOB, HOMOGENEOUS_PLUS_1, LEADER, ONE_TASK_PER_NODE
from relionc.site.launchers import has_daemons, start, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.diag import Route
    from relionc.plan.model import JobPlan
    from relionc.site.launchers import Start
    from relionc.site.types import Cluster, Launcher


_OF_MODE = {HETJOB: "hetjob", ONE_TASK_PER_NODE: "one_task_per_node"}
"""Modes that need a launcher of their own, and its name in a profile."""


def launcher_of(plan: JobPlan, cluster: Cluster, *, parallel: bool = True) -> Launcher | None:
    """Return what starts a command of the job; None: the program is run bare."""
    if not parallel:
        return cluster.launchers.get("serial")
    if plan.mode in _OF_MODE:
        return cluster.launchers.get(_OF_MODE[plan.mode])
    use = "interactive" if plan.job.interactive else "batch"
    return cluster.launchers.get(use) or cluster.launchers.get("batch")


def start_of(plan: JobPlan, cluster: Cluster) -> Start | None:
    """Return how the launcher of a job starts its ranks; None: there is no launcher, or it cannot."""
    launcher = launcher_of(plan, cluster)
    if launcher is None:
        return None
    counted = _is_counted(plan)
    placed = start(launcher, placed=_placed(plan, cluster), counted=counted)
    return placed or (start(launcher, placed=False, counted=counted) if plan.nodes == 1 else None)


def _placed(plan: JobPlan, cluster: Cluster) -> bool:
    """Tell whether ranks must be placed one by one; srun need not on the one node of an interactive job."""
    if cluster.scheduler != "slurm":
        return False
    return plan.mode == ONE_TASK_PER_NODE or (plan.mode == HOMOGENEOUS_PLUS_1 and not plan.job.interactive)


def _is_counted(plan: JobPlan) -> bool:
    """Tell whether the ranks of each node are known before Slurm has chosen the nodes."""
    return plan.placement == "exact" or plan.ntasks == 1


def hostfile_rule(plan: JobPlan, cluster: Cluster) -> HostfileRule | None:
    """Return the hostfile that a script writes for its launcher; None where the launcher reads none."""
    way = start_of(plan, cluster)
    if way is None or not way.row:
        return None
    node = cluster.node_types.get(plan.node_type)
    return HostfileRule(
        path=hostfile_path(plan),
        shares=shares(plan) if _is_counted(plan) else (),
        leader=plan.ranks[0].role == LEADER,
        row=way.row,
        cpus_per_rank=plan.cpus_per_task,
        cpus_per_core=node.threads_per_core if node else 1,
        variable=way.variable,
        unset=way.unset,
    )


def hostfile_path(plan: JobPlan) -> Word:
    """Return where the script writes its hostfile: beside the output, one per Slurm job."""
    return (*word(plan.job.output), "hostfile.", reference("SLURM_JOB_ID"))


def hostfile_rows(plan: JobPlan, hosts: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return one row per rank: its pinned host if there is one for every node, else `node[0]` and so on."""
    if len(hosts) == plan.nodes:
        return tuple(hosts[rank.node] for rank in plan.ranks)
    return tuple(f"node[{rank.node}]" for rank in plan.ranks)


def steps(plan: JobPlan, commands: Iterable[tuple[CommandLine, bool]], cluster: Cluster) -> tuple[Step, ...]:
    """Return each command with its launcher's words in front, and between them what programs run in.

    Those words end at the program: what a launcher is told of places has to stand before a container's.
    """
    wrapper = tuple(map(profile_word, of_version(cluster.wrapper, plan)))
    made = []
    for command, parallel in commands:
        launcher = launcher_of(plan, cluster, parallel=parallel)
        # A serial command of a hetjob runs on the leader's node, with the leader's CPUs.
        group = plan if parallel or plan.leader_group is None else groups(plan)[0]
        first = tuple(filled(text, group) for text in _launcher_texts(plan, cluster, parallel=parallel))
        second = tuple(filled(text, plan) for text in launcher.workers) if launcher and parallel else ()
        made.append(Step((*first, *wrapper), command, (*second, *wrapper) if second else ()))
    return tuple(made)


def of_version(by_version: Mapping[str, tuple[str, ...]], plan: JobPlan) -> tuple[str, ...]:
    """Return what a profile has for the RELION of a job, or for all others."""
    return by_version.get(plan.job.type.version, by_version.get("*", ()))


def groups(plan: JobPlan) -> tuple[JobPlan, ...]:
    """Return the groups of nodes that Slurm allocates, each as a plan: of a hetjob the leader's and the workers'."""
    leader = plan.leader_group
    if leader is None:
        return (plan,)
    alone = plan._replace(
        partition=leader.partition,
        node_type=leader.node_type,
        constraint=leader.constraint,
        nodes=1,
        ntasks=1,
        slots=1,
        ntasks_per_node=1,
        cpus_per_task=leader.cpus,
        gpus_per_node=0,
        mem_per_cpu_mib=leader.mem_per_cpu_mib,
        mem_per_node_mib=leader.mem_per_node_mib,
        node_memory_mib=leader.node_memory_mib,
        node_cpus=leader.node_cpus,
        scratch_gib=leader.scratch_gib,
        exclusive=False,
        leader_group=None,
    )
    workers = plan._replace(
        nodes=plan.nodes - 1, ntasks=plan.ntasks - 1, slots=plan.slots - 1, leader_group=None
    )
    return alone, workers


def on_workers(plan: JobPlan, command: CommandLine, cluster: Cluster) -> CommandLine:
    """Return a command in which the scratch folder is that of the workers' nodes, which are who copies to it.

    Each group of a hetjob has a job id of its own, and a site that makes a folder for every job makes it under that
    id on the nodes of the group; in the environment of all ranks, SLURM_JOB_ID is the first group's (Slurm 22.05,
    tried). How the variable is called for the workers, the launcher says.
    """
    launcher = launcher_of(plan, cluster)
    names = dict(launcher.variables) if launcher else {}
    scratch = word(plan.scratch_dir)
    if not names or not scratch:
        return command
    theirs = tuple(
        reference(names.get(part.name, part.name)) if isinstance(part, ShellRef) else part for part in scratch
    )
    return command._replace(words=tuple(theirs if each == scratch else each for each in command.words))


def _launcher_texts(plan: JobPlan, cluster: Cluster, *, parallel: bool) -> tuple[str, ...]:
    """Return a launcher's words; once a hostfile is exported, srun would follow it for serial commands too."""
    way = start_of(plan, cluster)
    if parallel:
        return way.words if way else ()
    serial = launcher_of(plan, cluster, parallel=False)
    words = serial.argv if serial else ()
    return ("env", "-u", way.variable, *words) if words and way and way.variable else words


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
    if cluster.scheduler != "slurm" or plan.leader_group is not None:
        return 0
    launcher = launcher_of(plan, cluster) if parallel else None
    cpus = plan.cpus_per_slot or plan.cpus_per_task
    if launcher is None or not has_daemons(launcher):
        return cpus
    return plan.slots // plan.nodes * cpus if _is_counted(plan) else 0


def filled(text: str, plan: JobPlan) -> Word:
    """Return a launcher's text with its placeholders filled in."""
    if "{hostfile}" in text:
        before, _, after = text.partition("{hostfile}")
        return (*filled(before, plan), *hostfile_path(plan), *filled(after, plan))
    values: dict[str, int | str] = {
        "ntasks": plan.ntasks,
        "cpus_per_task": plan.cpus_per_task,
        "nodes": plan.nodes,
    }
    if "{ranks_per_node}" in text:
        values["ranks_per_node"] = max(shares(plan))
    if "{tasks_per_node}" in text:
        values["tasks_per_node"] = _tasks_per_node(plan)
    if plan.leader_group is not None:
        values |= {"workers": plan.ntasks - 1, "leader_cpus": plan.leader_group.cpus}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return profile_word(text)


def _tasks_per_node(plan: JobPlan) -> str:
    """Return the ranks of each node as Slurm's own variable has them: `5,4(x3)`."""
    runs = [(count, len([*nodes])) for count, nodes in groupby(shares(plan))]
    return ",".join(f"{count}(x{nodes})" if nodes > 1 else f"{count}" for count, nodes in runs)


def shares(plan: JobPlan) -> tuple[int, ...]:
    """Return the ranks of each node."""
    counts = Counter(rank.node for rank in plan.ranks)
    return tuple(counts[node] for node in range(plan.nodes))


def cannot_start(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    """Yield what keeps this cluster from starting the ranks of a plan where it says."""
    if plan.mode in _OF_MODE and launcher_of(plan, cluster) is None:
        yield Finding(
            code="RL651",
            message=f"the profile `{cluster.name}` does not say how to start the ranks of a {plan.mode} layout",
            route=_route(plan),
            help=f"use another `layout:`, or give the profile a launcher `{_OF_MODE[plan.mode]}`",
        )
    elif plan.mode == HETJOB:
        yield from _no_hetjob(plan)
    else:
        yield from _cannot_place(plan, cluster)


def _no_hetjob(plan: JobPlan) -> Iterator[Finding]:
    """Yield what does not go with a job of two groups of nodes."""
    leader = plan.leader_group
    if plan.job.interactive:
        message = "an interactive job cannot be a hetjob: its launcher knows one group of nodes"
        yield Finding(code="RL653", message=message, route=_route(plan), help="use another `layout:`")
    if dict(plan.job.slurm).get("nodelist"):
        message = "`nodelist` cannot say which of its nodes is the leader's, and which are the workers'"
        route = (*plan.job.route, "slurm", "nodelist")
        yield Finding(code="RL653", message=message, route=route, help="use `layout: homogeneous+1`")
    if leader and (leader.mem_per_cpu_mib is None) != (plan.mem_per_cpu_mib is None):
        message = (
            "Slurm starts no step over two groups of which one asks for memory by CPU, the other by node"
        )
        yield Finding(code="RL653", message=message, route=_route(plan), help="ask for both in the same way")


def _route(plan: JobPlan) -> Route:
    return plan.job.layout.route if plan.job.layout else plan.job.route


def _cannot_place(plan: JobPlan, cluster: Cluster) -> Iterator[Finding]:
    launcher = launcher_of(plan, cluster)
    if start_of(plan, cluster) is not None or (launcher is None and not _placed(plan, cluster)):
        return
    which = f"the launcher `{title(launcher) if launcher else '(none)'}` of cluster `{cluster.name}`"
    if _placed(plan, cluster):
        message = f"{which} cannot place ranks by a hostfile, which {plan.mode} on {plan.nodes} nodes needs"
        advice = "use `layout: homogeneous`, one node, or give the launcher `arbitrary` words in the profile"
    else:
        message = f"{which} is told how many nodes or ranks of each, which Slurm decides for {plan.mode}"
        advice = "use `layout: homogeneous`, or move these words of the launcher to its `arbitrary`"
    yield Finding(code="RL651", message=message, route=_route(plan), help=advice)
