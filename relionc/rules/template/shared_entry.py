"""An entry of the site's that stands for several things."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate, Wish

CODE = "RL719"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each further option that wants another text of the same entry than the first."""
    first: dict[int, Wish] = {}
    for each in filled.wishes:
        before = first.setdefault(each.number, each)
        if before.text == each.text:
            continue
        name, option = filled.queue.name_of_extra(each.number), each.option
        where = f"`--{before.option.name}`" if before.option.name else "the rest of the plan"
        yield Finding(
            code=CODE,
            message=f"{name} has one text, and line {before.option.line} wants `{before.text}` there, for {where}",
            route=(option.line, option.column, option.column + 2 + len(option.name)),
            help=f"write another entry here, {filled.free.another()}",
        )
