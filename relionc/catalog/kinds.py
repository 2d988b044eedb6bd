"""Kinds of the files that RELION's pipeline knows, by its own names for them (`data/versions.yaml`)."""

from __future__ import annotations

from relionc.catalog.compiled import part


def kind_of(name: str, version: str) -> str | None:
    """Return the kind that a version's pipeline calls `name`, which may be more special than it; None if none."""
    names = part("kinds")["names"].get(version, {})
    while name:
        if name in names:
            return str(names[name])
        name = name.rpartition(".")[0]
    return None


def fits(kind: str, wanted: str) -> bool:
    """Return whether a file of a kind is what is wanted."""
    return kind == wanted or kind in part("kinds")["accepts"].get(wanted, ())


def is_image(kind: str) -> bool:
    """Return whether files of a kind are images of one format, which RELION does not tell apart."""
    return kind in part("kinds")["images"]


def in_words(kind: str) -> str:
    """Return a kind for people, with its article."""
    return str(part("kinds")["words"].get(kind, f"a {kind}"))
