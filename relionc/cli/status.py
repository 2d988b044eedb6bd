"""`relionc status` and `wait`: where the jobs of a build are."""

from __future__ import annotations

import sys
import time
from collections import Counter
from itertools import groupby

from relionc.cli import say
from relionc.cli.builds import meant, opened
from relionc.plan.words import plural
from relionc.runs import events, look, postmortem
from relionc.runs.built import in_table
from relionc.runs.tables import BADLY, RUNNING, UNKNOWN, WAITING, WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from relionc.runs.look import Status
    from relionc.runs.progress import RunProgress

PAUSE = 10.0
"""Seconds between two looks: often enough to see an iteration pass, rare enough for a controller."""
FEW_POINTS, FEW_FAILED = 20, 5
"""Points of a table that have a line each, and those that ended badly of a table that is summed up."""
_BAR = 20  # characters
_ENDED = (WELL, BADLY, UNKNOWN)


def run(path: str, *, jobs: Sequence[str] = (), watch: bool = False, as_json: bool = False) -> int:
    """Say where the jobs of a build are, once or until all have ended; returns the exit code."""
    build = opened(path, jobs)
    names = meant(build, jobs)
    statuses = look.look(build, names)
    if as_json:
        say.json(_json(statuses))
        return 0
    say.result(_text(statuses))
    if watch:
        _follow(lambda: look.look(build, names), statuses, _again)
    return 0


def wait(path: str, *, jobs: Sequence[str] = ()) -> int:
    """Wait until the jobs of a build have ended; returns 0 if all have ended well, 1 if one has not."""
    build = opened(path, jobs)
    names = meant(build, jobs)
    statuses = _follow(lambda: look.look(build, names), look.look(build, names), lambda *_: None)
    say.result(_text(statuses))
    return 0 if all(status.kind == WELL for status in statuses) else 1


def _follow(
    look_again: Callable[[], Sequence[Status]],
    statuses: Sequence[Status],
    tell: Callable[[Sequence[Status], Sequence[Status]], None],
) -> Sequence[Status]:
    """Look again and again until nothing waits or runs any more; one who stops it ends it without a word."""
    try:
        while any(status.active or status.trouble for status in statuses):
            time.sleep(PAUSE)
            before, statuses = statuses, look_again()
            tell(before, statuses)
    except KeyboardInterrupt:
        pass
    return statuses


def _again(before: Sequence[Status], now: Sequence[Status]) -> None:
    """Print the statuses anew: over the old ones on a terminal, else where something has changed."""
    if sys.stdout.isatty():
        say.result_again(_text(now), lines=_text(before).count("\n"))
    elif _without_times(before) != _without_times(now):
        say.result(_text(now))
    sys.stdout.flush()


def _without_times(statuses: Sequence[Status]) -> list[tuple[object, ...]]:
    return [
        (each.state, each.progress.iteration if each.progress else None, each.restarts) for each in statuses
    ]


def _text(statuses: Sequence[Status]) -> str:
    rows = [*_rows(statuses)]
    names = (row if isinstance(row, str) else row.job.name for row in rows)
    width = max((len(name.partition("  ")[0]) for name in names), default=0)
    lines = [
        line
        for row in rows
        for line in ([_padded(row, width)] if isinstance(row, str) else _lines(row, width))
    ]
    return "".join(f"{say.on_one_line(line)}\n" for line in lines)


def _rows(statuses: Sequence[Status]) -> Iterator[Status | str]:
    """Yield the jobs; of a table with many points a line that counts them, and of these the first that have failed."""
    for table, group in groupby(statuses, _table_of):
        points = [*group]
        if not table or len(points) <= FEW_POINTS:
            yield from points
            continue
        counts = Counter(
            each.state if each.kind not in _ENDED or each.same else f"{each.state} as it was built before"
            for each in points
        )
        said = ", ".join(f"{number:,} {state}" for state, number in counts.most_common())
        yield f"{table}  {len(points):,} points: {said}"
        yield from [each for each in points if each.kind in (BADLY, UNKNOWN)][:FEW_FAILED]


def _table_of(status: Status) -> str:
    return status.job.array.job if status.job.array and in_table(status.job) else ""


def _padded(line: str, width: int) -> str:
    name, _, rest = line.partition("  ")
    return f"{name:<{width}}  {rest}"


def _lines(status: Status, width: int) -> list[str]:
    """Return a line for a job, and a second one where there is more to say."""
    job = f"job {status.row.job_id}  " if status.row else ""
    first = f"{status.job.name:<{width}}  {job}{status.state}{_where(status)}"
    parts = [first, *_far(status)] if status.active or status.kind == BADLY else [first]
    more = [text for text in (*_times(status), *_uses(status), *_trouble(status)) if text]
    return ["  ".join(parts), *([" " * width + "  " + " · ".join(more)] if more else [])]


def _where(status: Status) -> str:
    shown = status.shown
    if status.kind == RUNNING and shown and shown.nodes:
        return f" on {shown.nodes}"
    if status.kind in _ENDED and status.row and not status.same:
        return " (as it was built before)"
    return ""


def _far(status: Status) -> list[str]:
    """Return how far a run is: iteration, bar, resolution."""
    progress = status.progress
    if progress is None or (progress.iteration is None and progress.phase_left is None):
        return []
    if progress.iteration is None:
        return [f"this step {_about(progress.phase_left or 0)}"] if status.kind == RUNNING else []
    of = f" of {progress.of}" if progress.of else ""
    share = progress.share
    filled = round((share or 0) * _BAR)
    bar = ["▇" * filled + "░" * (_BAR - filled)] if share is not None and status.kind == RUNNING else []
    resolution = [f"{progress.resolution:.3g} Å"] if progress.resolution else []
    return [f"iteration {progress.iteration}{of}", *bar, *resolution]


def _times(status: Status) -> list[str]:
    """Return what an iteration takes, what is left of the work, and what is left of the limit."""
    progress, shown = status.progress, status.shown
    if status.kind != RUNNING:
        return []
    texts = []
    if progress and progress.each:
        texts.append(f"{_span(progress.each)} each")
    if progress and progress.left is not None:
        texts.append(_about(progress.left))
    limit = _limit_left(status)
    if limit is not None:
        texts.append(f"limit in {_span(limit)}")
    if limit is not None and progress and progress.left is not None and progress.left > limit:
        texts.append("will not be done before the limit")
    if shown and shown.ran_s and limit is None:
        texts.append(f"running for {_span(shown.ran_s)}")
    return texts


def _limit_left(status: Status) -> float | None:
    shown = status.shown
    return max(shown.limit_s - shown.ran_s, 0) if shown and shown.limit_s else None


def _uses(status: Status) -> list[str]:
    """Return what Slurm has measured, and how often the job began anew."""
    shown = status.shown
    peak = [f"memory {shown.peak / 2**30:.1f} GiB of a rank at most"] if shown and shown.peak else []
    used = shown.used if shown else {}
    util = [f"GPUs busy {used['gpuutil']} %"] if "gpuutil" in used else []
    gpumem = [f"GPU memory {used['gpumem']}"] if "gpumem" in used else []
    restarts = [f"began {plural(status.restarts, 'time')} anew"] if status.restarts else []
    again = len(events.went_on(status.events))
    went_on = [f"went on {plural(again, 'time')} after a failure"] if again and status.kind == RUNNING else []
    return [*peak, *util, *gpumem, *restarts, *went_on]


def _trouble(status: Status) -> list[str]:
    if status.trouble:
        return [status.trouble]
    if status.kind == WAITING:
        reason = look.reason_of(status)
        waits = f"waits for {status.because}" if status.because else reason.means if reason else ""
        return [waits, events.last_incident(status.events)]
    return [postmortem.last_error(status)] if status.kind in (RUNNING, BADLY, UNKNOWN, WELL) else []


def _about(seconds: float) -> str:
    return f"about {_span(seconds)} left"


def _span(seconds: float) -> str:
    """Return a time as people say it: two units at most."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _json(statuses: Sequence[Status]) -> str:
    import json

    return (
        json.dumps({"status_version": 1, "jobs": [_object(status) for status in statuses]}, indent=2) + "\n"
    )


def _object(status: Status) -> dict[str, object]:
    shown, progress, reason = status.shown, status.progress, look.reason_of(status)
    return {
        "name": status.job.name,
        "id": status.row.job_id if status.row else None,
        "kind": status.kind,
        "state": status.state,
        "slurm_state": shown.state if shown else None,
        "reason": shown.reason or None if shown else None,
        "means": reason.means or None if reason else None,
        "waits_for": status.because or None,
        "nodes": shown.nodes or None if shown else None,
        "exit_code": shown.exit_code or None if shown else None,
        "ran_s": shown.ran_s if shown else None,
        "limit_s": shown.limit_s if shown else status.job.time_s,
        "restarts": status.restarts,
        **_progress_object(progress),
        "peak_memory_bytes": shown.peak or None if shown else None,
        "gpu": dict(shown.used) if shown else {},
        "ending": status.end.ending if status.end else None,
        "last_error": postmortem.last_error(status) or None if status.kind != look.NEW else None,
        "built_now": status.same,
        "output": status.output,
    }


def _progress_object(progress: RunProgress | None) -> dict[str, object]:
    names = ("iteration", "whole", "of", "resolution", "each", "left", "silent")
    values = [getattr(progress, name) if progress else None for name in names]
    keys = (
        "iteration",
        "whole_iteration",
        "iterations",
        "resolution_angstrom",
        "iteration_s",
        "left_s",
        "silent_s",
    )
    return dict(zip(keys, values, strict=True))
