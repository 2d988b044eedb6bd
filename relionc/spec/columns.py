"""Axes of a sweep on which nothing of a job depends but words of its commands: columns of a table of points.

Such points share one plan and one script, which takes its words from the table. Where an axis is used says whether it
is one: as the whole value of an inert option (`catalog.inert`), or as a number behind a flag of the further arguments.
"""

from __future__ import annotations

import re

from relionc.catalog.inert import inert
from relionc.diag import Finding
from relionc.expr import ExprError, Ref, arguments, has_expressions, references_in
from relionc.expr import text_of as plain_text
from relionc.expr.refs import Units, joined, parts_of, show
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relionc.catalog.inert import Inert
    from relionc.catalog.types import JobType, RunRule
    from relionc.diag import Route
    from relionc.expr import AnyText, Budget, Value
    from relionc.source.values import Plain

LONGEST_VALUE = 40
"""The most characters of a value in a table."""
OWN_NAMES = ("point", "table", "first", "build")
"""Variables of a script for the points of a table, beside those of its columns."""
ARGUMENTS = "extra_args"
"""The key of a job that is the further arguments by another name."""
_ALONE = re.compile(r"\s*\$\{\{\s*matrix\.(\w+)\s*\}\}\s*\Z")
_BEHIND_FLAG = re.compile(r"(?<!\S)(--[A-Za-z]\w*)\s+\$\{\{\s*matrix\.(\w+)\s*\}\}(?!\S)")
_QUOTING = frozenset("\"'\\")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")


class WordPlace(NamedTuple):
    """Where a value belongs: an option, or of the option of further arguments the word behind a flag."""

    key: str
    flag: str = ""


class Column(NamedTuple):
    """An axis whose values are words of commands and nothing else; `rules` are those about one, by its option."""

    axis: str
    places: tuple[WordPlace, ...]
    rules: tuple[tuple[str, RunRule], ...]

    @property
    def variable(self) -> str:
        """What a script calls the value of its point."""
        return f"of_{self.axis}"


class SweepTable(NamedTuple):
    """The points that share a plan and a script: their names, and for each its values, in the order of the columns.

    `values` has those of each column, each once, with where in the spec it stands.
    """

    columns: tuple[Column, ...]
    names: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    values: tuple[tuple[tuple[str, Route], ...], ...]
    limit: Plain = None  # how many may run at once


def columns(
    job: dict[str, Plain], axes: Mapping[str, Sequence[Value]], job_type: JobType, budget: Budget
) -> dict[str, Column]:
    """Return the axes of a job that are columns, by name. Raises TooMuchWorkError."""
    known = inert(job_type)
    used: dict[str, list[WordPlace | None]] = {axis: [] for axis in axes}
    try:
        for axis, place in _uses(job, (), job_type, known, budget):
            used.setdefault(axis, []).append(place)
    except ExprError:  # which is told where the job is made out
        return {}
    found = {
        axis: Column(axis, (*filter(None, places),), (*_rules(places, known),))
        for axis, places in used.items()
        if axis in axes and all(places) and all(map(_is_plain, axes[axis]))
    }
    shared = _shared_rules(found.values())
    return {axis: each for axis, each in found.items() if shared.isdisjoint(rule for _, rule in each.rules)}


def _is_plain(value: Value) -> bool:
    """Whether a value is a number that any shell and any table leaves as it is."""
    text = show(plain_text(value))
    return len(text) <= LONGEST_VALUE and _NUMBER.match(text) is not None


def _rules(places: Sequence[WordPlace | None], known: Inert) -> Iterator[tuple[str, RunRule]]:
    for place in places:
        if place and not place.flag:
            yield from ((place.key, rule) for rule in known.options[place.key])


def _shared_rules(found: Iterable[Column]) -> set[RunRule]:
    """Return the rules that look at more than one column: these are about a point, not about a value."""
    axes: dict[RunRule, set[str]] = {}
    for column in found:
        for _, rule in column.rules:
            axes.setdefault(rule, set()).add(column.axis)
    return {rule for rule, names in axes.items() if len(names) > 1}


def _uses(
    value: Plain, route: Route, job_type: JobType, known: Inert, budget: Budget
) -> Iterator[tuple[str, WordPlace | None]]:
    """Yield each use of an axis in a job, with its place; None where it decides more than a word."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            if route or key != "matrix":
                yield from _uses(item, (*route, key), job_type, known, budget)
    elif isinstance(value, str) and has_expressions(value):
        axes = [path[1] for path in references_in(value, budget) if path[0] == "matrix" and len(path) == 2]
        places = _places(value, route, job_type, known) if axes else {}
        for axis in axes:
            yield axis, places.get(axis)


def _places(text: str, route: Route, job_type: JobType, known: Inert) -> dict[str, WordPlace]:
    """Return the places of the axes that a text uses, where they are places of a word."""
    extra = job_type.option_of_role("extra_args")
    if extra is not None and known.arguments and route in ((ARGUMENTS,), ("options", extra.key)):
        return _behind_flags(text, extra.key, job_type)
    alone = _ALONE.match(text)
    key = str(route[1]) if len(route) == 2 and route[0] == "options" else ""
    return {alone[1]: WordPlace(key)} if alone and key in known.options else {}


def _behind_flags(text: str, key: str, job_type: JobType) -> dict[str, WordPlace]:
    """Return the axes behind flags of further arguments, where these have no expressions but those."""
    found = {match[2]: WordPlace(key, match[1]) for match in _BEHIND_FLAG.finditer(text)}
    flags = [place.flag for place in found.values()]
    whole = len(found) == text.count("${{") and not _QUOTING.intersection(text)
    free = len({*flags}) == len(flags) and not any(each.flag in flags for each in job_type.options.values())
    return found if whole and free else {}


def against_table(
    table: SweepTable, job_type: JobType, texts: Mapping[str, AnyText], matrix: Route
) -> Iterator[Finding]:
    """Yield a finding for what of a job would not be what its table says: flags said again, and names taken twice."""
    own = {*OWN_NAMES, *(column.variable for column in table.columns)}
    refs = (part.name for text in texts.values() for part in parts_of(text) if isinstance(part, Ref))
    for name in dict.fromkeys(name for name in refs if name in own):
        message = f"`env.{name}` is a variable of the script for {len(table.names):,} points, and not that of the shell"
        yield Finding("RL034", message, matrix, on_key=True, help="call the variable of the shell otherwise")
    extra = job_type.option_of_role("extra_args")
    try:
        words = arguments.words(texts[extra.key]) if extra else []
    except ValueError:  # told where commands are made
        return
    for column in table.columns:
        for place in column.places:
            flag = place.flag or job_type.options[place.key].flag
            if flag and words.count(flag) > bool(place.flag):
                message = f"`{flag}` is a column of a table of points, and it is in `{ARGUMENTS}` as well"
                yield Finding("RL108", message, (*matrix, column.axis), on_key=True, help="keep one of them")


def with_references(table: SweepTable, texts: Mapping[str, AnyText]) -> dict[str, AnyText]:
    """Return the options of all points of a table: with shell references to the values of each in their places."""
    found = dict(texts)
    for column in table.columns:
        for key, flag in column.places:
            found[key] = (
                _behind(flag, Ref(column.variable), found[key]) if flag else joined([Ref(column.variable)])
            )
    return found


def _behind(flag: str, value: Ref, text: AnyText) -> AnyText:
    """Return arguments with the word behind a flag replaced."""
    units = Units(text)
    characters = units.enter(text)
    word = re.search(rf"(?<!\S){re.escape(flag)}\s+(\S+)", characters)
    if word is None:  # no user can do that: nobody takes away a flag that is no option's
        raise AssertionError(f"{flag} is a column, and is not in the arguments")
    return joined([units.leave(characters[: word.start(1)]), value, units.leave(characters[word.end(1) :])])
