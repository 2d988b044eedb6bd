"""Where a job could run: the partitions of a site with each of their node types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from relionc.slurm.constraint import constraint_allows, constraint_nodes, parse_constraint

if TYPE_CHECKING:
    from relionc.plan.demand import Demand
    from relionc.site.types import Cluster, NodeType, Partition


class NodePool(NamedTuple):
    """Nodes of one type in one partition.

    `interchangeable_count` nodes of the partition are of the same hardware and may be taken; `order` is the place among
    those preferred; `usable_node` is the node with the partition's own limits on CPUs and memory. Limits of the
    partition are None where it has none.
    """

    partition: Partition | None
    node_type: NodeType
    interchangeable_count: int
    order: int
    usable_node: NodeType

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
    def max_time_s(self) -> int | None:
        """The longest time of a job of the partition."""
        return self.partition.max_time_s if self.partition else None

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


def node_pools(demand: Demand, cluster: Cluster) -> tuple[NodePool, ...]:
    """Return every partition with each of its node types, those first that are preferred where all else is equal.

    These are the ones with most nodes; then by name, the default partition first.
    """
    nodes, partitions = cluster.node_types, cluster.partitions
    pairs: list[tuple[Partition | None, NodeType]] = [
        (partition, nodes[name]) for partition in partitions.values() for name in partition.node_types
    ]
    if not partitions:
        pairs = [(None, node) for node in nodes.values()]
    pools = [
        NodePool(
            partition, node, _interchangeable(demand, cluster, partition, node), 0, _usable(partition, node)
        )
        for partition, node in pairs
    ]
    pools.sort(key=_preference)
    return tuple(pool._replace(order=i) for i, pool in enumerate(pools))


def _preference(pool: NodePool) -> tuple[object, ...]:
    partition = pool.partition
    named = (not partition.default, partition.name) if partition else (False, "")
    return -pool.node_type.count, pool.node_type.name, *named


def _usable(partition: Partition | None, node: NodeType) -> NodeType:
    """Return a node as jobs of a partition may use it: with the partition's limits on CPUs and memory."""
    if partition is None:
        return node
    cpus, memory = partition.max_cpus_per_node, partition.max_memory_per_node_mib
    return node._replace(cpus=least(node.cpus, cpus), memory_mib=least(node.memory_mib, memory))


def least(limit: int, other: int | None) -> int:
    """Return the smaller of two limits; 0 and None are limits that nobody knows."""
    return min(limit, other) if limit and other else limit or other or 0


def _interchangeable(demand: Demand, cluster: Cluster, partition: Partition | None, node: NodeType) -> int:
    """Count the nodes of a partition that Slurm may take for `node`: the same hardware, disk, the pinned features."""
    if partition is None:
        return node.count
    features = demand.pins.constraint
    others = [cluster.node_types[name] for name in partition.node_types]
    scratch = demand.pins.scratch or demand.scratch_need_gib
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
