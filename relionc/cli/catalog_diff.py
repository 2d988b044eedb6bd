"""`relionc catalog diff`: what changes in RELION's job types from one version to another."""

from __future__ import annotations

from relionc import catalog
from relionc.catalog.compare import Change, Changes, compare
from relionc.cli import say
from relionc.cli.show import near_type
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.types import Option

GONE, NEW, CHANGED, SAME = "gone", "new", "changed", "same"
_WORDS = {"minimum": "smallest value", "maximum": "largest value"}


class TypeDifference(NamedTuple):
    """A job type in two versions; `difference` is None where only one has it."""

    name: str
    status: str
    difference: Changes | None = None


def run(old: str, new: str, job_type: str | None, format: str) -> int:  # noqa: A002 - the option's name
    """Print what changes from version `old` to `new`, in all job types or in one. Returns the exit code."""
    try:
        before, after = catalog.version(old), catalog.version(new)
    except catalog.UnknownVersion as error:
        return _fail(error)
    names = dict.fromkeys((*catalog.types(before), *catalog.types(after)))
    if job_type is not None and job_type not in names:
        near = near_type(job_type, (before, after))
        return _fail(f"neither RELION {before} nor {after} has a job type `{job_type}`{near}")
    found = [_difference(name, before, after) for name in names if job_type in (None, name)]
    if format == "json":
        say.json(_json(before, after, found))
    else:
        say.result("".join(f"{line}\n" for line in _text(before, after, found)))
    return 0


def _difference(name: str, before: str, after: str) -> TypeDifference:
    if name not in catalog.types(after):
        return TypeDifference(name, GONE)
    if name not in catalog.types(before):
        return TypeDifference(name, NEW)
    difference = compare(catalog.load(name, before), catalog.load(name, after))
    return TypeDifference(name, CHANGED if any(difference) else SAME, difference)


def _text(before: str, after: str, found: list[TypeDifference]) -> Iterator[str]:
    """Yield the lines for people: job types that one version lacks first, then each one that changes."""
    for status, verb in ((GONE, "no longer has"), (NEW, "also has")):
        names = [each.name for each in found if each.status == status]
        if names:
            yield f"RELION {after} {verb}: {', '.join(names)}"
    pairs = {each.name: each.difference for each in found if each.difference is not None}
    common = _common(list(pairs.values()))
    own = {name: each._replace(changed=_without(each.changed, common)) for name, each in pairs.items()}
    same = [name for name, each in own.items() if not any(each)]
    if common:
        yield "in all job types:"
        yield from map(_change, common)
    if same:
        yield f"nothing {'else ' if common else ''}changes in: {', '.join(same)}"
    for name, each in own.items():
        if any(each):
            yield f"{name}: RELION {before} to {after}"
            yield from _changes(each)


def _common(found: list[Changes]) -> tuple[Change, ...]:
    """Return the changes that all of several job types share."""
    if len(found) < 2:
        return ()
    shared = set(found[0].changed).intersection(*(each.changed for each in found[1:]))
    return _without(found[0].changed, tuple(set(found[0].changed) - shared))


def _without(changes: tuple[Change, ...], others: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change not in others)


def _changes(found: Changes) -> Iterator[str]:
    for word, options in ((GONE, found.gone), (NEW, found.new)):
        for option in options:
            yield f"  {word:8} {_option(option)}"
    for old, new in found.renamed:
        yield f"  {'renamed':8} {old.key} to {new.key} ({new.label.strip(' :?')})"
    yield from map(_change, found.changed)
    for word, flags in ((GONE, found.flags_gone), (NEW, found.flags_new)):
        if flags:
            yield f"  flags {word}: {' '.join(flags)}"


def _change(change: Change) -> str:
    start = f"  {CHANGED:8} {change.option}: "
    if change.what != "choices":
        what = _WORDS.get(change.what, change.what)
        return f"{start}{what} {_value(change.old)} to {_value(change.new)}"
    old, new = change.old.split(" | "), change.new.split(" | ")
    gone = [f"without {_value(text)}" for text in old if text not in new]
    added = [f"with {_value(text)}" for text in new if text not in old]
    return f"{start}choices {', '.join(gone + added) or 'in another order'}"


def _option(option: Option) -> str:
    default = f", default {option.default}" if option.default else ""
    flag = f", {option.flag}" if option.flag else ""
    return f"{option.key} ({option.label.strip(' :?')}{default}{flag})"


def _value(text: str) -> str:
    return f"`{text}`" if text else "(none)"


def _json(before: str, after: str, found: list[TypeDifference]) -> str:
    """Return one JSON object: what people read, as data."""
    import json

    types = {each.name: {"status": each.status, **_data(each.difference)} for each in found}
    return json.dumps({"from": before, "to": after, "types": types}, indent=1, ensure_ascii=True) + "\n"


def _data(found: Changes | None) -> dict[str, object]:
    if found is None:
        return {}
    return {
        "options": {
            GONE: [option.key for option in found.gone],
            NEW: [option.key for option in found.new],
            "renamed": [{"from": old.key, "to": new.key} for old, new in found.renamed],
            CHANGED: [
                {"option": each.option, "what": each.what, "from": each.old, "to": each.new}
                for each in found.changed
            ],
        },
        "flags": {GONE: list(found.flags_gone), NEW: list(found.flags_new)},
    }


def _fail(why: object) -> int:
    say.trouble(why)
    return 2
