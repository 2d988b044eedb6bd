"""Options of which sbatch takes one."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.slurm.options import MEMORY, OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL718"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each further option that says how much memory a job gets."""
    first = ""
    for each in filled.options:
        if each.name not in OPTIONS or OPTIONS[each.name].says != MEMORY:
            continue
        first = first or each.name
        if each.name != first:
            message = f"sbatch refuses `--{first}` and `--{each.name}` together"
            advice = "keep one of them: relionc fills in each from the plan"
            yield Finding(code=CODE, message=message, route=filled.body(each.line), help=advice)
