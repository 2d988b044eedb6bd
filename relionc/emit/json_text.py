"""JSON with a stable layout that reads well in a diff: objects inside lists take one line each."""

from __future__ import annotations

# The C functions alone: the json package would cost more than writing a whole plan.
from _json import encode_basestring, make_encoder
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
    try:
        return "".join(_chunks(value, 0))
    except ValueError as error:
        raise ValueError(f"JSON cannot hold {value!r}") from error


def _other(value: object) -> dict[str, object]:
    """Return an object as the encoder knows it; anything else that it does not know is no JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(type(value))


_chunks = make_encoder(None, _other, encode_basestring, None, ": ", ", ", False, False, False)
"""What `json.dumps` itself works with; the last three: keys are not sorted, none is skipped, no NaN is written."""
