"""The per-user cache that lets an unchanged build stop at once.

An entry says: with these arguments, in this folder, a build read inputs with these digests and left artifacts
with these digests. `lookup` reads all of them again; only if every one is the same does it return what the
build said. Nothing here decides what is built, so a lost or foreign entry costs time and nothing else.

On the good path this is the first thing that runs: it imports what the interpreter has already loaded, and
`marshal`, which trusts its input. So an entry counts only if this user owns it, nobody else may write it,
and its digest is right.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys

from relionc.store.digest import of_bytes, of_file

TYPE_CHECKING = False  # as in typing, whose import would cost more than a lookup
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

Seen = tuple[str, str, str]
"""How an input was seen: kind (`sha256`, `stat`, `absent` or `names`), path, and what it was like."""

_SWITCH = "RELIONC_NO_CACHE"
_HEAD = b"relionc-cache 1\n"
_DIGEST = 64  # hexadecimal characters
_MOST = 64 << 20  # bytes: no honest entry is larger


def by_content(path: str, content: bytes) -> Seen:
    """Return the record of an input that was read whole."""
    return ("sha256", path, _content(content))


def by_stat(path: str) -> Seen:
    """Return the record of an input too large to hash each time: its size, times and identity."""
    return ("stat", path, _stat(path))


def absent(path: str) -> Seen:
    """Return the record of a file that was looked for and is not there (a `relionc.toml` further up)."""
    return ("absent", path, "")


def by_names(folder: str, ending: str) -> Seen:
    """Return the record of a folder in which only the names with an ending mattered."""
    try:
        return ("names", folder, f"{ending}\0{_names(folder, ending)}")
    except OSError:  # it is gone meanwhile
        return absent(folder)


def _names(folder: str, ending: str) -> str:
    names = sorted(name for name in os.listdir(folder) if name.endswith(ending))
    return of_bytes("\0".join(names).encode(errors="surrogateescape"))


def by_look(path: str) -> Seen:
    """Return the record of what was looked for, there or not; a link to nowhere counts as absent: it never holds."""
    try:
        return by_stat(path)
    except (OSError, ValueError):
        return absent(path)


def _content(content: bytes) -> str:
    """Return what a content is compared by: its size, which costs nothing to look at, and its digest."""
    return f"{len(content)} {of_bytes(content)}"


def _holds(path: str, was: str) -> bool:
    size, _, digest = was.partition(" ")
    return of_file(path, int(size)) == digest


def _stat(path: str) -> str:
    found = os.stat(path)
    return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def build_id(version: str) -> str:
    """Return what identifies this relionc: versions (Python's too), its files, and when packages were installed."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    schemas = f"{os.path.dirname(package)}/schemas"  # of a checkout
    rows = [f"{version} {sys.implementation.cache_tag} {sys.hexversion}", *sorted(_package_files(package))]
    rows += sorted(_package_files(schemas)) if os.path.isdir(schemas) else ()
    rows += [f"{place} {os.stat(place).st_mtime_ns}" for place in sys.path if _has_packages(place)]
    return of_bytes("\n".join(rows).encode(errors="surrogateescape"))


def _has_packages(place: str) -> bool:
    """Whether it is a folder of installed packages, which changes when one of them does."""
    return place.endswith("-packages") and os.path.isdir(place)


def _package_files(folder: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _package_files(entry.path)
            else:
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"


def lookup(key: Sequence[str], version: str) -> str | None:
    """Return what the build with this key said, if nothing that it read or wrote has changed since.

    `key` is everything that chooses a build and is not a file: arguments, working folder, environment facts.
    """
    path = entry_path(key)
    entry = None if path is None else load(path)
    if entry is None:
        return None
    try:
        known_key, build, seen, artifacts, summary = entry
        fresh = known_key == tuple(key) and build == build_id(version)
        fresh = fresh and all(unchanged(one) for one in seen) and all(_untouched(one) for one in artifacts)
    except (OSError, TypeError, ValueError):
        return None
    return summary if fresh and isinstance(summary, str) else None


def unchanged(seen: Seen) -> bool:
    """Return whether an input is as it was seen; raises OSError, ValueError where it cannot be told."""
    kind, path, was = seen
    if kind == "sha256":
        return _holds(path, was)
    if kind == "stat":
        return _stat(path) == was
    if kind == "names":
        ending, _, digest = was.partition("\0")
        return _names(path, ending) == digest
    return kind == "absent" and not os.path.lexists(path)


def _untouched(artifact: tuple[str, str, bool]) -> bool:
    path, was, executable = artifact
    mode = os.lstat(path).st_mode
    return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR) == executable and _holds(path, was)


def store(
    key: Sequence[str],
    version: str,
    *,
    inputs: Iterable[Seen],
    root: str,
    files: Mapping[str, bytes],
    summary: str,
) -> None:
    """Remember a build. Does nothing, quietly, where there is no cache to write.

    `files` are all artifacts below `root`, the manifest too; `summary` is what an unchanged build prints.
    """
    path = entry_path(key)
    if path is None:
        return
    artifacts = [
        (f"{root.rstrip('/')}/{name}", _content(content), content.startswith(b"#!"))
        for name, content in files.items()
    ]
    entry = (tuple(key), build_id(version), list(inputs), artifacts, summary)
    keep(path, entry)


def keep(path: str, entry: tuple[Any, ...]) -> None:
    """Write an entry, where it can be written; quietly."""
    try:
        body = marshal.dumps(entry)
    except ValueError:
        return
    save(path, _HEAD + of_bytes(body).encode(), body)


def entry_path(key: Sequence[str]) -> str | None:
    """Return the file of an entry; None where the user has switched the cache off or has no place for it."""
    base = None if os.environ.get(_SWITCH) else folder()
    return None if base is None else f"{base}/{name_of(*key)}"


def folder() -> str | None:
    """Return where this user's files of relionc are kept; None where there is no place for them."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):  # the specification says to ignore relative ones
        home = os.path.expanduser("~")
        base = f"{home}/.cache"
    return f"{base}/relionc" if base.startswith("/") else None


def name_of(*texts: str) -> str:
    """Return a file name that stands for these texts and for no others."""
    return of_bytes("\0".join(texts).encode(errors="surrogateescape"))


def open_own(path: str) -> int | None:
    """Open a file for reading; None unless it is a plain file of this user's that nobody else may write."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    found = os.fstat(fd)
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022:
        return fd
    os.close(fd)
    return None


def load(path: str) -> tuple[Any, ...] | None:
    """Return a stored entry, a tuple; None unless it is this user's own and whole."""
    fd = open_own(path)
    if fd is None:
        return None
    try:
        with open(fd, "rb", buffering=0) as stream:
            content = stream.read(_MOST)
    except OSError:
        return None
    body = content[len(_HEAD) + _DIGEST :]
    if not content.startswith(_HEAD) or content[len(_HEAD) : -len(body)] != of_bytes(body).encode():
        return None
    try:
        entry = marshal.loads(body)  # noqa: S302 - our own file, checked above
    except (EOFError, TypeError, ValueError):
        return None
    return entry if isinstance(entry, tuple) else None


def save(path: str, *parts: bytes) -> bool:
    """Write a file in one step, readable by this user only; return whether it could be written."""
    staged = f"{path}.{os.getpid()}"
    try:
        os.makedirs(path.rpartition("/")[0], mode=0o700, exist_ok=True)
        fd = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        with open(fd, "wb") as stream:
            stream.writelines(parts)
        os.replace(staged, path)
    except OSError:
        _remove(staged)
        return False
    return True


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
