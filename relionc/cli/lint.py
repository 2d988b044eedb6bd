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
from relionc.source import regular
from relionc.source.load import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNREAD = "RL011"
MOST_NAMES = 200_000
"""Names below a folder that are looked at: a whole file system is given by mistake only."""
_ENDINGS = (".yaml", ".yml")
_OTHER_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Found(NamedTuple):
    """A spec, with its bytes where they were read to know it for one; or what could not be looked at."""

    path: str
    data: bytes | None = None
    unread: Diagnostic | None = None


def run(
    paths: Sequence[str],
    *,
    cluster: str | None,
    format: str,  # noqa: A002 - the option's name
    untrusted: bool = False,
) -> int:
    """Lint each file, and each spec below each folder; returns the exit code."""
    call = build.BuildCall(specs=(), cluster=cluster, format=format, untrusted=untrusted)
    linted = build.Linted(call)
    try:
        for each in _find(paths, untrusted=untrusted):
            linted.add(each.path, each.data) if each.unread is None else linted.leave_out(each.unread)
    except CallError as error:
        say.trouble(error)
        return 2
    return linted.show()


def _find(paths: Sequence[str], *, untrusted: bool) -> Iterator[Found]:
    """Yield the specs that are named or below folders; each is read when it is its turn, and then forgotten."""
    some = False
    for path in paths:
        for each in _search(path, untrusted=untrusted) if os.path.isdir(path) else (Found(path),):
            some = True
            yield each
    if not some:
        raise CallError(f"no specs below {', '.join(paths)}")


def _search(top: str, *, untrusted: bool) -> Iterator[Found]:
    """Yield what is below a folder, each folder's files before its subfolders; links to folders are not followed.

    In an `untrusted` one a link that leads out of the repository is not even looked at: it is there, to be refused.
    """
    folders, names = [top], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
                below = [each for each in inside if each.is_dir(follow_symlinks=False)]
        except OSError as error:
            yield _unread(folder, error)
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
                yield Found(each.path)
            elif not os.path.isdir(each.path):
                yield from _look_at(each.path)


def _leads_out(path: str) -> bool:
    return not is_below(path, files.repository(path))


def _look_at(path: str) -> Iterator[Found]:
    """Yield a YAML file, if it is a spec or nobody can tell."""
    try:
        content = regular.start(path, MAX_BYTES + 1)
    except OSError as error:
        yield _unread(path, error)
        return
    if _is_spec(content):
        yield Found(path, content if len(content) <= MAX_BYTES else None)


def _unread(path: str, error: OSError) -> Found:
    message = f"this could not be looked at for specs: {error.strerror or 'it is not a regular file'}"
    return Found(path, unread=Diagnostic(UNREAD, ERROR, message, path, None))


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
