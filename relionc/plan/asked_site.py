"""The cluster as a job sees it: with the limits of its QOS, and a list of partitions as one.

Slurm holds a job to the limits of its partition and to those of its QOS; where both say the same, that of the
partition's own QOS goes before (sacctmgr(1)), which the tighter of the two never breaks. Of a list of partitions the
first with room takes the job, so that its layout must do in all of them.
"""

from __future__ import annotations

from relionc.plan.pools import least

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relionc.plan.pins import Pins
    from relionc.site.types import Cluster, Partition, Qos

_MOST_KEPT = 16
_KEPT: dict[tuple[int, str, str], tuple[Cluster, Cluster]] = {}
"""Clusters as jobs see them by the cluster, QOS and list: the first is kept so that its id stays its own."""


def as_seen(cluster: Cluster, pins: Pins) -> Cluster:
    """Return the cluster with what a job's QOS and its list of partitions make of the partitions."""
    listed = pins.partition if pins.partition and "," in pins.partition else ""
    if not (cluster.qos or listed):
        return cluster
    key = id(cluster), pins.qos or "", listed
    if key not in _KEPT:
        if len(_KEPT) == _MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = cluster, _seen(cluster, pins.qos or "", listed)
    return _KEPT[key][1]


def _seen(cluster: Cluster, qos: str, listed: str) -> Cluster:
    partitions = dict(cluster.partitions)
    parts = [partitions[name] for name in listed.split(",") if name in partitions]
    if listed and len(parts) == len(listed.split(",")):
        partitions[listed] = joined(listed, parts)
    usual = dict(cluster.directives).get("qos") or ""
    return cluster._replace(
        partitions={
            name: _limited(each, cluster.qos, qos or dict(each.directives).get("qos") or usual)
            for name, each in partitions.items()
        }
    )


def joined(name: str, parts: Sequence[Partition]) -> Partition:
    """Return partitions as one: the nodes that all have, the tightest of their limits."""
    first, *others = parts
    node_types = tuple(each for each in first.node_types if all(each in part.node_types for part in others))
    said = [option for option in first.directives if all(option in part.directives for part in others)]
    return first._replace(
        name=name,
        node_types=node_types,
        default=False,
        exclusive=all(part.exclusive for part in parts),
        max_time_s=_tightest(part.max_time_s for part in parts),
        default_time_s=_tightest(part.default_time_s for part in parts),
        max_nodes=_tightest(part.max_nodes for part in parts),
        max_memory_per_node_mib=_tightest(part.max_memory_per_node_mib for part in parts),
        max_memory_per_cpu_mib=_tightest(part.max_memory_per_cpu_mib for part in parts),
        max_cpus_per_node=_tightest(part.max_cpus_per_node for part in parts),
        min_nodes=max((part.min_nodes or 0) for part in parts) or None,
        min_gpus=max((part.min_gpus or 0) for part in parts) or None,
        max_gpus=_tightest(part.max_gpus for part in parts),
        max_cpus=_tightest(part.max_cpus for part in parts),
        directives=tuple(said),
    )


def _tightest(limits: Iterable[int | None]) -> int | None:
    there = [limit for limit in limits if limit is not None]
    return min(there) if there else None


def _limited(partition: Partition, known: Mapping[str, Qos], name: str) -> Partition:
    """Return a partition with the limits of a QOS beside its own."""
    qos = known.get(name)
    if qos is None:
        return partition
    return partition._replace(
        qos=name,
        max_time_s=_tightest((partition.max_time_s, qos.max_time_s)),
        max_nodes=least(partition.max_nodes or 0, qos.max_nodes) or None,
        min_gpus=max(partition.min_gpus or 0, qos.min_gpus or 0) or None,
        max_gpus=least(partition.max_gpus or 0, qos.max_gpus) or None,
        max_cpus=least(partition.max_cpus or 0, qos.max_cpus) or None,
    )
