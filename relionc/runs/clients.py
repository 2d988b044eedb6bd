"""Slurm's programs, as they are called: each asked for one thing, in an environment that does not change its answer."""

from __future__ import annotations

import os
import subprocess

from relionc.record import NamedTuple
from relionc.runs import tables
from relionc.runs.tables import RUNNING, WAITING, WELL
from relionc.slurm import shown
from relionc.slurm.environment import CONTRADICTING, CONTRADICTING_BEGINNINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relionc.runs.tables import SbatchRefusal
    from relionc.slurm.shown import Shown

PATIENCE = 90.0
"""Seconds that a program of Slurm's may take: a busy controller answers late."""
_MOST = 4 << 20  # characters of an answer
_DROPPED = {*CONTRADICTING, "SLURM_TIME_FORMAT"}  # the last would change what the programs print


class SlurmError(Exception):
    """Slurm could not be asked, or refuses; the text is for the user, `refusal` what is known of it."""

    def __init__(self, message: str, refusal: SbatchRefusal | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal


class SlurmAnswer(NamedTuple):
    """What a program printed, and its exit code."""

    code: int
    out: str
    err: str


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables for a program of Slurm's: none of a surrounding job that contradict a script."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _DROPPED and not name.startswith(CONTRADICTING_BEGINNINGS)
    }
    return kept | dict(more or {})


def ask(argv: Sequence[str], more: Mapping[str, str] | None = None, told: bytes = b"") -> SlurmAnswer:
    """Run a program and return its answer; raises SlurmError where it is not there or takes too long.

    `told` is what it reads from its standard input.
    """
    try:
        done = subprocess.run(  # noqa: S603 - Slurm's programs; ids are numbers, paths are words of their own
            argv,
            env=environment(more),
            input=told,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise SlurmError(
            f"`{argv[0]}` is not on this machine: call relionc where the cluster's jobs are submitted"
        ) from None
    except OSError as error:
        raise SlurmError(f"`{argv[0]}` cannot be run: {error.strerror or error}") from None
    except subprocess.TimeoutExpired:
        raise SlurmError(f"`{argv[0]}` has not answered for {PATIENCE:.0f} seconds") from None
    out, err = (text[:_MOST].decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return SlurmAnswer(done.returncode, out, err)


class Call(NamedTuple):
    """A submission: the script, the folder to start in (none: here), the ids that must end well before.

    `tasks` are those of a job array that are to run, as sbatch wants them told; `arguments` are the script's;
    `behind` is the id of an array that must end before, in whatever way.
    """

    script: str
    build: str
    folder: str = ""
    after: tuple[str, ...] = ()
    hold: bool = False
    tasks: str = ""
    arguments: tuple[str, ...] = ()
    behind: str = ""

    def words(self) -> list[str]:
        """Return the options of sbatch."""
        words = [f"--chdir={self.folder}"] if self.folder else []
        words += ["--hold"] if self.hold else []
        words += [f"--array={self.tasks}"] if self.tasks else []
        waits = [f"afterok:{':'.join(self.after)}"] if self.after else []
        waits += [f"afterany:{self.behind}"] if self.behind else []
        words += [f"--dependency={','.join(waits)}"] if waits else []
        words += ["--kill-on-invalid-dep=yes"] if self.after else []
        return words


def submit(call: Call) -> str:
    """Queue a script and return the id of its job; raises SlurmError where sbatch refuses."""
    answer = ask(["sbatch", "--parsable", *call.words(), call.script, *call.arguments], _told(call))
    job_id = None if answer.code else shown.submitted(answer.out)
    if job_id is None:
        raise refused(answer)
    return job_id


def test(call: Call) -> SlurmAnswer:
    """Ask Slurm whether it would take a script, and when it would start; nothing is queued."""
    return ask(["sbatch", "--test-only", *call.words(), call.script, *call.arguments], _told(call))


def test_text(script: bytes) -> SlurmAnswer:
    """Ask Slurm whether it would take a script that is in no file."""
    return ask(["sbatch", "--test-only"], told=script)


def _told(call: Call) -> dict[str, str]:
    return {"RELIONC_BUILD": call.build}


def refused(answer: SlurmAnswer) -> SlurmError:
    """Return why sbatch refuses, in our words where they are known, and in Slurm's."""
    text = f"{answer.err}\n{answer.out}"
    refusal = next((each for each in tables.words().refusals if each.pattern.search(text)), None)
    theirs = _theirs(answer) or f"exit code {answer.code}, and no word"
    return SlurmError(f"{refusal.means} (Slurm: {theirs})" if refusal else f"Slurm says: {theirs}", refusal)


def _theirs(answer: SlurmAnswer) -> str:
    """Return Slurm's own words on one line: without who says them, and each once."""
    lines = [line.strip() for line in answer.err.split("\n") if line.strip()] or answer.out.split("\n")[:1]
    bare = [line.removeprefix("sbatch: ").removeprefix("error: ").removeprefix("fatal: ") for line in lines]
    return "; ".join(dict.fromkeys(bare))[:500].strip()


def look(job_id: str) -> Shown | None:
    """Return what Slurm knows of a job; None where it knows it no more. Raises SlurmError where it cannot be asked."""
    answer = ask(["scontrol", "show", "job", job_id])
    records = [] if answer.code else [shown.of_scontrol(each) for each in shown.jobs(answer.out)]
    if records:
        return _whole(records)
    if any(each.unreachable and each.pattern.search(answer.err) for each in tables.words().refusals):
        raise SlurmError(f"Slurm does not answer: {_theirs(answer)}")
    return _accounted(job_id)


def look_array(array: str) -> dict[str, Shown]:
    """Return what Slurm knows of the tasks of an array, by their ids. Raises SlurmError where it cannot be asked."""
    answer = ask(["scontrol", "show", "job", array])
    if answer.code and any(
        each.unreachable and each.pattern.search(answer.err) for each in tables.words().refusals
    ):
        raise SlurmError(f"Slurm does not answer: {_theirs(answer)}")
    found = {} if answer.code else shown.tasks(answer.out)
    if found:
        return found
    try:
        kept = ask(["sacct", "-n", "-P", "-X", "-j", array, "-o", ",".join(shown.SACCT)])
    except SlurmError:
        return {}
    ids = {line.partition("|")[0] for line in kept.out.split("\n") if not kept.code}
    rows = ((job_id, shown.of_sacct(kept.out, job_id)) for job_id in ids if shown.ID.fullmatch(job_id))
    return {job_id: row for job_id, row in rows if row is not None}


def _whole(records: Sequence[Shown]) -> Shown:
    """Return the group of a hetjob that tells most: one that has not ended, else one that ended badly."""
    states = tables.words().states

    def kind(record: Shown) -> str:
        return states[record.state].kind if record.state in states else WAITING

    order = {RUNNING: 0, WAITING: 1, WELL: 3}
    first = min(records, key=lambda each: order.get(kind(each), 2))
    return first._replace(nodes=",".join(dict.fromkeys(each.nodes for each in records if each.nodes)))


def _accounted(job_id: str) -> Shown | None:
    """Ask the accounting database, which not every site has."""
    try:
        answer = ask(["sacct", "-n", "-P", "-j", job_id, "-o", ",".join(shown.SACCT)])
    except SlurmError:
        return None
    return None if answer.code else shown.of_sacct(answer.out, job_id)


def measured(job_id: str) -> tuple[int, dict[str, str]]:
    """Return the most memory of a process of a running job in bytes, and its GPUs, where the site measures them."""
    try:
        answer = ask(["sstat", "-n", "-P", "-a", "-j", job_id, "-o", "MaxRSS,TRESUsageInMax"])
    except SlurmError:
        return 0, {}
    return (0, {}) if answer.code else shown.of_sstat(answer.out)


def cancel(ids: Iterable[str]) -> None:
    """Cancel jobs; raises SlurmError. One that has ended already is no error of Slurm's."""
    _obeyed(["scancel", *ids])


def release(ids: Iterable[str]) -> None:
    """Let held jobs go; raises SlurmError."""
    _obeyed(["scontrol", "release", *ids])


def _obeyed(argv: Sequence[str]) -> None:
    answer = ask(argv)
    if answer.code:
        raise SlurmError(f"{argv[0]}: {_theirs(answer)}")
