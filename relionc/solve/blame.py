"""Whom to blame for a failure: variables, each with the directions in which another value could have helped."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relionc.solve.problem import Scope

Blame = int
"""A set of variables with directions: `|` joins two, `&` says what two share. A search makes one at every visit."""

NOBODY: Blame = 0
_LOWER, _HIGHER = 0b01, 0b10
_WIDTH = 2
_ANY = _LOWER | _HIGHER


class Blames:
    """The sets that one search works with, by the depth of a variable.

    A lower value of it, or a higher one, could have helped.
    """

    def __init__(self, names: Sequence[str]) -> None:
        shifts = [_WIDTH * depth for depth in range(len(names) + 1)]
        self._shift_of = dict(zip(names, shifts, strict=False))
        self.lower: list[Blame] = [_LOWER << shift for shift in shifts]
        self.higher: list[Blame] = [_HIGHER << shift for shift in shifts]
        self.at: list[Blame] = [_ANY << shift for shift in shifts]
        self.before: list[Blame] = [(1 << shift) - 1 for shift in shifts]

    def of(self, scope: Iterable[str], *, lower: Scope = (), higher: Scope = ()) -> Blame:
        """Return the blame of variables in both directions; of those in `lower` and `higher` in that one alone.

        `lower`: only a lower value could have helped is what a measure says that is too large and rises along them;
        such a value is blamed for being too high.
        """
        blame = NOBODY
        for name in scope:
            sides = _HIGHER if name in higher else _LOWER if name in lower else _LOWER | _HIGHER
            blame |= sides << self._shift_of[name]
        return blame
