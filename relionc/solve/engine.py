"""Depth-first search with early checks and lexicographic bounds; conflicts made minimal by deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.solve.problem import Conflict, Objective, Problem, Solution

if TYPE_CHECKING:
    from collections.abc import Callable


def solve(problem: Problem) -> Solution | Conflict:
    """Return the best assignment of `problem`, or the smallest reason why there is none.

    Cost: one visit of each partial assignment that meets every constraint whose scope it covers. A conflict
    costs at most one search for feasibility per constraint.
    """
    best = _search(problem)
    return best if best is not None else Conflict(_minimal(problem))


def nearest(problem: Problem, dropped: str) -> Solution | None:
    """Return the best assignment when the constraint `dropped` may be broken, as little as possible.

    The distance of the dropped constraint comes before all objectives. None where nothing is feasible even
    so, or where the constraint cannot be dropped.
    """
    constraint = next(c for c in problem.constraints if c.label == dropped)
    if constraint.soft_distance is None:
        return None
    distance = Objective(dropped, constraint.scope, constraint.soft_distance)
    rest = tuple(c for c in problem.constraints if c.label != dropped)
    return _search(problem._replace(constraints=rest, objectives=(distance, *problem.objectives)))


def _minimal(problem: Problem) -> tuple[str, ...]:
    """Leave out requirements one by one as long as the rest still cannot be met: what stays is minimal.

    An assignment found on the way also answers later questions: it meets any set without what it breaks.
    """
    kept = list(problem.constraints)
    broken_by: list[set[str]] = []
    for constraint in problem.constraints:
        without = [c for c in kept if c is not constraint]
        if any(all(c.label not in broken for c in without) for broken in broken_by):
            continue
        found = _search(problem._replace(constraints=tuple(without), objectives=()))
        if found is None:
            kept = without
        else:
            broken_by.append({c.label for c in kept if not c.holds(*[found.values[n] for n in c.scope])})
    return tuple(c.label for c in kept)


class _Level(NamedTuple):
    """What can be judged once the variable of this depth has a value."""

    checks: list[tuple[Callable[..., bool], tuple[str, ...]]]
    costs: list[tuple[Callable[..., float], tuple[str, ...]]]


def _levels(problem: Problem) -> list[_Level]:
    depth = {variable.name: i for i, variable in enumerate(problem.variables)}
    levels = [_Level([], []) for _ in problem.variables]
    for constraint in problem.constraints:
        levels[max(depth[name] for name in constraint.scope)].checks.append(
            (constraint.holds, constraint.scope)
        )
    # An objective may only bound the search together with all that come before it, so it is judged no
    # earlier than they are.
    at = 0
    for objective in problem.objectives:
        at = max(at, *(depth[name] for name in objective.scope))
        levels[at].costs.append((objective.cost, objective.scope))
    return levels


def _search(problem: Problem) -> Solution | None:
    """Return the first assignment of least cost (the first at all without objectives)."""
    best: Solution | None = None
    levels = _levels(problem)
    values: dict[str, Any] = {}
    any_will_do = not problem.objectives

    def visit(depth: int, costs: tuple[float, ...]) -> None:
        nonlocal best
        if depth == len(levels):
            best = Solution(dict(values), costs)
            return
        variable, level = problem.variables[depth], levels[depth]
        for value in variable.domain(values):
            values[variable.name] = value
            for holds, scope in level.checks:
                if not holds(*[values[n] for n in scope]):
                    break
            else:
                extended = costs + tuple([cost(*[values[n] for n in scope]) for cost, scope in level.costs])
                if best is None or _may_win(extended, best.costs):
                    visit(depth + 1, extended)
                if any_will_do and best is not None:
                    return
        values.pop(variable.name, None)

    visit(0, ())
    return best


def _may_win(costs: tuple[float, ...], best: tuple[float, ...]) -> bool:
    """Whether an assignment with these first costs can still beat `best`: equal so far can, until the end."""
    head = best[: len(costs)]
    return costs < head or (costs == head and len(costs) < len(best))
