"""Where a job could run: the partitions of a site with each of their node types."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.slurm.constraint import NodeCount, constraint_count, parse_constraint
from relionc.solve import spend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from relionc.plan.demand import Demand
    from relionc.site.types import Cluster, NodeType, Partition
    from relionc.slurm.constraint import NodeConstraint

_MOST_KEPT = 64
"""Constraints and disks for which the pools of a cluster are kept."""
_PER_VISIT = 5
"""Pools that are counted in the time of a visit."""


class NodePool(NamedTuple):
    """Nodes of one type in one partition.

    `interchangeable_count` nodes of the partition are of the same hardware and may be taken; `order` is the place among
    those preferred; `usable_node` is the node with the partition's own limits on CPUs and memory. Limits of the
    partition are None where it has none. Pools that are `alike` differ in counts, order and time alone.
    """

    partition: Partition | None
    node_type: NodeType
    interchangeable_count: int
    order: int
    usable_node: NodeType
    alike: int = 0

    def __str__(self) -> str:
        """Return partition and node type, as `relionc cluster show` calls them."""
        return f"{self.partition.name}/{self.node_type.name}" if self.partition else self.node_type.name

    @property
    def fillable_node(self) -> NodeType:
        """The node as Slurm fills it with tasks: with a partition's limit on CPUs, not with that on memory.

        The latter it compares with one task alone (`cpus_of_memory_limit`).
        """
        return self.node_type._replace(cpus=self.usable_node.cpus)

    @property
    def min_nodes(self) -> int:
        """The fewest nodes that a job of the partition gets."""
        return (self.partition.min_nodes if self.partition else None) or 1

    @property
    def max_nodes(self) -> int | None:
        """The most nodes of a job of the partition."""
        return self.partition.max_nodes if self.partition else None

    @property
    def most_nodes(self) -> int:
        """The most nodes of a job: those that there are, or the partition gives; 0: nobody knows."""
        return least(self.interchangeable_count, self.max_nodes)

    @property
    def max_time_s(self) -> int | None:
        """The longest time of a job of the partition."""
        return self.partition.max_time_s if self.partition else None

    @property
    def gives_whole_nodes(self) -> bool:
        """Whether a job of the partition has its nodes for itself."""
        return self.partition is not None and self.partition.exclusive

    @property
    def max_cpus_per_node(self) -> int | None:
        """The most CPUs that the partition gives a job on a node."""
        return self.partition.max_cpus_per_node if self.partition else None

    @property
    def max_memory_per_cpu_mib(self) -> int | None:
        """The most memory that the partition gives a CPU."""
        return self.partition.max_memory_per_cpu_mib if self.partition else None

    @property
    def max_memory_per_node_mib(self) -> int | None:
        """The most memory that the partition gives a job on a node."""
        return self.partition.max_memory_per_node_mib if self.partition else None

    def max_cpus(self, gpus: int) -> int:
        """CPUs that a node has for a job: all, or the site's share of each GPU it takes; 0: not known."""
        cpus, share = self.node_type.cpus, self.node_type.cpus_per_gpu
        return min(cpus, share * gpus) if share and gpus else cpus


class _ClusterPools:
    """The pools of a cluster: what no demand changes is worked out once, counts once for each constraint and disk."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._pools = _all_pools(cluster)
        self._alike = _by_hardware(self._pools)
        self._disks = [node.scratch_gib for node in cluster.node_types.values() if node.scratch_gib]
        self._counted: dict[tuple[str | None, int, bool], tuple[NodePool, ...]] = {}

    def of(self, constraint: str | None, scratch: float, *, has_time: bool) -> tuple[NodePool, ...]:
        """Return the pools with as many nodes as a job with this constraint, which takes scratch, may have.

        A job without a time limit of its own (`has_time`) prefers partitions where it gets the usual one.
        """
        if not self.cluster.partitions:
            return self._pools
        key = constraint, sum(disk < scratch for disk in self._disks), has_time
        if key not in self._counted:
            if len(self._counted) == _MOST_KEPT:
                self._counted.clear()
            pools = self._count(constraint, scratch)
            self._counted[key] = pools if has_time else self._usual_time_first(pools)
        return self._counted[key]

    def _usual_time_first(self, pools: tuple[NodePool, ...]) -> tuple[NodePool, ...]:
        usual = self.cluster.policy.time_s
        late = sorted(pools, key=lambda pool: (pool.max_time_s or usual) < usual)
        return tuple(pool._replace(order=i) for i, pool in enumerate(late))

    def _count(self, constraint: str | None, scratch: float) -> tuple[NodePool, ...]:
        wanted = parse_constraint(constraint) if constraint is not None else None
        types = self.cluster.node_types
        spend((len(self._pools) + len(types) * len(constraint or "") // 16) // _PER_VISIT)
        counts = {name: _count_of(node, wanted) for name, node in types.items()}
        pools = [pool for alike in self._alike for pool in _counted(alike, counts, scratch)]
        return tuple(sorted(pools, key=lambda pool: pool.order))


def _all_pools(cluster: Cluster) -> tuple[NodePool, ...]:
    nodes, partitions = cluster.node_types, cluster.partitions
    pairs: list[tuple[Partition | None, NodeType]] = [
        (partition, nodes[name]) for partition in partitions.values() for name in partition.node_types
    ]
    if not partitions:
        pairs = [(None, node) for node in nodes.values()]
    pairs.sort(key=lambda pair: not (pair[0] and pair[0].default))
    pools = [
        NodePool(partition, node, node.count, i, _usable(partition, node))
        for i, (partition, node) in enumerate(pairs)
    ]
    kinds: dict[Hashable, int] = {}
    return tuple(each._replace(alike=kinds.setdefault(_what_is_told(each), each.order)) for each in pools)


def _what_is_told(pool: NodePool) -> Hashable:
    """Return what costs of a pool are told by."""
    node, usable = pool.node_type, pool.usable_node
    of_partition = pool.gives_whole_nodes, pool.max_memory_per_cpu_mib
    return node.name, usable.cpus, usable.memory_mib, of_partition


def _by_hardware(pools: Iterable[NodePool]) -> list[list[NodePool]]:
    """Return the pools of each partition that are of the same hardware, together."""
    found: dict[Hashable, list[NodePool]] = {}
    for pool in pools:
        partition = pool.partition and pool.partition.name
        found.setdefault((partition, hardware(pool.node_type)), []).append(pool)
    return [*found.values()]


def _count_of(node: NodeType, wanted: NodeConstraint | None) -> NodeCount:
    if wanted is None:
        return NodeCount(node.count)
    return constraint_count(wanted, node.features, node.count)


def _counted(alike: list[NodePool], counts: Mapping[str, NodeCount], scratch: float) -> Iterator[NodePool]:
    """Yield pools of the same hardware with the nodes that Slurm may take for theirs: with the disk, or of its type."""
    with_disk = NodeCount()
    for pool in alike:
        if _has_disk(pool.node_type, scratch):
            with_disk = with_disk.plus(counts[pool.node_type.name])
    for pool in alike:
        node = pool.node_type
        there = with_disk if _has_disk(node, scratch) else with_disk.plus(counts[node.name])
        yield pool._replace(interchangeable_count=there.of_a_job)


def _has_disk(node: NodeType, scratch: float) -> bool:
    return scratch <= (node.scratch_gib or scratch)


_KEPT: dict[int, _ClusterPools] = {}
"""The pools of clusters by their ids: a spec has one, but many are compiled in a row."""
_MOST_CLUSTERS = 16


def node_pools(demand: Demand, cluster: Cluster) -> tuple[NodePool, ...]:
    """Return every partition with each of its node types, those first that are preferred where all else is equal.

    The profile says which: the default partition, then the others in the order of its file, each with its node types
    in their order. Partitions that are too short for the usual time limit come last, where the job has none.
    """
    if id(cluster) not in _KEPT:
        if len(_KEPT) == _MOST_CLUSTERS:
            _KEPT.clear()
        _KEPT[id(cluster)] = _ClusterPools(cluster)
    pins = demand.pins
    return _KEPT[id(cluster)].of(
        pins.constraint, pins.scratch or demand.scratch_need_gib, has_time=pins.time is not None
    )


def _usable(partition: Partition | None, node: NodeType) -> NodeType:
    """Return a node as jobs of a partition may use it: with the partition's limits on CPUs and memory."""
    if partition is None:
        return node
    cpus, memory = partition.max_cpus_per_node, partition.max_memory_per_node_mib
    return node._replace(cpus=least(node.cpus, cpus), memory_mib=least(node.memory_mib, memory))


def least(limit: int, other: int | None) -> int:
    """Return the smaller of two limits; 0 and None are limits that nobody knows."""
    return min(limit, other) if limit and other else limit or other or 0


def hardware(node: NodeType) -> tuple[object, ...]:
    """Return what makes nodes interchangeable for a layout, but for the disk of a job that takes scratch."""
    gpus = node.gpu_type, node.gpus, node.vram_gib, node.cpus_per_gpu, node.shards, node.least_cpus_per_gpu
    return node.cpus, node.threads_per_core, node.memory_mib, node.arch, *gpus
