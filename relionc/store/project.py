"""The table of jobs of a RELION project, changed as one: nobody else writes it meanwhile, and it is replaced whole.

RELION's own lock is a folder with a file in it. It is held here too, behind a lock of ours for calls of relionc among
themselves. (RELION itself lets go of it between reading and writing, so that two of its own calls can lose an entry.)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time

from relionc.record import NamedTuple
from relionc.store.paths import FolderTree, StoreError, failure, is_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PATIENCE = 30.0
"""Seconds to wait for RELION, which holds its lock for a moment at a time."""
SETTLE = 4.0
"""Seconds after which a RELION has written what it was about to: it looks for its lock every three."""
BUSY = 10.0
"""Seconds after which a RELION that has read the table has long written it."""
_PAUSE = 0.1
_OURS = ".relionc_lock"


class TableFile(NamedTuple):
    """The names of a project's files: the table, RELION's lock, what tells that the table has changed."""

    table: str
    lock_folder: str
    lock_file: str
    changed: str


def read(project: str, names: TableFile) -> str | None:
    """Return the table of a project; None where the folder is no project. Raises StoreError."""
    tree = FolderTree(project)
    try:
        found = tree.read(names.table)
    finally:
        tree.close()
    return found[0].decode("utf-8", "surrogateescape") if found else None


def change(project: str, names: TableFile, edit: Callable[[str], str]) -> None:
    """Replace the table of a project by what `edit` makes of it; raises StoreError."""
    with _alone(project), _relions_lock(project, names):
        text = read(project, names)
        if text is None:
            raise StoreError(f"{project} has no {names.table}")
        new = f"{project}/{names.table}.relionc"
        try:
            _write(new, edit(text))
            os.chmod(new, os.stat(f"{project}/{names.table}").st_mode & 0o7777)
            os.replace(new, f"{project}/{names.table}")
            _write(f"{project}/{names.changed}", "")
        except OSError as error:
            raise failure("write", f"{project}/{names.table}", error) from error


def busy(project: str) -> bool:
    """Whether somebody works in a project: RELION's lock, as all that comes and goes there, changes the folder's time.

    The clock is the file server's: that of a file that is touched now.
    """
    try:
        changed = os.stat(project).st_mtime
        fd = os.open(f"{project}/{_OURS}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            os.utime(fd)
            return os.fstat(fd).st_mtime - changed < BUSY
        finally:
            os.close(fd)
    except OSError:
        return True


def touch(project: str, paths: Iterable[str]) -> None:
    """Make empty files below a project where there are none; what cannot be made is left out."""
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            if is_safe(path):
                os.makedirs(os.path.dirname(f"{project}/{path}"), exist_ok=True)
                os.close(
                    os.open(
                        f"{project}/{path}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666
                    )
                )


def put(folder: str, files: dict[str, str], added: dict[str, str]) -> None:
    """Write files of a job's folder, and add to others; raises StoreError."""
    try:
        for name, text in files.items():
            _write(f"{folder}/{name}", text)
        for name, text in added.items():
            with open(f"{folder}/{name}", "a", encoding="utf-8", errors="surrogateescape") as stream:
                stream.write(text)
    except OSError as error:
        raise failure("write in", folder, error) from error


def link(path: str, target: str) -> None:
    """Make a symbolic link where nothing of that name is; a name that is taken stays what it is."""
    with contextlib.suppress(OSError):
        os.symlink(target, path)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as stream:
        stream.write(text)


@contextlib.contextmanager
def _alone(project: str) -> Iterator[None]:
    """Hold the lock among calls of relionc; where a file system has none, RELION's has to do."""
    try:
        fd = os.open(f"{project}/{_OURS}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise failure("lock", project, error) from error
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@contextlib.contextmanager
def _relions_lock(project: str, names: TableFile) -> Iterator[None]:
    folder = f"{project}/{names.lock_folder}"
    _wait_for(folder)
    try:
        _write(f"{folder}/{names.lock_file}", "relionc\n")
        yield
    finally:
        with contextlib.suppress(OSError):
            os.unlink(f"{folder}/{names.lock_file}")
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _wait_for(folder: str) -> None:
    """Make the folder that is RELION's lock; raises StoreError where it does not go away."""
    waited = 0.0
    while True:
        try:
            os.mkdir(folder)
        except FileExistsError:
            if waited >= PATIENCE:
                raise StoreError(_stale(folder)) from None
            time.sleep(_PAUSE)
            waited += _PAUSE
        except OSError as error:
            raise failure("make", folder, error) from error
        else:
            return


def _stale(folder: str) -> str:
    """Return what to do about a lock that stays: a RELION that was killed leaves it behind."""
    with contextlib.suppress(OSError):
        age = time.time() - os.stat(folder).st_mtime
        return f"{folder} is there since {age / 60:.0f} minutes: if no RELION runs in this project, remove it"
    return f"{folder} comes and goes: RELION is busy in this project; try again"
