"""Why there is no solution: a minimal set of constraints; and what is nearest to one."""

from __future__ import annotations

from itertools import product

from relionc.record import Generic, NamedTuple
from relionc.solve.effort import TooHard
from relionc.solve.judges import NEVER
from relionc.solve.problem import C, Conflict, Constraint, Floor, Objective, Problem, Solution
from relionc.solve.search import Refutation, search, walked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import Any

_ROUNDING = 1e-12
"""By how much two ways to work out the same measure may differ."""


class Nearest(NamedTuple, Generic[C]):
    """The best choice when some constraints may be broken: how far it is from each of them, in their scales."""

    solution: Solution[C]
    distances: tuple[float, ...]


def minimal_conflict(problem: Problem[Any], core: Collection[str]) -> Conflict:
    """Return a minimal conflict of a problem without solution; `core` are labels that no choice meets together.

    Constraints are left out one by one, in the order of the problem: one without which the rest still cannot be met
    stays out. So which conflict it is does not depend on what searches run into: what they have refuted is remembered,
    and only saves searches.
    Cost: at most one search for feasibility per label; the set is not minimal where the effort for them is spent.
    """
    kept = list(dict.fromkeys(each.label for each in problem.constraints))
    refuted = [frozenset(core)]
    for label in tuple(kept):
        rest = [each for each in kept if each != label]
        if not any(labels.issubset(rest) for labels in refuted):
            try:
                found = walked(problem.only(rest))
            except TooHard:
                return Conflict(tuple(each for each in kept if each in refuted[-1]))
            if isinstance(found, Solution):
                continue
            refuted.append(found.core)
        kept = rest
    return Conflict(tuple(kept))


def nearest(
    problem: Problem[C], dropped: Sequence[str], refuted: Iterable[frozenset[str]] = ()
) -> Nearest[C] | Refutation:
    """Return the best choice when the constraints `dropped` may be broken, each as little as possible.

    The distances of the dropped constraints come before all objectives, in the order of `dropped`. Where nothing is
    feasible even so, return which of the others cannot be met together. `refuted` are labels of which that is known.
    """
    rest = problem.without(dropped)
    given_up = [each for label in dropped for each in problem.constraints if each.label == label]
    enough = _enough(given_up, refuted)
    answers = [(sides, _least_far(rest, sides, enough)) for sides in product(*map(_sides, given_up))]
    found = [(near.costs, sides, near.choice) for sides, near in answers if isinstance(near, Solution)]
    if not found:  # whatever side of those dropped a choice is on
        cores = [near.core for _, near in answers if isinstance(near, Refutation)]
        return Refutation(frozenset().union(*cores).difference(dropped))
    least = min(distances for distances, _, _ in found)
    best = min(
        (_best_within(rest, sides, choice) for distances, sides, choice in found if distances == least),
        key=lambda each: each.costs,
    )
    return Nearest(best._replace(costs=(*least, *best.costs)), least)


def _enough(given_up: Sequence[Constraint[C]], refuted: Iterable[frozenset[str]]) -> list[float]:
    """Return how far beyond some constraints any choice is: by one, of a label that is broken in any case.

    Of one with several constraints of whole numbers, that may be the last.
    """
    labels = {each.label for each in given_up}
    broken = {label for core in refuted for label in labels if core & labels == {label}}
    broken -= {each.label for each in given_up if not each.whole}
    last = {each.label: each for each in given_up if each.label in broken}
    return [1 / each.scale if last.get(each.label) is each else 0.0 for each in given_up]


def _least_far(
    rest: Problem[C], sides: Sequence[_GivenUp[C]], enough: Sequence[float]
) -> Solution[C] | Refutation:
    """Return the choice that is least far beyond these sides of constraints, if there is one."""
    kept = tuple(side.kept for side in sides if side.kept is not None)
    distances = tuple(side.distance for side in sides)
    return walked(rest._replace(constraints=(*rest.constraints, *kept), objectives=distances), enough=enough)


def _best_within(rest: Problem[C], sides: Sequence[_GivenUp[C]], choice: C) -> Solution[C]:
    """Return the best choice that is no farther beyond these sides than this one."""
    limits = (side.limit(choice) for side in sides)
    best = search(rest._replace(constraints=(*rest.constraints, *limits)))
    if isinstance(best, Solution):
        return best
    return Solution(choice, tuple(each.cost(choice) for each in rest.objectives))


class _GivenUp(NamedTuple, Generic[C]):
    """One side of a constraint given up: what remains of it, how far beyond it a choice is, its limit at a choice."""

    kept: Constraint[C] | None
    distance: Objective[C]
    limit: Callable[[C], Constraint[C]]


def _sides(each: Constraint[C]) -> Iterator[_GivenUp[C]]:
    if each.high < NEVER:
        yield _GivenUp(
            each._replace(high=NEVER, floors=(), steady=False) if each.low > -NEVER else None,
            Objective(
                each.label,
                each.scope,
                lambda choice: max(0.0, (each.measure(choice) - each.high) / each.scale),
                rising=each.rising,
                falling=each.falling,
                floors=tuple(_over(each, floor) for floor in each.floors),
            ),
            lambda choice: each._replace(
                high=max(each.high, _and_rounding(each.measure(choice))), steady=False
            ),
        )
    if each.low > -NEVER:
        yield _GivenUp(
            each._replace(low=-NEVER, steady=False) if each.high < NEVER else None,
            Objective(
                each.label,
                each.scope,
                lambda choice: max(0.0, (each.low - each.measure(choice)) / each.scale),
                rising=each.falling,
                falling=each.rising,
            ),
            lambda choice: each._replace(low=min(each.low, each.measure(choice)), steady=False),
        )


def _and_rounding(measured: float) -> float:
    """Return a little more than a measure: floors of it may be worked out in another order."""
    return measured + abs(measured) * _ROUNDING


def _over(each: Constraint[C], floor: Floor[C]) -> Floor[C]:
    """Return how far beyond a constraint a choice is at least."""
    return floor._replace(measure=lambda choice: max(0.0, (floor.measure(choice) - each.high) / each.scale))
