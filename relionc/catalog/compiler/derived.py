"""What follows from compiled steps: the flag of each option, the names of the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.fragments import VALUES
from relionc.expr import Expr, references

if TYPE_CHECKING:
    from collections.abc import Iterator


def output_names(steps: Any) -> Iterator[str]:
    """Yield the fixed part of every output's name."""
    for step in steps:
        if step[0] == "output":
            fixed = "".join(part for part in step[1] if isinstance(part, str))
            yield from (fixed,) if fixed else ()
        for body in bodies(step):
            yield from output_names(body)


def flags(steps: Any) -> Iterator[tuple[str, str]]:
    """Yield (option, flag) pairs: a flag and the value after it, or a bare flag and its condition."""
    for step in steps:
        if step[0] == "text" and not step[2]:
            yield from _flags_of_text(step[1])
        elif step[0] == "when":
            yield from _flag_of_condition(*step[1:])
        for body in bodies(step):
            yield from flags(body)


def bodies(step: Any) -> tuple[Any, ...]:
    """Return the tuples of steps inside a step."""
    inside: tuple[Any, ...] = {"when": step[2:4], "command": step[1:2], "for": step[3:4]}.get(step[0], ())
    return inside


def _flags_of_text(pieces: Any) -> Iterator[tuple[str, str]]:
    flag = ""
    for piece in pieces:
        if piece[0] == "lit" and piece[2].startswith("-"):
            flag = piece[2]
        elif piece[0] in ("value", "split") and flag:
            names = references(piece[1])
            yield from ((names[0][0], flag),) if len(names) == 1 else ()


def _flag_of_condition(condition: Expr, then: Any, otherwise: Any) -> Iterator[tuple[str, str]]:
    if condition[0] == "unary":
        condition = condition[3]
    flag = next(filter(None, map(_bare_flag, sorted((then, otherwise), key=len))), "")
    if condition[0] == "name" and flag:
        yield condition[2][0], flag


def _bare_flag(steps: Any) -> str:
    """Return the flag that steps begin with, if it takes no value of an option."""
    if not steps or steps[0][0] != "text":
        return ""
    pieces = steps[0][1]
    words = [piece[2] for piece in pieces if piece[0] == "lit"]
    has_values = any(piece[0] in VALUES for piece in pieces)
    return str(words[0]) if words and words[0].startswith("-") and not has_values else ""
