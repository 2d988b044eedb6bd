"""A demand on a cluster, and the arithmetic of a choice there: ranks, nodes, CPUs, memory. Memory in MiB unless named.

Nothing here lists nodes or ranks: a choice of ten thousand nodes costs as much as one of two. The words of the
arguments are those of docs/solver.md: `per_node` are the workers of a node, `amount` the nodes, or the tasks of a
heterogeneous job.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from relionc.plan.gpus import NO_USE, Use, job_use, parse_ids, ranks_use
from relionc.plan.layout import Place
from relionc.plan.model import HETEROGENEOUS, HETJOB, HOMOGENEOUS, HOMOGENEOUS_PLUS_1, ONE_TASK_PER_NODE
from relionc.slurm.allocation import tasks_that_fit, whole_cores
from relionc.slurm.constraint import constraint_allows, constraint_nodes, parse_constraint
from relionc.solve import spend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.demand import Amounts, Demand
    from relionc.site.types import Cluster, NodeType, Partition

MIB = 1024
"""MiB in a GiB."""


class Asked:
    """A demand on a cluster: what every candidate, requirement and preference looks at."""

    def __init__(self, demand: Demand, cluster: Cluster) -> None:
        self.demand = demand
        self.cluster = cluster
        self.slurm = cluster.scheduler == "slurm"
        self.places = _places(demand, cluster)
        self.exclusive = bool(demand.pin("exclusive"))
        self.mem = demand.pin("mem")
        self.fixed_mem_per_cpu = demand.pin("mem_per_cpu")
        self._listed = max((len(entry) for entry in parse_ids(demand.gpu_ids)), default=0)
        self._amounts: dict[tuple[int, bool], Amounts] = {}
        self._fits: dict[tuple[int, int], int] = {}
        self._per_cpu: dict[tuple[object, ...], int] = {}
        self._uses: dict[tuple[object, ...], Use] = {}

    # --- ranks and nodes ------------------------------------------------------------------------------------

    def beside(self, mode: str) -> int:
        """Ranks beside the workers that every node has: the leader's, or what is called so."""
        if mode == ONE_TASK_PER_NODE:
            return int(self.demand.leader)
        return int(mode in (HOMOGENEOUS_PLUS_1, HETJOB))

    def ranks(self, mode: str, per_node: int, amount: int) -> int:
        """Ranks launched."""
        return amount if mode == HETEROGENEOUS else per_node * amount + self.beside(mode)

    def led(self, mode: str, per_node: int, amount: int) -> bool:
        """Whether rank 0 leads: alone, the serial program does the work itself."""
        return self.demand.leader and self.ranks(mode, per_node, amount) > 1

    def workers(self, mode: str, per_node: int, amount: int) -> int:
        """Ranks that compute."""
        return self.ranks(mode, per_node, amount) - self.led(mode, per_node, amount)

    def most_workers(self, mode: str, per_node: int, amount: int) -> int:
        """The most workers on a node: of a homogeneous job on one node, the leader takes the place of one."""
        among = mode == HOMOGENEOUS and amount == 1 and self.led(mode, per_node, amount)
        return per_node - among

    def fits(self, place: Place, cpus: int) -> int:
        """Tasks of a heterogeneous job on an empty node; at least 1: whether one fits is a requirement."""
        key = place.order, cpus
        if key not in self._fits:
            per_cpu = self.mem_per_cpu(place, HETEROGENEOUS, 0, cpus, 2) if self.slurm else 0
            if self.exclusive and place.room.cpus:  # Slurm books the memory of all its CPUs
                per_cpu = 0
            self._fits[key] = max(1, tasks_that_fit(self.fillable(place), cpus, per_cpu, 1 << 30))
        return self._fits[key]

    @staticmethod
    def fillable(place: Place) -> NodeType:
        """Return the node as Slurm fills it with tasks: with a partition's limit on CPUs, not with that on memory.

        The latter it compares with one task when the job is submitted, and never again (22.05.8, observed).
        """
        return place.node_type._replace(cpus=place.room.cpus)

    def nodes(self, place: Place, mode: str, cpus: int, amount: int) -> int:
        """Nodes with workers; those of a heterogeneous job as Slurm fills empty ones."""
        if mode != HETEROGENEOUS:
            return amount
        return max(-(-amount // self.fits(place, cpus)), min(self.least_nodes(place), amount))

    @staticmethod
    def least_nodes(place: Place) -> int:
        """The fewest nodes that a job of the partition gets."""
        return (place.partition.min_nodes if place.partition else None) or 1

    def fullest(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """The most ranks on a node with workers."""
        if mode == HETEROGENEOUS:
            if self.exclusive and place.node_type.known:  # which is spread evenly
                return -(-amount // self.nodes(place, mode, cpus, amount))
            kept = (self.least_nodes(place) - 1) * whole_cores(cpus, place.node_type.threads_per_core)
            return max(1, min((amount * cpus - kept) // cpus, self.fits(place, cpus)))
        return per_node + (self.beside(mode) if mode != HETJOB else 0)

    # --- CPUs and memory ------------------------------------------------------------------------------------

    def preferred_cpus(self, place: Place) -> int:
        """CPUs per task that the site prefers for this kind of job on this node.

        A program without threads would leave all but one CPU of its task idle: it takes one core.
        """
        node, policy = place.node_type, self.cluster.policy
        if not self.demand.threads and not self.demand.gpu:
            return node.threads_per_core
        return (node.gpu_threads or policy.gpu_threads) if self.demand.gpu else self.demand.usual_cpus

    def cpus(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """CPUs that Slurm allocates on the fullest node: whole cores."""
        tasks = self.fullest(place, mode, per_node, cpus, amount)
        return whole_cores(tasks * cpus, place.node_type.threads_per_core)

    def counted_cpus(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """CPUs by which Slurm multiplies memory per CPU on the fullest node: all of them for an exclusive job."""
        if self.exclusive and place.node_type.known:
            return place.node_type.cpus
        return self.cpus(place, mode, per_node, cpus, amount)

    def amounts(self, cpus: int, *, sure: bool = False) -> Amounts:
        """Memory of ranks with so many CPUs; with `sure` only what depends on no assumption."""
        key = cpus, sure
        if key not in self._amounts:
            each = self.demand.amounts(self.demand.threads_of(cpus))
            self._amounts[key] = each.sure() if sure else each
        return self._amounts[key]

    def need_gib(
        self, place: Place, mode: str, per_node: int, cpus: int, amount: int, *, sure: bool = False
    ) -> float:
        """GiB of memory of the ranks of the fullest node by the models."""
        each = self.amounts(cpus, sure=sure)
        if not each.worker and not each.leader:
            return 0.0
        full = self.fullest(place, mode, per_node, cpus, amount)
        if mode == HETJOB or not self.led(mode, per_node, amount):
            return full * each.worker_gib
        first = (full - 1) * each.worker_gib + each.leader_gib
        others = self.fullest_other(place, mode, per_node, cpus, amount) * each.worker_gib
        return max(first, others)

    def fullest_other(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """The most ranks on a node that is not the first; 0: there is none."""
        if self.nodes(place, mode, cpus, amount) < 2:
            return 0
        return self.fullest(place, mode, per_node, cpus, amount) if mode == HETEROGENEOUS else per_node

    def mem_per_cpu(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """Memory per allocated CPU: pinned; else what the ranks need or the site prefers, if the node has it.

        What the site prefers, and what is assumed, gives way to the partition's limit per CPU; what the ranks need for
        certain does not. Of a heterogeneous job it is that of one task alone: nobody knows which share a node.
        """
        if self.fixed_mem_per_cpu is not None:
            return int(self.fixed_mem_per_cpu)
        if mode == HETEROGENEOUS:
            amount = min(amount, 2)  # one rank has no leader
        key = place.order, mode, per_node, cpus, self.led(mode, per_node, amount), amount == 1
        if key not in self._per_cpu:
            self._per_cpu[key] = self._work_out_mem_per_cpu(place, mode, per_node, cpus, amount)
        return self._per_cpu[key]

    def _work_out_mem_per_cpu(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        wanted = self.wanted_mem_per_cpu(place, mode, per_node, cpus, amount)
        if mode == HETEROGENEOUS and not (self.exclusive and place.node_type.known):
            counted = whole_cores(cpus, place.node_type.threads_per_core)
        elif mode == HETEROGENEOUS:
            counted = place.node_type.cpus
        else:
            counted = self.counted_cpus(place, mode, per_node, cpus, amount)
        return min([wanted, *self._fitting_per_cpu(place, counted, (mode, per_node, cpus, amount))])

    def _fitting_per_cpu(
        self, place: Place, counted: int, choice: tuple[str, int, int, int]
    ) -> Iterator[int]:
        """Yield the memory per CPU that a node has for so many CPUs, and what the partition allows there."""
        if place.node_type.memory_mib:
            yield place.node_type.memory_mib // counted
        if place.partition and place.partition.max_memory_per_node_mib:
            limited = counted if self._by_node(choice[0]) else self._limited_cpus(place, *choice)
            yield place.partition.max_memory_per_node_mib // max(1, limited)

    def wanted_mem_per_cpu(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """Memory per CPU that a job should have, whatever the node has: pinned, needed, or as the site prefers."""
        if self.fixed_mem_per_cpu is not None:
            return int(self.fixed_mem_per_cpu)
        choice = place, mode, per_node, cpus, amount
        most = _most_per_cpu(place)
        if most and self._by_node(mode):  # Slurm divides memory by node by the CPUs that are asked for
            most = most * self.fullest(*choice) * cpus // self.counted_cpus(*choice)
        gives_way = max(self.cluster.policy.memory_per_cpu_mib, self._needed_per_cpu(*choice, sure=False))
        return max(min(gives_way, most) if most else gives_way, self._needed_per_cpu(*choice, sure=True))

    def _needed_per_cpu(
        self, place: Place, mode: str, per_node: int, cpus: int, amount: int, *, sure: bool
    ) -> int:
        if mode == HETEROGENEOUS:  # tasks may share a core, so the CPUs of one are not rounded up
            need, allocated = self._a_rank_gib(cpus, led=self.led(mode, per_node, amount), sure=sure), cpus
        else:
            need = self.need_gib(place, mode, per_node, cpus, amount, sure=sure)
            allocated = self.counted_cpus(place, mode, per_node, cpus, amount)
        return ceil(need * MIB / allocated)

    def _a_rank_gib(self, cpus: int, *, led: bool, sure: bool = False) -> float:
        each = self.amounts(cpus, sure=sure)
        return max(each.worker_gib, each.leader_gib) if led else each.worker_gib

    def leader_takes(self, place: Place) -> tuple[int, int]:
        """CPUs and MiB of a leader on a node of its own: one core, or more where a CPU may have only so much memory."""
        partition, core = place.partition, place.node_type.threads_per_core
        most = (partition.max_memory_per_cpu_mib if partition else None) or 0
        usual = self.cluster.policy.memory_per_cpu_mib
        need = max((min(usual, most) if most else usual) * core, ceil(self.amounts(1).leader_gib * MIB))
        mib = min(need, place.room.memory_mib or need)
        return whole_cores(max(core, ceil(mib / most) if most else 1), core), mib

    def with_leader(self, place: Place, leader: Place | None) -> int:
        """Nodes of the workers' kind that a leader on a node of its own may take: groups share none."""
        if leader is None or leader.partition is None or place.partition is None:
            return 0
        mine = {name for name in place.partition.node_types if self._like(name, place)}
        return int(any(name in mine and self._like(name, leader) for name in leader.partition.node_types))

    def _like(self, name: str, place: Place) -> bool:
        return hardware(self.cluster.node_types[name]) == hardware(place.node_type)

    def asked_mib_per_cpu(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> float:
        """Memory per CPU as Slurm compares it with a partition's limit, beyond which it raises the CPUs of each task.

        Memory by node is divided by the CPUs that the tasks of a node ask for (22.05.8, observed).
        """
        if not self._by_node(mode):
            return self.mem_per_cpu(place, mode, per_node, cpus, amount)
        asked_for = self.fullest(place, mode, per_node, cpus, amount) * cpus
        return self.allocated_mib(place, mode, per_node, cpus, amount) / asked_for

    def allocated_mib(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """Memory that Slurm allocates on the fullest node: per CPU it counts the rounded CPUs."""
        if self.mem is not None:
            return int(self.mem)
        counted = self.counted_cpus(place, mode, per_node, cpus, amount)
        return self.mem_per_cpu(place, mode, per_node, cpus, amount) * counted

    def memory_over_mib(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> float:
        """Memory of the fullest node over what the node has, or over what the partition allows on one."""
        tightest = self.tightest_memory(place, mode, per_node, cpus, amount)
        return tightest[1] - tightest[2] if tightest else 0.0

    def tightest_memory(
        self, place: Place, mode: str, per_node: int, cpus: int, amount: int
    ) -> tuple[int, int, int, str] | None:
        """Return the nearest limit on the memory of a node: CPUs that count, their MiB, the limit, whose it is."""
        choice = place, mode, per_node, cpus, amount
        counted, booked = self.counted_cpus(*choice), self.allocated_mib(*choice)
        found = []
        if place.node_type.memory_mib:
            found.append((counted, booked, place.node_type.memory_mib, place.node_type.name))
        if place.partition and place.partition.max_memory_per_node_mib:
            limit = place.partition.max_memory_per_node_mib, f"partition {place.partition.name}"
            if not self._by_node(mode):
                counted = self._limited_cpus(*choice)
                booked = self.mem_per_cpu(*choice) * counted
            found.append((counted, booked, *limit))
        return max(found, key=lambda each: each[1] - each[2], default=None)

    def _by_node(self, mode: str) -> bool:
        return mode != HETEROGENEOUS and (self.mem is not None or self.cluster.memory_flag == "per_node")

    def _limited_cpus(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """CPUs by which Slurm multiplies memory per CPU before it compares (22.05.8, observed).

        They are those that the tasks of a node ask for, not rounded up; where nothing says how many tasks share a
        node, those of one. For an exclusive job they are those of the partition's first node: a profile does not
        say which that is, so it may be the one with most CPUs.
        """
        if self.exclusive:
            names = place.partition.node_types if place.partition else (place.node_type.name,)
            return max(self.cluster.node_types[name].cpus for name in names)
        return cpus * (1 if mode == HETEROGENEOUS else self.fullest(place, mode, per_node, cpus, amount))

    def memory_missing_gib(
        self, place: Place, mode: str, per_node: int, cpus: int, amount: int, *, sure: bool = True
    ) -> float:
        """GiB by which the ranks of the fullest node exceed what they may take there (<= 0: they fit)."""
        need = self.need_gib(place, mode, per_node, cpus, amount, sure=sure)
        if not need:
            return 0.0
        if mode == HETEROGENEOUS:  # every task for itself
            per_cpu = self.mem_per_cpu(place, mode, per_node, cpus, amount)
            need = self._a_rank_gib(cpus, led=self.led(mode, per_node, amount), sure=sure)
            return need - per_cpu * cpus / MIB if self.slurm else 0.0
        pinned = self.mem is not None or self.fixed_mem_per_cpu is not None
        limit = self.allocated_mib(place, mode, per_node, cpus, amount) if pinned else place.room.memory_mib
        most = _most_per_cpu(place)
        if most and not sure and not pinned:
            limit = _least(limit, most * self.counted_cpus(place, mode, per_node, cpus, amount))
        return need - limit / MIB if limit else 0.0

    def vram_missing_gib(
        self, place: Place, mode: str, gpus: int, per_node: int, cpus: int, amount: int, *, sure: bool = True
    ) -> float:
        """GiB by which the workers of the busiest GPU exceed its memory; 0 where either is not known."""
        each = self.amounts(cpus, sure=sure).vram_gib
        if not each or not place.node_type.vram_gib:
            return 0.0
        return self.use(mode, gpus, per_node, cpus, amount).most * each - place.node_type.vram_gib

    # --- what is left over ----------------------------------------------------------------------------------

    def unused_slots(self, mode: str, amount: int) -> int:
        """Places for a rank that are allocated and not used: the leader's, on every node but the first."""
        beside = mode == HOMOGENEOUS_PLUS_1 or (mode == ONE_TASK_PER_NODE and self.demand.leader)
        return amount - 1 if beside else 0

    def idle_cpus(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """CPUs that are allocated and not used; and of a job on CPUs, those that its memory leaves without any."""
        idle = self.unused_slots(mode, amount) * cpus
        if mode != HETEROGENEOUS:
            tasks = self.fullest(place, mode, per_node, cpus, amount) * cpus
            idle += max(0, self.counted_cpus(place, mode, per_node, cpus, amount) - tasks) * amount
        return idle + self._beyond_share(place, mode, per_node, cpus, amount)[0]

    def stranded_gib(self, place: Place, mode: str, per_node: int, cpus: int, amount: int) -> int:
        """GiB of memory that a job on CPUs leaves without any: what belongs to its CPUs and is not asked for."""
        return self._beyond_share(place, mode, per_node, cpus, amount)[1] // MIB

    def _beyond_share(
        self, place: Place, mode: str, per_node: int, cpus: int, amount: int
    ) -> tuple[int, int]:
        """CPUs that go with the memory of all ranks beyond their own, or MiB that go with their CPUs beyond it.

        A rank that takes a fifth of a node's memory and a tenth of its CPUs leaves a tenth of the CPUs to nobody. On
        GPU nodes it is the GPUs that everybody waits for.
        """
        node = place.node_type
        if self.demand.gpu or not self.slurm or not node.known or not node.memory_mib:
            return 0, 0
        ranks = self.ranks(mode, per_node, amount)
        if self.mem is not None:
            mib = self.mem // max(1, self.fullest(place, mode, per_node, cpus, 2))
        else:
            mib = self.wanted_mem_per_cpu(place, mode, per_node, cpus, 2) * cpus
        beyond = mib * node.cpus - cpus * node.memory_mib
        return max(0, beyond) * ranks // node.memory_mib, max(0, -beyond) * ranks // node.cpus

    # --- devices --------------------------------------------------------------------------------------------

    def use(self, mode: str, gpus: int, per_node: int, cpus: int, amount: int) -> Use:
        """Return how the workers use the GPUs of all nodes, by RELION's own mapping."""
        if not gpus:
            return NO_USE
        if mode == HETEROGENEOUS:  # which leaves open what is where
            return NO_USE._replace(idle=gpus)
        threads = self.demand.threads_of(cpus)
        if self._listed:  # the devices of a rank's threads end with its entry of the list
            threads = min(threads, self._listed)
        key = mode, gpus, per_node, threads, amount
        if key not in self._uses:
            self._uses[key] = self._work_out_use(mode, gpus, per_node, threads, amount)
        return self._uses[key]

    def _work_out_use(self, mode: str, gpus: int, per_node: int, threads: int, amount: int) -> Use:
        ids = self.demand.gpu_ids
        spend(len(ids) // 8 + (per_node + gpus) // 64)
        among = mode == HOMOGENEOUS and self.led(mode, per_node, amount)  # the leader has a worker's place
        more = self.beside(mode) and not self.demand.leader  # somebody else's place is a worker's, too
        first = per_node - 1 if among else per_node + 1 if more and mode != HETJOB else per_node
        if self.demand.one_rank_per_gpu:
            return ranks_use(ids, (first, per_node), amount, gpus)
        return job_use(ids, (first, per_node), amount, gpus, threads)


def _places(demand: Demand, cluster: Cluster) -> tuple[Place, ...]:
    """Return every partition with each of its node types, those first that are preferred where all else is equal.

    These are the ones with most nodes; then by name, the default partition first.
    """
    nodes, partitions = cluster.node_types, cluster.partitions
    pairs: list[tuple[Partition | None, NodeType]] = [
        (partition, nodes[name]) for partition in partitions.values() for name in partition.node_types
    ]
    if not partitions:
        pairs = [(None, node) for node in nodes.values()]
    places = [
        Place(partition, node, _alike(demand, cluster, partition, node), 0, _room(partition, node))
        for partition, node in pairs
    ]
    places.sort(key=_preference)
    return tuple(place._replace(order=i) for i, place in enumerate(places))


def _preference(place: Place) -> tuple[object, ...]:
    partition = place.partition
    named = (not partition.default, partition.name) if partition else (False, "")
    return -place.node_type.count, place.node_type.name, *named


def _room(partition: Partition | None, node: NodeType) -> NodeType:
    """Return a node as jobs of a partition may use it: with the partition's limits on CPUs and memory."""
    if partition is None:
        return node
    cpus, memory = partition.max_cpus_per_node, partition.max_memory_per_node_mib
    return node._replace(cpus=_least(node.cpus, cpus), memory_mib=_least(node.memory_mib, memory))


def _most_per_cpu(place: Place) -> int | None:
    return place.partition.max_memory_per_cpu_mib if place.partition else None


def _least(known: int, capped: int | None) -> int:
    """Return the smaller of two limits; 0 and None are limits that nobody knows."""
    return min(known, capped) if known and capped else known or capped or 0


def _alike(demand: Demand, cluster: Cluster, partition: Partition | None, node: NodeType) -> int:
    """Count the nodes of a partition that Slurm may take for `node`: the same hardware, disk, the wished features."""
    if partition is None:
        return node.count
    features = demand.pin("constraint")
    others = [cluster.node_types[name] for name in partition.node_types]
    scratch = demand.pin("scratch") or demand.scratch_need_gib
    alike = [
        (other.features, other.count)
        for other in others
        if hardware(other) == hardware(node) and (other is node or scratch <= (other.scratch_gib or scratch))
    ]
    if features is None:
        return sum(count for _, count in alike)
    wanted = parse_constraint(features)
    allowed = [each for each in alike if constraint_allows(wanted, each[0])]
    return constraint_nodes(wanted, allowed or alike)  # where it allows none, that is another requirement


def hardware(node: NodeType) -> tuple[object, ...]:
    """Return what makes nodes interchangeable for a layout, but for the disk of a job that takes scratch."""
    gpus = node.gpu_type, node.gpus, node.vram_gib, node.cpus_per_gpu
    return node.cpus, node.threads_per_core, node.memory_mib, *gpus


def most_cpus(place: Place, gpus: int) -> int:
    """CPUs a node has for a job: all, or the site's share of each GPU it takes; 0: not known."""
    cpus, share = place.node_type.cpus, place.node_type.cpus_per_gpu
    return min(cpus, share * gpus) if share and gpus else cpus
