"""A partition that the cluster does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules.pins import meaningless, not_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL601"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for an unknown partition, and a warning for any where there is no queue."""
    pin = job.resources.partition
    if pin is None:
        return
    if cluster.scheduler == "slurm":
        yield from not_there(pin, cluster.partitions, CODE, "partition", cluster)
    else:
        yield meaningless(pin, CODE, "partition", cluster)
