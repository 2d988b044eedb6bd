"""What follows from compiled steps: the flag of each option, the names of the outputs."""

from __future__ import annotations

from relionc.catalog.compiler.fragments import VALUES
from relionc.catalog.steps import Fragment, Output, Step, When, bodies
from relionc.expr import Expr, references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.steps import Piece


def output_names(steps: Sequence[Step]) -> Iterator[str]:
    """Yield the fixed part of every output's name."""
    for step in steps:
        if isinstance(step, Output):
            fixed = "".join(part for part in step.name if isinstance(part, str))
            yield from (fixed,) if fixed else ()
        for body in bodies(step):
            yield from output_names(body)


def flags(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """Yield (option, flag) pairs: a flag and the value after it, or a bare flag and its condition."""
    for step in steps:
        if isinstance(step, Fragment) and not step.in_shell:
            yield from _flags_of_text(step.pieces)
        elif isinstance(step, When):
            yield from _flag_of_condition(step)
        for body in bodies(step):
            yield from flags(body)


def _flags_of_text(pieces: tuple[Piece, ...]) -> Iterator[tuple[str, str]]:
    flag = ""
    for piece in pieces:
        if piece[0] == "lit" and piece[2].startswith("-"):
            flag = piece[2]
        elif piece[0] in ("value", "split") and flag:
            names = references(piece[1])
            yield from ((names[0][0], flag),) if len(names) == 1 else ()


def _flag_of_condition(step: When) -> Iterator[tuple[str, str]]:
    condition: Expr = step.condition
    if condition[0] == "unary":
        condition = condition[3]
    flag = next(filter(None, map(_bare_flag, sorted((step.then, step.otherwise), key=len))), "")
    if condition[0] == "name" and flag:
        yield condition[2][0], flag


def _bare_flag(steps: Sequence[Step]) -> str:
    """Return the flag that steps begin with, if it takes no value of an option."""
    if not steps or not isinstance(steps[0], Fragment):
        return ""
    pieces = steps[0].pieces
    words = [piece[2] for piece in pieces if piece[0] == "lit"]
    has_values = any(piece[0] in VALUES for piece in pieces)
    return str(words[0]) if words and words[0].startswith("-") and not has_values else ""
