"""What the runtime of a job has written down: `relionc/events.tsv` in its output folder."""

from __future__ import annotations

import os
import re

from relionc.record import NamedTuple
from relionc.runs import logs, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.runs.logs import Log

PLACE = os.path.join("relionc", "events.tsv")
START, LAUNCH, END, ITERATION, RESUME = "start", "launch", "end", "iteration", "resume"
_HEAD = re.compile(
    r"relionc: job (?P<job>[^\s,]+), [^:]*: (?P<ending>\w+), status (?P<status>\d{1,3}): (?P<sentence>.+)"
)
_FIRST = 20  # lines of a log in which its head is: a prolog of the site may speak before
_INCIDENTS = (RESUME, "stall", "requeue")


class Event(NamedTuple):
    """A row: when (seconds since 1970), of which job and start, what, in which iteration, and a sentence.

    `ending` and `status` are those of an `end`: its name and the exit status.
    """

    time: int
    job_id: str
    start: int
    event: str
    iteration: int | None
    sentence: str
    ending: str = ""
    status: int | None = None


def read(output: str, job_id: str) -> tuple[Event, ...]:
    """Return what was written down of a job, the oldest first; none where there is no such file."""
    lines = logs.read(os.path.join(output, PLACE), "events.tsv").lines
    found = (_event(line.text.split("\t")) for line in lines)
    return tuple(event for event in found if event and event.job_id == job_id)


def _event(row: Sequence[str]) -> Event | None:
    if len(row) < 6 or not (_is_number(row[0]) and _is_number(row[2])):
        return None
    ending, status = (row[6], row[7]) if len(row) > 7 else ("", "")
    return Event(
        time=int(row[0]),
        job_id=row[1],
        start=int(row[2]),
        event=row[3],
        iteration=int(row[4]) if _is_number(row[4]) else None,
        sentence=row[5],
        ending=ending,
        status=int(status) if _is_number(status) else None,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 13


def end_of(events: Sequence[Event]) -> Event | None:
    """Return how a job ended: the last `end`, unless it was started again after it or goes on elsewhere."""
    last = next((event for event in reversed(events) if event.event in (START, END)), None)
    if last is None or last.event != END:
        return None
    ending = tables.endings().get(last.ending)
    return None if ending and ending.passes else last


def end_in_log(log: Log, job_id: str) -> Event | None:
    """Return how a job ended by the first line of its log, where it stands even if the output folder is gone."""
    for line in log.lines[:_FIRST]:
        found = _HEAD.match(line.text)
        if found and found["job"] == job_id and _is_number(found["status"]):
            end = Event(
                0, job_id, 0, END, None, found["sentence"].strip(), found["ending"], int(found["status"])
            )
            return end_of((end,))
    return None


def went_on(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return after what a job went on by itself in the same allocation."""
    return tuple(event for event in events if event.event == RESUME)


def is_continued(events: Sequence[Event]) -> bool:
    """Whether RELION was last started to go on with a run, and not from the beginning."""
    last = next((event for event in reversed(events) if event.event == LAUNCH), None)
    return last is not None and bool(last.iteration)


def incidents(events: Sequence[Event]) -> tuple[str, ...]:
    """Return in sentences what kept a job from going on as it was."""
    return tuple(event.sentence for event in events if event.event in _INCIDENTS)


def last_incident(events: Sequence[Event]) -> str:
    """Return the last of these; nothing where nothing did."""
    return next(reversed(incidents(events)), "")


def restarts(events: Sequence[Event]) -> int:
    """Return how often a job began anew."""
    return max((event.start for event in events), default=0)
