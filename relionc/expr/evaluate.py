"""The evaluator: text, numbers, true/false and lists; nothing is converted silently, and work is bounded.

Expressions of specs come with a budget. A shell reference in them can be put into texts and lists and nothing
else: what it stands for is known only when the job runs. Expressions of the catalogue come without one: they do
to a reference what they do to a character, and so cannot cut it.
"""

from __future__ import annotations

from collections.abc import Callable

from relionc.expr.budget import MAX_WEIGHT, Budget, check_list, weight
from relionc.expr.functions import CARRYING, FUNCTIONS, SEARCHING, Arity, kind_of
from relionc.expr.refs import Text, Units, Value, joined
from relionc.expr.tree import MAX_INTEGER, Expr, ExprError, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard, TypeVar

    _Ordered = TypeVar("_Ordered", str, float)


Lookup = Callable[[tuple[str, ...]], Value]
"""Returns the value of a dotted name; raises KeyError or ExprError for an unknown one."""

_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "divide", "%": "divide"}


_UNKNOWN = "a shell reference is known only when the job runs"


class _Run:
    """What stays the same for all nodes of an expression."""

    __slots__ = ("budget", "lookup")

    def __init__(self, lookup: Lookup, budget: Budget | None) -> None:
        self.lookup = lookup
        self.budget = budget

    @staticmethod
    def look_at(budget: Budget, values: tuple[Value, ...], offset: int) -> None:
        """Pay for a look at the characters of values of a spec; raises ExprError where one has a reference."""
        budget.spend_on(*values)
        if any(map(_has_reference, values)):
            raise ExprError(_UNKNOWN, offset)


def evaluate(tree: Expr, lookup: Lookup, budget: Budget | None = None) -> Value:
    """Return the value of an expression; raises ExprError in the user's words, TooMuchWorkError with a budget.

    Without a budget it is one of the catalogue's.
    """
    return _evaluate(tree, _Run(lookup, budget))


def _evaluate(tree: Expr, run: _Run) -> Value:
    if run.budget is not None:
        run.budget.spend(1)
    return _EVALUATORS[tree[0]](tree, run)


def _has_reference(value: Value) -> bool:
    return isinstance(value, Text) or (isinstance(value, tuple) and any(map(_has_reference, value)))


def _constant(tree: Expr, _: _Run) -> Value:
    value: Value = tree[1]
    return value


def _name(tree: Expr, run: _Run) -> Value:
    try:
        return run.lookup(tree[2])
    except KeyError:
        name = name_of(tree[2])
        hint = "; a minus sign needs spaces around it" if "-" in name and "[" not in name else ""
        raise ExprError(f"there is no {name!r}{hint}", tree[1]) from None
    except ExprError as error:
        raise ExprError(error.message, tree[1]) from None


def _list(tree: Expr, run: _Run) -> Value:
    return _paid(tuple(_evaluate(item, run) for item in tree[2]), run, tree[1])


def _paid(value: Value, run: _Run, offset: int) -> Value:
    """Return a value within the bounds of the language, whose size is paid for."""
    checked(value, offset)
    if run.budget is not None:
        run.budget.spend_on(value)
    return value


def truth(value: Value, offset: int) -> bool:
    """Return a value that has to be true or false."""
    if not isinstance(value, bool):
        raise ExprError(f"true or false is needed here, not {kind_of(value)}; compare it", offset)
    return value


def _and(tree: Expr, run: _Run) -> Value:
    return truth(_evaluate(tree[2], run), tree[1]) and truth(_evaluate(tree[3], run), tree[1])


def _or(tree: Expr, run: _Run) -> Value:
    return truth(_evaluate(tree[2], run), tree[1]) or truth(_evaluate(tree[3], run), tree[1])


def _if(tree: Expr, run: _Run) -> Value:
    return _evaluate(tree[3] if truth(_evaluate(tree[2], run), tree[1]) else tree[4], run)


def _unary(tree: Expr, run: _Run) -> Value:
    value = _evaluate(tree[3], run)
    if tree[2] == "not":
        return not truth(value, tree[1])
    if not _is_number(value):
        raise ExprError(f"{tree[2]} needs a number, not {kind_of(value)}", tree[1])
    return -value if tree[2] == "-" else value


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _binary(tree: Expr, run: _Run) -> Value:
    offset: int = tree[1]
    operator: str = tree[2]
    left, right = _evaluate(tree[3], run), _evaluate(tree[4], run)
    if operator in _VERBS:
        return _paid(calculated(operator, left, right, offset), run, offset)
    if run.budget is not None:
        run.look_at(run.budget, (left, right), offset)
    if operator in ("==", "!="):
        return equal(left, right) == (operator == "==")
    if operator in ("in", "not in"):
        if run.budget is not None and isinstance(right, str):
            run.budget.spend_on_search(right, left)
        return contains(right, left, offset) == (operator == "in")
    return compared(operator, left, right, offset)


def calculated(operator: str, left: Value, right: Value, offset: int) -> Value:
    """Return what an operator of arithmetic, or `+` of texts or lists, makes of two values."""
    if _is_number(left) and _is_number(right):
        return _arithmetic(operator, left, right, offset)
    if operator == "+" and isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    if operator == "+" and isinstance(left, (str, Text)) and isinstance(right, (str, Text)):
        return joined((left, right))
    raise ExprError(f"cannot {_VERBS[operator]} {kind_of(left)} and {kind_of(right)}", offset)


def _arithmetic(operator: str, left: float, right: float, offset: int) -> float:
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
    if value is True or value is False:
        return value
    if isinstance(value, tuple):
        try:
            check_list(value)
        except ExprError as error:
            raise ExprError(error.message, offset) from None
    elif isinstance(value, (str, Text)):
        if weight(value) > MAX_WEIGHT + 1:
            raise ExprError("the result is too long", offset)
    elif _is_number(value) and not -MAX_INTEGER < value < MAX_INTEGER:
        raise ExprError("the result is too large", offset)
    return value


def equal(left: Value, right: Value) -> bool:
    """Return whether two values are of one kind and the same."""
    return (type(left) is type(right) or kind_of(left) == kind_of(right)) and bool(left == right)


def contains(container: Value, item: Value, offset: int) -> bool:
    """Return whether a list has an item, or a text a part."""
    if isinstance(container, tuple):
        return any(equal(item, each) for each in container)
    if isinstance(container, (str, Text)) and isinstance(item, (str, Text)):
        units = Units(container, item)
        return units.enter(item) in units.enter(container)
    raise ExprError(f"cannot look for {kind_of(item)} in {kind_of(container)}", offset)


def compared(operator: str, left: Value, right: Value, offset: int) -> bool:
    """Return whether two values are in the order that an operator says."""
    if isinstance(left, str) and isinstance(right, str):
        return _ordered(operator, left, right)
    if _is_number(left) and _is_number(right):
        return _ordered(operator, left, right)
    raise ExprError(f"cannot compare {kind_of(left)} with {kind_of(right)}", offset)


def _ordered(operator: str, left: _Ordered, right: _Ordered) -> bool:
    if operator == "<":
        return left < right
    if operator == "<=":
        return left <= right
    return left > right if operator == ">" else left >= right


def _call(tree: Expr, run: _Run) -> Value:
    _, offset, name, arguments = tree
    if name not in FUNCTIONS:
        raise ExprError(f"there is no function {name!r}; there are {', '.join(sorted(FUNCTIONS))}", offset)
    function, arity = FUNCTIONS[name]
    if not arity[0] <= len(arguments) <= arity[1]:
        raise ExprError(_wrong_arity(name, arity, len(arguments)), offset)
    values = tuple(_evaluate(argument, run) for argument in arguments)
    if name in CARRYING:
        return _paid(_applied(function, values, offset), run, offset)
    if run.budget is not None:
        run.look_at(run.budget, values, offset)
        if name in SEARCHING:
            run.budget.spend_on_search(*values[:2])
    elif Text in map(type, values):
        return checked(_with_units(function, values, offset), offset)
    return _paid(_applied(function, values, offset), run, offset)


def _applied(function: Callable[..., Value], values: tuple[Value, ...], offset: int) -> Value:
    try:
        return function(*values)
    except ExprError as error:
        raise ExprError(error.message, offset) from None


def _with_units(function: Callable[..., Value], values: tuple[Value, ...], offset: int) -> Value:
    """Return what a function makes of texts with references, each of which is a character to it."""
    units = Units(*(value for value in values if isinstance(value, (str, Text))))
    try:
        result = function(*(units.enter(value) if isinstance(value, Text) else value for value in values))
    except ExprError:
        raise ExprError(_UNKNOWN, offset) from None
    return units.leave(result) if isinstance(result, str) else result


def _wrong_arity(name: str, arity: Arity, count: int) -> str:
    least, most = arity
    wanted = str(least) if least == most else f"{least} to {most}"
    return f"{name}() takes {wanted} value{'s' * (wanted != '1')}, not {count}"


_EVALUATORS: dict[str, Callable[[Expr, _Run], Value]] = {
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
