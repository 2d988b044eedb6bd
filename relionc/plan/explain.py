"""Conflict → Finding: which requirements cannot hold together, with the sum, and what near it would."""

from __future__ import annotations

from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING, Any

from relionc import catalog
from relionc.diag import Finding, Related, Suggestion
from relionc.plan.amounts import gib
from relionc.plan.asked import MIB, Asked
from relionc.plan.demand import demand_of
from relionc.plan.layout import layout_of
from relionc.plan.model import HETEROGENEOUS, ONE_TASK_PER_NODE
from relionc.plan.picture import of_layout
from relionc.plan.problem import problem
from relionc.plan.words import CODES, FIXED, HELP, MESSAGES, TOPICS, kind, plural
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time
from relionc.solve import TooHard, best, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from relionc.catalog.types import RankRule
    from relionc.diag import Route
    from relionc.plan.demand import LocalLimit
    from relionc.plan.layout import Layout
    from relionc.plan.model import Term
    from relionc.site.types import Cluster
    from relionc.solve import Conflict, Problem
    from relionc.solve.conflict import Nearest
    from relionc.spec.model import Pin, ResolvedJob

MOST_SUGGESTIONS = 3
MOST_CHANGES = 3
"""The most wishes that one suggestion changes."""
LEAVE_OUT = "(leave it out)"
HARDWARE = ("site:cpus", "site:gpus", "site:count")
OF_DEVICES = ("need:busy_gpus", "need:even_gpus", "need:one_gpu")
"""Requirements that a picture of the GPUs explains."""


def finding(job: ResolvedJob, asked: Asked, conflict: Conflict) -> Finding:
    """Return why `job` fits nowhere: the smallest set of requirements in conflict, and the nearest changes."""
    whole = problem(asked)
    main, layout = _main(asked, whole, conflict)
    pins = [label.removeprefix("pin:") for label in conflict.labels if label.startswith("pin:")]
    fixed = [
        name
        for label in dict.fromkeys([main, *conflict.labels])
        for name in FIXED.get(kind(label), ())
        if asked.demand.pin(name) is not None
    ]
    wishes = list(dict.fromkeys([*fixed, *pins]))
    return Finding(
        code=_rule(asked, main).code if kind(main) == "need:ranks" else CODES.get(kind(main), "RL201"),
        message=MESSAGES[kind(main)](asked, layout) if layout else _together(asked, wishes),
        route=asked.demand.pins[wishes[0]].route if wishes else job.route,
        on_key=not wishes,
        help=HELP.get(kind(main), ""),
        why=_why(asked, main),
        conflict=tuple(_elements(job, asked, conflict, wishes, main, layout)),
        suggestions=tuple(_suggestions(job, asked, wishes)),
    )


def _main(asked: Asked, whole: Problem, conflict: Conflict) -> tuple[str, Layout | None]:
    """Return the most telling requirement, and the layout that meets all others and comes nearest to it.

    Where there is more than one conflict, only the requirements of this one are looked at: with all wishes, on nodes
    that could be meant; with what the hardware has; or by themselves.
    """
    telling = [label for wanted in CODES for label in conflict.labels if kind(label) == wanted]
    wishes = [each.label for each in whole.constraints if each.label.startswith("pin:")]
    others = [each.label for each in whole.constraints if each.label not in conflict.labels]
    meant = [label for label in others if label not in (*wishes, "need:gpu_node", "site:gpus")]
    unlimited = [label for label in others if label not in HARDWARE]
    for looked_at in (whole, whole.without(meant), whole.without(unlimited), whole.without(others)):
        for label in telling:
            broken = _nearest(looked_at, label)
            if broken is not None:
                return label, layout_of(asked, broken.solution.values)
    return next((label for label in conflict.labels if not label.startswith("pin:")), ""), None


def _nearest(whole: Problem, label: str) -> Nearest | None:
    """Return the layout that breaks one requirement alone; None where there is none, or it takes too long to find."""
    try:
        return nearest(whole, (label,))
    except TooHard:
        return None


def _together(asked: Asked, wishes: list[str]) -> str:
    """Name wishes that contradict each other."""
    names = dict.fromkeys(f"`{asked.demand.pins[name].route[-1]}`" for name in wishes)
    if len(names) < 2:
        return f"no layout on {asked.cluster.name} gives " + ("what the job needs", *names)[len(names)]
    return " and ".join([", ".join([*names][:-1]), [*names][-1]]) + " cannot hold together"


def _why(asked: Asked, main: str) -> str:
    if kind(main) != "need:ranks":
        return ""
    rule = _rule(asked, main)
    return f"RELION finds out only when the job runs ({rule.source})" if rule.source else ""


def _rule(asked: Asked, label: str) -> RankRule | LocalLimit:
    return asked.demand.rank_rules[int(label.rpartition(":")[2])]


# --- the elements of the conflict ---------------------------------------------------------------------------


def _elements(
    job: ResolvedJob, asked: Asked, conflict: Conflict, wishes: list[str], main: str, layout: Layout | None
) -> Iterator[Related]:
    """Yield the user's wishes, then what they run into: each with its line, or with the source of the fact."""
    for route in dict.fromkeys(asked.demand.pins[name].route for name in wishes):
        yield Related(str(route[-1]), route)
    for label in conflict.labels:
        if kind(label) == "need:memory" and layout is not None:
            yield Related(_memory_of_rank(asked, layout), _data_route(job))
        if kind(label) == "need:vram" and layout is not None:
            yield Related(_vram_of_rank(asked, layout), _data_route(job))
        if label.startswith("site:") or kind(label) in ("need:memory", "need:vram"):
            yield _site_fact(asked, label, layout)
        elif label.startswith("need:") and label != main:
            yield Related(TOPICS[kind(label)], job.route, on_key=True)
    if kind(main) in OF_DEVICES and layout is not None and layout.mode != HETEROGENEOUS:
        yield from of_layout(asked, layout)


def _memory_of_rank(asked: Asked, layout: Layout) -> str:
    return _sum_of(asked.amounts(layout.cpus_per_task, sure=True).worker) + " per rank"


def _vram_of_rank(asked: Asked, layout: Layout) -> str:
    each = asked.amounts(layout.cpus_per_task, sure=True).vram
    return _sum_of(each) + " of a GPU per rank"


def _sum_of(terms: Sequence[Term]) -> str:
    return " + ".join(f"{term.label} {gib(term.gib)} ({term.formula})" for term in terms)


def _site_fact(asked: Asked, label: str, layout: Layout | None) -> Related:
    """Return the limit of the profile that a label stands for, with its source."""
    if layout is None:
        return Related(TOPICS[kind(label)], None, source=f"profile {asked.cluster.name}")
    node, partition = layout.place.node_type, layout.place.partition
    alike = plural(layout.place.alike, f"{node.name} node")
    facts = {
        "memory": (f"{node.name} nodes have {gib(layout.place.room.memory_mib / MIB)}", "memory"),
        "vram": (f"a GPU of {node.name} nodes has {gib(node.vram_gib)}", "vram"),
        "cpus": (f"{node.name} nodes have {layout.place.room.cpus} CPUs", "cpus"),
        "gpus": (f"{node.name} nodes have {node.gpus} GPUs", "gpus"),
        "count": (f"{partition.name if partition else asked.cluster.name} has {alike}", "count"),
        "scratch": (f"{node.name} nodes have {node.scratch_gib} GiB of scratch", "scratch"),
        "whole_cores": (f"a core of {node.name} nodes has {node.threads_per_core} CPUs", "threads_per_core"),
    }
    name = kind(label).partition(":")[2]
    if name in facts:
        text, fact = facts[name]
        return Related(text, None, source=_source(asked, f"node_types.{node.name}.{fact}"))
    if name in ("modes", "memory_flag"):
        return Related(TOPICS[kind(label)], None, source=_source(asked, name))
    path = f"partitions.{partition.name}" if partition else "partitions"
    return Related(TOPICS[kind(label)], None, source=_source(asked, path))


def _source(asked: Asked, path: str) -> str:
    source = asked.cluster.source_of(path)
    named = [source.text, source.date] if source else []
    return ", ".join(part for part in (f"profile {asked.cluster.name}", *named) if part)


def _data_route(job: ResolvedJob) -> Route | None:
    option = job.type.option_of_role("preread")
    if option is not None and option.key in job.given:
        return job.given[option.key]
    return job.data.particles.route if job.data.particles else None


# --- the nearest feasible changes ---------------------------------------------------------------------------


def _suggestions(job: ResolvedJob, asked: Asked, wishes: list[str]) -> list[Suggestion]:
    """Return the nearest changes that work: of as few wishes as possible, the smallest changes first.

    A wish of the conflict alone, if that helps; then two or three at once, of those that do not help alone.
    """
    found: list[Suggestion] = []
    try:
        for each in _more_suggestions(job, asked, wishes):
            found += each
    except TooHard:  # those that there was time for
        pass
    return found[:MOST_SUGGESTIONS]


def _more_suggestions(job: ResolvedJob, asked: Asked, wishes: list[str]) -> Iterator[list[Suggestion]]:
    alone = _changes(job, asked, [(name,) for name in wishes])
    found = _nearest_first([*alone.values(), *_without_preread(job, asked.cluster)])
    yield found
    kinds = (VALUES, AMOUNTS, LEFT_OUT)
    rest = [
        name for name in asked.demand.pins if (name,) not in alone and any(name in kind for kind in kinds)
    ]
    for size in range(2, MOST_CHANGES + 1):
        if len(found) > 1 or (found and size > 2):
            break
        more = _nearest_first([*_changes(job, asked, list(combinations(rest, size))).values()])
        found = [*found, *more]
        yield more


def _nearest_first(found: list[tuple[float, Suggestion]]) -> list[Suggestion]:
    return [suggestion for _, suggestion in sorted(found, key=lambda each: each[0])]


def _changes(
    job: ResolvedJob, asked: Asked, sets: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], tuple[float, Suggestion]]:
    """Return, for each set of wishes, the nearest change of all of them that works, with its size."""
    found: dict[tuple[str, ...], tuple[float, Suggestion]] = {}
    for names in sets:
        for changed in _other_values(job, asked, names):
            if changed is None or any(_pin_of(job, name) == _pin_of(changed, name) for name in names):
                continue  # no change of all of them
            made = _re_solved(changed, asked.cluster)
            if made is not None:
                size = sum(_how_much(name, job, changed) for name in names)
                said = dict.fromkeys(_changes_of(names, job, changed, asked))  # a text may hold two wishes
                found[names] = size, Suggestion(tuple(said), made)
                break
    return found


def _changes_of(
    names: tuple[str, ...], job: ResolvedJob, changed: ResolvedJob, asked: Asked
) -> Iterator[tuple[Route, str]]:
    for name in names:
        for route in _routes(name, job, asked):
            yield route, _text(name, changed, route)


def _how_much(name: str, job: ResolvedJob, changed: ResolvedJob) -> float:
    """The share by which a number changes; 1 for words, and for a wish that is left out."""
    before, after = _pin_of(job, name), _pin_of(changed, name)
    if before is None or after is None or isinstance(before.value, (str, bool)):
        return 1.0
    return float(abs(after.value - before.value) / max(before.value, 1))


def _pin_of(job: ResolvedJob, name: str) -> Pin[Any] | None:
    pin: Pin[Any] | None = job.layout if name == "layout" else getattr(job.resources, name)
    return pin


def _other_values(job: ResolvedJob, asked: Asked, names: tuple[str, ...]) -> Iterator[ResolvedJob | None]:
    """Yield the job with other values for some wishes, the best first: of the nearest layout, and without them."""
    without = job
    for name in names:
        if name not in VALUES:
            without = _with(without, name, None)
    freed = Asked(demand_of(without, asked.cluster), asked.cluster)
    whole = problem(freed)
    labels = tuple(f"pin:{name}" for name in names if name in VALUES)
    near = nearest(whole, labels)
    if near is not None:
        layout = layout_of(freed, near.solution.values)
        yield _set_to(without, job, (asked, freed), layout, names)
    left_out = without
    for name in names:
        left_out = _with(left_out, name, None)
    yield None if any(_means_more(name, job) for name in names) else left_out


def _set_to(
    without: ResolvedJob, job: ResolvedJob, asked: tuple[Asked, Asked], layout: Layout, names: tuple[str, ...]
) -> ResolvedJob | None:
    """Return `without` with the values that a layout has for some wishes of `job`; None where it has none."""
    changed = without
    for name in names:
        if name in LEFT_OUT:
            continue
        value = VALUES[name](layout) if name in VALUES else AMOUNTS[name](*asked, layout)
        pin = _pin_of(job, name)
        if not value or pin is None:
            return None
        changed = _with(changed, name, pin._replace(value=value))
    return changed


def _routes(name: str, job: ResolvedJob, asked: Asked) -> Iterator[Route]:
    """Yield where a wish stands: the number of ranks may be said as a resource and as RELION's option."""
    yield asked.demand.pins[name].route
    option = job.type.option_of_role("ranks") if name == "ntasks" else None
    if option is not None and option.key in job.given and asked.demand.pins[name].route[-1] != option.key:
        yield job.given[option.key]


def _means_more(name: str, job: ResolvedJob) -> bool:
    """Whether leaving a wish out says more than that: without any `gpus`, the job would not use them at all."""
    wishes = job.resources
    if name == "gpu_type":  # its text may say a number per node too
        return wishes.gpus_per_node is not None or _switched_on_by_gpus(job)
    return name in ("gpus", "gpus_per_node") and wishes.gpu_type is None and _switched_on_by_gpus(job)


def _switched_on_by_gpus(job: ResolvedJob) -> bool:
    option = job.type.option_of_role("use_gpu")
    return option is not None and option.key not in job.given


def _re_solved(job: ResolvedJob, cluster: Cluster) -> str | None:
    """Return the layout of a changed job in words; None where it does not fit either."""
    asked = Asked(demand_of(job, cluster), cluster)
    solution = best(problem(asked))
    return summary(asked, layout_of(asked, solution.values)) if solution is not None else None


def _with(job: ResolvedJob, name: str, pin: Pin[Any] | None) -> ResolvedJob:
    """Return the job with another wish; None leaves it out."""
    if name == "layout":
        return job._replace(layout=pin)
    return job._replace(resources=job.resources._replace(**{name: pin}))


VALUES: dict[str, Callable[[Layout], Any]] = {
    "nodes": lambda layout: layout.worker_nodes,
    "ntasks": lambda layout: layout.ntasks,
    "ntasks_per_node": lambda layout: layout.per_node if layout.mode != ONE_TASK_PER_NODE else layout.fullest,
    "cpus_per_task": lambda layout: layout.cpus_per_task,
    "gpus_per_node": lambda layout: layout.gpus_per_node,
    "gpus": lambda layout: layout.worker_nodes * layout.gpus_per_node,
    "ranks_per_gpu": lambda layout: layout.workers_per_node // max(layout.gpus_per_node, 1),
    "layout": lambda layout: layout.mode,
    "gpu_type": lambda layout: layout.place.node_type.gpu_type,
    "partition": lambda layout: layout.place.partition.name if layout.place.partition else "",
}
"""Wish → what its value would be for a layout."""

AMOUNTS: dict[str, Callable[[Asked, Asked, Layout], int | None]] = {
    "mem_per_cpu": lambda _, freed, layout: freed.mem_per_cpu(*layout.choice),
    "mem": lambda _, freed, layout: freed.allocated_mib(*layout.choice),
    "scratch": lambda asked, _, layout: (
        ceil(asked.demand.scratch_need_gib) or layout.place.node_type.scratch_gib
    ),
    "threads": lambda *given: given[2].cpus_per_task,
    "time": lambda *given: given[2].place.partition.max_time_s if given[2].place.partition else None,
}
"""Wish for an amount → how much a layout that was found without it takes: MiB, GiB, threads, seconds."""

LEFT_OUT = ("gpu_ids", "constraint", "exclusive")
"""Wishes that can only be left out: no layout says what they would be."""


def _text(name: str, job: ResolvedJob, route: Route) -> str:
    """Return what stands in the spec, at `route`, for a wish of a changed job."""
    pin = _pin_of(job, name)
    if name in ("gpu_type", "gpus_per_node"):
        return _gpus_text(job, route)
    if pin is None:
        return LEAVE_OUT
    if name in ("mem", "mem_per_cpu"):
        return format_memory(pin.value)
    if name == "scratch":
        return f"{pin.value}G"
    return format_time(pin.value) if name == "time" else str(pin.value)


def _gpus_text(job: ResolvedJob, route: Route) -> str:
    """Return a type or a number per node; both, where one text of the spec says both and both are left."""
    wishes = job.resources.gpu_type, job.resources.gpus_per_node
    said = [str(pin.value) for pin in wishes if pin is not None and pin.route == route]
    return ":".join(said) or LEAVE_OUT


def _without_preread(job: ResolvedJob, cluster: Cluster) -> list[tuple[float, Suggestion]]:
    option = job.type.option_of_role("preread")
    if not job.needs.preread or option is None or option.key not in job.given:
        return []
    options = {**job.options, option.key: "No"}
    needs = type(job.needs)(**catalog.needs(job.type, options, is_continue=job.is_continue))
    result = _re_solved(job._replace(options=options, needs=needs), cluster)
    if result is None:
        return []
    change = (job.given[option.key], "no")
    return [(1.0, Suggestion((change,), f"{result}, particles read from disk or scratch"))]


def summary(asked: Asked, layout: Layout) -> str:
    """Return a layout in a few words: nodes, ranks, memory of the fullest node."""
    text = f"{layout.mode}: {plural(layout.nodes, 'node')}, {plural(layout.ntasks, 'rank')}"
    limit, need = layout.place.room.memory_mib, asked.need_gib(*layout.choice)
    if not need or not limit:
        return text
    if need * MIB <= limit:
        return text + f", {need:.1f} of {limit / MIB:.0f} GiB on the fullest node"
    sure = asked.need_gib(*layout.choice, sure=True)
    return (
        text
        + f", {sure:.1f} of {limit / MIB:.0f} GiB on the fullest node ({need:.1f} if its classes get fine)"
    )
