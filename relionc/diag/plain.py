"""Diagnostics ↔ tuples of nothing but plain values, as a cache keeps them."""

from __future__ import annotations

from relionc.diag import Diagnostic, Fix, Place, Suggestion, TextSpan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def as_plain(diagnostics: Iterable[Diagnostic]) -> tuple[Any, ...]:
    """Return the values of diagnostics, for `from_plain`."""
    return tuple(map(_plain, diagnostics))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def from_plain(rows: Iterable[tuple[Any, ...]]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with these values."""
    return tuple(map(_diagnostic, rows))


def _diagnostic(row: tuple[Any, ...]) -> Diagnostic:
    made = Diagnostic(*row)
    return made._replace(
        span=_span(made.span),
        fixes=tuple(Fix(*each) for each in made.fixes),
        conflict=tuple(Place(message, _span(span), source) for message, span, source in made.conflict),
        suggestions=tuple(Suggestion(*each) for each in made.suggestions),
    )


def _span(values: Iterable[int] | None) -> TextSpan | None:
    return None if values is None else TextSpan(*values)
