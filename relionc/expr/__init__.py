"""Expressions: the `${{ }}` language of specs, the conditions of the catalogue, Slurm's small grammars.

Never executes code. Lark is imported only where an expression has to be parsed at run time and is more than a
dotted name; catalogue expressions are parsed when the catalogue is compiled.
"""

from __future__ import annotations

from relionc.expr.budget import Budget, TooMuchWorkError
from relionc.expr.evaluate import Lookup, evaluate
from relionc.expr.functions import text_of
from relionc.expr.interpolate import has_expressions, interpolate, references_in
from relionc.expr.refs import AnyText, Ref, Text, Value
from relionc.expr.tree import Expr, ExprError, parse, references, show

__all__ = [
    "AnyText",
    "Budget",
    "Expr",
    "ExprError",
    "Lookup",
    "Ref",
    "Text",
    "TooMuchWorkError",
    "Value",
    "evaluate",
    "has_expressions",
    "interpolate",
    "parse",
    "references",
    "references_in",
    "show",
    "text_of",
]
