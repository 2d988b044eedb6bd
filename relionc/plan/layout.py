"""The arithmetic of a layout: what Slurm allocates for it, and where each rank lands."""

from __future__ import annotations

from collections.abc import Sequence

from relionc.plan.gpus import rank_devices, worker_devices
from relionc.plan.model import LEADER, PEER, WORKER, Rank
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from relionc.plan.choice import Choice
    from relionc.plan.demand import Demand
    from relionc.plan.modes.base import Mode
    from relionc.plan.pools import NodePool


class Layout(NamedTuple):
    """One way to run a job: a choice of the search with its nodes and ranks counted out.

    `per_node` counts the tasks that Slurm allocates on a node with workers (0: left to Slurm), `slots` all tasks that
    it allocates. `shares` are the ranks that run on each node, in the order of the allocation; the node of a leader in
    a group of its own is the first of them.
    """

    choice: Choice
    shares: tuple[int, ...]
    slots: int
    per_node: int

    @property
    def mode(self) -> Mode:
        """How ranks are spread."""
        return self.choice.mode

    @property
    def pool(self) -> NodePool:
        """Where the workers are."""
        return self.choice.pool

    @property
    def leader_pool(self) -> NodePool | None:
        """Where the leader is, if in a group of its own."""
        return self.choice.leader

    @property
    def workers_per_node(self) -> int:
        """Workers of each node; 0: left to Slurm."""
        return self.choice.workers_per_node

    @property
    def cpus_per_task(self) -> int:
        """CPUs of each rank."""
        return self.choice.cpus_per_task

    @property
    def gpus_per_node(self) -> int:
        """GPUs of each node with workers."""
        return self.choice.gpus

    @property
    def nodes(self) -> int:
        """Nodes of the allocation."""
        return len(self.shares)

    @property
    def worker_nodes(self) -> int:
        """Nodes with workers."""
        return len(self.shares) - (self.leader_pool is not None)

    @property
    def ntasks(self) -> int:
        """Ranks launched."""
        return sum(self.shares)

    @property
    def max_ranks_per_node(self) -> int:
        """The most ranks that run on one node."""
        return max(self.shares)


def layout_of(choice: Choice) -> Layout:
    """Return the layout of a choice of the search."""
    mode = choice.mode
    return Layout(choice, mode.shares(choice), mode.slots(choice), mode.tasks_per_node(choice))


def ranks(layout: Layout, demand: Demand, threads: int) -> tuple[Rank, ...]:
    """Return every rank with its node, CPUs and the devices it will use; ranks fill the nodes in blocks."""
    placed: list[Rank] = []
    has_leader = demand.leader and layout.ntasks > 1  # alone, the serial program does the work itself
    for node, count in enumerate(layout.shares):
        workers_here = count - (1 if has_leader and node == 0 else 0)
        for _ in range(count):
            rank = len(placed)
            role = PEER if not has_leader else LEADER if rank == 0 else WORKER
            gpus = _devices(layout, demand, rank, role, workers_here, threads)
            placed.append(Rank(rank, role, node, layout.cpus_per_task, gpus))
    return tuple(placed)


class RankList(Sequence["Rank"]):
    """Every rank of a layout; they are listed when somebody looks, as a lint does not."""

    __slots__ = ("_about", "_listed")

    def __init__(self, layout: Layout, demand: Demand, threads: int) -> None:
        self._about = layout, demand, threads
        self._listed: tuple[Rank, ...] | None = None

    def _all(self) -> tuple[Rank, ...]:
        if self._listed is None:
            self._listed = ranks(*self._about)
        return self._listed

    def __len__(self) -> int:
        return self._about[0].ntasks

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())


def _devices(
    layout: Layout, demand: Demand, rank: int, role: str, workers_here: int, threads: int
) -> tuple[int, ...]:
    count = layout.gpus_per_node
    if not count or role == LEADER:
        return ()
    if demand.gpu_by_rank:
        return rank_devices(demand.gpu_ids, rank, count)
    worker = rank - 1 if role == WORKER else rank
    return worker_devices(demand.gpu_ids, worker, workers_here, count, demand.device_threads(threads))
