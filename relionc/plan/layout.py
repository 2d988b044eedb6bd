"""The arithmetic of a layout: what Slurm allocates for it, and where each rank lands."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from relionc.plan.gpus import parse_ids, rank_devices, worker_devices
from relionc.plan.model import (
    HETEROGENEOUS,
    HOMOGENEOUS_PLUS_1,
    LEADER,
    PEER,
    WORKER,
    Rank,
)

if TYPE_CHECKING:
    from relionc.plan.demand import Demand
    from relionc.site.types import NodeType, Partition


class Place(NamedTuple):
    """A partition and one of its node types.

    `alike` nodes of the partition are of the same hardware and may be taken; `order` is the place in the profile.
    """

    partition: Partition | None
    node_type: NodeType
    alike: int
    order: int


class Layout(NamedTuple):
    """One way to run a job. `per_node` counts the tasks that Slurm allocates on a node (0: left to Slurm).

    `shares` are the ranks that run on each node, in the order of the allocation. `cpus` are the CPUs allocated
    on the fullest node, rounded up to whole cores as Slurm does it.
    """

    mode: str
    place: Place
    shares: tuple[int, ...]
    slots: int
    per_node: int
    workers_per_node: int
    cpus_per_task: int
    gpus_per_node: int
    cpus: int

    @property
    def nodes(self) -> int:
        """Nodes of the allocation."""
        return len(self.shares)

    @property
    def ntasks(self) -> int:
        """Ranks launched."""
        return sum(self.shares)

    @property
    def fullest(self) -> int:
        """The most ranks that run on one node."""
        return max(self.shares)


def round_cpus(cpus: int, threads_per_core: int) -> int:
    """Return the CPUs that Slurm allocates for `cpus` asked on a node: whole cores (CR_Core)."""
    return ceil(cpus / threads_per_core) * threads_per_core


def make(
    mode: str,
    place: Place,
    *,
    gpus: int,
    per_node: int,
    cpus_per_task: int,
    amount: int,
    mem_per_cpu: int,
) -> Layout:
    """Return the layout of `amount` nodes (heterogeneous: tasks) with `per_node` workers on each.

    `mem_per_cpu` (MiB; 0: not by CPU) limits how many tasks of a heterogeneous job share a node.
    """
    if mode == HETEROGENEOUS:
        shares = heterogeneous_shares(place.node_type, cpus_per_task, mem_per_cpu, amount)
        per_node, slots, most = 0, 0, max(shares)
    else:
        leader = 1 if mode == HOMOGENEOUS_PLUS_1 else 0
        shares = (per_node + leader,) + (per_node,) * (amount - 1)
        slots = most = per_node + leader
    return Layout(
        mode=mode,
        place=place,
        shares=shares,
        slots=slots * amount if slots else amount,
        per_node=slots,
        workers_per_node=per_node,
        cpus_per_task=cpus_per_task,
        gpus_per_node=gpus,
        cpus=round_cpus(most * cpus_per_task, place.node_type.threads_per_core),
    )


def heterogeneous_shares(
    node: NodeType, cpus_per_task: int, mem_per_cpu: int, ntasks: int
) -> tuple[int, ...]:
    """Return how Slurm spreads tasks over empty nodes when nothing but tasks, CPUs and memory is asked.

    It fills node after node; the CPUs of the last are rounded up to whole cores, and the tasks are then dealt in
    turn under what each node has. So nearly always all nodes but the last are full; with one CPU per task and
    an odd rest, a full node gives one task to the last (observed on Slurm 22.05.8, select/cons_tres, CR_Core).
    """
    most = max(1, tasks_that_fit(node, cpus_per_task, mem_per_cpu, ntasks))
    nodes = ceil(ntasks / most)
    rest = ntasks - most * (nodes - 1)
    last = round_cpus(rest * cpus_per_task, node.threads_per_core) // cpus_per_task
    spare = last - rest
    full = [most] * (nodes - 1)
    if spare and full:
        return _dealt([*full, last], ntasks)
    return (*full, rest)


def _dealt(places: list[int], ntasks: int) -> tuple[int, ...]:
    """Deal tasks over nodes in turn, each up to its places."""
    shares = [0] * len(places)
    left = ntasks
    while left:
        for i, most in enumerate(places):
            if left and shares[i] < most:
                shares[i] += 1
                left -= 1
    return tuple(shares)


def tasks_that_fit(node: NodeType, cpus_per_task: int, mem_per_cpu: int, wanted: int) -> int:
    """Return how many tasks Slurm puts on an empty node: bounded by CPUs, and by memory x rounded CPUs."""
    cpus = node.cpus or round_cpus(wanted * cpus_per_task, node.threads_per_core)
    if mem_per_cpu and node.memory_mib:
        cpus = min(cpus, node.memory_mib // mem_per_cpu)
    cpus -= cpus % node.threads_per_core
    return min(wanted, cpus // cpus_per_task)


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


def idle_gpus(demand: Demand, layout: Layout) -> int:
    """Return how many of the allocated GPUs no rank would use, by RELION's own mapping (relion#367, relion#32)."""
    gpus = layout.gpus_per_node
    if not gpus:
        return 0
    threads = int(demand.pin("threads") or layout.cpus_per_task)
    role = WORKER if demand.leader else PEER
    listed = bool(parse_ids(demand.gpu_ids))
    busy: dict[tuple[int, int], int] = {}  # by first rank and workers of a node
    idle = first = 0
    for count in layout.shares:
        led = demand.leader and layout.ntasks > 1 and first == 0
        # RELION's own choice depends on the node's workers alone: nodes repeat, and there may be thousands
        node = (first if listed else 0, count - led)
        if node not in busy:
            ranks_here = range(first + led, first + count)
            devices = (_devices(layout, demand, rank, role, node[1], threads) for rank in ranks_here)
            busy[node] = len({device for mine in devices for device in mine})
        idle += max(0, gpus - busy[node])
        first += count
    return idle


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
