"""Syntax errors of the YAML parsers in the words of someone who only wanted to write a spec."""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.source.values import split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from relionc.source.events import SyntaxProblem


class Explanation(NamedTuple):
    """What to tell the user, and where: line and column count from 0."""

    message: str
    help: str
    line: int
    column: int


class _SyntaxFault(NamedTuple):
    """A kind of syntax error: how either parser words it, and how we do.

    `at_start`: point to where the broken thing begins, not to where the parser gave up.
    """

    pattern: str
    message: str
    help: str
    at_start: bool = False


_END = r" \(at the end\)"  # added to the parsers' words when nothing follows
_MISFIT = "this line does not fit the lines above it"
_COLUMNS = "keys of one mapping begin in the same column, and so do the items of one list"
_BRACKET = "this bracket is never closed"

_KNOWN = (
    _SyntaxFault(
        r"mapping values are not allowed",
        "a second `key: value` cannot stand here",
        "put it on a line of its own, indented like its neighbours; a text that contains `: ` needs quotes; "
        "or the line above has no colon",
    ),
    _SyntaxFault(
        r"quoted scalar.*(end of stream|document (indicator|separator))",
        "this quote is never closed",
        "add the closing quote",
        at_start=True,
    ),
    _SyntaxFault(
        r"unknown escape|hexdecimal|hexadecimal|escape code",
        "this backslash sequence is not one that double quotes know",
        "write `\\\\` for a backslash, or use single quotes, which take everything literally",
    ),
    _SyntaxFault(r"flow (sequence|mapping).*" + _END, _BRACKET, "add the closing bracket", at_start=True),
    _SyntaxFault(r"flow node.*" + _END, "the text ends inside brackets", "add the closing bracket"),
    _SyntaxFault(
        r"flow (sequence|mapping)",
        "in this list or mapping in brackets, a comma or the closing bracket is missing",
        "items are separated by `, `; a text with `,`, `[`, `]`, `{`, `}` or `: ` in it needs quotes",
    ),
    _SyntaxFault(
        r"node content",
        "a value must stand here",
        "put quotes around a text that begins with `[`, `]`, `{`, `}` or `,`",
    ),
    _SyntaxFault(r"unexpected ':'", "a space is missing after this colon", "write `key: value`"),
    _SyntaxFault(
        r"simple key.*could not find expected ':'",
        "this line is neither `key: value` nor an item that begins with `- `",
        "write a colon and a space after the key; a text over several lines needs quotes or `|`",
        at_start=True,
    ),
    _SyntaxFault(
        r"block mapping.*<block sequence start>|block mapping.*'-'|sequence entries are not allowed",
        "an item that begins with `- ` cannot stand here",
        "items go on lines of their own, indented alike, below `key:`",
    ),
    _SyntaxFault(r"block (mapping|collection|sequence)|<document start>", _MISFIT, _COLUMNS),
    _SyntaxFault(
        r"mapping keys are not allowed",
        "a `?` key cannot stand here",
        "put quotes around a text that begins with `?`",
    ),
    _SyntaxFault(
        r"block scalar.*(chomping|comment|indentation indicator)",
        "nothing may follow `|` or `>` on its line",
        "the text begins on the next line, indented with spaces; only `-`, `+` or a digit may follow",
    ),
    _SyntaxFault(r"tab", "a tab cannot stand here", "use spaces"),
    _SyntaxFault(
        r"cannot start any token",
        "no value can begin with this character",
        "put quotes around the text",
    ),
    _SyntaxFault(
        r"alias|anchor",
        "`*` and `&` at the start of a value name a repeated part, and no name follows",
        "put quotes around a text that begins with `*` or `&`",
        at_start=True,
    ),
    _SyntaxFault(
        r"directive|incompatible YAML|version",
        "a line that begins with `%` gives orders to the YAML reader, and this one is not right",
        "a spec needs none: delete the line; a text that begins with `%` needs quotes",
    ),
    _SyntaxFault(
        r"\btag\b",
        "this tag is not right",
        "take it away: a spec is plain data; a text that begins with `!` needs quotes",
    ),
    _SyntaxFault(
        r"", "the text cannot be read from here on", "check indentation, quotes and brackets around here"
    ),
)
"""The first that fits counts; the last always does."""


def explain(problem: SyntaxProblem, text: str) -> Explanation:
    """Return what to tell the user about `problem`, and the place to show."""
    lines = split_lines(text)
    start: Any = getattr(problem, "context_mark", None)
    here: Any = getattr(problem, "problem_mark", None) or start
    line, column = _visible(here, lines)
    words = f"{getattr(problem, 'context', None) or ''} {getattr(problem, 'problem', None) or ''}"
    if not lines[line][column:].strip() and not any(map(str.strip, lines[line + 1 :])):
        words += " (at the end)"
    known = next(known for known in _KNOWN if re.search(known.pattern, words))
    if known.at_start and start is not None:
        line, column = _visible(start, lines)
    return Explanation(*_closer(known, lines[line], column), line, column)


def _closer(known: _SyntaxFault, line: str, column: int) -> tuple[str, str]:
    """Return message and help, sharpened by what the line looks like."""
    before = line[:column].rstrip()
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "a tab cannot indent", "use spaces"
    if known.message == _MISFIT and before.endswith(("'", '"')):
        return "text after a closing quote", "put the whole value into quotes"
    if "${{" in line and "bracket" in known.message:
        return known.message, 'inside [ ] or { }, an expression needs quotes: "${{ … }}"'
    return known.message, known.help


def _visible(mark: Any, lines: list[str]) -> tuple[int, int]:
    """Return the place of a mark; one behind the last text points to the end of that text."""
    if mark is None:
        return 0, 0
    line, column = mark.line, mark.column
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    if any(part.strip() for part in (lines[line][column:], *lines[line + 1 :])):
        return line, column
    while line and not lines[line].strip():
        line -= 1
        column = len(lines[line])
    return line, min(column, len(lines[line].rstrip()))
