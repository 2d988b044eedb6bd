"""A job that cannot be one of two groups of nodes; what such a mode cannot do is written where the mode is."""

from __future__ import annotations

from relionc.lower.launch import launcher_of
from relionc.lower.modes import mode_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.diag import Finding
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

CODE = "RL653"


def check(plan: JobPlan, cluster: Cluster) -> Iterable[Finding]:
    """Return what the mode refuses, where there is anything to start it at all."""
    mode = mode_of(plan)
    if mode.launcher and launcher_of(plan, cluster) is None:
        return ()
    return mode.refusals(plan)
