"""An option of a directive that sbatch does not know by this name."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.slurm.options import OPTIONS, meant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL680"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each name that is not the full name of an option."""
    for each in filled.options:
        if each.name and each.name not in OPTIONS:
            message = f"`{each.name}` is not the full name of an sbatch option"
            yield Finding(code=CODE, message=message, route=filled.body(each.line), help=meant(each.name))
