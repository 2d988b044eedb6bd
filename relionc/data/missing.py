"""Whether a file is where a job looks for it, and which one may have been meant."""

from __future__ import annotations

import os
from itertools import islice

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.data.skim import Skim

_MOST_NAMES = 2_000
"""Names of a folder that are compared with a missing one."""
MOST_LOOKS = 256
"""Answers that are kept: specs near each other name the same files."""
_DEEPEST = 64
"""Folders above a file that are looked at one by one."""
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
    """What folders hold, each looked at once: many specs look for their files in the same."""

    def __init__(self) -> None:
        self.looks: dict[tuple[str, tuple[str, ...]], Looked | None] = {}
        self.empty: dict[
            tuple[str, tuple[str, ...]], Looked | None
        ] = {}  # by the first folder of a path, if that is not there
        self._names: dict[str, tuple[str, ...] | None] = {}
        self._alike: dict[tuple[str, str], tuple[str, ...]] = {}
        self._pipelines: dict[str, bool] = {}
        self._gone: dict[str, str] = {}  # folders whose folder is there
        self._missing: dict[tuple[str, str, str], Looked] = {}

    def gone(self, folder: str) -> str:
        """Return the folder that is not there, at this path or above it, so that nothing is in it; else nothing."""
        if folder.count("/") > _DEEPEST:
            return ""
        known = self._gone.get(folder)
        if known is not None:
            return known
        above = os.path.dirname(folder)
        gone = self.gone(above) if above and above != folder else ""
        if not gone:
            gone = "" if os.path.lexists(folder) else folder
            self._gone[folder] = gone
        return gone

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

    def missing(self, project: str, place: str, ending: str) -> Looked:
        """Return what is said of a file of a project that is not in its place."""
        folder = _folder_of(place)
        gone = self.gone(folder)
        key = project, gone or folder, "" if gone else ending
        if key not in self._missing:
            self._missing[key] = self._said(*key, gone=bool(gone))
        return self._missing[key]

    def _said(self, project: str, folder: str, ending: str, *, gone: bool) -> Looked:
        pipeline = os.path.join(project, PIPELINE)
        in_project = self.in_project(pipeline)
        if gone or self.names(folder) is None:
            return Looked(Lookup(there=False, project=project, in_project=in_project), (pipeline, folder))
        alike, listed = self.alike(folder, ending), self.listed(folder, ending)
        asked = (pipeline,) if listed else (pipeline, folder)
        return Looked(Lookup(False, project, folder, alike, in_project), asked, listed)

    def listed(self, folder: str, ending: str) -> tuple[tuple[str, str], ...]:
        """Return what answers depend on for which names in a folder were looked at."""
        return ((folder, ending),)


class Nameless(Listings):
    """Whether files and folders are there, and no names in folders: there were too many."""

    def names(self, folder: str) -> tuple[str, ...] | None:
        """Return no names; None where there is no such folder."""
        return () if os.path.isdir(folder) else None

    def listed(self, _folder: str, _ending: str) -> tuple[tuple[str, str], ...]:
        """Return nothing."""
        return ()


def look(path: str, projects: tuple[str, ...], skim: Skim, listings: Listings) -> Looked | None:
    """Return whether a file is there, seen from the first of these folders that has it; None where nobody may look."""
    if skim.within:
        return _look(path, projects, skim, listings)
    top = path[: path.find("/") + 1], projects
    if top in listings.empty:
        return listings.empty[top]
    key = path, projects
    if key not in listings.looks:
        if len(listings.looks) >= MOST_LOOKS:
            listings.looks.clear()
        listings.looks[key] = found = _look(path, projects, skim, listings)
        if top[0] and all(listings.gone(os.path.join(each, top[0][:-1])) for each in projects):
            listings.empty[top] = found  # as for all that would be below it
    return listings.looks[key]


def _look(path: str, projects: tuple[str, ...], skim: Skim, known: Listings) -> Looked | None:
    places = [] if "\0" in path else [(each, os.path.join(each, path)) for each in projects]
    if not places or not skim.holds(places[0][1]):
        return None
    places = [each for each in places if "\0" not in each[0] and skim.holds(each[1])]
    asked: list[str] = []
    for project, place in places:
        gone = known.gone(_folder_of(place))  # then that is what decides
        asked.append(gone or place)
        if not gone and os.path.exists(place):
            if path.endswith("/"):
                held = known.alike(place, "")
                return Looked(Lookup(True, project, place, held), tuple(asked), known.listed(place, ""))
            return Looked(Lookup(there=True, project=project), tuple(asked))
    missing = [known.missing(project, place, ending_of(path)) for project, place in places]
    if not missing:
        return None
    found = [each.found for each in missing]
    told = next((each for each in found if each.in_project or (each.folder and "/" in path)), found[0])
    return Looked(
        told,
        asked=(*asked, *(name for each in missing for name in each.asked)),
        listed=tuple(folder for each in missing for folder in each.listed),
    )


def _folder_of(place: str) -> str:
    """Return the folder in which a file is looked for; a path that ends in a slash is looked for in itself."""
    return os.path.dirname(place) or "."


def ending_of(path: str) -> str:
    """Return the end of the names of files of the same kind: from the last dot on, or all of the name."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return dot + ending
