"""Blanks: those that end a word for a shell and for RELION, and those that only look as if they did."""

from __future__ import annotations

SHELL = " \t\n"
"""What ends an unquoted word."""

_DRAWN_AS_NOTHING = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u2800\u3164\ufeff\uffa0"
)
"""What fonts draw as a blank or not at all, and Unicode does not count as a space. The joiners U+200C and U+200D are
letters to those who write Persian or Hindi."""


def words(text: str) -> list[str]:
    """Return the words of unquoted text; unlike `str.split`, a no-break space stands inside one."""
    if text.isascii() and text.isprintable():
        return text.split()
    return [word for word in text.replace("\t", " ").replace("\n", " ").split(" ") if word]


def lookalike(text: str) -> str:
    """Return how people name the first blank, seen or not, that is none for a shell, as `U+00A0`; else nothing."""
    if text.isascii():  # control characters are another matter
        return ""
    found = (c for c in text if c > "\x7f" and (c.isspace() or c in _DRAWN_AS_NOTHING))
    return next((f"U+{ord(c):04X}" for c in found), "")
