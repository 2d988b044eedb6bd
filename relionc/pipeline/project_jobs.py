"""Jobs of RELION's own that specs name, as `jobs["Select/job012"]`, by the project's table and the job's own file.

default_pipeline.star, job.star ─data, source→ rows and options ─catalog→ outputs by name
"""

from __future__ import annotations

import os

from relionc import catalog
from relionc.catalog import kinds
from relionc.catalog.pipelines import pipelines
from relionc.data import project_jobs as of_data
from relionc.data.facts import Room
from relionc.data.missing import PIPELINE
from relionc.data.skim import TooMuch
from relionc.expr import Text
from relionc.source import jobfile
from relionc.spec import job_from_file
from relionc.spec.model import ProjectJob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.data.project_jobs import KnownFile, Listed, ProjectTable
    from relionc.data.skim import Skim
    from relionc.expr import AnyText
    from relionc.source.jobfile import JobText

_ADVICE = "call relionc in the project's folder, name that as `project`, or write the path of the file itself"


class ProjectJobs:
    """The jobs of projects, each table and each job file read once; `looked_at` are the files that mattered.

    `beside` is the folder of the spec: a project may be there where it is not in this folder.
    """

    def __init__(self, skim: Skim, beside: str = "") -> None:
        self._skim, self._beside = skim, beside
        self._room = Room()
        self._listed: dict[tuple[str, str, str], ProjectJob] = {}
        self._tables: dict[str, ProjectTable | None] = {}
        self._found: dict[tuple[str, AnyText, str], ProjectJob] = {}
        self.looked_at: list[str] = []

    def job(self, name: str, project: AnyText, version: str) -> ProjectJob:
        """Return the job with a folder or an alias, seen from a project, with its outputs as a version calls them."""
        key = name, project, version
        if key not in self._found:
            try:
                self._found[key] = self._job(name, project, version)
            except TooMuch:
                self._found[key] = ProjectJob(
                    why=f"{PIPELINE} is too large to be looked through", help=_ADVICE
                )
        return self._found[key]

    def named(self) -> dict[str, dict[str, str]]:
        """Return the outputs of the jobs that were found, by name."""
        return {name: dict(each.outputs) for (name, *_), each in self._found.items() if each.folder}

    def _job(self, name: str, project: AnyText, version: str) -> ProjectJob:
        if isinstance(project, Text):
            return ProjectJob(
                why=f"`project` is known only when the job runs, and so is `{name}`", help=_ADVICE
            )
        folders = (project,) if project or not self._beside else ("", self._beside)
        for folder in folders:
            table = self._table(folder)
            if table is not None:
                return self._in_table(name, folder, table, version)
        where = " or ".join(folder or "this folder" for folder in folders)
        return ProjectJob(why=f"`{name}` is looked up in {PIPELINE}, which is not in {where}", help=_ADVICE)

    def _table(self, folder: str) -> ProjectTable | None:
        if folder not in self._tables:
            self.looked_at.append(os.path.join(folder, PIPELINE))
            self._tables[folder] = of_data.read(folder, self._skim, self._room)
        return self._tables[folder]

    def _in_table(self, name: str, folder: str, table: ProjectTable, version: str) -> ProjectJob:
        listed = table.job(name)
        if listed is None:
            return ProjectJob(names=table.names)
        key = folder, listed.folder, version  # the same for each of its names
        if key not in self._listed:
            self._listed[key] = self._of_listed(folder, listed, table, version)
        return self._listed[key]

    def _of_listed(self, folder: str, listed: Listed, table: ProjectTable, version: str) -> ProjectJob:
        text = self._text(folder, listed)
        job, _ = job_from_file.resolve(text, version)
        if job is None:
            return ProjectJob(
                why=f"RELION {version} has no such job as {listed.folder}",
                help="write the path of the file itself",
            )
        nodes = table.files_of(listed)
        made = catalog.made(job.type, job.options, output=listed.folder, is_continue=job.is_continue)
        outputs = _outputs(made, nodes, version)
        return ProjectJob(listed.folder, outputs, tuple(node.path for node in nodes))

    def _text(self, folder: str, listed: Listed) -> JobText:
        """Return what the job's own file says; where there is none, the type that the project's table has."""
        self.looked_at += [os.path.join(folder, listed.folder, each) for each in pipelines().job_files]
        found = of_data.job_file(folder, listed.folder, self._skim)
        if found is not None:
            try:
                return jobfile.read(found[1], found[0])
            except jobfile.NotRead:
                pass
        number, label = (listed.type, "") if listed.type.isdecimal() else ("", listed.type)
        return jobfile.JobText(
            "", jobfile.STAR, number, label, is_continue=False, is_tomo=False, rows=(), text=""
        )


def _outputs(made: Sequence[catalog.MadeFile], nodes: Sequence[KnownFile], version: str) -> dict[str, str]:
    """Return the files of a job by the names of its outputs: those that the project knows.

    One that has another name there than the job's file gives it (its options were changed since) is known by its kind,
    where it is the only one. Those that RELION's pipeline never lists are believed where others are right.
    """
    paths = {node.path for node in nodes}
    named = {
        each.name: (each.path, each.node_type) for each in made if each.name and isinstance(each.path, str)
    }
    exact = {name: path for name, (path, _) in named.items() if path in paths}
    left = [node for node in nodes if node.path not in exact.values()]
    found: dict[str, str] = {}
    for name, (path, kind) in named.items():
        alike = [node.path for node in left if kind and _same_kind(node.kind, kind, version)]
        if path in paths or (exact and not kind):
            found[name] = path
        elif len(alike) == 1:
            found[name] = alike[0]
    return found


def _same_kind(one: str, other: str, version: str) -> bool:
    kind = kinds.kind_of(one, version)
    return kind is not None and kind == kinds.kind_of(other, version)
