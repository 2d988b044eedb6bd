"""One way to run a job, as the search sees it: a value for each variable, and what follows from them.

Nothing here lists nodes or ranks: a choice of ten thousand nodes costs as much as one of two. Memory is in MiB unless
named. docs/solver.md has the same arithmetic in words.
"""

from __future__ import annotations

from math import ceil

from relionc.plan.gpus import NO_USE, Use, job_use, ranks_use
from relionc.plan.modes import LEFT_TO_SLURM
from relionc.plan.on_site import MIB
from relionc.plan.pools import least
from relionc.record import NamedTuple
from relionc.slurm.allocation import cpus_of_memory_limit, mib_of_cpu_limit, tasks_that_fit, whole_cores
from relionc.solve import spend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final, Literal

    from relionc.plan.demand import Amounts
    from relionc.plan.modes.base import Mode
    from relionc.plan.on_site import DemandOnSite
    from relionc.plan.pools import NodePool

    Field = Literal["pool", "mode", "leader", "gpus", "cpus_per_task", "workers_per_node", "nodes_or_tasks"]
    """The variables of the search."""
    Fields = tuple[Field, ...]


class MemoryLimit(NamedTuple):
    """A limit on the memory of a node: the CPUs that count there, their MiB, the limit in MiB, and whose it is."""

    cpus: int
    booked_mib: int
    limit_mib: int
    owner: str

    @property
    def over_mib(self) -> int:
        """By how much it is exceeded."""
        return self.booked_mib - self.limit_mib


class Choice:
    """One way to run a job on a site.

    `leader` is the pool of a leader apart from the workers; `gpus` are those of each node; `nodes_or_tasks` are the
    nodes with workers, of a heterogeneous job its ranks. The fields are final for whoever measures a choice. The search
    alone writes them, one by one, on a blank one: a new object for each visit would double what a visit costs.
    """

    __slots__ = (
        "cpus_per_task",
        "gpus",
        "leader",
        "mode",
        "nodes_or_tasks",
        "on_site",
        "pool",
        "workers_per_node",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - one for each variable, in the order of the search
        self,
        on_site: DemandOnSite,
        pool: NodePool,
        mode: Mode,
        leader: NodePool | None,
        gpus: int,
        cpus_per_task: int,
        workers_per_node: int,
        nodes_or_tasks: int,
    ) -> None:
        self.on_site: Final[DemandOnSite] = on_site
        self.pool: Final[NodePool] = pool
        self.mode: Final[Mode] = mode
        self.leader: Final[NodePool | None] = leader
        self.gpus: Final[int] = gpus
        self.cpus_per_task: Final[int] = cpus_per_task
        self.workers_per_node: Final[int] = workers_per_node
        self.nodes_or_tasks: Final[int] = nodes_or_tasks

    @classmethod
    def blank(cls, on_site: DemandOnSite) -> Choice:
        """Return a choice of which nothing is chosen yet: to read a field is an error until the search has set it."""
        choice = cls.__new__(cls)
        object.__setattr__(choice, "on_site", on_site)
        return choice

    @classmethod
    def smallest(cls, on_site: DemandOnSite, pool: NodePool, mode: Mode) -> Choice:
        """Return one worker with one CPU on one node."""
        return cls(on_site, pool, mode, None, 0, 1, 1, 1)

    def changed(
        self,
        *,
        cpus_per_task: int | None = None,
        workers_per_node: int | None = None,
        nodes_or_tasks: int | None = None,
    ) -> Choice:
        """Return a choice with some other numbers."""
        return Choice(
            self.on_site,
            self.pool,
            self.mode,
            self.leader,
            self.gpus,
            self.cpus_per_task if cpus_per_task is None else cpus_per_task,
            self.workers_per_node if workers_per_node is None else workers_per_node,
            self.nodes_or_tasks if nodes_or_tasks is None else nodes_or_tasks,
        )

    # --- ranks and nodes ------------------------------------------------------------------------------------

    @property
    def leader_slots(self) -> int:
        """Ranks beside the workers that every node has: the leader's, or what is called so."""
        return self.mode.leader_slots(self.on_site.demand)

    @property
    def ranks(self) -> int:
        """Ranks launched."""
        return self.mode.ranks(self)

    @property
    def has_leader(self) -> bool:
        """Whether rank 0 leads: alone, the serial program does the work itself."""
        return self.on_site.demand.leader and self.ranks > 1

    @property
    def workers(self) -> int:
        """Ranks that compute."""
        return self.ranks - self.has_leader

    @property
    def leader_is_among_workers(self) -> bool:
        """Whether the leader takes the place of a worker on the first node."""
        return self.has_leader and not self.leader_slots and not self.mode.leaves_nodes_to_slurm

    @property
    def max_workers_per_node(self) -> int:
        """The most workers on a node: of a homogeneous job on one node, the leader takes the place of one."""
        return self.workers_per_node - (self.nodes_or_tasks == 1 and self.leader_is_among_workers)

    @property
    def tasks_per_empty_node(self) -> int:
        """Tasks of a heterogeneous job on an empty node; at least 1: whether one fits is a requirement."""
        on_site, pool, cpus = self.on_site, self.pool, self.cpus_per_task
        key = pool.order, cpus
        if key not in on_site.fits:
            two = Choice(on_site, pool, LEFT_TO_SLURM, None, 0, cpus, 0, 2)
            per_cpu = two.mem_per_cpu if on_site.slurm else 0
            if self.takes_whole_nodes and pool.usable_node.cpus:  # Slurm books the memory of all its CPUs
                per_cpu = 0
            on_site.fits[key] = max(1, tasks_that_fit(pool.fillable_node, cpus, per_cpu, 1 << 30))
        return on_site.fits[key]

    @property
    def nodes(self) -> int:
        """Nodes with workers."""
        return self.mode.nodes(self)

    @property
    def min_nodes(self) -> int:
        """Nodes with workers, whatever the CPUs of a task."""
        return self.mode.min_nodes(self)

    @property
    def ranks_per_node(self) -> int:
        """Ranks for which a node with workers has a place; 0: nobody says how many."""
        return self.mode.ranks_per_node(self)

    @property
    def max_ranks_per_node(self) -> int:
        """The most ranks on a node with workers."""
        return self.mode.max_ranks_per_node(self)

    @property
    def max_ranks_on_other_nodes(self) -> int:
        """The most ranks on a node that is not the first; 0: there is none."""
        return self.mode.max_ranks_on_other_nodes(self) if self.nodes > 1 else 0

    @property
    def leader_nodes_of_pool(self) -> int:
        """Nodes of the workers' kind that a leader on a node of its own may take: groups share none."""
        leader = self.leader
        return 0 if leader is None else self.on_site.leader_nodes_of(self.pool, leader)

    # --- CPUs and memory ------------------------------------------------------------------------------------

    @property
    def threads(self) -> int:
        """RELION's threads of a rank: those of a rank with so many CPUs."""
        fixed = self.on_site.fixed_threads
        return self.cpus_per_task if fixed is None else fixed

    @property
    def cpus_of_fullest_node(self) -> int:
        """CPUs that Slurm allocates on the fullest node: whole cores."""
        return whole_cores(self.max_ranks_per_node * self.cpus_per_task, self.pool.node_type.threads_per_core)

    @property
    def takes_whole_nodes(self) -> bool:
        """Whether the job has its nodes for itself: as it asks for, or as the partition gives them."""
        return self.on_site.exclusive or self.pool.gives_whole_nodes

    @property
    def others_use_the_rest(self) -> bool:
        """Whether GPUs that a job on GPUs does not take are of use: it says how many it takes, and shares its nodes."""
        demand = self.on_site.demand
        return demand.gpu and demand.pins.has("gpus", "gpus_per_node") and not self.takes_whole_nodes

    @property
    def counted_cpus(self) -> int:
        """CPUs by which Slurm multiplies memory per CPU on the fullest node: all of them for an exclusive job."""
        node = self.pool.node_type
        return node.cpus if self.takes_whole_nodes and node.known else self.cpus_of_fullest_node

    def amounts(self, *, sure: bool = False) -> Amounts:
        """Memory of a rank; with `sure` only what depends on no assumption."""
        return self.on_site.amounts(self.threads, sure=sure)

    def need_gib(self, *, sure: bool = False) -> float:
        """GiB of memory of the ranks of the fullest node by the models."""
        each = self.amounts(sure=sure)
        if not each.worker and not each.leader:
            return 0.0
        full = self.max_ranks_per_node
        if self.mode.leader_apart or not self.has_leader:
            return full * each.worker_gib
        first = (full - 1) * each.worker_gib + each.leader_gib
        return max(first, self.max_ranks_on_other_nodes * each.worker_gib)

    @property
    def mem_per_cpu(self) -> int:
        """Memory per allocated CPU: pinned; else what the ranks need or the site prefers, if the node has it.

        What the site prefers, and what is assumed, gives way to the partition's limit per CPU; what the ranks need for
        certain does not. Of a heterogeneous job it is that of one task alone: nobody knows which share a node.
        """
        pinned, known = self.on_site.demand.pins.mem_per_cpu, self.on_site.mem_per_cpu
        if pinned is not None:
            return pinned
        if self.mode.leaves_nodes_to_slurm and self.nodes_or_tasks > 2:  # as for two ranks: one has no leader
            return self.changed(nodes_or_tasks=2).mem_per_cpu
        key = (
            self.pool.order,
            self.mode,
            0 if self.mode.leaves_nodes_to_slurm else self.workers_per_node,
            self.cpus_per_task,
            self.has_leader,
            self.nodes_or_tasks == 1,
        )
        if key not in known:
            known[key] = min([self.wanted_mem_per_cpu, *self._fitting_per_cpu()])
        return known[key]

    def _fitting_per_cpu(self) -> Iterator[int]:
        """Yield the memory per CPU that a node has for the CPUs that count, and what the partition allows there."""
        pool, counted = self.pool, self._booking_cpus
        if pool.node_type.memory_mib:
            yield pool.node_type.memory_mib // counted
        if pool.max_memory_per_node_mib:
            limited = counted if self.books_by_node else self._limited_cpus
            yield pool.max_memory_per_node_mib // max(1, limited)

    @property
    def _booking_cpus(self) -> int:
        """CPUs for which a node must have memory: those that count there, or those of one heterogeneous task."""
        node = self.pool.node_type
        if not self.mode.leaves_nodes_to_slurm or (self.takes_whole_nodes and node.known):
            return self.counted_cpus
        return whole_cores(self.cpus_per_task, node.threads_per_core)

    @property
    def wanted_mem_per_cpu(self) -> int:
        """Memory per CPU that a job should have, whatever the node has: pinned, needed, or as the site prefers."""
        pinned = self.on_site.demand.pins.mem_per_cpu
        if pinned is not None:
            return pinned
        most = self.pool.max_memory_per_cpu_mib
        if most and self.books_by_node:  # Slurm divides memory by node by the CPUs that are asked for
            most = most * self.max_ranks_per_node * self.cpus_per_task // self.counted_cpus
        gives_way = max(self.on_site.cluster.policy.memory_per_cpu_mib, self._needed_per_cpu(sure=False))
        return max(min(gives_way, most) if most else gives_way, self._needed_per_cpu(sure=True))

    def _needed_per_cpu(self, *, sure: bool) -> int:
        if self.mode.leaves_nodes_to_slurm:  # tasks may share a core, so the CPUs of one are not rounded up
            return ceil(self._largest_rank_gib(sure=sure) * MIB / self.cpus_per_task)
        return ceil(self.need_gib(sure=sure) * MIB / self.counted_cpus)

    def _largest_rank_gib(self, *, sure: bool) -> float:
        each = self.amounts(sure=sure)
        return max(each.worker_gib, each.leader_gib) if self.has_leader else each.worker_gib

    @property
    def asked_mib_per_cpu(self) -> float:
        """Memory per CPU as Slurm compares it with the limit of a partition, to raise the CPUs of tasks beyond it."""
        if not self.books_by_node:
            return self.mem_per_cpu
        return mib_of_cpu_limit(self.allocated_mib, self.max_ranks_per_node * self.cpus_per_task)

    @property
    def allocated_mib(self) -> int:
        """Memory that Slurm allocates on the fullest node: per CPU it counts the rounded CPUs."""
        pinned, there = self.on_site.demand.pins.mem, self.pool.usable_node.memory_mib
        if pinned is None and there and self.books_by_node and self.on_site.cluster.memory_flag == "all":
            return there
        return self.mem_per_cpu * self.counted_cpus if pinned is None else pinned

    @property
    def memory_over_mib(self) -> float:
        """Memory of the fullest node over what the node has, or over what the partition allows on one."""
        tightest = self.memory_limit
        return tightest.over_mib if tightest else 0.0

    @property
    def memory_limit(self) -> MemoryLimit | None:
        """The nearest limit on the memory of a node; None: none is known."""
        pool, found = self.pool, []
        counted, booked = self.counted_cpus, self.allocated_mib
        if pool.node_type.memory_mib:
            found.append(MemoryLimit(counted, booked, pool.node_type.memory_mib, pool.node_type.name))
        if pool.partition and pool.max_memory_per_node_mib:
            if not self.books_by_node:
                counted = self._limited_cpus
                booked = self.mem_per_cpu * counted
            owner = f"partition {pool.partition.name}"
            found.append(MemoryLimit(counted, booked, pool.max_memory_per_node_mib, owner))
        return max(found, key=lambda each: each.over_mib, default=None)

    @property
    def books_by_node(self) -> bool:
        """Whether memory is asked for by node, not by CPU."""
        by_node = self.on_site.demand.pins.mem is not None or self.on_site.cluster.memory_of_node
        return by_node and not self.mode.leaves_nodes_to_slurm

    @property
    def _limited_cpus(self) -> int:
        """CPUs by which Slurm multiplies memory per CPU before it compares that with a partition's limit."""
        pool, types = self.pool, self.on_site.cluster.node_types
        names = pool.partition.node_types if pool.partition else (pool.node_type.name,)
        tasks = 1 if self.mode.leaves_nodes_to_slurm else self.max_ranks_per_node
        asked_for = tasks * self.cpus_per_task
        return cpus_of_memory_limit(
            asked_for, map(types.__getitem__, names), exclusive=self.takes_whole_nodes
        )

    def memory_missing_gib(self, *, sure: bool = True) -> float:
        """GiB by which the ranks of the fullest node exceed what they may take there (<= 0: they fit)."""
        need = self.need_gib(sure=sure)
        if not need:
            return 0.0
        if self.mode.leaves_nodes_to_slurm:  # every task for itself
            has = self.mem_per_cpu * self.cpus_per_task / MIB
            return self._largest_rank_gib(sure=sure) - has if self.on_site.slurm else 0.0
        limit = self._memory_for_ranks(sure=sure)
        return need - limit / MIB if limit else 0.0

    def _memory_for_ranks(self, *, sure: bool) -> int:
        """MiB that the ranks of a node may take: pinned, or all of it; what is assumed keeps to limits per CPU, too."""
        pins = self.on_site.demand.pins
        if pins.mem is not None or pins.mem_per_cpu is not None:
            return self.allocated_mib
        limit, most = self.pool.usable_node.memory_mib, self.pool.max_memory_per_cpu_mib
        return least(limit, most * self.counted_cpus) if most and not sure else limit

    def vram_missing_gib(self, *, sure: bool = True) -> float:
        """GiB by which the workers of the busiest GPU exceed its memory; 0 where either is not known."""
        each, there = self.amounts(sure=sure).vram_gib, self.pool.node_type.vram_gib
        return self.use.most * each - there if each and there else 0.0

    # --- what is left over ----------------------------------------------------------------------------------

    @property
    def idle_cpus(self) -> int:
        """CPUs that are allocated and not used; and of a job on CPUs, those that its memory leaves without any."""
        idle = self.mode.unused_slots(self) * self.cpus_per_task
        if not self.mode.leaves_nodes_to_slurm:
            tasks = self.max_ranks_per_node * self.cpus_per_task
            idle += max(0, self.counted_cpus - tasks) * self.nodes_or_tasks
        return idle + self._beyond_share[0]

    @property
    def stranded_gib(self) -> int:
        """GiB of memory that a job on CPUs leaves without any: what belongs to its CPUs and is not asked for."""
        return self._beyond_share[1] // MIB

    @property
    def _beyond_share(self) -> tuple[int, int]:
        """CPUs that go with the memory of all ranks beyond their own, or MiB that go with their CPUs beyond it.

        A rank that takes a fifth of a node's memory and a tenth of its CPUs leaves a tenth of the CPUs to nobody. On
        GPU nodes it is the GPUs that everybody waits for.
        """
        node, demand, cpus = self.pool.node_type, self.on_site.demand, self.cpus_per_task
        if demand.gpu or not self.on_site.slurm or not node.known or not node.memory_mib:
            return 0, 0
        ranks, two = self.ranks, self.changed(nodes_or_tasks=2)
        if demand.pins.mem is not None:
            mib = demand.pins.mem // max(1, two.max_ranks_per_node)
        else:
            mib = two.wanted_mem_per_cpu * cpus
        beyond = mib * node.cpus - cpus * node.memory_mib
        return max(0, beyond) * ranks // node.memory_mib, max(0, -beyond) * ranks // node.cpus

    # --- devices --------------------------------------------------------------------------------------------

    @property
    def use(self) -> Use:
        """How the workers use the GPUs of all nodes, by RELION's own mapping."""
        gpus, uses = self.gpus, self.on_site.uses
        if not gpus:
            return NO_USE
        if self.mode.leaves_nodes_to_slurm:  # which leaves open what is where
            return NO_USE._replace(idle=gpus)
        threads = self.on_site.demand.device_threads(self.threads)
        if self.on_site.entry_devices:  # the devices of a rank's threads end with its entry of the list
            threads = min(threads, self.on_site.entry_devices)
        key = self.mode, gpus, self.workers_per_node, threads, self.nodes_or_tasks
        if key not in uses:
            uses[key] = self._work_out_use(threads)
        return uses[key]

    def _work_out_use(self, threads: int) -> Use:
        demand, gpus, per_node = self.on_site.demand, self.gpus, self.workers_per_node
        ids = demand.gpu_ids
        spend(len(ids) // 8 + (per_node + gpus) // 64)
        if self.leader_is_among_workers:
            first = per_node - 1
        elif demand.leader:
            first = per_node
        else:  # somebody else's place is a worker's, too
            first = self.ranks_per_node
        if demand.gpu_by_rank:
            return ranks_use(ids, (first, per_node), self.nodes_or_tasks, gpus)
        return job_use(ids, (first, per_node), self.nodes_or_tasks, gpus, threads)
