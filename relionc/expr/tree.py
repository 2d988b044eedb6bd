"""Expressions as trees: nested tuples of literals, which marshal stores as they are.

    ("const", value)                         text, number, true/false
    ("name", offset, ("vars", "star"))       vars.star; jobs["Select/job012"].outputs.data is one too
    ("list", offset, (item, …))
    ("unary", offset, operator, operand)     not - +
    ("binary", offset, operator, left, right)
    ("and" | "or", offset, left, right)
    ("if", offset, condition, then, otherwise)
    ("call", offset, function, (argument, …))

`offset` counts characters from the start of the expression's text.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias


Expr: TypeAlias = "tuple[Any, ...]"

MAX_LENGTH = 4096
"""Characters of an expression's text."""
MAX_DEPTH = 64
"""Nesting of an expression."""
MAX_INTEGER = 2**63
"""Numbers stay below this in magnitude."""

# Compiled by `re` at their first use: a catalogue's expressions are parsed already.
_WORD = r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*"
_KEYWORDS = r"(?:true|false|and|or|not|in|if|else)\Z"
_PLAIN_NAME = rf"(?!{_KEYWORDS}|[0-9]){_WORD}(?:\.{_WORD})*\Z"
_QUOTED_NAME = rf"(jobs)\[(?:\"([^\"\\]+)\"|'([^'\\]+)')\]((?:\.{_WORD})*)\Z"
_PLAIN_TEXT = r"\"[^\"\\]*\"\Z|'[^'\\]*'\Z"
_PLAIN_NUMBER = r"[0-9]{1,18}(\.[0-9]{1,18})?\Z"


class ExprError(ValueError):
    """What is wrong with an expression, in the user's words; `offset` counts characters in its text."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@lru_cache(maxsize=1024)
def parse(text: str) -> Expr:
    """Return the tree of an expression; raises ExprError."""
    if len(text) > MAX_LENGTH:
        raise ExprError(f"the expression is longer than {MAX_LENGTH} characters")
    return parse_plain(text) or _parse_with_lark(text)


def parse_plain(text: str) -> Expr | None:
    """Return the tree of a dotted name or a literal, which most expressions are, without lark; None of others."""
    if len(text) > MAX_LENGTH:
        return None
    body = text.strip()
    offset = len(text) - len(text.lstrip())
    if re.match(_PLAIN_NAME, body) or (body.startswith("jobs[") and re.match(_QUOTED_NAME, body)):
        return ("name", offset, path_of(body))
    if re.match(_PLAIN_TEXT, body):
        return ("const", body[1:-1])
    if re.match(_PLAIN_NUMBER, body):
        return ("const", float(body) if "." in body else int(body))
    return ("const", body == "true") if body in ("true", "false") else None


def path_of(name: str) -> tuple[str, ...]:
    """Return the parts of a dotted name, the second of which may stand in brackets and quotes."""
    found = re.match(_QUOTED_NAME, name) if "[" in name else None
    return (found[1], found[2] or found[3], *found[4].split(".")[1:]) if found else tuple(name.split("."))


def name_of(path: tuple[str, ...]) -> str:
    """Return the dotted name of parts."""
    if len(path) < 2 or re.match(rf"{_WORD}\Z", path[1]):
        return ".".join(path)
    quote = "'" if '"' in path[1] else '"'
    return ".".join((f"{path[0]}[{quote}{path[1]}{quote}]", *path[2:]))


def _parse_with_lark(text: str) -> Expr:
    from relionc.expr.lark_parser import parse_tree

    tree = parse_tree(text)
    _check_depth(tree, 0)
    return tree


def _check_depth(tree: Expr, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ExprError(f"the expression is nested deeper than {MAX_DEPTH} levels")
    for child in children(tree):
        _check_depth(child, depth + 1)


def children(tree: Expr) -> tuple[Expr, ...]:
    """Return the operands of a node."""
    kind = tree[0]
    if kind in ("const", "name"):
        return ()
    if kind == "list":
        return tuple(tree[2])
    if kind == "call":
        return tuple(tree[3])
    return tuple(tree[3:] if kind in ("unary", "binary") else tree[2:])


def references(tree: Expr) -> tuple[tuple[str, ...], ...]:
    """Return the dotted names an expression uses, each once, in the order of first use."""
    if tree[0] == "name":  # most are no more than one
        return (tree[2],)
    found: dict[tuple[str, ...], None] = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        if node[0] == "name":
            found[node[2]] = None
        stack.extend(reversed(children(node)))
    return tuple(found)


def show(tree: Expr) -> str:
    """Return text that parses to the same tree (offsets apart)."""
    kind = tree[0]
    if kind == "const":
        return _show_constant(tree[1])
    if kind == "name":
        return name_of(tree[2])
    parts = [show(child) for child in children(tree)]
    if kind in ("list", "call"):
        inside = ", ".join(parts)
        return f"[{inside}]" if kind == "list" else f"{tree[2]}({inside})"
    if kind == "if":
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    operator = tree[2] if kind in ("unary", "binary") else kind
    return f"({operator} {parts[0]})" if kind == "unary" else f"({parts[0]} {operator} {parts[1]})"


def _show_constant(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return repr(value)
