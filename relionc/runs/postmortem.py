"""Why a job ended as it did, or does not go on: the meaning, the line that shows it, what helps."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.runs import events, logs, look, tables
from relionc.runs.tables import BADLY, RUNNING, WAITING, Cause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relionc.runs.events import Event
    from relionc.runs.logs import Line, Log
    from relionc.runs.look import Status
    from relionc.runs.tables import Signature

_SILENT = 600.0  # seconds without a word that any phase may take
_SLOW = 3.0  # times of an iteration that one may take
_LAST_LINES = 3
_HELD = "let it go with `relionc resume`, once what held it is mended"


class Evidence(NamedTuple):
    """A line that shows something, and where it stands."""

    place: str
    text: str


class Told(NamedTuple):
    """What is known: the cause, the lines that show it; without a cause, the last words of the job."""

    cause: Cause | None
    evidence: tuple[Evidence, ...] = ()


class PostMortem(NamedTuple):
    """Why a job is where it is: what ended or holds it, and what else is wrong with the run."""

    main: Told
    besides: tuple[Told, ...] = ()


def explain(status: Status) -> PostMortem:
    """Return why a job ended badly, waits or does not go on; of another, what its logs warn of."""
    found = _logs(status)
    warnings = tuple(_warnings(found, continued=events.is_continued(status.events)))
    besides = (*_incidents(status), *warnings)
    if status.kind == WAITING:
        return PostMortem(_waiting(status), tuple(_incidents(status)))
    if status.kind == RUNNING:
        return PostMortem(_stall(status, found) or Told(None), besides)
    if status.kind in (BADLY, tables.UNKNOWN):
        return PostMortem(_ended(status, found), besides)
    return PostMortem(Told(None), (*warnings, *_incidents(status)))


def last_error(status: Status) -> str:
    """Return in a sentence what is wrong with a job; nothing where nothing is known to be."""
    said = explain(status)
    cause = said.main.cause or next((told.cause for told in said.besides), None)
    if status.kind == BADLY and status.end is not None and status.end.sentence:
        return status.end.sentence
    said_before = events.last_incident(status.events) if status.kind in (RUNNING, WAITING) else ""
    return said_before or (cause.means if cause else "")


def _logs(status: Status) -> dict[str, Log]:
    """Return the logs of a job, by the names that signatures have for them."""
    job_id = status.row.job_id if status.row else ""
    return {
        "run.err": logs.read(f"{status.output}/run.err", "run.err").of_last_attempt(job_id),
        "run.out": status.out or logs.Log("run.out"),
        "slurm": look.log_of(status) if status.row else logs.Log("slurm"),
    }


def _waiting(status: Status) -> Told:
    reason = look.reason_of(status)
    if status.because:
        return Told(Cause(f"waits for {status.because}"))
    if reason is None or not reason.means:
        return Told(None)
    said = status.shown.reason if status.shown else ""
    return Told(Cause(reason.means, cure=_HELD if reason.held else ""), (Evidence("Slurm", said),))


def _ended(status: Status, found: Mapping[str, Log]) -> Told:
    """Return what ended a job: the job before it, else Slurm, else what a log says, else what is left."""
    if status.because:
        cure = f"see why {status.because} failed; `relionc resume` submits both again"
        return Told(Cause(f"it never started, because {status.because} did not end well", cure))
    if status.end is not None and status.end.sentence:
        return _by_script(status.end, found)
    return _by_slurm(status, found) or _by_signature(found) or _by_reason(status) or _by_state(status, found)


def _by_script(end: Event, found: Mapping[str, Log]) -> Told:
    """Return what the script of the job has noted of its end, with the line of a log that it is about."""
    ending = tables.endings().get(end.ending, tables.Ending())
    told = _by_signature(found) if ending.looked_up else None
    if told is not None and told.cause is not None:
        return told._replace(evidence=(*told.evidence, Evidence(events.PLACE, end.sentence)))
    return Told(
        Cause(end.sentence, ending.cure, ending.code, ending.change),
        (Evidence(events.PLACE, f"{end.ending}, status {end.status}"),),
    )


def _by_slurm(status: Status, found: Mapping[str, Log]) -> Told | None:
    """Return what Slurm says where that is the whole truth: a limit, a node, somebody who cancelled it."""
    words = tables.words()
    line = last_of_slurm(found["slurm"])
    state = status.shown.state if status.shown else line[0] if line else ""
    decided = {word for _, word in words.ended.causes} | {"OUT_OF_MEMORY"}
    if state not in decided or words.states[state].kind != BADLY:
        return None
    seen = [Evidence(found["slurm"].place(line[1]), line[1].text)] if line and line[0] == state else []
    seen += [Evidence("Slurm", state)] if status.shown and not seen else []
    return Told(words.states[state].cause, tuple(seen))


def last_of_slurm(log: Log) -> tuple[str, Line] | None:
    """Return the state that Slurm's last line about the job means: a step may be cancelled for more reasons."""
    ended = tables.words().ended
    for line in reversed(log.lines):
        match = ended.line.match(line.text)
        if match and match[1] == "JOB":
            due = match[5] or ""
            return next(((state, line) for pattern, state in ended.causes if pattern.search(due)), None)
    return None


def _by_signature(found: Mapping[str, Log]) -> Told | None:
    for signature in tables.signatures():
        if not (signature.warns or signature.still) and (seen := evidence(signature, found)):
            return Told(signature.cause, seen)
    return None


def _by_reason(status: Status) -> Told | None:
    """Return what Slurm's reason says of an ending, where it is more than that there was one."""
    reason = look.reason_of(status)
    told = status.shown.reason if status.shown else ""
    if reason is None or not reason.means or told == "NonZeroExitCode":
        return None
    return Told(Cause(reason.means), (Evidence("Slurm", told),))


def _by_state(status: Status, found: Mapping[str, Log]) -> Told:
    last = [
        Evidence(log.place(line), line.text)
        for log in (found["run.err"], found["slurm"])
        for line in [line for line in log.lines if line.text.strip()][-_LAST_LINES:]
    ]
    return Told(look.cause_of(status), tuple(last[:_LAST_LINES]))


def _incidents(status: Status) -> Iterator[Told]:
    """Yield what a job that goes on had to get over last, or all of the last that one had which has ended well."""
    most = 1 if status.active else 0 if status.kind in (BADLY, tables.UNKNOWN) else _LAST_LINES
    sentences = events.incidents(status.events)[-most:] if most else ()
    if sentences:
        seen = tuple(Evidence(events.PLACE, sentence) for sentence in sentences)
        yield Told(Cause("it had to go on after something that went wrong"), seen)


def _warnings(found: Mapping[str, Log], *, continued: bool) -> Iterator[Told]:
    for signature in tables.signatures():
        if signature.anew and continued:
            continue
        if signature.warns and (seen := evidence(signature, found)):
            yield Told(signature.cause, seen)


def _stall(status: Status, found: Mapping[str, Log]) -> Told | None:
    """Return what a job that runs on without a word does, once that is longer than its iterations explain."""
    progress = status.progress
    if progress is None or progress.silent is None:
        return None
    if progress.silent < max(_SILENT, _SLOW * (progress.each or 0)):
        return None
    for signature in tables.signatures():
        if signature.still and (seen := evidence(signature, found)):
            return Told(signature.cause, seen)
    return None


def evidence(signature: Signature, found: Mapping[str, Log]) -> tuple[Evidence, ...]:
    """Return the line that shows a signature, in the first of its logs that has enough of them."""
    for name in signature.where:
        log = found[name]
        hits = list(_hits(signature, log.lines))
        if len(hits) >= signature.times:
            line = hits[-1] if signature.still else hits[0]
            return (Evidence(log.place(line), line.text),)
    return ()


def _hits(signature: Signature, lines: Sequence[Line]) -> Iterator[Line]:
    for index, line in enumerate(lines):
        if signature.pattern.search(line.text):
            below = lines[index + 1] if index + 1 < len(lines) else line
            yield below if signature.next and below.text.strip() else line


def failed(statuses: Iterable[Status]) -> list[Status]:
    """Return the jobs of which there is something to explain, those that others depend on first."""
    return [status for status in statuses if status.kind in (BADLY, tables.UNKNOWN)]
