"""The commands in more than one line of a template."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL710"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each further line that would run all commands of the job, or some of them."""
    name = filled.queue.command
    columns: dict[int, int] = {}
    for line, column in filled.all_command_places():
        columns.setdefault(line, column)
    running = [line for line in columns if not _is_shown(filled, line, columns[line])]
    bare = next((text for text, in_line in filled.commands if not in_line), "")
    for line, column in columns.items():
        if running and line in running[1:]:
            message = (
                f"{name} stands in line {running[0]} too: all commands of the job would run in both places"
            )
            advice = "fine in the branches of an `if`; else keep one of them"
        elif running and line not in running and bare:
            message = (
                f"`{bare.split(maxsplit=1)[0]}` would run here too: such commands take the place of the line"
            )
            advice = f"take {name} out of what is only shown, or a comment"
        else:
            continue
        route = (line, column, column + len(name))
        yield Finding(code=CODE, severity=WARNING, message=message, route=route, help=advice)


def _is_shown(filled: FilledTemplate, line: int, column: int) -> bool:
    """Tell whether a line shows the commands and runs none that go into it."""
    return filled.reading.is_comment(line, column) or filled.only_prints(line)
