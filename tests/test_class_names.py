"""A class's name says one thing in the whole program: whoever reads a signature need not ask which one is meant."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "relionc"
SAME_IDEA = {
    "Rejected": "the validators are generated, one module per schema, and each stands for itself",
}


def modules_by_class(root: Path) -> dict[str, list[str]]:
    """Return the modules that define each class, private and nested ones included."""
    modules: dict[str, list[str]] = defaultdict(list)
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                modules[node.name].append(str(path.relative_to(root)))
    return modules


def test_no_two_classes_have_one_name() -> None:
    twice = {name: modules for name, modules in modules_by_class(SOURCE).items() if len(modules) > 1}
    assert sorted(twice) == sorted(SAME_IDEA), twice


def test_the_test_sees_private_and_nested_classes(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("class _Draft:\n    class Part: ...\n")
    (tmp_path / "two.py").write_text("def make():\n    class _Draft: ...\n")
    assert modules_by_class(tmp_path) == {"_Draft": ["one.py", "two.py"], "Part": ["one.py"]}
