"""What a job type reads from files of the project before it makes a command."""

from __future__ import annotations

from relionc.catalog.compiler.values import CatalogError, check_keys, mapping
from relionc.catalog.steps import Template
from relionc.expr import Expr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.catalog.compiler.names import ExpressionNames
    from relionc.source.values import Plain

_QUESTIONS = {"exists": (), "rows": (), "value": ("table", "column"), "matching": ("without",)}
"""The methods of `relionc.catalog.program.Files`, and what else each of them is told besides the path."""

Fact = tuple[str, tuple[Template, ...], Expr]
"""A question, what it is told (templates), and the expression to take where nobody looks at files."""


def facts(names: ExpressionNames, given: dict[str, Plain]) -> dict[str, Fact]:
    """Return the facts by the names that expressions use."""
    return {name: _fact(names, name, mapping(spec)) for name, spec in given.items()}


def _fact(names: ExpressionNames, name: str, spec: dict[str, Plain]) -> Fact:
    question = next((each for each in _QUESTIONS if each in spec), None)
    if question is None:
        raise CatalogError(f"the fact {name} asks nothing; there are {', '.join(_QUESTIONS)}")
    told = (question, *_QUESTIONS[question])
    check_keys(f"the fact {name}", spec, (*told, "else", "versions"))
    return question, tuple(names.template(str(spec[key])) for key in told), names.expr(spec["else"])
