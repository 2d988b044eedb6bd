"""A QOS that a profile, which lists those of the cluster, does not know."""

from __future__ import annotations

from relionc.diag import WARNING
from relionc.rules.pins import not_there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL618"


def check(job: ResolvedJob, cluster: Cluster) -> Iterator[Finding]:
    """Yield a warning for a name that is not listed: it may be there, but no limit of it is planned with."""
    pin = job.resources.qos
    if pin is None or not cluster.qos:
        return
    for finding in not_there(pin, cluster.qos, CODE, "QOS", cluster):
        why = "the profile lists the QOS and their limits; none are planned with for another one"
        yield finding._replace(severity=WARNING, why=why)
