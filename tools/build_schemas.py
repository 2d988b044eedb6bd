"""Write schemas/spec.v1.schema.json: the spec language, with the catalogue's job types and options.

Usage: python tools/build_schemas.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc import catalog  # noqa: E402 - the tree itself must be found first
from relionc.source import load  # noqa: E402

BASE = ROOT / "tools" / "spec.v1.base.yaml"
TARGET = ROOT / "schemas" / "spec.v1.schema.json"
EDITORS = "editors only: the catalogue checks this, for the RELION version at hand"


def base() -> dict[str, Any]:
    loaded = load(BASE.read_bytes(), BASE.name)
    if loaded.tree is None or loaded.diagnostics:
        sys.exit(f"{BASE}: {[d.message for d in loaded.diagnostics]}")
    return plain(loaded.tree.value)


def plain(value: Any) -> Any:
    """Return a copy that shares nothing, in which `$ref` stands alone, as draft-07 wants it."""
    if isinstance(value, dict):
        out = {key: plain(item) for key, item in value.items()}
        if len(out) > 1 and isinstance(out.get("$ref"), str):
            return {**{k: v for k, v in out.items() if k != "$ref"}, "allOf": [{"$ref": out["$ref"]}]}
        return out
    return [plain(item) for item in value] if isinstance(value, list) else value


def option_schema(option: Any, versions: list[str], everywhere: list[str]) -> dict[str, Any]:
    """Return what an editor shows and offers for one option."""
    note = "" if versions == everywhere else f"\n\nOnly in RELION {', '.join(versions)}."
    bounds = [
        f"{word} {value:g}"
        for word, value in (("from", option.minimum), ("to", option.maximum))
        if value is not None
    ]
    unit = f" ({option.unit})" if option.unit else ""
    default = f"\n\nDefault: {option.default}" if option.default else ""
    more = f"\n\nIn the GUI: {' '.join(bounds)}" if bounds else ""
    schema: dict[str, Any] = {
        "title": f"{option.label.rstrip(':')}{unit}",
        "description": f"{option.description}{default}{more}{note}".strip(),
    }
    expression = {"$ref": "#/definitions/expression"}
    if option.kind == "bool":
        return schema | {"anyOf": [{"enum": ["Yes", "No", "yes", "no"]}, {"type": "boolean"}, expression]}
    if option.kind == "list":
        return schema | {"anyOf": [{"enum": list(option.choices)}, {"$ref": "#/definitions/scalar"}]}
    if option.kind == "number":
        return schema | {"anyOf": [{"type": "number"}, {"type": "string"}]}
    return schema | {"$ref": "#/definitions/scalar"}


def options_of(name: str, versions: list[str]) -> dict[str, Any]:
    """Return the options of a job type over all versions that have it; the newest wording of each."""
    found: dict[str, list[str]] = {}
    newest: dict[str, Any] = {}
    for version in versions:
        for key, option in catalog.load(name, version).options.items():
            found.setdefault(key, []).append(version)
            newest[key] = option
    return {key: plain(option_schema(newest[key], found[key], versions)) for key in sorted(found)}


def build() -> dict[str, Any]:
    schema = base()
    versions = list(catalog.versions())
    schema["properties"]["relion"]["anyOf"].insert(0, {"enum": versions})
    types: dict[str, list[str]] = {}
    for version in versions:
        for name in catalog.types(version):
            types.setdefault(name, []).append(version)
    job = schema["definitions"]["job"]
    branches = []
    for name in sorted(types):
        ref = f"options_{name}"
        branches.append(
            {
                "$comment": EDITORS,
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"properties": {"options": {"$ref": f"#/definitions/{ref}"}}},
            }
        )
        schema["definitions"][ref] = {
            "title": f"Options of {catalog.load(name, types[name][-1]).title}",
            "type": "object",
            "additionalProperties": False,
            "properties": options_of(name, types[name]),
        }
    if types:
        job["properties"]["type"]["allOf"] = [{"$comment": EDITORS, "enum": sorted(types)}]
        job["allOf"] = branches
    return schema


def main(argv: list[str]) -> int:
    text = json.dumps(build(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in argv:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        print("fresh" if fresh else f"{TARGET} is stale: run {Path(__file__).name}")
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
