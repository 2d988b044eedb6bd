"""Properties of the expression language over generated expressions and arbitrary text."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from relionc.expr import Budget, Expr, ExprError, evaluate, interpolate, parse, references, show
from relionc.expr.tree import children

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = {("n",): 4, ("x", "y"): 0.5, ("t",): "text", ("on",): True}

_CONSTANTS = st.one_of(
    st.integers(0, 999), st.sampled_from([0.5, 2.25, 1e3]), st.text("ab '\"\\\n{}", max_size=4), st.booleans()
)
_LEAVES = st.one_of(
    _CONSTANTS.map(lambda value: ("const", value)),
    st.sampled_from(sorted(NAMES)).map(lambda name: ("name", 0, name)),
)
_BINARY = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in"]


def _nodes(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.tuples(st.just("unary"), st.just(0), st.sampled_from(["not", "-", "+"]), inner),
        st.tuples(st.just("binary"), st.just(0), st.sampled_from(_BINARY), inner, inner),
        st.tuples(st.sampled_from(["and", "or"]), st.just(0), inner, inner),
        st.tuples(st.just("if"), st.just(0), inner, inner, inner),
        st.tuples(st.just("list"), st.just(0), st.lists(inner, max_size=3).map(tuple)),
        st.tuples(st.just("call"), st.just(0), st.just("len"), st.tuples(inner)),
    )


TREES = st.recursive(_LEAVES, _nodes, max_leaves=12)


def without_offsets(tree: Expr) -> Any:
    inner = tuple(map(without_offsets, children(tree)))
    label = (
        tree[1] if tree[0] == "const" else tree[2] if tree[0] in ("name", "unary", "binary", "call") else None
    )
    return (tree[0], type(label).__name__, label, inner)


class WrongError(Exception):
    """The reference refuses."""


def kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def reference(tree: Expr) -> Any:  # noqa: PLR0911 - one return for each kind of node
    """Return what an expression should give, by Python's own operators behind explicit checks of kinds."""
    match tree:
        case ("const", value):
            return value
        case ("name", _, name):
            return NAMES[name]
        case ("list", _, items):
            return tuple(map(reference, items))
        case ("call", _, "len", (item,)):
            return len(need(reference(item), "str", "tuple"))
        case ("unary", _, "not", item):
            return not need(reference(item), "bool")
        case ("unary", _, sign, item):
            number = need(reference(item), "number")
            return -number if sign == "-" else number
        case ("and", _, left, right):
            return need(reference(left), "bool") and need(reference(right), "bool")
        case ("or", _, left, right):
            return need(reference(left), "bool") or need(reference(right), "bool")
        case ("if", _, condition, then, otherwise):
            return reference(then if need(reference(condition), "bool") else otherwise)
    return binary(tree[2], reference(tree[3]), reference(tree[4]))


def need(value: Any, *kinds: str) -> Any:
    if kind(value) not in kinds:
        raise WrongError
    return value


OPERATORS: dict[str, Any] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def same(left: Any, right: Any) -> bool:
    return kind(left) == kind(right) and left == right


def binary(symbol: str, left: Any, right: Any) -> Any:
    if symbol in ("==", "!="):
        return same(left, right) == (symbol == "==")
    if symbol in ("in", "not in"):
        if isinstance(right, tuple):
            found = any(same(left, item) for item in right)
        else:
            found = need(left, "str") in need(right, "str")
        return found == (symbol == "in")
    allowed = {"+": ("number", "str", "tuple")}.get(
        symbol, ("number", "str") if symbol[0] in "<>" else ("number",)
    )
    if kind(left) != kind(right) or kind(left) not in allowed:
        raise WrongError
    try:
        result = OPERATORS[symbol](left, right)
    except ZeroDivisionError:
        raise WrongError from None
    if kind(result) == "number" and abs(result) >= 2**63:
        raise WrongError
    return result


@given(TREES)
def test_the_evaluator_agrees_with_a_reference(tree: Expr) -> None:
    try:
        expected = reference(tree)
    except WrongError:
        expected = WrongError
    try:
        found = evaluate(tree, NAMES.__getitem__)
    except ExprError:
        found = WrongError
    assert found == expected
    assert kind(found) == kind(expected)


@given(TREES)
def test_what_is_shown_parses_to_the_same_tree(tree: Expr) -> None:
    again = parse(show(tree))
    assert without_offsets(again) == without_offsets(tree)
    assert references(again) == references(tree)


def offset_of_mistake(run: Callable[[], object]) -> int:
    """Return where an ExprError points, 0 if there is none; any other error is the test's failure."""
    try:
        run()
    except ExprError as error:
        return error.offset
    return 0


@given(st.one_of(st.text(max_size=60), st.text("1+ -*/()[],.'\"aif else not in and or<>=!", max_size=60)))
def test_any_text_gives_a_value_or_an_expression_error(text: str) -> None:
    assert 0 <= offset_of_mistake(lambda: evaluate(parse(text), NAMES.__getitem__)) <= len(text)


@given(st.text("${}'\" ntx.y\\+1", max_size=40))
def test_any_scalar_is_interpolated_or_refused(text: str) -> None:
    assert 0 <= offset_of_mistake(lambda: interpolate(text, NAMES.__getitem__, Budget())) <= len(text)
