"""What a command may look at of data files: which of them, and how much work that may be, all together.

Work is counted, not timed, so the same files always give the same answer. A unit is about a nanosecond.
"""

from __future__ import annotations

import errno
import os

from relionc.allowance import Work
from relionc.store.regular import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


WORK = 1_500_000_000
"""Units for all data files of a spec: some two million rows of particles, or 1.5 GB of text."""
FOR_LAYOUTS = 500_000_000
"""Units that are left for the layouts of jobs, however much there is in files: without a layout there is no build."""
OPENED = 100_000
"""Units of looking for a file and opening it."""


class TooMuch(Exception):  # noqa: N818 - no error: what was found so far counts
    """There is more to look at than is looked at."""


class Skim:
    """Opens data files and counts the work of looking at them.

    With `within`, only files below that folder are opened, wherever links lead; `kept_out` then names the others.
    """

    def __init__(self, within: str = "", work: int = WORK) -> None:
        self.within = os.path.realpath(within) if within else ""
        self.kept_out: dict[str, None] = {}
        self._left = work

    def open(self, path: str) -> BinaryIO:
        """Return a file to read; raises OSError where there is none that may be read, TooMuch."""
        self.spend(OPENED)
        if not self.holds(path):
            self.kept_out[path] = None
            raise OSError(errno.EACCES, "it lies outside the repository", path)
        return open_regular(path)

    def holds(self, path: str) -> bool:
        """Return whether a path, its links followed, is one that may be read."""
        if not self.within:
            return True
        try:
            return is_below(path, self.within)
        except (OSError, ValueError):
            return False

    def spend(self, work: int) -> None:
        """Count work before it is done; raises TooMuch where there is none left for it."""
        if work > self._left or not Work.takes(work, leaving=FOR_LAYOUTS):
            self._left = 0
            raise TooMuch
        self._left -= work


def is_below(path: str, folder: str) -> bool:
    """Return whether a path, its links followed, lies below a folder that has none; ValueError for no path."""
    real = os.path.realpath(path)
    return real == folder or real.startswith(folder.rstrip("/") + "/")
