"""What no build made goes along from one build directory to the next: a note, a log, the state of running jobs.

Such files are linked, not copied: they stay the same files, and one that is being written goes on being written.
"""

from __future__ import annotations

import contextlib
import os

from relionc.store import manifest
from relionc.store.paths import FolderTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_UNFINISHED = ".relionc-unfinished"
"""A file that says: this folder is being put together, and nothing in it is the only copy of anything."""


@contextlib.contextmanager
def unfinished(new: str, root: str) -> Iterator[None]:
    """Make the folder `new` (with the permissions of `root`, if that is there), marked until it is complete."""
    os.mkdir(new)
    if os.path.lexists(root):
        os.chmod(new, os.stat(root).st_mode & 0o7777 | 0o700)
    mark = f"{new}/{_UNFINISHED}"
    with open(mark, "xb"):
        pass
    yield
    os.unlink(mark)


def over(root: str, new: str, *, leave: set[str], same: set[str]) -> None:
    """Link what stands in `root` into `new`: the files of `same`, and all that is not to be left out."""
    if os.path.lexists(root):
        _over(root, new, "", leave - same)


def _over(root: str, new: str, folder: str, leave: set[str]) -> None:
    for entry in _entries(f"{root}/{folder}"):
        path = folder + entry.name
        if entry.is_dir(follow_symlinks=False):
            if _has_to_stay(f"{root}/{path}", path, leave):
                os.makedirs(f"{new}/{path}", exist_ok=True)
                _over(root, new, f"{path}/", leave)
        elif path not in leave:
            # Where links are not to be had, `sweep` moves the file after the exchange.
            with contextlib.suppress(OSError):
                os.link(f"{root}/{path}", f"{new}/{path}", follow_symlinks=False)


def _has_to_stay(folder: str, path: str, leave: set[str]) -> bool:
    """Tell whether a folder holds something to carry; one that was empty before is carried too."""
    entries = _entries(folder)
    return not entries or any(
        _has_to_stay(entry.path, f"{path}/{entry.name}", leave)
        if entry.is_dir(follow_symlinks=False)
        else f"{path}/{entry.name}" not in leave
        for entry in entries
    )


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def sweep(left: str, root: str) -> None:
    """Take away the folder that a build has left: a new one that was not finished, or an old one that was replaced.

    A file in it that no build made and that `root` does not have is moved there. Raises OSError.
    """
    if os.path.islink(left) or not os.path.isdir(left):
        if os.path.lexists(left):
            os.unlink(left)
        return
    rescue = os.path.lexists(root) and not os.path.lexists(f"{left}/{_UNFINISHED}")
    made = _made(left) if rescue else set()
    for folder, folders, names in os.walk(left, topdown=False):
        below = os.path.relpath(folder, left)
        for name in (*names, *(each for each in folders if os.path.islink(f"{folder}/{each}"))):
            path = name if below == "." else f"{below}/{name}"
            if rescue and path not in made and not os.path.lexists(f"{root}/{path}"):
                os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
                os.rename(f"{folder}/{name}", f"{root}/{path}")
            else:
                os.unlink(f"{folder}/{name}")
        os.rmdir(folder)


def _made(left: str) -> set[str]:
    """Return what a build made of the files of a folder, by its manifest."""
    tree = FolderTree(left)
    try:
        found = tree.read(manifest.NAME)
    finally:
        tree.close()
    return {manifest.NAME, *(manifest.artifacts_of(found[0]) if found else ())}
