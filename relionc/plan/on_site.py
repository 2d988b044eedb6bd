"""A demand on a cluster: what every candidate, requirement and preference looks at."""

from __future__ import annotations

from math import ceil

from relionc.plan.asked_site import as_seen
from relionc.plan.gpus import parse_ids
from relionc.plan.pools import hardware, node_pools
from relionc.slurm.allocation import whole_cores
from relionc.slurm.versions import HALF_CORES_WAIT, SHOWS_UNASKED_GPUS, SPREADS_TASKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from relionc.plan.demand import Amounts, Demand
    from relionc.plan.gpus import Use
    from relionc.plan.modes.base import Mode
    from relionc.plan.pools import NodePool
    from relionc.site.types import Cluster, NodeType

MIB = 1024
"""MiB in a GiB."""


class DemandOnSite:
    """A demand, the cluster, and the pools of nodes there.

    What choices have in common is worked out once and kept here: memory by threads, and by their own keys tasks that
    fit, memory per CPU, and the use of GPUs.
    """

    __slots__ = (
        "_amounts",
        "_leader_nodes",
        "cluster",
        "demand",
        "entry_devices",
        "exclusive",
        "fits",
        "fixed_threads",
        "half_cores_wait",
        "handicaps",
        "mem_per_cpu",
        "modes",
        "pools",
        "shows_unasked_gpus",
        "slurm",
        "spreads_tasks",
        "uses",
        "usual_ranks",
    )

    def __init__(self, demand: Demand, cluster: Cluster) -> None:
        self.demand: Final[Demand] = demand
        cluster = as_seen(cluster, demand.pins)
        self.cluster: Final[Cluster] = cluster
        self.slurm: Final[bool] = cluster.scheduler == "slurm"
        self.pools: Final[tuple[NodePool, ...]] = node_pools(demand, cluster)
        self.spreads_tasks: Final[bool] = SPREADS_TASKS.holds(cluster.slurm)
        self.half_cores_wait: Final[bool] = HALF_CORES_WAIT.holds(cluster.slurm)
        self.shows_unasked_gpus: Final[bool] = SHOWS_UNASKED_GPUS.holds(cluster.slurm)
        self.exclusive: Final[bool] = bool(demand.pins.exclusive)
        self.fixed_threads: Final[int | None] = demand.fixed_threads
        self.entry_devices: Final[int] = max((len(entry) for entry in parse_ids(demand.gpu_ids)), default=0)
        self.handicaps: Final[dict[str, int]] = dict(cluster.policy.mode_cpus)
        self.usual_ranks: Final[int | None] = self._usual_ranks()
        self.modes: tuple[Mode, ...] = ()  # `preferred_modes`, once they are asked for
        self._amounts: dict[tuple[int, bool], Amounts] = {}
        self._leader_nodes: dict[tuple[int, int], int] = {}
        self.fits: dict[tuple[int, int], int] = {}
        self.mem_per_cpu: dict[tuple[object, ...], int] = {}
        self.uses: dict[tuple[object, ...], Use] = {}

    def amounts(self, threads: int, *, sure: bool = False) -> Amounts:
        """Memory of ranks with so many threads; with `sure` only what depends on no assumption."""
        key = threads, sure
        if key not in self._amounts:
            each = self.demand.amounts(threads)
            self._amounts[key] = each.sure() if sure else each
        return self._amounts[key]

    def leader_amounts(self, *, sure: bool = False) -> Amounts:
        """Memory of the leader of a hetjob, which has one CPU's threads."""
        return self.amounts(self.demand.threads_of(1), sure=sure)

    def preferred_cpus(self, pool: NodePool) -> int:
        """CPUs per task that the site prefers for this kind of job on this node.

        A program without threads would leave all but one CPU of its task idle: it takes one core.
        """
        node, policy = pool.node_type, self.cluster.policy
        if not self.demand.threads and not self.demand.gpu:
            return node.threads_per_core
        of_gpu = max(node.gpu_threads or policy.gpu_threads, node.least_cpus_per_gpu)
        said = of_gpu if self.demand.gpu else self.demand.usual_cpus
        return said if said > 1 or self.slurm or not node.known else self._share(node)

    @property
    def own_cores(self) -> int:
        """Cores of a workstation, all of which its job has; 0 where a queue divides them, or nobody knows."""
        nodes = () if self.slurm else self.cluster.node_types.values()
        return max((node.cpus // node.threads_per_core for node in nodes), default=0)

    def _usual_ranks(self) -> int | None:
        """Return the ranks of a job on CPUs that asks for no number of anything: the site's usual number.

        No more than its program and its items can use; None where the user says how many. On a workstation a program
        without threads has a rank on every core.
        """
        demand, usual = self.demand, self.cluster.policy.ntasks
        if demand.gpu or demand.serial or demand.pins.has("ntasks", "nodes", "gpus"):
            return None
        most = [rule.maximum for rule in demand.rank_rules if rule.maximum is not None]
        if demand.items is not None:
            most.append(demand.items + demand.leader)
        return min([usual if demand.threads else max(usual, self.own_cores), *most])

    def _share(self, node: NodeType) -> int:
        """CPUs of a workstation's node for each of its ranks: nobody else has a job there, and 1 says no preference."""
        demand, pins = self.demand, self.demand.pins
        if pins.threads:
            return pins.threads
        usual = (
            node.gpus * (pins.ranks_per_gpu or 1) + demand.leader
            if demand.gpu
            else self.cluster.policy.ntasks
        )
        ranks = 1 if demand.serial or demand.single_gpu else pins.ntasks or pins.ntasks_per_node or usual
        whole = node.cpus // node.threads_per_core // max(ranks, 1) * node.threads_per_core
        return max(whole, 1)

    def leader_nodes_of(self, pool: NodePool, leader: NodePool) -> int:
        """Nodes of a pool's kind that a leader on a node of its own may take: groups share none."""
        key = pool.order, leader.order
        if key not in self._leader_nodes:
            self._leader_nodes[key] = int(self._may_share(pool, leader))
        return self._leader_nodes[key]

    def _may_share(self, pool: NodePool, leader: NodePool) -> bool:
        """Whether a node of the leader's kind, in its partition, is one of the pool's kind in the pool's."""
        if pool.partition is None or leader.partition is None or _kind(pool) != _kind(leader):
            return False
        types = self.cluster.node_types
        both = set(pool.partition.node_types).intersection(leader.partition.node_types)
        return any(hardware(types[name]) == _kind(pool) for name in both)

    def leader_takes(self, pool: NodePool) -> tuple[int, int]:
        """CPUs and MiB of a leader on a node of its own: one core, or more where a CPU may have only so much memory."""
        core, most = pool.node_type.threads_per_core, pool.max_memory_per_cpu_mib or 0
        usual = self.cluster.policy.memory_per_cpu_mib
        need = max((min(usual, most) if most else usual) * core, ceil(self.leader_amounts().leader_gib * MIB))
        mib = min(need, pool.usable_node.memory_mib or need)
        return whole_cores(max(core, ceil(mib / most) if most else 1), core), mib


def _kind(pool: NodePool) -> tuple[object, ...]:
    return hardware(pool.node_type)
