"""JSON with a stable layout that reads well in a diff: objects inside lists take one line each."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from json.encoder import encode_basestring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def document(value: Mapping[str, object]) -> str:
    """Render an object as a text file: two spaces per level, keys in the order given."""
    return _value(value, "") + "\n"


def _value(value: object, indent: str) -> str:
    """Spread objects and lists of objects over lines; keep everything else on one."""
    if value.__class__ in _PLAIN:
        return compact(value)
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{compact(str(key))}: {_value(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        rows = [inner + compact(item) for item in value]
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return compact(value)


def compact(value: object) -> str:
    """Render a value on one line."""
    plain = _PLAIN.get(value.__class__)
    if plain is not None:  # as most are
        return plain(value)
    try:
        return _ENCODER.encode(value)
    except ValueError as error:
        raise ValueError(f"JSON cannot hold {value!r}") from error


def _other(value: object) -> dict[str, object]:
    """Return an object as the encoder knows it; anything else that it does not know is no JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise ValueError(type(value))


_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: repr,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
_ENCODER = JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, default=_other)
