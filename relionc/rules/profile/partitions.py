"""Partitions that cannot be, or are said twice."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.findings import IMPOSSIBLE, TWICE, impossible, names_differ, twice
from relionc.site.meant import UNKNOWN_NAME, unknown
from relionc.site.read import MISSING_KEY
from relionc.site.types import BILLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster, Partition, Profile

CODES = (TWICE, UNKNOWN_NAME, IMPOSSIBLE, MISSING_KEY)


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with each partition, and with all of them."""
    cluster = profile.cluster
    for partition in cluster.partitions.values():
        yield from _partition(partition, cluster)
    yield from _all(cluster)


def _partition(partition: Partition, cluster: Cluster) -> Iterator[Finding]:
    route = ("partitions", partition.name)
    yield from twice(partition.node_types, (*route, "node_types"))
    for index, name in enumerate(partition.node_types):
        if name not in cluster.node_types:
            yield unknown(name, cluster.node_types, "node type", (*route, "node_types", index))
    longest, usual = partition.max_time_s, partition.default_time_s
    if longest is not None and usual is not None and usual > longest:
        message = f"the default time of {partition.name} is longer than its longest"
        yield impossible(message, (*route, "default_time"), "lower default_time, or raise max_time")
    fewest, most = partition.min_nodes, partition.max_nodes
    if fewest and most and fewest > most:
        message = f"a job in {partition.name} takes {fewest} nodes or more, and at most {most}"
        yield impossible(message, (*route, "min_nodes"), "lower min_nodes, or raise max_nodes")
    for name, _ in partition.billing:
        if name not in BILLED:
            yield unknown(name, BILLED, "kind of billing", (*route, "billing", name), on_key=True)


def _all(cluster: Cluster) -> Iterator[Finding]:
    yield from names_differ("partitions", cluster.partitions)
    if cluster.scheduler == "slurm" and not cluster.partitions:
        message = "a Slurm cluster has partitions, this profile has none"
        yield Finding(code=MISSING_KEY, message=message, help="add `partitions:` (sinfo lists them)")
    defaults = [partition.name for partition in cluster.partitions.values() if partition.default]
    for name in defaults[1:]:
        message = f"{defaults[0]} and {name} are both the default partition"
        yield Finding(
            code=TWICE, message=message, route=("partitions", name, "default"), help="leave one default"
        )
