"""STAR files, read line by line as RELION reads them: of a table its columns and first row are kept, the rows counted.

The files may be anybody's, and anything: what is read is bounded, and what is no STAR file has no tables. Work is
counted by bytes and lines, whatever they hold, so blank lines and comments cost what rows cost. What RELION stops
on, or takes otherwise than people do, is noted as a fault and read as people mean it, but a blank line ends a table.
"""

from __future__ import annotations

import re
from itertools import chain

from relionc.data.skim import TooMuch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO, Protocol

    from relionc.data.skim import Skim

    class Tally(Protocol):
        """Sees the rows of a table; `most` is the last column that it looks at, from 0."""

        most: int

        def add(self, words: Sequence[bytes]) -> None:
            """Look at a row; beyond column `most` its rest may be one word, and a short row has fewer words."""


_BLOCK = 1 << 17
_LONGEST = 1 << 16  # bytes of a line
_LONG = (
    1000  # bytes of lines, of which all are looked at to find the words, that take as long again as to read
)
_BEFORE = 1 << 20  # bytes that may stand before the first table
_WIDEST = 1000  # columns
_LONGEST_WORD = 4096  # bytes of a name or of a value that are kept: a path is no longer
_PER_LINE, _PER_WORD, _PER_COLUMN, _PER_TABLE = 600, 10, 1000, 5000  # units of work
_FEW_WORDS, _PER_FURTHER_WORD = 50, 30
_PER_ODD_LINE, _PER_ODD_BYTE, _PER_ODD_WORD = 2500, 80, 300  # with quotes or comments
_WHOLE_ROWS = 1000  # of a table, and its last: their values are counted; of others those that are looked at
_FEW_COLUMNS = 2  # RELION takes rows with fewer values than so many columns
_ODD = (b'"', b"'", b"#")
_MARKS = frozenset(b"\"'#")
_COMMENT = ord("#")
_WORD = re.compile(
    rb"""(?P<comment>\#.*)|"(?P<double>(?:[^"]|"(?![ \t]|\Z))*)"|'(?P<single>(?:[^']|'(?![ \t]|\Z))*)'"""
    rb"""|(?P<open>["'].*)|(?P<plain>[^ \t]+)""",
    re.DOTALL,
)

DOS_LINE, DOS_NAME, TAB_NAME = "dos_line", "dos_name", "tab_name"
QUOTED, OPEN_QUOTE = "quoted", "open_quote"
COMMENT, FEWER, MORE, UNREAD = "comment", "fewer_values", "more_values", "rows_after_blank"
NO_LOOP = "no_loop"
FAULTS = (DOS_LINE, DOS_NAME, TAB_NAME, QUOTED, OPEN_QUOTE, COMMENT, FEWER, MORE, UNREAD, NO_LOOP)
"""Kinds of faults; `catalog/data/starfiles.yaml` says what each RELION makes of them."""


class StarTable:
    """One block of a STAR file: its columns, its first row, how many rows it has.

    `cut`: the file was not read to the end of the block, so there may be more rows. `faults` has the line, from 1,
    on which a kind of fault comes first.
    """

    __slots__ = ("columns", "cut", "faults", "first", "name", "rows", "tally")

    def __init__(self, name: str, columns: list[str], first: list[str]) -> None:
        self.name = name
        self.columns = columns
        self.first = first
        self.rows = 0
        self.cut = False
        self.tally: Tally | None = None
        self.faults: dict[str, int] = {}

    def value(self, column: str) -> str:
        """Return what the first row has in a column, or nothing."""
        place = self.columns.index(column) if column in self.columns else len(self.first)
        return self.first[place] if place < len(self.first) else ""

    def note(self, fault: str, number: int) -> None:
        """Note a kind of fault in a line."""
        self.faults.setdefault(fault, number)


class Lines:
    """The lines of a file; raises TooMuch in place of one too long for a STAR file, or where work has no end.

    `number` is that of the line that `next` gave last, from 1; who takes lines from `rest` adds them. In the lines at
    hand there may be quotes and comments (`odd`), and ends of DOS lines (`dos`).
    """

    def __init__(self, stream: BinaryIO, skim: Skim) -> None:
        self.words = 0  # that are looked at in a line
        self.number = 0
        self.odd = self.dos = False
        self.spend = skim.spend
        self.rest = self._read(stream, skim)

    def next(self) -> bytes | None:
        """Return the next line, None at the end."""
        self.number += 1
        return next(self.rest, None)

    def _per_line(self) -> int:
        return _PER_LINE + _PER_WORD * self.words + _PER_FURTHER_WORD * max(self.words - _FEW_WORDS, 0)

    def _read(self, stream: BinaryIO, skim: Skim) -> Iterator[bytes]:
        rest = b""
        while block := stream.read(_BLOCK):
            text = rest + block
            self.odd = any(mark in text for mark in _ODD)
            self.dos = b"\r" in text
            ends = block.count(b"\n")
            skim.spend(max(len(block), len(block) // 2 + ends * self._per_line()))
            if ends * _LONG < len(block):
                skim.spend(len(block))
            *whole, rest = text.split(b"\n")
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
    line = lines.next()
    while line is not None:
        text = line.strip()
        if text.startswith(b"data_"):
            if table is not None:
                yield table
            lines.spend(_PER_TABLE)
            reading.table = table = _opened(line, text, lines.number)
            in_loop = False
        elif text.startswith(b"loop_"):
            reading.table = table = table or StarTable("", [], [])
            in_loop = True
        elif table is None:
            before += len(line) + 1
            if before > _BEFORE:
                return
        elif text.startswith(b"_") and not (in_loop and table.rows):
            lines.spend(_PER_COLUMN)
            _note_dos(table, line, lines.number, DOS_LINE)
            _add_column(table, text, lines.number, in_loop=in_loop)
            if len(table.columns) > _WIDEST:
                return
        elif text and not text.startswith((b"#", b";")):
            if in_loop and not table.rows:
                line = _rows(table, line, lines, tally_of)
                continue
            _note_unread(table, lines.number, in_loop=in_loop)
        line = lines.next()
    if table is not None:
        yield table


def _note_unread(table: StarTable, number: int, *, in_loop: bool) -> None:
    """Note a row where RELION reads none: behind a blank line, or without loop_ before the names of the columns."""
    if in_loop or table.columns:
        table.note(UNREAD if in_loop else NO_LOOP, number)


def _opened(line: bytes, text: bytes, number: int) -> StarTable:
    table = StarTable(_text(text[5:]), [], [])
    _note_dos(table, line, number, DOS_NAME)
    if line.rstrip(b"\r ").endswith(b"\t"):
        table.note(TAB_NAME, number)
    return table


def _rows(
    table: StarTable, first: bytes, lines: Lines, tally_of: Callable[[StarTable], Tally | None]
) -> bytes | None:
    """Count the rows from the first on; return the line that ends them, None at the end of the file."""
    table.first = [_text(word) for word in _odd(table, first, lines.number) or ()][: len(table.columns)]
    table.tally = tally = tally_of(table)
    limit = expected = len(table.columns)
    most = tally.most + 1 if tally else 1
    lines.words = max(lines.words, most)
    rows, number, last = 0, lines.number - 1, first
    try:
        for line in chain((first,), lines.rest):
            number += 1
            words = line.split(None, limit)
            if len(words) != expected or expected == 1 or (lines.odd and _is_odd(line)):
                lines.spend(_PER_ODD_LINE + _PER_ODD_BYTE * len(line))
                found = _odd(table, line, number)
                if found is None:
                    return line
                if not found:
                    continue
                lines.spend(_PER_ODD_WORD * len(found) if lines.odd else 0)
                words = found
            rows, last = rows + 1, line
            if tally:
                tally.add(words)
            if lines.dos:
                _note_dos(table, line, number, DOS_LINE)
            if rows == _WHOLE_ROWS:
                limit, expected = min(limit, most), min(expected, most + 1)
    finally:
        table.rows, lines.number = rows, number
        _odd(table, last, number)
    return None


def _is_odd(line: bytes) -> bool:
    return b'"' in line or b"'" in line or b"#" in line


def _odd(table: StarTable, line: bytes, number: int) -> list[bytes] | None:
    """Return the values of a line among rows: none for a comment, None for what ends the table."""
    text, columns = line.strip(), len(table.columns)
    if not text:
        return None
    _note_dos(table, line, number, DOS_LINE)
    ends = text.startswith(b"data_") or text == b"loop_"
    words = [] if ends else _values(table, text, number)
    if len(words) > columns:
        table.note(MORE, number)
    elif len(words) < columns and columns > _FEW_COLUMNS:
        table.note(FEWER if words or ends else COMMENT, number)
    return None if ends else words


def _values(table: StarTable, text: bytes, number: int) -> list[bytes]:
    """Return the values of a line, of which some may be in quotes; a comment may follow them."""
    words = text.split()
    odd = [word for word in words if word[0] in _MARKS]
    if not odd:
        return words
    if all(word[0] == word[-1] != _COMMENT and word[1:] for word in odd):  # each in quotes of its own
        table.note(QUOTED, number)
        return [word[1:-1] if word[0] in _MARKS else word for word in words]
    words = []
    for found in _WORD.finditer(text):
        kind = found.lastgroup
        if kind == "comment":
            break
        if kind != "plain":
            table.note(OPEN_QUOTE if kind == "open" else QUOTED, number)
        words.append(found[kind] if kind else b"")
    return words


def _note_dos(table: StarTable, line: bytes, number: int, kind: str) -> None:
    if line.endswith(b"\r"):
        table.note(kind, number)


def _add_column(table: StarTable, text: bytes, number: int, *, in_loop: bool) -> None:
    name, *value = text.split(None, 1)
    table.columns.append(_text(name[1:]))
    if not in_loop:
        words = _values(table, value[0], number) if value else []
        table.first.append(_text(words[0]) if words else "")
        table.rows = 1


def _text(word: bytes) -> str:
    return word[:_LONGEST_WORD].decode("utf-8", "replace")
