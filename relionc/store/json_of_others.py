"""JSON that anybody may have written: it is read as far as there is memory for what it holds."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_MEMORY = 200 << 20
"""Bytes that the values of a text may take."""
_OF_MAPPING, _OF_LIST, _OF_ITEM = 240, 80, 60
"""Bytes that a mapping, a list and a value in one take at least."""
_OF_ASCII, _OF_BYTE = 2, 9
"""Bytes for one of the text: it is there twice, and with any letter beyond ASCII a letter may take four."""


def values_in(content: bytes) -> Any:
    """Return what JSON holds; raises ValueError where it is none, or holds too much."""
    memory = _OF_MAPPING * content.count(b"{") + _OF_LIST * content.count(b"[")
    memory += _OF_ITEM * content.count(b",")
    memory += (_OF_ASCII if content.isascii() else _OF_BYTE) * len(content)
    if memory > MOST_MEMORY:
        raise ValueError("it holds more values than there is memory for")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
