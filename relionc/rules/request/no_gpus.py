"""A job on GPUs where there are none."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster, NodeType
    from relionc.spec.model import ResolvedJob

CODE = "RL301"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error where all nodes are known and none has a GPU."""
    pin = job.resources.asked_gpus
    usable = job.needs.gpu and (pin is None or job.needs.gpu_possible)
    if usable and all(node.known and not node.gpus for node in _reached(cluster)):
        route = job.route if pin is None else pin.route
        there = [node.name for node in cluster.node_types.values() if node.gpus]
        message = f"{cluster.name} has no GPUs"
        advice = ""
        if there:
            message = f"no partition of {cluster.name} has nodes with GPUs"
            advice = f"the profile has node type {there[0]} in no partition: add it to `node_types` of one"
        yield Finding(code=CODE, message=message, route=route, on_key=pin is None, help=advice)


def _reached(cluster: Cluster) -> Iterator[NodeType]:
    """Yield the node types that a job can be on."""
    nodes, partitions = cluster.node_types, cluster.partitions.values()
    names = dict.fromkeys(name for each in partitions for name in each.node_types) if partitions else nodes
    return (nodes[name] for name in names)
