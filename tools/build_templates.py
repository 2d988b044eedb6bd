"""Compile templates/*.j2 into relionc/emit/_templates.py.

Importing jinja2 costs several times a bare Python start, and the shipped templates need little of it. This
walks jinja2's own syntax tree of each and writes a plain function; what a function cannot say simply is
refused, so the templates stay readable too. A test holds both forms to the same text.

Usage: python tools/build_templates.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from jinja2 import nodes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc.emit.site_template import environment  # noqa: E402 - found in the tree, installed or not

TARGET = ROOT / "relionc" / "emit" / "_templates.py"
# A template and the type of what it sees, so that mypy checks the names in the template, too.
ENTRIES = {
    "run.sbatch": "ScriptView",
    "run.sh": "ScriptView",
    "array.sbatch": "ArrayView",
    "gui.sh": "WindowView",
    "qsub.sh": "SiteTemplateView",
    "allocate.sh": "AllocateView",
    "submit.sh": "SubmitView",
}
HEAD = '''"""The shipped templates as functions. Made by tools/build_templates.py: do not edit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.emit.views import AllocateView, ArrayView, ScriptView, SiteTemplateView, SubmitView, WindowView
'''


class UnsupportedError(Exception):
    """A template uses more of jinja2 than the compiled form has."""


class Compiler:
    """Writes the body of one function; `local` are the loop variables in scope."""

    def __init__(self) -> None:
        self.env = environment()
        self.lines: list[str] = []

    def template(self, name: str, depth: int, local: frozenset[str]) -> None:
        """Write a template's statements; an included one is written in place."""
        assert self.env.loader is not None
        source = self.env.loader.get_source(self.env, name)[0]
        self.block(self.env.parse(source, name).body, depth, local)

    def block(self, body: list[nodes.Node], depth: int, local: frozenset[str]) -> None:
        """Write statements at an indent of `depth`."""
        for node in body:
            self.statement(node, depth, local)

    def statement(self, node: nodes.Node, depth: int, local: frozenset[str]) -> None:
        """Write one statement."""
        match node:
            case nodes.Output():
                parts = ", ".join(self.piece(child, local) for child in node.nodes)
                self.put(depth, f"out += ({parts},)")
            case nodes.For(target=nodes.Name(name=name), test=None, else_=[], recursive=False):
                self.put(depth, f"for {name} in {self.value(node.iter, local)}:")
                self.block(node.body, depth + 1, local | {name})
            case nodes.If():
                self.condition(node, depth, local)
            case nodes.Include(template=nodes.Const(value=str(name))):
                self.template(name, depth, local)
            case _:
                raise UnsupportedError(f"line {node.lineno}: {type(node).__name__}")

    def condition(self, node: nodes.If, depth: int, local: frozenset[str]) -> None:
        """Write an if with its branches."""
        self.put(depth, f"if {self.value(node.test, local)}:")
        self.block(node.body, depth + 1, local)
        for branch in node.elif_:
            self.put(depth, f"elif {self.value(branch.test, local)}:")
            self.block(branch.body, depth + 1, local)
        if node.else_:
            self.put(depth, "else:")
            self.block(node.else_, depth + 1, local)

    def piece(self, node: nodes.Node, local: frozenset[str]) -> str:
        """Return the expression of a piece of output."""
        if isinstance(node, nodes.TemplateData):
            return repr(node.data)
        return f"str({self.value(node, local)})"

    def value(self, node: nodes.Node, local: frozenset[str]) -> str:
        """Return the expression of a value: names, attributes and `not`."""
        match node:
            case nodes.Name(name=name):
                return name if name in local else f"view[{name!r}]"
            case nodes.Getattr(node=owner, attr=attribute):
                return f"{self.value(owner, local)}[{attribute!r}]"
            case nodes.Not(node=inner):
                return f"(not {self.value(inner, local)})"
            case _:
                raise UnsupportedError(f"line {node.lineno}: {type(node).__name__}")

    def put(self, depth: int, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * depth + line)


def function(name: str) -> str:
    """Return the source of the function for one entry template."""
    compiler = Compiler()
    compiler.template(f"{name}.j2", 1, frozenset())
    head = f"def {name.replace('.', '_')}(view: {ENTRIES[name]}) -> str:\n    out: list[str] = []\n"
    return head + "\n".join(compiler.lines) + '\n    return "".join(out)\n'


def module() -> str:
    """Return the text of relionc/emit/_templates.py."""
    scripts = [name for name, view in ENTRIES.items() if view == "ScriptView"]
    table = "".join(f"    {name!r}: {name.replace('.', '_')},\n" for name in scripts)
    functions = "\n\n".join(function(name) for name in ENTRIES)
    return f"{HEAD}\n\n{functions}\n\nJOB_SCRIPTS: dict[str, Callable[[ScriptView], str]] = {{\n{table}}}\n"


def main() -> int:
    if "--check" in sys.argv[1:]:
        fresh = TARGET.read_text(encoding="utf-8") == module()
        print("fresh" if fresh else "stale: run python tools/build_templates.py")
        return 0 if fresh else 1
    TARGET.write_text(module(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
