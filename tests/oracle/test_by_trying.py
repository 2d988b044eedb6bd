"""The solver and `by_trying` answer alike: whether there is a layout, which costs the best has, what is allowed."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import NamedTuple

import by_trying
from comparing import choice_of, on_all_processors
from instances import MODES, SHARE, asked, instance

from relionc.plan.problem import problem
from relionc.solve import Solution, search

SITES = 4000 // SHARE
TOLERANCE = 1e-9


class Compared(NamedTuple):
    """One comparison: the mode of the layout, empty without one, and how the two solvers differ."""

    mode: str
    differences: str = ""


def test_the_solver_and_one_that_tries_everything_agree() -> None:
    compared = on_all_processors(_compare, range(SITES))
    assert not [(seed, each.differences) for seed, each in enumerate(compared) if each.differences]
    seen = Counter(each.mode or "infeasible" for each in compared)
    print(dict(seen))
    assert seen["infeasible"] > SITES // 3, seen
    assert SITES - seen["infeasible"] > SITES // 3, seen
    assert all(seen[mode] > SITES // 200 for mode in MODES), seen


def _compare(seed: int) -> Compared:
    given = instance(Random(seed))
    stated = problem(asked(given))
    found, other = search(stated), by_trying.best(given)
    if not isinstance(found, Solution):
        return Compared("", f"it finds nothing, but {other[1].plain()} meets all" if other else "")
    choice = choice_of(given, found.choice)
    broken = by_trying.broken(given, choice)
    if broken or other is None:
        return Compared(choice.mode, f"its {choice.plain()} breaks {sorted(broken)}")
    costs = dict(zip([each.name for each in stated.objectives], found.costs, strict=True))
    counted = by_trying.cost_vector(given, choice)
    differ = {
        name: (costs.get(name), counted[name], best)
        for name, best in other[0].items()
        if max(abs(best - counted[name]), abs(best - costs.get(name, best))) > TOLERANCE
    }
    return Compared(choice.mode, f"{choice.plain()} or {other[1].plain()}: {differ}" if differ else "")
