"""Jobs as jobs of their RELION project: rows in its tables, and the files that RELION's window looks for.

Only jobs that write to a numbered folder (`Class3D/job025/`) can be ones, and only in a folder that is a project.
Such a job is Scheduled from its submission on; its guard then says in the table that it runs, and how it ended.
"""

from __future__ import annotations

import os
import re
import time

from relionc.catalog.pipelines import pipelines
from relionc.runs import pipeline_file
from relionc.runs.built import COMMANDS, QUEUED, output_of, project_of
from relionc.store import project, regular
from relionc.store.paths import StoreError
from relionc.store.project import TableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.runs.built import Build, BuiltJob

_MOST = 4 << 20  # bytes of a job file or of commands
_GUARDED, _OTHER = "scheduled", "running"
TRIES = 5
"""How often rows are put in again that RELION has lost: it wrote a table that it had read before."""


class NotRegistered(Exception):  # noqa: N818 - what happened to a registration
    """A job, and those behind it, are not in the table of their project."""

    def __init__(self, job: BuiltJob, why: str) -> None:
        self.job = job
        super().__init__(why)


def names() -> TableFile:
    """Return what the files of a project are called."""
    known = pipelines().project
    return TableFile(pipelines().pipeline["file"]["file"], known.lock_folder, known.lock_file, known.changed)


def number_of(job: BuiltJob) -> int | None:
    """Return the number of a job's folder in its project; None where it has none."""
    return _number(job.output)


def _number(folder: str) -> int | None:
    found = re.match(pipelines().project.folder, folder)
    return int(found["number"]) if found else None


def conflicts(build: Build, job: BuiltJob, folder: str) -> str:
    """Return the job of the project that has the number of a job; nothing where it is free. Raises StoreError."""
    number = number_of(job)
    text = project.read(project_of(job, folder), names()) if _table_of(build, job) else None
    if text is None or _ours(job, folder):
        return ""
    found = next((name for name in pipeline_file.names(text) if _number(name) == number), "")
    return "" if found == job.output and _continues(build, job) else found


def _continues(build: Build, job: BuiltJob) -> bool:
    """Whether a job goes on in the folder of RELION's own, in which it is to run."""
    known = pipelines().project
    text = _text(os.path.join(build.root, job.name, known.job_file))
    return re.search(rf"^_{known.continues}\s+1\b", text, re.MULTILINE) is not None


def _ours(job: BuiltJob, folder: str) -> bool:
    """Whether a job has run here before: its guard leaves a folder of its own."""
    return os.path.isdir(os.path.join(output_of(job, folder), "relionc"))


def _table_of(build: Build, job: BuiltJob) -> str:
    """Return the tables of a job for its project; nothing where it is no job of one."""
    return _text(os.path.join(build.root, job.name, pipelines().project.job_table))


def register(build: Build, jobs: Sequence[BuiltJob], folder: str) -> None:
    """Make jobs ones of their projects, those that can be. Raises NotRegistered with the first that is not."""
    ours = [(job, project_of(job, folder), table) for job in jobs if (table := _table_of(build, job))]
    busy = set()
    for job, here, table in ours:
        try:
            if project.read(here, names()) is None:
                continue
            if here not in busy and project.busy(here):
                busy.add(here)
            _put_row(here, job, table)
            _put_files(build, job, folder, table)
        except StoreError as error:
            raise NotRegistered(job, str(error)) from error
    _settle([each for each in ours if each[1] in busy])


def _put_files(build: Build, job: BuiltJob, folder: str, table: str) -> None:
    """Write what RELION has in the folder of a job, and make its alias."""
    known, here = pipelines().project, project_of(job, folder)
    job_file = _text(os.path.join(build.root, job.name, known.job_file))
    files = {known.job_file: job_file, known.job_table: table}
    added = {known.note: _note(_text(os.path.join(build.root, job.name, COMMANDS)))}
    project.put(output_of(job, folder), files, added)
    own = _free_aliases(table, _read(here))
    for alias in own:
        project.link(os.path.join(here, alias.rstrip("/")), f"../{job.output}")
    project.touch(here, _offered(table, own))


def _put_row(here: str, job: BuiltJob, table: str) -> None:
    """Put a job into the tables of its project. One without a guard counts as running: RELION reads only its mark."""
    state = _OTHER if job.script.endswith(QUEUED[1]) else _GUARDED
    project.change(here, names(), lambda text: pipeline_file.with_job(text, table, state))


def _settle(jobs: Sequence[tuple[BuiltJob, str, str]]) -> None:
    """See that rows stay where RELION works in the project at the same time.

    RELION lets go of its lock between reading and writing, so it may write a table without them.
    """
    left = jobs
    for _ in range(TRIES):
        if not left:
            return
        time.sleep(project.SETTLE)
        left = [each for each in left if each[0].output not in pipeline_file.names(_read(each[1]))]
        for job, here, table in left:
            try:
                _put_row(here, job, table)
            except StoreError as error:
                raise NotRegistered(job, str(error)) from error


def _read(here: str) -> str:
    return project.read(here, names()) or ""


def _free_aliases(table: str, project_table: str) -> dict[str, str]:
    """Return the folders of the jobs of a table by their aliases, but for those of other jobs of the project."""
    theirs = pipeline_file.aliases(project_table)
    return {
        alias: name for alias, name in pipeline_file.aliases(table).items() if theirs.get(alias, name) == name
    }


def _offered(table: str, aliases: Mapping[str, str]) -> Iterator[str]:
    """Yield the files by which RELION's window offers the nodes of a job: by their types and the alias of the job."""
    known = pipelines()
    tables = pipeline_file.tables(table.split("\n"))
    nodes = tables.get(f"data_{known.pipeline['nodes']['table']}")
    if nodes is None:
        return
    alias = {folder: other for other, folder in aliases.items()}
    kinds = next(found for each in known.project.styles if (found := nodes.column(each.node_type)))
    for name, kind in zip(nodes.column(known.pipeline["nodes"]["name"]), kinds, strict=True):
        path = next((to + name.removeprefix(way) for way, to in alias.items() if name.startswith(way)), name)
        yield f"{known.project.nodes}/{kind.partition('.')[0]}/{path}"


def _text(path: str) -> str:
    try:
        return regular.read(path, _MOST).decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def _note(commands: str) -> str:
    """Return what note.txt says of an execution."""
    head = f" ++++ Executing new job on {time.asctime()}\n ++++ with the following command(s): \n"
    return f"{head}{commands.rstrip()}\n ++++ \n"
