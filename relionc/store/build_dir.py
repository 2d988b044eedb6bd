"""Writing a build directory: compare, put the new one together beside it, exchange the two; showing what would change.

Whoever looks, and whenever a build is killed, the folder holds one whole build, the old one or the new one. Files that
no build made stay where they are: they are linked into the new folder before the exchange.
"""

from __future__ import annotations

import contextlib
import os

from relionc.record import NamedTuple
from relionc.store import kept_files, manifest, swap
from relionc.store.digest import of_bytes
from relionc.store.lock import locked
from relionc.store.paths import FolderTree, StoreError, failure, is_link, is_safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relionc.store.manifest import Facts

_EXECUTABLE = 0o100
_NO_NEWLINE = "\n\\ No newline at end of file\n"
_LONGEST, _LONGEST_FOREIGN = 4 << 20, 1 << 18
"""Bytes of a file whose change is shown, and of one that no build has left so."""
_MOST_LINES = 10_000
"""Lines of a file of which a difference is shown line by line; finding it takes longer than linear time."""
_MOST_FOREIGN_LINES = 2_000
"""The same for a file that no build made, which may be made to take long."""


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


class _Wanted(NamedTuple):
    """What the manifest is to say besides the artifacts, and whether older artifacts stay in it."""

    inputs: Mapping[str, Facts]
    version: str
    partial: bool


def write(
    root: str,
    files: Mapping[str, bytes],
    *,
    inputs: Mapping[str, Facts],
    version: str,
    partial: bool = False,
    force: bool = False,
) -> Written:
    """Make the directory `root` hold exactly `files` and their manifest; raise StoreError if that fails.

    A file that starts with `#!` becomes executable. With `partial`, files of an earlier build that are not
    among `files` stay as they are and stay in the manifest. A file of the same name that no build made, or that
    somebody changed since, is an error, unless `force` says to write over it.
    """
    _check(files)
    root = root.rstrip("/") or "/"
    with locked(_made_folder(os.path.dirname(root) or "."), root) as alone:
        if alone:
            _clear(root)
        old = FolderTree(root) if _is_there(root) else None
        try:
            return _write(root, old, files, _Wanted(inputs, version, partial), force=force)
        finally:
            if old is not None:
                old.close()


def _made_folder(path: str) -> str:
    try:
        with contextlib.suppress(FileNotFoundError):
            os.stat(path)  # says so where the path is too long, before any of it is made
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise failure("make", path, error) from error
    return path


def _is_there(root: str) -> bool:
    """Tell whether a build directory is there; a link in its place is not followed."""
    if is_link(root):
        raise StoreError(f"cannot build in {root}: it is a symbolic link; relionc does not write through one")
    return os.path.lexists(root)


def _clear(root: str) -> None:
    """Put right what a killed build has left beside `root`."""
    try:
        swap.recover(root)
        kept_files.sweep(swap.staged(root), root)
    except OSError as error:
        raise failure("clear", swap.staged(root), error) from error


def _check(files: Mapping[str, bytes]) -> None:
    """Refuse names that could leave the directory, or that we need ourselves."""
    for path in files:
        if not is_safe(path) or path == manifest.NAME:
            raise StoreError(f"cannot write {path!r}: not a plain name inside the build directory")


def _write(
    root: str, old: FolderTree | None, files: Mapping[str, bytes], wanted: _Wanted, *, force: bool
) -> Written:
    whole, stale = _complete(old, files, wanted)
    found = {path: None if old is None else old.read(path) for path in whole}
    states = {path: _state(found[path], content) for path, content in whole.items()}
    if not force and old is not None:
        _refuse_foreign(old, {path: found[path] for path in whole if states[path] == "changed"})
    if stale.remove or any(state != "unchanged" for state in states.values()):
        _exchange(root, whole, {path for path in whole if states[path] == "unchanged"}, stale.remove)
    return Written(
        new=_in_state(states, "new"),
        changed=_in_state(states, "changed"),
        unchanged=_in_state(states, "unchanged"),
        removed=stale.remove,
        kept=stale.keep,
    )


def _in_state(states: Mapping[str, str], wanted: str) -> tuple[str, ...]:
    return tuple(path for path, state in states.items() if state == wanted)


def _complete(
    old: FolderTree | None, files: Mapping[str, bytes], wanted: _Wanted
) -> tuple[dict[str, bytes], _Stale]:
    """Return all files with the manifest last, and what an earlier build has left."""
    artifacts = manifest.facts_of(files)
    text = manifest.text(wanted.inputs, artifacts, wanted.version)
    before = None if old is None else old.read(manifest.NAME)
    if old is None or before is None or before[0] == text:  # the common cases need no JSON parser
        return {**files, manifest.NAME: text}, _Stale()
    listed = manifest.artifacts_of(before[0])
    if wanted.partial:
        text = manifest.text(wanted.inputs, {**listed, **artifacts}, wanted.version)
        return {**files, manifest.NAME: text}, _Stale()
    return {**files, manifest.NAME: text}, _stale(old, {k: v for k, v in listed.items() if k not in files})


def _stale(tree: FolderTree, old: Mapping[str, Facts]) -> _Stale:
    remove: list[str] = []
    keep: list[str] = []
    for path, facts in old.items():
        found = tree.read(path)
        if found is not None:
            (remove if of_bytes(found[0]) == facts.get("sha256") else keep).append(path)
    return _Stale(tuple(remove), tuple(keep))


def _state(found: tuple[bytes, int] | None, content: bytes) -> str:
    if found is None:
        return "new"
    same = found[0] == content and bool(found[1] & _EXECUTABLE) == _is_script(content)
    return "unchanged" if same else "changed"


def _is_script(content: bytes) -> bool:
    return content.startswith(b"#!")


def _refuse_foreign(old: FolderTree, changed: Mapping[str, tuple[bytes, int] | None]) -> None:
    """Raise StoreError where a file that is to change is not as a build left it."""
    if not changed:
        return
    listed = _listed(old)
    for path, found in changed.items():
        if path == manifest.NAME and listed:
            continue
        if found is not None and of_bytes(found[0]) == listed.get(path, {}).get("sha256"):
            continue
        what = "was changed after it was built" if path in listed else "was not made by a build"
        raise StoreError(
            f"{old.shown(path)} {what}; nothing was written\n"
            "  help: move it away, or let `relionc build --force` write over it"
        )


def _listed(tree: FolderTree) -> Mapping[str, Facts]:
    """Return what the manifest that stands there lists; nothing where there is none."""
    found = tree.read(manifest.NAME)
    return {} if found is None else manifest.artifacts_of(found[0])


def _exchange(root: str, whole: Mapping[str, bytes], unchanged: set[str], removed: Iterable[str]) -> None:
    """Put the new build together beside the old one and let them change places."""
    new = swap.staged(root)
    try:
        with kept_files.unfinished(new, root):
            kept_files.over(root, new, leave={*whole, *removed}, same=unchanged)
            linked = {
                path for path in unchanged if os.path.lexists(f"{new}/{path}")
            }  # where links are to be had
            _fill(new, {path: content for path, content in whole.items() if path not in linked}, root)
        swap.put_in_place(root)
    except OSError as error:
        raise failure("write", root, error) from error
    finally:
        _clear(root)


def _fill(new: str, files: Mapping[str, bytes], root: str) -> None:
    tree = FolderTree(new, shown_as=root)
    try:
        for path, content in files.items():
            tree.write(path, content, 0o777 if _is_script(content) else 0o666)
    finally:
        tree.close()


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
    if not _is_there(root):
        artifacts = manifest.facts_of(files)
        whole = {**files, manifest.NAME: manifest.text(inputs, artifacts, version)}
        return "".join(_patch(root, path, None, content) for path, content in whole.items())
    tree = FolderTree(root)
    try:
        whole, stale = _complete(tree, files, wanted)
        listed = _listed(tree)
        patches = []
        for path, content in whole.items():
            found = tree.read(path)
            trusted = found is not None and of_bytes(found[0]) == listed.get(path, {}).get("sha256")
            patches.append(_patch(root, path, found, content, trusted=trusted))
        patches += [_patch(root, path, tree.read(path), None) for path in stale.remove]
    finally:
        tree.close()
    return "".join(patches)


def _patch(
    root: str, path: str, old: tuple[bytes, int] | None, new: bytes | None, *, trusted: bool = True
) -> str:
    """Return the change of one file as git shows it; `trusted`: what stands there is as a build left it."""
    shown = f"{root.rstrip('/')}/{path}"
    mode = ""
    if old is not None and new is not None and bool(old[1] & _EXECUTABLE) != _is_script(new):
        mode = f"{shown}: must {'' if _is_script(new) else 'not '}be executable\n"
    before = b"" if old is None else old[0]
    if before == (new or b"") and old is not None and new is not None:
        return mode
    label = shown.lstrip("/")
    if _too_long(before, new or b"", trusted=trusted):
        return f"{mode}{shown}: {len(before):,} bytes there, {len(new or b''):,} to be written; they differ\n"
    from difflib import unified_diff

    lines = unified_diff(
        _lines(before),
        _lines(new or b""),
        "/dev/null" if old is None else f"a/{label}",
        "/dev/null" if new is None else f"b/{label}",
    )
    return mode + "".join(line if line.endswith("\n") else f"{line}{_NO_NEWLINE}" for line in lines)


def _too_long(before: bytes, after: bytes, *, trusted: bool) -> bool:
    """Tell whether finding the difference line by line could take more than a moment, or nobody would read it."""
    most = _MOST_LINES if trusted else _MOST_FOREIGN_LINES
    if not trusted and (b"\0" in before or len(before) > _LONGEST_FOREIGN):
        return True
    return max(before.count(b"\n"), after.count(b"\n")) > most or max(len(before), len(after)) > _LONGEST


def _lines(content: bytes) -> list[str]:
    """Split at newlines only: other line breaks of Unicode belong to the text."""
    *whole, tail = content.decode(errors="backslashreplace").split("\n")
    return [line + "\n" for line in whole] + ([tail] if tail else [])
