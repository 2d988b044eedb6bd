"""The arithmetic of a layout: what Slurm allocates for it, and where each rank lands."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from relionc.plan.gpus import rank_devices, worker_devices
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


@dataclass(frozen=True, slots=True)
class Place:
    """A partition and one of its node types; `order` is its place in the profile."""

    partition: Partition | None
    node_type: NodeType
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way to run a job. `per_node` counts the tasks that Slurm allocates on a node (0: left to Slurm).

    `fullest` is the most ranks that run on one node; `cpus` are the CPUs allocated on such a node, rounded up to
    whole cores as Slurm does it.
    """

    mode: str
    place: Place
    nodes: int
    ntasks: int
    slots: int
    per_node: int
    workers_per_node: int
    cpus_per_task: int
    gpus_per_node: int
    fullest: int
    cpus: int


def round_cpus(cpus: int, threads_per_core: int) -> int:
    """Return the CPUs that Slurm allocates for `cpus` asked on a node: whole cores (CR_Core)."""
    return ceil(cpus / threads_per_core) * threads_per_core


def make(
    mode: str, place: Place, gpus: int, per_node: int, cpus_per_task: int, amount: int, mem_per_cpu: int
) -> Layout:
    """Return the layout of `amount` nodes (heterogeneous: tasks) with `per_node` workers on each.

    `mem_per_cpu` (MiB; 0: not by CPU) limits how many tasks of a heterogeneous job share a node.
    """
    if mode == HETEROGENEOUS:
        return _heterogeneous(place, gpus, cpus_per_task, amount, mem_per_cpu)
    extra = 1 if mode == HOMOGENEOUS_PLUS_1 else 0
    slots = per_node + extra
    return Layout(
        mode=mode,
        place=place,
        nodes=amount,
        ntasks=amount * per_node + extra,
        slots=amount * slots,
        per_node=slots,
        workers_per_node=per_node,
        cpus_per_task=cpus_per_task,
        gpus_per_node=gpus,
        fullest=slots,
        cpus=round_cpus(slots * cpus_per_task, place.node_type.threads_per_core),
    )


def _heterogeneous(place: Place, gpus: int, cpus_per_task: int, ntasks: int, mem_per_cpu: int) -> Layout:
    capacity = max(1, tasks_that_fit(place.node_type, cpus_per_task, mem_per_cpu, ntasks))
    nodes = ceil(ntasks / capacity)
    fullest = ceil(ntasks / nodes)
    return Layout(
        mode=HETEROGENEOUS,
        place=place,
        nodes=nodes,
        ntasks=ntasks,
        slots=ntasks,
        per_node=0,
        workers_per_node=0,
        cpus_per_task=cpus_per_task,
        gpus_per_node=gpus,
        fullest=fullest,
        cpus=round_cpus(fullest * cpus_per_task, place.node_type.threads_per_core),
    )


def tasks_that_fit(node: NodeType, cpus_per_task: int, mem_per_cpu: int, wanted: int) -> int:
    """Return how many tasks Slurm puts on an empty node: bounded by CPUs, and by memory x rounded CPUs."""
    cpus = node.cpus or wanted * cpus_per_task
    if mem_per_cpu and node.memory_mib:
        cpus = min(cpus, node.memory_mib // mem_per_cpu)
    cpus -= cpus % node.threads_per_core
    return min(wanted, cpus // cpus_per_task)


def ranks_per_node(layout: Layout) -> list[int]:
    """Return how many ranks run on each node, in the order of the allocation.

    Slurm deals the tasks of a heterogeneous job over its nodes in turn, so the first nodes get one more.
    """
    if layout.mode == HETEROGENEOUS:
        share, rest = divmod(layout.ntasks, layout.nodes)
        return [share + (node < rest) for node in range(layout.nodes)]
    first = layout.per_node
    return [first] + [layout.workers_per_node] * (layout.nodes - 1)


def ranks(layout: Layout, demand: Demand, threads: int) -> tuple[Rank, ...]:
    """Return every rank with its node, CPUs and the devices it will use; ranks fill the nodes in blocks."""
    placed: list[Rank] = []
    led = demand.leader and layout.ntasks > 1  # alone, the serial program does the work itself
    for node, count in enumerate(ranks_per_node(layout)):
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
