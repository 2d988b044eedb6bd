"""What a job type takes from another, which it is `like`: definitions of options, names, blocks and traits."""

from __future__ import annotations

from relionc.catalog.compiler.values import CatalogError, mapping, text, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.source.values import Plain


def inherited(data: dict[str, dict[str, Plain]], name: str) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """Return what all types share, extended by what the type is like, and the type with the traits of that.

    Only what the type names is taken: its options and steps are those that it lists.
    """
    source, shared = data[name], data["shared"]
    if "like" not in source:
        return shared, source
    base = data[text(source["like"])]
    if "like" in base:
        raise CatalogError(f"{source['like']} is itself like another type")
    extended = {
        **shared,
        "options": {**mapping(shared["options"]), **dict(_definitions(shared, base))},
        "names": {**mapping(shared["names"]), **within(base, "names")},
        "blocks": {**mapping(shared["blocks"]), **within(base, "blocks")},
    }
    return extended, {**source, "traits": {**mapping(base["traits"]), **within(source, "traits")}}


def _definitions(shared: dict[str, Plain], base: dict[str, Plain]) -> Iterator[tuple[str, dict[str, Plain]]]:
    """Yield the options of a type with all that is said about them."""
    known = mapping(shared["options"])
    for members in mapping(base["options"]).values():
        for key, given in members.items() if isinstance(members, dict) else ():
            own = dict(mapping(given or {}))
            yield key, {**within(known, text(own.pop("like", key))), **own}
