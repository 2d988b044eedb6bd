"""From RELION's files about several jobs, a project's pipeline or a scheme, to one spec of them all.

default_pipeline.star or scheme.star ─data→ rows ─→ Member* ─spec→ Job* ─→ SpecFile
"""

from __future__ import annotations

import os
import re

from relionc import catalog
from relionc.catalog.pipelines import pipelines
from relionc.data.rows import rows_of
from relionc.diag import WARNING, Diagnostic
from relionc.diag.clean import printable
from relionc.diag.locate import locate_all
from relionc.ir import SpecFile
from relionc.pipeline.jobfile import PROFILES, NoVersion, not_said, spec_job
from relionc.pipeline.variables import Variables, unset, variables_in
from relionc.record import NamedTuple
from relionc.source import jobfile
from relionc.spec.job_from_file import resolve
from relionc.spec.job_to_spec import versions_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from relionc.catalog.pipelines import Table
    from relionc.catalog.types import Option
    from relionc.data.rows import Row
    from relionc.data.skim import Skim
    from relionc.expr.refs import AnyText
    from relionc.ir import SpecJob
    from relionc.source.jobfile import JobText
    from relionc.spec.job_from_file import Job

    Tables = Mapping[str, list[Row]]

MOST_JOBS = 1_000
"""As many as a spec may have."""
MOST_BYTES, MOST_ROWS, MOST_WAYS = 16 << 20, 150_000, 2_000_000
"""The most bytes and options in all job files together; the most jobs of a scheme, times its edges."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_NO_JOB_FILE = "RL143"


class NoJobs(Exception):  # noqa: N818 - what is wrong with a call, as it is told
    """A file that is no pipeline and no scheme, or of which no job can be made out."""


class Member(NamedTuple):
    """A job of a project or a scheme.

    `folder` is how options name its files, `other_folder` a second way (an alias); both end with a slash. `output`
    is where its files go; empty for the folder of its name in the spec. `after` are folders of jobs before it.
    """

    name: str
    folder: str
    other_folder: str
    path: str  # of its job file
    text: JobText
    output: str
    after: tuple[str, ...]


class Collection(NamedTuple):
    """The members of a file, its scheme's variables, what is to be said of the file as a whole."""

    members: tuple[Member, ...]
    variables: Variables
    remarks: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


class ImportedProject(NamedTuple):
    """The spec of a project or a scheme, what is to be said, and the texts that it is said of."""

    spec: SpecFile
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def is_project(path: str) -> bool:
    """Return whether a file's name is one of those that speak of several jobs."""
    known = pipelines()
    names = (known.pipeline["file"]["file"], *(each["file"]["file"] for each in known.schemes))
    return os.path.basename(path) in names


def in_folder(folder: str) -> str:
    """Return the file in a folder that speaks of its jobs, or of its job; raises NoJobs."""
    known = pipelines()
    names = (
        known.pipeline["file"]["file"],
        *(each["file"]["file"] for each in known.schemes),
        *known.job_files,
    )
    paths = (os.path.join(folder, name) for name in names)
    found = next((path for path in paths if os.path.isfile(path)), None)
    if found is None:
        raise NoJobs(f"cannot read {folder}: it is a folder with none of {', '.join(names)}")
    return found


def import_project(
    path: str, read: Callable[[str], bytes], skim: Skim, *, relion: str | None, cluster: str
) -> ImportedProject:
    """Return the spec of all jobs that a pipeline or a scheme names; raises NoJobs, NoVersion, OSError, TooMuch."""
    found = _members(path, rows_of(path, skim), read)
    if not found.members:
        raise NoJobs(f"no job of {path} has a job file that can be read")
    texts = [member.text for member in found.members]
    versions = (catalog.version(relion),) if relion else versions_of(*texts)
    if not versions:
        raise NoVersion(f"no RELION version writes such job files as those of {path}")
    jobs, diagnostics = _resolved(found.members, versions[0], found.variables)
    made = tuple(_Writer(jobs, found.variables).all())
    kept = {member.name for member, _ in jobs}
    left = [member.name for member in found.members if member.name not in kept]
    spec = SpecFile(
        header=tuple(map(printable, (*_header(path, versions, found), *_left_out(left), PROFILES))),
        facts=(("cluster", cluster), ("relion", versions[0])),
        jobs=made,
        variables=found.variables.used(),
    )
    sources = {member.path: member.text.text for member in found.members}
    return ImportedProject(spec, (*found.diagnostics, *diagnostics), sources)


def variables_beside(path: str, skim: Skim) -> Variables:
    """Return the variables of the scheme that a job file belongs to: its file lies in the folder above."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    for names in pipelines().schemes:
        try:
            return Variables(_values(names, rows_of(os.path.join(folder, names["file"]["file"]), skim)))
        except OSError:
            continue
    return Variables({})


def _header(path: str, versions: tuple[str, ...], found: Collection) -> Iterator[str]:
    others = "".join(f", which RELION {other} may have written too" for other in versions[1:])
    yield f"From {os.path.basename(path)}{others}: what is not said here has the default of RELION {versions[0]}."
    yield from found.remarks


def _left_out(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"Left out, as this version has no such job: {name}."


def _members(path: str, tables: Tables, read: Callable[[str], bytes]) -> Collection:
    known = pipelines()
    if known.pipeline["processes"]["table"] in tables:
        return _of_pipeline(os.path.dirname(path), tables, read)
    for names in known.schemes:
        if names["jobs"]["table"] in tables:
            return _of_scheme(os.path.dirname(path), names, tables, read)
    raise NoJobs(f"{path} is no pipeline and no scheme of RELION")


def _of_pipeline(project: str, tables: Tables, read: Callable[[str], bytes]) -> Collection:
    names = pipelines().pipeline
    processes = _column(tables, names["processes"], "name")
    aliases = _column(tables, names["processes"], "alias")
    after = _inputs(tables, names)
    reader = _JobFiles(read)
    members: list[Member] = []
    for folder, alias in zip(processes, aliases, strict=True):
        text = reader.job_file(os.path.join(project, folder))
        if text is None:
            continue
        other = "" if alias in ("", pipelines().no_alias) else alias
        called = other or folder
        name = reader.name(called.rstrip("/").rpartition("/")[2], "" if other else folder.partition("/")[0])
        members.append(Member(name, folder, other, text.path, text, folder, tuple(after.get(folder, ()))))
    return Collection(tuple(members), Variables({}), (), tuple(reader.diagnostics))


def _inputs(tables: Tables, names: Mapping[str, Table]) -> dict[str, list[str]]:
    """Return the jobs whose files each job takes, by folder."""
    makers = dict(
        zip(
            _column(tables, names["outputs"], "node"),
            _column(tables, names["outputs"], "process"),
            strict=True,
        )
    )
    found: dict[str, list[str]] = {}
    nodes, takers = (_column(tables, names["inputs"], each) for each in ("node", "process"))
    for node, taker in zip(nodes, takers, strict=True):
        if node in makers and makers[node] != taker:
            found.setdefault(taker, []).append(makers[node])
    return found


def _of_scheme(
    folder: str, names: Mapping[str, Table], tables: Tables, read: Callable[[str], bytes]
) -> Collection:
    (scheme, *_) = _column(tables, names["general"], "name") or [""]
    scheme = scheme.rstrip("/") + "/"
    jobs = _column(tables, names["jobs"], "name")
    if len(jobs) * len(tables.get(names["edges"]["table"], [])) > MOST_WAYS:
        raise NoJobs(f"the scheme in {folder or 'this folder'} has too many jobs and edges to follow")
    before = _before(tables, names, jobs)
    reader = _JobFiles(read)
    members: list[Member] = []
    for job in jobs:
        text = reader.job_file(os.path.join(folder, job))
        if text is not None:
            after = tuple(f"{scheme}{each}/" for each in before[job])
            members.append(Member(reader.name(job), f"{scheme}{job}/", "", text.path, text, "", after))
    set_by = {row.get(names["operators"]["output"], ""): row.get(names["operators"]["name"], "") for row in
              tables.get(names["operators"]["table"], [])}  # fmt: skip
    remarks = {
        name: f"the scheme's operator {printable(by)} sets it while the scheme runs"
        for name, by in set_by.items()
    }
    steps = ", ".join(_column(tables, names["operators"], "name"))
    said = (f"A spec runs each job once; the scheme's operators are not in it: {steps}.",) if steps else ()
    return Collection(
        tuple(members), Variables(_values(names, tables), remarks), said, tuple(reader.diagnostics)
    )


def _values(names: Mapping[str, Table], tables: Tables) -> dict[str, str]:
    """Return the values of a scheme's variables, as RELION would write them into an option of a spec."""
    write: dict[str, Callable[[str], str]] = {
        "floats": _number,
        "bools": lambda text: "yes" if text.strip("0") else "no",
        "strings": str,
    }
    return {
        name: change(value)
        for kind, change in write.items()
        for name, value in zip(
            _column(tables, names[kind], "name"), _column(tables, names[kind], "value"), strict=True
        )
    }


def _number(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def _before(tables: Tables, names: Mapping[str, Table], jobs: list[str]) -> dict[str, list[str]]:
    """Return the jobs that come right before each, on any way through the operators; what goes back is a loop."""
    ways: dict[str, list[str]] = {}
    for row in tables.get(names["edges"]["table"], []):
        start, *ends = (row.get(names["edges"][each], "") for each in ("from", "to", "if_true"))
        ways.setdefault(start, []).extend(ends)
    found: dict[str, list[str]] = {job: [] for job in jobs}
    places = {job: place for place, job in enumerate(jobs)}
    for place, job in enumerate(jobs):
        for other in _next_jobs(job, ways, places.keys()):
            if places[other] > place:
                found[other].append(job)
    return found


def _next_jobs(job: str, ways: Mapping[str, list[str]], jobs: AbstractSet[str]) -> Iterator[str]:
    waiting, seen = list(ways.get(job, ())), {job}
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in jobs:
            yield node
        else:
            waiting += ways.get(node, ())


def _column(tables: Tables, names: Table, column: str) -> list[str]:
    return [row.get(names[column], "") for row in tables.get(names["table"], [])]


class _JobFiles:
    """Reads the job files of a project, and finds names for their jobs."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._names: set[str] = set()
        self._bytes, self._rows = MOST_BYTES, MOST_ROWS
        self.diagnostics: list[Diagnostic] = []

    def job_file(self, folder: str) -> JobText | None:
        """Return the job file of a folder; None, with a warning, where it has none that can be read."""
        if len(self._names) >= MOST_JOBS:
            raise NoJobs(f"there are more than {MOST_JOBS:,} jobs, which no spec may have")
        for name in pipelines().job_files:
            path = os.path.join(folder, name)
            try:
                return self._text(path)
            except jobfile.NotRead as refusal:
                self.diagnostics.append(refusal.diagnostic._replace(severity=WARNING))
                return None
            except OSError:
                continue
        message = f"this job has no {' or '.join(pipelines().job_files)}, and is left out"
        self.diagnostics.append(Diagnostic(_NO_JOB_FILE, WARNING, message, folder, None))
        return None

    def _text(self, path: str) -> JobText:
        data = self._read(path)
        self._bytes -= len(data)
        text = jobfile.read(data, path) if self._bytes >= 0 else None
        self._rows -= len(text.rows) if text else 0
        if text is None or self._rows < 0:
            raise NoJobs(f"the job files, up to {path}, are too large to be read together")
        return text

    def name(self, wanted: str, kind: str = "") -> str:
        """Return a name that a job of a spec can have, and that no other has."""
        text = _NOT_IN_NAMES.sub("_", f"{kind}_{wanted}" if kind else wanted)[:56]
        text = text.lower() if kind else text
        name = base = text if text[:1].isascii() and text[:1].isalpha() else f"job_{text}"
        number = 2
        while name in self._names:
            name, number = f"{base}_{number}", number + 1
        self._names.add(name)
        return name


def _resolved(
    members: Iterable[Member], version: str, variables: Variables
) -> tuple[list[tuple[Member, Job]], list[Diagnostic]]:
    jobs: list[tuple[Member, Job]] = []
    diagnostics: list[Diagnostic] = []
    for member in members:
        job, findings = resolve(member.text, version)
        if job is not None:
            jobs.append((member, job))
            findings = [*findings, *unset(job, variables.values), *not_said(job)]
        softened = [finding._replace(severity=WARNING) for finding in findings]
        diagnostics += locate_all(softened, member.text)
    return jobs, diagnostics


class _Writer:
    """Writes the jobs of a spec, in their order: a job refers to files of those before it."""

    def __init__(self, jobs: list[tuple[Member, Job]], variables: Variables) -> None:
        self._jobs = jobs
        self._variables = variables
        self._files: dict[AnyText, str] = {}  # path → the reference to it
        self._folders: dict[str, Member] = {}
        self._types: dict[str, str] = {}

    def all(self) -> Iterator[SpecJob]:
        for member, job in self._jobs:
            yield self._one(member, job)
            self._types[member.name] = job.type.job_dir
            self._folders.update(
                (folder, member) for folder in (member.folder, member.other_folder) if folder
            )
            for file in catalog.made(
                job.type, job.options, output=member.folder, is_continue=job.is_continue
            ):
                if file.name and isinstance(file.path, str):
                    reference = f"${{{{ jobs.{member.name}.outputs.{file.name} }}}}"
                    self._files[file.path] = reference
                    if member.other_folder:
                        self._files[member.other_folder + file.path.removeprefix(member.folder)] = reference

    def _one(self, member: Member, job: Job) -> SpecJob:
        needed: dict[str, None] = {}
        referred: set[str] = set()

        def refer(_: Option, text: str) -> str | None:
            value = self._value(text)
            if value in self._files:
                reference = self._files[value]
                referred.add(reference.split(".")[1])
                return reference
            other = self._folders.get(
                "/".join(value.split("/", _DEPTH)[:_DEPTH]) + "/"
            ) or self._scheme_folder(value)
            if other is not None:
                needed[other.name] = None
                if not other.output:
                    return f"{self._types[other.name]}/{other.name}/{value.removeprefix(other.folder)}"
            return self._variables.refer(_, text)

        made = spec_job(job, member.name, output=member.output or None, refer=refer)
        before = (self._folders[folder].name for folder in member.after if folder in self._folders)
        after = dict.fromkeys([*needed, *before])
        return made._replace(after=tuple(name for name in after if name not in referred))

    def _value(self, text: str) -> str:
        """Return what an option says when it is one variable with the path of a file."""
        names = variables_in(text)
        value = self._variables.values.get(names[0], "") if len(names) == 1 else ""
        return value if value in self._files and text == pipelines().variable + names[0] else text

    def _scheme_folder(self, value: str) -> Member | None:
        return next((member for folder, member in self._folders.items() if value.startswith(folder)), None)


_DEPTH = 2
"""Folders down to that of a job of a project."""
