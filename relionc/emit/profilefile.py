"""A cluster profile as text: a key on each line, lists and small mappings on the line of their key."""

from __future__ import annotations

import re
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARGIN = "#|"
"""How the lines begin that are written anew with the file; comments of people begin otherwise."""
_PLAIN = re.compile(r"-{0,2}[A-Za-z0-9_./@+$*][A-Za-z0-9_./@%+=*-]*")
_SENTENCE = re.compile(r"[A-Za-z][A-Za-z0-9_./@%+=(),;*' -]*[A-Za-z0-9_./)*-]")
_TIME = re.compile(r"(?:\d+-)?\d\d:\d\d:\d\d")
_NUMBER = re.compile(r"[-+]?[.\d][\d_.]*(?:[eE][-+]?\d+)?|0[xo][0-9a-fA-F]+")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".", "*", "-", "--"))
_SECTIONS = frozenset(
    ("node_types", "partitions", "launchers", "policy", "versions", "notes", "sources", "scratch")
)
_FLOW_BELOW = 2
"""How deep mappings go that have lines of their own; deeper ones stand on the line of their key."""
_WIDTH = 118


def render(values: Mapping[str, object], header: Sequence[str] = ()) -> str:
    """Return the text of a profile, with lines that say what it is above it."""
    lines = [f"{MARGIN} {line}".rstrip() for line in header]
    for key, value in values.items():
        if key in _SECTIONS and lines:
            lines.append("")
        lines += _entry(key, value, 0)
    return "".join(line + "\n" for line in lines)


def entry(key: str, value: object) -> list[str]:
    """Return the lines of one key at the top of a profile."""
    return list(_entry(key, value, 0))


def _entry(key: str, value: object, depth: int) -> Iterator[str]:
    indent = "  " * depth
    name = scalar(key)
    on_line = f"{indent}{name}: {flow(value)}"
    if (
        isinstance(value, Mapping)
        and value
        and depth < _FLOW_BELOW
        and key not in ("threads", "billing", "idle_cpus")
    ):
        if depth == 1 and len(on_line) <= _WIDTH and "source" in value:
            yield on_line
            return
        yield f"{indent}{name}:"
        for inner, part in value.items():
            yield from _entry(inner, part, depth + 1)
    elif isinstance(value, (list, tuple)) and len(on_line) > _WIDTH:
        yield f"{indent}{name}:"
        yield from (f"{indent}  - {flow(item)}" for item in value)
    else:
        text = _sentence(value) if isinstance(value, str) else flow(value)
        yield f"{indent}{name}: {text}"


def flow(value: object) -> str:
    """Return a value on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:g}"
    return scalar(value) if isinstance(value, str) else str(value)


def scalar(text: str) -> str:
    """Return a text that reads as just this text wherever it stands."""
    if text.lower() in _WORDS or _NUMBER.fullmatch(text):
        return f'"{text}"'
    return text if _PLAIN.fullmatch(text) or _TIME.fullmatch(text) else _quoted(text)


def _sentence(text: str) -> str:
    """Return a text that stands alone behind its key: words need no quotes there."""
    plain = _SENTENCE.fullmatch(text) and " #" not in text and ": " not in text
    return text if plain and text.lower() not in _WORDS else scalar(text)


def _quoted(text: str) -> str:
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    import json

    return json.dumps(text, ensure_ascii=not text.isprintable())
