"""The compiled catalogue: one file of JSON parts, of which a program reads only those that it needs.

Parts: `index` (types by version, types by id), `options` (versions of each option), `queue` (submission templates),
`starfiles` (names in data files), `programs` (flags of programs), and one for each job type, `3.1/class3d`. An
installed relionc has the file; a checkout makes it from the YAML at its first use. It begins with the digest and the
length of a JSON table `{"state": …, "parts": {name: [offset, length, digest]}}`; behind the table stand the parts,
one a line. The same YAML makes the same bytes.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache

from relionc.store.digest import of_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

INSTALLED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled.jsonl")
"""Where a wheel has the file; a checkout has none there, since nothing would tell when it is out of date."""

_HEAD = 64 + 1 + 8 + 1
"""Bytes of the digest and the length of the table, in hexadecimal, each with a space or a line end behind it."""
_MOST = 1 << 20
"""Bytes of a table; an honest one has some thousands."""
_NESTED = frozenset((list, dict))


class DamagedError(ValueError):
    """Not what `pack` made."""


@lru_cache(maxsize=256)
def part(name: str) -> Any:
    """Return a part of the catalogue as `read` does, which is kept."""
    return read(name)


def read(name: str) -> Any:
    """Return a part of the catalogue as JSON has it, for those who make something else of it; raises KeyError.

    In a checkout, it raises CatalogError (`relionc.catalog.compiler`) where the YAML is wrong.
    """
    try:
        return _archive().part(name)
    except DamagedError:
        if os.path.exists(INSTALLED):
            raise
    from relionc.catalog.checkout import compiled_anew

    return compiled_anew().part(name)


@lru_cache(maxsize=1)
def _archive() -> Archive:
    try:
        return Archive(os.open(INSTALLED, os.O_RDONLY | os.O_CLOEXEC))
    except FileNotFoundError:
        from relionc.catalog.checkout import compiled

        return compiled()


class Archive:
    """Packed parts, in memory or in an open file, which stays open as long as the process may want parts."""

    def __init__(self, source: bytes | int) -> None:
        """`source` is what `pack` made, or a descriptor of a file with it. Raises DamagedError, OSError."""
        self._source = source
        head = self._bytes(0, _HEAD)
        try:
            length = min(int(head[65:], 16), _MOST)
            table = json.loads(_verified(self._bytes(_HEAD, length), head[:64].decode("ascii")))
            self.state: str = table["state"]
            self._parts: dict[str, tuple[int, int, str]] = table["parts"]
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedError("the table of the compiled catalogue is damaged") from error
        self._start = _HEAD + length

    def part(self, name: str) -> Any:
        """Return a part as JSON has it. Raises KeyError for no such part, DamagedError, OSError."""
        offset, length, digest = self._parts[name]
        return json.loads(_verified(self._bytes(self._start + offset, length), digest))

    def _bytes(self, offset: int, length: int) -> bytes:
        if isinstance(self._source, int):
            return os.pread(self._source, length, offset)
        return self._source[offset : offset + length]


def pack(parts: Mapping[str, object], state: str = "") -> bytes:
    """Return parts of JSON's kinds (tuples count as lists) in the form of this module."""
    lines = [_line(part) for part in parts.values()]
    places, offset = {}, 0
    for name, line in zip(parts, lines, strict=True):
        places[name] = (offset, len(line), of_bytes(line))
        offset += len(line)
    table = _line({"state": state, "parts": places})
    return b"%s %08x\n%s%s" % (of_bytes(table).encode(), len(table), table, b"".join(lines))


def frozen(value: object) -> Any:
    """Return values of JSON with tuples for lists, as the compiler makes them."""
    if value.__class__ is list:
        return tuple([frozen(each) if each.__class__ in _NESTED else each for each in value])
    if value.__class__ is dict:
        return {key: frozen(each) if each.__class__ in _NESTED else each for key, each in value.items()}
    return value


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _verified(content: bytes, digest: str) -> bytes:
    if of_bytes(content) != digest:
        raise DamagedError("a part of the compiled catalogue is damaged")
    return content
