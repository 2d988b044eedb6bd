"""What the expressions of one spec may cost, all together."""

from __future__ import annotations

import re

from relionc.allowance import Work
from relionc.expr.refs import Ref, Text
from relionc.expr.tree import MAX_DEPTH, Expr, ExprError, parse, parse_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.expr.refs import Value

MAX_WORK, _OF_UNIT = 500_000, 1_000
"""Units of work, and what each is of the work of a compilation; one is about a microsecond."""
MAX_WEIGHT = 65536
"""Characters and items of any value that an expression makes, those of lists within lists counted."""

_OF_PARSE, _OF_TOKEN, _OF_TEXT, _OF_SEARCH = 40, 8, 16, 256
"""Units for a text that lark reads and for each token of it; characters and pairs of them to look at for one unit."""


class TooMuchWorkError(Exception):
    """The expressions of a spec cost too much; `route` leads to the scalar where that came out."""

    def __init__(self) -> None:
        super().__init__("the expressions of this spec are too much work")
        self.route: tuple[str | int, ...] = ()


class Budget:
    """What is left for the expressions of a spec, and the trees of those read so far.

    The count does not depend on what other specs the process has seen: a spec is refused always or never.
    """

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = self._whole = Work.at_most(work, _OF_UNIT)
        self._trees: dict[str, Expr] = {}

    def close(self) -> None:
        """Count all that was spent as work of the compilation."""
        Work.done(_OF_UNIT * (self._whole - self.left))

    def spend(self, units: int) -> None:
        """Take units; raises TooMuchWorkError when there are no more."""
        self.left -= units
        if self.left < 0:
            raise TooMuchWorkError

    def spend_on(self, *values: Value) -> None:
        """Take what walking through values costs."""
        self.spend(sum(map(weight, values)) // _OF_TEXT)

    def spend_on_search(self, text: Value, part: Value) -> None:
        """Take what looking for one text in another may cost: as much as all pairs of their characters."""
        self.spend(weight(text) * weight(part) // _OF_SEARCH)

    def tree(self, text: str) -> Expr:
        """Return the tree of an expression; raises ExprError."""
        self.spend(2)
        found = self._trees.get(text) or parse_plain(text)
        if found is None:
            self.spend(_OF_PARSE + _OF_TOKEN * len(re.findall(r"\w+|[^\w\s]", text)))
            found = parse(text)
        self._trees[text] = found
        return found


def weight(value: Value | Ref) -> int:
    """Return how many characters and items a value has; a text or list has one more."""
    if isinstance(value, str):
        return 1 + len(value)
    if isinstance(value, Text):
        return 1 + sum(map(weight, value.parts))
    return 1 + sum(map(weight, value)) if isinstance(value, (tuple, Ref)) else 1


def check_list(items: tuple[Value, ...]) -> None:
    """Raise ExprError for a list that is too long or nested too deeply, seeing no more of it than is allowed."""
    _Scale().add(items, 0)


class _Scale:
    """Adds up the weight of a list that may be far too heavy."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, items: tuple[Value, ...], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ExprError(f"the list is nested deeper than {MAX_DEPTH} levels")
        for item in items:
            if isinstance(item, tuple):
                self.total += 1
                self.add(item, depth + 1)
            else:
                self.total += weight(item)
            if self.total > MAX_WEIGHT:
                raise ExprError("the result is too long")
