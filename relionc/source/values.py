"""The values of a parsed document, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relionc.diag import Route, Span


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


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed file: plain values, and the position of every key and value by route.

    `marks[route]` is `(key, start, end)`, each `line << 20 | column`, counted from 0; `key` is -1 for items of
    sequences and for the document itself.
    """

    path: str
    text: str
    value: Any
    marks: Mapping[Route, tuple[int, int, int]]

    def span(self, route: Route, *, on_key: bool = False) -> Span | None:
        """Return where the value (or the key) at `route` stands.

        A route that does not exist gives the place of its nearest existing ancestor: its key where it has
        one. None for an empty document.
        """
        raise NotImplementedError
