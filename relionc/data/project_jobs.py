"""The jobs of a RELION project, as its table has them: for specs that name one."""

from __future__ import annotations

import os
import re

from relionc.catalog.pipelines import pipelines
from relionc.data.missing import PIPELINE
from relionc.data.skim import TooMuch
from relionc.data.star import Lines, tables
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from relionc.data.facts import Room
    from relionc.data.skim import Skim
    from relionc.data.star import StarTable

_LARGEST_JOB_FILE = 1 << 18  # bytes
_PER_BYTE, _PER_ROW = 200, 3000  # units of work


_DEPTH = 2  # folders down to that of a job


class Listed(NamedTuple):
    """A job of a project: its folder and alias, which end with a slash, and what the table calls its type."""

    folder: str
    alias: str
    type: str


class KnownFile(NamedTuple):
    """A file that a project knows, and what its table calls the kind of it."""

    path: str
    kind: str


class ProjectTable(NamedTuple):
    """The jobs of a project by their folders, which all have the form of RELION's own, and by their aliases; files."""

    folders: Mapping[str, Listed]
    aliases: Mapping[str, Listed]
    files: Mapping[str, list[KnownFile]]  # by the folder of the job that they are of
    names: tuple[str, ...]  # what jobs can be called

    def job(self, name: str) -> Listed | None:
        """Return the job with a folder, else the one with an alias."""
        return self.folders.get(f"{name}/") or self.aliases.get(f"{name}/")

    def files_of(self, job: Listed) -> list[KnownFile]:
        """Return the files that a job has made, or will make."""
        return self.files.get(job.folder, [])


class _Rows:
    """Keeps some columns of a table, as far as there is room."""

    def __init__(self, columns: Sequence[str], wanted: Iterable[str], skim: Skim, room: Room) -> None:
        self._places = [columns.index(name) if name in columns else -1 for name in wanted]
        self.most = max(self._places)
        self.rows: list[list[str]] = []
        self._skim, self._room = skim, room

    def add(self, words: Sequence[bytes]) -> None:
        """Keep a row; a value that it has not is empty. Raises TooMuch."""
        of_row = [words[at] if 0 <= at < len(words) else b"" for at in self._places]
        self._skim.spend(_PER_ROW)
        if not self._room.takes(of_row):
            raise TooMuch
        self.rows.append([word.decode("utf-8", "replace") for word in of_row])


def read(project: str, skim: Skim, room: Room) -> ProjectTable | None:
    """Return what the table of a project says; None where there is none that may be read; raises TooMuch."""
    known = pipelines()
    names, styles = known.pipeline, known.project.styles
    wanted = {
        names["processes"]["table"]: (
            names["processes"]["name"],
            names["processes"]["alias"],
            *(each.type for each in styles),
        ),
        names["nodes"]["table"]: (names["nodes"]["name"], *(each.node_type for each in styles)),
    }
    found: dict[str, list[list[str]]] = {}
    try:
        with skim.open(os.path.join(project, PIPELINE)) as stream:
            for table in tables(Lines(stream, skim), lambda table: _rows(table, wanted, skim, room)):
                if table.cut:
                    raise TooMuch
                if isinstance(table.tally, _Rows):
                    found[table.name] = table.tally.rows
    except OSError:
        return None
    jobs = found.get(names["processes"]["table"], [])
    nodes = found.get(names["nodes"]["table"], [])
    listed = [
        Listed(folder, "" if alias == known.no_alias else alias, _first(types))
        for folder, alias, *types in jobs
        if re.fullmatch(known.project.folder, folder, re.ASCII)
    ]
    files: dict[str, list[KnownFile]] = {}
    for path, *kinds in nodes:
        folder = "/".join([*path.split("/", _DEPTH)[:_DEPTH], ""])
        files.setdefault(folder, []).append(KnownFile(path, _first(kinds)))
    return ProjectTable(
        {job.folder: job for job in reversed(listed)},
        {job.alias: job for job in reversed(listed) if job.alias},
        files,
        tuple(name.rstrip("/") for job in listed for name in (job.folder, job.alias) if name),
    )


def _rows(table: StarTable, wanted: dict[str, tuple[str, ...]], skim: Skim, room: Room) -> _Rows | None:
    return _Rows(table.columns, wanted[table.name], skim, room) if table.name in wanted else None


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def job_file(project: str, folder: str, skim: Skim) -> tuple[str, bytes] | None:
    """Return the path and the bytes of the job file of a folder; None where none can be read."""
    for name in pipelines().job_files:
        path = os.path.join(project, folder, name)
        try:
            with skim.open(path) as stream:
                skim.spend(_PER_BYTE * min(os.fstat(stream.fileno()).st_size, _LARGEST_JOB_FILE))
                data = stream.read(_LARGEST_JOB_FILE + 1)
        except OSError:
            continue
        return (path, data) if len(data) <= _LARGEST_JOB_FILE else None
    return None
