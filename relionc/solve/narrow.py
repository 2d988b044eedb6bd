"""Arithmetic along whole numbers: which values a measure allows that rises, falls or repeats; found by halving."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.solve.judges import NEVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from relionc.solve.blame import Blame
    from relionc.solve.judges import Check, Cost, Judges
    from relionc.solve.problem import C, Span

    Along = Callable[[int], float]


class End(NamedTuple):
    """An end of a span: the value, who is to blame that there is nothing beyond, the label that says so.

    `before` is the end that it was before it was cut to this.
    """

    value: int
    blame: Blame
    labels: tuple[str, ...] = ()
    before: End | None = None

    def cut(self, value: int, blame: Blame, label: str) -> End:
        """Return the end where a constraint leaves less; who cut it before is then not to blame."""
        return self if value == self.value else End(value, blame, (label,), self)

    def widest(self, good: Callable[[int], bool]) -> End:
        """Return the first of the ends that this one was of which something holds that holds of this one."""
        end = self
        while end.before is not None and good(end.before.value):
            end = end.before
        return end


class Narrowed(NamedTuple):
    """What constraints leave of a span, from one end to the other."""

    low: End
    high: End


class Nothing(NamedTuple):
    """Constraints leave nothing of a span: whom that is due to, and their labels."""

    blame: Blame
    labels: tuple[str, ...]

    @classmethod
    def by(cls, check: Check[Any], blame: Blame, *ends: End) -> Nothing:
        """Return that a constraint allows nothing of what there is between some ends."""
        for end in ends:
            blame |= end.blame
        return cls(blame, (check.label, *(label for end in ends for label in end.labels)))


def along(judge: Check[C] | Cost[C], choice: C, name: str, depth: int) -> Along:
    """Return a measure of `choice` as a function of the variable `name`, which has this depth."""
    measure = judge.measure
    if depth not in judge.depths:
        return lambda _: measure(choice)

    def at(value: int) -> float:
        setattr(choice, name, value)
        return measure(choice)

    return at


def narrowed(judges: Judges[C], depth: int, span: Span, choice: C) -> Narrowed | Nothing:
    """Cut a span to what the constraints that rise, fall or repeat along its variable allow.

    Those that read the fewest variables come first, to be blamed where they leave nothing by themselves.
    """
    name = judges.names[depth]
    reads = judges.reads[depth] if span.reads is None else judges.blames.of(span.reads)
    left = Narrowed(End(span.low, judges.low_reads[depth]), End(span.high, reads))
    for each in judges.cutting[depth]:
        check = each.at(choice) if each.level or each.vain else each
        at = along(check, choice, name, depth)
        found = _cut(left, check, at) if check.trend else _repeated(left, check, at)
        if isinstance(found, Nothing):
            return found
        left = found
    return left


def _cut(left: Narrowed, check: Check[Any], at: Along) -> Narrowed | Nothing:
    """Cut a span by a constraint that rises or falls along it."""
    low, high = left
    rising = check.trend > 0
    if check.low == -NEVER and at(high.value if rising else low.value) <= check.high:  # so all values meet it
        return left
    first, last = allowed(at, low.value, high.value, check)
    if first > last:
        return _nothing(left, check, at)
    for_low, for_high = (check.under, check.over) if rising else (check.over, check.under)
    return Narrowed(low.cut(first, for_low, check.label), high.cut(last, for_high, check.label))


def _nothing(left: Narrowed, check: Check[Any], at: Along) -> Nothing:
    """Return whom to blame where a constraint leaves nothing: what lies beyond one end may be no better, either."""
    where_least, where_most = left if check.trend > 0 else reversed(left)
    if at(where_least.value) > check.high:
        return Nothing.by(check, check.over, where_least.widest(lambda value: at(value) > check.high))
    if at(where_most.value) < check.low:
        return Nothing.by(check, check.under, where_most.widest(lambda value: at(value) < check.low))
    return Nothing.by(check, check.over | check.under)


def _repeated(left: Narrowed, check: Check[Any], at: Along) -> Narrowed | Nothing:
    """Leave a span as it is, if some value meets a constraint that repeats along it: a period tells."""
    low, high = left
    period = range(low.value, min(high.value, low.value + check.period - 1) + 1)
    if any(check.low <= at(value) <= check.high for value in period):
        return left
    ends = left if len(period) < check.period else ()
    return Nothing.by(check, check.over | check.under, *ends)


def allowed(at: Along, low: int, high: int, check: Check[Any]) -> tuple[int, int]:
    """Return the first and last value from `low` to `high` at which a monotone measure is within its limits.

    >>> from relionc.solve.judges import Check
    >>> check = Check("at most 20", frozenset({0}), float, -float("inf"), 20, 0, 0, trend=1, period=0)
    >>> allowed(lambda nodes: 3 * nodes, 1, 100, check)
    (1, 6)
    """
    rising = check.trend > 0
    if check.high < NEVER:
        low, high = cut_at(check.high, at, low, high, lambda amount: amount <= check.high, from_low=rising)
    if check.low > -NEVER and low <= high:
        low, high = cut_at(check.low, at, low, high, lambda amount: amount >= check.low, from_low=not rising)
    return low, high


def cut_at(
    limit: float, at: Along, low: int, high: int, good: Callable[[float], bool], *, from_low: bool
) -> tuple[int, int]:
    """Cut values to those at which a measure is good: those from one end on, up to where it crosses a limit.

    Most measures are straight lines: where such a line would cross it is tried first, and then what is next to that.
    """
    inner, outer = (low, high) if from_low else (high, low)
    last = at(outer)
    if good(last):
        return low, high
    first = at(inner)
    if not good(first):
        return low, low - 1
    step = 1 if from_low else -1
    middle = inner + step
    if limit != first and abs(last - first) < NEVER:
        middle = inner + round((outer - inner) * (limit - first) / (last - first))
    for _ in range(2):
        if min(inner, outer) < middle < max(inner, outer):
            if good(at(middle)):
                inner, middle = middle, middle + step
            else:
                outer, middle = middle, middle - step
    while abs(outer - inner) > 1:
        middle = (inner + outer) // 2
        inner, outer = (middle, outer) if good(at(middle)) else (inner, middle)
    return (low, inner) if from_low else (inner, high)
