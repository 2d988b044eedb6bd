"""All combinations of the axes of a sweep, as rows of values and of their texts."""

from __future__ import annotations

from itertools import product

from relionc.expr import text_of as plain_text
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from relionc.expr import Value

Group: TypeAlias = "Mapping[str, Sequence[Value]]"
"""Axes that go together, each with its values; most groups are of one axis."""
Excluded: TypeAlias = "Mapping[tuple[str, ...], AbstractSet[tuple[str, ...]]]"
"""What is left out: by axes, their values as text."""
Row: TypeAlias = "dict[str, Value]"
"""Values by axis."""


class Grid:
    """All combinations of some groups of axes: the rows of tables, with the texts of their values.

    `axes` are in the order of the values of a row, `texts` has those of each axis.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.axes = tuple(axis for group in groups for axis in group)
        self.texts = {axis: [*map(as_text, values)] for group in groups for axis, values in group.items()}
        texts = [[*zip(*(self.texts[axis] for axis in group), strict=True)] for group in groups]
        self.rows: Sequence[tuple[str, ...]] = (
            texts[0] if len(texts) == 1 else [sum(parts, ()) for parts in product(*texts)]
        )

    def values(self, row: int) -> dict[str, Value]:
        """Return the values of a row, by axis."""
        found: dict[str, Value] = {}
        for group in reversed(self.groups):
            row, at = divmod(row, length(group))
            found |= {axis: values[at] for axis, values in group.items()}
        return {axis: found[axis] for axis in self.axes}

    def left(self, kind: Mapping[str, Value], excluded: Excluded) -> Sequence[int]:
        """Return the numbers of the rows of a kind of points that nothing excludes."""
        kept: Sequence[int] = range(len(self.rows))
        for axes, values in excluded.items():
            fixed = [(at, as_text(kind[axis])) for at, axis in enumerate(axes) if axis in kind]
            free = [(at, self.axes.index(axis)) for at, axis in enumerate(axes) if axis not in kind]
            out = {
                tuple([texts[at] for at, _ in free])
                for texts in values
                if all(texts[at] == text for at, text in fixed)
            }
            if out:
                kept = [i for i in kept if tuple([self.rows[i][at] for _, at in free]) not in out]
        return kept


def as_text(value: Value) -> str:
    """Return a value as names, tables and messages have it."""
    return show(plain_text(value))


def length(group: Group) -> int:
    """Return how many values each axis of a group has."""
    return len(next(iter(group.values())))


def combined(groups: Sequence[Group]) -> Iterator[Row]:
    """Yield the values of every combination of some groups of axes."""
    for parts in product(*map(_entries, groups)):
        yield {axis: one for part in parts for axis, one in part.items()}


def _entries(group: Group) -> list[Row]:
    return [dict(zip(group, row, strict=True)) for row in zip(*group.values(), strict=True)]
