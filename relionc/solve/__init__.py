"""A small finite-domain solver: Problem → Solution or Conflict. No domain word; standard library only."""

from __future__ import annotations

from relionc.solve.effort import Effort, TooHard, spend
from relionc.solve.problem import (
    C,
    Conflict,
    Constraint,
    Floor,
    Likely,
    Objective,
    Outlook,
    Problem,
    Solution,
    Span,
    Variable,
)
from relionc.solve.search import Refutation, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from relionc.solve.conflict import Nearest
    from relionc.solve.problem import Reporter

__all__ = [
    "Conflict",
    "Constraint",
    "Effort",
    "Floor",
    "Likely",
    "Objective",
    "Outlook",
    "Problem",
    "Refutation",
    "Solution",
    "Span",
    "TooHard",
    "Variable",
    "best",
    "minimal_conflict",
    "nearest",
    "search",
    "solve",
    "spend",
]


def solve(problem: Problem[C], reporter: Reporter | None = None) -> Solution[C] | Conflict:
    """Return the best choice of `problem`, or the smallest reason why there is none.

    Cost: one search; for a conflict, at most one more for each constraint that the first one needed.
    """
    found = search(problem, reporter)
    if isinstance(found, Solution):
        return found
    return minimal_conflict(problem.only(found.core), found.core)


def minimal_conflict(problem: Problem[Any], core: Collection[str]) -> Conflict:
    """Return a minimal conflict of a problem without solution; `core` are labels that no choice meets together."""
    from relionc.solve.conflict import minimal_conflict as minimal

    return minimal(problem, core)


def best(problem: Problem[C]) -> Solution[C] | None:
    """Return the best choice of `problem`, None where there is none."""
    found = search(problem)
    return found if isinstance(found, Solution) else None


def nearest(
    problem: Problem[C], dropped: tuple[str, ...], refuted: Iterable[frozenset[str]] = ()
) -> Nearest[C] | Refutation:
    """Return the best choice when the constraints `dropped` may be broken, each as little as possible.

    `refuted` are labels that are known to be met by no choice together.
    """
    from relionc.solve.conflict import nearest as near

    return near(problem, dropped, refuted)
