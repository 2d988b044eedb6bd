"""`relionc lint`: files, and the specs below folders."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

from relionc.cli import build, files, say
from relionc.cli.options import CallError
from relionc.data.skim import is_below
from relionc.diag import ERROR, Diagnostic
from relionc.record import NamedTuple
from relionc.source.load import MAX_BYTES
from relionc.source.regular import open_regular

if TYPE_CHECKING:
    from collections.abc import Sequence

UNREAD = "RL011"
MOST_NAMES = 200_000
"""Names below a folder that are looked at: a whole file system is given by mistake only."""
_ENDINGS = (".yaml", ".yml")
_OTHER_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Found(NamedTuple):
    """The specs below a folder, and what could not be looked at on the way."""

    specs: list[str]
    unread: list[Diagnostic]


def run(
    paths: Sequence[str],
    *,
    cluster: str | None,
    format: str,  # noqa: A002 - the option's name
    untrusted: bool = False,
) -> int:
    """Lint each file, and each spec below each folder; returns the exit code."""
    try:
        found = _find(paths, untrusted=untrusted)
    except CallError as error:
        say.trouble(error)
        return 2
    return build.lint(found.specs, cluster=cluster, format=format, untrusted=untrusted, unread=found.unread)


def _find(paths: Sequence[str], *, untrusted: bool) -> Found:
    found = Found([], [])
    for path in paths:
        if os.path.isdir(path):
            _search(path, found, untrusted=untrusted)
        else:
            found.specs.append(path)
    if not (found.specs or found.unread):
        raise CallError(f"no specs below {', '.join(paths)}")
    return found


def _search(top: str, found: Found, *, untrusted: bool) -> None:
    """Add what is below a folder, each folder's files before its subfolders; links to folders are not followed.

    In an `untrusted` one a link that leads out of the repository is not even looked at: it is added, to be refused.
    """
    folders, names = [top], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
                below = [each for each in inside if each.is_dir(follow_symlinks=False)]
        except OSError as error:
            found.unread.append(_unread(folder, error))
            continue
        names += len(inside)
        if names > MOST_NAMES:
            raise CallError(
                f"there are more than {MOST_NAMES:,} files below {top}: name folders nearer to the specs"
            )
        folders += [each.path for each in reversed(below) if not each.name.startswith(".")]
        for each in inside:
            if not each.name.endswith(_ENDINGS):
                continue
            if untrusted and each.is_symlink() and _leads_out(each.path):
                found.specs.append(each.path)
            elif not os.path.isdir(each.path):
                _look_at(each.path, found)


def _leads_out(path: str) -> bool:
    return not is_below(path, files.repository(path))


def _look_at(path: str, found: Found) -> None:
    """Add a YAML file, if it is a spec or nobody can tell."""
    try:
        with open_regular(path) as stream:
            content = stream.read(MAX_BYTES)
    except OSError as error:
        found.unread.append(_unread(path, error))
        return
    if _is_spec(content):
        found.specs.append(path)


def _unread(path: str, error: OSError) -> Diagnostic:
    message = f"this could not be looked at for specs: {error.strerror or 'it is not a regular file'}"
    return Diagnostic(UNREAD, ERROR, message, path, None)


def _is_spec(content: bytes) -> bool:
    """Whether a YAML file says at its top level that it is a spec, in whatever encoding."""
    encoding = _OTHER_ENCODINGS.get(content[:2])
    if encoding:
        content = content.decode(encoding, "replace").encode()
    return any(map(_is_mark, content.removeprefix(codecs.BOM_UTF8).splitlines()))


def _is_mark(line: bytes) -> bool:
    """Whether a line sets the key `relionc` of the document, as YAML or as JSON has it."""
    key, colon, _ = line.removeprefix(b"{").partition(b":")
    if line.startswith(b"{"):
        key = key.lstrip()
    return bool(colon) and key.rstrip().strip(b"\"'") == b"relionc"
