"""An option of a directive whose value is left empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.diag import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL706"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each option that a template leaves without its value."""
    for each in filled.options:
        if each.value == "":
            option = f"--{each.name}="
            number, column, end = filled.body(each.line)
            column = filled.lines[each.line - 1].find(option) + 1 or column
            message = f"`{option}` is left without a value, which Slurm refuses"
            text = f"set `slurm: {{{each.name}: …}}` or a resource, or take the line out"
            yield Finding(code=CODE, message=message, route=(number, column, end), help=text)
