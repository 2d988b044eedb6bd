"""What a job type takes from another, which it is `like`: definitions of options, names, blocks and traits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.release import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator


def inherited(data: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what all types share, extended by what the type is like, and the type with the traits of that.

    Only what the type names is taken: its options and steps are those that it lists.
    """
    source, shared = data[name], data["shared"]
    if "like" not in source:
        return shared, source
    base = data[source["like"]]
    if "like" in base:
        raise CatalogError(f"{source['like']} is itself like another type")
    extended = {
        **shared,
        "options": {**shared["options"], **dict(_definitions(shared, base))},
        "names": {**shared["names"], **base.get("names", {})},
        "blocks": {**shared["blocks"], **base.get("blocks", {})},
    }
    return extended, {**source, "traits": {**base["traits"], **source.get("traits", {})}}


def _definitions(shared: dict[str, Any], base: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the options of a type with all that is said about them."""
    for members in base["options"].values():
        for key, given in members.items() if isinstance(members, dict) else ():
            own = dict(given or {})
            yield key, {**shared["options"].get(own.pop("like", key), {}), **own}
