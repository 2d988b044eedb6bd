"""Routes → places: a stage's finding becomes a diagnostic of the file that it speaks of."""

from __future__ import annotations

from relionc.diag import Diagnostic, Finding, Place, Related, Route, TextSpan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    class Positions(Protocol):
        """What `locate` asks of a parsed file (`relionc.source.Tree` has it)."""

        @property
        def path(self) -> str:
            """The name of the file, as the user gave it."""
            ...

        def span(self, route: Route, *, on_key: bool = False) -> TextSpan | None:
            """Return where the value, or the key, at `route` stands."""
            ...


class TextPlaces:
    """The positions of a file that is text alone: a route is `(line, column, end column)`, counted from 1."""

    def __init__(self, path: str) -> None:
        self.path = path

    def span(self, route: Route, *, on_key: bool = False) -> TextSpan | None:  # noqa: ARG002 - text has no keys
        """Return the place that a route is."""
        match route:
            case (int(line), int(column), int(end)):
                return TextSpan(line, column, line, end)
        return None


def locate(finding: Finding, tree: Positions) -> Diagnostic:
    """Return `finding` at its place in `tree`."""
    return Diagnostic(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        path=tree.path,
        span=tree.span(finding.route, on_key=finding.on_key),
        help=finding.help,
        why=finding.why,
        fixes=finding.fixes,
        conflict=tuple(_place(related, tree) for related in finding.conflict),
        suggestions=finding.suggestions,
    )


def locate_all(findings: Iterable[Finding], tree: Positions) -> list[Diagnostic]:
    """Return the findings of one file at their places."""
    return [locate(finding, tree) for finding in findings]


def _place(related: Related, tree: Positions) -> Place:
    span = None if related.route is None else tree.span(related.route, on_key=related.on_key)
    return Place(message=related.message, span=span, source=related.source)
