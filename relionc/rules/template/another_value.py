"""A directive that says something else than the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate
    from relionc.slurm.directives import Said

CODE = "RL712"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each; an entry of the site's own is filled in from the plan."""
    for each in filled.options:
        if each.name not in filled.planned or filled.queue.extra.search(each.value or ""):
            continue
        planned = filled.planned[each.name]
        if not _same(each, planned, filled.ranks):
            yield Finding(
                code=CODE,
                message=f"`--{each.name}` is {each.value} here, and the plan has {planned}",
                route=(each.line, each.column, each.column + 2 + len(each.name)),
                severity=WARNING,
                help=f"pin it in `resources:`, or write `--{each.name}={filled.free_entry}` in the template",
            )


def _same(each: Said, planned: str | None, ranks: int) -> bool:
    """Return whether a directive says what the plan does; a script of RELION's has no slot that stays empty."""
    if each.name == "ntasks" and each.value == str(ranks):
        return True
    if not each.value or not planned:
        return True  # what is left empty is found elsewhere
    return each.value == planned or _seconds(each.value) == _seconds(planned) != -1


def _seconds(text: str) -> int:
    """Return a duration, or -1 for what is none."""
    if not any(mark in text for mark in ":-"):
        return -1
    try:
        return parse_time(text)
    except SlurmSyntaxError:
        return -1
