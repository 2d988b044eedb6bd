"""What RELION calls the tables of its files about several jobs: pipelines of projects, and schemes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    Table = Mapping[str, str]
    """The name of a table (`table`), and of its columns by what they hold."""


class Pipelines(NamedTuple):
    """The tables of a pipeline, and of a scheme in each of its forms; `data/pipelines.yaml` says what is what.

    `variable` stands before the name of a scheme's variable; `job_files` are the names of a job's own file.
    """

    pipeline: Mapping[str, Table]
    schemes: tuple[Mapping[str, Table], ...]
    variable: str
    job_files: tuple[str, ...]
    no_alias: str


@lru_cache(maxsize=1)
def pipelines() -> Pipelines:
    """Return the names, which are the same in all versions that have them."""
    return Pipelines(**frozen(part("pipelines")))
