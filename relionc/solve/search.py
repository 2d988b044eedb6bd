"""The search: depth first, with bounds, backjumps, and arithmetic along the last variable.

A partial choice is given up when a constraint that can be judged is broken, or when its costs, the least
possible where they are not known yet, cannot beat the best choice so far. Each failure names the variables to blame
(for costs: those that decide the costs up to the first that is too high): where the one just tried is not among them,
its other values are skipped (conflict-directed backjumping). Blame has directions: a measure that is too large and
rises along a variable blames its value for being too high, so that higher ones are skipped, too.

A worked example: seven books go into at most two boxes, red or blue; books weigh 3 and a box holds 10.

>>> from types import SimpleNamespace
>>> from relionc.solve.problem import Constraint, Problem, Span, Variable
>>> from relionc.solve.trace import Trace
>>> weight = Constraint("weight", ("books",), lambda it: 3 * it.books, high=10, rising=("books",))
>>> room = Constraint(
...     "room", ("books", "boxes"), lambda it: it.books * it.boxes, low=7, high=99, rising=("books", "boxes")
... )
>>> colour = Variable("colour", lambda _: ("red", "blue"))
>>> books = Variable("books", lambda _: Span(1, 7, start=7), reads=())
>>> boxes = Variable("boxes", lambda _: Span(1, 2, start=1), reads=())
>>> trace = Trace()
>>> found = search(Problem(SimpleNamespace, (colour, books, boxes), (weight, room)), trace)
>>> sorted(found.core)
['room', 'weight']
>>> print(trace.text())
colour red
  books 3
no other colour would help

Four books and more are not tried: `weight` cuts them off their span (narrow.py). Neither one box nor two have room for
seven when each has three; the blame is on the boxes, which have no more, and on the books being too few. So two books
and one are not tried; what keeps them from being more is the weight alone, so blue boxes are not tried either.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Generic

from relionc.record import NamedTuple
from relionc.solve.blame import NOBODY, Blame
from relionc.solve.costs import CostBounds
from relionc.solve.effort import Effort, TooHard, current
from relionc.solve.judges import Judges
from relionc.solve.narrow import along, first_good, last_good, narrowed
from relionc.solve.problem import C, Solution, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relionc.solve.judges import Check, Cost, CostBlame
    from relionc.solve.narrow import Along
    from relionc.solve.problem import Problem, Reporter

_NO_LIMIT = 1 << 62
_CONSTRAINTS_PER_VISIT = 2
"""Constraints that are set up for a search in the time of a visit."""


class Refutation(NamedTuple):
    """There is no choice: these constraints (a set of labels) were all that the search needed to know."""

    core: frozenset[str]


def search(
    problem: Problem[C], reporter: Reporter | None = None, *, bound: Sequence[float] | None = None
) -> Solution[C] | Refutation:
    """Return the first choice of least cost (the first at all without objectives), or that there is none.

    `bound`: only choices of less cost than this vector count; a refutation then speaks of these only.
    Cost: one visit of each partial choice that is not given up; the last variable, if its domain is a
    `Span`, takes O(log n) judgements of each constraint and objective and not n. Under an `Effort`, `TooHard` is
    raised when its visits are spent.
    """
    run = _Search(problem, reporter, bound)
    run.visit(0, CostBounds.of_nothing(problem))
    return run.best if run.best is not None else Refutation(frozenset(run.used))


class _Search(Generic[C]):
    """One search; `choice` has the values of the variables that are set, and stale ones of those that are not."""

    def __init__(self, problem: Problem[C], reporter: Reporter | None, bound: Sequence[float] | None) -> None:
        self.problem = problem
        self.reporter = reporter
        self.effort = current() or Effort(_NO_LIMIT)
        self._spend(len(problem.constraints) // _CONSTRAINTS_PER_VISIT)
        self.judges = Judges(problem)
        self.blames = self.judges.blames
        self.names = self.judges.names
        self.domains = [variable.domain for variable in problem.variables]
        self.choice = problem.blank()
        self.outward = NOBODY  # the directions in which variables of spans have come from their starts
        self.best: Solution[C] | None = None
        self.limit: list[float] | None = None if bound is None else list(bound)
        self.used: set[str] = set()
        self.done = False  # nothing more is asked
        self.cut_at = -1  # the depth at which the last value tried could not win
        self.broken_at = -1  # the depth at which the last value tried broke a constraint

    # --- the values of one variable -------------------------------------------------------------------------

    def visit(self, depth: int, bounds: CostBounds) -> Blame:
        """Try the values of one variable; returns whom to blame when nothing was found."""
        self._spend()
        domain = self.domains[depth](self.choice)
        blame = self.judges.reads[depth]
        if not isinstance(domain, Span):
            return self._each(depth, domain, bounds, blame, ordered=True)
        span, why, used = narrowed(self.judges, depth, domain, self.choice)
        self.used.update(used)
        blame |= why
        if depth == len(self.names) - 1:
            return blame | (self._last(depth, span, bounds) if span else NOBODY)
        if span is not None:
            below = self._outward(depth, span, bounds)
            if self.done or not below & ~self.blames.before[depth]:
                return below
            blame |= below & self.blames.before[depth]
        return self._each(depth, domain.more, bounds, blame)

    def _each(
        self, depth: int, values: Iterable[object], bounds: CostBounds, blame: Blame, *, ordered: bool = False
    ) -> Blame:
        """Try values in their order; returns whom to blame, beside those in `blame`, or somebody else altogether.

        `ordered`: what is claimed of `Objective.away` holds for them.
        """
        only_grow = ordered and self.judges.only_grow[depth]
        first_is_best = ordered and self.judges.first_is_best[depth]
        here, before = self.blames.at[depth], self.blames.before[depth]
        for value in values:
            below = self._set(depth, value, bounds)
            if self.done:
                return NOBODY
            if not below & here:
                return self._jump(depth, below)
            blame |= below & before
            if (first_is_best and self.broken_at != depth) or (only_grow and self.cut_at == depth):
                break
        return blame & before

    def _outward(self, depth: int, span: Span, bounds: CostBounds) -> Blame:
        """Try a span from its start to both sides; a side is left when no value farther on could help."""
        here, higher, lower = self.blames.at[depth], self.blames.higher[depth], self.blames.lower[depth]
        blame = self._side(depth, (span.start,), bounds, higher | lower)
        up, down = range(span.start + 1, span.high + 1), range(span.start - 1, span.low - 1, -1)
        helps = blame
        for side, beyond in ((up, higher), (down, lower)):
            if side and helps & beyond and not self.done:
                below = self._side(depth, side, bounds, beyond)
                if not below & here:
                    return below
                blame |= below
        return blame

    def _side(self, depth: int, values: Sequence[int], bounds: CostBounds, beyond: Blame) -> Blame:
        """Try values that go away from the start of a span in the directions of `beyond`."""
        here, blame = self.blames.at[depth], NOBODY
        for value in values:
            self.outward |= beyond
            below = self._set(depth, value, bounds)
            self.outward &= ~beyond
            if self.done:
                return NOBODY
            if not below & here:
                return self._jump(depth, below)
            blame |= below
            if not below & beyond:
                break
        return blame

    def _jump(self, depth: int, blame: Blame) -> Blame:
        """Leave a variable that is not to blame: no other value of it would have helped."""
        if self.reporter:
            self.reporter.jumped(depth, self.names[depth])
        return blame

    # --- one value ------------------------------------------------------------------------------------------

    def _set(self, depth: int, value: object, bounds: CostBounds) -> Blame:
        name = self.names[depth]
        setattr(self.choice, name, value)
        self.cut_at = self.broken_at = -1
        self._spend()
        if self.reporter:
            self.reporter.visited(depth, name, value)
        return self._try(depth, bounds)

    def _spend(self, visits: int = 1) -> None:
        self.effort.left -= visits
        if self.effort.left < 0:
            raise TooHard

    def _try(self, depth: int, bounds: CostBounds) -> Blame:
        """Judge the value that has just been set, and go on; returns whom to blame."""
        broken = self._broken(depth, self.judges.checks[depth])
        if broken is not None:
            self.broken_at = depth
            return broken
        raised = bounds.raised(self.judges.costs[depth], self.choice)
        limit = self.limit
        if limit is not None and raised.least >= limit:
            self.cut_at = depth
            if self.reporter:
                self.reporter.cut(depth, self.names[depth])
            return raised.who(limit, self.outward)
        if depth == len(self.names) - 1:
            self._keep(raised.least)
            return self.blames.before[depth + 1]
        return self.visit(depth + 1, raised)

    def _broken(self, depth: int, checks: list[Check[C]]) -> Blame | None:
        """Return whom the first of some constraints blames that is broken; None: all are met."""
        choice = self.choice
        for label, _, measure, low, high, over, under, _, _ in checks:
            amount = measure(choice)
            if not low <= amount <= high:
                self.used.add(label)
                if self.reporter:
                    self.reporter.broken(depth, label)
                return over if amount > high else under
        return None

    def _keep(self, costs: list[float]) -> None:
        kept = self.problem.blank()
        for name in self.names:
            setattr(kept, name, getattr(self.choice, name))
        self.best = Solution(kept, tuple(costs))
        self.limit = costs
        self.done = not self.problem.objectives
        if self.reporter:
            self.reporter.found(self.best)

    # --- the last variable ----------------------------------------------------------------------------------

    def _last(self, depth: int, span: Span, bounds: CostBounds) -> Blame:
        """Take the best value of the last variable: by arithmetic in each class of values that repeat alike."""
        blame, step = NOBODY, self._step(depth, span)
        for first in range(span.low, span.low + step):
            setattr(self.choice, self.names[depth], first)
            broken = self._broken(depth, self.judges.trendless)
            if broken is not None:
                blame |= broken
                continue
            count = (span.high - first) // step + 1
            blame |= self._best_of(depth, bounds, range(first, first + step * count, step))
            if self.done:
                break
        return blame & self.blames.before[depth]

    def _step(self, depth: int, span: Span) -> int:
        """Return after how many values all that neither rises nor falls repeats; else their number."""
        size, periods = span.high - span.low + 1, [check.period for check in self.judges.trendless]
        if not all(periods) or any(not cost.trend for cost in self.judges.costs[depth]):
            return size
        return min(lcm(*periods), size)

    def _best_of(self, depth: int, bounds: CostBounds, values: range) -> Blame:
        """Keep the best of some values of the last variable, along which each cost rises or falls, if it wins."""
        left = _Left(values, bounds.copy(), self.limit)
        name = self.names[depth]
        for index, ways in enumerate(self.judges.final_costs):
            measured = [(way, along(way, self.choice, name, depth)) for way in ways]
            least = left.judge(measured)
            if left.is_over(index):
                break
            if measured and len(left.values) > 1:
                left.narrow(measured, least)
        setattr(self.choice, name, left.values[0])
        if self.reporter:
            self.reporter.visited(depth, name, left.values[0])
        if left.limit is not None:
            return left.bounds.who(left.limit, self.outward, left.narrowing)
        self._keep(left.bounds.least)
        return self.blames.before[depth]


class _Left:
    """The values of the last variable that are left: cost by cost, only those with the least of it.

    `limit` is None once one of them surely wins.
    """

    def __init__(self, values: range, bounds: CostBounds, limit: list[float] | None) -> None:
        self.values = values
        self.bounds = bounds
        self.limit = limit
        self.narrowing: list[CostBlame] = []

    def judge(self, measured: Sequence[tuple[Cost[C], Along]]) -> float:
        """Raise the bounds of one cost to the least that it takes of a value that is left; returns the last of them."""
        least = 0.0
        for cost, at in measured:
            least = at(self.values[-1 if cost.trend < 0 else 0])
            self.bounds.raise_one(cost, least)
        return least

    def is_over(self, index: int) -> bool:
        """Whether a cost is over the limit, so that no value can win; where it is under, every one left does."""
        if self.limit is None or index >= len(self.limit) or self.bounds.least[index] == self.limit[index]:
            return False
        if self.bounds.least[index] > self.limit[index]:
            return True
        self.limit = None
        return False

    def narrow(self, measured: Sequence[tuple[Cost[C], Along]], least: float) -> None:
        """Leave out the values with more than the least of a cost; note a bound that is enough for the next of them."""
        cost, at = measured[-1]
        values, last, falling = self.values, len(self.values) - 1, cost.trend < 0
        low, high = 0, last
        if falling:
            low = first_good(0, last, lambda i: at(values[i]) <= least)
        else:
            high = last_good(0, last, lambda i: at(values[i]) <= least)
        if (low, high) == (0, last):
            return
        left_out = values[low - 1 if falling else high + 1]
        enough = (way.blame for way, at in measured if way.trend == cost.trend and at(left_out) > least)
        self.narrowing.append(next(enough))
        self.values = values[low : high + 1]
