"""Syntax errors of the YAML parsers in the words of someone who only wanted to write a spec."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relionc.source.values import split_lines

if TYPE_CHECKING:
    from relionc.source.events import SyntaxProblem

Explanation = tuple[str, str, int, int]
"""Message, help, line and column (from 0)."""

_START, _HERE = "start", "here"  # which of a problem's two places to point to

# Both parsers' wording, as a pattern → what to say, what to do, where to point. The first that fits counts.
_KNOWN: tuple[tuple[str, str, str, str], ...] = (
    (
        r"mapping values are not allowed",
        "a second `key: value` cannot stand here",
        "put it on a line of its own, indented like its neighbours; a text that contains `: ` needs quotes",
        _HERE,
    ),
    (
        r"tab",
        "a tab cannot indent or separate here",
        "use spaces",
        _HERE,
    ),
    (
        r"quoted scalar.*(unexpected end of stream|document (indicator|separator))",
        "this quote is never closed",
        "add the closing quote",
        _START,
    ),
    (
        r"unknown escape|hexdecimal|hexadecimal|escape code",
        "this backslash sequence is not one that double quotes know",
        "write `\\\\` for a backslash, or use single quotes, which take everything literally",
        _HERE,
    ),
    (
        r"flow (sequence|mapping).*(unexpected end of stream|stream end|document (start|end))",
        "this bracket is never closed",
        "add the closing bracket",
        _START,
    ),
    (
        r"flow (sequence|mapping)",
        "in this list or mapping in brackets, a comma or the closing bracket is missing",
        "items are separated by `, `; a text with `,`, `[`, `]`, `{`, `}` or `: ` in it needs quotes",
        _HERE,
    ),
    (
        r"simple key.*could not find expected ':'",
        "this line is neither `key: value` nor an item that begins with `- `",
        "write a colon and a space after the key; a text over several lines needs quotes or `|`",
        _START,
    ),
    (
        r"block mapping.*(-|<block sequence start>)|sequence entries are not allowed|block sequence entries",
        "an item that begins with `- ` cannot stand here",
        "items go on lines of their own, indented alike, below `key:`",
        _HERE,
    ),
    (
        r"block (mapping|collection|sequence)",
        "this line does not fit the lines above it",
        "keys of one mapping begin in the same column, and so do the items of one list",
        _HERE,
    ),
    (
        r"mapping keys are not allowed",
        "a `?` key cannot stand here",
        "put quotes around a text that begins with `?`",
        _HERE,
    ),
    (
        r"cannot start any token",
        "no value can begin with this character",
        "put quotes around the text",
        _HERE,
    ),
    (
        r"block scalar",
        "what follows `|` or `>` is not right",
        "only `+`, `-` or a digit may stand there; the text begins on the next line, indented with spaces",
        _HERE,
    ),
    (
        r"undefined tag handle|scanning a tag|parsing a tag|node tag|tag",
        "this tag is not right",
        "take it away: a spec is plain data; text that begins with `!` needs quotes",
        _HERE,
    ),
    (
        r"scanning an (alias|anchor)",
        "`*` and `&` at the start of a value name a repeated part, and no name follows",
        "put quotes around a text that begins with `*` or `&`",
        _START,
    ),
    (
        r"directive|incompatible YAML|version|document start",
        "a line that begins with `%` gives orders to the YAML reader, and this one is not right",
        "a spec needs none: delete the line; text that begins with `%` needs quotes",
        _HERE,
    ),
    (
        r"block end",
        "this line does not fit the lines above it",
        "keys of one mapping begin in the same column, and so do the items of one list",
        _HERE,
    ),
)
_OTHERWISE = (
    "the text cannot be read as YAML from here on",
    "check indentation, quotes and brackets around here",
    _HERE,
)


def explain(problem: SyntaxProblem, text: str) -> Explanation:
    """Return what to tell the user about `problem`, and the place to show."""
    context = str(getattr(problem, "context", None) or "")
    words = f"{context} {getattr(problem, 'problem', None) or ''}"
    message, cure, where = next(
        (rest for pattern, *rest in _KNOWN if re.search(pattern, words)),
        _OTHERWISE,
    )
    line, column = _place(problem, where, text)
    lines = split_lines(text)
    if "${{" in lines[line] and "bracket" in message:
        cure = 'inside [ ] or { }, an expression needs quotes: "${{ … }}"'
    if "\t" in lines[line][: len(lines[line]) - len(lines[line].lstrip())]:
        message, cure = "a tab cannot indent", "use spaces"
    return message, cure, line, column


def _place(problem: SyntaxProblem, where: str, text: str) -> tuple[int, int]:
    """Return the place of a problem; one at the end of the text points behind its last character."""
    start: Any = getattr(problem, "context_mark", None)
    here: Any = getattr(problem, "problem_mark", None)
    mark = (start if where == _START else here) or here or start
    lines = split_lines(text)
    if mark is None:
        return 0, 0
    line, column = mark.line, mark.column
    while line >= len(lines) or (line and not lines[line].strip() and line == len(lines) - 1):
        line -= 1
        column = len(lines[line])
    return line, min(column, len(lines[line]))
