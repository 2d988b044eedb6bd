"""`${{ … }}` inside the scalars of a spec."""

from __future__ import annotations

import re

from relionc.expr.evaluate import Lookup, Value, checked, evaluate
from relionc.expr.functions import text_of
from relionc.expr.tree import Expr, ExprError, parse, references

OPENING, CLOSING = "${{", "}}"

_BODY = r"(?s:[^\"'}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\}(?!\}))*"


def has_expressions(text: str) -> bool:
    """Return whether a scalar holds a `${{`."""
    return OPENING in text


def interpolate(text: str, lookup: Lookup) -> Value:
    """Return a scalar with its expressions replaced by their values.

    A scalar that is one expression and nothing else gives the value itself, typed; any other gives text.
    Offsets of an ExprError count in `text`.
    """
    if OPENING not in text:
        return text
    parts = _split(text)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _value(parts[0], lookup)
    texts = [part if isinstance(part, str) else text_of(_value(part, lookup)) for part in parts]
    return checked("".join(texts), 0)


def references_in(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the dotted names that the expressions of a scalar use; raises ExprError."""
    if OPENING not in text:
        return ()
    found: dict[tuple[str, ...], None] = {}
    for part in _split(text):
        if not isinstance(part, str):
            found.update(dict.fromkeys(references(part[0])))
    return tuple(found)


def _value(part: tuple[Expr, int], lookup: Lookup) -> Value:
    tree, start = part
    try:
        return evaluate(tree, lookup)
    except ExprError as error:
        raise ExprError(error.message, error.offset + start) from None


def _split(text: str) -> list[str | tuple[Expr, int]]:
    """Split into literal texts and parsed expressions, each with the offset where it starts."""
    parts: list[str | tuple[Expr, int]] = []
    position = 0
    while (opening := text.find(OPENING, position)) >= 0:
        if opening > position:
            parts.append(text[position:opening])
        start = opening + len(OPENING)
        body = re.match(_BODY, text[start:])
        end = start + (body.end() if body else 0)
        if not text.startswith(CLOSING, end):
            raise ExprError("this ${{ has no closing }}", opening)
        parts.append((_parse_at(text[start:end], start), start))
        position = end + len(CLOSING)
    if position < len(text):
        parts.append(text[position:])
    return parts


def _parse_at(text: str, start: int) -> Expr:
    try:
        return parse(text)
    except ExprError as error:
        raise ExprError(error.message, error.offset + start) from None
