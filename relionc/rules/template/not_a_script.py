"""A text that sbatch does not take for a script."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL709"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a finding for line ends of Windows, and for a first line without a shell."""
    if any(line.endswith("\r") for line in filled.lines):
        number = next(number for number, line in enumerate(filled.lines, 1) if line.endswith("\r"))
        column = len(filled.lines[number - 1])
        message = "lines end as on Windows, and sbatch refuses such a script"
        route = (number, column, column + 1)
        yield Finding(code=CODE, message=message, route=route, help="end them with a line feed alone")
    if filled.lines and not filled.lines[0].startswith("#!"):
        message = "the first line names no shell, and sbatch refuses such a script"
        advice = "begin with `#!/bin/bash`"
        yield Finding(code=CODE, message=message, route=(1, 1, 1), help=advice, severity=WARNING)
