"""Ranges of RELION versions, as the catalogue's data spells them: `<3.1`, `>=3.0 <4.0`, `2.1 3.1`."""

from __future__ import annotations

_OPERATORS = ("<=", ">=", "<", ">")


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers, to compare: `3.1` → `(3, 1)`; raises ValueError for anything else."""
    return tuple(int(part) for part in version.split("."))


def matches(text: str, version: str) -> bool:
    """Return whether `version` lies in a range: within all its bounds, or one of those it lists."""
    words = text.split()
    bounds = [word for word in words if word.startswith(_OPERATORS)]
    listed = [word for word in words if not word.startswith(_OPERATORS)]
    if listed:
        return version in listed
    return bool(bounds) and all(_within(bound, number(version)) for bound in bounds)


def _within(bound: str, version: tuple[int, ...]) -> bool:
    operator = next(each for each in _OPERATORS if bound.startswith(each))
    limit = number(bound[len(operator) :])
    if operator == "<=":
        return version <= limit
    if operator == ">=":
        return version >= limit
    return version < limit if operator == "<" else version > limit
