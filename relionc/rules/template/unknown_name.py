"""A name in a template that RELION does not replace."""

from __future__ import annotations

from relionc.diag import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from relionc.queue_template.filled import FilledTemplate

CODE = "RL703"


def check(filled: FilledTemplate) -> Iterator[Finding]:
    """Yield an error for each name that would stay in the script."""
    known = {*filled.replacing, filled.queue.command}
    for number, found in filled.names():
        if found[0] not in known:
            route = (number, found.start() + 1, found.end() + 1)
            message = f"nothing replaces {found[0]}{_why(filled, number, found)}"
            yield Finding(code=CODE, message=message, route=route, help=_advice(found[0], filled))


def _why(filled: FilledTemplate, line: int, found: re.Match[str]) -> str:
    """Return why the plan does not say what an entry in the value of an option is; empty where nobody asks it."""
    if not filled.queue.extra.fullmatch(found[0]):
        return ""
    for each in filled.there:
        if (
            each.line == line
            and each.column <= found.start() + 1
            and found[0] in (each.value or "")
            and each.name
        ):
            planned = filled.asked.value(each.name)
            if planned:
                return f": the plan has `--{each.name}={planned}`, which is not of this form"
            return f": the plan says nothing by `--{each.name}`"
    return ""


def _advice(name: str, filled: FilledTemplate) -> str:
    """Return what helps with a name that stays: a value for an entry of the site, or the name that was meant."""
    from relionc.diag.near import nearest

    queue = filled.queue
    digits = queue.extra.fullmatch(name)
    if digits and int(digits[1]) > queue.extras_most:
        return f"RELION {filled.version} has no more than {queue.extras_most} entries of this kind"
    if digits:
        return f"give it a value: `--extra {digits[1]}=VALUE`"
    close = nearest(name, [*queue.names, queue.command], 0.75)
    if close:
        return f"did you mean {close}?"
    return f"RELION knows {', '.join(queue.names)}, {queue.command} and {queue.name_of_extra(1)}"
