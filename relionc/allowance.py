"""How much of something may be spent, by all that happens inside a `with` together.

It is counted, not timed: the same input ends the same way on every machine.
"""

from __future__ import annotations

from contextvars import ContextVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token
    from typing import Any, ClassVar, Self


class Allowance:
    """So much of something. Each class of them is a kind of its own; of a kind, the innermost `with` counts."""

    __slots__ = ("_outer", "left")
    _current: ClassVar[ContextVar[Any]]

    def __init_subclass__(cls) -> None:
        cls._current = ContextVar(cls.__name__, default=None)

    def __init__(self, left: float) -> None:
        self.left = left
        self._outer: list[Token[Any]] = []

    @classmethod
    def current(cls) -> Self | None:
        """Return the one of this kind that counts here; None: nothing does."""
        found: Self | None = cls._current.get()
        return found

    def __enter__(self) -> Self:
        self._outer.append(self._current.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        self._current.reset(self._outer.pop())


MOST_WORK = 1_900_000_000
"""Units of work of one compilation."""


class Work(Allowance):
    """`with Work():` bounds what one compilation takes, all kinds of work together; a unit is about a nanosecond.

    Each kind has a bound of its own besides: this one is for a spec that comes near several of them. A kind that it
    ends says so in its own words.
    """

    __slots__ = ()

    def __init__(self, left: float = MOST_WORK) -> None:
        super().__init__(left)

    @classmethod
    def takes(cls, units: float, leaving: float = 0) -> bool:
        """Count work that may be left undone; False, and nothing is counted, where that would leave too little."""
        work = cls.current()
        if work is None:
            return True
        if work.left - units < leaving:
            return False
        work.left -= units
        return True

    @classmethod
    def done(cls, units: float) -> None:
        """Count work that is done in any case."""
        work = cls.current()
        if work is not None:
            work.left -= units

    @classmethod
    def at_most(cls, most: int, unit: float) -> int:
        """Return how much of a kind there may be, of which one takes so many units."""
        work = cls.current()
        return most if work is None else max(0, min(most, int(work.left // unit)))
