"""`relionc lint`: files, and the specs below folders."""

from __future__ import annotations

import codecs
import os

from relionc import __version__
from relionc.cli import remember, say, shares
from relionc.cli.options import STDIN, CallError
from relionc.store import cache, regular
from relionc.store.regular import MAX_BYTES
from relionc.store.verdicts import Verdict, Verdicts, digest_of

TYPE_CHECKING = False  # as in typing: see relionc.cli.remember
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.cli.build import Linter
    from relionc.pipeline import Disk
    from relionc.store.cache import Seen

    Found = tuple[str, bytes | None, OSError | None]
    """A spec, with its bytes where they were read to know it for one; or what could not be looked at, and why."""

MOST_NAMES = 200_000
"""Names below a folder that are looked at: a whole file system is given by mistake only."""
MOST_KEPT = 1 << 20
"""Bytes of specs that are kept until they are compiled; what is in others is read again."""
_ENDINGS = (".yaml", ".yml")
_OPEN = Verdict()
"""Of a spec that is still to be looked at."""
_OTHER_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def run(
    paths: Sequence[str],
    *,
    cluster: str | None,
    format: str,  # noqa: A002 - the option's name
    untrusted: bool = False,
    processes: int | None = None,
) -> int:
    """Lint each file, and each spec below each folder; returns the exit code. Without a number, as many as cores."""
    lint = _Lint(cluster, format, untrusted=untrusted)
    try:
        for path, data, error in _find(paths, untrusted=untrusted):
            lint.add(path, data) if error is None else lint.leave_out(path, error)
        lint.look(shares.cores() if processes is None else processes)
    except CallError as error:
        say.trouble(error)
        return 2
    return lint.show()


class _Open:
    """A spec that is to be compiled: its place among all, and its bytes where they are kept."""

    __slots__ = ("at", "data", "path")

    def __init__(self, at: int, path: str, data: bytes | None) -> None:
        self.at, self.path, self.data = at, path, data


class _Lint:
    """A lint, which loads the compiler only for what nobody has looked at before."""

    def __init__(self, cluster: str | None, format: str, *, untrusted: bool) -> None:  # noqa: A002 - as above
        self._options = cluster, format, untrusted
        # What a stranger's spec may look at depends on more than files: on where links and repositories lead.
        self._known = None if untrusted else Verdicts([str(cluster), *remember.places()], __version__)
        self._inputs = _Inputs()
        self._paths: list[str] = []
        self._open: list[_Open] = []
        self._kept = 0  # bytes of open specs
        self._verdicts: list[Verdict] = []  # of each spec; of an open one an empty one
        self._unseen: list[tuple[str, OSError]] = []

    def add(self, path: str, data: bytes | None) -> None:
        """Take a spec in. Without `data` it is read."""
        at = len(self._paths)
        self._paths.append(path)
        if self._known is not None and data is None:
            data = _read(path)
        known = None if self._known is None or data is None else self._known.of(path, data)
        self._verdicts.append(known or _OPEN)
        if known is None:
            self._kept += len(data or b"")
            self._open.append(_Open(at, path, data if self._kept < MOST_KEPT else None))

    def leave_out(self, path: str, error: OSError) -> None:
        """Note what could not be looked at on the way to the specs; it is said after them."""
        self._unseen.append((path, error))

    def look(self, processes: int) -> None:
        """Look at the specs of which nothing is known; raises CallError."""
        if not self._open:
            return
        from relionc.cli.build import BuildCall, Linter

        cluster, format_, untrusted = self._options
        linter = Linter(BuildCall(specs=(), cluster=cluster, format=format_, untrusted=untrusted))
        found = shares.in_processes(
            processes, self._open, lambda share: (self._look_at(linter, each) for each in share)
        )
        for spec, outcome in zip(self._open, found, strict=True):
            self._verdicts[spec.at] = outcome.verdict
            if outcome.digest and self._known is not None:
                self._known.add(spec.path, outcome.digest, outcome.seen, outcome.verdict)
        self._open = []

    def _look_at(self, linter: Linter, spec: _Open) -> _Outcome:
        """Compile a spec; return what is to be said of it and, where that can be told, what it depends on."""
        verdict, disk = linter.verdict(spec.path, spec.data)
        spec.data = None
        if self._known is None or spec.path not in disk.files or not disk.records_all:
            return _Outcome(verdict)
        seen = tuple(dict.fromkeys(self._inputs.of(spec.path, disk)))
        return _Outcome(verdict, digest_of(disk.files[spec.path]), seen)

    def show(self) -> int:
        """Say what is wrong; returns the exit code."""
        if self._known is not None:
            self._known.save()
        if self._unseen or self._options[1] != "text" or any(each.packed for each in self._verdicts):
            from relionc.cli.told import show_linted, told, unseen

            unread = (unseen(path, error) for path, error in self._unseen)
            return show_linted(self._options[1], self._paths, [*map(told, self._verdicts), *unread])
        from relionc.diag.summary import summary

        missing = dict.fromkeys(text for verdict in self._verdicts for text in verdict.not_checked)
        say.diagnostics(summary([], len(self._paths), list(missing)) + "\n")
        return 0


class _Outcome:
    """What came of a spec: a verdict and, where that may be remembered, the spec's digest and what was seen."""

    __slots__ = ("digest", "seen", "verdict")

    def __init__(self, verdict: Verdict, digest: bytes = b"", seen: tuple[Seen, ...] = ()) -> None:
        self.verdict, self.digest, self.seen = verdict, digest, seen


def _read(path: str) -> bytes | None:
    """Return the bytes of a spec; None where the compiler has to read it, and to say what is wrong."""
    if path == STDIN:
        return None
    try:
        return regular.read(path, MAX_BYTES)
    except OSError:
        return None


class _Inputs:
    """How things were seen on which verdicts depend; each is looked at once for all specs of a call."""

    def __init__(self) -> None:
        self._settings: dict[str, list[Seen]] = {}
        self._looked: dict[str, Seen] = {}
        self._listed: dict[tuple[str, str], Seen] = {}

    def of(self, path: str, disk: Disk) -> Iterator[Seen]:
        """Yield all but the spec itself on which it depends what is wrong with it."""
        folder = os.path.dirname(path)
        if folder not in self._settings:
            self._settings[folder] = [_settings_as_seen(place) for place in remember.settings_places(path)]
        yield from self._settings[folder]
        for name, content in disk.files.items():
            if name != path:
                yield cache.by_content(name, content)
        for name in disk.looked_at:
            if name not in self._looked:
                self._looked[name] = cache.by_look(name)
            yield self._looked[name]
        for listed in disk.listed:
            if listed not in self._listed:
                self._listed[listed] = cache.by_names(*listed)
            yield self._listed[listed]


def _settings_as_seen(place: str) -> Seen:
    try:
        return cache.by_content(place, regular.read(place, MAX_BYTES))
    except OSError:
        return cache.by_look(place)


def _find(paths: Sequence[str], *, untrusted: bool) -> Iterator[Found]:
    """Yield the specs that are named or below folders; each is read when it is its turn, and then forgotten."""
    some = False
    for path in paths:
        for each in _search(path, untrusted=untrusted) if os.path.isdir(path) else ((path, None, None),):
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
            yield folder, None, error
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
                yield each.path, None, None
            elif not _is_folder(each):
                yield from _look_at(each.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is one too, or leads to one; a link that leads nowhere does not."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def _leads_out(path: str) -> bool:
    from relionc.cli.files import repository
    from relionc.data.skim import is_below

    return not is_below(path, repository(path))


def _look_at(path: str) -> Iterator[Found]:
    """Yield a YAML file, if it is a spec or nobody can tell."""
    try:
        content = regular.start(path, MAX_BYTES + 1)
    except OSError as error:
        yield path, None, error
        return
    if _is_spec(content):
        yield path, content if len(content) <= MAX_BYTES else None, None


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
