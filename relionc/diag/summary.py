"""The line that says how much was found: all that is shown of a spec in which nothing is wrong."""

from __future__ import annotations

from sys import maxsize

from relionc.diag import ERROR, NOTE, WARNING, Diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MORE = "RL029"  # comes last: it stands for what is not shown


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics in the order in which every format shows them, each once."""
    return sorted(dict.fromkeys(diagnostics), key=_rank)


def _rank(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    line, column = (span.line, span.column) if span else (0, 0)
    if diagnostic.code == MORE:
        line = maxsize
    return diagnostic.path, line, column, diagnostic.code, diagnostic.message


def summary(diagnostics: Iterable[Diagnostic], specs: int, not_checked: Sequence[str] = ()) -> str:
    """Return the last line: how much was found in how many specs, and what could not be looked at."""
    found = ordered(diagnostics)
    counts = [f"{n} {name}{'s' * (n != 1)}" for name in (ERROR, WARNING, NOTE) if (n := _count(found, name))]
    where = f"{specs} spec{'s' * (specs != 1)}"
    line = f"{', '.join(counts) or 'no problems'} in {where}"
    return line + (f"; not checked: {_shown(not_checked)}" if not_checked else "")


def _count(found: Iterable[Diagnostic], severity: str) -> int:
    """Return how many were found of a severity, those that are not shown among them."""
    return sum(
        dict(each.left_out).get(severity, 0) if each.left_out else each.severity == severity for each in found
    )


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names)
    if text.isascii() and text.isprintable() and "::" not in text and "##" not in text:
        return text
    from relionc.diag.clean import harmless_on_one_line

    return harmless_on_one_line(text)
