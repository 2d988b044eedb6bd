"""A word in a directive that belongs to no option."""

from __future__ import annotations

import re

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL705"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each word that Slurm takes for no option and no value."""
    if any(filled.takes_next_word(each) for each in filled.emptied()):
        return  # words are not where they belong
    for each in filled.options:
        if each.name or each.value is None or filled.has_name(each.value):
            continue
        name = _name_there(filled, each.line, each.value)
        word = name or each.value
        found = re.search(rf"(?<=\s){re.escape(word)}(?!\S)", filled.lines[each.line - 1])
        route = (each.line, found.start() + 1, found.end() + 1) if found else filled.body(each.line)
        if name:
            option = filled.queue.names[name][2]
            message = f"{name} is `{each.value}` alone, which is no option, and sbatch refuses the script"
            advice = f"write `--{option}={name}`" if option else "write the option that it is the value of"
        else:
            message = (
                f"`{each.value}` is not an option: Slurm ends a value at a space, and refuses the script"
            )
            advice = "put the value in double quotes"
        yield Finding(code=CODE, message=message, route=route, help=advice)


def _name_there(filled: FilledTemplate, line: int, value: str) -> str:
    """Return the name in a directive that became this word; empty where none did."""
    words = filled.lines[line - 1].split()
    return next(
        (word for word in words if word in filled.queue.names and filled.replacing[word] == value), ""
    )
