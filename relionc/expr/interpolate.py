"""`${{ … }}` inside the scalars of a spec."""

from __future__ import annotations

import re

from relionc.expr.evaluate import Lookup, checked, evaluate
from relionc.expr.functions import text_of
from relionc.expr.refs import Value, joined
from relionc.expr.tree import MAX_LENGTH, Expr, ExprError, references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.expr.budget import Budget
    from relionc.expr.refs import AnyText

OPENING, CLOSING = "${{", "}}"

_BODY = r"(?s:[^\"'}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\}(?!\}))*"


def has_expressions(text: str) -> bool:
    """Return whether a scalar holds a `${{`."""
    return OPENING in text


def interpolate(text: str, lookup: Lookup, budget: Budget) -> Value:
    """Return a scalar with its expressions replaced by their values.

    A scalar that is one expression and nothing else gives the value itself, typed; any other gives text.
    Offsets of an ExprError count in `text`. Raises TooMuchWorkError too.
    """
    if OPENING not in text:
        return text
    parts = _split(text, budget)
    if len(parts) == 1 and not isinstance(parts[0], str):
        value = _value(parts[0], lookup, budget)
    else:
        value = checked(joined(_texts(parts, lookup, budget)), 0)
    budget.spend_on(value)
    return value


def _texts(parts: list[str | tuple[Expr, int]], lookup: Lookup, budget: Budget) -> Iterator[AnyText]:
    for part in parts:
        value = part if isinstance(part, str) else _value(part, lookup, budget)
        budget.spend_on(value)
        yield text_of(value)


def references_in(text: str, budget: Budget) -> tuple[tuple[str, ...], ...]:
    """Return the dotted names that the expressions of a scalar use; raises ExprError, TooMuchWorkError."""
    if OPENING not in text:
        return ()
    found: dict[tuple[str, ...], None] = {}
    for part in _split(text, budget):
        if not isinstance(part, str):
            found.update(dict.fromkeys(references(part[0])))
    return tuple(found)


def _value(part: tuple[Expr, int], lookup: Lookup, budget: Budget) -> Value:
    tree, start = part
    try:
        return evaluate(tree, lookup, budget)
    except ExprError as error:
        raise ExprError(error.message, error.offset + start) from None


def _split(text: str, budget: Budget) -> list[str | tuple[Expr, int]]:
    """Split into literal texts and parsed expressions, each with the offset where it starts."""
    parts: list[str | tuple[Expr, int]] = []
    position = 0
    pattern = re.compile(_BODY)
    while (opening := text.find(OPENING, position)) >= 0:
        if opening > position:
            parts.append(text[position:opening])
        start = opening + len(OPENING)
        body = pattern.match(text, start, start + MAX_LENGTH + 2)
        end = body.end() if body else start
        if end - start > MAX_LENGTH:
            raise ExprError(f"the expression is longer than {MAX_LENGTH} characters", start)
        if not text.startswith(CLOSING, end):
            raise ExprError("this ${{ has no closing }}", opening)
        parts.append((_parse_at(text[start:end], start, budget), start))
        position = end + len(CLOSING)
    if position < len(text):
        parts.append(text[position:])
    return parts


def _parse_at(text: str, start: int, budget: Budget) -> Expr:
    try:
        return budget.tree(text)
    except ExprError as error:
        raise ExprError(error.message, error.offset + start) from None
