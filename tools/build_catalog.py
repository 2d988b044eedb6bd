"""Compile the catalogue's YAML to the literal modules of `relionc/catalog/_built`.

python tools/build_catalog.py            write them
python tools/build_catalog.py --check    exit 1 if a module is not what the YAML says
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "relionc" / "catalog" / "_built"
NOTE = "Made by tools/build_catalog.py from relionc/catalog/data; do not edit."


def read_data() -> dict[str, Any]:
    """Return every YAML file of the catalogue by its name without extension, or stop with what is wrong."""
    from relionc.source import load

    data = {}
    for path in sorted((BUILT.parent / "data").glob("*.yaml")):
        loaded = load(path.read_bytes(), path.name)
        if loaded.tree is None or loaded.diagnostics:
            sys.exit("\n".join(f"{path.name}: {found.message}" for found in loaded.diagnostics))
        data[path.stem] = loaded.tree.value
    return data


def modules() -> dict[Path, str]:
    """Return the text of every module by its path below `_built`."""
    from relionc.catalog.compiler import compile_all, compile_queue

    data = read_data()
    compiled = compile_all(data)
    files = {Path("__init__.py"): module("What the catalogue holds.", **index(compiled))}
    files[Path("options.py")] = module(
        "Which versions have which options.", OPTIONS=versions_of_options(compiled)
    )
    files[Path("queue.py")] = module("What submission templates may hold.", QUEUE=compile_queue(data))
    for version, types in compiled.items():
        folder = Path("v" + version.replace(".", "_"))
        files[folder / "__init__.py"] = f'"""The job types of RELION {version}. {NOTE}"""\n'
        for name, data in types.items():
            files[folder / f"{name}.py"] = module(f"{name} of RELION {version}.", DATA=data)
    return files


def versions_of_options(compiled: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the versions of each option of each type: a table that only a misspelled option needs."""
    options: dict[str, dict[str, tuple[str, ...]]] = {}
    for version, types in compiled.items():
        for name, data in types.items():
            for key in data["options"]:
                table = options.setdefault(name, {})
                table[key] = (*table.get(key, ()), version)
    return {name: dict(sorted(table.items())) for name, table in sorted(options.items())}


def index(compiled: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the tables for look-up: types of each version, also by id."""
    ids: dict[str, dict[str, tuple[str, ...]]] = {}
    for version, types in compiled.items():
        table = ids.setdefault(version, {})
        for name, data in types.items():
            table[data["type_id"]] = (*table.get(data["type_id"], ()), name)
    return {
        "TYPES": {version: tuple(types) for version, types in compiled.items()},
        "IDS": {version: dict(sorted(table.items())) for version, table in ids.items()},
    }


def module(title: str, **values: Any) -> str:
    """Return a module that assigns literals."""
    lines = [f'"""{title} {NOTE}"""', ""]
    for name, value in values.items():
        lines.append(f"{name}: dict[str, object] = {literal(value, '')}")
    return "\n".join(lines) + "\n"


def literal(value: Any, indent: str) -> str:
    """Return a literal, short ones on one line: what changes in the YAML changes few lines here."""
    text = repr(value)
    if len(indent) + len(text) <= 110 or not isinstance(value, (dict, tuple)) or not value:
        return text
    inner = indent + " "
    if isinstance(value, dict):
        rows = [f"{inner}{key!r}: {literal(each, inner)},\n" for key, each in value.items()]
        return "{\n" + "".join(rows) + indent + "}"
    return "(\n" + "".join(f"{inner}{literal(each, inner)},\n" for each in value) + indent + ")"


def main(arguments: list[str]) -> int:
    wanted = modules()
    stale = [path for path, text in wanted.items() if _read(BUILT / path) != text]
    extra = [path for path in BUILT.rglob("*.py") if path.relative_to(BUILT) not in wanted]
    if "--check" in arguments:
        for path in [*stale, *extra]:
            print(f"stale: {path}", file=sys.stderr)
        return 1 if stale or extra else 0
    for path in stale:
        (BUILT / path).parent.mkdir(parents=True, exist_ok=True)
        (BUILT / path).write_text(wanted[path], encoding="utf-8")
    for path in extra:
        path.unlink()
    print(f"{len(wanted)} modules, {len(stale)} written, {len(extra)} removed")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
