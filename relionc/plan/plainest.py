"""Which of several conflicts to tell: the plainest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.words import CODES, kind
from relionc.solve import Refutation, minimal_conflict, search

if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.solve import Conflict, Problem


def plainest_conflict(whole: Problem[Choice], found: Refutation) -> Conflict:
    """Return a minimal conflict of a problem without solution: of the wishes with one rule, if there is one.

    «16 ranks» against «an odd number» is said before what the same wish does to GPUs, memory and nodes. Cost: a search
    for feasibility per rule, over the wishes and that rule alone.
    """
    labels = [each.label for each in whole.constraints]
    wishes = {label for label in labels if label.startswith("pin:")}
    rules = sorted({label for label in labels if kind(label) in CODES}, key=_rank)
    for rule in rules:
        refuted = search(whole.only({*wishes, rule}))
        if isinstance(refuted, Refutation):
            return minimal_conflict(whole, refuted.core)
    return minimal_conflict(whole, found.core)


def _rank(label: str) -> tuple[int, str]:
    return list(CODES).index(kind(label)), label
