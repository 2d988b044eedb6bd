"""The evaluator: text, numbers, true/false and lists; nothing is converted silently, and work is bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relionc.expr.functions import FUNCTIONS, Arity, kind_of
from relionc.expr.tree import MAX_INTEGER, Expr, ExprError

Value = Any
"""str, int, float, bool, a tuple of these; None for a variable of a spec that is empty."""
Lookup = Callable[[tuple[str, ...]], Value]
"""Returns the value of a dotted name; raises KeyError or ExprError for an unknown one."""

MAX_TEXT = 65536
"""Characters of any text that an expression makes."""

_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "divide", "%": "divide"}


def evaluate(tree: Expr, lookup: Lookup) -> Value:
    """Return the value of an expression; raises ExprError in the user's words."""
    return _EVALUATORS[tree[0]](tree, lookup)


def _constant(tree: Expr, _: Lookup) -> Value:
    return tree[1]


def _name(tree: Expr, lookup: Lookup) -> Value:
    try:
        return lookup(tree[2])
    except KeyError:
        name = ".".join(tree[2])
        hint = "; a minus sign needs spaces around it" if "-" in name else ""
        raise ExprError(f"there is no {name!r}{hint}", tree[1]) from None
    except ExprError as error:
        raise ExprError(error.message, tree[1]) from None


def _list(tree: Expr, lookup: Lookup) -> Value:
    return tuple(evaluate(item, lookup) for item in tree[2])


def _truth(value: Value, offset: int) -> bool:
    if not isinstance(value, bool):
        raise ExprError(f"true or false is needed here, not {kind_of(value)}; compare it", offset)
    return value


def _and(tree: Expr, lookup: Lookup) -> Value:
    return _truth(evaluate(tree[2], lookup), tree[1]) and _truth(evaluate(tree[3], lookup), tree[1])


def _or(tree: Expr, lookup: Lookup) -> Value:
    return _truth(evaluate(tree[2], lookup), tree[1]) or _truth(evaluate(tree[3], lookup), tree[1])


def _if(tree: Expr, lookup: Lookup) -> Value:
    return evaluate(tree[3] if _truth(evaluate(tree[2], lookup), tree[1]) else tree[4], lookup)


def _unary(tree: Expr, lookup: Lookup) -> Value:
    value = evaluate(tree[3], lookup)
    if tree[2] == "not":
        return not _truth(value, tree[1])
    if not _is_number(value):
        raise ExprError(f"{tree[2]} needs a number, not {kind_of(value)}", tree[1])
    return -value if tree[2] == "-" else value


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _binary(tree: Expr, lookup: Lookup) -> Value:
    _, offset, operator, left_tree, right_tree = tree
    left, right = evaluate(left_tree, lookup), evaluate(right_tree, lookup)
    if operator in _VERBS:
        return _calculate(operator, left, right, offset)
    if operator in ("in", "not in"):
        return _contains(right, left, offset) == (operator == "in")
    if operator in ("==", "!="):
        return _equal(left, right) == (operator == "==")
    return _order(operator, left, right, offset)


def _calculate(operator: str, left: Value, right: Value, offset: int) -> Value:
    if _is_number(left) and _is_number(right):
        return checked(_arithmetic(operator, left, right, offset), offset)
    if operator == "+" and kind_of(left) == kind_of(right) != "true/false":
        return checked(left + right, offset)
    raise ExprError(f"cannot {_VERBS[operator]} {kind_of(left)} and {kind_of(right)}", offset)


def _arithmetic(operator: str, left: Value, right: Value, offset: int) -> Value:
    try:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case "//":
                return left // right
        return left % right
    except ZeroDivisionError:
        raise ExprError("cannot divide by zero", offset) from None
    except OverflowError:
        raise ExprError("the result is too large", offset) from None


def checked(value: Value, offset: int) -> Value:
    """Return `value` if it is within the bounds of the language."""
    if isinstance(value, (str, tuple)):
        if len(value) > MAX_TEXT:
            raise ExprError("the result is too long", offset)
    elif not isinstance(value, bool) and not -MAX_INTEGER < value < MAX_INTEGER:
        raise ExprError("the result is too large", offset)
    return value


def _equal(left: Value, right: Value) -> bool:
    return kind_of(left) == kind_of(right) and bool(left == right)


def _contains(container: Value, item: Value, offset: int) -> bool:
    if isinstance(container, tuple):
        return any(_equal(item, each) for each in container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    raise ExprError(f"cannot look for {kind_of(item)} in {kind_of(container)}", offset)


def _order(operator: str, left: Value, right: Value, offset: int) -> bool:
    texts = isinstance(left, str) and isinstance(right, str)
    if not texts and not (_is_number(left) and _is_number(right)):
        raise ExprError(f"cannot compare {kind_of(left)} with {kind_of(right)}", offset)
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    return bool(left > right if operator == ">" else left >= right)


def _call(tree: Expr, lookup: Lookup) -> Value:
    _, offset, name, arguments = tree
    if name not in FUNCTIONS:
        raise ExprError(f"there is no function {name!r}; there are {', '.join(sorted(FUNCTIONS))}", offset)
    function, arity = FUNCTIONS[name]
    _check_arity(name, arity, len(arguments), offset)
    values = [evaluate(argument, lookup) for argument in arguments]
    try:
        return checked(function(*values), offset)
    except ExprError as error:
        raise ExprError(error.message, offset) from None


def _check_arity(name: str, arity: Arity, count: int, offset: int) -> None:
    least, most = arity
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExprError(f"{name}() takes {wanted} value{'s' * (wanted != '1')}, not {count}", offset)


_EVALUATORS: dict[str, Callable[[Expr, Lookup], Value]] = {
    "const": _constant,
    "name": _name,
    "list": _list,
    "unary": _unary,
    "binary": _binary,
    "and": _and,
    "or": _or,
    "if": _if,
    "call": _call,
}
