"""Rules over a plan that is to become a script: whether its ranks can be started where it has them."""

from __future__ import annotations

from relionc.rules.start import no_launcher_for_it, not_two_groups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster

    class StartRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, plan: JobPlan, cluster: Cluster, /) -> Iterable[Finding]:
            """Return what keeps a plan from becoming a script."""


RULES: tuple[StartRule, ...] = (not_two_groups, no_launcher_for_it)


def check(plan: JobPlan, cluster: Cluster) -> list[Finding]:
    """Return what keeps a plan from becoming a script; `lower.script.bundle` expects nothing."""
    return [finding for rule in RULES for finding in rule.check(plan, cluster)]
