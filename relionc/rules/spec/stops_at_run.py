"""Options that RELION makes a command of, and its program stops on, or does something else with than is asked."""

from __future__ import annotations

from relionc import catalog
from relionc.diag import ERROR, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.types import RunRule
    from relionc.site.types import Cluster
    from relionc.spec.columns import SweepTable
    from relionc.spec.model import ResolvedJob

CODE, DOES_OTHERWISE = "RL133", "RL135"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each rule of the job type whose condition holds."""
    columns = job.table.columns if job.table else ()
    of_values = {rule for column in columns for _, rule in column.rules}
    for rule in job.needs.run_rules:
        if rule not in of_values:
            route = job.given.get(rule.option)
            yield _finding(rule)._replace(route=route or (*job.route, "options"), on_key=route is None)
    if job.table:
        yield from _of_values(job, job.table)


def _of_values(job: ResolvedJob, table: SweepTable) -> Iterator[Finding]:
    """Yield a finding for each value of a table of points with which a rule holds."""
    for column, values in zip(table.columns, table.values, strict=True):
        for key, rule in column.rules:
            texts = (text for text, _ in values)
            wrong = catalog.breaking(rule, job.type, job.options, (key, texts), is_continue=job.is_continue)
            if wrong:
                first, route = values[wrong[0]]
                which = f"at {column.axis}={first}"
                if len(wrong) > 1:
                    which = (
                        f"at {len(wrong):,} of {len(values):,} values of {column.axis} (the first: {first})"
                    )
                yield _finding(rule)._replace(message=f"{which}: {rule.message}", route=route)


def _finding(rule: RunRule) -> Finding:
    return Finding(
        code=DOES_OTHERWISE if rule.runs else CODE,
        severity=WARNING if rule.runs == "warning" else ERROR,
        message=rule.message,
        route=(),
        help=rule.help,
        why=rule.source,
    )
