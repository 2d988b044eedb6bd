"""The rooms import what the table of docs/design.md lets them import, and nothing else."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "relionc"
ROW = re.compile(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
OUTSIDE = {
    "__init__",
    "__main__",
    "record",
    "allowance",
}  # the version, the door to `cli`, and what others inherit
LATER = {"_sha2"}  # part of the standard library from Python 3.12 on
DOMAIN_WORDS = {
    "cluster",
    "cpu",
    "gpu",
    "job",
    "memory",
    "mpi",
    "node",
    "partition",
    "rank",
    "scratch",
    "slurm",
}


@dataclass(frozen=True)
class Import:
    """An import statement: where it stands, and whether it is for annotations only."""

    place: str
    module: str
    annotations_only: bool


def _table() -> dict[str, tuple[set[str], set[str], set[str]]]:
    """Room → rooms it may import, rooms for annotations only, packages."""
    text = (ROOT / "docs" / "design.md").read_text()
    table = {}
    names = [name for name, _, _ in ROW.findall(text)]
    for name, imports, packages in ROW.findall(text):
        words = [] if imports == "none" else imports.split(", ")
        if imports == "everything but cli":
            words = [other for other in names if other not in ("cli", name)]
        elif imports == "everything":
            words = [other for other in names if other != name]
        types = {word.removesuffix(" types") for word in words if word.endswith(" types")}
        rooms = {word for word in words if not word.endswith(" types")}
        assert types | rooms <= set(names), f"the row of {name} names a room that has no row"
        table[name] = rooms, types, set(re.findall(r"`(\w+)`", packages))
    return table


TABLE = _table()


def _room(file: Path) -> str:
    return file.relative_to(CODE).parts[0].removesuffix(".py")


def _rooms() -> set[str]:
    return {_room(file) for file in CODE.rglob("*.py")} - OUTSIDE


@cache
def _imports(file: Path) -> tuple[Import, ...]:
    return tuple(_walk(file))


def _walk(file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text())
    quiet = {id(inner) for node in ast.walk(tree) if _type_checking(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        place = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for module in _modules(node):
            yield Import(place, module, id(node) in quiet)


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute, so that one can search for them"
        if node.module == "relionc":
            return [f"relionc.{alias.name}" for alias in node.names]
        return [str(node.module)]
    return []


def test_every_room_has_a_row_and_every_row_a_room() -> None:
    assert set(TABLE) == _rooms()


@pytest.mark.parametrize("room", sorted(TABLE))
def test_a_room_imports_only_what_its_row_allows(room: str) -> None:
    allowed, types, packages = TABLE[room]
    wrong = []
    for file in sorted(CODE.rglob("*.py")):
        if _room(file) != room:
            continue
        for found in _imports(file):
            top, _, rest = found.module.partition(".")
            other = rest.partition(".")[0]
            if top != "relionc":
                fine = top in sys.stdlib_module_names | LATER or top in packages
            elif other in ("", "__version__", "record", "allowance", room):
                fine = True
            else:
                fine = other in allowed or (found.annotations_only and other in types)
            if not fine:
                wrong.append(f"{found.place}: {room} imports {found.module}")
    assert not wrong, "\n".join(wrong)


def test_the_table_has_no_permission_that_nobody_uses() -> None:
    used: dict[str, set[str]] = {room: set() for room in TABLE}
    for file in CODE.rglob("*.py"):
        if (room := _room(file)) in TABLE:
            used[room] |= {
                found.module.split(".")[1] for found in _imports(file) if found.module.startswith("relionc.")
            }
    broad = ("cli", "pipeline")
    unused = {
        room: (allowed | types) - used[room]
        for room, (allowed, types, _) in TABLE.items()
        if room not in broad and (allowed | types) - used[room]
    }
    assert not unused


def test_only_the_door_imports_the_command_line() -> None:
    files = [file for file in CODE.rglob("*.py") if _room(file) != "cli"]
    importing = {
        file.name for file in files for found in _imports(file) if found.module.startswith("relionc.cli")
    }
    assert importing == {"__main__.py"}


@pytest.mark.parametrize("room", ["diag", "solve", "ir", "store"])
def test_a_room_of_the_standard_library_loads_alone(room: str) -> None:
    """No package of the wheel and no other room is needed to use it."""
    program = f"""
import sys
for name in ("ruamel", "yaml", "jinja2", "jsonschema", "lark", "numpy"):
    sys.modules[name] = None
import relionc.{room}
print(sorted({{name.split(".")[1] for name in sys.modules if name.startswith("relionc.")}} - {{"record", "allowance"}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"['{room}']"


def test_the_solver_knows_no_word_of_its_users() -> None:
    words = set()
    for file in (CODE / "solve").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
            if isinstance(node, ast.arg):
                name = node.arg
            words |= set(re.split(r"[_\W]+", str(name).lower())) if name else set()
    assert not words & (DOMAIN_WORDS | {word + "s" for word in DOMAIN_WORDS})
