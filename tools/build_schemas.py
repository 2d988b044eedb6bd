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
from relionc.catalog.json_schema import plain, with_types  # noqa: E402
from relionc.source import load  # noqa: E402

BASE = ROOT / "tools" / "spec.v1.base.yaml"
TARGET = ROOT / "schemas" / "spec.v1.schema.json"


def base() -> dict[str, Any]:
    loaded = load(BASE.read_bytes(), BASE.name)
    if loaded.tree is None or loaded.diagnostics:
        sys.exit(f"{BASE}: {[d.message for d in loaded.diagnostics]}")
    return plain(loaded.tree.value)


def build() -> dict[str, Any]:
    schema = base()
    schema["properties"]["relion"]["anyOf"].insert(0, {"enum": list(catalog.versions())})
    types: dict[str, list[str]] = {}
    for version in catalog.versions():
        for name in catalog.types(version):
            types.setdefault(name, []).append(version)
    return with_types(schema, types)


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
