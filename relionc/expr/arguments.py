"""A user's own arguments for a program, as words: quotes and backslashes count as in a shell, nothing is expanded."""

from __future__ import annotations

from relionc.expr import blanks
from relionc.expr.refs import Units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.expr.refs import AnyText


def words(text: AnyText) -> list[AnyText]:
    """Return the words of arguments, references kept; raises ValueError where a quote is not closed."""
    units = Units(text)
    characters = units.enter(text)
    if not any(mark in characters for mark in "\"'\\"):
        return [units.leave(word) for word in blanks.words(characters)]
    from shlex import split

    return [units.leave(word) for word in split(characters)]
