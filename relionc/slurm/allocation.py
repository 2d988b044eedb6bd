"""What Slurm allocates for a request.

These are rules of `select/cons_tres` with whole cores (CR_Core, CR_Core_Memory), documented by Slurm in part only. The
last line of each says on which versions it was seen on a running Slurm; versions between were not tried. Memory is in
MiB. Nothing here lists nodes: a job of ten thousand costs as much as one of two, but for the shares of one.
"""

from __future__ import annotations

from math import ceil
from typing import Protocol


class Node(Protocol):
    """A node as Slurm counts it; 0 CPUs or 0 MiB: nobody says how many."""

    @property
    def cpus(self) -> int:
        """CPUs, which are hardware threads."""

    @property
    def threads_per_core(self) -> int:
        """Hardware threads of a core."""

    @property
    def memory_mib(self) -> int:
        """Memory for jobs."""


def whole_cores(cpus: int, threads_per_core: int) -> int:
    """Return the CPUs that a job gets on a node for those it asks for there: nobody shares a core with another job.

    Seen on 20.11.4, 22.05.8, 24.11.5, 26.05.5.
    """
    return ceil(cpus / threads_per_core) * threads_per_core


def tasks_that_fit(node: Node, cpus_per_task: int, mem_per_cpu: int, wanted: int) -> int:
    """Return how many tasks Slurm puts on an empty node: bounded by CPUs, and by memory per CPU times whole cores.

    Seen on 22.05.8, 24.11.5, 26.05.5.
    """
    cpus = node.cpus or whole_cores(wanted * cpus_per_task, node.threads_per_core)
    if mem_per_cpu and node.memory_mib:
        booked = node.memory_mib // mem_per_cpu
        cpus = min(cpus, booked - booked % node.threads_per_core)
    return min(wanted, cpus // cpus_per_task)


def heterogeneous_shares(
    node: Node,
    cpus_per_task: int,
    mem_per_cpu: int,
    ntasks: int,
    *,
    least: int = 1,
    exclusive: bool = False,
) -> tuple[int, ...]:
    """Return how Slurm spreads tasks over empty nodes when nothing but tasks, CPUs and memory is asked.

    It fills node after node, but keeps a task for each of the `least` nodes that the partition wants. The CPUs of each
    node are rounded up to whole cores, and the tasks are then dealt in turn under what each node has. So nearly always
    all nodes but the last are full; with one CPU per task and an odd rest, a full node gives one task to the
    last; and an exclusive job, which has all CPUs of its nodes, is spread evenly.

    Seen on 22.05.8, 24.11.5, 26.05.5; 20.11.4 takes as many nodes and spreads the tasks evenly over them.
    """
    most = max(1, tasks_that_fit(node, cpus_per_task, 0 if exclusive else mem_per_cpu, ntasks))
    if exclusive and node.cpus:
        nodes = max(ceil(ntasks / most), min(least, ntasks))
        return _dealt([max(1, node.cpus // cpus_per_task)] * nodes, ntasks)
    core, left = node.threads_per_core, ntasks * cpus_per_task
    places: list[int] = []
    while left > 0:
        kept = max(0, min(least, ntasks) - len(places) - 1) * whole_cores(cpus_per_task, core)
        taken = min(most * cpus_per_task, max(cpus_per_task, left - kept))
        places.append(whole_cores(taken, core) // cpus_per_task)
        left -= taken
    return _dealt(places, ntasks)


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
