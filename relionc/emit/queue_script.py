"""RELION's own submission script as text, put together as RELION does it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.ir import QueueScript


def render(script: QueueScript) -> str:
    """Return the text of a submission script; RELION ends it with an empty line."""
    return "".join(f"{line}\n" for line in _lines(script)) + "\n"


def _lines(script: QueueScript) -> Iterator[str]:
    """Yield the lines; one with the placeholder is repeated for each command, or gives way to it."""
    for line in script.lines:
        if script.placeholder not in line:
            yield line
            continue
        for text, in_line in script.commands:
            yield line.replace(script.placeholder, text, 1) if in_line else text
