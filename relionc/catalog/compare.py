"""What changes in a job type from one RELION version to another: its options, and the flags they become."""

from __future__ import annotations

import re

from relionc.catalog.steps import Fragment, When, bodies
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.catalog.steps import Piece, Step
    from relionc.catalog.types import JobType, Option
    from relionc.expr import Expr

_FLAG = re.compile(r"--?[A-Za-z][\w-]*")
_SHOWN = ("label", "kind", "default", "choices", "minimum", "maximum", "flag")
"""What of an option is compared, besides its name."""


class Change(NamedTuple):
    """One fact of an option in two versions; `what` is a field of `Option`."""

    option: str
    what: str
    old: str
    new: str


class Changes(NamedTuple):
    """What changes in a job type; `renamed` pairs options of other names with the same label."""

    gone: tuple[Option, ...]
    new: tuple[Option, ...]
    renamed: tuple[tuple[Option, Option], ...]
    changed: tuple[Change, ...]
    flags_gone: tuple[str, ...]
    flags_new: tuple[str, ...]


def compare(old: JobType, new: JobType) -> Changes:
    """Return what changes from `old` to `new`, two versions of a job type."""
    pairs = renamed(old.options, new.options)
    names = {each.key for pair in pairs for each in pair}
    both = [(old.options[key], new.options[key]) for key in old.options if key in new.options]
    before, after = set(flags(old)), set(flags(new))
    return Changes(
        gone=tuple(each for key, each in old.options.items() if key not in new.options and key not in names),
        new=tuple(each for key, each in new.options.items() if key not in old.options and key not in names),
        renamed=pairs,
        changed=tuple(change for pair in (*both, *pairs) for change in _changes(*pair)),
        flags_gone=tuple(sorted(before - after)),
        flags_new=tuple(sorted(after - before)),
    )


def renamed(old: Mapping[str, Option], new: Mapping[str, Option]) -> tuple[tuple[Option, Option], ...]:
    """Return the options that only `old` has, each with the one that only `new` has under the same label."""
    there = {_label(option): option for key, option in new.items() if key not in old}
    return tuple(
        (option, there[_label(option)])
        for key, option in old.items()
        if key not in new and _label(option) in there
    )


def successors(old: JobType, new: JobType, key: str) -> tuple[Option, ...]:
    """Return what in `new` is in the place of an option of `old`: the same under another name, or its flag's source."""
    for before, after in renamed(old.options, new.options):
        if before.key == key:
            return (after,)
    flag = old.options[key].flag
    added = (option for name, option in new.options.items() if name not in old.options)
    return tuple(option for option in added if flag and option.flag == flag)


def is_renamed(old: Option, new: Option) -> bool:
    """Return whether two options of different names say the same to people."""
    return _label(old) == _label(new)


def _label(option: Option) -> str:
    return option.label.lower().strip(" :?")


def _changes(old: Option, new: Option) -> Iterator[Change]:
    for what in _SHOWN:
        before, after = getattr(old, what), getattr(new, what)
        if before != after:
            yield Change(new.key, what, _shown(before), _shown(after))


def _shown(value: str | float | tuple[str, ...] | None) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " | ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def flags(job_type: JobType) -> tuple[str, ...]:
    """Return every flag that the commands of a job type can hold, sorted."""
    control = job_type.program["control"]
    found = {flag for steps in _fragments(job_type.program["steps"]) for flag in _flags_of(steps)}
    return tuple(sorted(found | ({control} if control and found else set())))


def _fragments(steps: Iterable[Step]) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of every text that a program can write, whatever the options are."""
    for step in steps:
        if isinstance(step, Fragment):
            yield step.pieces
        elif isinstance(step, When) and step.condition[0] == "const":  # another version goes the other way
            yield from _fragments(step.then if step.condition[1] else step.otherwise)
        else:
            yield from (pieces for body in bodies(step) for pieces in _fragments(body))


def _flags_of(pieces: tuple[Piece, ...]) -> Iterator[str]:
    """Yield the flags among the words that stand in a text, or are chosen by an expression in it."""
    begins = True
    for kind, *rest in pieces:
        if kind == "lit" and begins and _FLAG.fullmatch(rest[1]):
            yield rest[1]
        elif kind in ("split", "value"):
            yield from (
                word for text in _constants(rest[0]) for word in text.split() if _FLAG.fullmatch(word)
            )
        begins = kind == "gap"


def _constants(tree: Expr | str | float) -> Iterator[str]:
    """Yield the texts that an expression holds."""
    if isinstance(tree, tuple):
        if tree[:1] == ("const",) and isinstance(tree[1], str):
            yield tree[1]
        else:
            yield from (text for part in tree for text in _constants(part))
