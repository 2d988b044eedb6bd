"""Kinds of values and forms of schemas, in words."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

EXPRESSION = r"\$\{\{"  # the pattern by which schemas say "an expression"
BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "a mapping (lines of `key: value`)",
    "array": "a list (lines of `- item`)",
    "null": "nothing",
}
_SHOWN = 40  # characters of a text that a message repeats
_YES = {"yes", "y", "on", "true"}
_NO = {"no", "n", "off", "false"}
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?\Z")


def kind(name: str) -> str:
    """Return a JSON Schema type in words."""
    return _KINDS[name]


def kinds_of(schema: Any) -> list[str]:
    """Return the JSON Schema types that a form allows, as far as it names them."""
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def form(schema: Any) -> str:
    """Return in words what a schema without references takes."""
    if "enum" in schema:
        return "one of " + ", ".join(f"`{typed(value)}`" for value in schema["enum"])
    if schema.get("pattern") == EXPRESSION:
        return "an expression `${{ … }}`"
    bounds = [f"{text} {schema[word]}" for word, text in BOUNDS.items() if word in schema]
    name = either(_KINDS[name] for name in kinds_of(schema)) or "something else"
    return f"{name} of {' and '.join(bounds)}" if bounds else name


def either(words: Iterable[str]) -> str:
    """Join alternatives: `a, b or c`."""
    *rest, last = dict.fromkeys(words) or [""]
    return f"{', '.join(rest)} or {last}" if rest else last


def typed(value: Any) -> str:
    """Return a scalar as the user typed it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(getattr(value, "text", value))


def got(value: Any) -> str:
    """Return in words what stands there."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = typed(value)
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    if isinstance(value, bool):
        return shown
    return f"the text `{shown}`" if isinstance(value, str) else f"the number {shown}"


def kind_cure(value: Any, kinds: list[str]) -> str:
    """Return what to do about a value that is of none of `kinds`."""
    wants = set(kinds)
    if value is None:
        return "give a value, or delete the key"
    if isinstance(value, list):
        return "take the `- ` away: each entry is a key with a colon" if "object" in wants else ""
    if isinstance(value, dict):
        alone = [name for name, part in value.items() if part is None]
        braces = "string" in wants and len(alone) == len(value) == 1
        return f'YAML takes braces for a mapping; put quotes around them: "{{{alone[0]}}}"' if braces else ""
    return _scalar_cure(value, wants)


def _scalar_cure(value: Any, wants: set[str]) -> str:
    text = typed(value)
    if "array" in wants:
        return f"write a list: [{text}]"
    if isinstance(value, str):
        return _text_cure(text, wants)
    return f'put quotes around it: "{text}"' if "string" in wants else ""


def _text_cure(text: str, wants: set[str]) -> str:
    if wants & {"integer", "number"} and _NUMBER.match(text):
        return f"write it without quotes: {text}"
    if "boolean" in wants and text.lower() in _YES | _NO:
        return f"write {'true' if text.lower() in _YES else 'false'}"
    if "object" in wants and re.match(r"[\w-]+:\S", text):
        return "a space is missing after the colon"
    return ""
