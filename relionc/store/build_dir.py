"""Writing a build directory: compare, stage, publish; and showing what a build would change.

Either everything is staged and then put in place, or nothing is touched. Files of an earlier build that are
no longer made are removed, but only those that its manifest lists and nobody has changed since.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from relionc.store import manifest
from relionc.store.digest import of_bytes
from relionc.store.lock import acquire
from relionc.store.paths import StoreError, Tree, failure, is_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.store.manifest import Facts

_EXECUTABLE = 0o100
_NO_NEWLINE = "\n\\ No newline at end of file\n"


class Written(NamedTuple):
    """What a build did, as paths below its directory.

    `kept` are files of an earlier build that are no longer made, but that somebody has changed since.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class _Stale(NamedTuple):
    """Files of an earlier build that are no longer made: those to remove, and those changed since."""

    remove: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


def write(
    root: str,
    files: Mapping[str, bytes],
    *,
    inputs: Mapping[str, Facts],
    version: str,
    partial: bool = False,
) -> Written:
    """Make the directory `root` hold exactly `files` and their manifest; raise StoreError if that fails.

    A file that starts with `#!` becomes executable. With `partial`, files of an earlier build that are not
    among `files` stay as they are and stay in the manifest.
    """
    _check(files)
    try:
        os.makedirs(root, exist_ok=True)
    except OSError as error:
        raise failure("make", root, error) from error
    tree = Tree(root)
    try:
        acquire(tree.fd, root)
        return _write(tree, files, _Wanted(inputs, version, partial))
    finally:
        tree.close()


class _Wanted(NamedTuple):
    """What the manifest is to say besides the artifacts, and whether older artifacts stay in it."""

    inputs: Mapping[str, Facts]
    version: str
    partial: bool


def _check(files: Mapping[str, bytes]) -> None:
    """Refuse names that could leave the directory, or that we need ourselves."""
    for path in files:
        if not is_safe(path) or path == manifest.NAME:
            raise StoreError(f"cannot write {path!r}: not a plain name inside the build directory")


def _write(tree: Tree, files: Mapping[str, bytes], wanted: _Wanted) -> Written:
    whole, stale = _complete(tree, files, wanted)
    states = {path: _state(tree, path, content) for path, content in whole.items()}
    todo = [path for path, state in states.items() if state != "unchanged"]
    _replace(tree, whole, todo)
    for path in stale.remove:
        tree.remove(path)
        tree.remove_if_empty(path.rpartition("/")[0])
    return Written(
        new=_in_state(states, "new"),
        changed=_in_state(states, "changed"),
        unchanged=_in_state(states, "unchanged"),
        removed=stale.remove,
        kept=stale.keep,
    )


def _in_state(states: Mapping[str, str], wanted: str) -> tuple[str, ...]:
    return tuple(path for path, state in states.items() if state == wanted)


def _complete(tree: Tree, files: Mapping[str, bytes], wanted: _Wanted) -> tuple[dict[str, bytes], _Stale]:
    """Return all files with the manifest last, and what an earlier build has left."""
    artifacts = manifest.facts_of(files)
    text = manifest.text(wanted.inputs, artifacts, wanted.version)
    before = tree.read(manifest.NAME)
    if before is None or before[0] == text:  # the common cases need no JSON parser
        return {**files, manifest.NAME: text}, _Stale()
    old = manifest.artifacts_of(before[0])
    if wanted.partial:
        text = manifest.text(wanted.inputs, {**old, **artifacts}, wanted.version)
        return {**files, manifest.NAME: text}, _Stale()
    return {**files, manifest.NAME: text}, _stale(tree, {k: v for k, v in old.items() if k not in files})


def _stale(tree: Tree, old: Mapping[str, Facts]) -> _Stale:
    remove: list[str] = []
    keep: list[str] = []
    for path, facts in old.items():
        found = tree.read(path)
        if found is not None:
            (remove if of_bytes(found[0]) == facts.get("sha256") else keep).append(path)
    return _Stale(tuple(remove), tuple(keep))


def _state(tree: Tree, path: str, content: bytes) -> str:
    found = tree.read(path)
    if found is None:
        return "new"
    same = found[0] == content and bool(found[1] & _EXECUTABLE) == _is_script(content)
    return "unchanged" if same else "changed"


def _is_script(content: bytes) -> bool:
    return content.startswith(b"#!")


def _replace(tree: Tree, whole: Mapping[str, bytes], todo: list[str]) -> None:
    """Write every file beside its place, then put all in place; if one fails, take away what is left over."""
    try:
        for path in todo:
            tree.stage(path, whole[path], 0o777 if _is_script(whole[path]) else 0o666)
        for path in todo:
            tree.publish(path)
    except BaseException:
        for path in todo:
            tree.discard(path)
            tree.remove_if_empty(path.rpartition("/")[0])
        raise


def diff(
    root: str,
    files: Mapping[str, bytes],
    *,
    inputs: Mapping[str, Facts],
    version: str,
    partial: bool = False,
) -> str:
    """Return what `write` would change, as a unified diff; empty if nothing. Writes nothing."""
    _check(files)
    wanted = _Wanted(inputs, version, partial)
    if not os.path.isdir(root):
        artifacts = manifest.facts_of(files)
        whole = {**files, manifest.NAME: manifest.text(inputs, artifacts, version)}
        return "".join(_patch(root, path, None, content) for path, content in whole.items())
    tree = Tree(root)
    try:
        whole, stale = _complete(tree, files, wanted)
        patches = [_patch(root, path, tree.read(path), content) for path, content in whole.items()]
        patches += [_patch(root, path, tree.read(path), None) for path in stale.remove]
    finally:
        tree.close()
    return "".join(patches)


def _patch(root: str, path: str, old: tuple[bytes, int] | None, new: bytes | None) -> str:
    """Return the change of one file as git shows it."""
    shown = f"{root.rstrip('/')}/{path}"
    mode = ""
    if old is not None and new is not None and bool(old[1] & _EXECUTABLE) != _is_script(new):
        mode = f"{shown}: must {'' if _is_script(new) else 'not '}be executable\n"
    before = b"" if old is None else old[0]
    if before == (new or b"") and old is not None and new is not None:
        return mode
    from difflib import unified_diff

    label = shown.lstrip("/")
    lines = unified_diff(
        _lines(before),
        _lines(new or b""),
        "/dev/null" if old is None else f"a/{label}",
        "/dev/null" if new is None else f"b/{label}",
    )
    return mode + "".join(line if line.endswith("\n") else f"{line}{_NO_NEWLINE}" for line in lines)


def _lines(content: bytes) -> list[str]:
    """Split at newlines only: other line breaks of Unicode belong to the text."""
    *whole, tail = content.decode(errors="backslashreplace").split("\n")
    return [line + "\n" for line in whole] + ([tail] if tail else [])
