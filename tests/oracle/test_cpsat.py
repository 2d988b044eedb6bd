"""The solver and CP-SAT answer alike: whether there is a layout, and every cost of the best one."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import by_cpsat
from instances import MODES, SHARE, asked, instance
from large_sites import large

from relionc.plan.problem import problem
from relionc.solve import Solution, search

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL = 3200 // SHARE
FIRST = 100_000
"""Other sites than those of `test_by_trying`."""
LARGE = 300


def test_they_agree_on_small_sites() -> None:
    seen = _compared(instance(Random(seed)) for seed in range(FIRST, FIRST + SMALL))
    print(dict(seen))
    assert seen["feasible"] > SMALL // 3, seen
    assert seen["infeasible"] > SMALL // 3, seen
    assert all(seen[mode] > SMALL // 200 for mode in MODES), seen


def test_they_agree_on_sites_of_real_size() -> None:
    seen = _compared(large(Random(seed), 1 + seed % 4) for seed in range(LARGE))
    print(dict(seen))
    assert seen["feasible"] > LARGE // 2, seen
    assert seen["infeasible"] > LARGE // 8, seen


def _compared(instances: Iterable[dict[str, Any]]) -> Counter[str]:
    """Compare the answers, and count what they are."""
    seen: Counter[str] = Counter()
    for number, given in enumerate(instances):
        costs, mode = _engine(given)
        other = by_cpsat.best(given)
        assert (costs is None) == (other is None), (number, costs, other, given)
        seen["infeasible" if costs is None else "feasible"] += 1
        if costs is not None and other is not None:
            seen[mode] += 1
            assert costs == {name: other.get(name, 0) for name in costs}, (number, other, given)
            # what the solver has no cost for is the same for all layouts
            assert not any(other[name] for name in other.keys() - costs.keys()), (number, other, given)
    return seen


def _engine(given: dict[str, Any]) -> tuple[dict[str, float] | None, str]:
    stated = problem(asked(given))
    found = search(stated)
    if not isinstance(found, Solution):
        return None, ""
    names = [objective.name for objective in stated.objectives]
    return dict(zip(names, found.costs, strict=True)), found.choice.mode.name
