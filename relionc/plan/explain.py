"""Conflict → Finding: which requirements cannot hold together, with the sum, and what near it would."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from relionc.diag import Finding, Related, Suggestion
from relionc.expr.slurm import format_memory, format_time
from relionc.plan.amounts import gib
from relionc.plan.asked import MIB, Asked, memory_limit
from relionc.plan.demand import demand_of
from relionc.plan.problem import problem
from relionc.plan.words import CODES, FIXED, HELP, MESSAGES, TOPICS, kind, plural
from relionc.solve import Solution, nearest, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.catalog.types import RankRule
    from relionc.diag import Route
    from relionc.plan.demand import LocalLimit
    from relionc.plan.layout import Layout
    from relionc.site.types import Cluster
    from relionc.solve import Conflict, Problem
    from relionc.spec.model import Pin, ResolvedJob

MOST_SUGGESTIONS = 3
LEAVE_OUT = "(leave it out)"


def finding(job: ResolvedJob, asked: Asked, conflict: Conflict) -> Finding:
    """Return why `job` fits nowhere: the smallest set of requirements in conflict, and the nearest changes."""
    whole = problem(asked)
    main, layout = _main(whole, conflict)
    pins = [label.removeprefix("pin:") for label in conflict.labels if label.startswith("pin:")]
    fixed = [name for name in FIXED.get(kind(main), ()) if asked.demand.pin(name) is not None]
    wishes = list(dict.fromkeys([*fixed, *pins]))
    return Finding(
        code=_rule(asked, main).code if kind(main) == "need:ranks" else CODES.get(kind(main), "RL201"),
        message=MESSAGES[kind(main)](asked, layout) if layout else _together(asked, wishes),
        route=asked.demand.pins[wishes[0]].route if wishes else job.route,
        on_key=not wishes,
        help=HELP.get(kind(main), ""),
        why=_why(asked, main),
        conflict=tuple(_elements(job, asked, conflict, wishes, main, layout)),
        suggestions=tuple(_suggestions(job, asked, whole, wishes)),
    )


def _main(whole: Problem, conflict: Conflict) -> tuple[str, Layout | None]:
    """Return the most telling requirement, and the layout that meets all others and comes nearest to it.

    Where there is more than one conflict, only the requirements of this one are looked at.
    """
    telling = [label for wanted in CODES for label in conflict.labels if kind(label) == wanted]
    alone = tuple(c for c in whole.constraints if c.label in conflict.labels)
    for looked_at in (whole, whole._replace(constraints=alone)):
        for label in telling:
            broken = nearest(looked_at, label)
            if broken is not None:
                return label, broken.values["layout"]
    return next((label for label in conflict.labels if not label.startswith("pin:")), ""), None


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
        if kind(label) == "need:memory":
            yield Related(_memory_of_rank(asked), _data_route(job))
        if label.startswith("site:") or kind(label) == "need:memory":
            yield _site_fact(asked, label, layout)
        elif label.startswith("need:") and label != main:
            yield Related(TOPICS[kind(label)], job.route, on_key=True)


def _memory_of_rank(asked: Asked) -> str:
    terms = (f"{term.label} {gib(term.gib)} ({term.formula})" for term in asked.demand.memory)
    return " + ".join(terms) + " per rank"


def _site_fact(asked: Asked, label: str, layout: Layout | None) -> Related:
    """Return the limit of the profile that a label stands for, with its source."""
    if layout is None:
        return Related(TOPICS[kind(label)], None, source=f"profile {asked.cluster.name}")
    node, partition = layout.place.node_type, layout.place.partition
    alike = plural(layout.place.alike, f"{node.name} node")
    facts = {
        "memory": (f"{node.name} nodes have {gib(memory_limit(layout.place) / MIB)}", "memory"),
        "cpus": (f"{node.name} nodes have {node.cpus} CPUs", "cpus"),
        "gpus": (f"{node.name} nodes have {node.gpus} GPUs", "gpus"),
        "count": (f"{partition.name if partition else asked.cluster.name} has {alike}", "count"),
        "scratch": (f"{node.name} nodes have {node.scratch_gib} GiB of scratch", "scratch"),
        "whole_cores": (f"a core of {node.name} nodes has {node.threads_per_core} CPUs", "threads_per_core"),
    }
    name = kind(label).partition(":")[2]
    if name in facts:
        text, fact = facts[name]
        return Related(text, None, source=_source(asked, f"node_types.{node.name}.{fact}"))
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


def _suggestions(job: ResolvedJob, asked: Asked, whole: Problem, wishes: list[str]) -> list[Suggestion]:
    """Return changes of one value each, nearest first in kind: amounts, other wishes, no pre-reading."""
    cluster = asked.cluster
    found: list[Suggestion] = []
    for name in wishes:
        for value in _other_values(name, job, asked, whole):
            if value is None and _means_more(name, job):
                continue
            changed = _with(job, name, value)
            made = _re_solved(changed, cluster)
            if made is not None:
                said = _text(name, changed)
                found.append(Suggestion(tuple((route, said) for route in _routes(name, job, asked)), made))
                break
    return [*found, *_without_preread(job, cluster)][:MOST_SUGGESTIONS]


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
    solution = solve(problem(asked))
    return summary(asked, solution.values["layout"]) if isinstance(solution, Solution) else None


def _with(job: ResolvedJob, name: str, value: Any) -> ResolvedJob:
    """Return the job with another value for a wish; None leaves the wish out."""
    if name == "layout":
        return job._replace(layout=job.layout._replace(value=value) if job.layout and value else None)
    pin = getattr(job.resources, name)
    changed = None if value is None else pin._replace(value=value)
    return job._replace(resources=job.resources._replace(**{name: changed}))


def _other_values(name: str, job: ResolvedJob, asked: Asked, whole: Problem) -> Iterator[Any]:
    """Yield values for one wish that may do, the best first: of the nearest layout, and none."""
    if name in AMOUNTS:
        solution = solve(problem(Asked(demand_of(_with(job, name, None), asked.cluster), asked.cluster)))
        if isinstance(solution, Solution):
            yield AMOUNTS[name](asked, solution.values["layout"])
    elif name in VALUES:
        nearby = nearest(whole, f"pin:{name}")
        if nearby is not None:
            yield VALUES[name](nearby.values["layout"]) or None
    yield None


VALUES: dict[str, Callable[[Layout], Any]] = {
    "nodes": lambda layout: layout.nodes,
    "ntasks": lambda layout: layout.ntasks,
    "ntasks_per_node": lambda layout: layout.per_node,
    "cpus_per_task": lambda layout: layout.cpus_per_task,
    "gpus_per_node": lambda layout: layout.gpus_per_node,
    "gpus": lambda layout: layout.nodes * layout.gpus_per_node,
    "ranks_per_gpu": lambda layout: layout.workers_per_node // max(layout.gpus_per_node, 1),
    "layout": lambda layout: layout.mode,
    "gpu_type": lambda layout: layout.place.node_type.gpu_type,
    "partition": lambda layout: layout.place.partition.name if layout.place.partition else "",
}
"""Wish → what its value would be for a layout."""

AMOUNTS: dict[str, Callable[[Asked, Layout], int | None]] = {
    "mem_per_cpu": lambda asked, layout: _unpinned(asked).memory_per_cpu(layout),
    "mem": lambda asked, layout: _unpinned(asked).allocated_mib(layout),
    "scratch": lambda asked, layout: (
        ceil(asked.demand.scratch_need_gib) or layout.place.node_type.scratch_gib
    ),
    "threads": lambda _, layout: layout.cpus_per_task,
    "time": lambda _, layout: layout.place.partition.max_time_s if layout.place.partition else None,
}
"""Wish for an amount → how much a layout that was found without it takes: MiB, GiB, threads, seconds."""


def _unpinned(asked: Asked) -> Asked:
    pins = {name: pin for name, pin in asked.demand.pins.items() if name not in ("mem", "mem_per_cpu")}
    return asked._replace(demand=asked.demand._replace(pins=pins))


def _text(name: str, job: ResolvedJob) -> str:
    """Return what stands in the spec for a wish of a changed job."""
    pin: Pin[Any] | None = job.layout if name == "layout" else getattr(job.resources, name)
    if name in ("gpu_type", "gpus_per_node"):
        return _gpus_text(name, job)
    if pin is None:
        return LEAVE_OUT
    if name in ("mem", "mem_per_cpu"):
        return format_memory(pin.value)
    if name == "scratch":
        return f"{pin.value}G"
    return format_time(pin.value) if name == "time" else str(pin.value)


def _gpus_text(name: str, job: ResolvedJob) -> str:
    """Return a type or a number per node; both, where one text of the spec says both."""
    kind_, count = job.resources.gpu_type, job.resources.gpus_per_node
    if kind_ and count and kind_.route == count.route:
        return f"{kind_.value}:{count.value}"
    pin = getattr(job.resources, name)
    return LEAVE_OUT if pin is None else str(pin.value)


def _without_preread(job: ResolvedJob, cluster: Cluster) -> list[Suggestion]:
    option = job.type.option_of_role("preread")
    if not job.needs.preread or option is None or option.key not in job.given:
        return []
    result = _re_solved(job._replace(needs=job.needs._replace(preread=False)), cluster)
    if result is None:
        return []
    return [Suggestion(((job.given[option.key], "no"),), f"{result}, particles read from disk or scratch")]


def summary(asked: Asked, layout: Layout) -> str:
    """Return a layout in a few words: nodes, ranks, memory of the fullest node."""
    text = f"{layout.mode}: {plural(layout.nodes, 'node')}, {plural(layout.ntasks, 'rank')}"
    limit = memory_limit(layout.place)
    if asked.demand.rank_gib and limit:
        text += f", {layout.fullest * asked.demand.rank_gib:.1f} of {limit / MIB:.0f} GiB on the fullest node"
    return text
