"""Points of a sweep that differ in words of their commands alone → a table for each kind of points.

A table of ten thousand points costs some milliseconds: what its points have in common is made out once, and its values
are looked at one by one, not in all combinations.
"""

from __future__ import annotations

import re
from itertools import product

from relionc.expr import text_of as plain_text
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from relionc.expr import Value

Group: TypeAlias = "Mapping[str, Sequence[Value]]"
"""Axes that go together, each with its values; most groups are of one axis."""
Excluded: TypeAlias = "Mapping[tuple[str, ...], AbstractSet[tuple[str, ...]]]"
"""What is left out: by axes, their values as text."""
_LONGEST_LITERAL = 64
"""Characters of a template that no value brings: a name is no longer."""
_AXIS = re.compile(r"\$\{\{\s*matrix\.(\w+)\s*\}\}")


class Grid:
    """All combinations of some groups of axes: the rows of tables, with the texts of their values.

    `axes` are in the order of the values of a row, `texts` has those of each axis.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.axes = tuple(axis for group in groups for axis in group)
        self.texts = {axis: [*map(_text, values)] for group in groups for axis, values in group.items()}
        texts = [[*zip(*(self.texts[axis] for axis in group), strict=True)] for group in groups]
        self.rows: Sequence[tuple[str, ...]] = (
            texts[0] if len(texts) == 1 else [sum(parts, ()) for parts in product(*texts)]
        )

    def values(self, row: int) -> dict[str, Value]:
        """Return the values of a row, by axis."""
        found: dict[str, Value] = {}
        for group in reversed(self.groups):
            row, at = divmod(row, len(next(iter(group.values()))))
            found |= {axis: values[at] for axis, values in group.items()}
        return {axis: found[axis] for axis in self.axes}

    def left(self, kind: Mapping[str, Value], excluded: Excluded) -> Sequence[int]:
        """Return the numbers of the rows of a kind of points that nothing excludes."""
        kept: Sequence[int] = range(len(self.rows))
        for axes, values in excluded.items():
            fixed = [(at, _text(kind[axis])) for at, axis in enumerate(axes) if axis in kind]
            free = [(at, self.axes.index(axis)) for at, axis in enumerate(axes) if axis not in kind]
            out = {
                tuple([texts[at] for at, _ in free])
                for texts in values
                if all(texts[at] == text for at, text in fixed)
            }
            if out:
                kept = [i for i in kept if tuple([self.rows[i][at] for _, at in free]) not in out]
        return kept


def _text(value: Value) -> str:
    return show(plain_text(value))


def names(
    job: str, kind: Mapping[str, Value], groups: Sequence[Group], in_name: Callable[[str, Value], str]
) -> list[str]:
    """Return the names of all combinations of some axes, of which a kind of points has some fixed, in their order.

    `in_name` gives what a value adds to a name.
    """
    parts = [
        ["".join(entry) for entry in zip(*_in_names(group, kind, in_name), strict=True)] for group in groups
    ]
    return [job + "".join(each) for each in product(*parts)]


def _in_names(
    group: Group, kind: Mapping[str, Value], in_name: Callable[[str, Value], str]
) -> list[list[str]]:
    return [
        [in_name(axis, kind[axis])] if axis in kind else [in_name(axis, value) for value in values]
        for axis, values in group.items()
    ]


def from_template(
    template: str, kind: Mapping[str, Value], axes: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> list[str] | None:
    """Return the names that a template gives which has no expressions but axes; None for any other."""
    literal = _AXIS.split(template)  # text, axis, text, axis …
    places = {axis: at for at, axis in enumerate(axes)}
    if sum(map(len, literal[::2])) > _LONGEST_LITERAL:
        return None
    if any("${{" in part for part in literal[::2]) or not {*literal[1::2]} <= {*kind, *places}:
        return None
    parts: list[str | int] = [
        places[part] if number % 2 and part in places else _text(kind[part]) if number % 2 else part
        for number, part in enumerate(literal)
    ]
    return ["".join([part if isinstance(part, str) else row[part] for part in parts]) for row in rows]
