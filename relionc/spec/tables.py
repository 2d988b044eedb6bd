"""Points of a sweep that differ in words of their commands alone → a table for each kind of points.

A table of ten thousand points costs some milliseconds: what its points have in common is made out once, and its values
are looked at one by one, not in all combinations.
"""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.spec.columns import SweepTable, columns
from relionc.spec.grid import Grid, combined
from relionc.spec.point_names import from_template, label, made_name, made_names, own_name
from relionc.spec.points import Point

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.types import JobType
    from relionc.expr.budget import Budget
    from relionc.source.values import Plain
    from relionc.spec.axes import Axes
    from relionc.spec.columns import Column
    from relionc.spec.grid import Group, Row


class Division(NamedTuple):
    """The axes of a matrix: those of the `rows` of tables, with their columns, and those that make kinds of points."""

    rows: Grid
    columns: tuple[Column, ...]
    kinds: Sequence[Group]


def divided(job: dict[str, Plain], axes: Axes, job_type: JobType, budget: Budget) -> Division | None:
    """Divide the axes of a job; None where each of them makes kinds of points."""
    values = {axis: column for group in axes.groups for axis, column in group.items()}
    found = columns(job, values, job_type, budget)
    tabled = [group for group in axes.groups if found.keys() >= group.keys()]
    if not tabled:
        return None
    rows = Grid(tabled)
    kinds = [group for group in axes.groups if group not in tabled]
    return Division(rows, tuple(found[axis] for axis in rows.axes), kinds)


def tables(job: str, axes: Axes, division: Division) -> Iterator[tuple[str, tuple[Point, SweepTable]]]:
    """Yield the kinds of points by name, each with the point that stands for all, and their table."""
    grid, tabled, _ = division
    places = tuple(tuple(axes.places(column.axis, grid.texts[column.axis])) for column in tabled)
    limit = axes.matrix.get("limit")
    for kind in combined(division.kinds):
        left = grid.left(kind, axes.excluded)
        if not left:
            continue
        texts = grid.rows if len(left) == len(grid.rows) else [grid.rows[i] for i in left]
        names = tuple(_names(job, axes, kind, grid, left, texts))
        point = Point(job, {**kind, **grid.values(left[0])}, label(kind))
        yield made_name(job, kind), (point, SweepTable(tabled, names, texts, places, limit))


def _names(
    job: str, axes: Axes, kind: Row, grid: Grid, left: Sequence[int], texts: Sequence[tuple[str, ...]]
) -> list[str]:
    """Return the names of the rows of a kind that are left."""
    template = axes.matrix.get("name")
    if template is None:
        every = made_names(job, kind, axes.groups)
        return [every[row] for row in left]
    plain = from_template(template, kind, grid.axes, texts) if isinstance(template, str) else None
    if plain is not None:
        return plain
    points = (Point(job, {**kind, **grid.values(row)}, "") for row in left)
    return [own_name(axes.scope, template, point) for point in points]
