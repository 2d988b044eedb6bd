"""The commands in more than one line of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL710"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each further line that would run all commands of the job."""
    name = filled.queue.command
    columns: dict[int, int] = {}
    for line, column in filled.command_places():
        columns.setdefault(line, column)
    for line, column in [*columns.items()][1:]:
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"{name} stands in line {min(columns)} too: all commands of the job would run in both places",
            route=(line, column, column + len(name)),
            help="fine in the branches of an `if`; else keep one of them",
        )
