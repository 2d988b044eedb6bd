"""STAR files, read line by line: of a table its columns and its first row are kept, the other rows are counted.

The files may be anybody's, and anything: what is read is bounded, and what is no STAR file has no tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_BLOCK = 1 << 17
_MOST = 1 << 36  # bytes of a file
_LONGEST = 1 << 20  # bytes of a line, and of what may stand before the first table
_WIDEST = 1000  # columns
_MARKS = frozenset(b"#dl")  # how a line among rows may begin that is none: a comment, data_, loop_


class Tally(Protocol):
    """Sees the rows of a table; `most` is the last column that it looks at, from 0."""

    most: int

    def add(self, words: Sequence[bytes]) -> None:
        """Look at a row; beyond column `most` its rest is one word, and a short row has fewer words."""


class Table:
    """One block of a STAR file: its columns, its first row, how many rows it has."""

    __slots__ = ("columns", "first", "name", "rows", "tally")

    def __init__(self, name: str, columns: list[str], first: list[str]) -> None:
        self.name = name
        self.columns = columns
        self.first = first
        self.rows = 0
        self.tally: Tally | None = None

    def value(self, column: str) -> str:
        """Return what the first row has in a column, or nothing."""
        place = self.columns.index(column) if column in self.columns else len(self.first)
        return self.first[place] if place < len(self.first) else ""


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; ends early where one is too long to be of a STAR file."""
    rest, left = b"", _MOST
    while left > 0 and len(rest) <= _LONGEST and (block := stream.read(_BLOCK)):
        left -= len(block)
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
    if 0 < len(rest) <= _LONGEST:
        yield rest


def tables(
    lines: Iterator[bytes], tally_of: Callable[[Table], Tally | None] = lambda _: None
) -> Iterator[Table]:
    """Yield each table when it ends; `tally_of` may give a table with columns something that sees its rows.

    A block of single values (`_name value`) is a table with one row.
    """
    table: Table | None = None
    in_loop, before = False, 0
    line = next(lines, None)
    while line is not None:
        text = line.strip()
        if text.startswith(b"data_"):
            if table is not None:
                yield table
            table, in_loop = Table(_text(text[5:]), [], []), False
        elif text == b"loop_":
            table, in_loop = table or Table("", [], []), True
        elif table is None:
            before += len(line) + 1
            if before > _LONGEST:
                return
        elif text.startswith(b"_") and not (in_loop and table.rows):
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


def _rows(table: Table, text: bytes, lines: Iterator[bytes]) -> bytes | None:
    """Count the rows from `text` on; return the line that ends them, None at the end of the file."""
    if not table.rows:
        table.first = [_text(word) for word in text.split(None, len(table.columns))][: len(table.columns)]
    tally = table.tally
    most = tally.most + 1 if tally else 1
    rows, line = table.rows + 1, None
    if tally:
        tally.add(text.split(None, most))
    for line in lines:
        words = line.split(None, most)
        if not words:
            continue
        if words[0][0] in _MARKS:
            if words[0].startswith(b"#"):
                continue
            if words[0].startswith(b"data_") or words == [b"loop_"]:
                break
        rows += 1
        if tally:
            tally.add(words)
    else:
        line = None
    table.rows = rows
    return line


def _add_column(table: Table, text: bytes, *, in_loop: bool) -> None:
    name, *value = text.split(None, 1)
    table.columns.append(_text(name[1:]))
    if not in_loop:
        table.first.append(_text(value[0].strip()) if value else "")
        table.rows = 1


def _text(word: bytes) -> str:
    return word.decode("utf-8", "replace")
