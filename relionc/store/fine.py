"""Specs in which a lint found nothing: their bytes, and what else it looked at, for a lint of the same files.

One entry of the cache for all calls from a folder with the same options. A spec counts as fine again if its own bytes
are the same, and all that was looked at is as it was.
"""

from __future__ import annotations

from relionc.store import cache
from relionc.store.digest import of_bytes

TYPE_CHECKING = False  # as in typing, whose import would cost more than to look up a thousand specs
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relionc.store.cache import Seen

    Known = tuple[bytes, tuple[int, ...], tuple[str, ...]]
    """The digest of a spec, places in the table of what was seen, and what could not be checked."""

MOST_SPECS = 50_000
"""Specs that an entry may have: with more, those of this call are kept."""


def digest_of(data: bytes) -> bytes:
    """Return what the bytes of a spec are compared by: of thousands, in half the room of their letters."""
    return bytes.fromhex(of_bytes(data))


class Fine:
    """The specs in which nothing was found before."""

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

    def knows(self, path: str, data: bytes) -> tuple[str, ...] | None:
        """Return what could not be checked of a spec in which nothing is wrong; None where that is not known."""
        known = self._before.get(path)
        if known is None or known[0] != digest_of(data) or not all(map(self._as_it_was, known[1])):
            return None
        self._now[path] = known
        return known[2]

    def _as_it_was(self, place: int) -> bool:
        if place not in self._holds:
            try:
                self._holds[place] = cache.unchanged(self._table[place])
            except (OSError, ValueError):
                self._holds[place] = False
        return self._holds[place]

    def add(self, path: str, digest: bytes, seen: Iterable[Seen], not_checked: tuple[str, ...]) -> None:
        """Remember that nothing was found in a spec, and what it depends on; `digest` is that of its bytes."""
        if self._path is None:
            return
        places = tuple(self._seen.setdefault(each, len(self._seen)) for each in dict.fromkeys(seen))
        # Most are the same as for the spec before.
        self._now[path] = digest, *self._alike.setdefault((places, not_checked), (places, not_checked))

    def save(self) -> None:
        """Write what is known now, if it is more than before, where it can be written."""
        if self._path is None or all(self._before.get(path) is known for path, known in self._now.items()):
            return
        specs = {**self._before, **self._now} if self._before else self._now
        if len(specs) > MOST_SPECS:
            specs = self._now
        table, used = list(self._seen), sorted({place for _, places, _ in specs.values() for place in places})
        if len(used) < len(table):
            at = {place: number for number, place in enumerate(used)}
            specs = {
                path: (digest, tuple(at[each] for each in places), said)
                for path, (digest, places, said) in specs.items()
            }
            table = [table[each] for each in used]
        cache.keep(self._path, (*self._head, table, specs))
