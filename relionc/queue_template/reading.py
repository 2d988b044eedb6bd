"""What Slurm and a shell take each place of a template for: a directive, a comment, words, or text in quotes.

This is bash's grammar as far as templates use it: comments, both kinds of quotes, command substitutions, texts of `<<`.
Names in a comment say nothing to anybody, and a command in quotes is not read as RELION has written it.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from relionc.slurm.directives import MARK, OLD_MARK, comment_of, first_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMENT, WORDS, DOUBLE, SINGLE, BACKTICKS, PRINTED, HERE_TEXT = (
    "a comment",
    "words",
    "double quotes",
    "single quotes",
    "backticks",
    "the words of a command that prints them",
    "a text behind `<<`",
)
"""What a place is."""
_SIGN = re.compile(r"""[\\'"`#()$<\n]""")
_PRINTS = re.compile(r"\s*(echo|printf)\b")
_HERE = re.compile(r"""<<(-?)\s*(['"\\]?)([A-Za-z_]\w*)['"]?""")
_ENDS_WORD = " \t;&|()\n"


class Reading:
    """A template as Slurm and a shell read it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._first = first_command(lines)
        self._starts: list[tuple[int, int]] = [(0, 0)]  # (line, column) where something else begins, from 1
        self._kinds = [WORDS]
        self._head(lines[: self._first - 1])
        _Shell(self).read(lines, self._first)

    def kind(self, line: int, column: int) -> str:
        """Return what a place is, counted from 1."""
        return self._kinds[bisect_right(self._starts, (line, column)) - 1]

    def is_comment(self, line: int, column: int) -> bool:
        """Tell whether nobody reads a place."""
        return self.kind(line, column) == COMMENT

    def begin(self, line: int, column: int, kind: str) -> None:
        """Note that something else begins at a place behind all others so far."""
        if kind != self._kinds[-1]:
            self._starts.append((line, column))
            self._kinds.append(kind)

    def _head(self, lines: Sequence[str]) -> None:
        """Read what is in front of the first command: directives and comments."""
        for number, line in enumerate(lines, 1):
            if line.startswith((MARK, OLD_MARK)):
                self.begin(number, 1, WORDS)
                end = comment_of(line)
                if end is not None:
                    self.begin(number, end + 1, COMMENT)
            else:
                self.begin(number, 1, COMMENT)


class _Shell:
    """The reading of the lines from the first command on; `open` are the quotes and brackets that are open."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._open = [WORDS]
        self._backticks = 0  # of those that are open
        self._ends: list[tuple[str, bool]] = []  # of texts that begin with the next line
        self._number = 0

    def read(self, lines: Sequence[str], first: int) -> None:
        """Read the lines from the first command on."""
        waiting: list[tuple[str, bool]] = []
        for self._number, line in enumerate(lines[first - 1 :], first):
            if waiting:
                self._reading.begin(self._number, 1, HERE_TEXT)
                end, indented = waiting[0]
                if (line.lstrip("\t") if indented else line) == end:
                    waiting.pop(0)
                continue
            self._ends = []
            self._line(line)
            waiting = self._ends

    def _line(self, line: str) -> None:
        self._reading.begin(self._number, 1, self._kind())
        place = 0
        while found := _SIGN.search(line, place):
            place = self._sign(line, found.start())
            if place < 0:  # the rest is a comment
                return

    def _kind(self) -> str:
        return BACKTICKS if self._backticks else self._open[-1]

    def _sign(self, line: str, at: int) -> int:
        """Read a sign, and return where reading goes on; -1: nowhere."""
        sign, inside = line[at], self._open[-1]
        after = at + 1
        if inside == SINGLE:
            if sign == "'":
                self._close(after)
            return after
        if sign == "\\":
            return at + 2
        if sign == "`":
            self._close(after) if inside == BACKTICKS else self._enter(BACKTICKS, after)
        elif sign == '"':
            self._close(after) if inside == DOUBLE else self._enter(DOUBLE, after)
        elif line.startswith("$(", at):
            self._enter(PRINTED if _PRINTS.match(line, at + 2) else WORDS, at + 2)
            return at + 2
        elif inside != DOUBLE:
            return self._bare(line, at)
        return after

    def _bare(self, line: str, at: int) -> int:
        """Read a sign outside quotes."""
        sign, after = line[at], at + 1
        if sign == "'":
            self._enter(SINGLE, after)
        elif sign == "#" and (at == 0 or line[at - 1] in _ENDS_WORD):
            self._reading.begin(self._number, after, COMMENT)
            return -1
        elif sign == "(":
            self._enter(self._open[-1], after)
        elif sign == ")" and len(self._open) > 1:
            self._close(after)
        elif line.startswith("<<<", at):
            return at + 3
        elif here := _HERE.match(line, at):
            self._ends.append((here[3], here[1] == "-"))
            return here.end()
        return after

    def _enter(self, kind: str, at: int) -> None:
        self._open.append(kind)
        self._backticks += kind == BACKTICKS
        self._reading.begin(self._number, at + 1, self._kind())

    def _close(self, at: int) -> None:
        self._backticks -= self._open.pop() == BACKTICKS
        self._reading.begin(self._number, at + 1, self._kind())
