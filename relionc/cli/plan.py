"""`relionc plan`: the layout of each job as tables, with its sums and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.cli import say
from relionc.cli.build import BuildCall, compile_one, show
from relionc.cli.files import CallError
from relionc.cli.summary import MIB, gpus, job_lines, leader_memory_mib, memory_per_node_mib, nodes
from relionc.cli.table import table
from relionc.plan.model import LEADER, PEER
from relionc.plan.picture import gpu_bars
from relionc.slurm.times import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.pipeline import Compiled
    from relionc.plan.model import JobPlan, Rank, Reason, Term
    from relionc.source import Tree

FEW_RANKS = 64  # more are shown by node only
FEW_NODES = 20
FEW_TERMS = 2  # of a sum on one line


def run(call: BuildCall, *, others: bool = False) -> int:
    """Print the plan of one spec, with `others` also the layouts that were not chosen; returns the exit code."""
    try:
        result, _ = compile_one(call.specs[0], call, emit=False)
    except CallError as error:
        say.trouble(error)
        return 2
    show([result], call.format)
    if result.plan is None or result.cluster is None:
        return 1
    if call.format == "json":
        from relionc.emit.json_text import document

        say.json(document(result.plan))
    else:
        several = [_overview(result.plans)] if len(result.plans) > 1 else []
        say.result("\n".join([*several, *(_job(plan, result, others=others) for plan in result.plans)]))
    return 0


def _overview(plans: Sequence[JobPlan]) -> str:
    """One row per job of a spec with several: what it gets, and which of the others it waits for."""
    names = {plan.job.name for plan in plans}
    rows = [("job", "type", "nodes", "ranks", "CPUs each", "GPUs", "time", "waits for")]
    rows += [
        (
            plan.job.name,
            plan.job.type.name,
            nodes(plan),
            str(plan.ntasks),
            str(plan.cpus_per_task),
            str(gpus(plan)) if plan.use_gpu else "-",
            format_time(plan.time_s) if plan.time_s is not None else "-",
            ", ".join(name for name in plan.job.after if name in names) or "-",
        )
        for plan in plans
    ]
    return f"{len(plans)} jobs, in the order in which they are submitted\n\n{table(rows, indent=' ')}"


def _job(plan: JobPlan, result: Compiled, *, others: bool) -> str:
    kind = plan.job.type
    where = result.cluster.name if result.cluster else ""
    head = f"{plan.job.name}: {kind.title}, RELION {kind.version}, on {say.on_one_line(where)}\n"
    parts = [
        job_lines([plan]),
        _nodes(plan),
        _ranks(plan),
        _sums(plan),
        _reasons(plan, result.tree),
        _others(plan, result) if others else "",
        _missing(plan),
    ]
    return head + "\n" + "\n".join(part for part in parts if part)


def _nodes(plan: JobPlan) -> str:
    """One row per node: its ranks, and what they take of it."""
    rows: list[tuple[str, ...]] = [("node", "ranks", "", "GPUs in use", "CPUs", "memory")]
    rows += [
        _node(plan, node, [rank for rank in plan.ranks if rank.node == node]) for node in range(plan.nodes)
    ]
    if len(rows) > FEW_NODES:  # all alike: the first and the last say it
        left_out = (f"({len(rows) - FEW_NODES} more)", "", "", "", "", "")
        rows = [*rows[: FEW_NODES - 1], left_out, rows[-1]]
    return table(rows, indent=" ")


def _node(plan: JobPlan, node: int, here: Sequence[Rank]) -> tuple[str, ...]:
    gpus = 0 if here[0].role == LEADER and len(here) == 1 else plan.gpus_per_node
    leader = plan.leader_group if node == 0 else None
    there = leader.node_cpus if leader else plan.node_cpus
    cpus = str(sum(rank.cpus for rank in here)) + (f" of {there}" if there else "")
    total = sum(_of_rank(plan, rank) for rank in here)
    memory = f"{total:,.1f} GiB" if total else "-"
    return f"node[{node}]", _range(here), _roles(here), gpu_bars(here, gpus) or "-", cpus, memory


def _of_rank(plan: JobPlan, rank: Rank) -> float:
    terms = plan.memory_leader if rank.role == LEADER else plan.memory
    return sum(term.gib for term in terms)


def _roles(here: Sequence[Rank]) -> str:
    if here[0].role == LEADER and len(here) > 1:
        return "leader + workers"
    return here[0].role + "s" * (len(here) > 1)


def _ranks(plan: JobPlan) -> str:
    """One row per rank, where they are few enough to be read and not all alike."""
    alike = all(rank.role == PEER and not rank.gpus for rank in plan.ranks)
    if alike or plan.ntasks > FEW_RANKS:
        return ""
    rows = [("rank", "role", "node", "CPUs", "GPU")]
    rows += [
        (str(r.rank), r.role, f"node[{r.node}]", str(r.cpus), ",".join(map(str, r.gpus)) or "-")
        for r in plan.ranks
    ]
    return table(rows, indent=" ")


def _range(ranks: Sequence[Rank]) -> str:
    numbers = [rank.rank for rank in ranks]
    return f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"


def _sums(plan: JobPlan) -> str:
    """Memory of a rank and of the fullest node, scratch of a node: the terms and what they add up to."""
    lines: list[str] = []
    if plan.memory:
        led = plan.ranks[0].role == LEADER
        lines += _terms("memory per worker" if led else "memory per rank", plan.memory)
        lines += _terms("memory of the leader", plan.memory_leader) if led else []
        of = f" of {plan.node_memory_mib / MIB:,.0f}" if plan.node_memory_mib else ""
        lines.append(f"on the fullest node    {_of_fullest(plan)}{of} GiB{_without_assumed(plan)}")
    if plan.vram:
        lines += _on_gpu(plan)
    asked = memory_per_node_mib(plan)
    if asked is not None:
        lines.append(
            f"memory asked for       {_memory_asked(plan)} = {asked / MIB:,.1f} GiB on the fullest node"
        )
    if plan.leader_group is not None and (alone := leader_memory_mib(plan.leader_group)) is not None:
        lines.append(
            f"for the leader         {alone / MIB:,.1f} GiB on a {plan.leader_group.node_type} node of its own"
        )
    if plan.scratch:
        lines += _terms("scratch per node", plan.scratch)
    if plan.scratch_gib:
        lines.append(f"scratch asked for      {plan.scratch_gib} GiB per node")
    return "".join(f" {line}\n" for line in lines)


def _of_fullest(plan: JobPlan) -> str:
    mark = "~" if _without_assumed(plan) else ""
    return f"{mark}{plan.memory_node_assumed_gib:,.1f}"


def _without_assumed(plan: JobPlan) -> str:
    """Say how much of the sum is certain, where that is less than all."""
    if plan.memory_node_assumed_gib < plan.memory_node_gib + 0.05:
        return ""
    return f" ({plan.memory_node_gib:,.1f} without what is assumed, ~)"


def _on_gpu(plan: JobPlan) -> list[str]:
    each, most = sum(term.gib for term in plan.vram), plan.workers_per_gpu
    of = f" of {plan.vram_per_gpu_gib:,.0f}" if plan.vram_per_gpu_gib else ""
    sum_of = f"{most} workers x {each:,.1f} = " if most > 1 else ""
    return [
        *_terms("GPU memory per worker", plan.vram),
        f"on the busiest GPU     {sum_of}{most * each:,.1f}{of} GiB",
    ]


def _terms(title: str, terms: Sequence[Term]) -> list[str]:
    """Return a sum: on one line where it has few terms, else a line for each; `~` marks what is assumed."""
    if not terms:
        return []
    total = sum(term.gib for term in terms)
    marks = ("~" if term.assumed else "" for term in terms)
    shown = [f"{mark}{t.gib:,.1f} {t.label} ({t.formula})" for mark, t in zip(marks, terms, strict=True)]
    head = f"{title:<22} {total:,.1f} GiB = {shown[0]}"
    if len(shown) <= FEW_TERMS:
        return [" + ".join([head, *shown[1:]])]
    return [head, *(f"{'':<22} {'':>{len(f'{total:,.1f}')}}     + {text}" for text in shown[1:])]


def _others(plan: JobPlan, result: Compiled) -> str:
    from relionc.cli.others import others

    assert result.cluster is not None  # noqa: S101 - there is a plan, so there was a cluster
    return others(plan, result.cluster)


def _memory_asked(plan: JobPlan) -> str:
    if plan.mem_per_cpu_mib is None:
        return "per node"
    return f"{plan.mem_per_cpu_mib:,} MiB per CPU x {plan.cpus_per_node} CPUs"


def _reasons(plan: JobPlan, tree: Tree | None) -> str:
    rows = [(reason.name, reason.value, reason.how, _because(reason, tree)) for reason in plan.reasons]
    return " why\n" + table(rows, indent=" ") if rows else ""


def _because(reason: Reason, tree: Tree | None) -> str:
    """Return the line of the spec that fixed a value, or why the plan chose it."""
    span = tree.span(reason.route) if tree and reason.route else None
    return f"{tree.path}:{span.line}" if tree and span else reason.because


def _missing(plan: JobPlan) -> str:
    return f" not checked: {'; '.join(plan.not_checked)}\n" if plan.not_checked else ""
