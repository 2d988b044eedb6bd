"""What Slurm allocates for a request, and what of it is compared with which limit.

These are rules of `select/cons_tres` with whole cores (CR_Core, CR_Core_Memory), documented by Slurm in part only. The
last line of each says on which versions it was seen on a running Slurm; versions between were not tried. Memory is in
MiB. Nothing here lists nodes: a job of ten thousand costs as much as one of two, but for the shares of one.
"""

from __future__ import annotations

from math import ceil

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
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
    evenly: bool = False,
) -> tuple[int, ...]:
    """Return how Slurm spreads tasks over empty nodes when nothing but tasks, CPUs and memory is asked.

    It fills node after node, but keeps a task for each of the `least` nodes that the partition wants. The CPUs of each
    node are rounded up to whole cores, and the tasks are then dealt in turn under what each node has. So nearly always
    all nodes but the last are full; with one CPU per task and an odd rest, a full node gives one task to the
    last; and an exclusive job, which has all CPUs of its nodes, is spread evenly. `evenly`: so are all, over as many
    nodes, but in whole cores (`versions.SPREADS_TASKS`).

    Seen on 20.11.4, 22.05.8, 24.11.5, 26.05.5.
    """
    most = max(1, tasks_that_fit(node, cpus_per_task, 0 if exclusive else mem_per_cpu, ntasks))
    if exclusive and node.cpus:
        nodes = max(ceil(ntasks / most), min(least, ntasks))
        return _dealt([max(1, node.cpus // cpus_per_task)] * nodes, ntasks)
    if evenly:
        return _in_cores(
            max(ceil(ntasks / most), min(least, ntasks)), node.threads_per_core, cpus_per_task, ntasks
        )
    core, left = node.threads_per_core, ntasks * cpus_per_task
    places: list[int] = []
    while left > 0:
        kept = max(0, min(least, ntasks) - len(places) - 1) * whole_cores(cpus_per_task, core)
        taken = min(most * cpus_per_task, max(cpus_per_task, left - kept))
        places.append(whole_cores(taken, core) // cpus_per_task)
        left -= taken
    return _dealt(places, ntasks)


def most_when_spread(nodes: int, threads_per_core: int, cpus_per_task: int, ntasks: int) -> int:
    """Return how many tasks the fullest node has room for when cores are dealt over the nodes in turn.

    A task of more than a core takes all of its CPUs from one node.

    Seen on 20.11.4.
    """
    of_core = max(1, threads_per_core // cpus_per_task)
    return min(ntasks, of_core * ceil(ceil(ntasks / of_core) / nodes))


def _in_cores(nodes: int, core: int, cpus_per_task: int, ntasks: int) -> tuple[int, ...]:
    """Deal cores over nodes in turn, or tasks where one has more than a core; then tasks over what each node got."""
    of_core = max(1, core // cpus_per_task)
    units = ceil(ntasks / of_core)
    return _dealt([of_core * (units // nodes + (i < units % nodes)) for i in range(nodes)], ntasks)


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


def cpus_beyond_cores(cpus_per_task: int, threads_per_core: int, tasks_per_node: int) -> int:
    """Return the CPUs of a task beyond whole cores with which a step may wait forever (`versions.HALF_CORES_WAIT`).

    Where several tasks share a node, Slurm may allocate fewer CPUs than a step with the same `-c` wants; only a single
    CPU per task is safe.

    Seen on 22.05.8.
    """
    return cpus_per_task % threads_per_core if cpus_per_task > 1 and tasks_per_node > 1 else 0


def gpus_unasked(gpus_of_node: int, asked_for: int, *, in_step: bool) -> int:
    """Return the GPUs that an exclusive job sees beyond those that it asks for.

    Slurm gives it all of the node. A step of srun sees those that the job asks for, unless it shows all
    (`versions.SHOWS_UNASKED_GPUS`); mpirun in the batch script sees all.

    Seen on 22.05.8, 24.11.5, 26.05.5.
    """
    return 0 if in_step else max(0, gpus_of_node - asked_for)


# --- what is compared with the limits of a partition --------------------------------------------------------


def cpus_of_node_limit(node: Node, asked_for: int, *, exclusive: bool) -> int:
    """Return the CPUs that are compared with MaxCPUsPerNode: those that the tasks of a node ask for.

    Slurm may then allocate more, in whole cores. An exclusive job takes all CPUs of the node.

    Seen on 22.05.8.
    """
    return node.cpus if exclusive else asked_for


def cpus_of_memory_limit(asked_for: int, nodes: Iterable[Node], *, exclusive: bool) -> int:
    """Return the CPUs by which memory per CPU is multiplied before it is compared with MaxMemPerNode.

    They are those that the tasks of a node ask for, not rounded up; where nothing says how many tasks share a node,
    those of one task, and this is never compared again. For an exclusive job they are those of the partition's first
    node: of `nodes` nobody may know which that is, so it may be the one with most CPUs.

    Seen on 20.11.4, 22.05.8, 24.11.5, 26.05.5; for an exclusive job on 22.05.8.
    """
    return max(node.cpus for node in nodes) if exclusive else asked_for


def mib_of_cpu_limit(mib_per_node: int, asked_for: int) -> float:
    """Return what of memory by node is compared with MaxMemPerCPU, beyond which Slurm raises the CPUs of each task.

    It is divided by the CPUs that the tasks of a node ask for, not by those that are allocated.

    Seen on 22.05.8.
    """
    return mib_per_node / asked_for
