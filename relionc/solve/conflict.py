"""Why there is no solution: a minimal set of constraints; and what is nearest to one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Generic

from relionc.record import NamedTuple
from relionc.solve.effort import TooHard
from relionc.solve.judges import NEVER
from relionc.solve.problem import C, Conflict, Constraint, Floor, Objective, Problem, Solution
from relionc.solve.search import Refutation, search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


class Nearest(NamedTuple, Generic[C]):
    """The best choice when some constraints may be broken: how far it is from each of them, in their scales."""

    solution: Solution[C]
    distances: tuple[float, ...]


def minimal_conflict(problem: Problem[Any], core: Collection[str]) -> Conflict:
    """Return a minimal conflict within `core`, labels of constraints that no choice meets together.

    They are left out one by one, in the order of the problem: one without which the rest still cannot be met stays out.
    A refutation also leaves out whatever it did not need.
    Cost: at most one search for feasibility per label; the set is not minimal where the effort for them is spent.
    """
    question = problem.only(core)
    kept = list(dict.fromkeys(each.label for each in question.constraints))
    needed: set[str] = set()
    while len(needed) < len(kept):
        label = next(each for each in kept if each not in needed)
        try:
            found = search(question.only(each for each in kept if each != label))
        except TooHard:
            break
        if isinstance(found, Refutation):
            kept = [each for each in kept if each in found.core]
            continue
        needed.add(label)
    return Conflict(tuple(kept))


def nearest(problem: Problem[C], dropped: Sequence[str]) -> Nearest[C] | None:
    """Return the best choice when the constraints `dropped` may be broken, each as little as possible.

    The distances of the dropped constraints come before all objectives, in the order of `dropped`. None where
    nothing is feasible even so.
    """
    rest = problem.without(dropped)
    loosened = [[*_sides(each)] for label in dropped for each in problem.constraints if each.label == label]
    best: Nearest[C] | None = None
    for sides in product(*loosened):
        kept = tuple(side.kept for side in sides if side.kept is not None)
        distances = tuple(side.distance for side in sides)
        asked = rest._replace(
            constraints=(*rest.constraints, *kept), objectives=(*distances, *rest.objectives)
        )
        found = search(asked)
        if isinstance(found, Solution) and (best is None or found.costs < best.solution.costs):
            best = Nearest(found, found.costs[: len(distances)])
    return best


class _Side(NamedTuple, Generic[C]):
    """One side of a constraint given up: what remains of it, and how far beyond it a choice is."""

    kept: Constraint[C] | None
    distance: Objective[C]


def _sides(each: Constraint[C]) -> Iterator[_Side[C]]:
    if each.high < NEVER:
        yield _Side(
            each._replace(high=NEVER, floors=()) if each.low > -NEVER else None,
            Objective(
                each.label,
                each.scope,
                lambda choice: max(0.0, (each.measure(choice) - each.high) / each.scale),
                rising=each.rising,
                falling=each.falling,
                floors=tuple(_over(each, floor) for floor in each.floors),
            ),
        )
    if each.low > -NEVER:
        yield _Side(
            each._replace(low=-NEVER) if each.high < NEVER else None,
            Objective(
                each.label,
                each.scope,
                lambda choice: max(0.0, (each.low - each.measure(choice)) / each.scale),
                rising=each.falling,
                falling=each.rising,
            ),
        )


def _over(each: Constraint[C], floor: Floor[C]) -> Floor[C]:
    """Return how far beyond a constraint a choice is at least."""
    return floor._replace(measure=lambda choice: max(0.0, (floor.measure(choice) - each.high) / each.scale))
