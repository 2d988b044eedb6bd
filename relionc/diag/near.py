"""The name that was meant by a wrong one: the only place that looks for it, and how much looking there may be.

To compare two names takes time that grows with the product of their lengths, and a spec may hold thousands of wrong
ones. So long names are like nothing, and a compilation looks at so many names in all: later advice has no
"did you mean".
"""

from __future__ import annotations

from relionc.allowance import Allowance, Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_NAMES = 4_000
"""Names that one compilation compares others with, in all."""
LONGEST = 64
"""Characters of a name that may be like another."""
_OF_PAIR = 50
"""Units of work that a pair of characters of two names takes, where both have the same characters."""


class Guessing(Allowance):
    """`with Guessing():` bounds what all calls of `nearest` inside look at, together."""

    __slots__ = ()

    def __init__(self, names: int = MOST_NAMES) -> None:
        super().__init__(names)


def may_guess(names: int) -> bool:
    """Count so many names as looked at; False when there were too many already."""
    current = Guessing.current()
    if current is None:
        return names <= MOST_NAMES
    current.left -= names
    return current.left >= 0


def has_guessed() -> bool:
    """Return whether no name is compared any more: callers need not gather any."""
    current = Guessing.current()
    return current is not None and current.left < 0


def nearest(name: str, names: Iterable[str], cutoff: float) -> str | None:
    """Return the name most like `name`: alike by at least `cutoff`, of 0 (not at all) to 1 (the same); else None."""
    if has_guessed():
        return None
    known = [other for other in names if len(other) <= LONGEST]
    if len(name) > LONGEST or not may_guess(len(known)):
        return None
    if not Work.takes(_OF_PAIR * len(name) * sum(map(len, known))):
        return None
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1, cutoff=cutoff)), None)
