"""All rows of small STAR files, as RELION writes them about its own jobs."""

from __future__ import annotations

from relionc.data.facts import Room, Rows
from relionc.data.skim import TooMuch
from relionc.data.star import Lines, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.data.skim import Skim

    Row = dict[str, str]


def rows_of(path: str, skim: Skim) -> dict[str, list[Row]]:
    """Return the rows of each table by its name, each row by column; raises OSError, TooMuch."""
    found: dict[str, list[Row]] = {}
    room = Room()
    with skim.open(path) as stream:
        for table in tables(Lines(stream, skim), lambda table: Rows(len(table.columns), skim, room)):
            if table.cut:
                raise TooMuch
            rows = table.tally.rows if isinstance(table.tally, Rows) else [table.first] if table.rows else []
            if len(rows) < table.rows:
                raise TooMuch
            found.setdefault(table.name, [dict(zip(table.columns, row, strict=False)) for row in rows])
    return found
