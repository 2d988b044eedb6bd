"""The axes of a `matrix:` with their values (lists, ranges, axes that go together), what is excluded, and bounds."""

from __future__ import annotations

import re
from decimal import Decimal
from math import prod

from relionc.source.values import FloatText, IntText, as_mapping, as_scalar, text_of
from relionc.spec.grid import Grid, as_text, combined, length
from relionc.spec.scope import near_or_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.source.values import Plain, Scalar
    from relionc.spec.grid import Excluded, Group, Row
    from relionc.spec.scope import SpecScope

BAD_MATRIX, TOO_MANY = "RL034", "RL028"
MOST_IN_TABLES = 10_000
"""The most points of all jobs of a spec together."""
MOST_BEFORE_EXCLUDED = 20_000
"""The most points of a job before some are excluded."""
MOST_EXCLUDED = 200
"""The most items of `exclude`."""
MOST_CELLS = 2_000_000
"""The most values of all points of all jobs, excluded ones counted, and looks at them to exclude some."""
LONGEST_NUMBER = 20
"""The most characters of a number in a range."""
WORDS = ("zip", "exclude", "name", "limit")
"""Keys of a matrix that are no axes."""
_PER_VALUE = 10
"""Values of points that take as long to write down as one that is read."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")


class MatrixError(Exception):
    """What is wrong with a matrix, and where below the job."""

    def __init__(self, message: str, route: Route, advice: str = "", code: str = BAD_MATRIX) -> None:
        super().__init__(message)
        self.message, self.route, self.advice, self.code = message, route, advice, code


class ToldAlready(Exception):  # noqa: N818 - no error of its own: a finding has told it
    """Something of the matrix could not be evaluated."""


def too_many(what: str, route: Route) -> MatrixError:
    """Return the refusal of so many points."""
    message = f"{what}: all jobs of a spec may have {MOST_IN_TABLES:,} points together"
    return MatrixError(message, route, "split the spec", TOO_MANY)


class RoomForPoints:
    """How many values of points all jobs of a spec may still have."""

    def __init__(self) -> None:
        self.left = MOST_CELLS

    def take(self, cells: int, route: Route) -> None:
        """Take what so many values need; raises MatrixError where there is no more."""
        self.left -= cells
        if self.left < 0:
            message = "the points of this spec have too many values together, those that are excluded counted"
            raise MatrixError(message, route, "split the spec, or leave values out of the axes", TOO_MANY)


class Axes:
    """The axes of one matrix: `groups` of those that go together, most of one axis; the groups multiply.

    Raises MatrixError and ToldAlready where they cannot be made out.
    """

    def __init__(self, matrix: Mapping[str, Plain], scope: SpecScope, job: str, room: RoomForPoints) -> None:
        self.matrix, self.scope, self.job, self.room = matrix, scope, job, room
        self.groups = self._groups()
        self.count = prod(map(length, self.groups))
        if self.count > MOST_BEFORE_EXCLUDED:
            raise too_many(f"the axes give {self.count:,} points", ("matrix",))
        self.excluded = self._excluded()
        looks = sum(map(len, self.excluded)) + len(self.excluded)
        self.room.take(self.count * (sum(map(len, self.groups)) + looks), ("matrix",))

    def _groups(self) -> list[Group]:
        axes = {axis: raw for axis, raw in self.matrix.items() if axis not in WORDS}
        groups: list[Group] = [{axis: self._values(raw, ("matrix", axis))} for axis, raw in axes.items()]
        zipped = as_mapping(self.matrix.get("zip"))
        twice = next((axis for axis in zipped if axis in axes), None)
        if twice is not None:
            raise MatrixError(f"`{twice}` is an axis already", ("matrix", "zip", twice))
        groups += [self._together(zipped)] if zipped else []
        if not groups:
            advice = "write `matrix: {K: [2, 4]}`, and `${{ matrix.K }}` where the value belongs"
            raise MatrixError("the matrix has no axis", ("matrix",), advice)
        return groups

    def rows(self) -> list[Row]:
        """Return the values of every point, those that are excluded left out."""
        if not self.excluded:
            return [*combined(self.groups)]
        grid = Grid(self.groups)
        left = [grid.values(row) for row in grid.left({}, self.excluded)]
        if not left:
            raise MatrixError("`exclude` leaves no point", ("matrix", "exclude"))
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
            raise MatrixError(message, ("matrix", "zip"))
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
            raise MatrixError("an axis has at least one value", route)
        if isinstance(raw, dict):  # numbers of a range differ
            return found
        seen: set[str] = set()
        for value in found:
            text = as_text(value)
            if text in seen:
                raise MatrixError(f"`{text}` is there twice", route)
            seen.add(text)
        return found

    def _take(self, values: int, route: Route) -> None:
        if values > MOST_IN_TABLES:
            raise too_many(f"{values:,} values", route)
        self.room.take(_PER_VALUE * values, route)

    def _range(self, raw: Mapping[str, Plain], route: Route) -> Iterator[Scalar]:
        """Yield the numbers from one to another, both included; exact, as they are typed."""
        start, stop = (_number(raw.get(key), (*route, key)) for key in ("from", "to"))
        step = _number(raw["step"], (*route, "step")) if "step" in raw else Decimal(1)
        if step == 0 or (stop - start) / step < 0:
            raise MatrixError(f"from {start} no steps of {step} lead to {stop}", route)
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
            raise ToldAlready
        return value

    def _excluded(self) -> Excluded:
        known = [axis for group in self.groups for axis in group]
        found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        raw = self.matrix.get("exclude")
        if isinstance(raw, list) and len(raw) > MOST_EXCLUDED:
            message = f"`exclude` has {len(raw):,} items; it may have {MOST_EXCLUDED}"
            raise MatrixError(message, ("matrix", "exclude"), "leave values out of the axes", TOO_MANY)
        for i, item in enumerate(raw if isinstance(raw, list) else []):
            route = ("matrix", "exclude", i)
            axes = as_mapping(item)
            for axis in axes:
                if axis not in known:
                    raise MatrixError(f"there is no axis `{axis}`", (*route, axis), near_or_all(axis, known))
            values = [self._value(as_scalar(one), (*route, axis)) for axis, one in axes.items()]
            found.setdefault((*axes,), set()).add(tuple(as_text(value) for value in values))
        return found


def _integer(number: int) -> Scalar:
    value = IntText(number)
    value.text = str(number)
    return value


def _number(raw: Plain, route: Route) -> Decimal:
    text = text_of(raw)
    if not _NUMBER.match(text) or len(text) > LONGEST_NUMBER:
        raise MatrixError(f"a range is of plain numbers, not `{text}`", route)
    return Decimal(text)


def _scalar(number: Decimal) -> Scalar:
    if number == number.to_integral_value():
        return _integer(int(number))
    value = FloatText(text := f"{number.normalize():f}")
    value.text = text
    return value
