"""A build in a few lines."""

from __future__ import annotations

from itertools import groupby

from relionc.cli.say import on_one_line
from relionc.emit.shell import pasted_path
from relionc.lower.modes import mode_of
from relionc.plan.words import plural
from relionc.slurm.times import format_time
from relionc.spec.points import NO_POINTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from relionc.plan.model import Group, JobPlan
    from relionc.spec.points import Points
    from relionc.store.build_dir import Written

MIB = 1024

Row: TypeAlias = tuple[str, ...]
"""Texts of a job, its name first."""


def job_lines(plans: Sequence[JobPlan], points: Points = NO_POINTS) -> str:
    """Return two lines for each job: its layout, and what it takes of each node; points that are alike share them."""
    said = [(plan.job.name, "  ".join(_layout(plan)), " · ".join(_takes(plan))) for plan in plans]
    groups = alike(said, points)
    names = [called([name for name, *_ in group], points) for group in groups]
    width = max(map(len, names), default=0)
    lines: list[str] = []
    for name, group in zip(names, groups, strict=True):
        _, layout, takes = group[0]
        lines.append(f"{name:<{width}}  {layout}")
        if takes:
            lines.append(" " * width + "  " + takes)
    return "".join(f"{on_one_line(line)}\n" for line in lines)


def alike(rows: Sequence[Row], points: Points) -> list[list[Row]]:
    """Return rows that begin with a job's name, in groups: points of one job that say the same, one after another."""

    def kind(row: Row) -> tuple[str, ...]:
        name, *rest = row
        point = points.named.get(name)
        return (name if point is None else point.job, *rest)

    return [[*group] for _, group in groupby(rows, kind)]


def called(names: Sequence[str], points: Points) -> str:
    """Return what a group of points is called; of those in tables, how many they are."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    tables = [points.tables[name] for name in names if name in points.tables]
    return names[0] + more + (f" ({sum(len(each.names) for each in tables):,} points)" if tables else "")


def _layout(plan: JobPlan) -> list[str]:
    words = [plan.mode, nodes(plan), _ranks(plan)]
    if plan.gpus.used:
        words.append(plural(gpus(plan), "GPU"))
    if plan.time_s is not None:
        words.append(format_time(plan.time_s))
    return words


def nodes(plan: JobPlan) -> str:
    """Return the nodes of a job by type; a hetjob's leader has one of its own."""
    counts = [plan.nodes] if plan.leader is None else [1, plan.nodes - 1]
    return " + ".join(
        f"{count} x {group.node_type}" for count, group in zip(counts, plan.groups, strict=True)
    )


def gpus(plan: JobPlan) -> int:
    """Return the number of GPUs that are allocated, on all nodes."""
    return (plan.nodes - (plan.leader is not None)) * plan.workers.gpus_per_node


def _ranks(plan: JobPlan) -> str:
    text = plural(plan.ntasks, "rank")
    if plan.placement.has_leader:
        text += f" (1 leader + {plural(plan.ntasks - 1, 'worker')})"
    return f"{text} x {plural(plan.cpus_per_task, 'CPU')}"


def _takes(plan: JobPlan) -> list[str]:
    """Return the memory and scratch of a node, where they are asked for."""
    group, mode = plan.workers, mode_of(plan)
    words = [_leader(plan.leader) if plan.leader else "", mode.task(plan)]
    if group.memory_mib is not None:
        need, there = plan.memory.assumed_gib, group.node_memory_mib / MIB
        words.append("memory per node: " + amounts(need, group.memory_mib / MIB, there))
    if group.scratch_gib:
        need = sum(term.gib for term in plan.scratch.terms)
        words.append("scratch per node: " + amounts(need, group.scratch_gib, group.node_scratch_gib))
    return [word for word in (*words, mode.caution(plan)) if word]


def amounts(needed: float, asked: float, there: float) -> str:
    """Return what is needed, asked for and there of something, in GiB: only what is known (not 0)."""
    named = ((needed, "needed"), (asked, "asked for"), (there, "there"))
    return (
        ", ".join(f"{'under 1' if value < 1 else f'{value:,.0f}'} {name}" for value, name in named if value)
        + " (GiB)"
    )


def _leader(group: Group) -> str:
    """Return what the leader of a hetjob takes of its own node."""
    asked = group.memory_mib
    memory = f", {asked / MIB:.0f} of {group.node_memory_mib / MIB:.0f} GiB" if asked is not None else ""
    return f"the leader's node: {plural(group.cpus_per_task, 'CPU')}{memory}"


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
