"""JSON with a stable layout that reads well in a diff: objects inside lists take one line each."""

from __future__ import annotations

# The C quoting function alone: the json package would cost more than writing a whole plan.
from _json import encode_basestring
from collections.abc import Mapping


def document(value: Mapping[str, object]) -> str:
    """Render an object as a text file: two spaces per level, keys in the order given."""
    return _value(value, "") + "\n"


def _value(value: object, indent: str) -> str:
    """Spread objects and lists of objects over lines; keep everything else on one."""
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{encode_basestring(str(key))}: {_value(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        rows = [inner + compact(item) for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return compact(value)


def compact(value: object) -> str:
    """Render a value on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{encode_basestring(str(key))}: {compact(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(compact, value)) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and value - value == 0:  # neither infinite nor NaN: JSON has neither
        return float.__repr__(value)
    raise ValueError(f"JSON cannot hold {value!r}")
