"""What a command reads: specs, settings, profiles, data files."""

from __future__ import annotations

import errno
import os
import re
import sys

from relionc import site
from relionc.cli.options import STDIN, CallError
from relionc.cli.remember import FOLDERS, settings_places
from relionc.data.skim import is_below
from relionc.record import NamedTuple
from relionc.store import regular
from relionc.store.regular import MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.data.facts import FileFacts
    from relionc.data.missing import Listings, Looked
    from relionc.data.skim import Skim
    from relionc.pipeline.project_jobs import ProjectJobs

_TEMPLATE = 256 << 10  # bytes
_SETTINGS = 64 << 10  # bytes
_EVERYBODYS = "/etc/relionc/clusters"
_MOST_PROFILES = 1000
_MOST_NAMES, _PER_FOLDER = 500_000, 100
"""Names in the folders that a spec leads to, after which no further one is listed; those that a folder counts for."""
IMPORTED = "-imported"
"""How the name of a file ends that holds what Slurm says: another one extends it."""
_SETTING = r"""(clusters?|"clusters?"|'clusters?')[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*')[ \t]*(?:#.*)?"""
"""A line that a `relionc.toml` may have, with the value as TOML writes a text."""


class Settings(NamedTuple):
    """A `relionc.toml`: the default cluster, as a name or as a path seen from here; the folder of the profiles."""

    path: str
    cluster: str | None
    clusters: str | None = None


def read(path: str) -> bytes:
    """Return the bytes of a file as large as a spec may be; raises OSError."""
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return regular.read(path, MAX_BYTES)


def read_spec(path: str) -> bytes:
    """Return the bytes of a spec, or of standard input for `-` just so much that it is refused; raises CallError."""
    if path == STDIN:
        if sys.stdin is None:
            raise CallError("standard input is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    return _of_call(regular.read, path, MAX_BYTES)


def read_template(path: str) -> bytes:
    """Return the bytes of a template; raises CallError."""
    return _of_call(regular.read, path, _TEMPLATE)


def _of_call(reader: Callable[[str, int], bytes], path: str, most: int) -> bytes:
    try:
        return reader(path, most)
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror or error}") from None


def settings(spec: str, within: str = "") -> Settings | None:
    """Return the nearest `relionc.toml` at or above the spec's folder; raises CallError for a bad one.

    With `within`, links must not lead out of that folder.
    """
    path = next((place for place in settings_places(spec) if os.path.isfile(place)), None)
    if path is None:
        return None
    if within and not is_below(path, within):
        raise CallError(f"{path} leads out of the repository, where nothing is read for a stranger")
    said = _said(path, _of_call(regular.read, path, _SETTINGS))
    cluster, clusters = said.get("cluster"), said.get("clusters")
    if cluster is not None and site.is_path(cluster):
        cluster = os.path.join(os.path.dirname(path), cluster)
    return Settings(path, cluster, clusters and os.path.join(os.path.dirname(path), clusters))


def profile_folders(found: Settings | None) -> tuple[str, ...]:
    """Return the folders in which a profile is looked for by its name, in this order; some may not be there."""
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    project = found.clusters if found else None
    folders = (
        *os.environ.get(FOLDERS, "").split(os.pathsep),
        project,
        os.path.join(own, "relionc", "clusters"),
        _EVERYBODYS,
    )
    return tuple(dict.fromkeys(folder for folder in folders if folder))


def profiles_here() -> Iterator[tuple[str, str]]:
    """Yield the name and the file of each profile that is found by name from this folder."""
    seen = set(site.names())
    for folder in profile_folders(settings("spec")):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for file in names[:_MOST_PROFILES]:
            name = file.removesuffix(".yaml")
            if name != file and not name.endswith(IMPORTED) and name not in seen:
                seen.add(name)
                yield name, os.path.join(folder, file)


def _said(path: str, data: bytes) -> dict[str, str]:
    """Return the values of the two keys; TOML at large is not read, since a few bytes of it can mean a great deal."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        text = line.strip()
        if text and not text.startswith("#"):
            match = re.fullmatch(_SETTING, text)
            key = match[1].strip("\"'") if match else ""
            if match is None or key in found:
                known = '`cluster = "name or path"` and `clusters = "folder"`'
                raise CallError(f"{path}: only {known} are known here, each once")
            found[key] = _text(path, match[2])
    return found


def _text(path: str, literal: str) -> str:
    """Return the text that a literal of TOML stands for."""
    if "\\" not in literal and literal.isprintable():
        return literal[1:-1]
    import tomllib

    try:
        return str(tomllib.loads(f"text = {literal}")["text"])
    except ValueError:
        raise CallError(f"{path}: {literal[:40]} is not a text of TOML") from None


def repository(spec: str) -> str:
    """Return the folder that a spec from a stranger may read in: the nearest with `.git`, else the spec's own.

    The way up is the one of the path as it is given. Where a link on it leads into another repository, the one
    that holds the link counts.
    """
    folder = os.path.dirname(os.path.abspath(spec))
    found = None
    for each in _upward(folder):
        if os.path.exists(os.path.join(each, ".git")) and (found is None or not is_below(found, each)):
            found = os.path.realpath(each)
    return found or os.path.realpath(folder)


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def file_facts(path: str, project: str, skim: Skim | None = None) -> FileFacts | None:
    """Return what a data file says; a relative path is looked up in the project folder, else here."""
    place = os.path.join(project, path)
    if not (skim and skim.within) and not os.path.isfile(place):
        return None
    from relionc.data.facts import facts

    return facts(path, project, skim)


def project_jobs(skim: Skim, beside: str) -> ProjectJobs:
    """Return what finds the jobs of RELION's own that a spec names: in the project folder, as `look` finds files."""
    from relionc.pipeline.project_jobs import ProjectJobs

    return ProjectJobs(skim, beside)


class Lookups:
    """Where the inputs of one spec are, and the names beside those that are missing, as far as they are not too many.

    An input is seen from the project folder: the one that is named, else this folder or, where that lacks it, the one
    `beside` the spec. `listings` are of the folders that other specs have looked into.
    """

    def __init__(self, beside: str, listings: Listings | None = None) -> None:
        self._beside, self._listings = beside, listings
        self._left = _MOST_NAMES
        self._listed: set[tuple[str, str]] = set()

    def look(self, path: str, project: str, skim: Skim) -> Looked | None:
        """Return whether an input is there; None where nobody may look."""
        from relionc.data import missing

        if self._listings is None:
            self._listings = missing.Listings()
        places = (project,) if project or not self._beside else ("", self._beside)
        found = missing.look(path, places, skim, self._listings)
        if found is not None and self._left >= 0:
            self._count(found)
            if self._left < 0:
                self._listings = missing.Nameless()
        return found

    def _count(self, found: Looked) -> None:
        new = {*found.listed} - self._listed
        self._listed |= new
        self._left -= len(new) * (_PER_FOLDER + len(found.found.names))
