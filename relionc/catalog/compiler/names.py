"""Expressions of the data with every shorthand put in place."""

from __future__ import annotations

from dataclasses import dataclass, field

from relionc.catalog.compiler.fragments import holes
from relionc.catalog.compiler.values import CatalogError
from relionc.catalog.filefacts import DATA, FILE_FACTS
from relionc.expr import Expr, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.catalog.records import OptionData
    from relionc.catalog.steps import Template
    from relionc.source.values import Plain


RUNTIME = ("output", "is_continue")
"""Names whose value is known only when a job is made, besides its options."""


@dataclass(slots=True)
class ExpressionNames:
    """What a name in an expression of one job type may mean."""

    options: dict[str, OptionData]
    shorthands: dict[str, Expr]
    facts: tuple[str, ...] = ()  # what is read from files
    loops: list[str] = field(default_factory=list)

    def expr(self, text: Plain) -> Expr:
        """Parse an expression; YAML's own true and false are expressions too."""
        if isinstance(text, bool):
            return ("const", text)
        return self.resolved(parse(" ".join(str(text).split())))

    def template(self, text: str) -> Template:
        """Split a text with `{expression}` in it into literals and expressions."""
        return tuple(literal if expr is None else self.resolved(expr) for literal, expr in holes(text))

    def resolved(self, tree: Expr, inside: tuple[str, ...] = ()) -> Expr:
        """Put shorthands and lists of choices in place; `inside` are the shorthands being put in place."""
        if tree[0] == "const":
            return tree
        if tree[0] == "name":
            return self._name(tree[2], inside)
        kind, _, *parts = tree  # where in the YAML text a node stood does not matter later
        return (kind, 0, *(self._part(part, inside) for part in parts))

    def _part(self, part: Expr | str, inside: tuple[str, ...]) -> Expr | str:
        if not isinstance(part, tuple) or not part:  # an operator, the name of a function, no arguments
            return part
        if isinstance(part[0], tuple):  # the items of a list, the arguments of a call
            return tuple(self.resolved(item, inside) for item in part)
        return self.resolved(part, inside)

    def _name(self, parts: tuple[str, ...], inside: tuple[str, ...]) -> Expr:
        name = ".".join(parts)
        if parts[0] == "choices":
            return ("list", 0, tuple(("const", choice) for choice in self.options[parts[1]]["choices"]))
        if name in self.shorthands and name not in inside:
            return self.resolved(self.shorthands[name], (*inside, name))
        if len(parts) == 2 and parts[1] in FILE_FACTS and (parts[0] in self.options or parts[0] == DATA):
            return ("name", 0, parts)
        if not any(name in known for known in (self.options, self.facts, RUNTIME, self.loops)):
            raise CatalogError(f"{name!r} is neither an option of this version nor a name")
        return ("name", 0, parts)
