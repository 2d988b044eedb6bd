"""Compiled data in one file: JSON parts by name, of which a program reads only those that it needs.

The first line is a checksum and a JSON table `{"state": …, "parts": {name: [offset, length, checksum]}}`; behind it stand
the parts, one a line. `state` says what the parts were made from, for whoever wants to know whether they still hold.
The same parts make the same bytes.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 1 << 20
"""Bytes of a first line; an honest one has some thousands."""


class DamagedError(ValueError):
    """This is not what `pack` made."""


class Archive:
    """Packed parts, in memory or in an open file, which stays open as long as the process may want parts."""

    def __init__(self, source: bytes | int) -> None:
        """`source` is what `pack` made, or a descriptor of a file with it. Raises DamagedError, OSError."""
        self._source = source
        line, end, _ = self._bytes(0, _MOST).partition(b"\n")
        try:
            table = json.loads(_verified(line[9:], int(line[:8], 16)))
            self.state: str = table["state"]
            self._parts: dict[str, tuple[int, int, int]] = table["parts"]
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedError("the table of parts is damaged") from error
        self._start = len(line) + len(end)

    def part(self, name: str) -> Any:
        """Return a part, with tuples for lists. Raises KeyError for no such part, DamagedError, OSError."""
        offset, length, checksum = self._parts[name]
        return frozen(json.loads(_verified(self._bytes(self._start + offset, length), checksum)))

    def _bytes(self, offset: int, length: int) -> bytes:
        if isinstance(self._source, int):
            return os.pread(self._source, length, offset)
        return self._source[offset : offset + length]


def pack(parts: Mapping[str, Any], state: str = "") -> bytes:
    """Return parts of JSON's kinds (tuples count as lists) in the form of this module."""
    lines = [_line(part) for part in parts.values()]
    table, offset = {}, 0
    for name, line in zip(parts, lines, strict=True):
        table[name] = (offset, len(line), crc32(line))
        offset += len(line)
    head = _line({"state": state, "parts": table})
    return b"%08x %s%s" % (crc32(head[:-1]), head, b"".join(lines))


def frozen(value: Any) -> Any:
    """Return values of JSON with tuples for lists, as the compiler makes them."""
    if value.__class__ is list:
        return tuple([frozen(each) if each.__class__ in _NESTED else each for each in value])
    if value.__class__ is dict:
        return {key: frozen(each) if each.__class__ in _NESTED else each for key, each in value.items()}
    return value


_NESTED = frozenset((list, dict))


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _verified(content: bytes, checksum: int) -> bytes:
    if crc32(content) != checksum:
        raise DamagedError("a part is damaged")
    return content
