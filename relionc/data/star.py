"""STAR files, read line by line: of a table its columns and its first row are kept, the other rows are counted.

The files may be anybody's, and anything: what is read is bounded, and what is no STAR file has no tables. Work is
counted by bytes and lines, whatever they hold, so blank lines and comments cost what rows cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from relionc.data.skim import TooMuch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from relionc.data.skim import Skim

_BLOCK = 1 << 17
_LONGEST = 1 << 16  # bytes of a line
_BEFORE = 1 << 20  # bytes that may stand before the first table
_WIDEST = 1000  # columns
_LONGEST_WORD = 4096  # bytes of a name or of a value that are kept: a path is no longer
_PER_LINE, _PER_WORD, _PER_COLUMN, _PER_TABLE = 600, 10, 1000, 5000  # units of work
_FEW_WORDS, _PER_FURTHER_WORD = 50, 30
_MARKS = frozenset(b"#dl")  # how a line among rows may begin that is none: a comment, data_, loop_


class Tally(Protocol):
    """Sees the rows of a table; `most` is the last column that it looks at, from 0."""

    most: int

    def add(self, words: Sequence[bytes]) -> None:
        """Look at a row; beyond column `most` its rest is one word, and a short row has fewer words."""


class StarTable:
    """One block of a STAR file: its columns, its first row, how many rows it has.

    `cut`: the file was not read to the end of the block, so there may be more rows.
    """

    __slots__ = ("columns", "cut", "first", "name", "rows", "tally")

    def __init__(self, name: str, columns: list[str], first: list[str]) -> None:
        self.name = name
        self.columns = columns
        self.first = first
        self.rows = 0
        self.cut = False
        self.tally: Tally | None = None

    def value(self, column: str) -> str:
        """Return what the first row has in a column, or nothing."""
        place = self.columns.index(column) if column in self.columns else len(self.first)
        return self.first[place] if place < len(self.first) else ""


class Lines:
    """The lines of a file; raises TooMuch in place of one too long for a STAR file, or where work has no end."""

    def __init__(self, stream: BinaryIO, skim: Skim) -> None:
        self.words = 0  # that are looked at in a line
        self.spend = skim.spend
        self._lines = self._read(stream, skim)

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def __next__(self) -> bytes:
        return next(self._lines)

    def _per_line(self) -> int:
        return _PER_LINE + _PER_WORD * self.words + _PER_FURTHER_WORD * max(self.words - _FEW_WORDS, 0)

    def _read(self, stream: BinaryIO, skim: Skim) -> Iterator[bytes]:
        rest = b""
        while block := stream.read(_BLOCK):
            skim.spend(max(len(block), len(block) // 2 + block.count(b"\n") * self._per_line()))
            *whole, rest = (rest + block).split(b"\n")
            yield from whole
            if len(rest) > _LONGEST:
                raise TooMuch
        if rest:
            yield rest


def tables(
    lines: Lines, tally_of: Callable[[StarTable], Tally | None] = lambda _: None
) -> Iterator[StarTable]:
    """Yield each table when it ends; `tally_of` may give a table with columns something that sees its rows.

    A block of single values (`_name value`) is a table with one row. The last is `cut` where reading was given up.
    """
    reading = _Reading()
    try:
        yield from _tables(lines, tally_of, reading)
    except TooMuch:
        if reading.table is not None:
            reading.table.cut = True
            yield reading.table


class _Reading:
    """The table that is being read."""

    table: StarTable | None = None


def _tables(
    lines: Lines, tally_of: Callable[[StarTable], Tally | None], reading: _Reading
) -> Iterator[StarTable]:
    table: StarTable | None = None
    in_loop, before = False, 0
    line = next(lines, None)
    while line is not None:
        text = line.strip()
        if text.startswith(b"data_"):
            if table is not None:
                yield table
            lines.spend(_PER_TABLE)
            reading.table = table = StarTable(_text(text[5:]), [], [])
            in_loop = False
        elif text == b"loop_":
            reading.table = table = table or StarTable("", [], [])
            in_loop = True
        elif table is None:
            before += len(line) + 1
            if before > _BEFORE:
                return
        elif text.startswith(b"_") and not (in_loop and table.rows):
            lines.spend(_PER_COLUMN)
            _add_column(table, text, in_loop=in_loop)
            if len(table.columns) > _WIDEST:
                return
        elif in_loop and text and not text.startswith(b"#"):
            table.tally = table.tally or tally_of(table)
            line = _rows(table, text, lines)
            continue
        line = next(lines, None)
    if table is not None:
        yield table


def _rows(table: StarTable, text: bytes, lines: Lines) -> bytes | None:
    """Count the rows from `text` on; return the line that ends them, None at the end of the file."""
    if not table.rows:
        table.first = [_text(word) for word in text.split(None, len(table.columns))][: len(table.columns)]
    tally = table.tally
    most = tally.most + 1 if tally else 1
    lines.words = max(lines.words, most)
    rows = table.rows + 1
    if tally:
        tally.add(text.split(None, most))
    try:
        for line in lines:
            words = line.split(None, most)
            if not words:
                continue
            first = words[0]
            if first[0] in _MARKS:
                if first[:1] == b"#":
                    continue
                if first[:5] == b"data_" or words == [b"loop_"]:
                    return line
            rows += 1
            if tally:
                tally.add(words)
    finally:
        table.rows = rows
    return None


def _add_column(table: StarTable, text: bytes, *, in_loop: bool) -> None:
    name, *value = text.split(None, 1)
    table.columns.append(_text(name[1:]))
    if not in_loop:
        table.first.append(_text(value[0].strip()) if value else "")
        table.rows = 1


def _text(word: bytes) -> str:
    return word[:_LONGEST_WORD].decode("utf-8", "replace")
