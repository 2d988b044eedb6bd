"""`matrix:` and `each:` of a job → one job for every point of the sweep.

The axes multiply, first one slowest; those of a `zip` go together. What a point says is what its job says, with
`matrix.AXIS` for its values, so a point is a job like any other for all that comes after. Of many points that differ in
words of their commands alone, the first is a job for all of them, with a table (`spec.columns`, `spec.tables`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from math import prod

from relionc.expr import text_of as plain_text
from relionc.expr.refs import show
from relionc.record import NamedTuple
from relionc.source.values import FloatText, IntText, as_mapping, as_scalar, characters, text_of
from relionc.spec.columns import SweepTable, columns
from relionc.spec.points import Point, Points
from relionc.spec.scope import near_or_all
from relionc.spec.tables import Grid, from_template
from relionc.spec.tables import names as made_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.source.values import Plain, Scalar
    from relionc.spec.columns import Column
    from relionc.spec.scope import SpecScope
    from relionc.spec.tables import Excluded, Group

BAD_MATRIX, TOO_MANY = "RL034", "RL028"
MOST_POINTS = 1_000
"""The most points of all jobs of a spec together that are planned one by one."""
MOST_IN_TABLES = 10_000
"""The most points of all jobs of a spec together."""
MOST_ALONE = 100
"""A sweep of more points is put into tables, where it can be."""
MOST_REPEATED = 1 << 22
"""The most characters of a job and of the defaults, counted once for each point: each has a script that says them."""
MOST_BEFORE_EXCLUDED = 20_000
"""The most points of a job before some are excluded."""
MOST_EXCLUDED = 200
"""The most items of `exclude`."""
MOST_CELLS = 2_000_000
"""The most values of all points of all jobs, excluded ones counted, and looks at them to exclude some."""
LONGEST_LABEL = 200
"""The most characters of what messages call a point."""
_PER_VALUE = 10
"""Values of points that take as long to write down as one that is read."""
LONGEST_NUMBER = 20
"""The most characters of a number in a range."""
WORDS = ("zip", "exclude", "name", "limit")
"""Keys of a matrix that are no axes."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_IN_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")

Row = dict[str, "Value"]
"""Values by axis."""


class Spread(NamedTuple):
    """The jobs of a spec with every point of a sweep as a job of its own."""

    jobs: Mapping[str, dict[str, Plain]]
    points: Points


class _Error(Exception):
    """What is wrong with a matrix, and where below the job."""

    def __init__(self, message: str, route: Route, advice: str = "", code: str = BAD_MATRIX) -> None:
        super().__init__(message)
        self.message, self.route, self.advice, self.code = message, route, advice, code


def _too_many(what: str, route: Route) -> _Error:
    message = f"{what}: all jobs of a spec may have {MOST_IN_TABLES:,} points together"
    return _Error(message, route, "split the spec", TOO_MANY)


def _too_many_alone(points: int, route: Route) -> _Error:
    message = (
        f"{points:,} points: the jobs of a spec may have {MOST_POINTS:,} together that are planned one by one"
    )
    advice = (
        f"split the spec; {MOST_IN_TABLES:,} may differ in options on which nothing but the command depends"
    )
    return _Error(message, route, advice, TOO_MANY)


_NAME_THEM = 'name them yourself: `name: "K${{ matrix.K }}"` in the matrix'


def _no_name(name: str, route: Route) -> _Error:
    what = "a name has letters, digits, _ and -, a letter first, at most 64"
    return _Error(f"`{_cut(name)}` cannot be the name of a point: {what}", route, _NAME_THEM)


class _Room:
    """How many values of points all jobs of a spec may still have."""

    def __init__(self) -> None:
        self.left = MOST_CELLS

    def take(self, cells: int, route: Route) -> None:
        """Take what so many values need; raises _Error where there is no more."""
        self.left -= cells
        if self.left < 0:
            message = "the points of this spec have too many values together, those that are excluded counted"
            raise _Error(message, route, "split the spec, or leave values out of the axes", TOO_MANY)


class _Told(Exception):  # noqa: N818 - no error of its own: a finding has told it
    """Something of the matrix could not be evaluated."""


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
        except _Error as error:
            scope.report(error.code, error.message, ("jobs", name, *error.route), error.advice)
            found.broken.add(name)
        except _Told:
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
        self.room = _Room()
        self.taken = dict.fromkeys(jobs, "")  # what each name is that no other may have: a point, or a job

    def add(self, name: str, job: dict[str, Plain]) -> None:
        """Add a job, or its points."""
        if "matrix" not in job and "each" not in job:
            self.jobs[name] = job
            return
        route = ("matrix",) if "matrix" in job else ("each",)
        matrix = as_mapping(job.get("matrix"))
        axes = _Axes(matrix, self.scope, name, self.room) if "matrix" in job else None
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
            raise _too_many(f"{points:,} points", route)
        if jobs > MOST_POINTS:
            raise _too_many_alone(points, route)

    def _in_tables(self, name: str, job: dict[str, Plain], axes: _Axes) -> bool:
        """Put the points of a job into tables, one for each kind of points; False where that cannot be."""
        job_type = self.type_of(name) if "each" not in job else None
        if job_type is None:
            return False
        values = {axis: column for group in axes.groups for axis, column in group.items()}
        found = columns(job, values, job_type, self.scope.budget)
        tabled = [group for group in axes.groups if found.keys() >= group.keys()]
        kinds = [group for group in axes.groups if group not in tabled]
        if not tabled:
            return False
        if len(self.named) + prod(map(_length, kinds)) > MOST_POINTS:
            raise _too_many_alone(axes.count, ("matrix",))
        grid = Grid(tabled)
        made = dict(self._kinds(name, axes, kinds, (grid, [found[axis] for axis in grid.axes])))
        if not made:
            raise _Error("`exclude` leaves no point", ("matrix", "exclude"))
        self._add_tables(name, job, made)
        return True

    def _kinds(
        self, name: str, axes: _Axes, kinds: Sequence[Group], rows: tuple[Grid, Sequence[Column]]
    ) -> Iterator[tuple[str, tuple[Point, SweepTable]]]:
        """Yield the kinds of points by name, each with the point that stands for all, and their table."""
        grid, tabled = rows
        matrix = axes.matrix
        places = tuple(tuple(axes.places(column.axis, grid.texts[column.axis])) for column in tabled)
        for kind in _combined(kinds):
            left = grid.left(kind, axes.excluded)
            if not left:
                continue
            called = _made_name(name, Point(name, kind, ""))
            texts = grid.rows if len(left) == len(grid.rows) else [grid.rows[i] for i in left]
            if "name" in matrix:
                names = self._own_names(name, matrix["name"], kind, grid, left, texts)
            else:
                every = made_names(name, kind, axes.groups, _of_axis)
                names = [every[row] for row in left]
            point = Point(name, {**kind, **grid.values(left[0])}, _label(kind))
            yield called, (point, SweepTable(tuple(tabled), tuple(names), texts, places, matrix.get("limit")))

    def _own_names(
        self,
        name: str,
        template: Plain,
        kind: Row,
        grid: Grid,
        left: Sequence[int],
        texts: Sequence[tuple[str, ...]],
    ) -> list[str]:
        plain = from_template(template, kind, grid.axes, texts) if isinstance(template, str) else None
        if plain is not None:
            return plain
        points = (Point(name, {**kind, **grid.values(row)}, "") for row in left)
        return [self._own_name(name, template, point) for point in points]

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
        wrong = next((each for each in names if not _NAME.match(each)), None)
        if wrong is not None:
            raise _no_name(wrong, route)
        seen = {*kinds}
        for name in names:
            if name in seen or name in self.taken:
                raise _Error(f"two points or jobs would be called `{name}`", route, _NAME_THEM)
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
            raise _Error(
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
                raise _Told
            if other in swept:
                raise _Error(f"`{other}` comes further down", ("each",), "write it above this job")
            advice = near_or_all(other, swept) or "give a job a `matrix` first"
            raise _Error(f"there is no job `{other}` with a `matrix`", ("each",), advice)
        return [(each, self.named[each]) for each in self.of_job[other]]

    def _names(
        self, job: str, matrix: Mapping[str, Plain], points: Sequence[Point], route: Route
    ) -> list[str]:
        """Return a name for each point; raises _Error where they are none, or not different."""
        if "name" in matrix:
            names = [self._own_name(job, matrix["name"], point) for point in points]
            route = ("matrix", "name")
        else:
            names = [_made_name(job, point) for point in points]
        new: dict[str, str] = {}
        for name, point in zip(names, points, strict=True):
            if not _NAME.match(name):
                raise _no_name(name, route)
            if name in new or name in self.taken:
                label = new.get(name) or self.taken.get(name)
                other = f"as that of {label}" if label else "as another job"
                raise _Error(
                    f"the point {point.label} would be called `{name}`, {other} is", route, _NAME_THEM
                )
            new[name] = point.label
        self.taken |= new
        return names

    def _own_name(self, job: str, template: Plain, point: Point) -> str:
        self.scope.point = point
        value = self.scope.value(as_scalar(template), ("jobs", job, "matrix", "name"))
        self.scope.point = None
        if value is None:
            raise _Told
        return show(plain_text(value))


def _point(job: str, row: Row, followed: tuple[str, Point] | None) -> Point:
    if followed is None:
        return Point(job, row, _label(row))
    name, other = followed
    values = {**other.values, **row}
    return Point(job, values, _label(values), {**other.beside, other.job: name})


def _label(row: Mapping[str, Value]) -> str:
    return _cut(", ".join(f"{axis}={show(plain_text(value))}" for axis, value in row.items()))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def _characters(row: Mapping[str, Value]) -> int:
    return sum(len(axis) + len(show(plain_text(value))) for axis, value in row.items())


def _made_name(job: str, point: Point) -> str:
    """Return the job's name with the values behind it: `class3d-K4-tau0p5`; of a path, the file without its ending."""
    return job + "".join(_of_axis(axis, value) for axis, value in point.values.items())


def _of_axis(axis: str, value: Value) -> str:
    return f"-{axis}{_in_name(value)}"


def _in_name(value: Value) -> str:
    text = show(plain_text(value))
    if _NUMBER.match(text):
        return text.lstrip("+").replace("-", "m").replace(".", "p")
    stem = text.rstrip("/").rpartition("/")[2].rpartition(".")
    return _IN_NO_NAME.sub("_", stem[0] or stem[2]).strip("_")


class _Axes:
    """The axes of one matrix: `groups` of those that go together, most of one axis; the groups multiply.

    Raises _Error and _Told where they cannot be made out.
    """

    def __init__(self, matrix: Mapping[str, Plain], scope: SpecScope, job: str, room: _Room) -> None:
        self.matrix, self.scope, self.job, self.room = matrix, scope, job, room
        self.groups = self._groups()
        self.count = prod(map(_length, self.groups))
        if self.count > MOST_BEFORE_EXCLUDED:
            raise _too_many(f"the axes give {self.count:,} points", ("matrix",))
        self.excluded = self._excluded()
        looks = sum(map(len, self.excluded)) + len(self.excluded)
        self.room.take(self.count * (sum(map(len, self.groups)) + looks), ("matrix",))

    def _groups(self) -> list[Group]:
        axes = {axis: raw for axis, raw in self.matrix.items() if axis not in WORDS}
        groups: list[Group] = [{axis: self._values(raw, ("matrix", axis))} for axis, raw in axes.items()]
        zipped = as_mapping(self.matrix.get("zip"))
        twice = next((axis for axis in zipped if axis in axes), None)
        if twice is not None:
            raise _Error(f"`{twice}` is an axis already", ("matrix", "zip", twice))
        groups += [self._together(zipped)] if zipped else []
        if not groups:
            advice = "write `matrix: {K: [2, 4]}`, and `${{ matrix.K }}` where the value belongs"
            raise _Error("the matrix has no axis", ("matrix",), advice)
        return groups

    def rows(self) -> list[Row]:
        """Return the values of every point, those that are excluded left out."""
        if not self.excluded:
            return [*_combined(self.groups)]
        grid = Grid(self.groups)
        left = [grid.values(row) for row in grid.left({}, self.excluded)]
        if not left:
            raise _Error("`exclude` leaves no point", ("matrix", "exclude"))
        return left

    def places(self, axis: str, texts: Sequence[str]) -> Iterator[tuple[str, Route]]:
        """Yield each value of an axis, by its text, with where in the spec it stands."""
        alone = axis in self.matrix
        raw = (self.matrix if alone else as_mapping(self.matrix["zip"]))[axis]
        here = ("jobs", self.job, "matrix", *(() if alone else ("zip",)), axis)
        return ((text, (*here, i) if isinstance(raw, list) else here) for i, text in enumerate(texts))

    def _together(self, axes: Mapping[str, Plain]) -> Group:
        """Return axes that go together: first with first, second with second."""
        columns = {axis: self._values(raw, ("matrix", "zip", axis)) for axis, raw in axes.items()}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{axis} {len(column)}" for axis, column in columns.items())
            message = f"axes that go together have as many values each, not {lengths}"
            raise _Error(message, ("matrix", "zip"))
        return columns

    def _values(self, raw: Plain, route: Route) -> list[Value]:
        """Return the values of an axis: a list, a range, or an expression that gives a list."""
        if isinstance(raw, dict):
            found: list[Value] = [*self._range(raw, route)]
        elif isinstance(raw, list):
            self._take(len(raw), route)
            found = [self._value(as_scalar(item), (*route, i)) for i, item in enumerate(raw)]
        else:
            value = self._value(raw, route)
            found = [*value] if isinstance(value, tuple) else [value]
            self._take(len(found), route)
        if not found:
            raise _Error("an axis has at least one value", route)
        if isinstance(raw, dict):  # numbers of a range differ
            return found
        seen: set[str] = set()
        for value in found:
            text = show(plain_text(value))
            if text in seen:
                raise _Error(f"`{text}` is there twice", route)
            seen.add(text)
        return found

    def _take(self, values: int, route: Route) -> None:
        if values > MOST_IN_TABLES:
            raise _too_many(f"{values:,} values", route)
        self.room.take(_PER_VALUE * values, route)

    def _range(self, raw: Mapping[str, Plain], route: Route) -> Iterator[Scalar]:
        """Yield the numbers from one to another, both included; exact, as they are typed."""
        start, stop = (_number(raw.get(key), (*route, key)) for key in ("from", "to"))
        step = _number(raw["step"], (*route, "step")) if "step" in raw else Decimal(1)
        if step == 0 or (stop - start) / step < 0:
            raise _Error(f"from {start} no steps of {step} lead to {stop}", route)
        count = int((stop - start) / step) + 1
        self._take(count, route)
        if all(number == number.to_integral_value() for number in (start, step)):
            first, by = int(start), int(step)
            yield from (_integer(first + i * by) for i in range(count))
        else:
            yield from (_scalar(start + i * step) for i in range(count))

    def _value(self, raw: Scalar, route: Route) -> Value:
        before = len(self.scope.findings)
        value = self.scope.value(raw, ("jobs", self.job, *route))
        if len(self.scope.findings) > before:
            raise _Told
        return value

    def _excluded(self) -> Excluded:
        known = [axis for group in self.groups for axis in group]
        found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        raw = self.matrix.get("exclude")
        if isinstance(raw, list) and len(raw) > MOST_EXCLUDED:
            message = f"`exclude` has {len(raw):,} items; it may have {MOST_EXCLUDED}"
            raise _Error(message, ("matrix", "exclude"), "leave values out of the axes", TOO_MANY)
        for i, item in enumerate(raw if isinstance(raw, list) else []):
            route = ("matrix", "exclude", i)
            axes = as_mapping(item)
            for axis in axes:
                if axis not in known:
                    raise _Error(f"there is no axis `{axis}`", (*route, axis), near_or_all(axis, known))
            values = [self._value(as_scalar(one), (*route, axis)) for axis, one in axes.items()]
            found.setdefault((*axes,), set()).add(tuple(show(plain_text(value)) for value in values))
        return found


def _length(group: Group) -> int:
    return len(next(iter(group.values())))


def _combined(groups: Sequence[Group]) -> Iterator[Row]:
    """Yield the values of every combination of some groups of axes."""
    for parts in product(*map(_entries, groups)):
        yield {axis: one for part in parts for axis, one in part.items()}


def _entries(group: Group) -> list[Row]:
    return [dict(zip(group, row, strict=True)) for row in zip(*group.values(), strict=True)]


def _integer(number: int) -> Scalar:
    value = IntText(number)
    value.text = str(number)
    return value


def _number(raw: Plain, route: Route) -> Decimal:
    text = text_of(raw)
    if not _NUMBER.match(text) or len(text) > LONGEST_NUMBER:
        raise _Error(f"a range is of plain numbers, not `{text}`", route)
    return Decimal(text)


def _scalar(number: Decimal) -> Scalar:
    if number == number.to_integral_value():
        return _integer(int(number))
    value = FloatText(text := f"{number.normalize():f}")
    value.text = text
    return value
