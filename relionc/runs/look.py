"""Where the jobs of a build are: what was submitted, what Slurm knows, what the runtime and RELION have written."""

from __future__ import annotations

import os
import stat
import time

from relionc.record import NamedTuple
from relionc.runs import clients, events, logs, progress, tables
from relionc.runs.built import in_table, output_of, project_of
from relionc.runs.tables import BADLY, RUNNING, UNKNOWN, WAITING, WELL, Cause
from relionc.slurm.shown import ID
from relionc.store.state import State, by_point

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relionc.runs.built import Build, BuiltJob
    from relionc.runs.events import Event
    from relionc.runs.logs import Log
    from relionc.runs.progress import RunProgress
    from relionc.slurm.shown import Shown
    from relionc.store.state import Submitted

NEW = "new"
"""The kind of a job that was never submitted; the others are those of `tables`."""
_SKEW = 2.0  # seconds by which the clocks of a file server and of this machine may differ
_NO_MARK = "Slurm says that it ended well, but RELION has not written that it succeeded"
_NO_TRACE = "Slurm does not know the job any more, and nothing in its folder says how it ended"


class Status(NamedTuple):
    """A job and where it is.

    `row` is its last submission, `same` whether that was the script of today, `shown` what Slurm says, `end` how the
    runtime says that it ended, `because` the job before it that keeps it from running or kept it from starting.
    """

    job: BuiltJob
    kind: str
    output: str
    folder: str
    row: Submitted | None = None
    same: bool = False
    shown: Shown | None = None
    events: tuple[Event, ...] = ()
    end: Event | None = None
    progress: RunProgress | None = None
    out: Log | None = None
    because: str = ""
    trouble: str = ""  # Slurm could not be asked

    @property
    def active(self) -> bool:
        """Whether Slurm has it: it waits or runs."""
        return self.kind in (WAITING, RUNNING)

    @property
    def finished(self) -> bool:
        """Whether what was built has been computed."""
        return self.kind == WELL and self.same

    @property
    def state(self) -> str:
        """The word for where it is: Slurm's, where that is the truth."""
        if self.kind == NEW:
            return "not submitted"
        word = self.shown.state if self.shown else ""
        if self.kind == WELL:
            return "COMPLETED"
        if self.kind == UNKNOWN:
            return "unknown"
        return "FAILED" if word in ("", "COMPLETED") and self.kind == BADLY else word

    @property
    def restarts(self) -> int:
        """How often Slurm or the runtime began it anew."""
        return max(self.shown.restarts if self.shown else 0, events.restarts(self.events))


def look(build: Build, names: Collection[str] = ()) -> tuple[Status, ...]:
    """Return where the jobs of a build are, all or those that are named, in the order of the build.

    Raises StoreError; Slurm that cannot be asked is a trouble of each job that it would know.
    """
    state = State(build.root)
    try:
        folder = state.folder() or os.getcwd()
        rows = _submissions(build, state)
    finally:
        state.close()
    arrays = _Arrays()
    found: dict[str, Status] = {}
    for job in build.jobs:
        status = _status(job, folder, rows[job.name], arrays)
        found[job.name] = status._replace(because=_because(status, found))
    return tuple(status for name, status in found.items() if not names or name in names)


def _submissions(build: Build, state: State) -> dict[str, Submitted | None]:
    """Return the last submission of each job; those of the points of a table are kept together."""
    kept: dict[str, dict[int, Submitted]] = {}
    found: dict[str, Submitted | None] = {}
    for job in build.jobs:
        if job.array is not None and in_table(job):
            if job.array.job not in kept:
                kept[job.array.job] = by_point(state.submissions(job.array.job))
            found[job.name] = kept[job.array.job].get(job.array.point)
        else:
            rows = state.submissions(job.name)
            found[job.name] = rows[-1] if rows else None
    return found


class _Arrays:
    """What Slurm says of the tasks of arrays: it is asked once for each array, not for each of its tasks."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Mapping[str, Shown], str]] = {}

    def asked(self, job_id: str) -> tuple[Shown | None, str]:
        """Return what Slurm says of a task, or why it could not be asked."""
        array = job_id.partition("_")[0]
        if array not in self._known:
            try:
                self._known[array] = clients.look_array(array), ""
            except clients.SlurmError as error:
                self._known[array] = {}, str(error)
        tasks, trouble = self._known[array]
        return tasks.get(job_id), trouble


def _status(job: BuiltJob, folder: str, row: Submitted | None, arrays: _Arrays) -> Status:
    output = output_of(job, folder)
    empty = Status(job, NEW, output, folder, row)
    if row is None:
        return empty
    shown, trouble = arrays.asked(row.job_id) if in_table(job) else _asked(row.job_id)
    found = events.read(output, row.job_id)
    out = logs.read(os.path.join(output, "run.out"), "run.out").of_last_attempt(row.job_id)
    status = empty._replace(
        same=row.script == job.digest,
        shown=shown,
        events=found,
        end=events.end_of(found),
        out=out,
        trouble=trouble,
    )
    if status.end is None:
        status = status._replace(end=events.end_in_log(log_of(status), row.job_id))
    status = status._replace(kind=_kind(status))
    status = status._replace(progress=progress.of(out, output, found, row.time - _SKEW, time.time()))
    return status if in_table(job) else _measured(status)


def _asked(job_id: str) -> tuple[Shown | None, str]:
    if not ID.fullmatch(job_id):
        return None, ""
    try:
        return clients.look(job_id), ""
    except clients.SlurmError as error:
        return None, str(error)


def _measured(status: Status) -> Status:
    """Add what a running job uses, where the site measures it."""
    if status.kind != RUNNING or status.row is None or status.shown is None:
        return status
    peak, used = clients.measured(status.row.job_id)
    return status._replace(shown=status.shown._replace(peak=peak, used=used)) if peak or used else status


def _kind(status: Status) -> str:
    """Return where a job is: Slurm's word while it has the job, then that of the runtime, then RELION's mark."""
    states, shown = tables.words().states, status.shown
    slurm = states[shown.state].kind if shown and shown.state in states else None
    if slurm in (WAITING, RUNNING) or (shown and slurm is None):
        return slurm or RUNNING
    if status.end is not None and status.end.status is not None:
        return WELL if status.end.status == 0 else BADLY
    return _kind_by_mark(status, slurm)


def _kind_by_mark(status: Status, slurm: str | None) -> str:
    """Return how a job ended of which the runtime has written nothing: a good end needs RELION's mark."""
    if slurm == BADLY:
        return BADLY
    if marked(status, tables.marks().well):
        return WELL
    if slurm == WELL:
        return BADLY if status.job.marked else WELL
    if any(marked(status, name) for name in tables.marks().badly):
        return BADLY
    return RUNNING if _runs_here(status) else UNKNOWN


def marked(status: Status, name: str) -> bool:
    """Whether RELION has written a mark since the job was submitted: an older one says nothing of it."""
    try:
        found = os.stat(os.path.join(status.output, name))
    except (OSError, ValueError):
        return False
    return status.row is not None and found.st_mtime >= status.row.time - _SKEW


def _runs_here(status: Status) -> bool:
    """Whether a job without a queue still runs on this machine."""
    row = status.row
    pid = row.job_id.removeprefix("local-") if row else ""
    if row is None or pid == row.job_id:
        return False
    try:
        found = os.stat(f"/proc/{pid}")
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_mtime <= row.time + _SKEW


def _because(status: Status, before: dict[str, Status]) -> str:
    """Return the job that a waiting one waits for, or whose end kept this one from starting."""
    shown = status.shown
    if shown is None or not shown.reason.startswith("Dependency"):
        return ""
    ours = [before[name] for name in status.job.after if name in before]
    if status.kind == WAITING:
        return next((each.job.name for each in ours if each.active), "")
    return next((each.job.name for each in ours if each.kind == BADLY), "")


def log_of(status: Status) -> Log:
    """Return the log of the batch script: where Slurm says that it is, else by the name that its script gives it."""
    job_id = status.row.job_id if status.row else ""
    said = status.shown.log if status.shown else ""
    of_array = status.job.array if "_" in job_id else None
    name = f"{of_array.job if of_array else status.job.name}-{job_id}.out"
    places = [said] if said else [status.folder, project_of(status.job, status.folder)]
    for place in places:
        path = said or os.path.join(place, name)
        found = logs.read(path, os.path.basename(path))
        if found.lines:
            return found
    return logs.Log(os.path.basename(said) or name)


def cause_of(status: Status) -> Cause | None:
    """Return what Slurm's state and reason say of an ending, and what is wrong where they say that nothing is."""
    word = status.shown.state if status.shown else ""
    if status.kind == UNKNOWN:
        return Cause(status.trouble or _NO_TRACE)
    if status.kind == BADLY and word == "COMPLETED" and status.end is None:
        return Cause(_NO_MARK)
    states = tables.words().states
    return states[word].cause if word in states else None


def reason_of(status: Status) -> tables.WaitReason | None:
    """Return what Slurm's reason means; of one that is followed by more words, the first word."""
    if status.shown is None or not status.shown.reason:
        return None
    reasons = tables.words().reasons
    first = status.shown.reason.split(",")[0].split("(")[0].strip()
    return reasons.get(first) or tables.WaitReason(f"Slurm says: {status.shown.reason}")
