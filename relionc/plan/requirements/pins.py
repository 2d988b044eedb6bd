"""The values that the user fixed. Heterogeneous leaves the nodes to Slurm, so it is far from any pin about them."""

from __future__ import annotations

from math import inf

from relionc.plan.requirements.record import (
    OF_NODES,
    OF_RANKS,
    UP,
    Excess,
    Measure,
    Requirement,
    only_if,
    unless,
)
from relionc.slurm.constraint import constraint_allows, constraint_least, parse_constraint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.plan.choice import Choice, Fields
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pins import PinName, Pins


def _word(
    name: PinName,
    of: str,
    pinned: Callable[[Pins], str | int | None],
    reads: Fields,
    same: Callable[[Choice], bool],
) -> Requirement:
    """Return the requirement that a choice is the one that is pinned."""
    measures = only_if(lambda on_site: pinned(on_site.demand.pins) is not None, Measure(reads, unless(same)))
    return Requirement(f"pin:{name}", Excess(of, "", "the spec"), measures, pin=name)


def _number(
    name: PinName,
    excess: Excess,
    pinned: Callable[[Pins], int | None],
    reads: Fields,
    value: Callable[[Choice], float],
) -> Requirement:
    """Return the requirement that a number of a choice is the one that is pinned."""

    def measures(on_site: DemandOnSite) -> tuple[Measure, ...]:
        number = pinned(on_site.demand.pins)
        if number is None:
            return ()
        whole = value is not _ranks_per_gpu
        exactly = Measure(reads, value, reads, low=number, high=number, scale=max(number, 1), whole=whole)
        return (exactly,)

    return Requirement(f"pin:{name}", excess, measures, pin=name)


def _is_pinned_partition(choice: Choice) -> bool:
    partition = choice.pool.partition
    return partition is not None and partition.name == choice.on_site.demand.pins.partition


def _is_pinned_gpu(choice: Choice) -> bool:
    node = choice.pool.node_type
    return not node.known or node.gpu_type == choice.on_site.demand.pins.gpu_type


def _by_node(choice: Choice, number: float) -> float:
    return -inf if choice.mode.leaves_nodes_to_slurm else number


def _ranks_per_gpu(choice: Choice) -> float:
    """Workers of each GPU on all nodes; no number where the leader takes a worker's place on the first."""
    if choice.mode.leaves_nodes_to_slurm:
        return -inf
    workers = choice.workers_per_node
    uneven = choice.on_site.demand.leader and not choice.leader_slots and workers > 1
    return inf if uneven else workers / max(choice.gpus, 1)


def _features(on_site: DemandOnSite) -> Iterator[Measure]:
    text = on_site.demand.pins.constraint
    if text is None:
        return
    wanted = parse_constraint(text)
    least = constraint_least(wanted)
    yield Measure(("pool",), unless(lambda c: constraint_allows(wanted, c.pool.node_type.features)))
    if least > 1:
        yield Measure(OF_NODES, lambda c: c.nodes, UP, low=least, high=inf)


PARTITION = _word(
    "partition", "another one than pinned", lambda pins: pins.partition, ("pool",), _is_pinned_partition
)
GPU_TYPE = _word(
    "gpu_type",
    "another one than pinned (a node type nobody has described may have any GPU)",
    lambda pins: pins.gpu_type,
    ("pool",),
    _is_pinned_gpu,
)
LAYOUT = _word(
    "layout",
    "another one than pinned",
    lambda pins: pins.layout,
    ("mode",),
    lambda c: c.mode.name == c.on_site.demand.pins.layout,
)
MEM = _word(
    "mem",
    "heterogeneous: memory by node does not say how many ranks share one",
    lambda pins: pins.mem,
    ("mode",),
    lambda c: not c.mode.leaves_nodes_to_slurm,
)
GPUS_PER_NODE = _number(
    "gpus_per_node",
    Excess("difference of G", "GPUs", "the spec"),
    lambda pins: pins.gpus_per_node,
    ("gpus",),
    lambda c: c.gpus,
)
CPUS_PER_TASK = _number(
    "cpus_per_task",
    Excess("difference of c", "CPUs", "the spec"),
    lambda pins: pins.cpus_per_task,
    ("cpus_per_task",),
    lambda c: c.cpus_per_task,
)
NODES = _number(
    "nodes",
    Excess(
        "difference of n; heterogeneous has no number of nodes to keep, and is infinitely far from any",
        "nodes",
        "the spec",
    ),
    lambda pins: pins.nodes,
    ("mode", "nodes_or_tasks"),
    lambda c: _by_node(c, c.nodes_or_tasks),
)
NTASKS = _number(
    "ntasks",
    Excess("difference of R", "ranks", "the spec"),
    lambda pins: pins.ntasks,
    OF_RANKS,
    lambda c: c.ranks,
)
NTASKS_PER_NODE = _number(
    "ntasks_per_node",
    Excess("difference of w, with e except in a hetjob", "ranks", "the spec"),
    lambda pins: pins.ntasks_per_node,
    ("mode", "workers_per_node"),
    lambda c: c.ranks_per_node,
)
GPUS = _number(
    "gpus",
    Excess("difference of n·G; heterogeneous has none", "GPUs", "the spec"),
    lambda pins: pins.gpus,
    ("mode", "gpus", "nodes_or_tasks"),
    lambda c: _by_node(c, c.gpus * c.nodes_or_tasks),
)
RANKS_PER_GPU = _number(
    "ranks_per_gpu",
    Excess(
        "difference of w / G; infinitely far from any where it has none: heterogeneous, and homogeneous where a leader "
        "takes the place of one of several workers",
        "ranks",
        "the spec",
    ),
    lambda pins: pins.ranks_per_gpu,
    ("mode", "gpus", "workers_per_node"),
    _ranks_per_gpu,
)
CONSTRAINT = Requirement(
    "pin:constraint",
    Excess(
        "features of the node that the constraint does not allow; nodes fewer than its counts (`rack1*2`) ask for",
        "nodes",
        "the spec",
    ),
    _features,
    pin="constraint",
)
