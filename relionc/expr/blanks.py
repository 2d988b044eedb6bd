"""Blanks: those that end a word for a shell and for RELION, and those that only look as if they did."""

from __future__ import annotations

SHELL = " \t\n"
"""What ends an unquoted word."""

_DRAWN_AS_NOTHING = frozenset("\u2800\u3164\uffa0")
"""Letters and signs that fonts draw as a blank, and that Unicode does not count as one."""


def words(text: str) -> list[str]:
    """Return the words of unquoted text; unlike `str.split`, a no-break space stands inside one."""
    if text.isascii() and text.isprintable():
        return text.split()
    return [word for word in text.replace("\t", " ").replace("\n", " ").split(" ") if word]


def lookalike(text: str) -> str:
    """Return how people name the first blank that is none for a shell, as `U+00A0`; empty if there is none."""
    if text.isascii():  # control characters are another matter
        return ""
    found = (c for c in text if c > "\x7f" and (c.isspace() or c in _DRAWN_AS_NOTHING))
    return next((f"U+{ord(c):04X}" for c in found), "")
