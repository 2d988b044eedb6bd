r"""What may be printed of texts that come from strangers: names, values, lines of files, texts of the system.

A terminal obeys control characters, and a CI service obeys lines that look like its commands (`::error`,
`##vso[…]`, `##teamcity[…]`). Both are spelled out (`\x1b`, `\x3a`), so that they can be seen and do nothing.
"""

from __future__ import annotations

import re
import unicodedata

_MARK = re.compile(r"##(?=[A-Za-z]*\[)")
"""How Azure, TeamCity and older GitHub runners know a command, anywhere in a line."""
_UNSEEN = re.compile(
    r"C[cfs]|Z[lp]"
)  # kinds of characters: controls, turns of direction, half ones, line breaks
_SPELLED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(words: str, *, keep: str = "") -> str:
    r"""Return `words` with every character that could move a cursor or hide text spelled out (`\x1b`)."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(
        char if char in keep or char.isprintable() or char == "\u3000" else _spelled(char) for char in words
    )


def _spelled(char: str) -> str:
    number = ord(char)
    if char in _SPELLED:
        return _SPELLED[char]
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def commanding_nobody(text: str) -> str:
    """Return `text` without a line that a CI service would take for a command; nothing else changes."""
    if "::" not in text and "##" not in text:
        return text
    return "\n".join(_plain_line(line) for line in text.split("\n"))


def _plain_line(line: str) -> str:
    bare = line.lstrip()  # the runner of GitHub looks past blanks
    if bare.startswith("::"):
        line = line[: len(line) - len(bare)] + r"\x3a" + bare[1:]
    return _MARK.sub(r"#\\x23", line) if "##" in line else line


def harmless(text: str) -> str:
    """Return lines of text as they may be printed; newlines and tabs stay."""
    return commanding_nobody(printable(text, keep="\n\t"))


def harmless_on_one_line(text: str) -> str:
    """Return a text as it may be printed as a part of a line."""
    return commanding_nobody(printable(text))


def is_harmless(text: str) -> bool:
    """Tell whether `text` may be printed as it is: what looks odd only, as a no-break space, may."""
    if commanding_nobody(text) != text:
        return False
    return not any(_UNSEEN.match(unicodedata.category(char)) for char in set(text) - {"\n", "\t"})


def harmless_json(text: str) -> str:
    """Return JSON with the same values, in which no string holds what a terminal or a CI service obeys."""
    if not text.replace("\n", "").isprintable():
        text = "".join(char if char == "\n" or char.isprintable() else _in_json(char) for char in text)
    return text.replace("##", "#\\u0023")


def _in_json(char: str) -> str:
    number = ord(char)
    if number < 0x10000:
        return f"\\u{number:04x}"
    high, low = divmod(number - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
