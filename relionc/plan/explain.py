"""Conflict → Finding: which requirements cannot hold together, with the sum, and what near it would."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from relionc.diag import Finding, Related, Suggestion
from relionc.expr.slurm import format_memory, format_time
from relionc.plan.amounts import gib
from relionc.plan.asked import MIB, memory_limit
from relionc.plan.problem import problem
from relionc.plan.words import CODES, FIXED, HELP, MESSAGES, TOPICS, kind
from relionc.solve import Solution, nearest, solve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route
    from relionc.plan.asked import Asked
    from relionc.plan.layout import Layout
    from relionc.solve import Conflict, Problem
    from relionc.spec.model import ResolvedJob

MOST_SUGGESTIONS = 3


def finding(job: ResolvedJob, asked: Asked, conflict: Conflict) -> Finding:
    """Return why `job` fits nowhere: the smallest set of requirements in conflict, and the nearest changes."""
    whole = problem(asked)
    main, layout = _main(whole, conflict)
    pins = [label.removeprefix("pin:") for label in conflict.labels if label.startswith("pin:")]
    fixed = [name for name in FIXED.get(kind(main), ()) if asked.demand.pin(name) is not None]
    wishes = [*fixed, *pins]
    message = MESSAGES[kind(main)](asked, layout) if layout else "these requirements cannot hold together"
    return Finding(
        code=CODES.get(kind(main), "RL201"),
        message=message,
        route=asked.demand.pins[wishes[0]].route if wishes else job.route,
        on_key=not wishes,
        help=HELP.get(kind(main), ""),
        why=_why(asked, main),
        conflict=tuple(_elements(job, asked, conflict, wishes, main, layout)),
        suggestions=tuple(_suggestions(job, asked, whole, pins, fixed)),
    )


def _main(whole: Problem, conflict: Conflict) -> tuple[str, Layout | None]:
    """Return the most telling requirement, and the layout that meets all others and comes nearest to it."""
    for wanted in CODES:
        for label in conflict.labels:
            broken = nearest(whole, label) if kind(label) == wanted else None
            if broken is not None:
                return label, broken.values["layout"]
    return next((label for label in conflict.labels if not label.startswith("pin:")), ""), None


def _why(asked: Asked, main: str) -> str:
    if kind(main) != "need:ranks":
        return ""
    rule = asked.demand.rank_rules[int(main.rpartition(":")[2])]
    return f"RELION finds out only when the job runs ({rule.source})" if rule.source else ""


# --- the elements of the conflict ---------------------------------------------------------------------------


def _elements(
    job: ResolvedJob, asked: Asked, conflict: Conflict, wishes: list[str], main: str, layout: Layout | None
) -> Iterator[Related]:
    """Yield the user's wishes, then what they run into: each with its line, or with the source of the fact."""
    for name in wishes:
        pin = asked.demand.pins[name]
        yield Related(str(pin.route[-1]), pin.route)
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
    facts = {
        "memory": (f"{node.name} nodes have {gib(memory_limit(layout.place) / MIB)}", "memory"),
        "cpus": (f"{node.name} nodes have {node.cpus} CPUs", "cpus"),
        "gpus": (f"{node.name} nodes have {node.gpus} GPUs", "gpus"),
        "count": (f"there are {layout.place.alike} {node.name} nodes", "count"),
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


def _suggestions(
    job: ResolvedJob, asked: Asked, whole: Problem, pins: list[str], fixed: list[str]
) -> list[Suggestion]:
    """Return one change each, re-solved: another value for a wish, or no pre-reading."""
    found = [*_other_amounts(asked, fixed), *_other_values(asked, whole, pins)]
    if job.needs.preread:
        found += _without_preread(job, asked)
    return found[:MOST_SUGGESTIONS]


def _other_values(asked: Asked, whole: Problem, pins: list[str]) -> Iterator[Suggestion]:
    for name in pins:
        solution = nearest(whole, f"pin:{name}")
        if solution is not None:
            layout = solution.values["layout"]
            change = (asked.demand.pins[name].route, str(_value(name, layout)))
            yield Suggestion((change,), summary(asked, layout))


def _value(name: str, layout: Layout) -> object:
    """Return what the key `name` of a spec would be for `layout`."""
    values = {
        "nodes": layout.nodes,
        "ntasks": layout.ntasks,
        "ntasks_per_node": layout.per_node,
        "cpus_per_task": layout.cpus_per_task,
        "gpus_per_node": layout.gpus_per_node,
        "gpus": layout.nodes * layout.gpus_per_node,
        "ranks_per_gpu": layout.workers_per_node // max(layout.gpus_per_node, 1),
        "layout": layout.mode,
        "gpu_type": layout.place.node_type.gpu_type,
        "partition": layout.place.partition.name if layout.place.partition else "",
    }
    return values.get(name) or "(leave it out)"


def _other_amounts(asked: Asked, fixed: list[str]) -> Iterator[Suggestion]:
    """Yield what an amount (memory, scratch, time) would have to be, everything else as it is."""
    for name in fixed:
        pins = {key: pin for key, pin in asked.demand.pins.items() if key != name}
        free = asked._replace(demand=asked.demand._replace(pins=pins))
        solution = solve(problem(free))
        if isinstance(solution, Solution):
            layout = solution.values["layout"]
            change = (asked.demand.pins[name].route, _amount(name, free, layout))
            yield Suggestion((change,), summary(free, layout))


def _amount(name: str, asked: Asked, layout: Layout) -> str:
    partition = layout.place.partition
    if name == "mem_per_cpu":
        return format_memory(asked.memory_per_cpu(layout))
    if name == "mem":
        return format_memory(asked.allocated_mib(layout))
    if name == "scratch":
        return f"{ceil(asked.demand.scratch_need_gib)}G"
    limit = partition.max_time_s if partition else None
    return format_time(limit) if limit else "(leave it out)"


def _without_preread(job: ResolvedJob, asked: Asked) -> list[Suggestion]:
    option = job.type.option_of_role("preread")
    if option is None or option.key not in job.given:
        return []
    lighter = tuple(term for term in asked.demand.memory if term.label != "pre-read particles")
    other = asked._replace(demand=asked.demand._replace(memory=lighter))
    solution = solve(problem(other))
    if not isinstance(solution, Solution):
        return []
    result = summary(other, solution.values["layout"])
    return [Suggestion(((job.given[option.key], "no"),), f"{result}, particles read from disk or scratch")]


def summary(asked: Asked, layout: Layout) -> str:
    """Return a layout in a few words: nodes, ranks, memory of the fullest node."""
    text = f"{layout.mode}: {layout.nodes} {'node' if layout.nodes == 1 else 'nodes'}, {layout.ntasks} ranks"
    limit = memory_limit(layout.place)
    if asked.demand.rank_gib and limit:
        text += f", {layout.fullest * asked.demand.rank_gib:.1f} of {limit / MIB:.0f} GiB on the fullest node"
    return text
