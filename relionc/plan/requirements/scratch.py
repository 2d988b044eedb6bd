"""Scratch on the disk of a node."""

from __future__ import annotations

from relionc.plan.amounts import gib
from relionc.plan.requirements.record import Excess, Measure, Requirement, always, of_node, only_if, over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.demand import Demand
    from relionc.plan.layout import Layout


def _wanted(demand: Demand) -> float:
    return demand.pins.scratch or demand.scratch_need_gib


def _lacks(layout: Layout) -> str:
    demand = layout.choice.on_site.demand
    terms = " + ".join(f"{term.gib:,.1f} {term.label}" for term in demand.scratch)
    total = gib(demand.scratch_need_gib)
    return f"{terms} = {total} of scratch per node > {demand.pins.scratch} GiB asked for"


def _disk_is_small(layout: Layout) -> str:
    node, wanted = layout.pool.node_type, _wanted(layout.choice.on_site.demand)
    return f"{gib(wanted)} of scratch per node > {node.scratch_gib} GiB of {node.name}"


SCRATCH_NEED = Requirement(
    "need:scratch",
    Excess("scratch needed over the scratch asked for", "GiB", "the models below"),
    only_if(
        lambda on_site: bool(on_site.demand.scratch) and on_site.demand.pins.scratch is not None,
        Measure(
            ("pool",),
            lambda c: c.on_site.demand.scratch_need_gib - (c.on_site.demand.pins.scratch or 0),
            whole=False,
        ),
    ),
    "scratch for all particles",
    _lacks,
    "RL501",
    weighs=("scratch",),
)
SCRATCH_DISK = Requirement(
    "site:scratch",
    Excess("scratch (pinned, else needed) over the node's disk", "GiB", "profile"),
    always(
        Measure(
            ("pool",), lambda c: over(_wanted(c.on_site.demand), c.pool.node_type.scratch_gib), whole=False
        )
    ),
    "scratch of the nodes",
    _disk_is_small,
    "RL502",
    weighs=("scratch",),
    fact=of_node(
        lambda it: f"{it.pool.node_type.name} nodes have {it.pool.node_type.scratch_gib} GiB of scratch",
        "scratch",
    ),
)
