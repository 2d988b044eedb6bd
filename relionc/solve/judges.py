"""What can be judged where: each constraint, cost and floor, at the depth at which all that it reads is set."""

from __future__ import annotations

from relionc.record import Generic, NamedTuple
from relionc.solve.blame import NOBODY, Blame, Blames
from relionc.solve.problem import C, Floor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar

    from relionc.solve.problem import Constraint, Objective, Problem, Scope

    S = TypeVar("S", Constraint[Any], Objective[Any])
    J = TypeVar("J")

NEVER = float("inf")


class Check(NamedTuple, Generic[C]):
    """A constraint, or a floor of one, where all variables of its scope have values, and whom it blames."""

    label: str
    depths: frozenset[int]  # of the variables that it reads
    measure: Callable[[C], float]
    low: float
    high: float
    over: Blame  # for a measure that is too large
    under: Blame  # and for one that is too small
    trend: int  # along the variable of this depth: 1 rising, -1 falling, 0 neither
    period: int  # along it; 0: none is known
    level: tuple[
        tuple[str, Callable[[C], int], Blame], ...
    ] = ()  # from where on more of a variable changes nothing
    vain: tuple[tuple[Callable[[C], bool], Blame], ...] = ()  # when more of one leaves it too large

    def at(self, choice: C) -> Check[C]:
        """Return the check where nobody is blamed for too little of a variable of which more does not help."""
        blamed = of_over = ~NOBODY
        for name, start, higher in self.level:
            if getattr(choice, name) >= start(choice):
                blamed &= ~higher
        for holds, higher in self.vain:
            if holds(choice):
                of_over &= ~higher
        return self._replace(over=self.over & blamed & of_over, under=self.under & blamed)


class Cost(NamedTuple, Generic[C]):
    """An objective, or a floor of one, where it can be judged."""

    index: int  # type: ignore[assignment]  # a record needs no tuple.index
    depths: frozenset[int]
    measure: Callable[[C], float]
    trend: int
    floor: bool
    blame: Blame  # for its being too large
    away: bool  # never less on the way from the start of the values of its last variable


class Judges(Generic[C]):
    """All that judges a choice, by depth; of the last one, also by how it moves along the last variable."""

    def __init__(self, problem: Problem[C]) -> None:
        self.names = [variable.name for variable in problem.variables]
        self.blames = Blames(self.names)
        self._depth_of = {name: depth for depth, name in enumerate(self.names)}
        self.reads = [self._reads(depth, each.reads) for depth, each in enumerate(problem.variables)]
        """Who decides the candidates of a depth."""
        self.low_reads = [
            reads if each.low_reads is None else self._reads(depth, each.low_reads)
            for depth, (each, reads) in enumerate(zip(problem.variables, self.reads, strict=True))
        ]
        """Who decides where a span begins."""
        self.checks: list[list[Check[C]]] = [[] for _ in self.names]
        self.costs: list[list[Cost[C]]] = [[] for _ in self.names]
        for constraint in problem.constraints:
            for depth, check in _kept(constraint, 0, self.names, self._checks_of):
                self.checks[depth].append(check)
        for index, objective in enumerate(problem.objectives):
            for depth, cost in _kept(objective, index, self.names, self._costs_of):
                self.costs[depth].append(cost)
        # the fewer variables a failure blames, the farther back the search may jump
        for checks in self.checks:
            checks.sort(key=lambda check: len(check.depths))
        self.cutting = [[check for check in checks if check.trend or check.period] for checks in self.checks]
        """What leaves some values of a span by arithmetic."""
        self.trendless = [check for check in self.checks[-1] if not check.trend] if self.checks else []
        self.final_costs = self._final_costs(len(problem.objectives))

    def _reads(self, depth: int, reads: Scope | None) -> Blame:
        return self.blames.before[depth] if reads is None else self.blames.of(reads)

    def last(self, scope: Scope) -> int:
        """Return the depth at which all of these have values."""
        return max((self._depth_of[name] for name in scope), default=0)

    def _depths(self, scope: Scope) -> frozenset[int]:
        return frozenset(self._depth_of[name] for name in scope)

    def _checks_of(self, each: Constraint[C], _: int) -> Iterator[tuple[int, Check[C]]]:
        """Yield a constraint and its floors with the depths at which they can be judged."""
        for floor in each.floors:
            yield self._check(each, floor, -NEVER)
        level = tuple(
            (name, start, self.blames.higher[self._depth_of[name]]) for name, start in each.level.items()
        )
        exact = Floor(each.scope, each.measure, each.rising, each.falling, each.vain)
        yield self._check(each, exact, each.low, level)

    def _check(
        self,
        each: Constraint[C],
        judged: Floor[C],
        low: float,
        level: tuple[tuple[str, Callable[[C], int], Blame], ...] = (),
    ) -> tuple[int, Check[C]]:
        scope, measure, rising, falling, vain = judged
        depth = self.last(scope)
        name = self.names[depth]
        check = Check(
            label=each.label,
            depths=self._depths(scope),
            measure=measure,
            low=low,
            high=each.high,
            over=self.blames.of(scope, lower=rising, higher=falling),
            under=self.blames.of(scope, lower=falling, higher=rising),
            trend=_trend(judged, name),
            period=each.period.get(name, 0) if name in scope else 1,
            level=level,
            vain=tuple((holds, self.blames.higher[self._depth_of[name]]) for name, holds in vain.items()),
        )
        return depth, check

    def _costs_of(self, each: Objective[C], index: int) -> Iterator[tuple[int, Cost[C]]]:
        """Yield an objective and its floors likewise."""
        exact = Floor(each.scope, each.cost, each.rising, each.falling)
        for judged in (*each.floors, exact):
            depth = self.last(judged.scope)
            name = self.names[depth]
            cost = Cost(
                index=index,
                depths=self._depths(judged.scope),
                measure=judged.measure,
                trend=_trend(judged, name),
                floor=judged is not exact,
                blame=self.blames.of(judged.scope, lower=judged.rising, higher=judged.falling),
                away=name in each.away,
            )
            yield depth, cost

    def _final_costs(self, count: int) -> list[list[Cost[C]]]:
        """Return, for each objective, how it is judged at the last variable, exactly at the end; none if before."""
        found: list[list[Cost[C]]] = [[] for _ in range(count)]
        for cost in self.costs[-1] if self.costs else ():
            if cost.trend or not cost.floor:
                found[cost.index].append(cost)
        return found


_KEPT: dict[tuple[int, int], tuple[object, list[str], tuple[Any, ...]]] = {}
"""What was worked out of steady constraints and objectives, with these, so that their ids stay their own."""
_MOST_KEPT = 512


def _kept(
    each: S, index: int, names: list[str], make: Callable[[S, int], Iterator[tuple[int, J]]]
) -> Iterable[tuple[int, J]]:
    """Return what is made of a constraint or an objective; of a steady one it is made once."""
    if not each.steady:
        return make(each, index)
    key = id(each), index
    kept = _KEPT.get(key)
    if kept is None or kept[0] is not each or kept[1] != names:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[key] = each, names, tuple(make(each, index))
    return kept[2]


def _trend(each: Floor[Any], name: str) -> int:
    """1 where a measure rises along a variable (or does not look at it), -1 where it falls, 0 where it may do both."""
    if name in each.rising or name not in each.scope:
        return 1
    return -1 if name in each.falling else 0
