"""Which GPU every worker uses, as a line of text per node; and a layout that somebody asks for by distribution."""

from __future__ import annotations

from collections import Counter

from relionc.diag import Finding, Related, Suggestion
from relionc.plan.gpus import rank_devices, worker_devices
from relionc.plan.layout import ranks
from relionc.plan.model import LEADER, Rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.plan.layout import Layout
    from relionc.plan.on_site import DemandOnSite
    from relionc.spec.model import ResolvedJob

BAR, NONE = "▇", "·"
FEW = 6
"""Nodes that a picture in a message shows."""
_WIDE = 8
"""Ranks of a node that are named one by one."""


def gpu_bars(here: Sequence[Rank], gpus: int) -> str:
    """Return the GPUs of a node, each with a bar for every worker on it."""
    loads = Counter(gpu for rank in here for gpu in rank.gpus)
    return " ".join(f"{gpu} {BAR * loads[gpu] or NONE}" for gpu in range(gpus))


def node_lines(placed: Sequence[Rank], gpus: int) -> tuple[str, ...]:
    """Return a line for each of the first nodes: its ranks, and what its GPUs do."""
    nodes = max(rank.node for rank in placed) + 1
    rows = []
    for node in range(min(nodes, FEW)):
        here = [rank for rank in placed if rank.node == node]
        rows.append(f"node[{node}]  {_names(here)}   GPU {gpu_bars(here, gpus)}")
    more = (f"and {nodes - FEW} nodes more",) if nodes > FEW else ()
    return (*rows, *more)


def _names(here: Sequence[Rank]) -> str:
    names = ["L" if rank.role == LEADER else f"w{rank.rank}" for rank in here]
    if len(names) > _WIDE:
        names = [*names[: _WIDE - 2], "…", names[-1]]
    return " ".join(names)


def of_layout(on_site: DemandOnSite, layout: Layout) -> tuple[Related, ...]:
    """Return the picture of a layout, as facts that are no line of the spec."""
    placed = ranks(layout, on_site.demand, layout.choice.threads)
    return tuple(Related(line, None) for line in node_lines(placed, layout.gpus_per_node))


# --- cyclic ranks ---------------------------------------------------------------------------------------------


def cyclic(on_site: DemandOnSite, layout: Layout) -> tuple[Rank, ...]:
    """Return the ranks of a layout dealt over its nodes in turn, with the devices that RELION gives them then.

    RELION numbers workers over the whole job, so those of a node are not in a row (relion#32, relion#367).
    """
    blocks = ranks(layout, on_site.demand, layout.choice.threads)
    places = list(layout.shares)
    dealt: list[int] = []
    while len(dealt) < len(blocks):
        dealt += [node for node, left in enumerate(places) if left > 0]
        places = [left - 1 for left in places]
    has_leader = blocks[0].role == LEADER
    workers = Counter(dealt[has_leader:])
    demand, gpus = on_site.demand, layout.gpus_per_node
    threads = demand.device_threads(layout.choice.threads)

    def devices(rank: Rank, node: int) -> tuple[int, ...]:
        if rank.role == LEADER:
            return ()
        if demand.gpu_by_rank:
            return rank_devices(demand.gpu_ids, rank.rank, gpus)
        return worker_devices(demand.gpu_ids, rank.rank - has_leader, workers[node], gpus, threads)

    return tuple(
        rank._replace(node=node, gpus=devices(rank, node)) for rank, node in zip(blocks, dealt, strict=True)
    )


def refuse_cyclic(job: ResolvedJob, on_site: DemandOnSite, layout: Layout, made: str) -> Finding | None:
    """Return what cyclic ranks would do to the GPUs of a layout; None where it asks for no GPUs."""
    pin = job.resources.distribution
    if pin is None or not layout.gpus_per_node:
        return None
    placed = cyclic(on_site, layout)
    busy = len({(rank.node, gpu) for rank in placed for gpu in rank.gpus})
    total = layout.worker_nodes * layout.gpus_per_node
    return Finding(
        code="RL307",
        message=f"cyclic ranks would leave {total - busy} of {total} GPUs idle",
        route=pin.route,
        help="leave `distribution` out: the plan places ranks in blocks, for which RELION's mapping is right",
        why="RELION maps a worker to a GPU by its number in the whole job, not by its number on the node "
        "(ml_optimiser_mpi.cpp; relion#32, relion#367)",
        conflict=tuple(Related(line, None) for line in node_lines(placed, layout.gpus_per_node)),
        suggestions=(Suggestion(((pin.route, "(leave it out)"),), made),),
    )
