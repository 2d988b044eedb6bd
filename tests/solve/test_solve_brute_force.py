"""The solver against the obvious: every assignment tried, on small random problems."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.solve import (
    Conflict,
    Constraint,
    Floor,
    Objective,
    Problem,
    Refutation,
    Solution,
    Span,
    Variable,
    nearest,
    solve,
)

NAMES = ("a", "b", "c", "d")


def reading(scope: tuple[str, ...], call: Any) -> Any:
    """Make a measure of a function of the values of some variables, in their order."""
    return lambda it: call(*(getattr(it, name) for name in scope))


@st.composite
def scopes(draw: st.DrawFn, count: int) -> tuple[str, ...]:
    indices = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=3))
    return tuple(NAMES[i] for i in draw(st.permutations(sorted(indices))))


def domain(seed: int, names: tuple[str, ...], width: int) -> Any:
    """A domain whose values depend on all the variables before it; it may be empty."""
    return lambda it: [(seed + i + sum(getattr(it, n) for n in names)) % 5 for i in range(width)]


def table(seed: int, size: int) -> Any:
    """A number from 0 to `size` - 1 for each row of arguments: any function of them at all."""
    return lambda *row: hash((seed, row)) % size


def span(seed: int, names: tuple[str, ...], *, last: bool) -> Any:
    """Some whole numbers in a row; which ones depends on the variables before."""

    def domain(it: Any) -> Span:
        low = (seed + sum(getattr(it, n) for n in names)) % 4
        high = low + seed % 12
        more = () if last or seed % 3 else (high + 2, high + 7)
        return Span(low, high, low + seed % (high - low + 1), more)

    return domain


def sloped(seed: int, scope: tuple[str, ...], slopes: dict[str, int], step: int) -> Any:
    """A number that rises or falls in steps along some variables, and jumps about along the others."""

    def measure(*row: int) -> int:
        along = sum(
            slopes[name] * (value // step) for name, value in zip(scope, row, strict=True) if name in slopes
        )
        rest = tuple(value for name, value in zip(scope, row, strict=True) if name not in slopes)
        return along + hash((seed, rest)) % 4

    return measure


def repeating(seed: int, scope: tuple[str, ...], name: str, period: int) -> Any:
    """A number that repeats along one variable."""
    return lambda *row: (
        hash((seed, *(v % period if n == name else v for n, v in zip(scope, row, strict=True)))) % 3
    )


@st.composite
def shapes(draw: st.DrawFn, count: int) -> dict[str, Any]:
    """The function of a constraint or objective, with all that is claimed of it."""
    seed, scope = draw(st.integers(0, 10**6)), draw(scopes(count))
    kind = draw(st.sampled_from(["table", "sloped", "sloped", "repeating"]))
    if kind == "table":
        return {"scope": scope, "call": table(seed, draw(st.integers(1, 6)))}
    if kind == "repeating":
        period = draw(st.integers(1, 3))
        return {
            "scope": scope,
            "call": repeating(seed, scope, scope[-1], period),
            "period": {scope[-1]: period},
        }
    slopes = {name: draw(st.sampled_from([-1, 1])) for name in scope if draw(st.booleans())}
    return {
        "scope": scope,
        "call": sloped(seed, scope, slopes, draw(st.integers(1, 3))),
        "rising": tuple(name for name, slope in slopes.items() if slope > 0),
        "falling": tuple(name for name, slope in slopes.items() if slope < 0),
    }


MOST = 24
"""More than any value of a variable: a span ends at 14, and has a few more up to 21."""


def floors(draw: st.DrawFn, shape: dict[str, Any], call: Any, least: int) -> tuple[Any, ...]:
    """Perhaps a bound that a variable less gives: one that nothing is below, or the best that is possible."""
    scope = shape["scope"][:-1]
    if not scope or draw(st.booleans()):
        return ()
    if draw(st.booleans()):
        return (Floor(scope, lambda _: least, scope[:1]),)
    best = reading(scope, lambda *row: min(call(*row, value) for value in range(MOST)))
    return (Floor(scope, best),)


@st.composite
def constraint(draw: st.DrawFn, label: str, count: int) -> Constraint:
    shape = draw(shapes(count))
    high = draw(st.sampled_from([0, 1, 2, 3, float("inf")]))
    low = draw(st.sampled_from([float("-inf"), float("-inf"), 0, 1]))
    call = shape.pop("call")
    measure = reading(shape["scope"], call)
    return Constraint(
        label, measure=measure, low=low, high=high, floors=floors(draw, shape, call, -40), **shape
    )


@st.composite
def objective(draw: st.DrawFn, name: str, count: int) -> Objective:
    shape = draw(shapes(count))
    shape.pop("period", None)
    call = shape.pop("call")
    cost = reading(shape["scope"], call)
    return Objective(name, cost=cost, least=-40, floors=floors(draw, shape, call, -39), **shape)


@st.composite
def distance(draw: st.DrawFn, name: str, variable: Variable) -> Objective:
    """A cost that grows from the start of a span to both sides, in steps."""
    read, step = variable.reads or (), draw(st.integers(1, 3))

    def cost(it: Any) -> int:
        before = tuple(getattr(it, name) for name in read)
        return hash(before) % 2 + abs(getattr(it, variable.name) - variable.domain(it).start) // step

    return Objective(name, (*read, variable.name), cost, away=(variable.name,), least=0)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    count = draw(st.integers(1, 4))
    numbers = st.integers(0, 10**6)
    widths = st.integers(0, 3) if draw(st.integers(0, 9)) == 0 else st.integers(1, 3)
    variables = []
    for i in range(count):
        spanned = draw(st.booleans()) or i == count - 1
        before, seed = NAMES[:i], draw(numbers)
        read = before if draw(st.booleans()) else before[:1]
        made = span(seed, read, last=i == count - 1) if spanned else domain(seed, read, draw(widths))
        variables.append(Variable(NAMES[i], made, read))
    constraints = tuple(draw(constraint(f"c{i}", count)) for i in range(draw(st.integers(0, 6))))
    zeros = SimpleNamespace(**dict.fromkeys(NAMES, 0))
    spans = [each for each in variables if isinstance(each.domain(zeros), Span)]
    objectives = tuple(
        draw(distance(f"o{i}", draw(st.sampled_from(spans))))
        if draw(st.integers(0, 2)) == 0
        else draw(objective(f"o{i}", count))
        for i in range(draw(st.integers(0, 4)))
    )
    return Problem(SimpleNamespace, tuple(variables), constraints, objectives)


def assignments(problem: Problem) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{}]
    for variable in problem.variables:
        rows = [
            {**row, variable.name: value}
            for row in rows
            for value in listed(variable.domain(SimpleNamespace(**row)))
        ]
    return rows


def listed(domain: Any) -> Any:
    return [*range(domain.low, domain.high + 1), *domain.more] if isinstance(domain, Span) else domain


def of(measure: Any, row: dict[str, Any]) -> Any:
    return measure(SimpleNamespace(**row))


def meets(row: dict[str, Any], constraints: Any) -> bool:
    return all(c.low <= of(c.measure, row) <= c.high for c in constraints)


def costs(row: dict[str, Any], problem: Problem) -> tuple[float, ...]:
    return tuple(of(o.cost, row) for o in problem.objectives)


@settings(deadline=None, max_examples=300)
@given(problems())
def test_the_answer_is_the_best_there_is(problem):
    possible = [row for row in assignments(problem) if meets(row, problem.constraints)]
    answer = solve(problem)
    if not possible:
        assert isinstance(answer, Conflict)
        return
    assert isinstance(answer, Solution)
    best = min(costs(row, problem) for row in possible)
    assert answer.costs == best == costs(vars(answer.choice), problem)
    assert vars(answer.choice) in possible


@settings(deadline=None, max_examples=300)
@given(problems())
def test_a_conflict_cannot_be_met_and_without_any_one_part_it_can(problem):
    answer = solve(problem)
    if not isinstance(answer, Conflict):
        return
    rows = assignments(problem)
    named = [c for c in problem.constraints if c.label in answer.labels]
    assert len(named) == len(answer.labels)
    assert not any(meets(row, named) for row in rows)
    for left_out in named:
        rest = [c for c in named if c is not left_out]
        assert any(meets(row, rest) for row in rows), f"{left_out.label} does not belong to the conflict"


def how_far(each: Constraint, row: dict[str, Any]) -> float:
    value = of(each.measure, row)
    return max(0.0, value - each.high, each.low - value) / each.scale


@settings(deadline=None, max_examples=300)
@given(problems(), st.data())
def test_nearest_breaks_the_dropped_constraints_as_little_as_possible(problem, data):
    rows = assignments(problem)
    bounded = [c for c in problem.constraints if (c.low, c.high) != (float("-inf"), float("inf"))]
    if not bounded:
        return
    dropped = data.draw(
        st.lists(st.sampled_from(bounded), min_size=1, max_size=2, unique_by=lambda c: c.label)
    )
    labels = tuple(c.label for c in dropped)
    found = nearest(problem, labels)
    rest = [c for c in problem.constraints if c.label not in labels]
    possible = [row for row in rows if meets(row, rest)]
    if not possible:
        assert isinstance(found, Refutation)
        left = [c for c in rest if c.label in found.core]
        assert not any(meets(row, left) for row in rows)
        return
    wanted = min((*(how_far(c, row) for c in dropped), *costs(row, problem)) for row in possible)
    assert not isinstance(found, Refutation)
    assert found.solution.costs == wanted
    assert found.distances == wanted[: len(labels)]
    assert meets(vars(found.solution.choice), rest)


def test_a_problem_without_any_assignment_has_a_conflict_without_labels():
    empty = Problem(SimpleNamespace, (Variable("a", lambda _: ()),), (Constraint("c", ("a",), lambda _: 0),))
    assert solve(empty) == Conflict(())


def test_one_conflict_of_several_is_named_whole():
    """Two independent contradictions: the conflict is one of them, not their union."""
    values = Variable("a", lambda _: range(4)), Variable("b", lambda _: range(4))
    wishes = [
        Constraint("a<1", ("a",), lambda it: it.a, high=0),
        Constraint("a>2", ("a",), lambda it: it.a, low=3, high=9),
        Constraint("b<1", ("b",), lambda it: it.b, high=0),
        Constraint("b>2", ("b",), lambda it: it.b, low=3, high=9),
    ]
    answer = solve(Problem(SimpleNamespace, values, tuple(wishes)))
    assert isinstance(answer, Conflict)
    assert set(answer.labels) in ({"a<1", "a>2"}, {"b<1", "b>2"})


class Watcher:
    """A reporter that counts."""

    def __init__(self) -> None:
        self.visits = self.cuts = self.jumps = self.finds = 0

    def visited(self, *_: Any) -> None:
        self.visits += 1

    def cut(self, *_: Any) -> None:
        self.cuts += 1

    def jumped(self, *_: Any) -> None:
        self.jumps += 1

    def broken(self, *_: Any) -> None:
        pass

    def found(self, *_: Any) -> None:
        self.finds += 1

    def resumed(self, *_: Any) -> None:
        pass


def test_a_million_numbers_are_not_tried_one_by_one():
    """Between two bounds that rise and fall, with an odd sum, and a cost: a handful of them is looked at."""
    calls = []

    def twice(it: Any) -> int:
        calls.append(it.n)
        return it.a * it.n

    problem = Problem(
        SimpleNamespace,
        (Variable("a", lambda _: (2, 3)), Variable("n", lambda _: Span(1, 10**6, 1), ())),
        (
            Constraint("enough", ("a", "n"), twice, low=600_000, high=float("inf"), rising=("n",)),
            Constraint("odd", ("a", "n"), lambda it: (it.a * it.n + 1) % 2, period={"n": 2}),
        ),
        (Objective("few", ("n",), lambda it: it.n, rising=("n",)),),
    )
    watcher = Watcher()
    answer = solve(problem, watcher)
    assert isinstance(answer, Solution)
    assert vars(answer.choice) == {"a": 3, "n": 200_001}
    assert len(calls) < 100
    assert watcher.visits < 10
    assert watcher.finds


def test_a_side_is_left_once_it_cannot_win():
    """The cost grows to both sides of the start: three of a thousand values are looked at."""
    watcher = Watcher()
    problem = Problem(
        SimpleNamespace,
        (Variable("a", lambda _: Span(1, 1000, 500)), Variable("b", lambda _: (1, 2), ())),
        (),
        (Objective("near", ("a",), lambda it: abs(it.a - 500), away=("a",)),),
    )
    answer = solve(problem, watcher)
    assert isinstance(answer, Solution)
    assert answer.choice.a == 500
    assert watcher.visits <= 6


@settings(deadline=None, max_examples=100)
@given(problems(), st.integers(0, 10**6))
def test_costs_that_grow_from_the_start_change_no_answer(problem, seed):
    """A cost along the first variable, claimed and not claimed to grow away from the start of its span."""
    start = seed % 9
    first = problem.variables[0]._replace(domain=lambda _: Span(0, 8, start))
    grows = Objective("grows", ("a",), lambda it: abs(it.a - start) // 2, away=("a",))
    asked = problem._replace(
        variables=(first, *problem.variables[1:]), objectives=(grows, *problem.objectives)
    )
    plain = asked._replace(objectives=(grows._replace(away=()), *problem.objectives))
    one, other = solve(asked), solve(plain)
    assert type(one) is type(other)
    if isinstance(one, Solution) and isinstance(other, Solution):
        assert one.costs == other.costs


def test_what_is_not_to_blame_is_not_tried_again():
    """b has no value that c could live with, whatever a is; and c does not care for b."""
    watcher = Watcher()
    problem = Problem(
        SimpleNamespace,
        (
            Variable("a", lambda _: range(100), ()),
            Variable("b", lambda _: range(100), ()),
            Variable("c", lambda _: range(3), ()),
        ),
        (Constraint("never", ("c",), lambda _: 1),),
    )
    assert solve(problem, watcher) == Conflict(("never",))
    assert watcher.visits <= 5
    assert watcher.jumps


def test_the_reason_of_a_long_search_is_short():
    """Only what a refutation needed is looked at again: bystanders cost nothing."""
    bystanders = [Constraint(f"fine{i}", ("a",), lambda _: 0) for i in range(50)]
    problem = Problem(
        SimpleNamespace,
        (Variable("a", lambda _: Span(1, 1000, 1)),),
        (
            *bystanders,
            Constraint("small", ("a",), lambda it: it.a, high=5, rising=("a",)),
            Constraint("large", ("a",), lambda it: it.a, low=6, high=float("inf"), rising=("a",)),
        ),
    )
    answer = solve(problem)
    assert isinstance(answer, Conflict)
    assert set(answer.labels) == {"small", "large"}


@settings(deadline=None, max_examples=300)
@given(problems(), st.data())
def test_an_ordered_sequence_is_left_early_and_nothing_is_lost(problem, data):
    """A variable whose candidates come in the order of a cost; other things may look at it, or nothing."""
    order = data.draw(st.permutations([1, 2, 3, 4]))
    depth = data.draw(st.integers(0, len(problem.variables) - 1))
    last, seed = problem.variables[-1].name, data.draw(st.integers(0, 10**6))
    mine = (
        Constraint("may", ("z",), reading(("z",), table(seed, 3))),
        Constraint("suits", ("z", last), reading(("z", last), table(seed + 1, 3)), high=1),
    )[: data.draw(st.integers(0, 2))]
    grows = Objective("grows", ("z",), lambda it: order.index(it.z) // 2, away=("z",))
    at = data.draw(st.integers(0, len(problem.objectives)))
    variables = (*problem.variables[:depth], Variable("z", lambda _: order, ()), *problem.variables[depth:])
    asked = Problem(
        SimpleNamespace,
        variables,
        (*problem.constraints, *mine),
        (*problem.objectives[:at], grows, *problem.objectives[at:]),
    )
    possible = [costs(row, asked) for row in assignments(asked) if meets(row, asked.constraints)]
    answer = solve(asked)
    assert (answer.costs if isinstance(answer, Solution) else None) == min(possible, default=None)


@st.composite
def ends(draw: st.DrawFn) -> Problem:
    """Nothing but upper and lower limits of the last variable, each from some of the others."""
    names = ("a", "b", "c")
    variables = [Variable(name, lambda _: range(4), ()) for name in names]
    last = Variable("n", lambda _: Span(0, 12, 0), ())
    constraints = []
    for i in range(draw(st.integers(2, 6))):
        seed, upper = draw(st.integers(0, 10**6)), draw(st.booleans())
        scope = (*sorted(draw(st.sets(st.sampled_from(names), max_size=2))), "n")
        limit = table(seed, 13)
        above = lambda *row, limit=limit: row[-1] - limit(row[:-1])  # noqa: E731
        below = lambda *row, limit=limit: limit(row[:-1]) - row[-1]  # noqa: E731
        trend = {"rising": ("n",)} if upper else {"falling": ("n",)}
        constraints.append(Constraint(f"c{i}", scope, reading(scope, above if upper else below), **trend))
    wanted = tuple(
        Objective(f"o{i}", (name,), reading((name,), table(draw(st.integers(0, 10**6)), 5)), least=0)
        for i, name in enumerate(draw(st.permutations(names))[: draw(st.integers(0, 2))])
    )
    return Problem(SimpleNamespace, (*variables, last), tuple(constraints), wanted)


@settings(deadline=None, max_examples=400)
@given(ends())
def test_whoever_cuts_an_end_of_a_span_is_blamed(problem):
    possible = [costs(row, problem) for row in assignments(problem) if meets(row, problem.constraints)]
    answer = solve(problem)
    assert (answer.costs if isinstance(answer, Solution) else None) == min(possible, default=None)
    if isinstance(answer, Conflict):
        named = [each for each in problem.constraints if each.label in answer.labels]
        assert not any(meets(row, named) for row in assignments(problem))
