"""What RELION calls the tables of its files about several jobs: pipelines of projects, and schemes."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Table = Mapping[str, str]
    """The name of a table (`table`), and of its columns by what they hold."""


class Style(NamedTuple):
    """How a generation of RELION says types and states: the columns, and its words for the states."""

    job_type: str
    type: str
    status: str
    node_type: str
    running: str
    scheduled: str
    success: str
    failure: str
    aborted: str
    more: Mapping[str, str]


class ProjectNames(NamedTuple):
    """What is written of a job into a project; `data/pipelines.yaml` says what is what."""

    folder: str
    not_in_aliases: str
    general: Table
    styles: tuple[Style, ...]
    version: str
    changed: str
    lock_folder: str
    lock_file: str
    nodes: str
    job_file: str
    job_table: str
    continues: str
    note: str


class Pipelines(NamedTuple):
    """The tables of a pipeline, and of a scheme in each of its forms; `data/pipelines.yaml` says what is what.

    `variable` stands before the name of a scheme's variable; `job_files` are the names of a job's own file.
    """

    pipeline: Mapping[str, Table]
    schemes: tuple[Mapping[str, Table], ...]
    variable: str
    job_files: tuple[str, ...]
    no_alias: str
    project: ProjectNames


@lru_cache(maxsize=1)
def pipelines() -> Pipelines:
    """Return the names, which are the same in all versions that have them."""
    data = frozen(part("pipelines"))
    project = dict(data["project"])
    project["styles"] = tuple(Style(**each) for each in project["styles"])
    return Pipelines(**{**data, "project": ProjectNames(**project)})
