"""Work that is shared out among processes, with results in the order of the work."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in typing: see relionc.cli.remember
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    Work = TypeVar("Work")
    Result = TypeVar("Result")

BLOCK = 16
"""Pieces that a process takes one after the other: neighbours are often alike, and what is known of one helps."""
WORTH = 64
"""Pieces for which another process is worth its start."""


def cores() -> int:
    """Return how many processes may compute at a time."""
    return len(os.sched_getaffinity(0))


def in_processes(
    most: int, work: Sequence[Work], do: Callable[[Sequence[Work]], Iterable[Result]]
) -> Iterable[Result]:
    """Return what `do` makes of each piece of work, in order, with at most so many processes.

    With one it is made when it is asked for, so that nothing is kept. A share whose process does not come to its end is
    done here again, so that whatever is raised, is raised here.
    """
    count = min(most, len(work) // WORTH)
    if count < 2 or _has_threads():
        return do(work)
    places = [[at for at in range(len(work)) if at // BLOCK % count == each] for each in range(count)]
    mine, *theirs = ([work[at] for at in share] for share in places)
    others = [_Share(share, do) for share in theirs]
    try:
        made = [list(do(mine))]
    except BaseException:
        for other in others:
            other.end()
        raise
    for other, share in zip(others, theirs, strict=True):
        found = other.result()
        made.append(list(do(share)) if found is None else found)
    by_place: dict[int, Result] = {}
    for share_of_places, results in zip(places, made, strict=True):
        by_place.update(zip(share_of_places, results, strict=True))
    return [by_place[at] for at in range(len(work))]


def _has_threads() -> bool:
    """Whether there are other threads: they are not in a forked process, but what they have locked stays locked."""
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


class _Share:
    """A process that does one share."""

    def __init__(self, share: Sequence[Work], do: Callable[[Sequence[Work]], Iterable[Result]]) -> None:
        import pickle

        sys.stdout.flush()
        sys.stderr.flush()
        self._from, to = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(to)
            return
        code = 1
        try:
            with open(to, "wb") as stream:
                pickle.dump(list(do(share)), stream, pickle.HIGHEST_PROTOCOL)
            code = 0
        finally:
            os._exit(code)  # nothing above this knows of two processes

    def result(self) -> list[Any] | None:
        """Return what it has made; None where it did not come to its end."""
        import pickle

        with open(self._from, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._pid, 0)
        made: list[Any] | None = pickle.loads(data) if status == 0 else None  # noqa: S301 - of our own process
        return made

    def end(self) -> None:
        """Do without it."""
        from signal import SIGKILL

        os.kill(self._pid, SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._from)
