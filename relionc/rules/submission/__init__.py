"""Rules over a job in a queue template of RELION's, which can say less than a plan, and quotes nothing."""

from __future__ import annotations

from relionc.rules.submission import cores_not_full, other_partition, plan_not_said, value_not_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.queue_template.job import JobInTemplate

    class SubmissionRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, job: JobInTemplate, /) -> Iterable[Finding]:
            """Return what is wrong with a job in its template."""


RULES: tuple[SubmissionRule, ...] = (other_partition, cores_not_full, plan_not_said, value_not_quoted)


def check(job: JobInTemplate) -> list[Finding]:
    """Return what is wrong with a job in its template."""
    return [finding for rule in RULES for finding in rule.check(job)]
