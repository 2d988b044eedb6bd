"""What can be judged where: each constraint, cost and floor, at the depth at which all that it reads is set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from relionc.record import NamedTuple
from relionc.solve.blame import Blame, Blames
from relionc.solve.problem import C, Floor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.solve.problem import Constraint, Objective, Problem, Scope

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


class CostBlame(NamedTuple):
    """Whom to blame for a cost: in all, and what remains of variables that go away from the start of their span."""

    blame: Blame
    outward: Blame


class Cost(NamedTuple, Generic[C]):
    """An objective, or a floor of one, where it can be judged."""

    index: int  # type: ignore[assignment]  # a record needs no tuple.index
    depths: frozenset[int]
    measure: Callable[[C], float]
    trend: int
    floor: bool
    blame: CostBlame  # for its being too large
    away: bool  # never less on the way from the start of a span to either side


class Judges(Generic[C]):
    """All that judges a choice, by depth; of the last one, also by how it moves along the last variable."""

    def __init__(self, problem: Problem[C]) -> None:
        self.names = [variable.name for variable in problem.variables]
        self.blames = Blames(self.names)
        self._depth_of = {name: depth for depth, name in enumerate(self.names)}
        self.reads = [
            self.blames.before[depth] if each.reads is None else self.blames.of(each.reads)
            for depth, each in enumerate(problem.variables)
        ]
        self.checks: list[list[Check[C]]] = [[] for _ in self.names]
        self.costs: list[list[Cost[C]]] = [[] for _ in self.names]
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
        self.trendless = [check for check in self.checks[-1] if not check.trend] if self.checks else []
        self.final_costs = self._final_costs(len(problem.objectives))
        self.only_grow = [all(cost.away for cost in costs) for costs in self.costs]
        """Whether no cost that is judged at a depth falls on the way from the start of its variable's values."""
        self.first_is_best = [self._first_is_best(depth) for depth in range(len(self.names))]
        """Whether the first possible value of a depth is as good as any."""

    def _last(self, scope: Scope) -> int:
        return max((self._depth_of[name] for name in scope), default=0)

    def _depths(self, scope: Scope) -> frozenset[int]:
        return frozenset(self._depth_of[name] for name in scope)

    def _add_constraint(self, each: Constraint[C]) -> None:
        for floor in each.floors:
            self._add_check(each, floor, -NEVER)
        self._add_check(each, Floor(each.scope, each.measure, each.rising, each.falling), each.low)

    def _add_check(self, each: Constraint[C], judged: Floor[C], low: float) -> None:
        scope, measure, rising, falling = judged
        depth = self._last(scope)
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
        )
        self.checks[depth].append(check)

    def _add_objective(self, index: int, each: Objective[C]) -> None:
        exact = Floor(each.scope, each.cost, each.rising, each.falling)
        for judged in (*each.floors, exact):
            depth = self._last(judged.scope)
            name = self.names[depth]
            away = [other for other in judged.scope if other in each.away]
            others = [other for other in judged.scope if other not in each.away]
            blame = self.blames.of(others, lower=judged.rising, higher=judged.falling)
            cost = Cost(
                index=index,
                depths=self._depths(judged.scope),
                measure=judged.measure,
                trend=_trend(judged, name),
                floor=judged is not exact,
                blame=CostBlame(blame | self.blames.whole(away), blame),
                away=name in each.away or name not in judged.scope,
            )
            self.costs[depth].append(cost)

    def _final_costs(self, count: int) -> list[list[Cost[C]]]:
        """Return, for each objective, how it is judged at the last variable, exactly at the end; none if before."""
        found: list[list[Cost[C]]] = [[] for _ in range(count)]
        for cost in self.costs[-1] if self.costs else ():
            if cost.trend or not cost.floor:
                found[cost.index].append(cost)
        return found

    def _first_is_best(self, depth: int) -> bool:
        """Whether nothing later looks at a variable, and costs only grow along its values."""
        later = range(depth + 1, len(self.names))
        read = any(self.reads[i] & self.blames.at[depth] for i in later)
        judged = any(depth in depths for i in later for depths in self._read_by_judges(i))
        return self.only_grow[depth] and not read and not judged

    def _read_by_judges(self, depth: int) -> Iterator[frozenset[int]]:
        yield from (check.depths for check in self.checks[depth])
        yield from (cost.depths for cost in self.costs[depth])


def _trend(each: Floor[Any], name: str) -> int:
    """1 where a measure rises along a variable (or does not look at it), -1 where it falls, 0 where it may do both."""
    if name in each.rising or name not in each.scope:
        return 1
    return -1 if name in each.falling else 0
