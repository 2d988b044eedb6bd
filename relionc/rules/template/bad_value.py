"""A value that sbatch does not take for an option."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.values import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL717"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each value of a directive that is not of the form that its option has."""
    empty = {
        (each.line, each.column) for each in filled.emptied()
    }  # sbatch takes the next word for their value
    for each in filled.options:
        if not each.value or filled.has_name(each.value) or (each.line, each.column) in empty:
            continue
        try:
            read(each.name, each.value)
        except SlurmSyntaxError as error:
            message = f"`--{each.name}`: {error.message}, and sbatch refuses the script"
            yield Finding(code=CODE, message=message, route=filled.body(each.line), help=error.help)
