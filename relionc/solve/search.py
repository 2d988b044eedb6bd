"""The search: depth first, with bounds, backjumps, and arithmetic along the last variable.

A partial choice is given up when a constraint that can be judged is broken, or when its costs, the least
possible where they are not known yet, cannot beat the best choice so far. Each failure names the variables to blame
(for costs: those that decide the costs up to the first that is too high): where the one just tried is not among them,
its other values are skipped (conflict-directed backjumping). Blame has directions: a measure that is too large and
rises along a variable blames its value for being too high, so that higher ones are skipped, too.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from relionc.solve.effort import Effort, TooHard, current
from relionc.solve.problem import C, Floor, Solution, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from relionc.solve.problem import Constraint, Objective, Problem, Reporter, Scope

NEVER = float("inf")
_NO_LIMIT = 1 << 62

LOWER, HIGHER, START = 0b001, 0b010, 0b100
"""Blame of a variable, in three bits at three times its depth.

A lower value, or a higher one, could have helped; or it was on the way from the start of its span, which others decide,
that a value farther on could not help.
"""
ANY = LOWER | HIGHER | START


class _Check(NamedTuple, Generic[C]):
    """A constraint, or a floor of one, where all variables of its scope have values, and whom it blames."""

    label: str
    depths: frozenset[int]  # of the variables that it reads
    measure: Callable[[C], float]
    low: float
    high: float
    over: int  # to blame for a measure that is too large
    under: int  # and for one that is too small
    trend: int  # along the variable of this depth: 1 rising, -1 falling, 0 neither
    period: int  # along it; 0: none is known


class _Cost(NamedTuple, Generic[C]):
    """An objective, or a floor of one, where it can be judged."""

    index: int  # type: ignore[assignment]  # a record needs no tuple.index
    depths: frozenset[int]
    measure: Callable[[C], float]
    trend: int
    floor: bool
    blame: _Blame  # for its being too large
    away: bool  # never less on the way from the start of a span to either side


class _Blame(NamedTuple):
    """Whom to blame for a cost: in all, and what remains of variables that go away from the start of their span."""

    bits: int
    outward: int


NOBODY = _Blame(0, 0)


class _Known(NamedTuple):
    """What is known of the costs of a partial choice: the least that each can be, and why.

    `blame` has for each cost bounds that rise up to it, each with whom to blame for that much.
    """

    costs: list[float]
    blame: list[tuple[tuple[float, _Blame], ...]]


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
    least = [objective.least for objective in problem.objectives]
    run.visit(0, _Known(least, [((cost, NOBODY),) for cost in least]))
    return run.best if run.best is not None else Refutation(frozenset(run.used))


class _Search(Generic[C]):
    """One search; `choice` has the values of the variables that are set, and stale ones of those that are not."""

    def __init__(self, problem: Problem[C], reporter: Reporter | None, bound: Sequence[float] | None) -> None:
        self.problem = problem
        self.reporter = reporter
        self.effort = current() or Effort(_NO_LIMIT)
        self.names = [variable.name for variable in problem.variables]
        self.domains = [variable.domain for variable in problem.variables]
        self.depth_of = {name: depth for depth, name in enumerate(self.names)}
        self.reads = [
            (1 << 3 * depth) - 1 if each.reads is None else self._bits(each.reads)
            for depth, each in enumerate(problem.variables)
        ]
        self.choice = problem.blank()
        self.checks: list[list[_Check[C]]] = [[] for _ in self.names]
        self.costs: list[list[_Cost[C]]] = [[] for _ in self.names]
        for constraint in problem.constraints:
            self._add_constraint(constraint)
        for index, objective in enumerate(problem.objectives):
            self._add_objective(index, objective)
        # the fewer variables a failure blames, the farther back the search may jump
        for checks in self.checks:
            checks.sort(key=lambda check: len(check.depths))
        self.trending = [[check for check in checks if check.trend] for checks in self.checks]
        self.repeating = [
            [check for check in checks if not check.trend and check.period] for checks in self.checks
        ]
        self.others = [check for check in self.checks[-1] if not check.trend] if self.checks else []
        self.outward = 0  # bits of the directions in which variables of spans have come from their starts
        self.finals = self._last_costs()
        self.growing = [all(cost.away for cost in costs) for costs in self.costs]
        self.settled = [self._settles(depth) for depth in range(len(self.names))]
        self.best: Solution[C] | None = None
        self.limit: list[float] | None = None if bound is None else list(bound)
        self.used: set[str] = set()
        self.done = False  # nothing more is asked
        self.cut_at = -1  # the depth at which the last value tried could not win
        self.broken_at = -1  # the depth at which the last value tried broke a constraint

    # --- what can be judged at which depth ------------------------------------------------------------------

    def _bits(
        self, scope: Iterable[str], usual: int = LOWER | HIGHER, lower: Scope = (), higher: Scope = ()
    ) -> int:
        """Return the blame of some variables: of those in `lower` and `higher` in that direction alone."""
        bits = 0
        for name in scope:
            sides = HIGHER if name in higher else LOWER if name in lower else usual
            bits |= sides << 3 * self.depth_of[name]
        return bits

    def _last(self, scope: Scope) -> int:
        return max((self.depth_of[name] for name in scope), default=0)

    def _add_constraint(self, each: Constraint[C]) -> None:
        for floor in each.floors:
            self._add_check(each, floor, -NEVER)
        self._add_check(each, Floor(each.scope, each.measure, each.rising, each.falling), each.low)

    def _add_check(self, each: Constraint[C], judged: Floor[C], low: float) -> None:
        scope, measure, rising, falling = judged
        depth = self._last(scope)
        check = _Check(
            label=each.label,
            depths=frozenset(self.depth_of[name] for name in scope),
            measure=measure,
            low=low,
            high=each.high,
            over=self._bits(scope, lower=rising, higher=falling),
            under=self._bits(scope, lower=falling, higher=rising),
            trend=_trend(judged, self.names[depth]),
            period=each.period.get(self.names[depth], 0) if self.names[depth] in scope else 1,
        )
        self.checks[depth].append(check)

    def _add_objective(self, index: int, each: Objective[C]) -> None:
        exact = Floor(each.scope, each.cost, each.rising, each.falling)
        for judged in (*each.floors, exact):
            depth = self._last(judged.scope)
            name = self.names[depth]
            away = [other for other in judged.scope if other in each.away]
            others = [other for other in judged.scope if other not in each.away]
            blame = self._bits(others, lower=judged.rising, higher=judged.falling)
            self.costs[depth].append(
                _Cost(
                    index=index,
                    depths=frozenset(self.depth_of[name] for name in judged.scope),
                    measure=judged.measure,
                    trend=_trend(judged, name),
                    floor=judged is not exact,
                    blame=_Blame(blame | self._bits(away, ANY), blame),
                    away=name in each.away or name not in judged.scope,
                )
            )

    def _last_costs(self) -> list[list[_Cost[C]]]:
        """Return, for each objective, how it is judged at the last variable, exactly at the end; none if before."""
        found: list[list[_Cost[C]]] = [[] for _ in self.problem.objectives]
        for cost in self.costs[-1] if self.costs else ():
            if cost.trend or not cost.floor:
                found[cost.index].append(cost)
        return found

    def _settles(self, depth: int) -> bool:
        """Whether the first possible value is as good as any: nothing later looks at it, and costs only grow."""
        later = range(depth + 1, len(self.names))
        read = any(self.reads[i] >> 3 * depth & ANY for i in later)
        judged = any(depth in depths for i in later for depths in self._judges(i))
        return self.growing[depth] and not read and not judged

    def _judges(self, depth: int) -> Iterator[frozenset[int]]:
        """Yield what each check and cost of a depth looks at."""
        yield from (check.depths for check in self.checks[depth])
        yield from (cost.depths for cost in self.costs[depth])

    # --- the search -----------------------------------------------------------------------------------------

    def visit(self, depth: int, known: _Known) -> int:
        """Try the values of one variable; returns the bits of the variables to blame when nothing was found."""
        self._spend()
        domain = self.domains[depth](self.choice)
        blame = self.reads[depth]
        if not isinstance(domain, Span):
            return self._each(depth, domain, known, blame, ordered=True)
        narrowed, why = self._narrowed(depth, domain)
        blame |= why
        if depth == len(self.names) - 1:
            return blame | (self._tail(depth, narrowed, known) if narrowed else 0)
        if narrowed is not None:
            sub = self._outward(depth, narrowed, known)
            if self.done or not sub >> 3 * depth:
                return sub
            blame |= sub & ((1 << 3 * depth) - 1)
        return self._each(depth, domain.more, known, blame)

    def _each(
        self, depth: int, values: Iterable[object], known: _Known, blame: int, *, ordered: bool = False
    ) -> int:
        """Try values in their order; returns whom to blame, beside those in `blame`, or somebody else altogether.

        `ordered`: what is claimed of `Objective.away` holds for them.
        """
        growing, settled = ordered and self.growing[depth], ordered and self.settled[depth]
        here, below = ANY << 3 * depth, (1 << 3 * depth) - 1
        name = self.names[depth]
        for value in values:
            sub = self._set(depth, name, value, known)
            if self.done:
                return 0
            if not sub & here:
                if self.reporter:
                    self.reporter.jumped(name)
                return sub
            blame |= sub & below
            if (settled and self.broken_at != depth) or (growing and self.cut_at == depth):
                break
        return blame & below

    def _outward(self, depth: int, span: Span, known: _Known) -> int:
        """Try a span from its start to both sides; a side is left when no value farther on could help."""
        here, higher, lower = ANY << 3 * depth, HIGHER << 3 * depth, LOWER << 3 * depth
        blame = self._side(depth, (span.start,), known, higher | lower)
        up, down = range(span.start + 1, span.high + 1), range(span.start - 1, span.low - 1, -1)
        helps = blame
        for side, beyond in ((up, higher), (down, lower)):
            if side and helps & beyond and not self.done:
                sub = self._side(depth, side, known, beyond)
                if not sub & here:
                    return sub
                blame |= sub
        return blame

    def _side(self, depth: int, values: Sequence[int], known: _Known, beyond: int) -> int:
        """Try values that go away from the start of a span in the directions of the bits of `beyond`."""
        here, name, blame = ANY << 3 * depth, self.names[depth], 0
        for value in values:
            self.outward |= beyond
            sub = self._set(depth, name, value, known)
            self.outward &= ~beyond
            if self.done:
                return 0
            if not sub & here:
                if self.reporter:
                    self.reporter.jumped(name)
                return sub
            blame |= sub
            if not sub & beyond:
                break
        return blame

    def _set(self, depth: int, name: str, value: object, known: _Known) -> int:
        setattr(self.choice, name, value)
        self.cut_at = self.broken_at = -1
        self._spend()
        if self.reporter:
            self.reporter.visited(name, value)
        return self._try(depth, known)

    def _spend(self) -> None:
        self.effort.left -= 1
        if self.effort.left < 0:
            raise TooHard

    def _try(self, depth: int, known: _Known) -> int:
        """Judge the value that has just been set, and go on; returns the variables to blame."""
        broken = self._broken(self.checks[depth])
        if broken is not None:
            self.broken_at = depth
            return broken
        judged = self._judged(depth, known)
        limit = self.limit
        if limit is not None and judged.costs >= limit:
            self.cut_at = depth
            if self.reporter:
                self.reporter.cut(self.names[depth])
            return self._who_costs(judged, limit)
        if depth == len(self.names) - 1:
            self._keep(judged.costs)
            return (8 << 3 * depth) - 1
        return self.visit(depth + 1, judged)

    def _who_costs(self, judged: _Known, limit: list[float], narrowing: Sequence[_Blame] = ()) -> int:
        """Return who is to blame for costs that are not less than those of the best so far.

        It is whoever decides them up to the first that is over. `narrowing`: the blame of costs by which values were
        left out before others were judged.
        """
        bits = outward = 0
        for cost, most, known in zip(judged.costs, limit, judged.blame, strict=False):
            over = cost > most
            enough = (who for bound, who in known if bound > most or (bound == most and not over))
            more, away = next(enough)
            bits |= more
            outward |= away
            if over:
                break
        for more, away in narrowing:
            bits |= more
            outward |= away
        return bits & (~self.outward | outward)

    def _keep(self, costs: list[float]) -> None:
        kept = self.problem.blank()
        for name in self.names:
            setattr(kept, name, getattr(self.choice, name))
        self.best = Solution(kept, tuple(costs))
        self.limit = costs
        self.done = not self.problem.objectives
        if self.reporter:
            self.reporter.found(self.best)

    def _broken(self, checks: list[_Check[C]]) -> int | None:
        """Return the variables of the first of some constraints that is broken; None: all are met."""
        choice = self.choice
        for label, _, measure, low, high, over, under, _, _ in checks:
            amount = measure(choice)
            if not low <= amount <= high:
                self.used.add(label)
                return over if amount > high else under
        return None

    def _judged(self, depth: int, known: _Known) -> _Known:
        """Return the least costs that are possible with the values so far, and who is to blame for them."""
        if not self.costs[depth]:
            return known
        choice, costs, blames = self.choice, known.costs[:], known.blame[:]
        for index, _, cost, _, floor, blame, _ in self.costs[depth]:
            amount = cost(choice)
            if amount > costs[index]:
                costs[index], blames[index] = amount, (*blames[index], (amount, blame))
            elif not floor:
                costs[index] = amount
        return _Known(costs, blames)

    # --- arithmetic along whole numbers ---------------------------------------------------------------------

    def _at(self, check: _Check[C] | _Cost[C], depth: int) -> Callable[[int], float]:
        """Return a measure as a function of the variable of this depth."""
        choice, name, measure = self.choice, self.names[depth], check.measure
        if depth not in check.depths:
            return lambda _: measure(choice)

        def at(value: int) -> float:
            setattr(choice, name, value)
            return measure(choice)

        return at

    def _narrowed(self, depth: int, span: Span) -> tuple[Span | None, int]:
        """Cut a span to what the constraints that rise or fall along it allow; and who is to blame for its ends.

        Who cut an end first is not to blame where another cuts it further.
        """
        low, high, start, _ = span
        others, low_by, high_by = (1 << 3 * depth) - 1, 0, 0
        for check in self.repeating[depth]:
            if self._never(depth, check, low, high):
                return None, (check.over | check.under) & others
        for check in self.trending[depth]:
            if self._holds(check, depth, high if check.trend > 0 else low):
                continue
            at = self._at(check, depth)
            first, last = _allowed(at, low, high, check)
            if (first, last) == (low, high):
                continue
            self.used.add(check.label)
            for_low, for_high = (check.under, check.over) if check.trend > 0 else (check.over, check.under)
            if first > last:  # would it leave nothing of the values that the others cut off either?
                if low_by and _is_empty(_allowed(at, span.low, high, check)):
                    low, low_by = span.low, 0
                if high_by and _is_empty(_allowed(at, low, span.high, check)):
                    high, high_by = span.high, 0
                first, last = _allowed(at, low, high, check)
                low_by |= for_low if first > low else 0
                high_by |= for_high if last < high else 0
                return None, (low_by | high_by) & others
            low_by = for_low if first > low else low_by
            high_by = for_high if last < high else high_by
            low, high = first, last
        return Span(low, high, min(max(start, low), high)), (low_by | high_by) & others

    def _never(self, depth: int, check: _Check[C], low: int, high: int) -> bool:
        """Whether no value of a span meets a constraint that repeats along it: a period tells."""
        at = self._at(check, depth)
        if any(check.low <= at(v) <= check.high for v in range(low, min(high, low + check.period - 1) + 1)):
            return False
        self.used.add(check.label)
        return True

    def _holds(self, check: _Check[C], depth: int, worst: int) -> bool:
        """Whether a constraint with no lower limit is met by the value that is worst for it, so by all."""
        if check.low > -NEVER:
            return False
        setattr(self.choice, self.names[depth], worst)
        return check.measure(self.choice) <= check.high

    def _tail(self, depth: int, span: Span, known: _Known) -> int:
        """Take the best value of the last variable: by arithmetic in each class of values that repeat alike."""
        others = self.others
        step = lcm(*[check.period for check in others]) if all(check.period for check in others) else 0
        if any(not cost.trend for cost in self.costs[depth]):
            step = 0
        size = span.high - span.low + 1
        step = min(step or size, size)
        blame = 0
        for first in range(span.low, span.low + step):
            setattr(self.choice, self.names[depth], first)
            broken = self._broken(others)
            if broken is not None:
                blame |= broken
                continue
            count = (span.high - first) // step + 1
            blame |= self._finish(depth, known, range(first, first + step * count, step))
            if self.done:
                break
        return blame & ((1 << 3 * depth) - 1)

    def _finish(self, depth: int, known: _Known, among: range) -> int:
        """Keep the best of some values of the last variable, along which each cost rises or falls, if it wins.

        Cost by cost, only the values with the least of it remain; the first cost that is over the limit ends it.
        """
        low, high = 0, len(among) - 1
        judged, limit = _Known(known.costs[:], known.blame[:]), self.limit
        narrowing = []
        for index, ways in enumerate(self.finals):
            for cost in ways:
                at, falling = self._at(cost, depth), cost.trend < 0
                best = at(among[high if falling else low])
                if best > judged.costs[index]:
                    judged.blame[index] += ((best, cost.blame),)
                judged.costs[index] = max(judged.costs[index], best) if cost.floor else best
            if limit is not None and index < len(limit) and judged.costs[index] != limit[index]:
                if judged.costs[index] > limit[index]:
                    break
                limit = None  # it wins, whatever follows
            if ways and low < high:
                least, ends = _at_most(at, among, best), (low, high)
                low, high = (_first(low, high, least), high) if falling else (low, _last(low, high, least))
                if (low, high) != ends:  # by the first bound that is enough for what comes next to those left
                    left_out = among[low - 1 if falling else high + 1]
                    enough = (
                        way.blame
                        for way in ways
                        if way.trend == cost.trend and self._at(way, depth)(left_out) > best
                    )
                    narrowing.append(next(enough))
        setattr(self.choice, self.names[depth], among[low])
        if self.reporter:
            self.reporter.visited(self.names[depth], among[low])
        if limit is not None:
            return self._who_costs(judged, limit, narrowing)
        self._keep(judged.costs)
        return (1 << 3 * depth) - 1


def _trend(each: Floor[Any], name: str) -> int:
    """1 where a measure rises along a variable (or does not look at it), -1 where it falls, 0 where it may do both."""
    if name in each.rising or name not in each.scope:
        return 1
    return -1 if name in each.falling else 0


def _at_most(at: Callable[[int], float], among: range, most: float) -> Callable[[int], bool]:
    return lambda i: at(among[i]) <= most


def _is_empty(ends: tuple[int, int]) -> bool:
    return ends[0] > ends[1]


def _allowed(at: Callable[[int], float], low: int, high: int, check: _Check[Any]) -> tuple[int, int]:
    """Return the first and last value from `low` to `high` at which a monotone measure is within its limits."""
    rising = check.trend > 0
    if check.high < NEVER:
        if rising:
            high = _last(low, high, lambda v: at(v) <= check.high)
        else:
            low = _first(low, high, lambda v: at(v) <= check.high)
    if check.low > -NEVER and low <= high:
        if rising:
            low = _first(low, high, lambda v: at(v) >= check.low)
        else:
            high = _last(low, high, lambda v: at(v) >= check.low)
    return low, high


def _first(low: int, high: int, good: Callable[[int], bool]) -> int:
    """Return the first value that is good, where all after it are; high + 1 if there is none."""
    if good(low):
        return low
    if not good(high):
        return high + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def _last(low: int, high: int, good: Callable[[int], bool]) -> int:
    """Return the last value that is good, where all before it are; low - 1 if there is none."""
    if good(high):
        return high
    if not good(low):
        return low - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return low
