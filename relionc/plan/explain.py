"""Conflict → Finding: which requirements cannot hold together, with the sum, and what near it would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relionc.diag import Finding, Related, Suggestion
from relionc.plan.amounts import gib
from relionc.plan.asked import MIB, Asked, memory_limit
from relionc.plan.problem import problem
from relionc.solve import Solution, nearest, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.plan.layout import Layout
    from relionc.solve import Conflict, Problem
    from relionc.spec.model import ResolvedJob

MOST_SUGGESTIONS = 3

# From the most telling to the least: the first of these in a conflict gives it its code and its message.
_CODES = {
    "need:memory": "RL402",
    "site:memory": "RL401",
    "need:ranks": "RL211",
    "need:serial": "RL212",
    "need:rank_per_gpu": "RL213",
    "need:one_node": "RL214",
    "need:mode": "RL215",
    "need:gpu_node": "RL306",
    "need:scratch": "RL501",
    "site:scratch": "RL502",
    "site:max_time": "RL603",
    "site:cpus": "RL605",
    "site:whole_cores": "RL606",
    "site:max_mem_per_cpu": "RL401",
    "site:gpus": "RL303",
    "site:max_nodes": "RL604",
    "site:count": "RL604",
}


def _kind(label: str) -> str:
    return ":".join(label.split(":")[:2])


def finding(job: ResolvedJob, asked: Asked, conflict: Conflict) -> Finding:
    """Return why `job` fits nowhere: the smallest set of requirements in conflict, and the nearest changes."""
    whole = problem(asked)
    main = next((label for kind in _CODES for label in conflict.labels if _kind(label) == kind), "")
    broken = nearest(whole, main) if main else None
    layout = broken.values["layout"] if broken else None
    pins = [label for label in conflict.labels if label.startswith("pin:")]
    route = asked.demand.pins[pins[0][4:]].route if pins else job.route
    return Finding(
        code=_CODES.get(_kind(main), "RL201"),
        message=_message(asked, main, layout),
        route=route,
        on_key=not pins,
        help=_help(main),
        why=_why(asked, main),
        conflict=tuple(part for label in conflict.labels for part in _related(job, asked, label, layout)),
        suggestions=tuple(_suggestions(job, asked, whole, pins)),
    )


# --- the message, with its sum ------------------------------------------------------------------------------


def _memory_need(asked: Asked, layout: Layout) -> str:
    each = asked.demand.rank_gib
    have = memory_limit(layout.place) / MIB
    if asked.demand.pin("mem") is not None or asked.demand.pin("mem_per_cpu") is not None:
        have = asked.allocated_mib(layout) / MIB
        return f"{_ranks_times(layout, each)} on the fullest node, but the job asks for {gib(have)} per node"
    return f"{_ranks_times(layout, each)} on the fullest node > {gib(have)} of {layout.place.node_type.name}"


def _ranks_times(layout: Layout, each: float) -> str:
    return f"{layout.fullest} ranks x {gib(each)} = {gib(layout.fullest * each)}"


def _memory_site(asked: Asked, layout: Layout) -> str:
    limit = gib(memory_limit(layout.place) / MIB)
    total = gib(asked.allocated_mib(layout) / MIB)
    name = layout.place.node_type.name
    if asked.demand.pin("mem") is not None:
        return f"{total} per node > {limit} of {name}"
    per_cpu = gib(asked.memory_per_cpu(layout) / MIB)
    return f"{layout.cpus} CPUs x {per_cpu} = {total} per node > {limit} of {name}"


def _cpus(_: Asked, layout: Layout) -> str:
    node = layout.place.node_type
    return (
        f"{layout.fullest} tasks x {layout.cpus_per_task} CPUs = {layout.cpus} CPUs per node > "
        f"{node.cpus} of {node.name}"
    )


def _whole_cores(_: Asked, layout: Layout) -> str:
    threads = layout.place.node_type.threads_per_core
    return (
        f"{layout.cpus_per_task} CPUs per task are not whole cores ({threads} CPUs each): Slurm allocates too "
        "few, and the step waits for ever"
    )


def _rank_rule(asked: Asked, layout: Layout) -> str:
    for rule in asked.demand.rank_rules:
        wrong = layout.ntasks < rule.minimum or (rule.odd and layout.ntasks % 2 == 0)
        if wrong or (rule.maximum is not None and layout.ntasks > rule.maximum):
            return f"{rule.message}; this asks for {layout.ntasks}"
    return f"{layout.ntasks} MPI ranks are not possible for this job"


def _max_time(asked: Asked, layout: Layout) -> str:
    from relionc.expr.slurm import format_time

    partition = layout.place.partition
    assert partition is not None  # noqa: S101 - the constraint holds where there is no partition
    limit = format_time(partition.max_time_s or 0)
    return f"{format_time(asked.demand.pin('time'))} is more than partition {partition.name} allows ({limit})"


def _nodes(_: Asked, layout: Layout) -> str:
    place = layout.place
    most = place.partition.max_nodes if place.partition else None
    if most is not None and layout.nodes > most and place.partition:
        return f"{layout.nodes} nodes > {most} of partition {place.partition.name}"
    return f"{layout.nodes} nodes > {place.count} of {place.node_type.name}"


_MESSAGES: dict[str, Callable[[Asked, Layout], str]] = {
    "need:memory": _memory_need,
    "site:memory": _memory_site,
    "site:cpus": _cpus,
    "site:whole_cores": _whole_cores,
    "need:ranks": _rank_rule,
    "site:max_time": _max_time,
    "site:count": _nodes,
    "site:max_nodes": _nodes,
    "need:serial": lambda _, layout: f"this program is one process; {layout.ntasks} tasks are asked for",
    "need:rank_per_gpu": lambda _, layout: (
        f"this program takes one rank per GPU: {layout.ntasks} ranks for {layout.nodes * layout.gpus_per_node} GPUs"
    ),
    "need:one_node": lambda _, layout: f"an interactive job runs on one node; this asks for {layout.nodes}",
    "need:gpu_node": lambda _, layout: f"nodes of type {layout.place.node_type.name} have no GPUs",
    "need:mode": lambda *_: "GPUs need a layout by node: heterogeneous leaves the nodes to Slurm",
    "need:scratch": lambda asked, _: (
        f"the particles and RELION's reserve take {gib(asked.demand.scratch_need_gib)} of scratch per node; "
        f"{asked.demand.pin('scratch')} GiB are asked for"
    ),
    "site:scratch": lambda asked, layout: (
        f"{gib(max(asked.demand.pin('scratch') or 0, asked.demand.scratch_need_gib))} of scratch per node > "
        f"{layout.place.node_type.scratch_gib} GiB of {layout.place.node_type.name}"
    ),
    "site:gpus": lambda _, layout: (
        f"{layout.gpus_per_node} GPUs per node > {layout.place.node_type.gpus} of {layout.place.node_type.name}"
    ),
    "site:max_mem_per_cpu": lambda asked, layout: (
        f"{gib(asked.memory_per_cpu(layout) / MIB)} per CPU is more than the partition allows"
    ),
}


def _message(asked: Asked, main: str, layout: Layout | None) -> str:
    make = _MESSAGES.get(_kind(main))
    if make is None or layout is None:
        return "these requirements cannot hold together"
    return make(asked, layout)


def _help(main: str) -> str:
    return {
        "need:whole_cores": "give a multiple of the CPUs of a core",
        "need:memory": "fewer ranks per node, more nodes, or no pre-reading",
        "need:one_node": "ask for one node, or drop `interactive`",
    }.get(_kind(main), "")


def _why(asked: Asked, main: str) -> str:
    if _kind(main) != "need:ranks":
        return ""
    return next(
        (
            f"RELION finds out only when the job runs ({r.source})"
            for r in asked.demand.rank_rules
            if r.source
        ),
        "",
    )


# --- the elements of the conflict ---------------------------------------------------------------------------


def _related(job: ResolvedJob, asked: Asked, label: str, layout: Layout | None) -> Iterator[Related]:
    kind, _, name = label.partition(":")
    if kind == "pin":
        pin = asked.demand.pins[name]
        yield Related(f"{name}: {pin.value}", pin.route)
        return
    if label == "need:memory":
        each = asked.demand.memory
        text = " + ".join(f"{term.label} {gib(term.gib)} ({term.formula})" for term in each)
        yield Related(f"{text} per rank", _data_route(job))
        if layout is not None:
            yield _memory_of_node(asked, layout)
        return
    message = _MESSAGES[_kind(label)](asked, layout) if layout else label
    if kind == "site" and layout is not None:
        source = asked.cluster.source_of(f"node_types.{layout.place.node_type.name}")
        yield Related(message, None, source=_source_text(asked, source))
    else:
        yield Related(message, job.route, on_key=True)


def _memory_of_node(asked: Asked, layout: Layout) -> Related:
    name = layout.place.node_type.name
    source = asked.cluster.source_of(f"node_types.{name}.memory")
    have = gib(memory_limit(layout.place) / MIB)
    return Related(f"{name} nodes have {have}", None, source=_source_text(asked, source))


def _data_route(job: ResolvedJob) -> tuple[str | int, ...] | None:
    option = job.type.option_of_role("preread")
    if option is not None and option.key in job.given:
        return job.given[option.key]
    return job.data.particles.route if job.data.particles else None


def _source_text(asked: Asked, source: object) -> str:
    from relionc.site.types import Source

    if isinstance(source, Source):
        return ", ".join(part for part in (source.text, source.date) if part)
    return f"profile {asked.cluster.name}"


# --- the nearest feasible changes ---------------------------------------------------------------------------


def _suggestions(job: ResolvedJob, asked: Asked, whole: Problem, pins: list[str]) -> list[Suggestion]:
    """One change each, re-solved: another value for a pin, or no pre-reading."""
    found: list[Suggestion] = []
    for label in pins:
        solution = nearest(whole, label)
        if solution is None:
            continue
        name = label[4:]
        layout = solution.values["layout"]
        changed = ((asked.demand.pins[name].route, str(_value(name, layout))),)
        found.append(Suggestion(changed, summary(asked, layout)))
    if job.needs.preread:
        found += _without_preread(job, asked)
    return found[:MOST_SUGGESTIONS]


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


def _without_preread(job: ResolvedJob, asked: Asked) -> list[Suggestion]:
    option = job.type.option_of_role("preread")
    if option is None or option.key not in job.given:
        return []
    lighter = tuple(term for term in asked.demand.memory if term.label != "pre-read particles")
    other = replace(asked, demand=replace(asked.demand, memory=lighter))
    solution = solve(problem(other))
    if not isinstance(solution, Solution):
        return []
    change = ((job.given[option.key], "no"),)
    return [
        Suggestion(
            change, summary(other, solution.values["layout"]) + ", particles read from disk or scratch"
        )
    ]


def summary(asked: Asked, layout: Layout) -> str:
    """Return a layout in a few words: nodes, ranks, memory of the fullest node."""
    text = f"{layout.mode}: {layout.nodes} {'node' if layout.nodes == 1 else 'nodes'}, {layout.ntasks} ranks"
    limit = memory_limit(layout.place)
    if asked.demand.rank_gib and limit:
        text += f", {layout.fullest * asked.demand.rank_gib:.1f} of {limit / MIB:.0f} GiB on the fullest node"
    return text
