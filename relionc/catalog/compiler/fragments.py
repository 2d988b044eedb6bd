"""Pieces of command lines, as the catalogue's data writes them, read as a shell would read them.

A fragment is RELION's own text with `{expression}` where a value goes: `--gpu "{gpu_ids}"`. It becomes a tuple of
pieces, from which both the exact text and the words of the command are put together later:

    ("gap", text)            white space: ends a word
    ("lit", text, word)      text as typed, and what the shell makes of it
    ("glob", text)           unquoted text with wildcards of a command of the shell
    ("value", expr)          a value inside quotes: part of one word, whatever it holds
    ("split", expr)          a value outside quotes: white space in it separates words
    ("args", expr)           arguments typed by the user: read with their quotes
    ("to", text, append)     `>` or `>>`; the next word is a file name
    ("from", text)           `<`; the next word is a file name
"""

from __future__ import annotations

import re

from relionc.expr import Expr, ExprError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

Piece: TypeAlias = "tuple[Any, ...]"

VALUES = ("value", "split", "args")
"""The kinds of pieces that hold an expression."""

_TOKENS = re.compile(
    r"""
      (?P<gap>\s+)
    | (?P<which>`which\s+)
    | (?P<tick>`)
    | (?P<quote>")
    | (?P<verbatim>'[^']*')
    | (?P<escape>\\.)
    | (?P<to>>>?)
    | (?P<from><)
    | (?P<hole>\{)
    | (?P<lit>[^\s`"'\\<>{}]+|')
    """,
    re.VERBOSE,
)
_HOLE = re.compile(r"((?:[^\"'}]|\"[^\"]*\"|'[^']*')*)\}")


class FragmentError(ValueError):
    """A fragment that cannot be read."""


def holes(text: str) -> Iterator[tuple[str, Expr | None]]:
    """Split a template into literal text and expressions: `("text", None)` or `("", expr)`."""
    position = 0
    while (opening := text.find("{", position)) >= 0:
        if opening > position:
            yield text[position:opening], None
        expr, position = _hole(text, opening + 1)
        yield "", expr
    if position < len(text):
        yield text[position:], None


def _hole(text: str, start: int) -> tuple[Expr, int]:
    found = _HOLE.match(text, start)
    if not found:
        raise FragmentError(f"a {{ is not closed in {text!r}")
    try:
        return parse(found[1]), found.end()
    except ExprError as error:
        raise FragmentError(f"{found[1]!r} in {text!r}: {error.message}") from error


def read(text: str, *, in_shell: bool, is_extra: Callable[[Expr], bool]) -> tuple[Piece, ...]:
    """Return the pieces of a fragment.

    `in_shell`: the command belongs to the shell, so wildcards are expanded. `is_extra` tells whether an expression
    is the option that holds the user's own arguments.
    """
    pieces: list[Piece] = []
    position, quoted = 0, False
    while position < len(text):
        found = _TOKENS.match(text, position)
        if not found:
            raise FragmentError(f"cannot read {text[position:]!r} in {text!r}")
        kind, typed, position = str(found.lastgroup), found.group(), found.end()
        if kind == "verbatim" and quoted:  # an apostrophe inside double quotes is one
            kind, typed, position = "lit", "'", found.start() + 1
        if kind == "hole":
            expr, position = _hole(text, position)
            extra = not quoted and is_extra(expr)
            pieces.append(("args" if extra else "value" if quoted else "split", expr))
            continue
        pieces.append(_piece(kind, typed, quoted=quoted, in_shell=in_shell))
        quoted ^= kind == "quote"
    if quoted:
        raise FragmentError(f"a quote is not closed in {text!r}")
    return tuple(_merged(pieces))


def _piece(kind: str, typed: str, *, quoted: bool, in_shell: bool) -> Piece:
    if kind == "gap":
        return ("lit", typed, typed) if quoted else ("gap", typed)
    if kind in ("to", "from") and not quoted:
        return ("to", typed, typed == ">>") if kind == "to" else ("from", typed)
    meaning = {"verbatim": typed[1:-1], "escape": typed[1:], "quote": "", "tick": "", "which": ""}
    if kind in meaning:
        return ("lit", typed, meaning[kind])
    if in_shell and not quoted and any(mark in typed for mark in "*?["):
        return ("glob", typed)
    return ("lit", typed, typed)


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """Join neighbouring literals."""
    last: Piece | None = None
    for piece in pieces:
        if last and last[0] == piece[0] == "lit":
            last = ("lit", last[1] + piece[1], last[2] + piece[2])
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last
