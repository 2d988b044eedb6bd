"""What a layout must meet: the user's pins, the site's limits, the job's own needs.

The labels are `pin:NAME`, `site:NAME` and `need:NAME`; `relionc.plan.explain` turns them into words. Most are an
excess: how much a layout has too much or too little of something, not more than 0 when it is fine.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from relionc.expr.slurm import constraint_allows, parse_constraint
from relionc.plan.asked import memory_limit, most_cpus
from relionc.plan.gpus import highest, parse_ids
from relionc.plan.layout import idle_gpus
from relionc.plan.model import HETEROGENEOUS, HOMOGENEOUS_PLUS_1
from relionc.solve import Constraint

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.catalog.types import RankRule
    from relionc.plan.asked import Asked
    from relionc.plan.demand import Demand, LocalLimit
    from relionc.plan.layout import Layout, Place

    Excess = Callable[[Layout], float]


def constraints(asked: Asked) -> tuple[Constraint, ...]:
    """Return all requirements, the user's first."""
    limits = {**_site(asked), **_needs(asked)}
    return (
        *_pins(asked.demand),
        *(_at_most(label, excess) for label, excess in limits.items()),
        *_gpu_node(asked),
        *_memory_flag(asked),
    )


def _at_most(label: str, excess: Excess) -> Constraint:
    return Constraint(
        label, ("layout",), lambda layout: excess(layout) <= 0, lambda layout: max(0.0, excess(layout))
    )


# --- pins -----------------------------------------------------------------------------------------------------

ANYTHING = object()
"""What is read where nothing is known: it meets every wish."""

_READ: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "partition": (("place",), lambda place: place.partition.name if place.partition else None),
    "gpu_type": (("place",), lambda place: place.node_type.gpu_type if place.node_type.known else ANYTHING),
    "layout": (("mode",), lambda mode: mode),
    "gpus_per_node": (("gpus",), lambda gpus: gpus),
    "cpus_per_task": (("cpus_per_task",), lambda cpus: cpus),
    # Heterogeneous leaves the nodes to Slurm, so it meets no wish about them.
    "nodes": (("mode", "amount"), lambda mode, amount: 0 if mode == HETEROGENEOUS else amount),
    "ntasks": (
        ("mode", "per_node", "amount"),
        lambda mode, workers, amount: max(workers, 1) * amount + _leader_beside(mode),
    ),
    "ntasks_per_node": (("mode", "per_node"), lambda mode, workers: workers + _leader_beside(mode)),
    "gpus": (
        ("mode", "gpus", "amount"),
        lambda mode, gpus, amount: 0 if mode == HETEROGENEOUS else gpus * amount,
    ),
}
"""Pin → the variables that decide it, and how to read its value from them, before a layout is made."""


def _leader_beside(mode: str) -> int:
    return 1 if mode == HOMOGENEOUS_PLUS_1 else 0


def _pins(demand: Demand) -> list[Constraint]:
    made = [_pin(name, demand.pin(name), *_READ[name]) for name in _READ if demand.pin(name) is not None]
    if demand.pin("ranks_per_gpu") is not None:
        read = partial(_ranks_per_gpu, demand)
        made.append(_pin("ranks_per_gpu", demand.pin("ranks_per_gpu"), ("mode", "gpus", "per_node"), read))
    if demand.pin("mem") is not None:  # says nothing about how many tasks of a heterogeneous job share a node
        made.append(_of_mode("pin:mem", lambda mode: mode != HETEROGENEOUS))
    features = demand.pin("constraint")
    if features is not None:
        wanted = parse_constraint(features)
        made.append(_of_place("pin:constraint", lambda p: constraint_allows(wanted, p.node_type.features)))
    return made


def _ranks_per_gpu(demand: Demand, mode: str, gpus: int, per_node: int) -> float:
    """Workers of a GPU; without a place of its own, the leader takes that of a worker on the first node."""
    uneven = demand.leader and mode != HOMOGENEOUS_PLUS_1 and per_node > 1
    return 0 if uneven else per_node / max(gpus, 1)


def _pin(name: str, pinned: Any, scope: tuple[str, ...], read: Callable[..., Any]) -> Constraint:
    return Constraint(
        f"pin:{name}",
        scope,
        lambda *values: read(*values) in (pinned, ANYTHING),
        lambda *values: _distance(pinned, read(*values)),
    )


def _distance(pinned: Any, value: Any) -> float:
    """How far a value is from the pinned one: by its share for numbers, otherwise all or nothing."""
    if value is ANYTHING:
        return 0.0
    if isinstance(pinned, int):
        return abs(float(value) - pinned) / max(pinned, 1)
    return float(value != pinned)


def _of_mode(label: str, holds: Callable[[str], bool]) -> Constraint:
    return Constraint(label, ("mode",), holds, lambda mode: float(not holds(mode)))


def _of_place(label: str, holds: Callable[[Place], bool]) -> Constraint:
    return Constraint(label, ("place",), holds, lambda place: float(not holds(place)))


# --- the site -------------------------------------------------------------------------------------------------


def _site(asked: Asked) -> dict[str, Excess]:
    """The limits of nodes and partitions."""
    scratch = asked.demand.pin("scratch") or asked.demand.scratch_need_gib
    time = asked.demand.pin("time") or 0
    return {
        "site:cpus": lambda it: _over(it.cpus, most_cpus(it.place.node_type, it.gpus_per_node)),
        "site:gpus": lambda it: _over(it.gpus_per_node, it.place.node_type.gpus),
        "site:count": lambda it: _over(it.nodes, it.place.alike),
        "site:max_nodes": lambda it: _over(it.nodes, it.place.partition and it.place.partition.max_nodes),
        "site:memory": lambda it: _over(asked.allocated_mib(it), memory_limit(it.place)),
        "site:max_mem_per_cpu": lambda it: _over(
            asked.memory_per_cpu(it), it.place.partition and it.place.partition.max_memory_per_cpu_mib
        ),
        "site:max_time": lambda it: _over(time, it.place.partition and it.place.partition.max_time_s),
        "site:scratch": lambda it: _over(scratch, it.place.node_type.scratch_gib),
        "site:whole_cores": _odd_cpus,
    }


def _over(used: float, most: Any) -> float:
    """The excess over a limit; 0 or None is a limit that nobody knows."""
    return used - most if most else 0.0


def _odd_cpus(layout: Layout) -> float:
    """CPUs per task beyond whole cores, where several tasks share a node.

    Slurm may then allocate fewer CPUs than a step with the same `-c` wants, and the step waits for ever; only a
    single CPU per task is safe (observed on Slurm 22.05.8).
    """
    if layout.fullest == 1 or layout.cpus_per_task == 1:
        return 0
    return layout.cpus_per_task % layout.place.node_type.threads_per_core


# --- the job --------------------------------------------------------------------------------------------------


def _needs(asked: Asked) -> dict[str, Excess]:
    """What RELION needs to run at all."""
    demand = asked.demand
    needs: dict[str, Excess] = {}
    for i, rule in enumerate(demand.rank_rules):
        needs[f"need:ranks:{i}"] = partial(ranks_off, rule)
    if demand.serial:
        needs["need:serial"] = lambda it: it.ntasks - 1
    if demand.one_rank_per_gpu and demand.gpu:
        needs["need:rank_per_gpu"] = lambda it: abs(it.ntasks - it.nodes * it.gpus_per_node)
    if demand.interactive:
        needs["need:one_node"] = lambda it: it.nodes - 1
    if demand.gpu:
        if asked.cluster.scheduler == "slurm":  # without one, nobody reserves GPUs that stay idle
            needs["need:busy_gpus"] = partial(_idle_gpus, demand)
        needs["need:devices"] = partial(_missing_devices, asked)
        needs["need:mode"] = lambda it: it.mode == HETEROGENEOUS
    if demand.one_rank_per_gpu and demand.gpu_ids:
        needs["need:gpu_list"] = partial(_list_lacks, demand)
    if demand.pin("threads") is not None:
        needs["need:threads"] = lambda it: demand.pin("threads") - it.cpus_per_task
    if demand.rank_gib:
        needs["need:memory"] = asked.memory_missing_gib
    if demand.scratch and demand.pin("scratch") is not None:
        needs["need:scratch"] = lambda _: demand.scratch_need_gib - demand.pin("scratch")
    return needs


def ranks_off(rule: RankRule | LocalLimit, layout: Layout) -> float:
    """Return by how many ranks a layout misses a bound that RELION enforces at run time; 0 when it meets it."""
    off = max(0, rule.minimum - layout.ntasks)
    if rule.maximum is not None:
        off = max(off, layout.ntasks - rule.maximum)
    return max(off, 1 if rule.odd and layout.ntasks % 2 == 0 else 0)


def _list_lacks(demand: Demand, layout: Layout) -> int:
    """Ranks without an entry in a list that is not repeated: RELION stops there."""
    listed = len(parse_ids(demand.gpu_ids))
    return max(0, layout.ntasks - listed) if listed and demand.one_rank_per_gpu else 0


def _idle_gpus(demand: Demand, layout: Layout) -> int:
    """GPUs that no rank uses, unless there is a more telling reason for it."""
    return 0 if _list_lacks(demand, layout) else idle_gpus(demand, layout)


def _missing_devices(asked: Asked, layout: Layout) -> int:
    """By how many the highest device of the list exceeds those there are: a job sees its own GPUs from 0 on."""
    queued = asked.cluster.scheduler == "slurm"
    there = layout.gpus_per_node if queued else layout.place.node_type.gpus
    return max(0, highest(asked.demand.gpu_ids) + 1 - there) if there else 0


def _memory_flag(asked: Asked) -> list[Constraint]:
    """A site that takes memory by node only cannot run tasks wherever they fit."""
    if asked.cluster.memory_flag != "per_node":
        return []
    return [_of_mode("site:memory_flag", lambda mode: mode != HETEROGENEOUS)]


def _gpu_node(asked: Asked) -> list[Constraint]:
    if not asked.demand.gpu:
        return []
    return [_of_place("need:gpu_node", lambda p: p.node_type.gpus > 0 or not p.node_type.known)]
