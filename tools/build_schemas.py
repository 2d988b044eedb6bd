"""Write schemas/spec.v1.schema.json: the spec language, with the catalogue's job types and all options.

schemas/cluster.v1.schema.json is written by hand, except for the forms of names, which the reader of profiles has, and
the names of the modes.

Usage: python tools/build_schemas.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from profile_forms import FORMS, OF_ALL, PLANNED_GRES  # noqa: E402

from relionc import catalog  # noqa: E402 - the tree itself must be found first
from relionc.catalog.json_schema import plain, with_types  # noqa: E402
from relionc.lower.modes import MODES  # noqa: E402
from relionc.site.read import FEATURE, ROW, SLURM_NAME, VARIABLE  # noqa: E402
from relionc.slurm.options import ALWAYS, NEVER, OPTIONS, SITE, USER  # noqa: E402
from relionc.source import load  # noqa: E402
from relionc.spec.sbatch import DISTRIBUTION  # noqa: E402

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from relionc.slurm.options import SbatchOption

BASE = ROOT / "tools" / "spec.v1.base.yaml"
SPEC = ROOT / "schemas" / "spec.v1.schema.json"
CLUSTER = ROOT / "schemas" / "cluster.v1.schema.json"
TABLE = "editors only: the table of sbatch options decides this"
READER = "editors only: the reader of profiles decides this"
KEYS = {
    "environment": VARIABLE,
    "launchers.*.exports": VARIABLE,
    "launchers.*.variables": VARIABLE,
    "partitions": SLURM_NAME,
}
"""Mappings of a profile whose keys are names. Names that only people use have letters of any language: no pattern."""
VALUES = {
    "launchers.*.hostfile_variable": VARIABLE,
    "launchers.*.hostfile_row": ROW,
    "launchers.*.mpi": SLURM_NAME,
    "gres_gpu": SLURM_NAME,
    "scratch.gres": SLURM_NAME,
}
"""Values that are names, or empty."""
LISTS = {"launchers.*.unset": VARIABLE, "node_types.*.features": FEATURE}


def base() -> dict[str, Any]:
    loaded = load(BASE.read_bytes(), BASE.name)
    if loaded.tree is None or loaded.diagnostics:
        sys.exit(f"{BASE}: {[d.message for d in loaded.diagnostics]}")
    return plain(loaded.tree.value)


def build() -> dict[str, Any]:
    schema = base()
    schema["properties"]["relion"]["anyOf"].insert(0, {"enum": list(catalog.versions())})
    schema["definitions"]["job"]["properties"]["layout"]["anyOf"].insert(0, {"enum": ["auto", *MODES]})
    types: dict[str, list[str]] = {}
    for version in catalog.versions():
        for name in catalog.types(version):
            types.setdefault(name, []).append(version)
    schema["definitions"]["slurm"]["allOf"] = [{"$comment": TABLE, **of_users()}]
    return with_types(schema, types)


def of_users() -> dict[str, Any]:
    """Return what editors offer under `slurm:`."""
    said = [row for row in OPTIONS.values() if row.owner == USER or row.name == DISTRIBUTION]
    return {"additionalProperties": False, "properties": {row.name: of_option(row) for row in said}}


def of_option(row: SbatchOption) -> dict[str, Any]:
    kind = {NEVER: ", without a value", ALWAYS: "=…"}.get(row.value, " or =…")
    versions = [
        f"from Slurm {row.since}" if row.since else "",
        f"until Slurm {row.until}" if row.until else "",
    ]
    described = {"description": "; ".join([f"sbatch --{row.name}{kind}", *filter(None, versions)])}
    if row.value != NEVER:
        return {**described, "$ref": "#/definitions/scalar"}
    return {
        **described,
        "anyOf": [{"enum": [True, False, "yes", "no", None]}, {"$ref": "#/definitions/expression"}],
    }


def cluster() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(CLUSTER.read_text(encoding="utf-8"))
    schema["properties"]["modes"]["anyOf"][0]["items"] = {"enum": [*MODES]}
    for path, form in KEYS.items():
        _for_editors(schema, path, READER, {"propertyNames": {"pattern": whole(form)}})
    for path, form in VALUES.items():
        _for_editors(schema, path, READER, {"pattern": f"^(?:{form.pattern})?$"})
    for path, form in LISTS.items():
        pattern = {"pattern": whole(form)}
        _for_editors(schema, path, READER, {**pattern, "items": pattern})
    said = [row.name for row in OPTIONS.values() if row.owner in (SITE, USER)]
    _for_editors(
        schema, "directives", TABLE, {"propertyNames": {"enum": said}, "properties": {**PLANNED_GRES}}
    )
    for path, part in FORMS.items():
        _for_editors(schema, path, READER, part)
    _mark(schema, READER, OF_ALL)
    return schema


def whole(form: re.Pattern[str]) -> str:
    return f"^(?:{form.pattern})$"


def _for_editors(schema: dict[str, Any], path: str, comment: str, part: dict[str, Any]) -> None:
    """Put `part` in the place of what was put there before."""
    for place in _places(schema, path.split(".")):
        _mark(place, comment, part)


def _mark(place: dict[str, Any], comment: str, part: dict[str, Any]) -> None:
    kept = [branch for branch in place.get("allOf", ()) if branch.get("$comment") not in (TABLE, READER)]
    place["allOf"] = [*kept, {"$comment": comment, **part}]


def _places(schema: dict[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
    if not path:
        yield schema
        return
    step, *rest = path
    inner = schema["additionalProperties"] if step == "*" else schema["properties"].get(step)
    for each in schema["properties"].values() if inner is False else [inner]:
        yield from _places(each, rest) if each else ()


def targets() -> Iterator[tuple[Path, str]]:
    yield SPEC, json.dumps(build(), indent=1, ensure_ascii=False) + "\n"
    yield CLUSTER, json.dumps(cluster(), indent=2, ensure_ascii=False) + "\n"


def main(argv: list[str]) -> int:
    stale = [(path, text) for path, text in targets() if path.read_text(encoding="utf-8") != text]
    if "--check" in argv:
        print("".join(f"{path} is stale: run {Path(__file__).name}\n" for path, _ in stale) or "fresh")
        return 1 if stale else 0
    for path, text in stale:
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
