"""A word in a directive that belongs to no option."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relionc.diag import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL705"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each word that Slurm takes for no option and no value."""
    for each in filled.options:
        if not each.name and each.value is not None and not filled.has_name(each.value):
            found = re.search(rf"(?<=\s){re.escape(each.value)}(?!\S)", filled.lines[each.line - 1])
            route = (each.line, found.start() + 1, found.end() + 1) if found else filled.body(each.line)
            message = (
                f"`{each.value}` is not an option: Slurm ends a value at a space, and refuses the script"
            )
            yield Finding(code=CODE, message=message, route=route, help="put the value in double quotes")
