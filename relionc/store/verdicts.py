"""What a lint said of specs: by their bytes, and by what else it looked at, for a lint of the same files.

One entry of the cache for all calls from a folder with the same options. What was said of a spec holds again if its own
bytes are the same, and all that was looked at is as it was.
"""

from __future__ import annotations

import marshal

from relionc.store import cache
from relionc.store.digest import of_bytes

TYPE_CHECKING = False  # as in typing, whose import would cost more than to look up a thousand specs
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from relionc.store.cache import Seen

    Known = tuple[bytes, tuple[int, ...], tuple[str, ...], bytes]
    """The digest of a spec, places in the table of what was seen, what could not be checked, and what was said."""

MOST_SPECS = 50_000
"""Specs that an entry may have: with more, those of this call are kept."""
MOST_SAID, MOST_SAID_OF_ALL = 64 << 10, 8 << 20
"""Bytes that are kept of what was said of a spec, and of all specs of an entry."""


def digest_of(data: bytes) -> bytes:
    """Return what the bytes of a spec are compared by: of thousands, in half the room of their letters."""
    return bytes.fromhex(of_bytes(data))


class Verdict:
    """What is known of a spec: what could not be checked, and what was said, packed; empty where nothing was."""

    __slots__ = ("not_checked", "packed")

    def __init__(self, not_checked: tuple[str, ...] = (), packed: bytes = b"") -> None:
        self.not_checked, self.packed = not_checked, packed

    @property
    def said(self) -> Any:
        """What was said, as `packed` was given it, made anew at each look."""
        return marshal.loads(self.packed)  # noqa: S302 - of this call, or of an entry that `cache.load` has checked


def packed(said: Any) -> bytes:
    """Return plain values as a verdict has them."""
    return marshal.dumps(said)


class Verdicts:
    """What was said of specs before."""

    def __init__(self, key: Sequence[str], version: str) -> None:
        """Read what calls with this key left; `key` is all that says what is wrong with a spec and is no file."""
        self._path = cache.entry_path(["lint", *key])
        self._head = "lint", tuple(key), "" if self._path is None else cache.build_id(version)
        self._seen: dict[Seen, int] = {}
        self._before: dict[str, Known] = {}
        self._now: dict[str, Known] = {}
        self._holds: dict[int, bool] = {}
        self._alike: dict[
            tuple[tuple[int, ...], tuple[str, ...]], tuple[tuple[int, ...], tuple[str, ...]]
        ] = {}
        entry = None if self._path is None else cache.load(self._path)
        if entry is not None and entry[:-2] == self._head:
            self._seen = {seen: place for place, seen in enumerate(entry[-2])}
            self._before = entry[-1]
        self._table = list(self._seen)

    def of(self, path: str, data: bytes) -> Verdict | None:
        """Return what is known of a spec with these bytes; None where nothing is."""
        known = self._before.get(path)
        if known is None or known[0] != digest_of(data) or not all(map(self._as_it_was, known[1])):
            return None
        self._now[path] = known
        return Verdict(*known[2:])

    def _as_it_was(self, place: int) -> bool:
        if place not in self._holds:
            try:
                self._holds[place] = cache.unchanged(self._table[place])
            except (OSError, ValueError):
                self._holds[place] = False
        return self._holds[place]

    def add(self, path: str, digest: bytes, seen: Iterable[Seen], verdict: Verdict) -> None:
        """Remember a verdict, and what it depends on; `digest` is that of the spec's bytes."""
        if self._path is None or len(verdict.packed) > MOST_SAID:
            return
        places = tuple(self._seen.setdefault(each, len(self._seen)) for each in dict.fromkeys(seen))
        # Most are the same as for the spec before.
        key = places, verdict.not_checked
        self._now[path] = digest, *self._alike.setdefault(key, key), verdict.packed

    def save(self) -> None:
        """Write what is known now, if it is more than before, where it can be written."""
        if self._path is None or all(self._before.get(path) is known for path, known in self._now.items()):
            return
        specs = self._kept()
        table, used = (
            list(self._seen),
            sorted({place for _, places, *_ in specs.values() for place in places}),
        )
        if len(used) < len(table):
            at = {place: number for number, place in enumerate(used)}
            specs = {
                path: (digest, tuple(at[each] for each in places), not_checked, said)
                for path, (digest, places, not_checked, said) in specs.items()
            }
            table = [table[each] for each in used]
        cache.keep(self._path, (*self._head, table, specs))

    def _kept(self) -> dict[str, Known]:
        """Return as many specs as an entry may have, those of this call first."""
        specs = {**self._now, **{path: each for path, each in self._before.items() if path not in self._now}}
        if len(specs) > MOST_SPECS:
            specs = self._now
        left, kept = MOST_SAID_OF_ALL, {}
        for path, known in specs.items():
            left -= len(known[-1])
            if left >= 0 or not known[-1]:
                kept[path] = known
        return kept
