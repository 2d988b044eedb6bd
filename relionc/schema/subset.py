"""What of a schema file is checked here, as opposed to shown by editors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_NOTES = frozenset(("title", "description", "default", "examples", "$comment", "$schema", "$id"))
_BY_NAME = frozenset(("properties", "patternProperties", "definitions", "dependencies"))
_LITERAL = frozenset(("enum", "const"))


def checked(schema: Any) -> Any:
    """Return the part of a schema that decides whether a value is right.

    Branches of `allOf` whose `$comment` begins with `editors only` go (another stage does their work), and
    so does all that never decides. An end-of-pattern `$` becomes one that a trailing newline does not pass.
    """
    if isinstance(schema, list):
        return [checked(part) for part in schema if not _editors_only(part)]
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for word, part in schema.items():
        if word in _NOTES or word.startswith("x-"):
            continue
        out[word] = _keyword(word, part)
    if not out.get("allOf", [True]):
        del out["allOf"]
    return _without_unused(out) if "definitions" in out else out


def _keyword(word: str, part: Any) -> Any:
    if word in _LITERAL:
        return part
    if word == "pattern":
        return strict_end(part)
    if word in _BY_NAME:
        ends = strict_end if word == "patternProperties" else str
        return {ends(name): checked(inner) for name, inner in part.items()}
    return checked(part)


def strict_end(pattern: str) -> str:
    r"""Return `pattern` with a final `$` as `\Z`: Python's `$` would let a newline through."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern


def _editors_only(part: Any) -> bool:
    return isinstance(part, dict) and str(part.get("$comment", "")).startswith("editors only")


def _without_unused(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop the definitions that nothing refers to any more."""
    rest = {word: part for word, part in schema.items() if word != "definitions"}
    used: set[str] = set()
    waiting = _references(rest)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting |= _references(schema["definitions"][name])
    return {
        **rest,
        "definitions": {name: part for name, part in schema["definitions"].items() if name in used},
    }


def _references(part: Any) -> set[str]:
    """Return the names of the definitions that `part` refers to."""
    if isinstance(part, list):
        return set().union(*map(_references, part))
    if not isinstance(part, dict):
        return set()
    ref = part.get("$ref")
    found = {ref.removeprefix("#/definitions/")} if isinstance(ref, str) else set()
    return found.union(*(_references(inner) for inner in part.values()))
