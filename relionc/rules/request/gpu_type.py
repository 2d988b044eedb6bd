"""A kind of GPU that the cluster does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules.pins import not_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL302"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield an error for an unknown kind, where kinds are known and the job uses GPUs."""
    pin = job.resources.gpu_type
    types = [node.gpu_type for node in cluster.node_types.values() if node.gpus and node.gpu_type]
    if pin is not None and types and job.needs.gpu_possible and job.needs.gpu:
        yield from not_there(pin, types, CODE, "GPU type", cluster)
