"""`matrix:` and `each:` of a job → one job for every point of the sweep.

The axes multiply, first one slowest; those of a `zip` go together. What a point says is what its job says, with
`matrix.AXIS` for its values, so a point is a job like any other for all that comes after.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from relionc.expr import text_of as plain_text
from relionc.expr.refs import show
from relionc.record import NamedTuple
from relionc.source.values import FloatText, IntText, as_mapping, as_scalar, characters, text_of
from relionc.spec.points import Point, Points
from relionc.spec.scope import near_or_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.source.values import Plain, Scalar
    from relionc.spec.scope import SpecScope

BAD_MATRIX, TOO_MANY = "RL034", "RL028"
MOST_POINTS = 1_000
"""The most points of all jobs of a spec together."""
MOST_REPEATED = 1 << 22
"""The most characters of a job and of the defaults, counted once for each point: each has a script that says them."""
MOST_BEFORE_EXCLUDED = 20_000
"""The most points of a job before some are excluded."""
MOST_EXCLUDED = 200
"""The most items of `exclude`."""
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
    message = f"{what}: all jobs of a spec may have {MOST_POINTS:,} points together"
    return _Error(message, route, "split the spec", TOO_MANY)


class _Told(Exception):  # noqa: N818 - no error of its own: a finding has told it
    """Something of the matrix could not be evaluated."""


def spread(jobs: Mapping[str, dict[str, Plain]], defaults: Mapping[str, Plain], scope: SpecScope) -> Spread:
    """Return the jobs with their points in their places; a job whose points cannot be made out is left out.

    Raises TooMuchWorkError when the expressions of the spec have cost too much.
    """
    found = _Found(jobs, characters({**defaults}), scope)
    for name, job in jobs.items():
        try:
            found.add(name, job)
        except _Error as error:
            scope.report(error.code, error.message, ("jobs", name, *error.route), error.advice)
            found.broken.add(name)
        except _Told:
            found.broken.add(name)
    scope.broken |= found.broken
    return Spread(found.jobs, Points(found.named, found.of_job, found.limits))


class _Found:
    """The points so far."""

    def __init__(self, jobs: Mapping[str, dict[str, Plain]], of_defaults: int, scope: SpecScope) -> None:
        """`of_defaults` are the characters of what all jobs have."""
        self.raw, self.of_defaults, self.scope = jobs, of_defaults, scope
        self.jobs: dict[str, dict[str, Plain]] = {}
        self.named: dict[str, Point] = {}
        self.of_job: dict[str, tuple[str, ...]] = {}
        self.limits: dict[str, int] = {}
        self.broken: set[str] = set()
        self.repeated = 0  # characters of all points

    def add(self, name: str, job: dict[str, Plain]) -> None:
        """Add a job, or its points."""
        if "matrix" not in job and "each" not in job:
            self.jobs[name] = job
            return
        route = ("matrix",) if "matrix" in job else ("each",)
        matrix = as_mapping(job.get("matrix"))
        rows = _Axes(matrix, self.scope, name).rows() if "matrix" in job else [{}]
        followed = self._followed(name, job)
        if len(self.named) + len(rows) * len(followed) > MOST_POINTS:
            message = (
                f"{len(rows) * len(followed):,} points: the jobs of a spec may have {MOST_POINTS:,} together"
            )
            raise _Error(message, route, "split the spec", TOO_MANY)
        rest = {key: value for key, value in job.items() if key not in ("matrix", "each")}
        self._check_size(rest, len(rows) * len(followed), route)
        made = [_point(name, row, other) for other in followed for row in rows]
        names = self._names(name, matrix, made, route)
        for point_name, point in zip(names, made, strict=True):
            self.named[point_name] = point
            self.jobs[point_name] = rest
        self.of_job[name] = tuple(names)
        limit = matrix.get("limit")
        if isinstance(limit, int):  # as the schema wants it
            self.limits[name] = limit

    def _check_size(self, rest: dict[str, Plain], points: int, route: Route) -> None:
        repeated = points * (self.of_defaults + characters(rest))
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
        seen: dict[str, str] = dict.fromkeys(self.raw, "")
        seen |= {name: point.label for name, point in self.named.items()}
        for name, point in zip(names, points, strict=True):
            advice = 'name them yourself: `name: "K${{ matrix.K }}"` in the matrix'
            if not _NAME.match(name):
                what = "a name has letters, digits, _ and -, a letter first, at most 64"
                raise _Error(f"`{name}` cannot be the name of a point: {what}", route, advice)
            if name in seen:
                other = f"as that of {seen[name]}" if seen[name] else "as another job"
                raise _Error(f"the point {point.label} would be called `{name}`, {other} is", route, advice)
            seen[name] = point.label
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
    return ", ".join(f"{axis}={show(plain_text(value))}" for axis, value in row.items())


def _made_name(job: str, point: Point) -> str:
    """Return the job's name with the values behind it: `class3d-K4-tau0p5`; of a path, the file without its ending."""
    return "-".join([job, *(f"{axis}{_in_name(value)}" for axis, value in point.values.items())])


def _in_name(value: Value) -> str:
    text = show(plain_text(value))
    if _NUMBER.match(text):
        return text.lstrip("+").replace("-", "m").replace(".", "p")
    stem = text.rstrip("/").rpartition("/")[2].rpartition(".")
    return _IN_NO_NAME.sub("_", stem[0] or stem[2]).strip("_")


class _Axes:
    """The axes of one matrix."""

    def __init__(self, matrix: Mapping[str, Plain], scope: SpecScope, job: str) -> None:
        self.matrix, self.scope, self.job = matrix, scope, job

    def rows(self) -> list[Row]:
        """Return the values of every point, those that are excluded left out."""
        axes = {axis: raw for axis, raw in self.matrix.items() if axis not in WORDS}
        groups = [[{axis: one} for one in self._values(raw, ("matrix", axis))] for axis, raw in axes.items()]
        zipped = as_mapping(self.matrix.get("zip"))
        twice = next((axis for axis in zipped if axis in axes), None)
        if twice is not None:
            raise _Error(f"`{twice}` is an axis already", ("matrix", "zip", twice))
        groups += [self._together(zipped)] if zipped else []
        if not groups:
            advice = "write `matrix: {K: [2, 4]}`, and `${{ matrix.K }}` where the value belongs"
            raise _Error("the matrix has no axis", ("matrix",), advice)
        count = prod(map(len, groups))
        if count > MOST_BEFORE_EXCLUDED:
            raise _too_many(f"the axes give {count:,} points", ("matrix",))
        rows = [{axis: one for part in parts for axis, one in part.items()} for parts in product(*groups)]
        excluded = self._excluded(rows[0])
        left = [row for row in rows if not any(_fits(row, each) for each in excluded)]
        if not left:
            raise _Error("`exclude` leaves no point", ("matrix", "exclude"))
        return left

    def _together(self, axes: Mapping[str, Plain]) -> list[Row]:
        """Return the rows of axes that go together: first with first, second with second."""
        columns = {axis: self._values(raw, ("matrix", "zip", axis)) for axis, raw in axes.items()}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{axis} {len(column)}" for axis, column in columns.items())
            message = f"axes that go together have as many values each, not {lengths}"
            raise _Error(message, ("matrix", "zip"))
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _values(self, raw: Plain, route: Route) -> list[Value]:
        """Return the values of an axis: a list, a range, or an expression that gives a list."""
        if isinstance(raw, list) and len(raw) > MOST_POINTS:
            raise _too_many(f"{len(raw):,} values", route)
        if isinstance(raw, dict):
            found: list[Value] = [*_range(raw, route)]
        elif isinstance(raw, list):
            found = [self._value(as_scalar(item), (*route, i)) for i, item in enumerate(raw)]
        else:
            value = self._value(raw, route)
            found = [*value] if isinstance(value, tuple) else [value]
        if not found:
            raise _Error("an axis has at least one value", route)
        texts = [show(plain_text(value)) for value in found]
        twice = next((text for i, text in enumerate(texts) if text in texts[:i]), None)
        if twice is not None:
            raise _Error(f"`{twice}` is there twice", route)
        return found

    def _value(self, raw: Scalar, route: Route) -> Value:
        before = len(self.scope.findings)
        value = self.scope.value(raw, ("jobs", self.job, *route))
        if len(self.scope.findings) > before:
            raise _Told
        return value

    def _excluded(self, row: Row) -> list[Mapping[str, str]]:
        """Return what is left out: values as text, by axis."""
        found: list[Mapping[str, str]] = []
        raw = self.matrix.get("exclude")
        if isinstance(raw, list) and len(raw) > MOST_EXCLUDED:
            message = f"`exclude` has {len(raw):,} items; it may have {MOST_EXCLUDED}"
            raise _Error(message, ("matrix", "exclude"), "leave values out of the axes", TOO_MANY)
        for i, item in enumerate(raw if isinstance(raw, list) else []):
            route = ("matrix", "exclude", i)
            for axis in as_mapping(item):
                if axis not in row:
                    raise _Error(f"there is no axis `{axis}`", (*route, axis), near_or_all(axis, row))
            values = {
                axis: self._value(as_scalar(one), (*route, axis)) for axis, one in as_mapping(item).items()
            }
            found.append({axis: show(plain_text(value)) for axis, value in values.items()})
        return found


def _fits(row: Row, excluded: Mapping[str, str]) -> bool:
    return all(show(plain_text(row[axis])) == text for axis, text in excluded.items())


def _range(raw: Mapping[str, Plain], route: Route) -> Iterator[Scalar]:
    """Yield the numbers from one to another, both included; exact, as they are typed."""
    start, stop = (_number(raw.get(key), (*route, key)) for key in ("from", "to"))
    step = _number(raw["step"], (*route, "step")) if "step" in raw else Decimal(1)
    if step == 0 or (stop - start) / step < 0:
        raise _Error(f"from {start} no steps of {step} lead to {stop}", route)
    count = int((stop - start) / step) + 1
    if count > MOST_POINTS:
        raise _too_many(f"{count:,} values", route)
    for i in range(count):
        yield _scalar(start + i * step)


def _number(raw: Plain, route: Route) -> Decimal:
    text = text_of(raw)
    if not _NUMBER.match(text) or len(text) > LONGEST_NUMBER:
        raise _Error(f"a range is of plain numbers, not `{text}`", route)
    return Decimal(text)


def _scalar(number: Decimal) -> Scalar:
    whole = number == number.to_integral_value()
    text = f"{number.to_integral_value() if whole else number.normalize():f}"
    value: IntText | FloatText = IntText(text) if whole else FloatText(text)
    value.text = text
    return value
