"""How much a search may try: counted in visits, not in seconds, so that the same problem always ends the same way."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType


class TooHard(Exception):  # noqa: N818 - not an error of the program: the end of a search without an answer
    """The effort is spent, and there is no answer."""


class Effort:
    """So many visits for all searches that begin inside `with effort:`, together.

    A search that would take more raises `TooHard`; so does every later one under the same effort.
    """

    __slots__ = ("_outer", "left")

    def __init__(self, visits: int) -> None:
        self.left = visits
        self._outer: list[Token[Effort | None]] = []

    def __enter__(self) -> Self:
        self._outer.append(_CURRENT.set(self))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CURRENT.reset(self._outer.pop())


_CURRENT: ContextVar[Effort | None] = ContextVar("effort", default=None)


def current() -> Effort | None:
    """Return what counts the visits here; None: nothing does."""
    return _CURRENT.get()


def spend(visits: int) -> None:
    """Count what a measure takes beside its visit, where that may be much; raises `TooHard`."""
    effort = current()
    if effort is not None:
        effort.left -= visits
        if effort.left < 0:
            raise TooHard
