"""Arithmetic along whole numbers: which values a measure allows that rises, falls or repeats; found by halving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.record import NamedTuple
from relionc.solve.blame import NOBODY, Blame
from relionc.solve.judges import NEVER
from relionc.solve.problem import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.solve.judges import Check, Cost, Judges
    from relionc.solve.problem import C

    Along = Callable[[int], float]


class Narrowed(NamedTuple):
    """A span cut to what constraints allow (None: to nothing), who is to blame for its ends, the labels that cut it."""

    span: Span | None
    blame: Blame
    used: tuple[str, ...]


def along(judge: Check[C] | Cost[C], choice: C, name: str, depth: int) -> Along:
    """Return a measure of `choice` as a function of the variable `name`, which has this depth."""
    measure = judge.measure
    if depth not in judge.depths:
        return lambda _: measure(choice)

    def at(value: int) -> float:
        setattr(choice, name, value)
        return measure(choice)

    return at


def narrowed(judges: Judges[C], depth: int, span: Span, choice: C) -> Narrowed:
    """Cut a span to what the constraints that rise, fall or repeat along its variable allow."""
    name, before = judges.names[depth], judges.blames.before[depth]
    for check in judges.repeating[depth]:
        if _never(check, along(check, choice, name, depth), span):
            return Narrowed(None, (check.over | check.under) & before, (check.label,))
    ends, used = _Ends(span), []
    for check in judges.trending[depth]:
        if check.low == -NEVER:  # is it met by the value that is worst for it, so by all?
            setattr(choice, name, ends.high if check.trend > 0 else ends.low)
            if check.measure(choice) <= check.high:
                continue
        if not ends.cut(check, along(check, choice, name, depth)):
            continue
        used.append(check.label)
        if ends.low > ends.high:
            return Narrowed(None, ends.blame & before, tuple(used))
    start = min(max(span.start, ends.low), ends.high)
    return Narrowed(Span(ends.low, ends.high, start), ends.blame & before, tuple(used))


class _Ends:
    """The ends of a span while constraints cut it, and whom each end is due to."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.low, self.high = span.low, span.high
        self.low_by, self.high_by = NOBODY, NOBODY

    @property
    def blame(self) -> Blame:
        """Who is to blame for both ends."""
        return self.low_by | self.high_by

    def cut(self, check: Check[Any], at: Along) -> bool:
        """Cut by one constraint; says whether it did. Who cut an end first is not to blame where it is cut further."""
        first, last = allowed(at, self.low, self.high, check)
        if (first, last) == (self.low, self.high):
            return False
        for_low, for_high = (check.under, check.over) if check.trend > 0 else (check.over, check.under)
        if first > last:
            first, last = self._emptied(check, at)
            self.low_by |= for_low if first > self.low else NOBODY
            self.high_by |= for_high if last < self.high else NOBODY
        else:
            self.low_by = for_low if first > self.low else self.low_by
            self.high_by = for_high if last < self.high else self.high_by
        self.low, self.high = first, last
        return True

    def _emptied(self, check: Check[Any], at: Along) -> tuple[int, int]:
        """Widen an end again where the constraint leaves nothing of the values that others cut off there, either."""
        if self.low_by and _is_empty(allowed(at, self.span.low, self.high, check)):
            self.low, self.low_by = self.span.low, NOBODY
        if self.high_by and _is_empty(allowed(at, self.low, self.span.high, check)):
            self.high, self.high_by = self.span.high, NOBODY
        return allowed(at, self.low, self.high, check)


def _never(check: Check[Any], at: Along, span: Span) -> bool:
    """Whether no value of a span meets a constraint that repeats along it: a period tells."""
    period = range(span.low, min(span.high, span.low + check.period - 1) + 1)
    return not any(check.low <= at(value) <= check.high for value in period)


def _is_empty(ends: tuple[int, int]) -> bool:
    return ends[0] > ends[1]


def allowed(at: Along, low: int, high: int, check: Check[Any]) -> tuple[int, int]:
    """Return the first and last value from `low` to `high` at which a monotone measure is within its limits.

    >>> from relionc.solve.judges import Check
    >>> check = Check("at most 20", frozenset({0}), float, -float("inf"), 20, 0, 0, trend=1, period=0)
    >>> allowed(lambda nodes: 3 * nodes, 1, 100, check)
    (1, 6)
    """
    rising = check.trend > 0
    if check.high < NEVER:
        if rising:
            high = last_good(low, high, lambda v: at(v) <= check.high)
        else:
            low = first_good(low, high, lambda v: at(v) <= check.high)
    if check.low > -NEVER and low <= high:
        if rising:
            low = first_good(low, high, lambda v: at(v) >= check.low)
        else:
            high = last_good(low, high, lambda v: at(v) >= check.low)
    return low, high


def first_good(low: int, high: int, good: Callable[[int], bool]) -> int:
    """Return the first value that is good, where all after it are; high + 1 if there is none."""
    if good(low):
        return low
    if not good(high):
        return high + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def last_good(low: int, high: int, good: Callable[[int], bool]) -> int:
    """Return the last value that is good, where all before it are; low - 1 if there is none."""
    if good(high):
        return high
    if not good(low):
        return low - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low
