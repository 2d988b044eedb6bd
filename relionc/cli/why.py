"""`relionc why`: the post mortem of the jobs of a build, and the layout that would do better."""

from __future__ import annotations

from relionc.cli import say
from relionc.cli.builds import meant, opened
from relionc.emit.shell import pasted_path
from relionc.plan.words import plural
from relionc.runs import look, postmortem, tables
from relionc.runs.built import in_table
from relionc.runs.tables import BADLY, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.runs.built import Build
    from relionc.runs.look import Status
    from relionc.runs.postmortem import Evidence, PostMortem, Told

_LABEL = 9  # characters, of the words before each line


def run(path: str, *, jobs: Sequence[str] = (), spec: str | None = None, as_json: bool = False) -> int:
    """Say why jobs of a build ended too early or do not go on; returns the exit code.

    `spec`: the spec that it was built from; without it, it is looked for near the build.
    """
    build = opened(path, jobs)
    statuses = look.look(build, meant(build, jobs))
    if as_json:
        say.json(_json(statuses))
    else:
        say.result(posted(build, statuses, spec) or "nothing of this build has failed or is held up\n")
    return 0


def posted(build: Build, statuses: Sequence[Status], spec: str | None = None) -> str:
    """Return the post mortem of each job of which there is something to say."""
    parts: dict[str, list[str]] = {}  # names by what is said of them: points of a table often end alike
    for status in statuses:
        explained = postmortem.explain(status)
        if explained.main.cause or explained.besides or status.kind in (BADLY, UNKNOWN):
            post = _post(build, status, explained, spec)
            key = post.partition("\n")[2] if in_table(status.job) else post
            parts.setdefault(key, []).append(post)
    return "\n".join(posts[0] + _of_others(len(posts) - 1) for posts in parts.values())


def _of_others(number: int) -> str:
    return _line("", f"and the same of {plural(number, 'other point')}") + "\n" if number else ""


def _post(build: Build, status: Status, explained: PostMortem, spec: str | None) -> str:
    lines = [_head(status), *_told(explained.main)]
    if status.kind in (BADLY, UNKNOWN) and not explained.main.cause:
        lines.append(_line("", "nothing that is known stands in its logs"))
    lines += [line for told in explained.besides for line in ("", *_told(told, besides=True))]
    lines += _otherwise(build, status, explained, spec)
    if status.kind in (BADLY, UNKNOWN) and not status.because:
        lines.append(_line("go on", f"relionc resume {pasted_path(build.shown)}"))
    return "".join(f"{say.on_one_line(line).rstrip()}\n" for line in lines)


def _head(status: Status) -> str:
    """Return what everything below is about: the job, its state, how far it came."""
    shown = status.shown
    code = f" (exit code {shown.exit_code})" if shown and shown.exit_code not in ("", "0:0") else ""
    slurm = f" (Slurm: {shown.state})" if shown and shown.state != status.state else ""
    progress = status.progress
    far = f", in iteration {progress.iteration}" if progress and progress.iteration else ""
    far += f" of {progress.of}" if far and progress and progress.of else ""
    job = f"  job {status.row.job_id}" if status.row else ""
    return f"{status.job.name}{job}  {status.state}{slurm}{code}{far}"


def _told(told: Told, *, besides: bool = False) -> Iterator[str]:
    cause = told.cause
    if cause:
        yield _line("besides" if besides else "reason", cause.means)
    for evidence in told.evidence:
        yield _line("seen", _seen(evidence))
    if cause and cause.cure:
        yield _line("cure", cause.cure)
    if cause and cause.code:
        yield _line("more", f"relionc rule {cause.code}")


def _seen(evidence: Evidence) -> str:
    text = say.on_one_line(evidence.text.strip())
    return f"{evidence.place}: {text[:300]}{'…' * (len(text) > 300)}"


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"


def _otherwise(build: Build, status: Status, explained: PostMortem, spec: str | None) -> list[str]:
    """Return the pin to change, and the layout that the spec then has."""
    causes = [explained.main.cause, *(told.cause for told in explained.besides)]
    change = next((cause.change for cause in causes if cause and cause.change), None)
    if change is None:
        return []
    from relionc.cli.resolved import resolved

    array = status.job.array
    name = array.job if array and in_table(status.job) else status.job.name
    return [_line(label, text) for label, text in resolved(build, name, change, spec)]


def _json(statuses: Sequence[Status]) -> str:
    import json

    jobs = [_object(status, postmortem.explain(status)) for status in statuses]
    return json.dumps({"why_version": 1, "jobs": jobs}, indent=2) + "\n"


def _object(status: Status, explained: PostMortem) -> dict[str, object]:
    return {
        "name": status.job.name,
        "id": status.row.job_id if status.row else None,
        "state": status.state,
        "kind": status.kind,
        "reason": _told_object(explained.main),
        "besides": [_told_object(told) for told in explained.besides],
    }


def _told_object(told: Told) -> dict[str, object]:
    cause = told.cause or tables.Cause("")
    return {
        "means": cause.means or None,
        "cure": cause.cure or None,
        "code": cause.code or None,
        "seen": [{"place": each.place, "text": each.text} for each in told.evidence],
    }
