"""What requirements and preferences claim of themselves is so: the search leaves out values that it need not try."""

from __future__ import annotations

from collections import Counter
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from comparing import on_all_processors
from instances import asked, instance

from relionc.plan.problem import problem
from relionc.solve import Constraint, Floor, Refutation, Span, search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.plan.choice import Choice
    from relionc.solve import Objective, Problem

SITES = 1500
CHOICES = 12
"""For each of them."""
TOLERANCE = 1e-9


class Looked(NamedTuple):
    """What was found wrong, and how often each claim (name, kind, variable) was put to the test where it matters."""

    wrong: tuple[str, ...]
    tested: Counter[tuple[str, str, str]]


def test_measures_rise_and_fall_as_they_claim() -> None:
    looked = on_all_processors(_look, range(SITES))
    assert not [(seed, each.wrong) for seed, each in enumerate(looked) if each.wrong]
    tested: Counter[tuple[str, str, str]] = sum((each.tested for each in looked), Counter())
    kinds = Counter(kind for _, kind, _ in tested)
    assert all(
        kinds[kind] for kind in ("rising", "falling", "away", "floor", "period", "level", "vain", "whole")
    ), kinds
    assert len(tested) > 60, sorted(tested)


def _look(seed: int) -> Looked:
    draw = Random(seed)
    whole = problem(asked(instance(draw)))
    wrong: list[str] = []
    tested: Counter[tuple[str, str, str]] = Counter()
    for _ in range(CHOICES):
        choice = _drawn(draw, whole)
        if choice is None:
            continue
        values, spans = choice
        for each in (*whole.constraints, *whole.objectives):
            for claim, before, after in _claims(whole, each, values, spans):
                tested[claim] += before != after or claim[1] in ("period", "level", "vain", "whole")
                if any(a > b + TOLERANCE for a, b in _beyond(each, before, after)):
                    wrong.append(f"{claim}: {before} > {after} at {_plain(values)}")
    return Looked(tuple(wrong), +tested)


def _drawn(draw: Random, whole: Problem[Choice]) -> tuple[dict[str, Any], dict[str, Span]] | None:
    """Draw a value for each variable, near the start of its span or not; return the spans, too."""
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    for variable in whole.variables:
        domain = variable.domain(_choice_of(whole, values))
        if isinstance(domain, Span):
            spans[variable.name] = domain
            near = range(max(domain.low, domain.start - 2), min(domain.high, domain.start + 2) + 1)
            values[variable.name] = draw.choice(draw.choice([near, range(domain.low, domain.high + 1)]))
        elif listed := list(domain):
            values[variable.name] = draw.choice(listed)
        else:
            return None
    return values, spans


def _claims(
    whole: Problem[Choice],
    each: Constraint[Choice] | Objective[Choice],
    values: dict[str, Any],
    spans: dict[str, Span],
) -> Iterator[tuple[tuple[str, str, str], float, float]]:
    """Yield each claim, and two numbers of which the first must not be larger."""
    name = each.label if isinstance(each, Constraint) else each.name
    call = each.measure if isinstance(each, Constraint) else each.cost
    exact = Floor(each.scope, call, each.rising, each.falling)
    here = _at(whole, exact, values)
    for judged in (exact, *each.floors):
        of = "" if judged is exact else " of a floor"
        yield from (((name, kind + of, v), a, b) for kind, v, a, b in _slopes(whole, judged, values, spans))
    for floor in each.floors:
        yield (name, "floor", ""), _at(whole, floor, values), here
    if isinstance(each, Constraint):
        if each.whole:
            for number in (here, each.low, each.high):
                yield (name, "whole", ""), number % 1 if abs(number) < inf else 0, 0
        for variable, start in each.level.items():
            if values[variable] >= start(_choice_of(whole, values)) and values[variable] + 1 in _range(
                spans[variable]
            ):
                there = _at(whole, exact, {**values, variable: values[variable] + 1})
                yield (name, "level", variable), here, there
                yield (name, "level", variable), there, here
        yield from (((name, "vain", v), 1, still) for v, still in _more_in_vain(whole, each, values, spans))
        for variable, period in each.period.items():
            if values[variable] + period in _range(spans[variable]):
                there = _at(whole, exact, {**values, variable: values[variable] + period})
                yield (name, "period", variable), here, there
                yield (name, "period", variable), there, here
    else:
        for variable in set(each.away) & set(spans):
            start, value = spans[variable].start, values[variable]
            farther = value + (1 if value >= start else -1)
            if farther in _range(spans[variable]):
                yield (name, "away", variable), here, _at(whole, exact, {**values, variable: farther})


def _more_in_vain(
    whole: Problem[Choice], each: Constraint[Choice], values: dict[str, Any], spans: dict[str, Span]
) -> Iterator[tuple[str, float]]:
    """Yield, where more of a variable is said to be in vain, whether a constraint is broken with it (1, else 0)."""
    exact = Floor(each.scope, each.measure, vain=each.vain)
    for judged in (exact, *each.floors):
        for variable, holds in judged.vain.items():
            if _at(whole, judged, values) > each.high and holds(_choice_of(whole, values)):
                for more in range(values[variable] + 1, _range(spans[variable]).stop):
                    yield variable, float(_at(whole, judged, {**values, variable: more}) > each.high)


def _beyond(each: Constraint[Choice] | Objective[Choice], *numbers: float) -> Iterator[tuple[float, ...]]:
    """Yield numbers as they count: of a constraint, how far they are beyond its limits."""
    if isinstance(each, Constraint):
        yield tuple(max(number, each.high) for number in numbers)
        yield tuple(min(number, each.low) for number in numbers)
    else:
        yield numbers


def _slopes(
    whole: Problem[Choice], judged: Floor[Choice], values: dict[str, Any], spans: dict[str, Span]
) -> Iterator[tuple[str, str, float, float]]:
    """Yield how a measure changes along the variables of spans of which something is claimed."""
    can_rise = {name for name, span in spans.items() if values[name] + 1 in _range(span)}
    for variable in set(judged.rising) & can_rise:
        yield "rising", variable, *_step(whole, judged, values, variable)
    for variable in set(judged.falling) & can_rise:
        yield "falling", variable, *reversed(_step(whole, judged, values, variable))


def _range(span: Span) -> range:
    return range(span.low, span.high + 1)


def _step(
    whole: Problem[Choice], judged: Floor[Choice], values: dict[str, Any], variable: str
) -> tuple[float, float]:
    return _at(whole, judged, values), _at(whole, judged, {**values, variable: values[variable] + 1})


def _at(whole: Problem[Choice], judged: Floor[Choice], values: dict[str, Any]) -> float:
    return judged.measure(_choice_of(whole, values))


def _choice_of(whole: Problem[Choice], values: dict[str, Any]) -> Choice:
    choice = whole.blank()
    for name, value in values.items():
        setattr(choice, name, value)
    return choice


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "order", value) for name, value in values.items()}


# --- what is told of costs ------------------------------------------------------------------------------------


class Told(NamedTuple):
    """The requirements that might be broken, whether bounds of costs were told then, and what is wrong with them."""

    labels: tuple[str, ...]
    told: bool
    broken: bool
    wrong: str


def test_costs_are_no_less_than_is_told_where_requirements_may_be_broken() -> None:
    """A search that is told of them finds what one finds that is not."""
    found = on_all_processors(_loosened, range(SITES))
    assert not [(seed, each) for seed, each in enumerate(found) if each.wrong]
    of_rules = Counter(label for each in found if each.told and each.broken for label in each.labels)
    assert min(of_rules["need:serial"], of_rules["need:single_gpu"]) > 8, of_rules
    assert sum(label.startswith(("need:", "site:")) for label in of_rules) > 8, of_rules


def _loosened(seed: int) -> Told:
    draw = Random(seed)
    given = instance(draw)
    if seed % 2:
        _ask_for_more_than_one(draw, given["demand"])
    whole = problem(asked(given))
    known = sorted({each.label for each in whole.constraints})
    drawn = {*draw.sample(known, min(len(known), draw.choice([1, 1, 2, 3])))}
    labels = tuple(sorted(drawn | {"need:serial", "need:single_gpu"}.intersection(known)))
    question = whole.without(labels)
    told = bool(question.outlook and question.outlook(question.loosened))
    with_bounds, without = search(question), search(question._replace(outlook=None))
    if isinstance(with_bounds, Refutation) or isinstance(without, Refutation):
        same = isinstance(with_bounds, Refutation) and isinstance(without, Refutation)
        return Told(labels, told, broken=False, wrong="" if same else "one of them finds a layout")
    broken = any(
        not each.low <= each.measure(without.choice) <= each.high
        for each in whole.constraints
        if each.label in labels
    )
    wrong = "" if with_bounds.costs == without.costs else f"{with_bounds.costs} != {without.costs}"
    return Told(labels, told, broken, wrong)


def _ask_for_more_than_one(draw: Random, demand: dict[str, Any]) -> None:
    """Make a demand one of a process alone, or with use for one GPU, for which somebody asks for several."""
    demand["serial"] = draw.random() < 0.6
    demand["leader"] &= not demand["serial"]
    demand["single_gpu"] = draw.random() < 0.6
    if demand["gpu"]:
        demand["pins"]["gpus"] = draw.choice([2, 3, 4, 6, 8])
    elif draw.random() < 0.5:
        demand["pins"]["ntasks"] = draw.randint(2, 9)
