"""A directive behind the first command of a script."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.slurm.directives import MARK, first_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL704"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each directive that Slurm does not read."""
    first = first_command(filled.lines)
    for number, line in enumerate(filled.lines[first:], first + 1):
        if line.startswith(MARK):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"Slurm reads no {MARK} after the first command, which is in line {first}",
                route=(number, 1, len(MARK) + 1),
                help="move it up",
            )
