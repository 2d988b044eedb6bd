"""The arithmetic of a layout: what Slurm allocates for it, and where each rank lands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.plan.gpus import rank_devices, worker_devices
from relionc.plan.model import (
    HETEROGENEOUS,
    HETJOB,
    LEADER,
    ONE_TASK_PER_NODE,
    PEER,
    WORKER,
    Rank,
)
from relionc.slurm.allocation import heterogeneous_shares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.plan.asked import Asked
    from relionc.plan.demand import Demand
    from relionc.site.types import NodeType, Partition


class Place(NamedTuple):
    """A partition and one of its node types.

    `alike` nodes of the partition are of the same hardware and may be taken; `order` is the place among those
    preferred; `room` is the node with the partition's own limits on CPUs and memory.
    """

    partition: Partition | None
    node_type: NodeType
    alike: int
    order: int
    room: NodeType


class Layout(NamedTuple):
    """One way to run a job: a choice of the solver with its nodes and ranks counted out.

    `per_node` counts the tasks that Slurm allocates on a node with workers (0: left to Slurm), `slots` all tasks that
    it allocates. `shares` are the ranks that run on each node, in the order of the allocation. `cpus` are the CPUs
    allocated on the fullest node with workers, rounded up to whole cores as Slurm does it. `leader_place`: where the
    leader is, if in a group of its own; that node is the first of `shares`.
    """

    mode: str
    place: Place
    leader_place: Place | None
    shares: tuple[int, ...]
    slots: int
    per_node: int
    workers_per_node: int
    cpus_per_task: int
    gpus_per_node: int
    cpus: int
    amount: int

    @property
    def nodes(self) -> int:
        """Nodes of the allocation."""
        return len(self.shares)

    @property
    def worker_nodes(self) -> int:
        """Nodes with workers."""
        return len(self.shares) - (self.leader_place is not None)

    @property
    def ntasks(self) -> int:
        """Ranks launched."""
        return sum(self.shares)

    @property
    def fullest(self) -> int:
        """The most ranks that run on one node."""
        return max(self.shares)

    @property
    def choice(self) -> tuple[Place, str, int, int, int]:
        """The arguments of the arithmetic of `Asked`."""
        workers = 0 if self.mode == HETEROGENEOUS else self.workers_per_node
        return self.place, self.mode, workers, self.cpus_per_task, self.amount


def layout_of(asked: Asked, values: Mapping[str, Any]) -> Layout:
    """Return the layout of a choice of the solver."""
    place, mode, leader, gpus, cpus, workers, amount = (values[name] for name in CHOICE)
    full = asked.fullest(place, mode, workers, cpus, amount)
    if mode == HETEROGENEOUS:
        per_cpu = asked.mem_per_cpu(place, mode, workers, cpus, amount) if asked.slurm else 0
        least = asked.least_nodes(place)
        shares = heterogeneous_shares(
            asked.fillable(place), cpus, per_cpu, amount, least=least, exclusive=asked.exclusive
        )
        per_node, slots = 0, amount
    elif mode == HETJOB:
        shares = (1, *[workers] * amount)
        per_node, slots = workers, workers * amount + 1
    else:
        shares = (full, *[workers] * (amount - 1))
        per_node = 1 if mode == ONE_TASK_PER_NODE else full
        slots = per_node * amount
    return Layout(
        mode=mode,
        place=place,
        leader_place=leader,
        shares=shares,
        slots=slots,
        per_node=per_node,
        workers_per_node=workers,
        cpus_per_task=cpus,
        gpus_per_node=gpus,
        cpus=asked.cpus(place, mode, workers, cpus, amount),
        amount=amount,
    )


CHOICE = ("place", "mode", "leader", "gpus", "cpus_per_task", "per_node", "amount")
"""The variables of the solver, in the order of its search."""


def ranks(layout: Layout, demand: Demand, threads: int) -> tuple[Rank, ...]:
    """Return every rank with its node, CPUs and the devices it will use; ranks fill the nodes in blocks."""
    placed: list[Rank] = []
    led = demand.leader and layout.ntasks > 1  # alone, the serial program does the work itself
    for node, count in enumerate(layout.shares):
        workers_here = count - (1 if led and node == 0 else 0)
        for _ in range(count):
            rank = len(placed)
            role = PEER if not led else LEADER if rank == 0 else WORKER
            gpus = _devices(layout, demand, rank, role, workers_here, threads)
            placed.append(Rank(rank, role, node, layout.cpus_per_task, gpus))
    return tuple(placed)


def _devices(
    layout: Layout, demand: Demand, rank: int, role: str, workers_here: int, threads: int
) -> tuple[int, ...]:
    count = layout.gpus_per_node
    if not count or role == LEADER:
        return ()
    if demand.one_rank_per_gpu:
        return rank_devices(demand.gpu_ids, rank, count)
    worker = rank - 1 if role == WORKER else rank
    return worker_devices(demand.gpu_ids, worker, workers_here, count, threads)
