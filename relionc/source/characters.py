"""Characters that a spec may not hold: those a terminal, a shell or a reviewer's eye would be fooled by."""

from __future__ import annotations

import re

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_INVISIBLE = (
    r"\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"  # line separators, direction overrides, inner BOM
)
# Compiled when they are needed: most files are ASCII, and it takes half a millisecond.
_IN_FILE = f"[{_CONTROL}{_INVISIBLE}\ufffe\uffff]"
_IN_VALUE = f"[\r{_CONTROL}{_INVISIBLE}\ud800-\udfff\ufffe\uffff]"
_NAMES = {
    "\x00": "a zero byte",
    "\x1b": "an escape character",
    "\x85": "a next-line character",
    "\u2028": "an invisible line separator",
    "\u2029": "an invisible paragraph separator",
    "\ufeff": "a byte order mark",
}


def name_of(character: str) -> str:
    """Return how to speak of an unsafe character."""
    number = f"U+{ord(character):04X}"
    if character in _NAMES:
        return f"{_NAMES[character]} ({number})"
    turns = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return (
        f"an invisible character that reorders text ({number})"
        if turns
        else f"a control character ({number})"
    )


def first_unsafe(value: str) -> int | None:
    """Return the index of the first character that no value may hold; tabs and newlines are fine here."""
    match = re.search(_IN_VALUE, value)
    return match.start() if match else None


def first_unsafe_in_file(text: str) -> int | None:
    """Return the index of the first character that no file may hold, comments included."""
    match = re.search(_IN_FILE, text)
    return match.start() if match else None
