"""Compile relionc/site/data/*.yaml into relionc/site/_built/*.py, so that no build reads YAML.

Usage: python tools/build_sites.py [--check]
"""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import jsonschema  # noqa: E402 - the tree itself must be found first

from relionc.pipeline.profile import from_value  # noqa: E402
from relionc.source import load  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster

DATA = ROOT / "relionc" / "site" / "data"
TARGET = ROOT / "relionc" / "site" / "_built"
SCHEMA = ROOT / "schemas" / "cluster.v1.schema.json"
HEAD = '"""{title}. Made by tools/build_sites.py from data/{file}: do not edit."""\n\n'
INDEX = '"""The built-in profiles. Made by tools/build_sites.py: do not edit."""\n\nNAMES = ({names})\n'
RECORDS = "Builds, Cluster, Launcher, NodeType, Partition, Policy, ScratchDisk, Source"
WIDTH = 80  # of a line, less what stands before the value


def profile(path: Path) -> Cluster:
    """Return the cluster of a data file, or stop with everything that is wrong with it."""
    loaded = load(path.read_bytes(), path.name)
    if loaded.tree is None or loaded.diagnostics:
        sys.exit("\n".join(f"{path.name}: {d.message}" for d in loaded.diagnostics))
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    wrong = [
        f"{path.name}: {error.json_path}: {error.message}"
        for error in validator.iter_errors(loaded.tree.value)
    ]
    cluster, findings = from_value(loaded.tree.value)
    wrong += [f"{path.name}: {'.'.join(map(str, finding.route))}: {finding.message}" for finding in findings]
    if wrong or cluster is None:
        sys.exit("\n".join(wrong))
    return cluster


def literal(value: Any, depth: int = 0) -> str:
    """Return Python text that makes `value`: on one line where it fits, else one item a line."""
    opening, items, closing = parts(value)
    if not items:
        return opening + closing
    one_line = opening + ", ".join(f"{key}{literal(item)}" for key, item in items)
    one_line += ",)" if isinstance(value, tuple) and len(items) == 1 else closing
    if "\n" not in one_line and len(one_line) + 4 * depth < WIDTH:
        return one_line
    inside = "".join(f"\n{'    ' * (depth + 1)}{key}{literal(item, depth + 1)}," for key, item in items)
    return f"{opening}{inside}\n{'    ' * depth}{closing}"


def parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """Return the opening, the items (with the text before each) and the closing of a value."""
    if is_dataclass(value) or hasattr(value, "_fields"):
        return f"{type(value).__name__}(", [(f"{name}=", item) for name, item in stated(value)], ")"
    if isinstance(value, dict):
        return "{", [(f"{text(key)}: ", item) for key, item in value.items()], "}"
    if isinstance(value, tuple):
        return "(", [("", item) for item in value], ")"
    return text(value), [], ""


def stated(record: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record that differ from their defaults."""
    if is_dataclass(record):
        defaults = {field.name: field.default for field in fields(record)}
    else:
        defaults = {name: record._field_defaults.get(name, MISSING) for name in record._fields}
    for name, default in defaults.items():
        value = getattr(record, name)
        if default is MISSING or value != default:
            yield name, value


def text(value: Any) -> str:
    """Return a scalar as Python text, strings in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def built() -> dict[str, str]:
    """Return the text of every generated file by name."""
    clusters = {path: profile(path) for path in sorted(DATA.glob("*.yaml"), key=lambda path: path.stem)}
    names = ", ".join(f'"{path.stem}"' for path in clusters)
    texts = {"__init__.py": INDEX.format(names=names)}
    for path, cluster in clusters.items():
        if cluster.name != path.stem:
            sys.exit(f"{path.name}: its name is {cluster.name}")
        used = ", ".join(name for name in RECORDS.split(", ") if f"{name}(" in literal(cluster))
        head = HEAD.format(title=cluster.title, file=path.name)
        body = f"from relionc.site.types import {used}\n\nCLUSTER = {literal(cluster)}\n"
        texts[f"{path.stem.replace('-', '_')}.py"] = head + body
    return texts


def main() -> int:
    """Write what has changed; with --check only say so."""
    texts = built()
    stale = [
        name
        for name, new in texts.items()
        if not (TARGET / name).exists() or (TARGET / name).read_text() != new
    ]
    stale += [path.name for path in TARGET.glob("*.py") if path.name not in texts]
    if "--check" in sys.argv[1:]:
        print("\n".join(f"{name} is not what data/ says: run tools/build_sites.py" for name in stale), end="")
        return 1 if stale else 0
    for name in stale:
        if name in texts:
            (TARGET / name).write_text(texts[name])
        else:
            (TARGET / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
