"""The solver against the obvious: every assignment tried, on small random problems."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.solve import Conflict, Constraint, Objective, Problem, Solution, Variable, nearest, solve

NAMES = ("a", "b", "c", "d")


@st.composite
def scopes(draw: st.DrawFn, count: int) -> tuple[str, ...]:
    indices = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=3))
    return tuple(NAMES[i] for i in draw(st.permutations(sorted(indices))))


def domain(seed: int, names: tuple[str, ...], width: int) -> Any:
    """A domain whose values depend on all the variables before it; it may be empty."""
    return lambda values: [(seed + i + sum(values[n] for n in names)) % 5 for i in range(width)]


def table(seed: int, size: int) -> Any:
    """A number from 0 to `size` - 1 for each row of arguments: any function of them at all."""
    return lambda *row: hash((seed, row)) % size


def is_zero(far: Any, *row: Any) -> bool:
    return far(*row) == 0


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    count = draw(st.integers(1, 4))
    numbers = st.integers(0, 10**6)
    widths = st.integers(0, 3) if draw(st.integers(0, 9)) == 0 else st.integers(1, 3)
    variables = tuple(
        Variable(NAMES[i], domain(draw(numbers), NAMES[:i], draw(widths))) for i in range(count)
    )
    constraints = []
    for i in range(draw(st.integers(0, 6))):
        far = table(draw(numbers), draw(st.integers(1, 6)))
        soft = far if draw(st.booleans()) else None
        constraints.append(Constraint(f"c{i}", draw(scopes(count)), partial(is_zero, far), soft))
    objectives = tuple(
        Objective(f"o{i}", draw(scopes(count)), table(draw(numbers), 3))
        for i in range(draw(st.integers(0, 4)))
    )
    return Problem(variables, tuple(constraints), objectives)


def assignments(problem: Problem) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{}]
    for variable in problem.variables:
        rows = [{**row, variable.name: value} for row in rows for value in variable.domain(row)]
    return rows


def of(call: Any, scope: tuple[str, ...], row: dict[str, Any]) -> Any:
    return call(*(row[name] for name in scope))


def meets(row: dict[str, Any], constraints: Any) -> bool:
    return all(of(c.holds, c.scope, row) for c in constraints)


def costs(row: dict[str, Any], problem: Problem) -> tuple[float, ...]:
    return tuple(of(o.cost, o.scope, row) for o in problem.objectives)


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
    assert answer.costs == best == costs(dict(answer.values), problem)
    assert dict(answer.values) in possible
    assert answer.values == next(row for row in possible if costs(row, problem) == best), "ties: the first"


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


@settings(deadline=None, max_examples=300)
@given(problems())
def test_nearest_breaks_the_dropped_constraint_as_little_as_possible(problem):
    rows = assignments(problem)
    for dropped in problem.constraints:
        found = nearest(problem, dropped.label)
        rest = [c for c in problem.constraints if c is not dropped]
        possible = [row for row in rows if meets(row, rest)]
        if dropped.soft_distance is None or not possible:
            assert found is None
            continue
        wanted = min(
            (of(dropped.soft_distance, dropped.scope, row), *costs(row, problem)) for row in possible
        )
        assert found is not None
        assert found.costs == wanted
        assert meets(dict(found.values), rest)


def test_a_problem_without_any_assignment_has_a_conflict_without_labels():
    empty = Problem((Variable("a", lambda _: ()),), (Constraint("c", ("a",), bool),))
    assert solve(empty) == Conflict(())


def test_one_conflict_of_several_is_named_whole():
    """Two independent contradictions: the conflict is one of them, not their union."""
    values = Variable("a", lambda _: range(4)), Variable("b", lambda _: range(4))
    wishes = [
        Constraint("a<1", ("a",), lambda a: a < 1),
        Constraint("a>2", ("a",), lambda a: a > 2),
        Constraint("b<1", ("b",), lambda b: b < 1),
        Constraint("b>2", ("b",), lambda b: b > 2),
    ]
    answer = solve(Problem(values, tuple(wishes)))
    assert isinstance(answer, Conflict)
    assert set(answer.labels) in ({"a<1", "a>2"}, {"b<1", "b>2"})
