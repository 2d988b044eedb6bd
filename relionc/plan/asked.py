"""A demand on a cluster, and the amounts that follow from a layout there. Memory in MiB unless named."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from relionc.expr.slurm import constraint_allows, parse_constraint
from relionc.plan.layout import Layout, Place, round_cpus
from relionc.plan.model import HETEROGENEOUS

if TYPE_CHECKING:
    from relionc.plan.demand import Demand
    from relionc.site.types import Cluster, NodeType, Partition

MIB = 1024
"""MiB in a GiB."""


class Asked(NamedTuple):
    """A demand on a cluster: what every candidate, requirement and preference looks at."""

    demand: Demand
    cluster: Cluster

    def places(self) -> tuple[Place, ...]:
        """Return every partition with each of its node types, in the order of the profile (its preference)."""
        nodes, partitions = self.cluster.node_types, self.cluster.partitions
        if not partitions:
            return tuple(Place(None, node, node.count, i) for i, node in enumerate(nodes.values()))
        pairs = [
            (partition, nodes[name]) for partition in partitions.values() for name in partition.node_types
        ]
        return tuple(
            Place(partition, node, self._alike(partition, node), i)
            for i, (partition, node) in enumerate(pairs)
        )

    def _alike(self, partition: Partition, node: NodeType) -> int:
        """Count the nodes of a partition that Slurm may take for `node`: the same hardware, the wished features."""
        features = self.demand.pin("constraint")
        wanted = parse_constraint(features) if features is not None else None
        others = (self.cluster.node_types[name] for name in partition.node_types)
        return sum(
            other.count
            for other in others
            if _hardware(other) == _hardware(node)
            and (wanted is None or constraint_allows(wanted, other.features))
        )

    def preferred_cpus(self, node: NodeType) -> int:
        """CPUs per task that the site prefers for this kind of job on this node.

        A program without threads would leave all but one CPU of its task idle: it takes one core.
        """
        policy = self.cluster.policy
        if not self.demand.threads and not self.demand.gpu:
            return node.threads_per_core
        return (node.gpu_threads or policy.gpu_threads) if self.demand.gpu else policy.cpu_threads

    def task_memory_per_cpu(self, place: Place, cpus_per_task: int) -> int:
        """Memory per CPU of a task placed alone: pinned; else its need or the site's preference, as far as it fits.

        It decides how many tasks of a heterogeneous job Slurm puts on a node.
        """
        node = place.node_type
        cpus = round_cpus(cpus_per_task, node.threads_per_core)
        counted = node.cpus if self.demand.pin("exclusive") and node.known else cpus
        return self._memory_per_cpu(place, self.demand.rank_gib, cpus, counted)

    def memory_per_cpu(self, layout: Layout) -> int:
        """Memory per allocated CPU: pinned; else what the fullest node needs or the site prefers, if it has it."""
        if layout.mode == HETEROGENEOUS:
            return self.task_memory_per_cpu(layout.place, layout.cpus_per_task)
        need = layout.fullest * self.demand.rank_gib
        cpus = self.counted_cpus(layout)
        return self._memory_per_cpu(layout.place, need, cpus, cpus)

    def counted_cpus(self, layout: Layout) -> int:
        """CPUs by which Slurm multiplies memory per CPU on the fullest node: all of them for an exclusive job."""
        if self.demand.pin("exclusive") and layout.place.node_type.known:
            return layout.place.node_type.cpus
        return layout.cpus

    def _memory_per_cpu(self, place: Place, need_gib: float, cpus: int, counted: int) -> int:
        """Return the memory per CPU for a need on `cpus`, so that Slurm's sum over `counted` CPUs fits the node."""
        pinned = self.demand.pin("mem_per_cpu")
        if pinned is not None:
            return int(pinned)
        wanted = max(self.cluster.policy.memory_per_cpu_mib, ceil(need_gib * MIB / cpus))
        limit = memory_limit(place)
        return min(wanted, limit // counted) if limit else wanted

    def allocated_mib(self, layout: Layout) -> int:
        """Memory that Slurm allocates on the fullest node: per CPU it counts the rounded CPUs."""
        pinned = self.demand.pin("mem")
        return int(pinned) if pinned is not None else self.memory_per_cpu(layout) * self.counted_cpus(layout)

    def memory_missing_gib(self, layout: Layout) -> float:
        """GiB by which the ranks of the fullest node exceed what they may take there (<= 0: they fit)."""
        pinned = self.demand.pin("mem") is not None or self.demand.pin("mem_per_cpu") is not None
        limit = self.allocated_mib(layout) if pinned else memory_limit(layout.place)
        return layout.fullest * self.demand.rank_gib - limit / MIB if limit else 0.0


def _hardware(node: NodeType) -> tuple[object, ...]:
    return node.cpus, node.threads_per_core, node.memory_mib, node.gpu_type, node.gpus


def memory_limit(place: Place) -> int:
    """Memory that a job may take on a node of `place`; 0: not known."""
    own = place.node_type.memory_mib
    capped = place.partition.max_memory_per_node_mib if place.partition else None
    return min(own, capped) if own and capped else own or capped or 0


def most_cpus(node: NodeType, gpus: int) -> int:
    """CPUs a job may take on a node: all, or the site's share of each GPU it takes; 0: not known."""
    return min(node.cpus, node.cpus_per_gpu * gpus) if node.cpus_per_gpu and gpus else node.cpus
