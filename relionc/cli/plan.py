"""`relionc plan`: the layout of each job as tables, with its sums and reasons."""

from __future__ import annotations

from itertools import groupby, islice

from relionc.cli import say
from relionc.cli.build import BuildCall, compile_one
from relionc.cli.data_lines import data_lines
from relionc.cli.options import CallError
from relionc.cli.summary import MIB, alike, called, gpus, job_lines, nodes
from relionc.cli.table import table
from relionc.cli.told import show
from relionc.pipeline import LAST_TO_FIND
from relionc.plan.amounts import gib
from relionc.plan.model import LEADER, PEER
from relionc.plan.picture import gpu_bars
from relionc.slurm.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from relionc.pipeline import Compiled
    from relionc.plan.model import Gpus, Group, JobPlan, Memory, Rank, Reason, Term
    from relionc.site.types import Cluster
    from relionc.source import Tree
    from relionc.spec.points import Points

FEW_RANKS = 64  # more are shown by node only
FEW_NODES = 20
FEW_TERMS = 2  # of a sum on one line


def run(call: BuildCall, *, others: bool = False, traced: bool = False) -> int:
    """Print the plan of one spec; returns the exit code.

    `others`: also the layouts that were not chosen; `traced`: before all else how the search came to each layout.
    """
    if traced:
        from relionc.solve.trace import Trace

        call = call._replace(trace=Trace())
    try:
        result, _ = compile_one(call.specs[0], call, until=LAST_TO_FIND)
    except CallError as error:
        say.trouble(error)
        return 2
    show([result], call.format)
    if call.trace is not None:
        say.result(call.trace.text() + "\n")
    if result.cluster is None or not result.ok:
        return 1
    if call.format == "json":
        from relionc.emit.json_text import document

        say.json(document(result.plan or {}))
    else:
        several = [_overview(result.plans, result.points)] if len(result.plans) > 1 else []
        several += _points(result.plans)
        plans = _one_of_alike(result)
        told = _others(plans, result.cluster) if others else [""] * len(plans)
        jobs = (_job(plan, result, text) for plan, text in zip(plans, told, strict=True))
        say.result("\n".join([*several, *jobs]))
    return 0


def _overview(plans: Sequence[JobPlan], points: Points) -> str:
    """One row per job of a spec with several, or per points that are alike: what it gets, and whom it waits for."""
    names = {plan.job.name for plan in plans}
    rows: list[tuple[str, ...]] = [
        ("job", "type", "nodes", "ranks", "CPUs each", "GPUs", "time", "waits for")
    ]
    groups = alike([_row(plan, names, points) for plan in plans], points)
    rows += [(called([name for name, *_ in group], points), *group[0][1:]) for group in groups]
    return f"{len(plans)} jobs, in the order in which they are submitted\n\n{table(rows, indent=' ')}"


def _points(plans: Sequence[JobPlan]) -> list[str]:
    """Return what is to be said of points in tables: how many, and what they cost if each takes its whole time."""
    rows: list[tuple[str, ...]] = [("points of", "points", "values", "at once", "CPU hours", "GPU hours")]
    for plan in plans:
        points = plan.job.table
        if points:
            hours = len(points.names) * (plan.time_s or 0) / 3600
            values = ", ".join(
                f"{len(of):,} of {column.axis}"
                for column, of in zip(points.columns, points.values, strict=True)
            )
            cpus = sum(rank.cpus for rank in plan.ranks)
            rows.append(
                (
                    plan.job.name,
                    f"{len(points.names):,}",
                    values,
                    f"{points.limit:,}" if isinstance(points.limit, int) else "-",
                    f"{hours * cpus:,.0f}" if hours else "-",
                    f"{hours * gpus(plan):,.0f}" if hours and plan.gpus.used else "-",
                )
            )
    if len(rows) == 1:
        return []
    head = "points in tables, each with the layout below; hours are those of their time limits"
    return [f"{head}\n\n{table(rows, indent=' ')}"]


def _row(plan: JobPlan, names: Collection[str], points: Points) -> tuple[str, ...]:
    after = [name for name in plan.job.after if name in names]
    swept = [points.named[name].job if name in points.named else name for name in after]
    return (
        plan.job.name,
        plan.job.type.name,
        nodes(plan),
        str(plan.ntasks),
        str(plan.cpus_per_task),
        str(gpus(plan)) if plan.gpus.used else "-",
        format_time(plan.time_s) if plan.time_s is not None else "-",
        ", ".join(dict.fromkeys(swept)) or "-",
    )


def _one_of_alike(result: Compiled) -> list[JobPlan]:
    """Return the plans to show: of points that are alike, the first."""
    shown = [(plan.job.name, job_lines([plan])[len(plan.job.name) :]) for plan in result.plans]
    first = {group[0][0] for group in alike(shown, result.points)}
    return [plan for plan in result.plans if plan.job.name in first]


def _job(plan: JobPlan, result: Compiled, others: str) -> str:
    kind = plan.job.type
    where = result.cluster.name if result.cluster else ""
    head = f"{plan.job.name}: {kind.title}, RELION {kind.version}, on {say.on_one_line(where)}\n"
    parts = [
        job_lines([plan]),
        _nodes(plan),
        _ranks(plan),
        data_lines(plan.job.data),
        _sums(plan),
        _reasons(plan, result.tree),
        others,
        _missing(plan),
    ]
    return head + "\n" + "\n".join(part for part in parts if part)


def _nodes(plan: JobPlan) -> str:
    """One row per node: its ranks, and what they take of it."""
    rows: list[tuple[str, ...]] = [("node", "ranks", "", "GPUs in use", "CPUs", "memory")]
    ranks = iter(plan.ranks)
    rows += [_node(plan, node, [*islice(ranks, share)]) for node, share in enumerate(plan.placement.shares)]
    if len(rows) > FEW_NODES:  # all alike: the first and the last say it
        left_out = (f"({len(rows) - FEW_NODES} more)", "", "", "", "", "")
        rows = [*rows[: FEW_NODES - 1], left_out, rows[-1]]
    return table(rows, indent=" ")


def _node(plan: JobPlan, node: int, here: Sequence[Rank]) -> tuple[str, ...]:
    group = plan.groups[0] if node == 0 else plan.workers
    gpus = 0 if here[0].role == LEADER and len(here) == 1 else group.gpus_per_node
    cpus = str(sum(rank.cpus for rank in here)) + (f" of {group.node_cpus}" if group.node_cpus else "")
    total = sum(_of_rank(plan, rank) for rank in here)
    memory = gib(total) if total else "-"
    return f"node[{node}]", _range(here), _roles(here), gpu_bars(here, gpus) or "-", cpus, memory


def _of_rank(plan: JobPlan, rank: Rank) -> float:
    terms = plan.memory.leader if rank.role == LEADER else plan.memory.worker
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
        (_range(alike), role, f"node[{node}]", str(cpus), ",".join(map(str, gpus)) or "-")
        for (role, node, cpus, gpus), alike in _alike(plan.ranks)
    ]
    return table(rows, indent=" ")


def _alike(ranks: Sequence[Rank]) -> list[tuple[tuple[str, int, int, tuple[int, ...]], list[Rank]]]:
    """Return what ranks in a row have in common, and those ranks."""
    return [
        (common, [*alike]) for common, alike in groupby(ranks, lambda r: (r.role, r.node, r.cpus, r.gpus))
    ]


def _range(ranks: Sequence[Rank]) -> str:
    numbers = [rank.rank for rank in ranks]
    return f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"


def _sums(plan: JobPlan) -> str:
    """Memory of a rank and of the fullest node, scratch of a node: needed, asked for and there."""
    lines, group = _needed(plan), plan.workers
    if group.memory_mib is not None:
        lines.append(f"memory asked for       {_memory_asked(group)}{group.memory_mib / MIB:,.1f} GiB")
    if group.memory_mib is not None and group.node_memory_mib:
        lines.append(
            f"memory there           {group.node_memory_mib / MIB:,.1f} GiB on each {group.node_type} node"
        )
    if plan.leader is not None and plan.leader.memory_mib is not None:
        alone = f"{plan.leader.memory_mib / MIB:,.1f} GiB on a {plan.leader.node_type} node of its own"
        lines.append(f"for the leader         {alone}")
    if plan.gpus.vram:
        lines += _on_gpu(plan.gpus)
    lines += _terms("scratch needed", plan.scratch.terms)
    if group.scratch_gib:
        lines.append(f"scratch asked for      {group.scratch_gib} GiB on each node")
    if group.scratch_gib and group.node_scratch_gib:
        lines.append(f"scratch there          {group.node_scratch_gib:,} GiB on each {group.node_type} node")
    return "".join(f" {line}\n" for line in lines)


def _needed(plan: JobPlan) -> list[str]:
    """Return the memory of a rank and of the fullest node, by the models."""
    memory, has_leader = plan.memory, plan.placement.has_leader
    if not memory.worker:
        return []
    lines = _terms("memory of a worker" if has_leader else "memory of a rank", memory.worker)
    lines += _terms("memory of the leader", memory.leader) if has_leader else []
    return [
        *lines,
        f"memory needed          {_of_fullest(memory)} on the fullest node{_without_assumed(memory)}",
    ]


def _of_fullest(memory: Memory) -> str:
    mark = "~" if _without_assumed(memory) else ""
    return f"{mark}{gib(memory.assumed_gib)}"


def _without_assumed(memory: Memory) -> str:
    """Say how much of the sum is certain, where that is less than all."""
    if memory.assumed_gib < memory.sure_gib + 0.05:
        return ""
    if not memory.sure_gib:
        return ", all of it assumed (~)"
    return f" ({gib(memory.sure_gib)} without what is assumed, ~)"


def _on_gpu(gpus: Gpus) -> list[str]:
    each, most = sum(term.gib for term in gpus.vram), gpus.workers
    sum_of = f"{most} workers x {gib(each)} = " if most > 1 else ""
    lines = [
        *_terms("GPU memory of a worker", gpus.vram),
        f"GPU memory needed      {sum_of}{gib(most * each)} on the busiest GPU",
    ]
    return [*lines, f"GPU memory there       {gib(gpus.vram_gib)}"] if gpus.vram_gib else lines


def _terms(title: str, terms: Sequence[Term]) -> list[str]:
    """Return a sum: on one line where it has few terms, else a line for each; `~` marks what is assumed."""
    if not terms:
        return []
    total = gib(sum(term.gib for term in terms))
    shown = [
        f"{'~' if t.assumed else ''}{gib(t.gib)} {t.label} ({t.formula})" for t in _with_one_margin(terms)
    ]
    head = f"{title:<22} {total} = {shown[0]}"
    if len(shown) <= FEW_TERMS:
        return [" + ".join([head, *shown[1:]])]
    return [head, *(f"{'':<22} {'':>{len(total)}} + {text}" for text in shown[1:])]


def _with_one_margin(terms: Sequence[Term]) -> list[Term]:
    """Return terms with those of the same name and formula added up: margins of what is certain and what is assumed."""
    found: dict[tuple[str, str], Term] = {}
    for term in terms:
        key = term.label, term.formula
        other = found.get(key)
        same = (
            term
            if other is None
            else term._replace(gib=term.gib + other.gib, assumed=term.assumed or other.assumed)
        )
        found[key] = same
    return list(found.values())


def _others(plans: Sequence[JobPlan], cluster: Cluster) -> list[str]:
    from relionc.cli.others import others
    from relionc.plan.alternatives import Alternatives

    known = Alternatives(cluster)
    return [others(known.of(plan.job)) for plan in plans]


def _memory_asked(group: Group) -> str:
    if group.mem_per_cpu_mib is None:
        return ""
    return f"{group.mem_per_cpu_mib:,} MiB per CPU x {group.cpus_per_node} CPUs = "


def _reasons(plan: JobPlan, tree: Tree | None) -> str:
    rows = [(reason.name, reason.value, reason.how, _because(reason, tree)) for reason in plan.why.reasons]
    return " why\n" + table(rows, indent=" ") if rows else ""


def _because(reason: Reason, tree: Tree | None) -> str:
    """Return the line of the spec that fixed a value, or why the plan chose it."""
    span = tree.span(reason.route) if tree and reason.route else None
    return f"{tree.path}:{span.line}" if tree and span else reason.because


def _missing(plan: JobPlan) -> str:
    return f" not checked: {'; '.join(plan.why.not_checked)}\n" if plan.why.not_checked else ""
