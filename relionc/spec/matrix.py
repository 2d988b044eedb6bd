"""`matrix:` and `each:` of a job → one job for every point of the sweep.

The axes multiply, first one slowest; those of a `zip` go together. What a point says is what its job says, with
`matrix.AXIS` for its values, so a point is a job like any other for all that comes after. Of many points that differ in
words of their commands alone, the first is a job for all of them, with a table (`spec.columns`, `spec.tables`).
"""

from __future__ import annotations

from math import prod

from relionc.record import NamedTuple
from relionc.source.values import as_mapping, characters, text_of
from relionc.spec.axes import (
    MOST_IN_TABLES,
    TOO_MANY,
    Axes,
    MatrixError,
    RoomForPoints,
    ToldAlready,
    too_many,
)
from relionc.spec.grid import as_text, length
from relionc.spec.point_names import NAME_THEM, is_name, label, made_name, no_name, own_name
from relionc.spec.points import Point, Points
from relionc.spec.scope import near_or_all
from relionc.spec.tables import divided, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.source.values import Plain
    from relionc.spec.columns import SweepTable
    from relionc.spec.grid import Row
    from relionc.spec.scope import SpecScope

MOST_POINTS = 1_000
"""The most points of all jobs of a spec together that are planned one by one."""
MOST_ALONE = 100
"""A sweep of more points is put into tables, where it can be."""
MOST_REPEATED = 1 << 22
"""The most characters of a job and of the defaults, counted once for each point: each has a script that says them."""


class Spread(NamedTuple):
    """The jobs of a spec with every point of a sweep as a job of its own."""

    jobs: Mapping[str, dict[str, Plain]]
    points: Points


def _too_many_alone(points: int, route: Route) -> MatrixError:
    message = (
        f"{points:,} points: the jobs of a spec may have {MOST_POINTS:,} together that are planned one by one"
    )
    advice = (
        f"split the spec; {MOST_IN_TABLES:,} may differ in options on which nothing but the command depends"
    )
    return MatrixError(message, route, advice, TOO_MANY)


def spread(
    jobs: Mapping[str, dict[str, Plain]],
    defaults: Mapping[str, Plain],
    scope: SpecScope,
    type_of: Callable[[str], JobType | None] = lambda _: None,
) -> Spread:
    """Return the jobs with their points in their places; a job whose points cannot be made out is left out.

    `type_of` returns the type of a job whose points may be in tables, by its name; nothing for any other.
    Raises TooMuchWorkError when the expressions of the spec have cost too much.
    """
    found = _Found(jobs, characters({**defaults}), scope, type_of)
    for name, job in jobs.items():
        try:
            found.add(name, job)
        except MatrixError as error:
            scope.report(error.code, error.message, ("jobs", name, *error.route), error.advice)
            found.broken.add(name)
        except ToldAlready:
            found.broken.add(name)
    scope.broken |= found.broken
    return Spread(found.jobs, Points(found.named, found.of_job, found.limits, found.tables))


class _Found:
    """The points so far."""

    def __init__(
        self,
        jobs: Mapping[str, dict[str, Plain]],
        of_defaults: int,
        scope: SpecScope,
        type_of: Callable[[str], JobType | None],
    ) -> None:
        """`of_defaults` are the characters of what all jobs have."""
        self.raw, self.of_defaults, self.scope, self.type_of = jobs, of_defaults, scope, type_of
        self.tables: dict[str, SweepTable] = {}
        self.jobs: dict[str, dict[str, Plain]] = {}
        self.named: dict[str, Point] = {}
        self.of_job: dict[str, tuple[str, ...]] = {}
        self.limits: dict[str, int] = {}
        self.broken: set[str] = set()
        self.repeated = 0  # characters of all points
        self.room = RoomForPoints()
        self.taken = dict.fromkeys(jobs, "")  # what each name is that no other may have: a point, or a job

    def add(self, name: str, job: dict[str, Plain]) -> None:
        """Add a job, or its points."""
        if "matrix" not in job and "each" not in job:
            self.jobs[name] = job
            return
        route = ("matrix",) if "matrix" in job else ("each",)
        matrix = as_mapping(job.get("matrix"))
        axes = Axes(matrix, self.scope, name, self.room) if "matrix" in job else None
        if axes and axes.count > MOST_ALONE and self._in_tables(name, job, axes):
            return
        rows = axes.rows() if axes else [{}]
        followed = self._followed(name, job)
        points = len(rows) * len(followed)
        self._check_number(points, len(self.named) + points, route)
        rest = {key: value for key, value in job.items() if key not in ("matrix", "each")}
        before = [each[1].values for each in followed if each]
        self.room.take(len(rows) * sum(map(len, before)), route)
        texts = sum(map(_characters, rows)) * len(followed) + sum(map(_characters, before)) * len(rows)
        self._check_size(texts, rest, points, route)
        made = [_point(name, row, other) for other in followed for row in rows]
        names = self._names(name, matrix, made, route)
        for point_name, point in zip(names, made, strict=True):
            self.named[point_name] = point
            self.jobs[point_name] = rest
        self.of_job[name] = tuple(names)
        limit = matrix.get("limit")
        if isinstance(limit, int):  # as the schema wants it
            self.limits[name] = limit

    def _check_number(self, points: int, jobs: int, route: Route) -> None:
        """Refuse more points, or more jobs, than a spec may have."""
        tables = self.tables.values()
        if len(self.named) - len(tables) + sum(len(each.names) for each in tables) + points > MOST_IN_TABLES:
            raise too_many(f"{points:,} points", route)
        if jobs > MOST_POINTS:
            raise _too_many_alone(points, route)

    def _in_tables(self, name: str, job: dict[str, Plain], axes: Axes) -> bool:
        """Put the points of a job into tables, one for each kind of points; False where that cannot be."""
        job_type = self.type_of(name) if "each" not in job else None
        if job_type is None:
            return False
        division = divided(job, axes, job_type, self.scope.budget)
        if division is None:
            return False
        if len(self.named) + prod(map(length, division.kinds)) > MOST_POINTS:
            raise _too_many_alone(axes.count, ("matrix",))
        made = dict(tables(name, axes, division))
        if not made:
            raise MatrixError("`exclude` leaves no point", ("matrix", "exclude"))
        self._add_tables(name, job, made)
        return True

    def _add_tables(
        self, name: str, job: Mapping[str, Plain], made: Mapping[str, tuple[Point, SweepTable]]
    ) -> None:
        names = [each for _, table in made.values() for each in table.names]
        self._check_number(len(names), len(self.named) + len(made), ("matrix",))
        route = ("matrix", "name") if "name" in as_mapping(job["matrix"]) else ("matrix",)
        self._check_names(names, [kind for kind in made if kind != name], route)
        rest = {key: value for key, value in job.items() if key != "matrix"}
        texts = sum(_characters(point.values) for point, _ in made.values())
        self._check_size(texts, rest, len(made), ("matrix",))
        for kind, (point, table) in made.items():
            self.named[kind], self.jobs[kind], self.tables[kind] = point, rest, table
        self.of_job[name] = tuple(made)

    def _check_names(self, names: Sequence[str], kinds: Sequence[str], route: Route) -> None:
        """Refuse names of points in tables that are none, or not different."""
        wrong = next((each for each in names if not is_name(each)), None)
        if wrong is not None:
            raise no_name(wrong, route)
        seen = {*kinds}
        for name in names:
            if name in seen or name in self.taken:
                raise MatrixError(f"two points or jobs would be called `{name}`", route, NAME_THEM)
            seen.add(name)
        self.taken |= dict.fromkeys(seen, "a point")

    def _check_size(self, of_values: int, rest: dict[str, Plain], points: int, route: Route) -> None:
        repeated = of_values + points * (self.of_defaults + characters(rest))
        self.repeated += repeated
        if self.repeated > MOST_REPEATED:
            message = (
                f"what this job and the defaults say, written {points:,} times, has {repeated:,} characters"
            )
            together = "" if repeated > MOST_REPEATED else " together with the points above"
            raise MatrixError(
                f"{message}; it may have {MOST_REPEATED:,}{together}", route, "split the spec", TOO_MANY
            )

    def _followed(self, name: str, job: Mapping[str, Plain]) -> list[tuple[str, Point] | None]:
        """Return the points that a job follows one by one; one that is none where it follows no job."""
        if "each" not in job:
            return [None]
        other = text_of(job["each"])
        if other not in self.of_job:
            swept = [
                each for each, raw in self.raw.items() if each != name and ("matrix" in raw or "each" in raw)
            ]
            if other in self.broken:
                raise ToldAlready
            if other in swept:
                raise MatrixError(f"`{other}` comes further down", ("each",), "write it above this job")
            advice = near_or_all(other, swept) or "give a job a `matrix` first"
            raise MatrixError(f"there is no job `{other}` with a `matrix`", ("each",), advice)
        return [(each, self.named[each]) for each in self.of_job[other]]

    def _names(
        self, job: str, matrix: Mapping[str, Plain], points: Sequence[Point], route: Route
    ) -> list[str]:
        """Return a name for each point; raises MatrixError where they are none, or not different."""
        if "name" in matrix:
            names = [own_name(self.scope, matrix["name"], point) for point in points]
            route = ("matrix", "name")
        else:
            names = [made_name(job, point.values) for point in points]
        new: dict[str, str] = {}
        for name, point in zip(names, points, strict=True):
            if not is_name(name):
                raise no_name(name, route)
            if name in new or name in self.taken:
                label = new.get(name) or self.taken.get(name)
                other = f"as that of {label}" if label else "as another job"
                raise MatrixError(
                    f"the point {point.label} would be called `{name}`, {other} is", route, NAME_THEM
                )
            new[name] = point.label
        self.taken |= new
        return names


def _point(job: str, row: Row, followed: tuple[str, Point] | None) -> Point:
    if followed is None:
        return Point(job, row, label(row))
    name, other = followed
    values = {**other.values, **row}
    return Point(job, values, label(values), {**other.beside, other.job: name})


def _characters(row: Mapping[str, Value]) -> int:
    return sum(len(axis) + len(as_text(value)) for axis, value in row.items())
