"""The commands twice in one line of a template."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL702"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each place in a line but the first: RELION leaves the name there."""
    name = filled.queue.command
    seen: set[int] = set()
    for line, column in filled.command_places():
        if line in seen:
            yield Finding(
                code=CODE,
                message=f"RELION replaces only the first {name} of a line: this one would stay",
                route=(line, column, column + len(name)),
                help="run the commands on lines of their own",
            )
        seen.add(line)
