"""The catalogue as JSON Schema: what editors show and offer for the options of a job, and the schema of one version."""

from __future__ import annotations

from relionc import catalog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeAlias

    from relionc.catalog.types import Option

EDITORS = "editors only: the catalogue checks this, for the RELION version at hand"
Schema: TypeAlias = "dict[str, Any]"


def plain(value: Any) -> Any:
    """Return a copy that shares nothing, in which `$ref` stands alone, as draft-07 wants it."""
    if isinstance(value, dict):
        out = {key: plain(item) for key, item in value.items()}
        if len(out) > 1 and isinstance(out.get("$ref"), str):
            return {**{k: v for k, v in out.items() if k != "$ref"}, "allOf": [{"$ref": out["$ref"]}]}
        return out
    return [plain(item) for item in value] if isinstance(value, list) else value


def of_option(option: Option, note: str = "") -> Schema:
    """Return what an editor shows and offers for one option; `note` is a last sentence."""
    bounds = [
        f"{word} {value:g}"
        for word, value in (("from", option.minimum), ("to", option.maximum))
        if value is not None
    ]
    unit = f" ({option.unit})" if option.unit else ""
    default = f"\n\nDefault: {option.default}" if option.default else ""
    more = f"\n\nIn the GUI: {' '.join(bounds)}" if bounds else ""
    last = f"\n\n{note}" if note else ""
    return {
        "title": f"{option.label.rstrip(':')}{unit}",
        "description": f"{option.description}{default}{more}{last}".strip(),
        **_values(option),
    }


def _values(option: Option) -> Schema:
    expression = {"$ref": "#/definitions/expression"}
    if option.kind == "bool":
        return {"anyOf": [{"enum": ["Yes", "No", "yes", "no"]}, {"type": "boolean"}, expression]}
    if option.kind == "list":
        return {"anyOf": [{"enum": list(option.choices)}, {"$ref": "#/definitions/scalar"}]}
    if option.kind == "number":
        return {"anyOf": [{"type": "number"}, {"type": "string"}]}
    return {"$ref": "#/definitions/scalar"}


def with_types(schema: Schema, types: Mapping[str, Sequence[str]]) -> Schema:
    """Return the schema of specs with these job types, each in the versions named, and no others."""
    out: Schema = plain(schema)
    job, definitions = out["definitions"]["job"], out["definitions"]
    for name in [name for name in definitions if name.startswith("options_")]:
        del definitions[name]
    job["properties"]["type"]["allOf"] = [{"$comment": EDITORS, "enum": sorted(types)}]
    job["allOf"] = [_branch(name) for name in sorted(types)]
    for name in sorted(types):
        definitions[f"options_{name}"] = _options(name, types[name])
    return out


def _branch(name: str) -> Schema:
    return {
        "$comment": EDITORS,
        "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
        "then": {"properties": {"options": {"$ref": f"#/definitions/options_{name}"}}},
    }


def _options(name: str, versions: Sequence[str]) -> Schema:
    """Return the options of a job type over these versions; the newest wording of each."""
    found: dict[str, list[str]] = {}
    newest: dict[str, Option] = {}
    for version in versions:
        for key, option in catalog.load(name, version).options.items():
            found.setdefault(key, []).append(version)
            newest[key] = option
    notes = {
        key: "" if having == list(versions) else f"Only in RELION {', '.join(having)}."
        for key, having in found.items()
    }
    return {
        "title": f"Options of {catalog.load(name, versions[-1]).title}",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: plain(of_option(newest[key], notes[key])) for key in sorted(found)},
    }


def of_version(schema: Schema, version: str) -> Schema:
    """Return the schema of specs narrowed to one RELION version: its job types and their options."""
    out = with_types(schema, {name: [version] for name in catalog.types(version)})
    out["title"] = f"{schema['title']}, for RELION {version}"
    out["properties"]["relion"]["anyOf"] = [
        {"enum": [version, float(version)]},
        {"type": "string", "pattern": f"^{version.replace('.', '[.]')}[.-]"},
    ]
    return out
