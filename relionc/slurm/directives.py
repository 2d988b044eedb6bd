"""The `#SBATCH` lines of a script: the options that they say, with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from relionc.slurm.options import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "#SBATCH"
_WORD = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+""")


class Said(NamedTuple):
    """An option of a directive: line and column count from 1; `value` None: it has none.

    A word that is neither an option nor the value of one has an empty `name`, and stands in `value`.
    """

    line: int
    column: int
    name: str
    value: str | None


def said(lines: Sequence[str]) -> Iterator[Said]:
    """Yield the options of a template's directives, in order."""
    for number, line in enumerate(lines, 1):
        if line.startswith(MARK):
            yield from _of_line(number, line)


def _of_line(number: int, line: str) -> Iterator[Said]:
    """Yield the options of one directive; a word after one without `=` is its value."""
    waiting: Said | None = None
    for found in _WORD.finditer(line, len(MARK)):
        word, column = found[0], found.start() + 1
        if word.startswith("#"):  # the rest is a comment
            break
        if word.startswith("-") and len(word) > 1:
            if waiting:
                yield waiting
            waiting = _option(number, column, word)
            if waiting.value is not None:
                yield waiting
                waiting = None
        elif waiting:
            yield waiting._replace(value=word)
            waiting = None
        else:
            yield Said(number, column, "", word)
    if waiting:
        yield waiting


def _option(number: int, column: int, word: str) -> Said:
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        return Said(number, column, name, value if equals else None)
    return Said(number, column, LONG.get(word[1], word[1]), word[2:] or None)


def first_command(lines: Sequence[str]) -> int:
    """Return the number of the first line that is neither empty nor a comment: Slurm reads no directive after it."""
    numbers = (number for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#"))
    return next(numbers, len(lines) + 1)
