"""Plain scalars of YAML 1.2 (the core schema): what `010`, `1e3`, `yes` and `12:00:00` mean.

Narrower than most readers on purpose: a value that only looks like a number to some tools stays the text
that was typed (`1_000`, `0b1`, `12:00:00`), and a number whose spelling carries meaning keeps it (`3.10`).
"""

from __future__ import annotations

import re

from relionc.source.values import FloatText, IntText

Scalar = str | int | float | bool | None

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_NUMBER = re.compile(
    r"(?P<int>[-+]?[0-9]+)"
    r"|(?P<oct>0o[0-7]+)"
    r"|(?P<hex>0x[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<inf>[-+]?\.(?:inf|Inf|INF))"
    r"|(?P<nan>\.(?:nan|NaN|NAN))",
    re.ASCII,
)
_BASE = {"int": 10, "oct": 8, "hex": 16}
_STARTS = frozenset("0123456789+-.")
_MAX_DIGITS = 512  # a longer run of digits is no quantity; it stays text


def resolve(text: str) -> Scalar:
    """Return what an unquoted, untagged scalar means."""
    if text in WORDS:
        return WORDS[text]
    return number(text) if text[0] in _STARTS else text


def number(text: str) -> str | int | float:
    """Return the number that `text` spells, or `text` itself when it spells none."""
    if text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= _MAX_DIGITS:
        return int(text)
    match = _NUMBER.fullmatch(text) if len(text) <= _MAX_DIGITS else None
    if match is None:
        return text
    kind = match.lastgroup or ""
    if kind in _BASE:
        return _integer(text, _BASE[kind])
    return _float(text, text.replace(".", "", 1) if kind in {"inf", "nan"} else text)


def _integer(text: str, base: int) -> int:
    value = int(text, base)
    if str(value) == text:
        return value
    typed = IntText(value)
    typed.text = text
    return typed


def _float(text: str, digits: str) -> float:
    value = float(digits)
    if str(value) == text and not value.is_integer():  # `2.0` would read as 2 wherever numbers become text
        return value
    typed = FloatText(value)
    typed.text = text
    return typed


def tagged(tag: str, text: str) -> Scalar:
    """Return what `text` means under one of the core tags; ValueError where it cannot.

    `tag` is the last word of the tag: str, int, float, bool or null.
    """
    if tag == "str":
        return text
    value = resolve(text)
    if tag == "float" and isinstance(value, int) and not isinstance(value, bool):
        return _float(text, str(int(value)))
    kinds = {"int": int, "float": float, "bool": bool, "null": type(None)}
    wanted = isinstance(value, kinds[tag]) and (tag != "int" or not isinstance(value, bool))
    if not wanted:
        raise ValueError(text)
    return value
