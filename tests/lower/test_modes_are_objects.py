"""What differs between modes stands in a file of each mode: nothing else asks which one it is."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from relionc.lower.modes import MODES
from relionc.plan import model
from relionc.plan.modes import MODES as PLANNED
from relionc.site.types import USUAL_MODES

CODE = Path(__file__).resolve().parents[2] / "relionc"
ROOMS = ("ir", "site", "rules", "plan", "lower", "queue_template", "emit", "store", "pipeline", "cli")
FILES = [
    file
    for room in ROOMS
    for file in sorted((CODE / room).rglob("*.py"))
    if file.parent not in (CODE / "plan" / "modes", CODE / "lower" / "modes", CODE / "site" / "_built")
]
"""All but the modes themselves, and profiles, whose launchers are called after what they are for."""
CONSTANTS = {name for name, value in vars(model).items() if isinstance(value, str) and value in MODES}
"""Names in Python of the names of modes."""


def names_of_modes(text: str) -> list[str]:
    """Return what compares something with the name of a mode, or looks something up under one."""
    found = []
    for node in ast.walk(ast.parse(text)):
        asked: list[ast.AST | None] = []
        if isinstance(node, ast.Compare):
            asked = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            asked = [*node.keys]
        elif isinstance(node, ast.MatchValue):
            asked = [node.value]
        elif isinstance(node, ast.Subscript):
            asked = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = [*node.args] if node.func.attr in ("get", "startswith", "endswith") else []
        named = [each for part in asked if part for each in ast.walk(part) if is_mode(each)]
        found += [f"line {node.lineno}: {ast.unparse(node)}" for _ in named[:1] if hasattr(node, "lineno")]
    return found


def is_mode(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in MODES if isinstance(node.value, str) else False
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in CONSTANTS


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CODE)))
def test_no_code_asks_which_mode_it_is(file: Path) -> None:
    assert names_of_modes(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        'if plan.mode == "hetjob": pass',
        "if plan.mode in (HETJOB, other): pass",
        "if plan.mode != model.HETEROGENEOUS: pass",
        'words = {"homogeneous+1": "x"}',
        'words = table.get("one-task-per-node")',
        'match mode:\n    case "homogeneous": pass',
    ],
)
def test_a_comparison_would_be_found(text: str) -> None:
    assert len(names_of_modes(text)) == 1


def test_every_mode_has_its_name_and_stands_in_the_schema_of_plans() -> None:
    schema = json.loads((CODE.parent / "schemas" / "plan.v1.schema.json").read_text(encoding="utf-8"))
    assert schema["definitions"]["job"]["properties"]["mode"]["enum"] == list(MODES)
    assert all(mode.name == name for name, mode in MODES.items())
    assert {mode.name for mode in PLANNED} == set(MODES)
    assert set(USUAL_MODES) < set(MODES)
