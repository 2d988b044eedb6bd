"""Write the table of requirements in docs/solver.md, from their records.

python tools/build_solver_page.py            write it
python tools/build_solver_page.py --check    exit 1 if it is not what the records say
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "solver.md"
START = "<!-- Made by tools/build_solver_page.py from relionc/plan/requirements; do not edit. -->\n"
END = "<!-- End of what is made. -->\n"
NOTHING = "\u2013"


def table() -> str:
    """Return a row for each requirement, in the order in which conflicts are told."""
    from relionc.plan.requirements import REQUIREMENTS
    from relionc.plan.requirements.ranks import RANKS

    rows = ["| label | excess | unit | where it comes from |", "|---|---|---|---|"]
    for each in REQUIREMENTS:
        label = f"{each.label}:N" if each is RANKS else each.label
        of, unit, origin = each.excess
        rows.append(f"| `{label}` | {of} | {unit or NOTHING} | {origin or NOTHING} |")
    return "\n".join(rows) + "\n"


def page(text: str) -> str:
    """Return the page with the table as it should be."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table()}\n{END}{after}"


def main(argv: list[str]) -> int:
    """Write the page, or check it."""
    sys.path.insert(0, str(ROOT))
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    if made == text:
        return 0
    if "--check" in argv:
        print(f"{PAGE.relative_to(ROOT)}: out of date; run tools/build_solver_page.py", file=sys.stderr)
        return 1
    PAGE.write_text(made, encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
