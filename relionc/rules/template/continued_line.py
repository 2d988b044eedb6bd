"""Commands in a line that goes on, or goes on from the one before it."""

from __future__ import annotations

from relionc.diag import ERROR, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL722"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a finding for each such line of a job whose commands are not one that goes into it.

    RELION repeats the one line for each command; a command that does not go into the line stands in its place.
    """
    if len(filled.commands) == 1 and filled.commands[0][1]:
        return
    name = filled.queue.command
    for line, column in filled.command_places():
        why = _why(filled, line)
        if why:
            yield Finding(
                code=CODE,
                severity=ERROR if filled.ranks > 1 else WARNING,
                message=f"RELION repeats this line alone for the {len(filled.commands)} commands of a job: {why}",
                route=(line, column, column + len(name)),
                help=f"write what stands in front and behind in the one line of {name}",
            )


def _why(filled: FilledTemplate, line: int) -> str:
    """Return what goes wrong with a line for the commands that is a part of a longer one; empty where it is none."""
    before = filled.lines[line - 2] if line > 1 else ""
    if _goes_on(before) and not filled.reading.is_comment(line - 1, len(before)):
        return f"only the first would come behind `{before.strip().rstrip(chr(92)).strip()[:40]}`"
    if _goes_on(filled.lines[line - 1]):
        return "each would go on with the next"
    return ""


def _goes_on(line: str) -> bool:
    """Tell whether a line ends with a backslash that is not one itself."""
    return (len(line) - len(line.rstrip(chr(92)))) % 2 == 1
