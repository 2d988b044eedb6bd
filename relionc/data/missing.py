"""Whether a file is where a job looks for it, and which one may have been meant."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from relionc.record import NamedTuple

if TYPE_CHECKING:
    from relionc.data.skim import Skim

_MOST_NAMES = 2_000
"""Names of a folder that are compared with a missing one."""
PIPELINE = "default_pipeline.star"
"""The file that makes a folder a project of RELION."""


class Lookup(NamedTuple):
    """Whether a file is there, seen from which project; else the folder looked into, and the names in it.

    `folder` is empty where that folder is not there either, and the names are of files of the same kind. Of a path that
    ends in a slash and is there, they are all that the folder holds. `in_project`: the job would run in a project of
    RELION.
    """

    there: bool
    project: str = ""
    folder: str = ""
    names: tuple[str, ...] = ()
    in_project: bool = False


class Looked(NamedTuple):
    """What was found, and on what that depends: which of the paths `asked` for are there, and names in folders.

    `listed` has each folder whose names were looked at, with the ending of those that mattered.
    """

    found: Lookup
    asked: tuple[str, ...]
    listed: tuple[tuple[str, str], ...] = ()


class Listings:
    """The names in folders, each read once: many specs look for their files in the same."""

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, ...] | None] = {}
        self._alike: dict[tuple[str, str], tuple[str, ...]] = {}
        self._pipelines: dict[str, bool] = {}

    def in_project(self, pipeline: str) -> bool:
        """Whether the file is there that makes its folder a project of RELION."""
        if pipeline not in self._pipelines:
            self._pipelines[pipeline] = os.path.exists(pipeline)
        return self._pipelines[pipeline]

    def alike(self, folder: str, ending: str) -> tuple[str, ...]:
        """Return the names in a folder that end so, in order; none where there is no such folder."""
        key = folder, ending
        if key not in self._alike:
            self._alike[key] = tuple(name for name in self.names(folder) or () if name.endswith(ending))
        return self._alike[key]

    def names(self, folder: str) -> tuple[str, ...] | None:
        """Return the names in a folder, in order; None where there is no such folder."""
        if folder not in self._names:
            try:
                with os.scandir(folder) as entries:
                    self._names[folder] = tuple(sorted(each.name for each in islice(entries, _MOST_NAMES)))
            except OSError:
                self._names[folder] = None
        return self._names[folder]


def look(path: str, projects: tuple[str, ...], skim: Skim, listings: Listings | None = None) -> Looked | None:
    """Return whether a file is there, seen from the first of these folders that has it; None where nobody may look."""
    if "\0" in path or not skim.holds(os.path.join(projects[0], path)):
        return None
    places = [
        project for project in projects if "\0" not in project and skim.holds(os.path.join(project, path))
    ]
    asked: list[str] = []
    known = listings or Listings()
    for project in places:
        asked.append(os.path.join(project, path))
        if os.path.exists(asked[-1]):
            if path.endswith("/"):
                held = known.alike(asked[-1], "")
                return Looked(Lookup(True, project, asked[-1], held), tuple(asked), ((asked[-1], ""),))
            return Looked(Lookup(there=True, project=project), tuple(asked))
    missing = [_missing(path, project, known) for project in places]
    if not missing:
        return None
    found = [each.found for each in missing]
    told = next((each for each in found if each.in_project or (each.folder and "/" in path)), found[0])
    return Looked(
        told,
        asked=(*asked, *(name for each in missing for name in each.asked)),
        listed=tuple(folder for each in missing for folder in each.listed),
    )


def ending_of(path: str) -> str:
    """Return the end of the names of files of the same kind: from the last dot on, or all of the name."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return dot + ending


def _missing(path: str, project: str, listings: Listings) -> Looked:
    folder, ending = os.path.dirname(os.path.join(project, path)) or ".", ending_of(path)
    pipeline = os.path.join(project, PIPELINE)
    in_project = listings.in_project(pipeline)
    names = listings.names(folder)
    if names is None:
        return Looked(Lookup(there=False, project=project, in_project=in_project), (pipeline, folder))
    alike = listings.alike(folder, ending)
    return Looked(Lookup(False, project, folder, alike, in_project), (pipeline,), ((folder, ending),))
