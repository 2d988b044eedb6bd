"""What is known of sbatch options stands in one table; code names an option where it writes that one."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from relionc.slurm.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "relionc"
TABLE = "slurm/options.py"
GENERATED = ("schema/_fast/", "site/_built/")
# A key of a spec or a profile may be called like an option; one with a dash is nothing else.
NAMES = {name for name in OPTIONS if "-" in name}
LISTS = {
    "lower/directives.py": "what a script says of the job itself, beside its resources",
}


def _lists(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of the collections with two or more names of options in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            held: list[ast.expr | None] = [*node.elts]
        elif isinstance(node, ast.Dict):
            held = [*node.keys]
        else:
            continue
        names = [each.value for each in held if isinstance(each, ast.Constant) and each.value in NAMES]
        if len(names) > 1:
            yield node.lineno


def test_nothing_but_the_table_lists_options_of_sbatch() -> None:
    found = {}
    for file in sorted(CODE.rglob("*.py")):
        name = file.relative_to(CODE).as_posix()
        if (
            name != TABLE
            and not name.startswith(GENERATED)
            and (lines := [*_lists(ast.parse(file.read_text()))])
        ):
            found[name] = lines
    assert found.keys() == LISTS.keys(), found


def test_a_list_of_options_would_be_found() -> None:
    assert [*_lists(ast.parse('A = 1\nB = frozenset(("gpu-bind", "wait", "open-mode"))'))] == [2]
    assert [*_lists(ast.parse('C = {"open-mode": 1, "job-name": 2}'))] == [1]
