"""Rules over the plan of a job."""

from __future__ import annotations

from relionc.rules.plan import (
    slurm_between,
    slurm_faults,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

    class PlanRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, plan: JobPlan, cluster: Cluster, /) -> Iterable[Finding]:
            """Return what is wrong with a layout that was found."""


RULES: tuple[PlanRule, ...] = (
    slurm_faults,
    slurm_between,
)


def check(plan: JobPlan, cluster: Cluster) -> list[Finding]:
    """Return what is wrong with a layout that was found."""
    return [finding for rule in RULES for finding in rule.check(plan, cluster)]
