"""How far a run of RELION is: from what it prints, from the files of its iterations, from what the runtime notes."""

from __future__ import annotations

import os
from statistics import median

from relionc.record import NamedTuple
from relionc.runs import events as noted
from relionc.runs import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from relionc.runs.events import Event
    from relionc.runs.logs import Line, Log

_RECENT = 5  # iterations whose times count: the first ones of a run are often quicker
_MOST_FILES = 200_000  # names of a folder that are looked at


class RunProgress(NamedTuple):
    """How far a run is; times in seconds, None for what nobody knows.

    `iteration` is the one in work, `whole` the last that is written, `of` how many there will be, `resolution` in Å,
    `each` the time of an iteration, `left` until the last, `phase_left` of what the bar shows, `silent` since the last
    word.
    """

    iteration: int | None = None
    whole: int | None = None
    of: int | None = None
    resolution: float | None = None
    converged: bool = False
    each: float | None = None
    left: float | None = None
    phase_left: float | None = None
    silent: float | None = None

    @property
    def share(self) -> float | None:
        """The part of the iterations that is done, from 0 to 1; None where their number is not known."""
        if not self.of or self.iteration is None:
            return None
        return min(max((self.iteration - 1) / self.of, (self.whole or 0) / self.of), 1.0)


def of(out: Log, output: str, events: Sequence[Event], since: float, now: float) -> RunProgress:
    """Return how far a run is that was submitted at `since`; `output` is its folder."""
    marks = tables.marks()
    iteration = _last(marks.iteration, out.lines)
    resolution = _last(marks.resolution, out.lines)
    done = _whole(events, output, since)
    number = int(iteration["n"]) if iteration else None
    total = int(iteration["of"]) if iteration and iteration["of"] else None
    each = _each(done)
    return RunProgress(
        iteration=number,
        whole=max(done) if done else None,
        of=total,
        resolution=float(resolution["angstrom"].rstrip(".")[:12]) if resolution else None,
        converged=_last(marks.converged, out.lines) is not None,
        each=each,
        left=_left(done, total, each, now),
        phase_left=_phase_left(out.lines),
        silent=now - out.written if out.written else None,
    )


def _last(pattern: re.Pattern[str], lines: Sequence[Line]) -> re.Match[str] | None:
    return next((found for line in reversed(lines) if (found := pattern.search(line.text))), None)


def _whole(events: Iterable[Event], output: str, since: float) -> dict[int, float]:
    """Return when each iteration was written, by its number: as noted, else by the time of its first file."""
    rows = [event for event in events if event.event == noted.ITERATION and event.iteration]
    if rows:
        return {event.iteration: float(event.time) for event in rows if event.iteration}
    return {n: written for n, written in _files(output) if n and written >= since}


def _files(output: str) -> list[tuple[int, float]]:
    pattern, found = tables.marks().files, []
    try:
        with os.scandir(output) as entries:
            for _, entry in zip(range(_MOST_FILES), entries, strict=False):
                if match := pattern.match(entry.name):
                    found.append((int(match["n"]), entry.stat(follow_symlinks=False).st_mtime))
    except OSError:
        return []
    return sorted(found)


def _each(done: dict[int, float]) -> float | None:
    """Return the time of an iteration: the median of the last ones."""
    times = [done[n] - done[n - 1] for n in sorted(done) if n - 1 in done]
    return median(times[-_RECENT:]) if times and min(times[-_RECENT:]) >= 0 else None


def _left(done: dict[int, float], total: int | None, each: float | None, now: float) -> float | None:
    if not total or each is None:
        return None
    last = max(done)
    return max((total - last) * each - min(max(now - done[last], 0), each), 0.0)


def _phase_left(lines: Sequence[Line]) -> float | None:
    """Return the time left of what RELION's own bar shows, where that is the last thing that it printed."""
    marks = tables.marks()
    last = next((line.text for line in reversed(lines) if line.text.strip()), "")
    bars = list(marks.bar.finditer(last[-400:]))
    if not bars:
        return None
    bar = bars[-1]
    return max(float(bar["of"][:12]) - float(bar["done"][:12]), 0.0) * marks.units[bar["unit"]]
