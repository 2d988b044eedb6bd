"""Commands at a place where a shell does not read them as RELION writes them."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL721"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each place, in quotes for instance, that the commands do not survive."""
    name = filled.queue.command
    for line, column in filled.command_places():
        why = "" if filled.only_prints(line) else filled.lost_at(line, column)
        if why:
            yield Finding(
                code=CODE,
                message=f"the commands do not survive here: {why}",
                route=(line, column, column + len(name)),
                help=f"write `srun {name}` as a line of its own, or keep the words in an array: `cmd=({name})`",
            )
