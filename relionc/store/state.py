"""What was submitted of a build: `state/` of its directory, which every build leaves as it is.

`state/JOB/submitted` has a line for each submission: seconds since 1970, Slurm's id of the job, the digest of its
script. `state/folder` has the folder of the last one, below which the jobs write. submit.sh writes the same.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from typing import TYPE_CHECKING

from relionc.record import NamedTuple
from relionc.store.paths import FolderTree, StoreError, failure, is_safe

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "state"
_ROW = re.compile(r"(\d{1,12})\t(\d{1,10}(?:_\d{1,10})?|local-\d{1,10})\t([0-9a-f]{64})")
_MOST = 1 << 20  # bytes of one of these files that are looked at


class Submitted(NamedTuple):
    """A submission: when (seconds since 1970), Slurm's id of the job, the sha256 of the script that it got."""

    time: int
    job_id: str
    script: str

    @property
    def line(self) -> str:
        """The row as it is kept."""
        return f"{self.time}\t{self.job_id}\t{self.script}\n"


class State:
    """The state of one build directory; every method raises StoreError."""

    def __init__(self, root: str) -> None:
        self._tree = FolderTree(root)

    def close(self) -> None:
        """Close the directory."""
        self._tree.close()

    def submissions(self, job: str) -> tuple[Submitted, ...]:
        """Return the submissions of a job, the oldest first; lines that are none of ours are left out."""
        rows = (_ROW.fullmatch(line) for line in self._lines(_rows_of(job)))
        return tuple(Submitted(int(row[1]), row[2], row[3]) for row in rows if row)

    def add(self, job: str, row: Submitted) -> None:
        """Add a submission."""
        self._append(_rows_of(job), row.line.encode())

    def take_back(self, job: str, row: Submitted) -> None:
        """Forget a submission that was undone."""
        rest = "".join(each.line for each in self.submissions(job) if each != row)
        self._replace(_rows_of(job), rest.encode())

    def folder(self) -> str | None:
        """Return the folder of the last submission."""
        lines = self._lines(f"{FOLDER}/folder")
        return lines[0] if lines and lines[0].startswith("/") and "\0" not in lines[0] else None

    def set_folder(self, path: str) -> None:
        """Remember the folder of a submission; one whose name is no single line is not remembered."""
        if "\n" not in path:
            self._replace(f"{FOLDER}/folder", os.fsencode(f"{path}\n"))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other submission of this build out meanwhile."""
        fd = self._open(f"{FOLDER}/lock", os.O_WRONLY | os.O_CREAT)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise StoreError(f"{self._tree.root} is being submitted by another call") from None
        except OSError:  # a file system without locks: as submit.sh does where there is no flock
            pass
        try:
            yield
        finally:
            os.close(fd)

    def _lines(self, path: str) -> list[str]:
        found = self._tree.read(path)
        return found[0][:_MOST].decode("utf-8", "surrogateescape").split("\n")[:-1] if found else []

    def _append(self, path: str, content: bytes) -> None:
        self._write(path, content, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _replace(self, path: str, content: bytes) -> None:
        """Write a file anew in place: a build that links it into its new folder goes on seeing the same file."""
        self._write(path, content, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def _write(self, path: str, content: bytes, flags: int) -> None:
        with open(self._open(path, flags), "wb") as stream:
            try:
                stream.write(content)
                stream.flush()
            except OSError as error:
                raise failure("write", self._tree.shown(path), error) from error

    def _open(self, path: str, flags: int) -> int:
        above, _, name = path.rpartition("/")
        try:
            parent = self._tree.folder(above, make=True)
            return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666, dir_fd=parent)
        except OSError as error:
            raise failure("write", self._tree.shown(path), error) from error


def _rows_of(job: str) -> str:
    if not is_safe(job) or "/" in job:
        raise StoreError(f"no job can be called {job!r}")
    return f"{FOLDER}/{job}/submitted"
