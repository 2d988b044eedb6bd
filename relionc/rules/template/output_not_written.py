"""Files of a job's output to which a template writes nothing."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL707"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each of the two files that RELION's window shows and that the script does not write."""
    route = next(((line, column, column) for line, column in filled.command_places()), None)
    for name in (filled.queue.output, filled.queue.errors):
        path = filled.replacing[name]
        if route and not filled.written_to(path):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"nothing is written to {path.rpartition('/')[2]}, which RELION shows for the job",
                route=route,
                help=f"send it to {name}",
            )
