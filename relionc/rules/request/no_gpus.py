"""A job on GPUs where there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL301"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error where all nodes are known and none has a GPU."""
    pin = job.resources.asked_gpus
    usable = job.needs.gpu and (pin is None or job.needs.gpu_possible)
    if usable and all(node.known and not node.gpus for node in cluster.node_types.values()):
        route = job.route if pin is None else pin.route
        yield Finding(code=CODE, message=f"{cluster.name} has no GPUs", route=route, on_key=pin is None)
