"""A RELION that the cluster does not have."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL610"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning when the profile lists versions and this one is not among them."""
    version = job.type.version
    if cluster.versions and version not in cluster.versions:
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"{cluster.name} has no RELION {version}",
            route=("relion",),
            help=f"its profile lists {', '.join(cluster.versions)}",
        )
