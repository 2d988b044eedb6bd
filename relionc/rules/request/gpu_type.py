"""A kind of GPU that the cluster does not have."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.pins import not_there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL302"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for an unknown kind, where kinds are known and the job uses GPUs."""
    pin = job.resources.gpu_type
    types = {node.name: node.gpu_type for node in cluster.node_types.values() if node.gpus and node.gpu_type}
    if pin is None or not types or not (job.needs.gpu_possible and job.needs.gpu):
        return
    yield from not_there(pin, types.values(), CODE, "GPU type", cluster)
    holders = [name for name, gpu_type in types.items() if gpu_type == pin.value]
    partitions = cluster.partitions.values()
    reached = {name for each in partitions for name in each.node_types}
    if holders and any(name in reached for name in types) and not reached & set(holders):
        message = f"no partition of {cluster.name} has nodes with GPUs of type `{pin.value}`"
        advice = f"the profile has node type {holders[0]} in no partition: add it to `node_types` of one"
        yield Finding(code=CODE, message=message, route=pin.route, help=advice)
