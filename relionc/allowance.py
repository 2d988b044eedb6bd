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
