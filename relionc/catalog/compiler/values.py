"""What the YAML of the catalogue holds, narrowed to what a place of it must be; anything else raises CatalogError."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.source.values import Plain


class CatalogError(ValueError):
    """The catalogue's data is wrong; the message names the file and the place."""


def mapping(value: Plain) -> dict[str, Plain]:
    """Return a mapping."""
    if not isinstance(value, dict):
        raise CatalogError(f"{value!r} stands where a mapping is needed")
    return value


def within(outer: Mapping[str, Plain], key: str) -> dict[str, Plain]:
    """Return the mapping under a key, an empty one where there is no such key."""
    return mapping(outer.get(key, {}))


def sequence(value: Plain) -> list[Plain]:
    """Return a list."""
    if not isinstance(value, list):
        raise CatalogError(f"{value!r} stands where a list is needed")
    return value


def text(value: Plain) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise CatalogError(f"{value!r} stands where a text is needed; quotes make one")
    return value


def texts(value: Plain) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(text(item) for item in sequence(value))


def number(value: Plain) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CatalogError(f"{value!r} stands where a number is needed")
    return float(value)


def check_keys(what: str, spec: Mapping[str, Plain], allowed: Iterable[str]) -> None:
    """Refuse keys that mean nothing: a misspelt `versions` would otherwise apply everywhere."""
    unknown = set(spec) - set(allowed)
    if unknown:
        raise CatalogError(f"{what}: {', '.join(sorted(map(str, unknown)))} means nothing here")
