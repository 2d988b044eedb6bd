"""Write relionc/schema/_fast/<kind>_v<n>.py for the schemas of what a build reads: a fast yes or no.

Usage: python tools/build_validators.py [--check]
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import fastjsonschema

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc.schema.subset import checked  # noqa: E402 - the tree itself must be found first

READ = ("spec.v1", "cluster.v1")
"""What a build reads. It only writes plans, which tests hold to their schema."""
OUT = ROOT / "relionc" / "schema" / "_fast"
HEAD = '''"""Generated from schemas/{name} by tools/build_validators.py; do not edit."""

import re
{more}

class Rejected(Exception):
    """The value does not have the right shape."""


'''


class Shorten(ast.NodeTransformer):
    """Takes out of the generated code what serves its messages: the reasons are found elsewhere."""

    def visit_Raise(self, _: ast.Raise) -> ast.Raise:
        """Drop what is raised."""
        return ast.Raise(exc=ast.Name("Rejected", ast.Load()), cause=None)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """Catch what is raised now."""
        node.type = ast.Name("Rejected", ast.Load())
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave the value as the only parameter."""
        node.args = ast.arguments([], [ast.arg("data")], None, [], [], None, [])
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Pass the value alone, not its path, which is formatted anew for every call."""
        if isinstance(node.func, ast.Name) and node.func.id.startswith("validate"):
            node.args = node.args[:1]
        return self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> ast.Tuple:
        """Leave Decimal out: neither YAML nor JSON makes one."""
        kept = [item for item in node.elts if ast.unparse(item) != "Decimal"]
        return ast.Tuple(kept, node.ctx)


def is_boilerplate(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"VERSION", "NoneType"}
    )


def generate(path: Path) -> str:
    """Return the source of the validator of one schema."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", **checked(schema)}
    code = fastjsonschema.compile_to_code(schema, use_default=False, use_formats=False)
    tree = ast.parse(code)
    tree.body = [node for node in tree.body if not is_boilerplate(node)]
    body = ast.unparse(ast.fix_missing_locations(Shorten().visit(tree)))
    more = "\nNoneType = type(None)\n" * ("NoneType" in body)
    return HEAD.format(name=path.name, more=more) + body + "\n"


def targets() -> dict[Path, str]:
    """Return what every generated file should hold."""
    out = {OUT / "__init__.py": '"""Generated validators: see tools/build_validators.py."""\n'}
    for name in READ:
        out[OUT / f"{name.replace('.', '_')}.py"] = generate(ROOT / "schemas" / f"{name}.schema.json")
    return out


def main(argv: list[str]) -> int:
    wanted = targets()
    stale = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    extra = [path for path in OUT.glob("*.py") if path not in wanted]
    if "--check" in argv:
        for path in [*stale, *extra]:
            print(f"{path.relative_to(ROOT)} is stale: run {Path(__file__).name}")
        return 1 if stale or extra else 0
    OUT.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in extra:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
