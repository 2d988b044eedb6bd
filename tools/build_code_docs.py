"""Write docs/diagnostic-codes.md: every code of relionc/diag/codes.py, and the reasons of the lint rules.

Usage: python tools/build_code_docs.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc.diag.codes import CODES  # noqa: E402 - the tree itself must be found first
from relionc.rules import RULES  # noqa: E402

TARGET = ROOT / "docs" / "diagnostic-codes.md"
FAMILIES = {
    "0": "Syntax and schema",
    "1": "RELION",
    "2": "Layout and MPI",
    "3": "GPUs",
    "4": "Memory",
    "5": "Scratch and I/O",
    "6": "Slurm and the cluster",
    "7": "Templates and imported scripts",
    "8": "Jobs and their connections",
    "9": "Safety",
}
HEAD = """# Diagnostic codes

Every message of relionc carries a code. A code never changes its meaning and is never used again once retired, so
scripts and notes may rely on it. `relionc rule CODE` prints one of them in the terminal.

This page is made by `tools/build_code_docs.py` from `relionc/diag/codes.py` and `relionc/rules/`.
"""


def page() -> str:
    """Return the text of the page: a table per family, then the rules with their reasons."""
    parts = [HEAD]
    for digit, title in FAMILIES.items():
        rows = [
            f"| {code} | {meaning.rstrip('.')} |"
            for code, meaning in sorted(CODES.items())
            if code[2] == digit
        ]
        if rows:
            parts.append(
                "\n".join([f"## RL{digit}: {title}", "", "| code | meaning |", "|---|---|", *rows]) + "\n"
            )
    parts.append("## Lint rules\n\nThese look for what RELION and Slurm accept and users regret.\n")
    parts += [_rule(rule) for rule in sorted(RULES, key=lambda rule: rule.CODE)]
    return "\n".join(parts)


def _rule(rule: object) -> str:
    code, title, why, bad, good = (getattr(rule, name) for name in ("CODE", "TITLE", "WHY", "BAD", "GOOD"))
    return f"### {code}: {title}\n\n{why}\n\n- not `{bad}`\n- but `{good}`\n"


def main(argv: list[str]) -> int:
    """Write the page; with --check only say whether it is stale."""
    wanted = page()
    if TARGET.exists() and TARGET.read_text("utf-8") == wanted:
        return 0
    if "--check" in argv:
        print(f"stale: {TARGET.relative_to(ROOT)}", file=sys.stderr)
        return 1
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
