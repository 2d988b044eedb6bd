"""Diagnostics → text for people, and one line of JSON or of a GitHub annotation for machines.

Nothing here looks at a file or a terminal: the caller brings the texts and says whether colour is wanted.
Whatever came from a stranger's file is made harmless first (`relionc.diag.clean`).
"""

from __future__ import annotations

import unicodedata

from relionc.diag import ERROR, NOTE, WARNING, Diagnostic, Fix, Place, Route, Suggestion, TextSpan
from relionc.diag.clean import commanding_nobody, harmless_json, printable
from relionc.diag.summary import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relionc.diag.excerpts import Lines

_COLORS = {ERROR: "31;1", WARNING: "33;1", NOTE: "36;1"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TAB = 4  # columns that a tab of a shown source line takes
_COLUMN = 60  # facts stand below the words on source lines, if those lines are no wider than this
_WIDEST = 160  # a longer source line is shown in part, around the place that is meant


# --- text -----------------------------------------------------------------------


def text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Lines], *, color: bool) -> str:
    """Return what a person reads: each diagnostic with its source line, and what would help.

    `sources` holds lines of each file by path (`relionc.diag.excerpts`); without them only the words are shown.
    """
    lines: list[str] = []
    for diagnostic in ordered(diagnostics):
        lines += _block(diagnostic, sources.get(diagnostic.path, {}), color=color)
    return commanding_nobody("".join(line + "\n" for line in lines))


def _block(diagnostic: Diagnostic, source: Lines, *, color: bool) -> list[str]:
    margin = _margin(diagnostic)
    return [
        _headline(diagnostic, color=color),
        *_excerpt(diagnostic, source, margin, color=color),
        *_notes(diagnostic),
    ]


def _headline(diagnostic: Diagnostic, *, color: bool) -> str:
    place = printable(diagnostic.path)
    if diagnostic.span:
        place += f":{diagnostic.span.line}:{diagnostic.span.column}"
    label = f"{diagnostic.severity}[{diagnostic.code}]"
    if color:
        place, label = _paint(place, "1"), _paint(label, _COLORS[diagnostic.severity])
    return f"{place}: {label}: {printable(diagnostic.message)}"


def _excerpt(diagnostic: Diagnostic, source: Lines, margin: int, *, color: bool) -> list[str]:
    """Return the source lines of a diagnostic: those of a conflict, or its own with a caret line."""
    rows = _conflict(diagnostic, source, margin)
    span = diagnostic.span
    named = {place.span.line for place in diagnostic.conflict if place.span}
    if span is None or span.line in named or span.line not in source:
        return rows
    line, first, length = _underlined(source[span.line], span)
    caret = " " * first + "^" * length
    own = [
        f"{span.line:>{margin}} | {line}".rstrip(),
        f"{'':>{margin}} | {_paint(caret, _COLORS[diagnostic.severity]) if color else caret}",
    ]
    return own + rows


def _underlined(line: str, span: TextSpan) -> tuple[str, int, int]:
    """Return a line as shown, and the first column and the length of what `span` covers in it."""
    begin = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    before, marked, after = line[:begin], line[begin : max(end, begin)], line[max(end, begin) :]
    if len(line) > _WIDEST or width(line) > _WIDEST:  # to measure all of a long line takes long
        before = "…" + before[-_WIDEST // 4 :] if len(before) > _WIDEST // 4 else before
        marked = marked[: _WIDEST // 2]
        after = after[: _WIDEST // 4] + "…"
    shown = expand(before)
    whole = expand(before + marked)
    return expand(before + marked + after), width(shown), max(1, width(whole) - width(shown))


def _conflict(diagnostic: Diagnostic, source: Lines, margin: int) -> list[str]:
    """Return the rows of a conflict: each source line once, with what is on it, and facts that are no line."""
    rows: dict[tuple[str, str], list[str]] = {}
    facts: list[str] = []
    for place in diagnostic.conflict:
        number, shown, words = _conflict_row(place, source)
        (rows.setdefault((number, shown), []) if number else facts).append(words)
    left = max((width(shown) for _, shown in rows), default=0)
    below = " " * (left + 2) if left <= _COLUMN else ""
    return [
        f"{number:>{margin}} | {shown}{' ' * (left - width(shown))}  {', '.join(words)}".rstrip()
        for (number, shown), words in rows.items()
    ] + [f"{'':>{margin}} = {below}{words}" for words in facts]


def _conflict_row(place: Place, source: Lines) -> tuple[str, str, str]:
    """Return line number, source line and words; a fact that is no line of the file has only words."""
    words = printable(place.message) + (f"  [{printable(place.source)}]" if place.source else "")
    if place.span is None or place.span.line not in source:
        return "", "", words
    return str(place.span.line), expand(source[place.span.line][:_WIDEST].rstrip())[:_WIDEST], words


def _notes(diagnostic: Diagnostic) -> list[str]:
    indent = " " * 3
    lines = []
    for label, words in (("help", diagnostic.help), ("why", diagnostic.why)):
        first, *rest = printable(words, keep="\n").split("\n")
        if words:
            lines += [f"{indent}{label}: {first}", *(f"{indent}{'':{len(label) + 2}}{more}" for more in rest)]
    if diagnostic.suggestions:
        lines.append(f"{indent}nearest that fits:")
        lines += [f"{indent}  {row}" for row in _suggestions(diagnostic.suggestions)]
    return lines


def _suggestions(suggestions: Sequence[Suggestion]) -> list[str]:
    changes = [
        ", ".join(f"{printable(str(route[-1]))}: {printable(to)}" for route, to in suggestion.changes)
        for suggestion in suggestions
    ]
    left = max(width(change) for change in changes)
    return [
        f"{letter}) {change}{' ' * (left - width(change))}  {printable(suggestion.result)}".rstrip()
        for letter, change, suggestion in zip(_LETTERS, changes, suggestions, strict=False)
    ]


def advice(diagnostic: Diagnostic) -> list[str]:
    """Return what would help, one line for each thing, for formats that have room for a message only."""
    lines = [f"help: {diagnostic.help}"] if diagnostic.help else []
    for suggestion in diagnostic.suggestions:
        changes = ", ".join(f"{route[-1]}: {to}" for route, to in suggestion.changes)
        lines.append(f"this fits: {changes} ({suggestion.result})")
    return lines


def _margin(diagnostic: Diagnostic) -> int:
    spans = [diagnostic.span, *(place.span for place in diagnostic.conflict)]
    return max(5, *(len(str(span.line)) for span in spans if span), 0)


def _paint(words: str, color: str) -> str:
    return f"\x1b[{color}m{words}\x1b[0m"


# --- characters -----------------------------------------------------------------------


def expand(line: str) -> str:
    """Return a source line as it is shown: tabs as spaces, nothing that a terminal would obey."""
    out = ""
    for i, part in enumerate(line.split("\t")):
        out += " " * (_TAB - width(out) % _TAB) * (i > 0) + printable(part)
    return out


def width(shown: str) -> int:
    """Return how many columns of a terminal a printable text takes."""
    if shown.isascii():
        return len(shown)
    return sum(_cell(char) for char in shown)


def _cell(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


# --- machines -----------------------------------------------------------------------


def json_lines(diagnostics: Iterable[Diagnostic]) -> str:
    """Return one JSON object per line; `docs/diagnostics.md` says what each key means."""
    import json

    return "".join(
        harmless_json(json.dumps(as_data(diagnostic), ensure_ascii=True)) + "\n"
        for diagnostic in ordered(diagnostics)
    )


def as_data(diagnostic: Diagnostic) -> dict[str, object]:
    """Return a diagnostic as plain values, in the order of keys that JSON shows."""
    data: dict[str, object] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "path": diagnostic.path,
        **_position(diagnostic.span),
        "help": diagnostic.help,
        "why": diagnostic.why,
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
    }
    if diagnostic.conflict:
        data["conflict"] = [
            {"message": place.message, **_position(place.span), "source": place.source}
            for place in diagnostic.conflict
        ]
    if diagnostic.left_out:
        data["left_out"] = dict(diagnostic.left_out)
    if diagnostic.suggestions:
        data["suggestions"] = [_suggestion(suggestion) for suggestion in diagnostic.suggestions]
    return data


def _position(span: TextSpan | None) -> dict[str, int | None]:
    names = ("line", "column", "end_line", "end_column")
    return {name: getattr(span, name) if span else None for name in names}


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "route": _route(fix.route), "value": fix.value}


def _suggestion(suggestion: Suggestion) -> dict[str, object]:
    changes = [{"route": _route(route), "value": to} for route, to in suggestion.changes]
    return {"changes": changes, "result": suggestion.result}


def _route(route: Route) -> list[str | int]:
    return list(route)


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """Return workflow commands that GitHub shows as annotations of the changed lines."""
    return "".join(_annotation(diagnostic) + "\n" for diagnostic in ordered(diagnostics))


def _annotation(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    fields = {"file": diagnostic.path}
    if span:
        fields |= {"line": str(span.line), "endLine": str(span.end_line), "col": str(span.column)}
        if span.line == span.end_line:  # GitHub refuses columns across lines
            fields["endColumn"] = str(span.end_column)
    fields["title"] = diagnostic.code
    words = [diagnostic.message, *advice(diagnostic)]
    level = "notice" if diagnostic.severity == NOTE else diagnostic.severity
    listed = ",".join(f"{name}={_escaped(value, more=True)}" for name, value in fields.items())
    return f"::{level} {listed}::{_escaped(chr(10).join(words))}"


def _escaped(value: str, *, more: bool = False) -> str:
    """Escape as the Actions runner unescapes: `%`, CR, LF everywhere; `:` and `,` in properties."""
    out = (
        commanding_nobody(printable(value, keep="\r\n"))
        .replace("%", "%25")
        .replace("\r", "%0D")
        .replace("\n", "%0A")
    )
    return out.replace(":", "%3A").replace(",", "%2C") if more else out
