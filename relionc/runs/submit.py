"""Submitting the jobs of a build: all that are not finished or in the queue, or, where one is refused, none."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time

from relionc.record import NamedTuple
from relionc.runs import clients, look, registry
from relionc.runs.built import in_table, project_of
from relionc.runs.tables import BADLY, UNKNOWN
from relionc.store.paths import StoreError, failure
from relionc.store.state import State, Submitted, of_tasks, ranges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from relionc.runs.built import Build, BuiltJob, Task
    from relionc.runs.look import Status

EDITED = "RELIONC_EDITED"
"""The variable that lets an edited build be submitted, as for submit.sh."""


INPUTS = "RELIONC_INPUTS"
"""The variable that lets jobs be submitted whose inputs are not there yet, as for submit.sh."""


MOST_IDS = 1_000
"""The most tasks of arrays that a job waits for one by one: sbatch takes no longer list."""


class NotSubmitted(Exception):  # noqa: N818 - what happened to a submission
    """Nothing was submitted; the text is for the user."""


class Intent(NamedTuple):
    """What a submission is to do: the jobs to hand over, in order, and why each other one is left alone."""

    jobs: tuple[Status, ...]
    skipped: Mapping[str, str]
    active: Mapping[str, str]  # ids of jobs that Slurm has already, by name

    def ids_before(self, job: BuiltJob, queued: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of the jobs that have to end well before this one.

        `queued` has those that were queued just now; all points of a table that were are an array of their own.
        """
        ids = {**self.active, **queued}
        found = tuple(dict.fromkeys(ids[name] for name in job.after if name in ids))
        if len(found) <= MOST_IDS:
            return found
        return tuple(dict.fromkeys(each.partition("_")[0] for each in found))


def check(build: Build) -> None:
    """Refuse a build that somebody has changed; raises NotSubmitted."""
    if build.changed and os.environ.get(EDITED) != "yes":
        few = ", ".join(build.changed[:3])
        raise NotSubmitted(
            f"{few} is not as it was built. Build it again, or set {EDITED}=yes to submit your changes"
        )


def intent(statuses: Sequence[Status], names: Collection[str] = ()) -> Intent:
    """Return what there is to submit; raises NotSubmitted where that cannot be."""
    skipped: dict[str, str] = {}
    todo = []
    for status in statuses:
        name = status.job.name
        if status.trouble:
            raise NotSubmitted(f"nobody can say whether {name} still runs: {status.trouble}")
        if reason := _skip(status, names):
            skipped[name] = reason
        else:
            todo.append(status)
    chosen = {status.job.name for status in todo}
    by_name = {status.job.name: status for status in statuses}
    for status in todo:
        for other in status.job.after:
            if other in by_name and other not in chosen:
                _check_before(status.job.name, by_name[other])
    return Intent(
        tuple(todo),
        skipped,
        {each.job.name: each.row.job_id for each in statuses if each.active and each.row},
    )


def _skip(status: Status, names: Collection[str]) -> str:
    """Return why a job is not submitted; nothing where it is."""
    if names and status.job.name not in names:
        return "not asked for"
    if status.job.how == "by hand":
        return "is yours to start"
    if status.active and status.row:
        changed = "" if status.same else ", as it was built before"
        return f"is in the queue already: job {status.row.job_id}, {status.state}{changed}"
    return "is finished already" if status.finished else ""


def _check_before(name: str, before: Status) -> None:
    if before.active or before.finished or before.job.how == "by hand":
        return
    raise NotSubmitted(f"{name} needs {before.job.name}, which is not finished: submit both")


def calls(build: Build, intent: Intent) -> Iterator[tuple[tuple[Status, ...], clients.Call]]:
    """Yield how jobs are handed over, without what they wait for: all tasks of an array where the first is."""
    arrays: dict[tuple[str, int | None], list[Status]] = {}
    for status in intent.jobs:
        if status.job.array:
            arrays.setdefault((status.job.array.script, status.job.array.first), []).append(status)
    for status in intent.jobs:
        job, folder = status.job, ""
        if job.array:
            together = arrays.pop((job.array.script, job.array.first), None)
            if together:
                yield tuple(together), _call_of_array(build, job.array, together)
            continue
        if job.project and job.script.endswith("run_submit.script"):
            folder = project_of(job, os.getcwd())
        yield (status,), clients.Call(os.path.join(build.root, job.script), build.root, folder)


def _call_of_array(build: Build, array: Task, together: Sequence[Status]) -> clients.Call:
    numbers = [each.job.array.number for each in together if each.job.array]
    tasks = ",".join(map(str, numbers)) if array.first is None else ranges(numbers)
    limit = f"%{array.limit}" if array.limit else ""
    first = (str(array.first),) if array.first else ()
    return clients.Call(
        os.path.join(build.root, array.script), build.root, tasks=tasks + limit, arguments=first
    )


def _id_of(job: BuiltJob, call: clients.Call, job_id: str) -> str:
    """Return how Slurm calls a job that it has queued, as the task of an array perhaps."""
    return f"{job_id}_{job.array.number}" if call.tasks and job.array else job_id


def submit(build: Build, intent: Intent, tell: Callable[[str, str], None]) -> list[str]:
    """Queue the jobs of an intent; raises NotSubmitted after having undone what was done, StoreError.

    `tell` is given the name and the id of each job once all are queued. Returns why jobs are not in the table of their
    project, which is no reason not to run them.
    """
    _check_numbers(build, intent)
    _check_inputs(build, intent)
    state = State(build.root)
    try:
        with state.alone():
            rows, notes = _queue(build, intent, state)
            state.set_folder(os.getcwd())
    finally:
        state.close()
    for name, row in rows:
        tell(name, row.job_id)
    return notes


def _check_numbers(build: Build, intent: Intent) -> None:
    """Refuse a job whose number in the project is another job's."""
    for status in intent.jobs:
        if other := registry.conflicts(build, status.job, os.getcwd()):
            name, output = status.job.name, status.job.output
            raise NotSubmitted(
                f"{name} is to write to {output}, but the project has {other}: raise `first_job`"
            )


def _check_inputs(build: Build, intent: Intent) -> None:
    """Refuse a folder that lacks what no job of the build makes: it is hardly the project folder."""
    if os.environ.get(INPUTS) == "later":
        return
    made = tuple(job.output for job in build.jobs)
    seen: set[tuple[str, ...]] = set()
    for status in intent.jobs:
        here, inputs = project_of(status.job, os.getcwd()), status.job.inputs
        if (here, *inputs) in seen:
            continue
        seen.add((here, *inputs))
        for path in inputs:
            if not path.startswith(made) and not os.access(os.path.join(here, path), os.R_OK):
                where = f"which is not in {here}: call this in the project folder"
                raise NotSubmitted(f"{status.job.name} reads {path}, {where}, or set {INPUTS}=later")


def _register(build: Build, intent: Intent) -> list[str]:
    """Put the jobs into the table of the project; what keeps one of them out would keep the others waiting, too."""
    jobs = [status.job for status in intent.jobs]
    try:
        registry.register(build, jobs, os.getcwd())
    except registry.NotRegistered as error:
        left = ", ".join(each.name for each in jobs[jobs.index(error.job) :])
        return [f"not in the table of the project: {left}: {error}"]
    return []


def _queue(build: Build, intent: Intent, state: State) -> tuple[list[tuple[str, Submitted]], list[str]]:
    """Queue one job after the other. Those that could start are held until all are there."""
    done: list[tuple[str, Submitted]] = []
    queued: dict[str, str] = {}  # ids, by job
    behind: dict[
        str, str
    ] = {}  # the array before the next one of a table, where only some of its points may run at once
    held: list[str] = []
    try:
        for together, call in calls(build, intent):
            several = len(intent.jobs) > 1
            before = intent.ids_before(together[0].job, queued)
            hold = several and not {*before} & {*queued.values()}
            for status in together:
                _make_folder(status)
            job_id = clients.submit(
                call._replace(after=before, hold=hold, behind=behind.get(call.script, ""))
            )
            rows = [*_rows(together, call, job_id)]
            done += rows
            queued |= {each.job.name: _id_to_wait_for(each.job, call, job_id) for each in together}
            if together[0].job.array and together[0].job.array.limit:
                behind[call.script] = job_id
            held += [job_id] * hold
            for row in rows:
                state.add(*row)
        notes = _register(build, intent)
        if held:
            clients.release(held)
    except BaseException as error:
        left = _undo(done, state)
        if isinstance(error, clients.SlurmError):
            at = intent.jobs[min(len(done), len(intent.jobs) - 1)].job.name
            raise NotSubmitted(f"{at}: {error}{left}") from error
        raise
    return done, notes


def _rows(together: Sequence[Status], call: clients.Call, job_id: str) -> Iterator[tuple[str, Submitted]]:
    """Yield what is kept of a call: a row for each job, or one for all points of a table that are in its array."""
    now, array = int(time.time()), together[0].job.array
    if array is None or array.first is None:
        for each in together:
            yield each.job.name, Submitted(now, _id_of(each.job, call, job_id), each.job.digest)
    else:
        tasks = (each.job.array.number for each in together if each.job.array)
        kept = of_tasks(job_id, tasks, array.first)
        yield array.job, Submitted(now, kept, together[0].job.digest)


def _id_to_wait_for(job: BuiltJob, call: clients.Call, job_id: str) -> str:
    """Return the id by which another job waits for one that was queued just now: for points of a table the array's."""
    return job_id if in_table(job) else _id_of(job, call, job_id)


def _make_folder(status: Status) -> None:
    if in_table(status.job):
        return  # its guard does: ten thousand folders are not for one call
    folder = os.path.join(project_of(status.job, os.getcwd()), status.job.output)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise failure("make", folder, error) from error


def _undo(done: Sequence[tuple[str, Submitted]], state: State) -> str:
    """Take back what was queued; return what could not be."""
    if not done:
        return ""
    of_arrays = (
        row.job_id.partition("_")[0] for _, row in reversed(done)
    )  # all tasks were queued by this call
    ids = list(dict.fromkeys(of_arrays))
    try:
        clients.cancel(ids)
    except clients.SlurmError as error:
        return f"\nthese jobs were queued before it and could not be cancelled: {' '.join(ids)} ({error})"
    for name, row in done:
        with contextlib.suppress(StoreError):
            state.take_back(name, row)
    return f"\nwhat was queued before it was cancelled: {' '.join(ids)}"


def run_here(build: Build, status: Status) -> int:
    """Run a job that needs no queue, and wait for it; returns its exit code. Raises StoreError."""
    state = State(build.root)
    try:
        with state.alone():
            state.set_folder(os.getcwd())
            _make_folder(status)
            environment = {**os.environ, "RELIONC_BUILD": build.root}
            script = os.path.join(build.root, status.job.script)
            command = ["bash", script]  # as submit.sh does
            with subprocess.Popen(command, env=environment) as running:  # noqa: S603 - a script of the build
                row = Submitted(int(time.time()), f"local-{running.pid}", status.job.digest)
                state.add(status.job.name, row)
                return running.wait()
    finally:
        state.close()


def to_resume(statuses: Sequence[Status]) -> list[Status]:
    """Return the jobs that ended without having finished, and may go on."""
    return [status for status in statuses if status.kind in (BADLY, UNKNOWN)]


def held(statuses: Sequence[Status]) -> list[str]:
    """Return the ids of jobs that Slurm holds."""
    reasons = {status.job.name: look.reason_of(status) for status in statuses if status.active}
    return [
        status.row.job_id
        for status in statuses
        if status.row and (reason := reasons.get(status.job.name)) and reason.held
    ]
