"""The solver against the obvious: every assignment tried, on small random problems."""

from __future__ import annotations

import os
from random import Random, SystemRandom
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("a", "b", "c", "d")
FIRST = SystemRandom().randrange(10**9) if os.environ.get("RELIONC_EXPLORE") == "1" else 0


def for_each_of(count: int, check: Callable[[Random], None]) -> None:
    """Check so many draws, always the same ones; the seed of one that fails is told.

    They are not Hypothesis's, which makes a tenth as many in the time: a fault of one direction of blame shows in one
    of some hundred problems.
    """
    for seed in range(FIRST, FIRST + count):
        try:
            check(Random(seed))
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def number(rng: Random) -> int:
    return rng.randrange(10**6)


def maybe(rng: Random) -> bool:
    return rng.random() < 0.5


def reading(scope: tuple[str, ...], call: Any) -> Any:
    """Make a measure of a function of the values of some variables, in their order."""
    return lambda it: call(*(getattr(it, name) for name in scope))


def scope_of(rng: Random, count: int) -> tuple[str, ...]:
    return tuple(rng.sample(NAMES[:count], rng.randint(1, min(3, count))))


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


def shape_of(rng: Random, count: int) -> dict[str, Any]:
    """The function of a constraint or objective, with all that is claimed of it."""
    seed, scope = number(rng), scope_of(rng, count)
    kind = rng.choice(["table", "sloped", "sloped", "repeating"])
    if kind == "table":
        return {"scope": scope, "call": table(seed, rng.randint(1, 6))}
    if kind == "repeating":
        period = rng.randint(1, 3)
        return {
            "scope": scope,
            "call": repeating(seed, scope, scope[-1], period),
            "period": {scope[-1]: period},
        }
    slopes = {name: rng.choice([-1, 1]) for name in scope if maybe(rng)}
    return {
        "scope": scope,
        "call": sloped(seed, scope, slopes, rng.randint(1, 3)),
        "rising": tuple(name for name, slope in slopes.items() if slope > 0),
        "falling": tuple(name for name, slope in slopes.items() if slope < 0),
    }


MOST = 24
"""More than any value of a variable: a span ends at 14, and has a few more up to 21."""


def floors(rng: Random, shape: dict[str, Any], call: Any, least: int) -> tuple[Any, ...]:
    """Perhaps a bound that a variable less gives: one that nothing is below, or the best that is possible."""
    scope = shape["scope"][:-1]
    if not scope or maybe(rng):
        return ()
    if maybe(rng):
        return (Floor(scope, lambda _: least, scope[:1]),)
    best = reading(scope, lambda *row: min(call(*row, value) for value in range(MOST)))
    return (Floor(scope, best),)


def constraint(rng: Random, label: str, count: int) -> Constraint:
    shape = shape_of(rng, count)
    high = rng.choice([0, 1, 2, 3, float("inf")])
    low = rng.choice([float("-inf"), float("-inf"), 0, 1])
    call = shape.pop("call")
    measure = reading(shape["scope"], call)
    return Constraint(
        label,
        measure=measure,
        low=low,
        high=high,
        floors=floors(rng, shape, call, -40),
        whole=maybe(rng),
        **shape,
    )


def objective(rng: Random, name: str, count: int) -> Objective:
    shape = shape_of(rng, count)
    shape.pop("period", None)
    call = shape.pop("call")
    cost = reading(shape["scope"], call)
    return Objective(name, cost=cost, least=-40, floors=floors(rng, shape, call, -39), **shape)


def distance(rng: Random, name: str, variable: Variable) -> Objective:
    """A cost that grows from the start of a span to both sides, in steps."""
    read, step = variable.reads or (), rng.randint(1, 3)

    def cost(it: Any) -> int:
        before = tuple(getattr(it, name) for name in read)
        return hash(before) % 2 + abs(getattr(it, variable.name) - variable.domain(it).start) // step

    return Objective(name, (*read, variable.name), cost, away=(variable.name,), least=0)


def problem_of(rng: Random) -> Problem:
    count = rng.randint(1, 4)
    least = 0 if rng.randrange(10) == 0 else 1
    variables = []
    for i in range(count):
        before, seed = NAMES[:i], number(rng)
        read = before if maybe(rng) else before[:1]
        spanned = i == count - 1 or maybe(rng)
        made = span(seed, read, last=i == count - 1) if spanned else domain(seed, read, rng.randint(least, 3))
        variables.append(Variable(NAMES[i], made, read))
    constraints = tuple(constraint(rng, f"c{i}", count) for i in range(rng.randint(0, 6)))
    zeros = SimpleNamespace(**dict.fromkeys(NAMES, 0))
    spans = [each for each in variables if isinstance(each.domain(zeros), Span)]
    objectives = tuple(
        distance(rng, f"o{i}", rng.choice(spans)) if rng.randrange(3) == 0 else objective(rng, f"o{i}", count)
        for i in range(rng.randint(0, 4))
    )
    return Problem(SimpleNamespace, tuple(variables), constraints, objectives)


def directed(rng: Random) -> Problem:
    """Spans alone, with limits that rise or fall along each of two or three of them: all blame has a direction."""
    names = NAMES[: rng.randint(2, 4)]
    starts = [rng.randint(0, 6) for _ in names]
    variables = tuple(
        Variable(name, lambda _, start=start: Span(0, 6, start), ())
        for name, start in zip(names, starts, strict=True)
    )
    constraints = []
    for i in range(rng.randint(1, 4)):
        scope = tuple(rng.sample(names, rng.randint(2, min(3, len(names)))))
        slopes = {name: rng.choice([-1, 1]) for name in scope}
        middle = rng.randint(-6, 12)
        low, high = rng.choice([(float("-inf"), middle), (middle, float("inf")), (middle, middle + 2)])
        rising, falling = (tuple(name for name in scope if slopes[name] == sign) for sign in (1, -1))
        measure = reading(scope, sloped(number(rng), scope, slopes, 1))
        constraints.append(Constraint(f"c{i}", scope, measure, low, high, rising=rising, falling=falling))
    objectives = tuple(distance(rng, f"o{i}", rng.choice(variables)) for i in range(rng.randint(0, 2)))
    return Problem(SimpleNamespace, variables, tuple(constraints), objectives)


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


def check_best(problem: Problem) -> None:
    possible = [row for row in assignments(problem) if meets(row, problem.constraints)]
    answer = solve(problem)
    if not possible:
        assert isinstance(answer, Conflict)
        return
    assert isinstance(answer, Solution)
    best = min(costs(row, problem) for row in possible)
    assert answer.costs == best == costs(vars(answer.choice), problem)
    assert vars(answer.choice) in possible


def test_the_answer_is_the_best_there_is():
    for_each_of(700, lambda rng: check_best(problem_of(rng)))


def test_the_answer_is_the_best_there_is_where_all_blame_has_a_direction():
    for_each_of(300, lambda rng: check_best(directed(rng)))


def check_conflict(problem: Problem) -> None:
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


def test_a_conflict_cannot_be_met_and_without_any_one_part_it_can():
    for_each_of(700, lambda rng: check_conflict(problem_of(rng)))


def how_far(each: Constraint, row: dict[str, Any]) -> float:
    value = of(each.measure, row)
    return max(0.0, value - each.high, each.low - value) / each.scale


def cores(problem: Problem) -> list[frozenset[str]]:
    """Sets of labels of which a search might say that they cannot be met: all, and all but one or two."""
    labels = [each.label for each in problem.constraints]
    return [frozenset(labels) - {one, other} for one in labels for other in labels] + [frozenset(labels)]


def cannot(problem: Problem, core: frozenset[str], rows: list[dict[str, Any]]) -> bool:
    named = [c for c in problem.constraints if c.label in core]
    return not any(meets(row, named) for row in rows)


def check_nearest(rng: Random) -> None:
    problem = problem_of(rng)
    rows = assignments(problem)
    bounded = [c for c in problem.constraints if (c.low, c.high) != (float("-inf"), float("inf"))]
    if not bounded:
        return
    dropped = rng.sample(bounded, rng.randint(1, min(2, len(bounded))))
    labels = tuple(c.label for c in dropped)
    found = nearest(
        problem, labels, [core for core in cores(problem) if maybe(rng) and cannot(problem, core, rows)]
    )
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


def test_nearest_breaks_the_dropped_constraints_as_little_as_possible():
    for_each_of(500, check_nearest)


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


def check_growing(rng: Random) -> None:
    problem, start = problem_of(rng), rng.randrange(9)
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


def test_costs_that_grow_from_the_start_change_no_answer():
    """A cost along the first variable, claimed and not claimed to grow away from the start of its span."""
    for_each_of(300, check_growing)


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


def check_ordered(rng: Random) -> None:
    problem, order = problem_of(rng), rng.sample([1, 2, 3, 4], 4)
    depth = rng.randrange(len(problem.variables))
    last, seed = problem.variables[-1].name, number(rng)
    mine = (
        Constraint("may", ("z",), reading(("z",), table(seed, 3))),
        Constraint("suits", ("z", last), reading(("z", last), table(seed + 1, 3)), high=1),
    )[: rng.randint(0, 2)]
    grows = Objective("grows", ("z",), lambda it: order.index(it.z) // 2, away=("z",))
    at = rng.randint(0, len(problem.objectives))
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


def test_an_ordered_sequence_is_left_early_and_nothing_is_lost():
    """A variable whose candidates come in the order of a cost; other things may look at it, or nothing."""
    for_each_of(400, check_ordered)


def ends(rng: Random) -> Problem:
    """Nothing but upper and lower limits of the last variable, each from some of the others."""
    names = ("a", "b", "c")
    variables = [Variable(name, lambda _: range(4), ()) for name in names]
    last = Variable("n", lambda _: Span(0, 12, 0), ())
    constraints = []
    for i in range(rng.randint(2, 6)):
        seed, upper = number(rng), maybe(rng)
        scope = (*sorted(rng.sample(names, rng.randint(0, 2))), "n")
        limit = table(seed, 13)
        above = lambda *row, limit=limit: row[-1] - limit(row[:-1])  # noqa: E731
        below = lambda *row, limit=limit: limit(row[:-1]) - row[-1]  # noqa: E731
        trend = {"rising": ("n",)} if upper else {"falling": ("n",)}
        constraints.append(Constraint(f"c{i}", scope, reading(scope, above if upper else below), **trend))
    wanted = tuple(
        Objective(f"o{i}", (name,), reading((name,), table(number(rng), 5)), least=0)
        for i, name in enumerate(rng.sample(names, rng.randint(0, 2)))
    )
    return Problem(SimpleNamespace, (*variables, last), tuple(constraints), wanted)


def check_ends(rng: Random) -> None:
    problem = ends(rng)
    possible = [costs(row, problem) for row in assignments(problem) if meets(row, problem.constraints)]
    answer = solve(problem)
    assert (answer.costs if isinstance(answer, Solution) else None) == min(possible, default=None)
    if isinstance(answer, Conflict):
        named = [each for each in problem.constraints if each.label in answer.labels]
        assert not any(meets(row, named) for row in assignments(problem))


def test_whoever_cuts_an_end_of_a_span_is_blamed():
    for_each_of(500, check_ends)
