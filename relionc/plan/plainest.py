"""Which of several conflicts to tell: the plainest."""

from __future__ import annotations

from relionc.plan.requirements import is_known, requirement
from relionc.solve import Refutation, minimal_conflict, search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.plan.choice import Choice
    from relionc.solve import Conflict, Problem


def plainest_conflict(whole: Problem[Choice], found: Refutation) -> Conflict:
    """Return a minimal conflict of a problem without solution: of the pins with one rule, if there is one.

    «16 ranks» against «an odd number» is said before what the same pin does to GPUs, memory and nodes. Cost: a search
    for feasibility per rule, over the pins and that rule alone.
    """
    known = [label for label in dict.fromkeys(each.label for each in whole.constraints) if is_known(label)]
    pins = [label for label in known if requirement(label).pin is not None]
    for rule in (label for label in known if requirement(label).says is not None):
        question = whole.only({*pins, rule})
        refuted = search(question)
        if isinstance(refuted, Refutation):
            return minimal_conflict(question, refuted.core)
    return minimal_conflict(whole.only(found.core), found.core)
