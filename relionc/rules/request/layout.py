"""A layout that there is not: a schema sees those that are written out, and not what an expression gives."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.plan.modes import MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE = "RL107"
AUTO = "auto"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield an error for a name of none."""
    names = [AUTO, *(mode.name for mode in MODES)]
    if job.layout is not None and job.layout.value not in names:
        message = f"layout: there is none called `{job.layout.value[:80]}`"
        yield Finding(
            code=CODE, message=message, route=job.layout.route, help=f"there are {', '.join(names)}"
        )
