"""`relionc submit`, `resume` and `cancel`: hand the jobs of a build to Slurm, and take them back."""

from __future__ import annotations

from collections import Counter

from relionc.cli import say
from relionc.cli.builds import meant, opened
from relionc.cli.options import CallError
from relionc.cli.status import FEW_POINTS
from relionc.cli.table import table
from relionc.cli.why import posted
from relionc.runs import clients, look, submit, tables
from relionc.store.state import together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.runs.built import Build
    from relionc.runs.clients import SlurmAnswer
    from relionc.runs.look import Status
    from relionc.runs.submit import Intent


def run(path: str, *, jobs: Sequence[str] = (), test_only: bool = False) -> int:
    """Submit the jobs of a build that are not finished and not in the queue; raises what `builds.exit_code` tells."""
    build = opened(path, jobs)
    submit.check(build)
    intent = submit.intent(look.look(build), meant(build, jobs))
    return _test(intent, build) if test_only else _hand_over(build, intent)


def _hand_over(build: Build, intent: Intent) -> int:
    said = {name: reason for name, reason in intent.skipped.items() if reason != "not asked for"}
    for name, reason in _summed_up(build, said):
        say.result(f"{name} {reason}\n")
    if not intent.jobs:
        if not intent.active:
            return 0
        raise submit.NotSubmitted("all that is left is in the queue already; `relionc cancel` takes it out")
    if any(status.job.how == "plain" for status in intent.jobs):
        return _run_here(build, intent)
    for note in submit.submit(build, intent, lambda name, job_id: say.result(f"{name} {job_id}\n")):
        say.trouble(note)
    return 0


def _summed_up(build: Build, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of jobs; of a table with many points how many they are of which it is true."""
    left = dict(said)
    for job, points in build.tables.items():
        ours = {name: left[name] for name in points if name in left}
        if len(points) > FEW_POINTS and ours:
            counts = Counter(_without_id(each) for each in ours.values())
            left = {name: each for name, each in left.items() if name not in ours}
            for reason, number in counts.items():
                yield job, f"{number:,} of {len(points):,} points: {reason}"
    yield from left.items()


def _without_id(said: str) -> str:
    """Return what is said of a job without its id, so that it is the same of others."""
    return " ".join(word for word in said.replace(": job", ":").split() if not word[:1].isdecimal())


def _run_here(build: Build, intent: Intent) -> int:
    """Run the jobs of a build without a queue one after the other; the first that fails ends it."""
    for status in intent.jobs:
        say.result(f"{status.job.name}\n")
        code = submit.run_here(build, status)
        (after,) = look.look(build, [status.job.name])
        if code or after.kind == tables.BADLY:
            say.result(posted(build, [after]))
            return 1
    return 0


def _test(intent: Intent, build: Build) -> int:
    """Ask Slurm about each job, and print what it answers; nothing is queued."""
    rows, refused = [], []
    for ours, call in submit.calls(build, intent):
        answer = clients.test(call)
        first, more = ours[0].job.name, len(ours) - 1
        name = f"{first} and {more} more" if more else first
        if answer.code:
            refused.append(f"{name}: {clients.refused(answer)}")
        else:
            rows.append((name, would_start(answer)))
    say.result(table(rows) if rows else "")
    for reason in refused:
        say.trouble(f"Slurm would refuse {reason}")
    return 1 if refused else 0


def would_start(answer: SlurmAnswer) -> str:
    """Return when and where Slurm would start a job. Which nodes it names is no promise: 26.05 names too many."""
    found = tables.words().test.search(f"{answer.err}\n{answer.out}")
    if found is None:
        return "Slurm would take it"
    when = found["time"].replace("T", " ")
    return f"Slurm would take it: {found['cpus']} CPUs in partition {found['partition']}, at {when} if nothing changes"


def resume(path: str, *, jobs: Sequence[str] = ()) -> int:
    """Let jobs that ended too early go on, and those that wait for them; raises what `builds.exit_code` tells."""
    build = opened(path, jobs)
    submit.check(build)
    statuses = look.look(build)
    names = meant(build, jobs)
    ours = [status for status in statuses if not jobs or status.job.name in names]
    held = submit.held(ours)
    if held:
        clients.release(held)
        say.result(f"released {' '.join(held)}\n")
        if not submit.to_resume(ours):
            return 0
    _check_resume(statuses, ours)
    goes_on = {status.job.name: f"goes on {_from(status)}" for status in submit.to_resume(ours)}
    for name, said in _summed_up(build, goes_on):
        say.result(f"{name} {said}\n")
    return _hand_over(build, submit.intent(statuses, names))


def _check_resume(statuses: Sequence[Status], ours: Sequence[Status]) -> None:
    if all(status.row is None for status in statuses):
        raise submit.NotSubmitted("nothing of this build was ever submitted: `relionc submit` does that")
    if not submit.to_resume(ours):
        raise submit.NotSubmitted("no job of this build has ended without having finished")


def _from(status: Status) -> str:
    whole = status.progress.whole if status.progress else None
    return f"from iteration {whole}" if whole else "from the beginning"


def cancel(path: str, *, jobs: Sequence[str] = ()) -> int:
    """Cancel the jobs of a build that wait or run, those that wait for others first; returns the exit code."""
    build = opened(path, jobs)
    statuses = look.look(build, meant(build, jobs))
    for status in statuses:
        if status.trouble:
            raise CallError(status.trouble)
    active = [status for status in reversed(statuses) if status.active and status.row]
    ours = [status for status in active if _is_ours(status)]
    if ours:
        clients.cancel(together([status.row.job_id for status in ours if status.row]))
    done = {status.job.name: f"{status.row.job_id} cancelled" for status in ours if status.row}
    for name, said in _summed_up(build, done):
        say.result(f"{name} {said}\n")
    for status in active:
        if status.job.name not in done:
            _tell_other(status)
    if not active:
        say.result("nothing of this build waits or runs\n")
    return 0 if ours == active else 1


def _is_ours(status: Status) -> bool:
    """Whether the job that Slurm has under a number runs a script of this build: the numbers come from a file."""
    script = status.shown.script if status.shown else ""
    ours = [status.job.script, *([status.job.array.script] if status.job.array else [])]
    return not script or any(script.split(" ")[0].endswith(f"/{each}") for each in ours)


def _tell_other(status: Status) -> None:
    job_id = status.row.job_id if status.row else ""
    script = status.shown.script if status.shown else ""
    say.trouble(f"job {job_id} is not {status.job.name}: it runs {script}, and was left alone")
