"""A build in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.cli.say import on_one_line
from relionc.emit.shell import pasted_path
from relionc.plan.model import HETEROGENEOUS, LEADER, ONE_TASK_PER_NODE
from relionc.plan.words import plural
from relionc.slurm.times import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.plan.model import JobPlan, LeaderGroup
    from relionc.store.build_dir import Written

MIB = 1024


def job_lines(plans: Sequence[JobPlan]) -> str:
    """Return two lines for each job: its layout, and what it takes of each node."""
    width = max((len(plan.job.name) for plan in plans), default=0)
    lines: list[str] = []
    for plan in plans:
        lines.append(f"{plan.job.name:<{width}}  " + "  ".join(_layout(plan)))
        takes = " · ".join(_takes(plan))
        if takes:
            lines.append(" " * width + "  " + takes)
    return "".join(f"{on_one_line(line)}\n" for line in lines)


def _layout(plan: JobPlan) -> list[str]:
    words = [plan.mode, nodes(plan), _ranks(plan)]
    if plan.use_gpu:
        words.append(plural(gpus(plan), "GPU"))
    if plan.time_s is not None:
        words.append(format_time(plan.time_s))
    return words


def nodes(plan: JobPlan) -> str:
    """Return the nodes of a job by type; a hetjob's leader has one of its own."""
    leader = plan.leader_group
    if leader is None:
        return f"{plan.nodes} x {plan.node_type}"
    return f"1 x {leader.node_type} + {plan.nodes - 1} x {plan.node_type}"


def gpus(plan: JobPlan) -> int:
    """Return the number of GPUs that are allocated, on all nodes."""
    return (plan.nodes - (plan.leader_group is not None)) * plan.gpus_per_node


def _ranks(plan: JobPlan) -> str:
    workers = sum(rank.role != LEADER for rank in plan.ranks)
    text = plural(plan.ntasks, "rank")
    if workers < plan.ntasks:
        text += f" (1 leader + {plural(workers, 'worker')})"
    return f"{text} x {plural(plan.cpus_per_task, 'CPU')}"


def _takes(plan: JobPlan) -> list[str]:
    """Return the memory and scratch of a node, where they are asked for."""
    words: list[str] = []
    if plan.leader_group is not None:
        words.append(_leader(plan.leader_group))
    if plan.mode == ONE_TASK_PER_NODE:
        words.append(f"one task of {plural(plan.cpus_per_slot, 'CPU')} per node")
    asked = memory_per_node_mib(plan)
    if asked is not None:
        of = f" of {plan.node_memory_mib / MIB:.0f}" if plan.node_memory_mib else ""
        words.append(f"memory {asked / MIB:.0f}{of} GiB per node")
    if plan.scratch_gib:
        need = sum(term.gib for term in plan.scratch)
        words.append(f"scratch {f'{need:.0f} of ' if need else ''}{plan.scratch_gib} GiB per node")
    if plan.mode == HETEROGENEOUS and plan.nodes > 1:
        words.append("nodes as Slurm finds them empty")
    return words


def _leader(group: LeaderGroup) -> str:
    """Return what the leader of a hetjob takes of its own node."""
    asked = leader_memory_mib(group)
    memory = f", {asked / MIB:.0f} of {group.node_memory_mib / MIB:.0f} GiB" if asked is not None else ""
    return f"the leader's node: {plural(group.cpus, 'CPU')}{memory}"


def leader_memory_mib(group: LeaderGroup) -> int | None:
    """Return what the node of a hetjob's leader is asked for, in MiB; None where nothing is asked."""
    if group.mem_per_cpu_mib is None:
        return group.mem_per_node_mib
    return group.mem_per_cpu_mib * group.cpus


def memory_per_node_mib(plan: JobPlan) -> int | None:
    """Return what the fullest node is asked for, in MiB; None where nothing is asked."""
    if plan.mem_per_node_mib is not None:
        return plan.mem_per_node_mib
    return None if plan.mem_per_cpu_mib is None else plan.mem_per_cpu_mib * plan.cpus_per_node


def built(root: str, written: Written | None, total: int) -> str:
    """Return the last line of a build: what was written where, and what to do next."""
    done = "unchanged" if written is None else _done(written)
    said = f"{done} {on_one_line(root)}/ ({plural(total, 'file')})"
    return f"{said:<40} next: bash {pasted_path(f'{root}/submit.sh')}\n" + _kept(written)


def _done(written: Written) -> str:
    return "wrote" if written.new or written.changed or written.removed else "unchanged"


def _kept(written: Written | None) -> str:
    kept = written.kept if written else ()
    return "".join(f"kept {on_one_line(path)}: no longer made, but changed by hand\n" for path in kept)
