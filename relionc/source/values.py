"""The values of a parsed document, and where they stand."""

from __future__ import annotations

import re
from functools import lru_cache

from relionc.diag import Route, TextSpan
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Plain: TypeAlias = "Scalar | list[Plain] | dict[str, Plain]"
"""What a document holds: nothing knows its shape before a schema has looked."""

_COLUMN = (1 << 20) - 1
_KEY = r"""(?:[&!]\S*\s+)*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\*\S+)"""


class IntText(int):
    """A YAML integer that remembers how it was typed (`010`, `+5`)."""

    text: str


class FloatText(float):
    """A YAML float that remembers how it was typed (`3.10`, `1e3`)."""

    text: str


def text_of(value: object) -> str:
    """Return a scalar as the user typed it; true/false/null in YAML's spelling."""
    if isinstance(value, (IntText, FloatText)):
        return value.text
    if value is True:
        return "true"
    if value is False:
        return "false"
    return "" if value is None else str(value)


def characters(value: Plain) -> int:
    """Return how many characters the keys and texts of a value have, at any depth."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + characters(each) for key, each in value.items())
    return sum(map(characters, value)) if isinstance(value, list) else 0


def as_mapping(value: Plain) -> dict[str, Plain]:
    """Return a mapping of a document; an empty one where nothing stands, or something else that a schema refuses."""
    return value if isinstance(value, dict) else {}


def as_scalar(value: Plain) -> Scalar:
    """Return a scalar of a document; nothing for a mapping or a sequence, which a schema refuses there."""
    return None if isinstance(value, (dict, list)) else value


def as_texts(value: Plain) -> list[str]:
    """Return the texts of a sequence of them; none where nothing stands, or something else that a schema refuses."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


@lru_cache(maxsize=4)
def split_lines(text: str) -> list[str]:
    """Return the lines of a text as positions count them: ended by LF, CRLF or CR alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def unpack(start: int, end: int) -> TextSpan:
    """Return the span between two packed positions."""
    return TextSpan((start >> 20) + 1, (start & _COLUMN) + 1, (end >> 20) + 1, (end & _COLUMN) + 1)


class Tree(NamedTuple):
    """A parsed file: plain values, and the position of every key and value by route.

    `marks[route]` is `(key, start, end)`, each `line << 20 | column`, counted from 0; `key` is -1 for items
    of sequences and for the document itself. `links` leads from the route of an alias, or of a key that a
    merge brought in, to the route where the value is written; routes below follow the same way.
    """

    path: str
    text: str
    value: Plain
    marks: Mapping[Route, tuple[int, int, int]]
    links: Mapping[Route, Route]

    def span(self, route: Route, *, on_key: bool = False) -> TextSpan | None:
        """Return where the value (or the key) at `route` stands.

        A route that does not exist gives the place of its nearest existing ancestor: its key where it has
        one. None for an empty document.
        """
        at = self._written(route)
        while at and at not in self.marks:
            on_key, at = True, at[:-1]
        if at not in self.marks:
            return None
        key, start, end = self.marks[at]
        if key >= 0 and (on_key or start == end):
            after = key + self._key_width(key, str(at[-1]))
            return unpack(key, after) if on_key else self._missing_value(after)
        return unpack(start, self._visible_end(start, end))

    def _written(self, route: Route) -> Route:
        """Follow aliases and merges to where a route's value is written."""
        for _ in range(len(self.links)):  # a chain of links is no longer than there are links
            step = next((i for i in range(1, len(route) + 1) if self._leads_on(route, i)), 0)
            if not step:
                break
            route = self.links[route[:step]] + route[step:]
        return route

    def _leads_on(self, route: Route, length: int) -> bool:
        """Tell whether the first `length` steps are a link to follow; an alias itself is a place to stay."""
        return route[:length] in self.links and (length < len(route) or route not in self.marks)

    def _missing_value(self, after: int) -> TextSpan:
        """Return the place of a value that is not there: behind the colon of its key, if that has one."""
        line = split_lines(self.text)[after >> 20][after & _COLUMN :]
        colon = len(line) - len(line.lstrip()) + 1 if line.lstrip().startswith(":") else 0
        return unpack(after + colon, after + colon)

    def _key_width(self, key: int, name: str) -> int:
        line = split_lines(self.text)[key >> 20][key & _COLUMN :]
        match = re.match(_KEY, line)
        return len(match[0]) if match else len(name)

    def _visible_end(self, start: int, end: int) -> int:
        """Move an end that lies at the start of a line back to the end of the text before it."""
        line = end >> 20
        if end & _COLUMN or line == start >> 20:
            return end
        lines = split_lines(self.text)
        line -= 1
        while line > start >> 20 and not lines[line].strip():
            line -= 1
        return line << 20 | len(lines[line].rstrip())
