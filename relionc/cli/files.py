"""What a command reads: specs, settings, profiles, data files."""

from __future__ import annotations

import errno
import os
import re
import sys
from typing import TYPE_CHECKING

from relionc.cli.options import CallError
from relionc.cli.remember import settings_places
from relionc.data.skim import is_below
from relionc.record import NamedTuple
from relionc.source import regular
from relionc.source.load import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from relionc.data.facts import FileFacts
    from relionc.data.missing import Lookup
    from relionc.data.skim import Skim

STDIN = "-"
_TEMPLATE = 256 << 10  # bytes
_SETTINGS = 64 << 10  # bytes
_CLUSTER = re.compile(
    r"""(?:cluster|"cluster"|'cluster')[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*')[ \t]*(?:#.*)?"""
)
"""The one line that a `relionc.toml` may have, with the value as TOML writes a text."""


class Settings(NamedTuple):
    """A `relionc.toml`: the default cluster, as a name or as a path seen from here."""

    path: str
    cluster: str | None


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
    cluster = _cluster_of(path, _of_call(regular.read, path, _SETTINGS))
    if cluster is not None and ("/" in cluster or cluster.endswith((".yaml", ".yml"))):
        cluster = os.path.join(os.path.dirname(path), cluster)
    return Settings(path, cluster)


def _cluster_of(path: str, data: bytes) -> str | None:
    """Return the value of the only key; TOML at large is not read, since a few bytes of it can mean a great deal."""
    found = None
    for line in data.decode("utf-8", "replace").split("\n"):
        text = line.strip()
        if text and not text.startswith("#"):
            match = _CLUSTER.fullmatch(text)
            if match is None or found is not None:
                raise CallError(f'{path}: only `cluster = "name or path"` is known here')
            found = _text(path, match[1])
    return found


def _text(path: str, literal: str) -> str:
    """Return the text that a literal of TOML stands for."""
    if "\\" not in literal and literal.isprintable():
        return literal[1:-1]
    import tomllib

    try:
        return str(tomllib.loads(f"text = {literal}")["text"])
    except ValueError:
        raise CallError(f"{path}: the value of `cluster` is not a text of TOML") from None


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


def look(path: str, project: str, skim: Skim, beside: str) -> Lookup | None:
    """Return whether an input is there; None where nobody may look.

    It is seen from the project folder: the one that is named, else this folder or, where that lacks it, the one
    beside the spec.
    """
    from relionc.data import missing

    return missing.look(path, (project,) if project or not beside else ("", beside), skim)
