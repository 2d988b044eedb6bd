"""The lark side of the expression language; imported only to parse what is more than a name or a literal."""

from __future__ import annotations

import re
from functools import lru_cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from relionc.expr.tree import MAX_INTEGER, Expr, ExprError, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

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
    if word == "[" and text[:offset].rstrip().endswith("jobs"):
        hint = '; a job in brackets stands in quotes, as jobs["Select/job012"].outputs.particles'
    return ExprError(f"did not expect {word!r} here{hint}", offset)


@v_args(inline=True)
class _Build(Transformer[Token, Expr]):
    """Turns each match of the grammar into a node."""

    def number(self, typed: Token) -> Expr:
        value = int(typed) if typed.isdigit() else float(typed)
        if value >= MAX_INTEGER:
            raise ExprError(f"{typed} is too large a number", typed.start_pos or 0)
        return ("const", value)

    def string(self, typed: Token) -> Expr:
        text = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), typed[1:-1], flags=re.DOTALL)
        return ("const", text)

    def true(self, _: Token) -> Expr:
        return ("const", True)

    def false(self, _: Token) -> Expr:
        return ("const", False)

    def name(self, typed: Token) -> Expr:
        return ("name", typed.start_pos, path_of(str(typed)))

    def call(self, function: Token, *arguments: Expr) -> Expr:
        return ("call", function.start_pos, str(function), arguments)

    def sequence(self, opening: Token, *items: Expr) -> Expr:
        return ("list", opening.start_pos, items)

    def unary(self, operator: Token, operand: Expr) -> Expr:
        return ("unary", operator.start_pos, str(operator), operand)

    def binary(self, left: Expr, operator: Token, right: Expr) -> Expr:
        return ("binary", operator.start_pos, str(operator), left, right)

    def not_in(self, item: Expr, word: Token, _: Token, container: Expr) -> Expr:
        return ("binary", word.start_pos, "not in", item, container)

    def both(self, left: Expr, word: Token, right: Expr) -> Expr:
        return ("and", word.start_pos, left, right)

    def either(self, left: Expr, word: Token, right: Expr) -> Expr:
        return ("or", word.start_pos, left, right)

    def conditional(self, then: Expr, word: Token, condition: Expr, _: Token, otherwise: Expr) -> Expr:
        return ("if", word.start_pos, condition, then, otherwise)


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], Any]:
    """Return the parser for `grammar.lark`; the tree is built while parsing."""
    lark = Lark.open(
        "grammar.lark", rel_to=__file__, parser="lalr", maybe_placeholders=False, transformer=_Build()
    )
    return lark.parse
