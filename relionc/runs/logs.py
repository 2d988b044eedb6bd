"""Logs of a job, of which nobody knows what they hold or how long they are: beginning, end, and where it stands."""

from __future__ import annotations

import os
import re

from relionc.record import NamedTuple
from relionc.store import regular

_HEAD, _TAIL = 64 << 10, 1 << 20  # bytes that are looked at
_LONGEST = 2000  # characters of a line
_FIRST_LINES, _LAST_LINES = 2_000, 20_000  # that are looked at; as many as a megabyte of ordinary ones has
ATTEMPT = re.compile(r"^=+ relionc: job ([^\s,]+)")
"""The line that the runtime writes above what each attempt says."""


class Line(NamedTuple):
    """A line of a log; `number` counts from 1, and is 0 where the lines before it were not read."""

    number: int
    text: str


class Log(NamedTuple):
    """What was read of a log: its lines, and when it was last written (seconds since 1970)."""

    name: str
    lines: tuple[Line, ...] = ()
    written: float | None = None

    def place(self, line: Line) -> str:
        """Return what to call a place: `run.err:118`."""
        return f"{self.name}:{line.number}" if line.number else self.name

    def of_last_attempt(self, job_id: str) -> Log:
        """Return what the last attempt of a job has written: what stands above it, or is another job's, is older.

        A log without such lines is all of the job.
        """
        starts = [
            (index, found[1]) for index, line in enumerate(self.lines) if (found := ATTEMPT.match(line.text))
        ]
        if not starts:
            return self
        index, whose = starts[-1]
        return self._replace(lines=self.lines[index + 1 :] if whose == job_id else ())


def read(path: str, name: str) -> Log:
    """Return a log, an empty one where there is none; a long one loses its middle."""
    try:
        with regular.open_regular(path) as stream:
            found = os.fstat(stream.fileno())
            if found.st_size <= _HEAD + _TAIL:
                return Log(name, tuple(_few(_lines(stream.read(_HEAD + _TAIL), 1))), found.st_mtime)
            head = stream.read(_HEAD)
            stream.seek(-_TAIL, os.SEEK_END)
            tail = stream.read(_TAIL).partition(b"\n")[2]
            return Log(name, tuple(_few([*_lines(head, 1), *_lines(tail, 0)])), found.st_mtime)
    except (OSError, ValueError):  # a path may be one that the system cannot be asked for
        return Log(name)


def _few(lines: list[Line]) -> list[Line]:
    """Return the first lines and the last ones of what was read: there may be a million empty ones."""
    if len(lines) <= _FIRST_LINES + _LAST_LINES:
        return lines
    return lines[:_FIRST_LINES] + lines[-_LAST_LINES:]


def _lines(data: bytes, first: int) -> list[Line]:
    """Return the lines of a piece; a progress bar, which returns to its start, is what it shows last."""
    texts = data.decode("utf-8", "replace").split("\n")
    shown = (text.rstrip("\r").rpartition("\r")[2] if "\r" in text else text for text in texts)
    return [Line(index + first if first else 0, text[-_LONGEST:]) for index, text in enumerate(shown)]
