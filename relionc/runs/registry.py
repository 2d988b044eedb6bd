"""Jobs as jobs of their RELION project: a row in its table, and the files that RELION's window looks for.

Only jobs that write to a numbered folder (`Class3D/job025/`) can be ones, and only in a folder that is a project. Their
state is Running from the submission on, as RELION's own jobs have it that wait in a queue: from then on RELION turns it
into how the job ended, by the mark that the job leaves.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

from relionc.catalog.pipelines import pipelines
from relionc.record import NamedTuple
from relionc.runs.built import COMMANDS, output_of, project_of
from relionc.runs.tables import document
from relionc.source.values import as_mapping, text_of
from relionc.store import project, regular
from relionc.store.paths import StoreError
from relionc.store.project import TableFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.runs.built import Build, BuiltJob

_MOST = 4 << 20  # bytes of a job file or of commands


class Style(NamedTuple):
    """How a generation of RELION says types and states: the columns, and its word for Running."""

    job_type: str
    type: str
    status: str
    running: str


class ProjectTable(NamedTuple):
    """What the table of a project is made of; the names of tables, columns and files."""

    file: TableFile
    folder: re.Pattern[str]
    general: str
    counter: str
    processes: str
    name: str
    alias: str
    styles: tuple[Style, ...]
    none: str
    header: str
    job_file: str
    job_table: str
    note: str


class ProjectRow(NamedTuple):
    """A job in the table: its folder, its alias, its type in the words of its version, and these words."""

    name: str
    alias: str
    type: str
    style: Style


@cache
def table() -> ProjectTable:
    """Return the names that RELION has for all this."""
    data = document("runtime", "pipeline.yaml")
    lock, general = as_mapping(data["lock"]), as_mapping(data["general"])
    known, processes = pipelines(), pipelines().pipeline["processes"]
    styles = as_mapping(data["styles"])
    return ProjectTable(
        file=TableFile(
            known.pipeline["file"]["file"],
            text_of(lock["folder"]),
            text_of(lock["file"]),
            text_of(data["changed"]),
        ),
        folder=re.compile(text_of(data["folder"])),
        general=text_of(general["table"]),
        counter=text_of(general["counter"]),
        processes=f"data_{processes['table']}",
        name=f"_{processes['name']}",
        alias=f"_{processes['alias']}",
        styles=tuple(_style(as_mapping(styles[key])) for key in ("numbers", "words")),
        none=known.no_alias,
        header=text_of(data["header"]),
        job_file=text_of(data["job_file"]),
        job_table=text_of(data["job_table"]),
        note=text_of(data["note"]),
    )


def _style(row: Mapping[str, object]) -> Style:
    return Style(*(text_of(row[key]) for key in Style._fields))


def number_of(job: BuiltJob) -> int | None:
    """Return the number of a job's folder in its project; None where it has none."""
    found = table().folder.match(job.output)
    return int(found["number"]) if found else None


def conflicts(job: BuiltJob, folder: str) -> str:
    """Return the job of the project that has the number of a job; nothing where it is free. Raises StoreError."""
    number = number_of(job)
    text = project.read(project_of(job, folder), table().file) if number is not None else None
    if text is None or _ours(job, folder):
        return ""
    for name in _names(text):
        found = table().folder.match(name)
        if found and int(found["number"]) == number:
            return name
    return ""


def _ours(job: BuiltJob, folder: str) -> bool:
    """Whether a job has run here before: its guard leaves a folder of its own."""
    return os.path.isdir(os.path.join(output_of(job, folder), "relionc"))


def register(build: Build, job: BuiltJob, folder: str) -> bool:
    """Make a job one of its project, running; False where it cannot be one. Raises StoreError."""
    here, output = project_of(job, folder), output_of(job, folder)
    if number_of(job) is None or project.read(here, table().file) is None:
        return False
    job_file = _text(os.path.join(build.root, job.name, table().job_file))
    row = _row(job, job_file)
    if row is None:
        return False
    project.change(here, table().file, lambda text: with_row(text, row))
    files = {table().job_file: job_file, table().job_table: with_row("", row)}
    project.put(output, files, {table().note: _note(_text(os.path.join(build.root, job.name, COMMANDS)))})
    if row.alias != table().none:
        project.link(os.path.join(here, row.alias.rstrip("/")), f"../{job.output}")
    return True


def _text(path: str) -> str:
    try:
        return regular.read(path, _MOST).decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def _row(job: BuiltJob, job_file: str) -> ProjectRow | None:
    """Return the row of a job, by the type that its own job file has; None where it has none."""
    for style in table().styles:
        found = re.search(rf"^{style.job_type}\s+(\S+)", job_file, re.MULTILINE)
        if found:
            kind = job.output.partition("/")[0]
            alias = table().none if job.name.startswith("job") else f"{kind}/{job.name}/"
            return ProjectRow(job.output, alias, found[1], style)
    return None


def _note(commands: str) -> str:
    """Return what note.txt says of an execution; the day and hour are those of the file."""
    return f" ++++ Executing new job\n ++++ with the following command(s): \n{commands.rstrip()}\n ++++ \n"


def with_row(text: str, row: ProjectRow) -> str:
    """Return a table with a job in it, running; its row where there is one is changed, all else stays as it is."""
    lines = text.split("\n") if text else _empty(row)
    lines = _counted(lines, row)
    columns, first, end = _processes(lines)
    if not columns:
        lines += _processes_table(row.style)
        columns, first, end = _processes(lines)
    if row.style.type not in columns:
        raise StoreError(f"the project is one of another version of RELION than {row.name}")
    for index in range(first, end):
        cells = lines[index].split()
        if cells and cells[columns.index(table().name)] == row.name:
            cells[_status_column(columns)] = _running(columns)
            lines[index] = _line(cells)
            return "\n".join(lines)
    lines.insert(end, _line(_cells(columns, row, lines[first:end])))
    return "\n".join(lines)


def _empty(row: ProjectRow) -> list[str]:
    number = table().folder.match(row.name)
    counter = int(number["number"]) + 1 if number else 1
    return ["", table().header, "", table().general, "", f"{table().counter:<30} {counter}", " ", ""]


def _processes_table(style: Style) -> list[str]:
    columns = (table().name, table().alias, style.type, style.status)
    loop = [f"{name} #{index} " for index, name in enumerate(columns, 1)]
    return [table().header, "", table().processes, "", "loop_ ", *loop, " ", ""]


def _counted(lines: Sequence[str], row: ProjectRow) -> list[str]:
    """Return the lines with a next number that is higher than the one of the row."""
    found = table().folder.match(row.name)
    needed = int(found["number"]) + 1 if found else 1
    return [_with_counter(line, needed) for line in lines]


def _with_counter(line: str, needed: int) -> str:
    words = line.split()
    if len(words) != 2 or words[0] != table().counter or not words[1].isdecimal():
        return line
    return line if int(words[1]) >= needed else f"{table().counter:<30} {needed}"


def _processes(lines: Sequence[str]) -> tuple[list[str], int, int]:
    """Return the columns of the table of jobs, and where its rows begin and end; no columns where there is none."""
    start = next((i for i, line in enumerate(lines) if line.strip() == table().processes), None)
    if start is None:
        return [], 0, 0
    columns: list[str] = []
    index = start + 1
    while index < len(lines) and (
        not lines[index].strip() or lines[index].split()[0] in ("loop_", *_named(lines[index]))
    ):
        columns += _named(lines[index])
        index += 1
        if columns and index < len(lines) and not lines[index].strip():
            break
    end = index
    while end < len(lines) and lines[end].strip():
        end += 1
    return columns, index, end


def _named(line: str) -> list[str]:
    words = line.split()
    return words[:1] if words and words[0].startswith("_") else []


def _status_column(columns: Sequence[str]) -> int:
    return next(columns.index(style.status) for style in table().styles if style.status in columns)


def _running(columns: Sequence[str]) -> str:
    return next(style.running for style in table().styles if style.status in columns)


def _cells(columns: Sequence[str], row: ProjectRow, rows: Sequence[str]) -> list[str]:
    """Return the cells of a new row; an alias that another job has is none."""
    taken = any(row.alias in line.split() for line in rows)
    values = {
        table().name: row.name,
        table().alias: table().none if taken else row.alias,
        row.style.type: row.type,
        columns[_status_column(columns)]: _running(columns),
    }
    return [values.get(column, table().none) for column in columns]


def _line(cells: Sequence[str]) -> str:
    return " ".join(f"{cell:<20}" for cell in cells)


def _names(text: str) -> list[str]:
    lines = text.split("\n")
    columns, first, end = _processes(lines)
    if table().name not in columns:
        return []
    place = columns.index(table().name)
    return [cells[place] for line in lines[first:end] if len(cells := line.split()) > place]
