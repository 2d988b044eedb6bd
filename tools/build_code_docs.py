"""Write relionc/diag/codes.py and docs/diagnostic-codes.md from the pages of the codes, docs/codes/.

Usage: python tools/build_code_docs.py [--check]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc.diag.pages import parse  # noqa: E402 - the tree itself must be found first

PAGES = ROOT / "docs" / "codes"
FAMILIES = {
    "0": "syntax and schema",
    "1": "RELION",
    "2": "layout and MPI",
    "3": "GPUs",
    "4": "memory",
    "5": "scratch and I/O",
    "6": "Slurm and site",
    "7": "templates and imported scripts",
    "8": "jobs and their connections",
    "9": "safety",
}
LIST_HEAD = """# Diagnostic codes

Every message of relionc carries a code. A code never changes its meaning and is never used again once retired, so
scripts and notes may rely on it. Each has a page that says why, with an example; `relionc rule CODE` prints it in the
terminal.

This list is made by `tools/build_code_docs.py` from the titles of [the pages](codes/README.md).
"""
TABLE_HEAD = '''"""Diagnostic codes and their titles, each a sentence: what is wrong in general. Generated; do not edit.

`tools/build_code_docs.py` takes them from the pages of the codes, `docs/codes/`.
"""

from __future__ import annotations

CODES: dict[str, str] = {
'''
RETIRED_HEAD = """}

RETIRED: dict[str, str] = {
"""
RETIRED_ROW = re.compile(r"^\| (RL\d{3}) \| (.*?) \|", re.MULTILINE)


def titles() -> dict[str, str]:
    """Return the title of each code, in order."""
    found = {}
    for file in sorted(PAGES.glob("RL*.md")):
        page = parse(file.read_text("utf-8"))
        if page.code != file.stem:
            raise SystemExit(f"{file.relative_to(ROOT)} is the page of {page.code}")
        found[page.code] = page.title
    return found


def retired() -> dict[str, str]:
    """Return what the retired codes said."""
    return dict(RETIRED_ROW.findall((PAGES / "README.md").read_text("utf-8")))


def table(codes: dict[str, str], gone: dict[str, str]) -> str:
    """Return the module with the titles, by family."""
    lines = [TABLE_HEAD]
    for digit, family in FAMILIES.items():
        lines.append(f"    # {f'--- RL{digit}: {family} '.ljust(102, '-')}\n")
        lines += [_row(code, title) for code, title in codes.items() if code[2] == digit]
    return "".join([*lines, RETIRED_HEAD, *(_row(*row) for row in gone.items()), "}\n"])


def _row(code: str, title: str) -> str:
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    return f'    "{code}": "{escaped}",\n'


def page_of_codes(codes: dict[str, str], gone: dict[str, str]) -> str:
    """Return the page that lists all codes: a table per family."""
    parts = [LIST_HEAD]
    for digit, family in FAMILIES.items():
        rows = [f"| [{code}](codes/{code}.md) | {codes[code]} |" for code in codes if code[2] == digit]
        if rows:
            parts.append(
                "\n".join(
                    [
                        f"## RL{digit}: {family[0].upper()}{family[1:]}",
                        "",
                        "| code | meaning |",
                        "|---|---|",
                        *rows,
                    ]
                )
                + "\n"
            )
    rows = [f"| {code} | {title} |" for code, title in gone.items()]
    parts.append("\n".join(["## Retired", "", "| code | what it said |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def main(argv: list[str]) -> int:
    """Write both files; with --check only say which are stale."""
    codes, gone = titles(), retired()
    if used := sorted(set(codes) & set(gone)):
        raise SystemExit(f"retired codes have pages: {', '.join(used)}")
    wanted = {
        ROOT / "relionc" / "diag" / "codes.py": table(codes, gone),
        ROOT / "docs" / "diagnostic-codes.md": page_of_codes(codes, gone),
    }
    stale = [file for file, text in wanted.items() if not file.exists() or file.read_text("utf-8") != text]
    if "--check" in argv:
        for file in stale:
            print(
                f"stale: {file.relative_to(ROOT)} (its source are the pages in docs/codes/)", file=sys.stderr
            )
        return 1 if stale else 0
    for file in stale:
        file.write_text(wanted[file], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
