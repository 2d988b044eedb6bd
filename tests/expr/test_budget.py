"""Expressions cannot take more time or memory than they are allowed, whatever they are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from relionc.expr import Budget, ExprError, Ref, TooMuchWorkError, interpolate
from relionc.expr.budget import MAX_WEIGHT, MAX_WORK, check_list, weight
from relionc.expr.functions import FUNCTIONS
from relionc.expr.refs import joined
from relionc.expr.tree import MAX_DEPTH, MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 2.0


@pytest.fixture(autouse=True)
def _in_time() -> Any:
    before = time.process_time()
    yield
    assert time.process_time() - before < SECONDS


def worked_out(expression: str, budget: Budget | None = None, **names: Any) -> Any:
    return interpolate(f"${{{{ {expression} }}}}", lambda parts: names[parts[0]], budget or Budget())


def again(run: Callable[[Budget, int], Any], budget: Budget | None = None) -> None:
    """Run something with one budget, more often than it can be enough for."""
    budget = budget or Budget()
    for number in range(MAX_WORK):
        run(budget, number)


def test_the_weight_of_a_value_counts_what_is_inside_lists() -> None:
    assert weight("abc") == 4
    assert weight((1, ("ab", True))) == 1 + 1 + 1 + 3 + 1
    assert weight(joined(["ab", Ref("HOME")])) == 1 + 3 + 1 + 5


def test_a_list_that_doubles_ends_before_it_is_large() -> None:
    value: Any = "x"
    while 2 * weight(value) <= MAX_WEIGHT:
        value = worked_out("[v, v]", v=value)
    assert weight(value) > MAX_WEIGHT / 4
    with pytest.raises(ExprError, match="the result is too long"):
        worked_out("[[v, v], [v, v]]", v=value)


@pytest.mark.parametrize("operation", ["v + v", "join(v, 'x')", "[v, v, v]"])
def test_every_way_to_double_ends(operation: str) -> None:
    def doubled(value: Any) -> Any:
        for _ in range(64):
            made = worked_out(operation, v=value)
            value = made if isinstance(made, tuple) else (made, made)
        return value

    with pytest.raises(ExprError, match="the result is too long"):
        doubled(("x", "y"))


def test_a_list_is_not_nested_without_end() -> None:
    value: Any = "x"
    for _ in range(MAX_DEPTH + 1):
        value = worked_out("[v]", v=value)
    check_list(value)
    with pytest.raises(ExprError, match=f"nested deeper than {MAX_DEPTH} levels"):
        worked_out("[v]", v=value)


def test_lists_that_share_their_items_are_compared_in_time() -> None:
    value, other = ("x",), ("x",)
    for _ in range(14):
        value, other = worked_out("[v, v]", v=value), worked_out("[v, v]", v=other)
    assert worked_out("v == w", v=value, w=other) is True


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a" * 60000, "b" + "a" * 30000),
        ("a" * 4_000_000, "a" * 2_000_000 + "b"),
        ("1" * 60000 + "x", "1"),
        ("1" * 3_000_000, "2" * 1_000_000),
        ("/" * 1_000_000, "/"),
        (" " * 1_000_000, " x"),
        ("0x" + "f" * 1_000_000, "f" * 2000),
        ("." * 60000, "," * 60000 + "."),
        ("job" * 20000, "job"),
        ("ΐ" * 60000, "ΐ"),
    ],
    ids=lambda text: f"{text[:2]}{len(text)}",
)
def test_no_function_takes_long(name: str, text: str, part: str) -> None:
    least, most = FUNCTIONS[name][1]
    for count in range(least, min(most, 3) + 1):
        for arguments in (
            ("t", "p", "p"),
            ("t", "p", "0"),
            ("[t]", "p", "t"),
            ("9", "t", "p"),
            ("t", "0", "9"),
        ):
            try:
                value = worked_out(f"{name}({', '.join(arguments[:count])})", t=text, p=part)
            except (ExprError, TooMuchWorkError):
                continue
            assert weight(value) <= MAX_WEIGHT + 1 or value == text


@pytest.mark.parametrize("operator", ["in", "not in", "==", "<", "+"])
def test_no_operator_takes_long(operator: str) -> None:
    with pytest.raises((ExprError, TooMuchWorkError)):
        again(lambda budget, _: worked_out(f"t {operator} p", budget, t="b" + "a" * 30000, p="a" * 60000))


def test_all_expressions_of_a_spec_have_one_budget() -> None:
    budget = Budget()
    with pytest.raises(TooMuchWorkError):
        again(lambda budget, number: worked_out(f"v + '{number}'", budget, v="x"), budget)
    with pytest.raises(TooMuchWorkError):
        worked_out("v", budget, v="x")


def test_texts_that_are_repeated_have_a_bound_too() -> None:
    made: list[int] = []
    with pytest.raises(TooMuchWorkError):
        again(lambda budget, _: made.append(len(interpolate("${{ v }}!", lambda _: "x" * 60000, budget))))
    assert 0 < sum(made) < 16 * MAX_WORK


def test_a_usual_spec_is_far_below_the_bound() -> None:
    budget = Budget()
    for number in range(2000):
        interpolate(f"${{{{ vars.folder }}}}/${{{{ 'run' + '{number}' }}}}.star", lambda _: "Class3D", budget)
    assert budget.left > MAX_WORK / 2


def test_the_count_does_not_depend_on_what_was_read_before() -> None:
    spent = []
    for _ in range(2):
        budget = Budget()
        worked_out("v + 'some text'", budget, v="x")
        worked_out("v + 'some text'", budget, v="x")
        spent.append(budget.left)
    assert spent[0] == spent[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${{ 1 }}" * 300_000, None),
        ("${{ " + "'a" * 500_000, "longer than"),
        ("${{ 'a" * 150_000, "no closing"),
        ('${{ "\\' * 200_000, None),
        ("${{ " + "}" * 1_000_000, "is empty"),
        ("${{ " + "(" * 4000 + " }}", "ends too early"),
        ("${{ " + "not " * 1000 + "true }}", "nested deeper"),
        ("${{ " + "[" * 2000 + "]" * 2000 + " }}", "nested deeper"),
    ],
    ids=range(8),
)
def test_a_long_scalar_is_split_in_time(text: str, message: str | None) -> None:
    with pytest.raises((ExprError, TooMuchWorkError), match=message):
        interpolate(text, lambda _: "x", Budget())


def test_an_expression_may_be_as_long_as_the_bound_and_no_longer() -> None:
    body = "'" + "x" * (MAX_LENGTH - 2) + "'"
    assert interpolate("${{" + body + "}}", lambda _: "", Budget()) == body[1:-1]
    with pytest.raises(ExprError, match="longer than"):
        interpolate("${{ " + body + "}}", lambda _: "", Budget())


def test_a_message_does_not_quote_a_whole_book() -> None:
    with pytest.raises(ExprError) as caught:
        worked_out("num(v)", v="x" * 60000)
    assert len(caught.value.message) < 200
