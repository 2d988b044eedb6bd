"""A directive that says something else than the plan."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.slurm.values import is_refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL712"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield a warning for each; of equal options sbatch takes the last."""
    last = {each.name: each for each in filled.options}
    elsewhere = {(each.option.line, each.option.column) for each in filled.wishes}
    for each in last.values():
        planned = filled.asked.value(each.name)
        if not each.value or not planned or filled.queue.extra.search(each.value):
            continue
        if each.name == "ntasks" and each.value == str(filled.ranks):
            continue  # a script of RELION's has no slot that stays empty
        if is_refused(each.name, each.value) or filled.asked.says(each.name, each.value, last):
            continue
        if (each.line, each.column) in elsewhere and _is_shared(filled, each.line, each.column):
            continue
        yield Finding(
            code=CODE,
            message=f"`--{each.name}` is {each.value} here, and the plan has {planned}",
            route=(each.line, each.column, each.column + 2 + len(each.name)),
            severity=WARNING,
            help=f"pin it in `resources:`, or write `--{each.name}={filled.free.another()}` in the template",
        )


def _is_shared(filled: FilledTemplate, line: int, column: int) -> bool:
    """Tell whether an entry of this option is wanted to be something else elsewhere."""
    here = [each for each in filled.wishes if (each.option.line, each.option.column) == (line, column)]
    return any(
        each.text != other.text for each in here for other in filled.wishes if each.number == other.number
    )
