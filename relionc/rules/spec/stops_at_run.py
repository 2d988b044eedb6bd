"""Options that RELION makes a command of, and its program stops on, or does something else with than is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

CODE, DOES_OTHERWISE = "RL133", "RL135"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each rule of the job type whose condition holds."""
    for rule in job.needs.run_rules:
        route = job.given.get(rule.option)
        yield Finding(
            code=DOES_OTHERWISE if rule.runs else CODE,
            severity=WARNING if rule.runs == "warning" else ERROR,
            message=rule.message,
            route=route or (*job.route, "options"),
            on_key=route is None,
            help=rule.help,
            why=rule.source,
        )
