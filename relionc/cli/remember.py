"""What a build depended on, for the cache of unchanged builds."""

from __future__ import annotations

import os

from relionc import __version__
from relionc.store import cache

TYPE_CHECKING = False  # as in typing, whose import would be most of an unchanged build
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SETTINGS = "relionc.toml"
FOLDERS = "RELIONC_CLUSTERS"
"""The variable with folders of profiles, like PATH."""


def key(spec: str, out: str) -> list[str]:
    """Return what chooses a plain build: the spec, where it goes, from where it is called, where profiles are."""
    return ["build", spec, out, *places()]


def places() -> list[str]:
    """Return from where a command is called, and where profiles are."""
    return [os.getcwd(), *(os.environ.get(name, "") for name in (FOLDERS, "XDG_CONFIG_HOME", "HOME"))]


def with_notes(notes: str, summary: str) -> str:
    """Return what a build said on stderr and on stdout as one text, for `said_again`."""
    return f"{notes}\0{summary}"


def said_again(said: str) -> tuple[str, str]:
    """Return what a build noted on stderr, and what it said on stdout."""
    notes, _, summary = said.partition("\0")
    return notes, summary


def recall(spec: str, out: str) -> str | None:
    """Return what the same build said before, if nothing it read or wrote has changed."""
    return cache.lookup(key(spec, out), __version__)


def remember(
    spec: str, out: str, *, root: str, files: Mapping[str, bytes], inputs: Iterable[cache.Seen], summary: str
) -> None:
    """Keep a build, its files below `root`, and how that was seen which it came from."""
    cache.store(key(spec, out), __version__, inputs=inputs, root=root, files=files, summary=summary)


def seen(
    contents: Mapping[str, bytes], looked_at: Iterable[str], listed: Iterable[tuple[str, str]]
) -> Iterator[cache.Seen]:
    """Yield how inputs were seen: files that were read, others that were looked for or skimmed, names in folders."""
    for path, data in contents.items():
        yield cache.by_content(path, data)
    yield from map(cache.by_look, looked_at)
    for folder, ending in listed:
        yield cache.by_names(folder, ending)


def settings_places(spec: str) -> list[str]:
    """Return where a `relionc.toml` for this spec may stand: its folder and those above, up to the repository's."""
    folder = os.path.dirname(os.path.abspath(spec))
    places = []
    while True:
        places.append(os.path.join(folder, SETTINGS))
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return places
        folder = parent
