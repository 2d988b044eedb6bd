"""Refusals are true: what cannot be met together cannot, and could be without any part; what is suggested works."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import by_trying
from comparing import on_all_processors
from instances import SHARE, asked, instance

from relionc.diag import ERROR
from relionc.plan import Known
from relionc.plan.problem import problem
from relionc.solve import Conflict

sys.path.append(str(Path(__file__).parents[1] / "plan"))

from asking import changed, compiled, plan

from specs import request

if TYPE_CHECKING:
    from relionc.diag import Diagnostic, Suggestion

SITES = 3200 // SHARE
ALL_SPECS = 2100
SPECS = ALL_SPECS if os.environ.get("RELIONC_THOROUGH") == "1" else 500
"""Five minutes for all of them on two processors: a usual run looks at a quarter."""
ENOUGH = 1000 // SHARE


# --- conflicts ------------------------------------------------------------------------------------------------


class Judged(NamedTuple):
    """The labels of a conflict, none where there is a layout, and what is wrong with it."""

    labels: tuple[str, ...]
    wrong: str = ""


def test_a_conflict_cannot_be_met_and_could_be_without_any_of_its_requirements() -> None:
    judged = on_all_processors(_judge, range(SITES))
    assert not [(seed, each) for seed, each in enumerate(judged) if each.wrong]
    conflicts = [each.labels for each in judged if each.labels]
    sizes = Counter(len(labels) for labels in conflicts)
    kinds = {label for labels in conflicts for label in labels}
    print(len(conflicts), dict(sizes), len(kinds))
    assert len(conflicts) >= ENOUGH
    assert sum(count for size, count in sizes.items() if size > 2) > ENOUGH // 10, sizes
    assert len(kinds) > 35, sorted(kinds)


def _judge(seed: int) -> Judged:
    given = instance(Random(seed))
    answer = Known().decided(problem(asked(given)))
    if not isinstance(answer, Conflict):
        return Judged(())
    labels = answer.labels
    if by_trying.possible(given, labels):
        return Judged(labels, "can be met together")
    idle = [each for each in labels if not by_trying.possible(given, set(labels) - {each})]
    return Judged(labels, f"cannot be met without {idle} either" if idle else "")


# --- suggestions ----------------------------------------------------------------------------------------------


class Followed(NamedTuple):
    """Whether no layout was found for a spec, how many changes were suggested, and which do not work."""

    refused: bool
    suggestions: int = 0
    wrong: tuple[str, ...] = ()


def test_what_is_suggested_builds_and_gives_what_was_said() -> None:
    followed = on_all_processors(_follow, range(SPECS))
    assert not [(seed, each.wrong) for seed, each in enumerate(followed) if each.wrong]
    refused = [each for each in followed if each.refused]
    helped = sum(each.suggestions > 0 for each in refused)
    print(len(refused), helped, sum(each.suggestions for each in refused))
    assert len(refused) >= 1000 * SPECS // ALL_SPECS
    assert helped > 0.9 * len(refused)


def _follow(seed: int) -> Followed:
    value = request(Random(seed))
    result = compiled(value)
    errors = [each for each in result.diagnostics if each.severity == ERROR]
    assert bool(errors) == (result.plan is None), (seed, result.diagnostics)
    if len(errors) != 1:
        return Followed(refused=False)
    (found,) = errors  # with or without warnings beside it
    wrong = [_does_not_work(value, each) for each in found.suggestions]
    return Followed(bool(found.conflict), len(wrong), tuple(text for text in wrong if text))


def _does_not_work(value: dict[str, object], suggestion: Suggestion) -> str:
    """Return what is wrong with a spec in which the change is made as somebody would type it; empty: nothing."""
    for route, said in suggestion.changes:
        value = changed(value, route, said)
    again = compiled(value)
    if again.plan is None:
        return f"{suggestion.changes} is refused: {_messages(again.diagnostics)}"
    made = plan(again)
    said = (f"{made['mode']}: {made['nodes']} node", f"{made['ntasks']} rank")
    missing = [text for text in said if text not in suggestion.result]
    return f"{suggestion.changes} gives {missing}, not {suggestion.result}" if missing else ""


def _messages(found: list[Diagnostic]) -> list[str]:
    return [f"{each.code} {each.message}" for each in found]
