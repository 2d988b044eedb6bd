"""A template without a place for the commands."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL701"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for a script that would run nothing."""
    name = filled.queue.command
    if next(filled.command_places(), None) is None:
        where = " but in a comment" if next(filled.all_command_places(), None) else ""
        yield Finding(
            code=CODE,
            message=f"{name} is missing{where}, so the script would run nothing",
            route=(1, 1, 1),
            help="put it behind what starts a parallel program, such as `srun` or `mpirun`",
        )
