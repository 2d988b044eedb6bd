"""Diagnostics: what a stage found, where, and what would help.

A stage knows *routes* (`("jobs", "class3d", "resources", "nodes")`), not lines: it returns `Finding`s.
`pipeline` turns each into a `Diagnostic` with the positions of the file it came from, and the
renderers (`relionc.diag.render`) only read those. Codes are listed in `relionc.diag.codes`.
"""

from __future__ import annotations

from relionc.record import NamedTuple

Route = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and indices."""

ERROR, WARNING, NOTE = "error", "warning", "note"


class TextSpan(NamedTuple):
    """A range of a text file; lines and columns count from 1, columns in characters, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A second place that belongs to a finding: a line of the spec, or a fact of a profile with its source."""

    message: str
    route: Route | None = None
    on_key: bool = False
    source: str = ""


class Fix(NamedTuple):
    """A change that would cure the finding: set `route` to `value` (None: remove the key)."""

    title: str
    route: Route
    value: str | int | float | bool | None = None


class Suggestion(NamedTuple):
    """A feasible change near an infeasible request: the keys to change and the plan that results, in words."""

    changes: tuple[tuple[Route, str], ...]
    result: str


class Finding(NamedTuple):
    """Something a stage has to say about the value at `route` (or about its key)."""

    code: str
    message: str
    route: Route = ()
    on_key: bool = False
    severity: str = ERROR
    help: str = ""
    why: str = ""
    fixes: tuple[Fix, ...] = ()
    conflict: tuple[Related, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


class Place(NamedTuple):
    """A located `Related`: `span` is None where the fact is not a line of the file."""

    message: str
    span: TextSpan | None
    source: str = ""


class Diagnostic(NamedTuple):
    """A finding at its place in a file: all that a renderer needs."""

    code: str
    severity: str
    message: str
    path: str
    span: TextSpan | None
    help: str = ""
    why: str = ""
    fixes: tuple[Fix, ...] = ()
    conflict: tuple[Place, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()  # it stands for so many others of each severity, not shown
