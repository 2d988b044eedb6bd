"""A comment that was meant to be a directive."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.slurm.directives import MARK, first_command, is_misspelt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL720"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each."""
    for number, line in enumerate(filled.lines[: first_command(filled.lines) - 1], 1):
        if is_misspelt(line):
            begin = len(line) - len(line.lstrip())
            word = line.split(maxsplit=1)[0]
            why = (
                f"begins a line, and {begin} blanks are in front"
                if word == MARK
                else f"is written so, not `{word}`"
            )
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"Slurm takes this line for a comment: `{MARK}` {why}",
                route=(number, begin + 1, begin + 1 + len(word)),
                help=f"write `{MARK}` at the beginning of the line; two hashes switch a directive off",
            )
