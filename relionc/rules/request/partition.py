"""A partition that the cluster does not have."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.rules.pins import meaningless, not_there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import Pin, ResolvedJob

CODE = "RL601"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for an unknown partition, and a warning for any where there is no queue."""
    pin = job.resources.partition
    if pin is None:
        return
    if cluster.scheduler == "slurm" and "," in pin.value:
        yield from _of_list(pin, cluster)
    elif cluster.scheduler == "slurm":
        yield from not_there(pin, cluster.partitions, CODE, "partition", cluster)
    else:
        yield meaningless(pin, CODE, "partition", cluster)


def _of_list(pin: Pin[str], cluster: Cluster) -> Iterator[Finding]:
    """Yield what is wrong with a list: names that are not there, or no nodes that all have."""
    names = pin.value.split(",")
    wrong = [name for name in names if name not in cluster.partitions]
    for name in wrong:
        yield from not_there(pin._replace(value=name), cluster.partitions, CODE, "partition", cluster)
    types = [set(cluster.partitions[name].node_types) for name in names if name not in wrong]
    if not wrong and not set.intersection(*types):
        message = (
            f"the partitions {pin.value} have no kind of nodes in common, for which a layout could be planned"
        )
        advice = "name partitions of the same nodes, or one of them"
        yield Finding(code=CODE, message=message, route=pin.route, help=advice)
