"""How much a search may try: counted in visits, not in seconds, so that the same problem always ends the same way."""

from __future__ import annotations

from relionc.allowance import Allowance


class TooHard(Exception):  # noqa: N818 - not an error of the program: the end of a search without an answer
    """The effort is spent, and there is no answer."""


class Effort(Allowance):
    """So many visits for all searches that begin inside `with effort:`, together.

    A search that would take more raises `TooHard`; so does every later one under the same effort.
    """

    __slots__ = ()


def spend(visits: int) -> None:
    """Count what a measure takes beside its visit, where that may be much; raises `TooHard`."""
    effort = Effort.current()
    if effort is not None:
        effort.left -= visits
        if effort.left < 0:
            raise TooHard
