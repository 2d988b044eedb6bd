"""Expressions of the catalogue as expressions of Python, which give the same over options that hold no shell reference.

Whatever is wrong with a value raises something there: then the evaluator of trees is asked, which says what. The names
in capitals are those of `relionc.catalog.fast`.
"""

from __future__ import annotations

from relionc.expr.functions import FUNCTIONS
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.types import JobType
    from relionc.expr import Expr

BOOL, NUMBER, TEXT, UNKNOWN = "true/false", "number", "text", "?"
_KINDS = {
    BOOL: "contains endswith has_part has_word in_job_folder is_number only spelled startswith",
    NUMBER: "find float index int len max min num rfind round single",
    UNKNOWN: "join",
}
_KIND_OF_CALL = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_ALWAYS = {
    *("after_last", "basename", "before_last", "contains", "dirname", "endswith", "has_part", "has_word"),
    *("is_number", "lower", "only", "startswith"),
}
"""Functions that have an answer for all texts."""
_COMPARED = ("<", "<=", ">", ">=")
_WRONG = "WRONG()"
_VARIABLES = {"output": TEXT, "is_continue": BOOL}


class Code(NamedTuple):
    """An expression of Python, the kind of its value, and whether it has one whatever the options are."""

    text: str
    kind: str
    sure: bool

    @property
    def truth(self) -> str:
        """The expression where an operator takes only true or false."""
        return self.text if self.kind == BOOL else f"TRUTH({self.text})"


NEVER = Code(_WRONG, UNKNOWN, sure=False)
"""What cannot be said in Python."""


class Translator:
    """Translates the expressions of one job type."""

    def __init__(self, job_type: JobType, *, with_facts: bool = False) -> None:
        self._with_facts = with_facts
        self._options = job_type.options
        self._files = job_type.program.get("files", {})
        self._known: dict[int, Code] = {}
        self.loops: list[str] = []  # variables of the loops around

    def code(self, tree: Expr) -> Code:
        """Return an expression in Python."""
        known = self._known.get(id(tree))
        if known is not None:
            return known
        made: Code = getattr(self, f"_{tree[0]}")(*tree[1:])
        self._known[id(tree)] = made
        return made

    @staticmethod
    def _const(value: object) -> Code:
        return Code(repr(value), _kind(value), sure=True)

    def _binary(self, _: int, operator: str, left: Expr, right: Expr) -> Code:
        return _binary(operator, self.code(left), self.code(right))

    def _and(self, _: int, left: Expr, right: Expr) -> Code:
        return _joined("and", self.code(left), self.code(right))

    def _or(self, _: int, left: Expr, right: Expr) -> Code:
        return _joined("or", self.code(left), self.code(right))

    def _if(self, _: int, condition: Expr, then: Expr, otherwise: Expr) -> Code:
        return _chosen(self.code(condition), self.code(then), self.code(otherwise))

    def _name(self, _: int, parts: Sequence[str]) -> Code:
        """Return a name as `catalog.program.JobScope` finds it; a fact of a file has two parts."""
        name = parts[0]
        if len(parts) > 1:
            return (
                Code(f"FACT(k, {name!r}, {parts[1]!r})", UNKNOWN, sure=False) if self._with_facts else NEVER
            )
        if name in _VARIABLES:
            return Code(name, _VARIABLES[name], sure=True)
        if name in self.loops:
            return Code(f"v_{name}", NUMBER, sure=True)
        if name in self._files:  # where nobody looks at them
            return self.code(self._files[name][2])
        option = self._options.get(name)
        if option is None:
            return NEVER
        is_bool = option.kind == "bool"
        text = f"(o[{name!r}] == 'Yes')" if is_bool else f"o[{name!r}]"
        return Code(text, BOOL if is_bool else TEXT, sure=True)

    def _list(self, _: int, items: Sequence[Expr]) -> Code:
        inside = "".join(f"{self.code(item).text}, " for item in items)
        if all(item[0] == "const" for item in items):
            return Code(f"({inside})", UNKNOWN, sure=True)
        return Code(f"BOUND(({inside}))", UNKNOWN, sure=False)

    def _unary(self, _: int, operator: str, given: Expr) -> Code:
        operand = self.code(given)
        if operator == "not":
            return Code(f"(not {operand.truth})", BOOL, sure=operand.sure and operand.kind == BOOL)
        if operand.kind != NUMBER:
            return NEVER
        return Code(f"({operator}{operand.text})", NUMBER, sure=operand.sure)

    def _call(self, _: int, name: str, arguments: Sequence[Expr]) -> Code:
        least, most = FUNCTIONS[name][1] if name in FUNCTIONS else (1, 0)
        if not least <= len(arguments) <= most:
            return NEVER
        given = [self.code(each) for each in arguments]
        sure = name in _ALWAYS and all(each.sure and each.kind == TEXT for each in given)
        if name == "pad":
            sure = (
                arguments[0][0] == "name" and arguments[0][2][0] in self.loops and arguments[1][0] == "const"
            )
        inside = ", ".join(each.text for each in given)
        return Code(f"f_{name}({inside})", _KIND_OF_CALL.get(name, TEXT), sure=sure)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return BOOL
    return TEXT if isinstance(value, str) else NUMBER


def _joined(operator: str, left: Code, right: Code) -> Code:
    sure = left.sure and right.sure and left.kind == right.kind == BOOL
    return Code(f"({left.truth} {operator} {right.truth})", BOOL, sure=sure)


def _chosen(condition: Code, then: Code, otherwise: Code) -> Code:
    kind = then.kind if then.kind == otherwise.kind else UNKNOWN
    sure = condition.sure and condition.kind == BOOL and then.sure and otherwise.sure
    return Code(f"({then.text} if {condition.truth} else {otherwise.text})", kind, sure=sure)


def _binary(operator: str, left: Code, right: Code) -> Code:
    sure, kinds = left.sure and right.sure, {left.kind, right.kind}
    a, b = left.text, right.text
    if operator in ("==", "!="):
        same = len(kinds) == 1 and UNKNOWN not in kinds
        text = f"({a} {operator} {b})" if same else f"(EQUAL({a}, {b}) is {operator == '=='})"
    elif operator in ("in", "not in"):
        text = f"({a} {operator} {b})" if kinds == {TEXT} else f"(HOLDS({b}, {a}, 0) is {operator == 'in'})"
        sure = sure and kinds == {TEXT}
    elif operator in _COMPARED:
        text = f"({a} {operator} {b})" if kinds == {NUMBER} else f"ORDER({operator!r}, {a}, {b}, 0)"
        sure = sure and kinds == {NUMBER}
    else:
        kind = NUMBER if kinds == {NUMBER} else TEXT if kinds == {TEXT} and operator == "+" else UNKNOWN
        return Code(f"SUM({operator!r}, {a}, {b})", kind, sure=False)
    return Code(text, BOOL, sure=sure)


def asked(tree: Expr) -> Iterator[str]:
    """Yield the names that an expression looks at."""
    from relionc.expr.tree import references

    for name, *_ in references(tree):
        yield name
