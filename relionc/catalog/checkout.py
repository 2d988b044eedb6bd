"""The catalogue of a checkout: compiled when its YAML or its compiler is new, and kept in the user's cache.

There is one file per checkout. It counts only if it is the user's own (`relionc.store.cache`) and if the files
that it was made from are as they were, by size and times. Without a place to keep it, each process compiles for
itself, which takes about a second.
"""

from __future__ import annotations

import os

from relionc.catalog.compiled import Archive, DamagedError, pack
from relionc.store import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SOURCES = ("catalog", "catalog/data", "catalog/compiler", "expr", "source")
"""Folders of the package whose files decide what is compiled."""


def compiled() -> Archive:
    """Return the compiled catalogue, from the cache if it can be had there; raises CatalogError."""
    return _kept() or compiled_anew()


def compiled_anew() -> Archive:
    """Compile the catalogue and keep it for the next process; raises CatalogError."""
    state = _state()
    content = pack(parts(), state)
    path = _path()
    if path is not None and state == _state():  # nobody has edited meanwhile
        cache.save(path, content)
    return Archive(content)


def parts() -> dict[str, object]:
    """Return all parts of the catalogue, compiled from the YAML; raises CatalogError."""
    from relionc.catalog.compiler import catalogue

    return catalogue(os.path.join(_PACKAGE, "catalog", "data"))


def _kept() -> Archive | None:
    path = _path()
    own = None if path is None else cache.open_own(path)
    if own is None:
        return None
    try:
        archive = Archive(own)
    except (DamagedError, OSError):
        os.close(own)
        return None
    if archive.state == _state():
        return archive
    os.close(own)
    return None


def _path() -> str | None:
    folder = cache.folder()
    return None if folder is None else f"{folder}/catalogue-{cache.name_of(_PACKAGE)}"


def _state() -> str:
    """Return what tells one state of the sources from any other."""
    return cache.name_of(*(row for folder in _SOURCES for row in sorted(_rows(f"{_PACKAGE}/{folder}"))))


def _rows(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".yaml", ".lark")):
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
