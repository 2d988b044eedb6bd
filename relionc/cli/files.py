"""What a command reads: specs, settings, profiles, data files."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from relionc.cli.remember import settings_places

if TYPE_CHECKING:
    from relionc.source.facts import FileFacts

STDIN = "-"


class CallError(Exception):
    """The call or the environment is wrong: exit code 2."""


class Settings(NamedTuple):
    """A `relionc.toml`: the default cluster, as a name or as a path seen from here."""

    path: str
    cluster: str | None


def read(path: str) -> bytes:
    """Return the bytes of a file; raises OSError."""
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    with open(path, "rb") as stream:
        return stream.read()


def read_spec(path: str) -> bytes:
    """Return the bytes of a spec, or of standard input for `-`; raises CallError."""
    if path == STDIN:
        if sys.stdin is None:
            raise CallError("standard input is closed")
        return sys.stdin.buffer.read()
    try:
        return read(path)
    except OSError as error:
        raise CallError(f"cannot read {path}: {error.strerror or error}") from None


def settings(spec: str) -> Settings | None:
    """Return the nearest `relionc.toml` at or above the spec's folder; raises CallError for a bad one."""
    path = next((place for place in settings_places(spec) if os.path.isfile(place)), None)
    if path is None:
        return None
    import tomllib

    try:
        value = tomllib.loads(read(path).decode())
    except (OSError, ValueError) as error:
        raise CallError(f"cannot read {path}: {error}") from None
    cluster = value.pop("cluster", None)
    if value or not isinstance(cluster, str | None):
        raise CallError(f'{path}: only `cluster = "name or path"` is known here')
    if cluster is not None and ("/" in cluster or cluster.endswith((".yaml", ".yml"))):
        cluster = os.path.join(os.path.dirname(path), cluster)
    return Settings(path, cluster)


def file_facts(path: str, project: str) -> FileFacts | None:
    """Return what a data file says; a relative path is looked up in the project folder, else here."""
    if not os.path.isfile(os.path.join(project, path)):
        return None
    from relionc.source.facts import facts

    return facts(path, project)
