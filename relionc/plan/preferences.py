"""Which of the possible layouts is the best: costs, from the most to the least important."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.model import HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1
from relionc.solve import Objective

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.plan.asked import Asked
    from relionc.plan.demand import Demand
    from relionc.plan.layout import Layout, Place

_TOO_FEW = 1000
"""A rank too few costs more than any number too many: the work asked for comes before thrift."""


def objectives(asked: Asked) -> tuple[Objective, ...]:
    """Return the costs in order; docs/solver.md explains them."""
    demand = asked.demand

    def cost(name: str, of: Callable[[Layout], float]) -> Objective:
        return Objective(name, ("layout",), of)

    def of_place(name: str, of: Callable[[Place], float]) -> Objective:
        return Objective(name, ("place",), of)

    return (
        Objective("mode", ("mode",), lambda mode: _mode_rank(demand, mode)),
        of_place("GPU nodes are for GPU jobs", lambda place: place.node_type.gpus > 0 and not demand.gpu),
        cost("GPUs left on a node", lambda it: _left_gpus(demand, it)),
        cost("doubled GPUs", _doubled_gpus),
        cost("ranks", lambda it: _rank_distance(asked, it)),
        cost("threads", lambda it: abs(it.cpus_per_task - asked.preferred_cpus(it.place.node_type))),
        cost("nodes", lambda it: 0 if it.mode == HETEROGENEOUS else it.nodes),  # there, Slurm decides
        of_place("order of the profile", lambda place: place.order),
    )


def _mode_rank(demand: Demand, mode: str) -> int:
    """Refine-type on GPUs → homogeneous+1, one rank per GPU → homogeneous, CPUs → heterogeneous.

    A CPU job with pinned nodes or tasks per node cannot be heterogeneous and is homogeneous.
    """
    if demand.gpu and demand.leader:
        order: tuple[str, ...] = (HOMOGENEOUS_PLUS_1, HOMOGENEOUS, HETEROGENEOUS)
    elif demand.gpu:
        order = (HOMOGENEOUS, HETEROGENEOUS, HOMOGENEOUS_PLUS_1)
    elif demand.pin("nodes") is None and demand.pin("ntasks_per_node") is None:
        order = (HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1)
    else:
        order = (HOMOGENEOUS, HOMOGENEOUS_PLUS_1, HETEROGENEOUS)
    return order.index(mode)


def _left_gpus(demand: Demand, layout: Layout) -> int:
    """A whole node is the unit of a parallel GPU job; a serial program takes one GPU."""
    if demand.serial:
        return max(0, layout.gpus_per_node - 1)
    return max(0, layout.place.node_type.gpus - layout.gpus_per_node) if layout.gpus_per_node else 0


def _doubled_gpus(layout: Layout) -> int:
    """Workers beyond one per GPU: two ranks on a GPU share its memory."""
    return max(0, layout.workers_per_node - layout.gpus_per_node) if layout.gpus_per_node else 0


def _rank_distance(asked: Asked, layout: Layout) -> int:
    """A CPU job that pins nothing takes the site's usual number of ranks, or the next that RELION accepts."""
    if layout.gpus_per_node:
        return 0
    over = layout.ntasks - asked.cluster.policy.ntasks
    return over if over >= 0 else -over * _TOO_FEW
