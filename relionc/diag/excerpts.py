"""The lines of files that diagnostics show: all that renderers see of a source."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.diag import Diagnostic

    Lines = Mapping[int, str]
    """Lines of a file by their numbers, from 1."""


def lines_shown(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> dict[str, Lines]:
    """Return the lines that diagnostics point at, of files whose texts are given by path."""
    wanted: dict[str, dict[int, None]] = {}
    for each in diagnostics:
        spans = (each.span, *(place.span for place in each.conflict))
        wanted.setdefault(each.path, {}).update((span.line, None) for span in spans if span)
    return {path: _lines(sources[path], numbers) for path, numbers in wanted.items() if path in sources}


def _lines(source: str, numbers: Iterable[int]) -> Lines:
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {number: lines[number - 1] for number in numbers if number <= len(lines)}
