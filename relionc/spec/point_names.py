"""What points of a sweep are called: their names, by a template or made of their values, and in messages."""

from __future__ import annotations

import re
from itertools import product

from relionc.source.values import as_scalar
from relionc.spec.axes import MatrixError, ToldAlready
from relionc.spec.grid import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.diag import Route
    from relionc.expr import Value
    from relionc.source.values import Plain
    from relionc.spec.grid import Group
    from relionc.spec.points import Point
    from relionc.spec.scope import SpecScope

NAME_THEM = 'name them yourself: `name: "K${{ matrix.K }}"` in the matrix'
"""What helps where names are none, or not different."""
LONGEST_LABEL = 200
"""The most characters of what messages call a point."""
_LONGEST_LITERAL = 64
"""Characters of a template that no value brings: a name is no longer."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_IN_NO_NAME = re.compile(r"[^A-Za-z0-9_]+")
_AXIS = re.compile(r"\$\{\{\s*matrix\.(\w+)\s*\}\}")


def is_name(text: str) -> bool:
    """Tell whether a point may be called so."""
    return _NAME.match(text) is not None


def no_name(text: str, route: Route) -> MatrixError:
    """Return the refusal of a text that is no name."""
    what = "a name has letters, digits, _ and -, a letter first, at most 64"
    return MatrixError(f"`{_cut(text)}` cannot be the name of a point: {what}", route, NAME_THEM)


def label(row: Mapping[str, Value]) -> str:
    """Return what messages call the point with these values."""
    return _cut(", ".join(f"{axis}={as_text(value)}" for axis, value in row.items()))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def own_name(scope: SpecScope, template: Plain, point: Point) -> str:
    """Return the name that the matrix gives a point; raises ToldAlready where it cannot be evaluated."""
    scope.point = point
    value = scope.value(as_scalar(template), ("jobs", point.job, "matrix", "name"))
    scope.point = None
    if value is None:
        raise ToldAlready
    return as_text(value)


def made_name(job: str, values: Mapping[str, Value]) -> str:
    """Return the job's name with the values behind it: `class3d-K4-tau0p5`; of a path, the file without its ending."""
    return job + "".join(_of_axis(axis, value) for axis, value in values.items())


def _of_axis(axis: str, value: Value) -> str:
    return f"-{axis}{_in_name(value)}"


def _in_name(value: Value) -> str:
    text = as_text(value)
    if _NUMBER.match(text):
        return text.lstrip("+").replace("-", "m").replace(".", "p")
    stem = text.rstrip("/").rpartition("/")[2].rpartition(".")
    return _IN_NO_NAME.sub("_", stem[0] or stem[2]).strip("_")


def made_names(job: str, kind: Mapping[str, Value], groups: Sequence[Group]) -> list[str]:
    """Return the names of all combinations of some axes, of which a kind of points has some fixed, in their order."""
    parts = [["".join(entry) for entry in zip(*_in_names(group, kind), strict=True)] for group in groups]
    return [job + "".join(each) for each in product(*parts)]


def _in_names(group: Group, kind: Mapping[str, Value]) -> list[list[str]]:
    return [
        [_of_axis(axis, kind[axis])] if axis in kind else [_of_axis(axis, value) for value in values]
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
        places[part] if number % 2 and part in places else as_text(kind[part]) if number % 2 else part
        for number, part in enumerate(literal)
    ]
    return ["".join([part if isinstance(part, str) else row[part] for part in parts]) for row in rows]
