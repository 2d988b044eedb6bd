"""What the functions of `catalog.compiler.fast` call: as the evaluator of trees does, but for what is to be said."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.program import NotKnown, repeats
from relionc.expr import arguments, blanks
from relionc.expr.evaluate import calculated, checked, compared, contains, equal, truth
from relionc.expr.functions import FUNCTIONS, text_of
from relionc.expr.tree import ExprError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.catalog.program import Facts
    from relionc.expr.refs import Value

_SEVERAL = frozenset(blanks.SHELL + "*?[")


def _remembered(function: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function that knows its last answers: most options have their defaults."""
    return lru_cache(maxsize=256, typed=True)(function)


def _bounded(function: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function of expressions with a result within the bounds of the language."""
    return _remembered(lambda *values: checked(function(*values), 0))


@_remembered
def _sum(operator: str, left: Value, right: Value) -> Value:
    return checked(calculated(operator, left, right, 0), 0)


def _repeats(times: float) -> range:
    """Return the numbers with which steps are repeated, which count for all jobs of a spec together."""
    return range(1, repeats(times) + 1)


def _order(operator: str, left: Value, right: Value, offset: int) -> bool:
    """Compare numbers: the order of texts is not known where a shell reference is a character."""
    if isinstance(left, str) and isinstance(right, str):
        raise LookupError  # noqa: TRY004 - it says that the trees have to be asked
    return compared(operator, left, right, offset)


def _fact(known: Facts, option: str, name: str) -> Value:
    """Return what is known of a file that an option names."""
    value = known[option].get(name) if option in known else None
    if value is None:
        raise NotKnown("this is not known of the file")
    return value


def _wrong() -> Value:
    raise LookupError


def _is_program(text: str) -> bool:
    return bool(text) and text[0] not in "%-" and text[0] not in blanks.SHELL


def _is_one_word(text: str) -> bool:
    """Whether a shell takes a value in a command of its own for one word, and for no option."""
    return text[:1] != "-" and _SEVERAL.isdisjoint(text)


def _words(text: str) -> list[tuple[str]]:
    """Return the words of a value that stands in a command outside quotes."""
    return [(word,) for word in blanks.words(text)]


@_remembered
def _arguments(text: str) -> tuple[tuple[str], ...]:
    """Return the words of the user's own arguments."""
    return tuple([(str(word),) for word in arguments.words(text)])


NAMES: dict[str, object] = {
    "ARGS": _arguments,
    "BLANKS": blanks.SHELL,
    "BOUND": lambda value: checked(value, 0),
    "EQUAL": equal,
    "HOLDS": contains,
    "FACT": _fact,
    "NO_VALUE": ExprError,
    "ORDER": _order,
    "ONE_WORD": _is_one_word,
    "PROGRAM": _is_program,
    "REPEATS": _repeats,
    "SUM": _sum,
    "TEXT": text_of,
    "TRUTH": lambda value: truth(value, 0),
    "WHOLE": frozenset(blanks.SHELL).isdisjoint,
    "WORDS": _words,
    "WRONG": _wrong,
    **{f"f_{name}": _bounded(function) for name, (function, _) in FUNCTIONS.items()},
}
