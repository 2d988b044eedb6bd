"""A build directory as those see it who run it: its jobs, in the order in which they are submitted."""

from __future__ import annotations

import os
import re
import shlex
from itertools import islice

from relionc.record import NamedTuple
from relionc.runs import tables
from relionc.source.values import as_mapping, as_texts, text_of
from relionc.store import manifest
from relionc.store.digest import of_bytes
from relionc.store.json_of_others import values_in
from relionc.store.paths import FolderTree, StoreError, is_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.source.values import Plain

PLAN, COMMANDS = "plan.json", "commands.txt"
QUEUED, PLAIN = ("run.sbatch", "run_submit.script"), "run.sh"
_INPUTS = re.compile(rb"^inputs=\((.*)\)$", re.MULTILINE)
_MOST_JOBS = 20_000  # of a build, and as many points of tables: a spec has half as many
_MOST_READ = 1 << 18  # bytes of these
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_REFERENCE = re.compile(r"\$\{(\w+)\}")


class Task(NamedTuple):
    """The place of a job in a job array: which job all its tasks are points of, its script, how many run at once.

    Points of a table are in several arrays of one script: `first` is the number of the first point of this one; None
    for a job that is in no table.
    """

    job: str
    script: str
    number: int
    limit: int | None
    first: int | None = None

    @property
    def point(self) -> int:
        """The number of a point in its table."""
        return (self.first or 0) + self.number


class BuiltJob(NamedTuple):
    """A job of a build; `script` is a path below the build directory, `digest` its sha256.

    `how` is `queued` (sbatch takes the script), `plain` (bash runs it) or `by hand` (its user starts it); `marked`: its
    commands make RELION write a mark when it succeeds, which old versions cannot. `reads`: the words of a shell that
    say so.
    """

    name: str
    type: str
    output: str
    project: str
    after: tuple[str, ...]
    time_s: int | None
    how: str
    script: str
    digest: str
    marked: bool
    array: Task | None = None
    reads: bytes = b""

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it reads, seen from where it runs; files whose names only a shell knows are left out."""
        try:
            words = shlex.split(self.reads.decode("utf-8", "replace"))
        except ValueError:
            return ()
        return tuple(word for word in words if word.isprintable() and not set("$`\ufffd") & set(word))


class Build(NamedTuple):
    """A build directory: absolute, and as the user called it; `spec` is a name, `spec_digest` its sha256."""

    root: str
    shown: str
    spec: str
    spec_digest: str
    cluster: str
    jobs: tuple[BuiltJob, ...]
    changed: tuple[str, ...]  # artifacts that are not what the manifest says

    def job(self, name: str) -> BuiltJob:
        """Return a job by its name, which is one of the build's."""
        return next(job for job in self.jobs if job.name == name)

    @property
    def tables(self) -> dict[str, list[str]]:
        """The names of the points of each table."""
        found: dict[str, list[str]] = {}
        for job in self.jobs:
            if job.array and in_table(job):
                found.setdefault(job.array.job, []).append(job.name)
        return found


def in_table(job: BuiltJob) -> bool:
    """Whether a job is a point of a table."""
    return job.array is not None and job.array.first is not None


def read(path: str) -> Build:
    """Return what a build directory holds; raises StoreError where it is none."""
    tree = FolderTree(path)
    try:
        listed = tree.read(manifest.NAME)
        found = tree.read(PLAN)
        if listed is None or found is None:
            raise StoreError(f"{path} is no build directory: `relionc build` makes one for each spec")
        plan, inputs = _document(found[0]), _document(listed[0])
        artifacts = manifest.artifacts_of(listed[0])
        if not artifacts or not 0 < len(as_mapping(plan.get("jobs"))) <= _MOST_JOBS:
            raise StoreError(f"{path}: {manifest.NAME} or {PLAN} is not what a build wrote: build it again")
        spec = text_of(plan.get("spec"))
        digest = as_mapping(as_mapping(inputs.get("inputs")).get(spec)).get("sha256")
        return Build(
            root=os.path.abspath(path),
            shown=path.rstrip("/") or path,
            spec=spec,
            spec_digest=text_of(digest),
            cluster=text_of(plan.get("cluster")),
            jobs=_with_points([*_jobs(as_mapping(plan.get("jobs")), tree, artifacts)], plan, tree, artifacts),
            changed=tuple(_changed(tree, artifacts)),
        )
    finally:
        tree.close()


def _document(content: bytes) -> dict[str, Plain]:
    try:
        return as_mapping(values_in(content))
    except ValueError:
        return {}


def _changed(tree: FolderTree, artifacts: Mapping[str, manifest.Facts]) -> Iterator[str]:
    for path, facts in artifacts.items():
        found = tree.read(path)
        if found is None or of_bytes(found[0]) != facts.get("sha256"):
            yield path


def _jobs(
    rows: Mapping[str, Plain], tree: FolderTree, artifacts: Mapping[str, manifest.Facts]
) -> Iterator[BuiltJob]:
    by_hand: set[str] = set()
    for name, value in rows.items():
        row = as_mapping(value)
        after = tuple(as_texts(row.get("after")))
        script = _script(name, artifacts)
        found = tree.read(script) if script else None
        folders = text_of(row.get("output")), text_of(row.get("project"))
        if found is None or not all(
            map(_is_path, folders)
        ):  # built with --job, or a plan that somebody has made
            continue
        how = "plain" if script.endswith(PLAIN) else "queued"
        if row.get("interactive") is True or by_hand.intersection(after):
            by_hand.add(name)
            how = "by hand"
        time_s = row.get("time_s")
        yield BuiltJob(
            name=name,
            type=text_of(row.get("type")),
            output=folders[0],
            project=folders[1],
            after=tuple(other for other in after if other in rows),
            time_s=time_s if isinstance(time_s, int) else None,
            how=how,
            script=script,
            digest=of_bytes(found[0]),
            reads=_reads(found[0]),
            marked=_is_marked(tree.read(f"{name}/{COMMANDS}")),
            array=_task(as_mapping(row.get("array")), artifacts),
        )


def _with_points(
    jobs: Sequence[BuiltJob],
    plan: Mapping[str, Plain],
    tree: FolderTree,
    artifacts: Mapping[str, manifest.Facts],
) -> tuple[BuiltJob, ...]:
    """Return jobs with every point of a table as one, which who waits for the table waits for."""
    rows = {name: as_mapping(row) for name, row in as_mapping(plan.get("jobs")).items()}
    points: dict[str, list[BuiltJob]] = {}
    left = _MOST_JOBS
    for job in jobs:
        found = _points(job, as_mapping(rows[job.name].get("array")), tree, artifacts)
        points[job.name] = [*islice(found, left)]
        left -= len(points[job.name])
    names = {name: tuple(each.name for each in some) for name, some in points.items() if some}
    if not names:
        return tuple(jobs)
    whole: list[BuiltJob] = []
    for job in jobs:
        after = tuple(one for name in job.after for one in names.get(name, (name,)))
        whole += [each._replace(after=after) for each in points[job.name] or [job]]
    return tuple(whole)


def _points(
    job: BuiltJob, row: Mapping[str, Plain], tree: FolderTree, artifacts: Mapping[str, manifest.Facts]
) -> Iterator[BuiltJob]:
    """Yield the points of a job's table; none where it has no table, or one that the manifest does not list."""
    path, tasks, limit = text_of(row.get("table")), row.get("tasks"), row.get("limit")
    found = tree.read(path) if is_safe(path) and path in artifacts else None
    if found is None or not isinstance(tasks, int) or tasks < 1:
        return
    above = job.output.rstrip("/").rpartition("/")[0]
    lines = found[0].split(b"\n", _MOST_JOBS + 1)[1:-1]
    for number, line in enumerate(lines):
        name = line.partition(b"\t")[0].decode("utf-8", "replace")
        if _NAME.fullmatch(name):
            task = number % tasks
            array = Task(job.name, job.script, task, limit if isinstance(limit, int) else None, number - task)
            yield job._replace(name=name, output=f"{above}/{name}/", array=array)


def _task(row: Mapping[str, Plain], artifacts: Mapping[str, manifest.Facts]) -> Task | None:
    """Return the place of a job in an array whose script the manifest lists."""
    script, number, limit = text_of(row.get("script")), row.get("task"), row.get("limit")
    job = text_of(row.get("job"))
    if not is_safe(script) or script not in artifacts or not isinstance(number, int) or not is_safe(job):
        return None
    return Task(job, script, number, limit if isinstance(limit, int) else None)


def _is_path(text: str) -> bool:
    """Whether the system can be asked for a path of that text: JSON may hold half a character."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _reads(script: bytes) -> bytes:
    """Return the words of a script that say what it reads; none where there are more than a job can name."""
    line = _INPUTS.search(script)
    return line[1] if line and len(line[1]) <= _MOST_READ else b""


def _is_marked(commands: tuple[bytes, int] | None) -> bool:
    asked = re.escape(tables.marks().asked_by.encode())
    return commands is not None and re.search(rb"(?<!\S)%b(?!\S)" % asked, commands[0]) is not None


def _script(job: str, artifacts: Mapping[str, manifest.Facts]) -> str:
    """Return the script of a job that the manifest lists; none where there is no such job."""
    names = (f"{job}/{name}" for name in (*QUEUED, PLAIN))
    return next((name for name in names if is_safe(name) and name in artifacts), "")


def project_of(job: BuiltJob, folder: str) -> str:
    """Return the folder in which a job runs, submitted from `folder`; variables are those of this shell."""
    named = _REFERENCE.sub(lambda found: os.environ.get(found[1], found[0]), job.project)
    if named == "~" or named.startswith("~/"):
        named = os.environ.get("HOME", "~") + named[1:]
    return os.path.join(folder, named) if named else folder


def output_of(job: BuiltJob, folder: str) -> str:
    """Return the folder that a job writes to, submitted from `folder`."""
    return os.path.join(project_of(job, folder), job.output)
