"""What was submitted of a build: `state/` of its directory, which every build leaves as it is.

`state/JOB/submitted` has a line for each submission: seconds since 1970, Slurm's id of the job, the digest of its
script. Tasks of an array that are points of a table are `1234_[0-4,7]+1000`, with the number of its first point.
`state/folder` has the folder of the last one, below which the jobs write. submit.sh writes the same.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re

from relionc.record import NamedTuple
from relionc.store.paths import FolderTree, StoreError, failure, is_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = "state"
_RANGE = r"\d{1,5}(?:-\d{1,5})?"
_OF_TASKS = rf"\d{{1,10}}_\[{_RANGE}(?:,{_RANGE})*\](?:\+\d{{1,5}})?"
_ROW = re.compile(
    rf"(\d{{1,12}})\t(\d{{1,10}}(?:_\d{{1,10}})?|{_OF_TASKS}|local-\d{{1,10}})\t([0-9a-f]{{64}})"
)
_TASKS = re.compile(r"(\d+)_\[([\d,-]+)\](?:\+(\d+))?")
_FEW_TASKS = 20  # of an array, that are named one by one
_MOST_TASKS = 10_000  # of a range, in a file that anybody may have written
_MOST_OF_ALL = 200_000  # tasks of all submissions, of which the last ones count
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


def ranges(numbers: Iterable[int]) -> str:
    """Return ascending numbers as Slurm writes those of tasks: `0-4,7`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in found)


def of_tasks(job_id: str, tasks: Iterable[int], first: int) -> str:
    """Return what tasks of an array are called together, the first point of which has a number."""
    return f"{job_id}_[{ranges(tasks)}]" + (f"+{first}" if first else "")


def together(ids: Iterable[str]) -> list[str]:
    """Return ids of jobs as Slurm's programs take them, in few words: many tasks of one array as `1234_[0-4,7]`."""
    tasks: dict[str, list[int]] = {}
    for job_id in ids:
        array, _, task = job_id.partition("_")
        tasks.setdefault(array, []).extend([int(task)] if task.isdecimal() else [])
    found: list[str] = []
    for array, numbers in tasks.items():
        few = len(numbers) <= _FEW_TASKS
        found += [f"{array}_{task}" for task in numbers] if few else [f"{array}_[{ranges(sorted(numbers))}]"]
        found += [] if numbers else [array]
    return found


def by_point(rows: Iterable[Submitted]) -> dict[int, Submitted]:
    """Return the last submission of each point of a table, by its number, from those of its arrays."""
    found: dict[int, Submitted] = {}
    left = _MOST_OF_ALL
    for row in reversed([*rows]):
        tasks = _TASKS.fullmatch(row.job_id)
        for part in tasks[2].split(",") if tasks else ():
            begin, _, end = part.partition("-")
            numbers = range(int(begin), min(int(end or begin), int(begin) + min(left, _MOST_TASKS)) + 1)
            left -= len(numbers)
            if left < 0:
                return found
            first = int(tasks[3] or 0) if tasks else 0
            for task in numbers:
                if first + task not in found:
                    found[first + task] = row._replace(job_id=f"{row.job_id.partition('_')[0]}_{task}")
    return found


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
