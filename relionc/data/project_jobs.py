"""The jobs of a RELION project, as its table has them: for specs that name one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from relionc.catalog.pipelines import pipelines
from relionc.data.missing import PIPELINE
from relionc.data.skim import TooMuch
from relionc.data.star import Lines, tables
from relionc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relionc.data.skim import Skim
    from relionc.data.star import StarTable

_LARGEST_JOB_FILE = 1 << 20  # bytes
_PER_BYTE = 2  # units of work


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
    """The jobs of a project, by folder, and the files that it knows."""

    jobs: tuple[Listed, ...]
    nodes: tuple[KnownFile, ...]

    def job(self, name: str) -> Listed | None:
        """Return the job with a folder, else the one with an alias."""
        wanted = f"{name}/"
        found = next((job for job in self.jobs if job.folder == wanted), None)
        return found or next((job for job in self.jobs if job.alias == wanted), None)

    def files_of(self, job: Listed) -> list[KnownFile]:
        """Return the files that a job has made, or will make."""
        return [node for node in self.nodes if node.path.startswith(job.folder)]

    def names(self) -> Iterator[str]:
        """Yield what jobs can be called."""
        for job in self.jobs:
            yield from (name.rstrip("/") for name in (job.folder, job.alias) if name)


class _Rows:
    """Keeps some columns of a table."""

    def __init__(self, columns: Sequence[str], wanted: Iterable[str]) -> None:
        self._places = [columns.index(name) if name in columns else -1 for name in wanted]
        self.most = max(self._places)
        self.rows: list[list[str]] = []

    def add(self, words: Sequence[bytes]) -> None:
        """Keep a row; a value that it has not is empty."""
        of_row = (words[at] if 0 <= at < len(words) else b"" for at in self._places)
        self.rows.append([word.decode("utf-8", "replace") for word in of_row])


def read(project: str, skim: Skim) -> ProjectTable | None:
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
            for table in tables(Lines(stream, skim), lambda table: _rows(table, wanted)):
                if table.cut:
                    raise TooMuch
                if isinstance(table.tally, _Rows):
                    found[table.name] = table.tally.rows
    except OSError:
        return None
    jobs = found.get(names["processes"]["table"], [])
    nodes = found.get(names["nodes"]["table"], [])
    return ProjectTable(
        tuple(
            Listed(folder, "" if alias == known.no_alias else alias, _first(types))
            for folder, alias, *types in jobs
            if re.fullmatch(known.project.folder, folder, re.ASCII)
        ),
        tuple(KnownFile(path, _first(kinds)) for path, *kinds in nodes),
    )


def _rows(table: StarTable, wanted: dict[str, tuple[str, ...]]) -> _Rows | None:
    return _Rows(table.columns, wanted[table.name]) if table.name in wanted else None


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def job_file(project: str, folder: str, skim: Skim) -> tuple[str, bytes] | None:
    """Return the path and the bytes of the job file of a folder; None where none can be read."""
    for name in pipelines().job_files:
        path = os.path.join(project, folder, name)
        try:
            with skim.open(path) as stream:
                skim.spend(_PER_BYTE * _LARGEST_JOB_FILE)
                data = stream.read(_LARGEST_JOB_FILE + 1)
        except OSError:
            continue
        return (path, data) if len(data) <= _LARGEST_JOB_FILE else None
    return None
