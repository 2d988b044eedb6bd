"""A lab cluster for any profile: what a `Cluster` says of nodes and partitions, as the shape of a lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.slurm.times import format_time

from .shape import NodeGroup, Partition, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.site.types import Cluster, NodeType
    from relionc.site.types import Partition as SitePartition

_BILLED = {"cpu": "CPU={}", "memory": "Mem={}G"}  # Slurm weighs GPUs only where it has an accounting database


def shape_of(cluster: Cluster, most: int | None = None) -> Shape:
    """Return the shape of a profile; of each node type at most `most` nodes.

    Hardware and limits are those of the profile. What a lab cannot be is a ValueError: GPUs under another gres name,
    nodes of unknown size, both limits of memory in one partition (Slurm keeps one of them).
    """
    if cluster.gres_gpu != "gpu":
        raise ValueError(f"the lab's GPUs are the gres gpu, not {cluster.gres_gpu}")
    groups: dict[str, NodeGroup] = {}
    numbered = 0
    for node in cluster.node_types.values():
        count = node.count if most is None else min(node.count, most)
        names = tuple(f"cn{numbered + i + 1:04d}" for i in range(count))
        groups[node.name] = _group(node, names, cluster)
        numbered += count
    partitions = [
        Partition(each.name, tuple(groups[name] for name in each.node_types), dict(_options(each)))
        for each in cluster.partitions.values()
        if each.named
    ]
    if len(partitions) < len(cluster.partitions):  # the site finds the partition: here one has all nodes
        partitions = [each for each in partitions if "Default" not in each.options]
        partitions.append(Partition("routed", tuple(groups.values()), {"Default": "YES"}))
    return Shape(tuple(groups.values()), tuple(partitions))


def _group(node: NodeType, names: tuple[str, ...], cluster: Cluster) -> NodeGroup:
    if not (node.known and node.memory_mib and names):
        raise ValueError(f"nothing is known of the nodes {node.name}")
    cores = node.cpus // node.threads_per_core
    sockets = 2 if cores % 2 == 0 and cores > 2 else 1
    scratch = cluster.scratch.gres if cluster.scratch else ""
    return NodeGroup(
        name=node.name,
        nodes=names,
        sockets=sockets,
        cores_per_socket=cores // sockets,
        threads_per_core=node.threads_per_core,
        memory=node.memory_mib,
        gpus={"" if node.gpu_feature else node.gpu_type: node.slices or node.gpus} if node.gpus else {},
        gres=({scratch: node.scratch_gib} if scratch and node.scratch_gib else {})
        | ({"shard": node.shards} if node.shards else {}),
        features=node.features,
    )


def _options(partition: SitePartition) -> Iterator[tuple[str, str]]:
    """Yield a partition's limits in slurm.conf's words; memory in MiB."""
    if partition.max_memory_per_node_mib and partition.max_memory_per_cpu_mib:
        raise ValueError(f"{partition.name} limits memory by node and by CPU: Slurm keeps one of them")
    if partition.default:
        yield "Default", "YES"
    if partition.exclusive:
        yield "OverSubscribe", "EXCLUSIVE"
    for name, seconds in (("MaxTime", partition.max_time_s), ("DefaultTime", partition.default_time_s)):
        if seconds is not None:
            yield name, format_time(seconds)
    limits: Mapping[str, int | None] = {
        "MaxNodes": partition.max_nodes,
        "MinNodes": partition.min_nodes,
        "MaxCPUsPerNode": partition.max_cpus_per_node,
        "MaxMemPerNode": partition.max_memory_per_node_mib,
        "MaxMemPerCPU": partition.max_memory_per_cpu_mib,
    }
    for name, limit in limits.items():
        if limit is not None:
            yield name, str(limit)
    weights = [_BILLED[name].format(f"{weight:g}") for name, weight in partition.billing if name in _BILLED]
    if weights:
        yield "TRESBillingWeights", f'"{",".join(weights)}"'
