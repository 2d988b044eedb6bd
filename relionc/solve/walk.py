"""The walk: depth first, with backjumps, and arithmetic along the last variable.

A partial choice is given up when a constraint that can be judged is broken, or when its costs, the least possible where
they are not known yet, cannot beat the best choice so far. Each failure names the variables to blame (for costs: those
that decide the costs up to the first that is too high): where the one just tried is not among them, its other values
are skipped (conflict-directed backjumping). Blame has directions: a measure that is too large and rises along a
variable blames its value for being too high, so that higher ones are skipped, too.
"""

from __future__ import annotations

from math import lcm

from relionc.record import Generic
from relionc.solve.blame import NOBODY, Blame
from relionc.solve.effort import Effort, TooHard
from relionc.solve.judges import Judges
from relionc.solve.narrow import Nothing, along, cut_at, narrowed
from relionc.solve.problem import C, Solution, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relionc.solve.costs import CostBounds
    from relionc.solve.judges import Check, Cost
    from relionc.solve.narrow import Along, End, Narrowed
    from relionc.solve.problem import Problem, Reporter

_NO_LIMIT = 1 << 62
_CONSTRAINTS_PER_VISIT = 2
"""Constraints that are set up for a search in the time of a visit."""


class Walk(Generic[C]):
    """One walk, or several below partial choices of a problem.

    `choice` has the values of the variables that are set, and stale ones of those that are not. `limit` are the costs
    of the best choice so far. `outward`: numbers are tried from the start of their span, not from its low end. `used`
    are the labels of constraints that were in the way.
    """

    def __init__(self, problem: Problem[C], reporter: Reporter | None, *, outward: bool) -> None:
        self.problem = problem
        self.outward = outward
        self.reporter = reporter
        self.effort = Effort.current() or Effort(_NO_LIMIT)
        self.spend(len(problem.constraints) // _CONSTRAINTS_PER_VISIT)
        self.judges = Judges(problem)
        self.blames = self.judges.blames
        self.names = self.judges.names
        self.domains = [variable.domain for variable in problem.variables]
        self.choice = problem.blank()
        self.best: Solution[C] | None = None
        self.limit: list[float] | None = None
        self.used: set[str] = set()
        self.enough: Sequence[float] = ()  # costs that no choice is below
        self.done = False  # nothing more is asked

    # --- the values of one variable -------------------------------------------------------------------------

    def visit(self, depth: int, bounds: CostBounds) -> Blame:
        """Try the values of one variable; returns whom to blame when nothing was found."""
        self.spend()
        domain = self.domains[depth](self.choice)
        if not isinstance(domain, Span):
            return self._each(depth, domain, bounds, self.judges.reads[depth])
        left = narrowed(self.judges, depth, domain, self.choice)
        if isinstance(left, Nothing):
            self.used.update(left.labels)
            return self._each(depth, domain.more, bounds, left.blame)
        if depth == len(self.names) - 1:
            return self._last(depth, left, bounds)
        return self._outward(depth, domain, left, bounds)

    def takes(self, depth: int, values: Sequence[object], costs: list[float]) -> bool:
        """Whether values of all further variables meet all, at such costs, and are kept; or cost too much to be."""
        if self.limit is not None and costs >= self.limit:
            return True
        for at, value in enumerate(values, depth):
            domain = self.domains[at](self.choice)
            is_there = domain.has(value) if isinstance(domain, Span) else value in domain
            if not is_there or self.judged(at, value) is not None:
                return False
        self._keep(costs)
        return True

    def _each(self, depth: int, values: Iterable[object], bounds: CostBounds, blame: Blame) -> Blame:
        """Try values in their order; returns whom to blame, beside those in `blame`, or somebody else altogether."""
        here = self.blames.at[depth]
        for value in values:
            below = self._try(depth, value, bounds)
            if self.done:
                return NOBODY
            if not below & here:
                return self._jump(depth, below)
            blame |= below
        return blame & self.blames.before[depth]

    def _outward(self, depth: int, domain: Span, left: Narrowed, bounds: CostBounds) -> Blame:
        """Try a span from its start to both sides; a side is left when no value farther on could help.

        Who is to blame for an end is so only where the search came to it.
        """
        blames, (low, high) = self.blames, left
        here, higher, lower = blames.at[depth], blames.higher[depth], blames.lower[depth]
        start = min(max(domain.start, low.value), high.value) if self.outward else low.value
        blame = helps = self._side(depth, (start,), bounds, higher | lower)
        up, down = range(start + 1, high.value + 1), range(start - 1, low.value - 1, -1)
        for side, beyond, end in ((up, higher, high), (down, lower, low)):
            below = helps
            if side and helps & beyond and not self.done:
                below = self._side(depth, side, bounds, beyond)
            if self.done or not below & here:
                return below
            blame = blame & ~beyond | below
            if below & beyond:
                blame |= self._end(end)
        if blame & higher and domain.more:
            blame |= self._each(depth, domain.more, bounds, NOBODY)
        return blame & blames.before[depth]

    def _end(self, end: End) -> Blame:
        """Return whom to blame for the end of a span, to which the search has come."""
        self.used.update(end.labels)
        return end.blame

    def _side(self, depth: int, values: Sequence[int], bounds: CostBounds, beyond: Blame) -> Blame:
        """Try values that go away from the start of a span in the directions of `beyond`.

        Returns whom to blame; `beyond` is among them if and only if values farther on could help.
        """
        here, blame = self.blames.at[depth], NOBODY
        for value in values:
            below = self._try(depth, value, bounds)
            if self.done:
                return NOBODY
            if not below & here:
                return self._jump(depth, below)
            blame |= below
            if not below & beyond:
                return blame & ~beyond
        return blame

    def _jump(self, depth: int, blame: Blame) -> Blame:
        """Leave a variable that is not to blame: no other value of it would have helped."""
        if self.reporter:
            self.reporter.jumped(depth, self.names[depth])
        return blame

    # --- one value ------------------------------------------------------------------------------------------

    def judged(self, depth: int, value: object) -> Blame | None:
        """Set a value; returns whom it blames for the first constraint that it breaks, None where it breaks none."""
        name = self.names[depth]
        setattr(self.choice, name, value)
        self.spend()
        if self.reporter:
            self.reporter.visited(depth, name, value)
        return self._broken(depth, self.judges.checks[depth])

    def spend(self, visits: int = 1) -> None:
        """Count visits, or what takes as long; raises `TooHard`."""
        self.effort.left -= visits
        if self.effort.left < 0:
            raise TooHard

    def _try(self, depth: int, value: object, bounds: CostBounds) -> Blame:
        """Set a value, judge it, and go on; returns whom to blame."""
        broken = self.judged(depth, value)
        if broken is not None:
            return broken
        raised = bounds.raised(self.judges.costs[depth], self.choice)
        limit = self.limit
        if limit is not None and raised.least >= limit:
            if self.reporter:
                self.reporter.cut(depth, self.names[depth])
            return raised.who(limit)
        if depth == len(self.names) - 1:
            self._keep(raised.least)
            return self.blames.before[depth + 1]
        return self.visit(depth + 1, raised)

    def _broken(self, depth: int, checks: list[Check[C]]) -> Blame | None:
        """Return whom the first of some constraints blames that is broken; None: all are met."""
        choice = self.choice
        for check in checks:
            label, _, measure, low, high, over, under, _, _, level, vain = check
            amount = measure(choice)
            if not low <= amount <= high:
                self.used.add(label)
                if self.reporter:
                    self.reporter.broken(depth, label)
                if level or vain:
                    over, under = check.at(choice)[5:7]
                return over if amount > high else under
        return None

    def _keep(self, costs: list[float]) -> None:
        kept = self.problem.blank()
        for name in self.names:
            setattr(kept, name, getattr(self.choice, name))
        self.best = Solution(kept, tuple(costs))
        self.limit = costs
        self.done = costs <= [*self.enough]  # as all are without objectives
        if self.reporter:
            self.reporter.found(self.best)

    # --- the last variable ----------------------------------------------------------------------------------

    def _last(self, depth: int, left: Narrowed, bounds: CostBounds) -> Blame:
        """Take the best value of the last variable: by arithmetic in each class of values that repeat alike."""
        low, high = left
        period = self._period(depth)
        step = min(period, high.value - low.value + 1)
        blame, all_broken = NOBODY, step == period
        for first in range(low.value, low.value + step):
            setattr(self.choice, self.names[depth], first)
            broken = self._broken(depth, self.judges.trendless)
            if broken is None:
                all_broken = False
                count = (high.value - first) // step + 1
                broken = self._best_of(depth, bounds, range(first, first + step * count, step))
            blame |= broken
            if self.done:
                break
        if not all_broken:
            blame |= self._end(low) | self._end(high)
        return blame & self.blames.before[depth]

    def _period(self, depth: int) -> int:
        """Return after how many values all that neither rises nor falls repeats."""
        if not all(check.period for check in self.judges.trendless) or any(
            not cost.trend for cost in self.judges.costs[depth]
        ):
            return _NO_LIMIT
        return lcm(*(check.period for check in self.judges.trendless))

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
            return left.bounds.who(left.limit, left.narrowing)
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
        self.narrowing: list[Blame] = []

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
        low, high = cut_at(
            least, lambda i: at(values[i]), 0, last, lambda amount: amount <= least, from_low=not falling
        )
        if (low, high) == (0, last):
            return
        left_out = values[low - 1 if falling else high + 1]
        enough = (way.blame for way, at in measured if way.trend == cost.trend and at(left_out) > least)
        self.narrowing.append(next(enough))
        self.values = values[low : high + 1]
