"""The lark side of the expression language; imported only to parse what is more than a name or a literal."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from relionc.expr.tree import MAX_INTEGER, Expr, ExprError

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPES = {"n": "\n", "t": "\t"}


def parse_tree(text: str) -> Expr:
    """Return the tree of an expression; raises ExprError."""
    try:
        tree: Expr = _parser()(text)
    except VisitError as error:
        if isinstance(error.orig_exc, ExprError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    return tree


def _syntax_error(text: str, error: UnexpectedInput) -> ExprError:
    offset, end = int(error.pos_in_stream or 0), len(text.rstrip())
    if not end:
        return ExprError("the expression is empty")
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at_end or offset >= end:
        return ExprError("the expression ends too early", end)
    if text[offset] in "\"'":
        return ExprError("the text that starts here has no closing quote, or stands where none fits", offset)
    found = re.match(r"[A-Za-z0-9_.-]+|[=!<>/]+|.", text[offset:], re.DOTALL)
    word = found.group() if found else text[offset]
    hint = "; write == to compare" if word == "=" else ""
    return ExprError(f"did not expect {word!r} here{hint}", offset)


class _Build(Transformer[Token, Expr]):
    """Turns each match of the grammar into a node."""

    def number(self, items: list[Token]) -> Expr:
        text = str(items[0])
        value = int(text) if text.isdigit() else float(text)
        if value >= MAX_INTEGER:
            raise ExprError(f"{text} is too large a number", items[0].start_pos or 0)
        return ("const", value)

    def string(self, items: list[Token]) -> Expr:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), items[0][1:-1], flags=re.DOTALL)
        return ("const", text)

    def true(self, _: list[Token]) -> Expr:
        return ("const", True)

    def false(self, _: list[Token]) -> Expr:
        return ("const", False)

    def name(self, items: list[Token]) -> Expr:
        return ("name", items[0].start_pos, tuple(str(items[0]).split(".")))

    def call(self, items: list[Any]) -> Expr:
        return ("call", items[0].start_pos, str(items[0]), tuple(items[1:]))

    def sequence(self, items: list[Any]) -> Expr:
        return ("list", items[0].start_pos, tuple(items[1:]))

    def unary(self, items: list[Any]) -> Expr:
        return ("unary", items[0].start_pos, str(items[0]), items[1])

    def binary(self, items: list[Any]) -> Expr:
        return ("binary", items[1].start_pos, str(items[1]), items[0], items[2])

    def not_in(self, items: list[Any]) -> Expr:
        return ("binary", items[1].start_pos, "not in", items[0], items[3])

    def both(self, items: list[Any]) -> Expr:
        return ("and", items[1].start_pos, items[0], items[2])

    def either(self, items: list[Any]) -> Expr:
        return ("or", items[1].start_pos, items[0], items[2])

    def conditional(self, items: list[Any]) -> Expr:
        return ("if", items[1].start_pos, items[2], items[0], items[4])


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], Any]:
    """Return the parser for `grammar.lark`; the tree is built while parsing."""
    lark = Lark.open(
        "grammar.lark", rel_to=__file__, parser="lalr", maybe_placeholders=False, transformer=_Build()
    )
    return lark.parse
