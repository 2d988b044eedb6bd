"""What became of the jobs of a soak, as a page: `python -m tests.lab.fault_table ROWS` prints docs/faults.md.

The rows are those that RELIONC_FAULT_TABLE has collected (faults.py): a line of JSON for each job that was hurt.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

HEAD = """\
# What happens to a job when something goes wrong

Every row is a job of a soak (`RELIONC_SOAK=1 RELIONC_FAULT_TABLE=rows.jsonl pytest tests/lab/test_faults*.py`) on
a real Slurm of virtual nodes with the real RELION, to which something was done while it ran or before it began;
`tests/lab/fault_table.py` makes this page of what was seen. [How a job is guarded](runtime.md) says why. "On
again": seconds until RELION was started again, in the same allocation or after a requeue (the queue's own waiting
time left out). "Lost": iterations that were done again besides the one in flight (`-`: the job ended, and nothing
on disk is lost). A job that ended well and is submitted again does nothing: "this run is finished already"; any
other goes on from its last whole iteration. Times are those of two busy cores, on which a hang is looked for after
ten seconds.

| what was done | launched by | Slurm, RELION | state | exit | mark | ending | on again (s) | end (s) | lost |
|---|---|---|---|---|---|---|---|---|---|
"""
_FOLDER = re.compile(r"/\S*/(?=build/)")
READ = """
## What a person reads

`relionc status` and `relionc why`, of each way in which the jobs above ended or went on.
"""


def rows(paths: list[str]) -> list[dict[str, Any]]:
    """Return the jobs to which something was done, the last trial of each."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in (line for path in paths for line in Path(path).read_text().splitlines()):
        row = json.loads(line)
        if row["what"]:
            found[row["test"], row["what"]] = row
    kept: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in found.values():
        what, way, generation, *_ = cells(row)
        kept.setdefault((generation, way, what), row)
    return list(kept.values())


def cells(row: dict[str, Any]) -> list[str]:
    """Return a row of the table."""
    way = row["test"].partition("[")[2].rstrip("]").partition("-")[2]
    ways = ("srun", "mpirun", "one-task-per-node", "hetjob")
    marks = ", ".join(row["markers"]).replace("EXIT_", "").lower() or "-"
    times = ["-" if row[key] is None else str(row[key]) for key in ("on_again_s", "end_s", "lost")]
    what = row["what"].replace("NodeName=", "").removesuffix(" or more")
    program = ", Refine3D" if "auto_refinement" in row["test"] or "refine3d" in row["test"] else ""
    return [
        what + program, way if way in ways else "srun", f"{row['slurm']}, {row['relion']}",
        row["state"], row["exit"] or "-", marks, row["ending"] or "-", *times,
    ]  # fmt: skip


def page(found: list[dict[str, Any]]) -> str:
    """Return the page."""
    table = dict.fromkeys(f"| {' | '.join(cells(row))} |" for row in found)
    text = HEAD + "\n".join(table) + "\n" + READ
    seen: set[tuple[str, str]] = set()
    for row in found:
        key = row["ending"], row["what"].partition(" ")[0]
        if row.get("why") and key not in seen:
            seen.add(key)
            read = _FOLDER.sub("", f"{row['status'].rstrip()}\n\n{row['why'].rstrip()}")
            text += f"\n**{row['what']}**\n\n```text\n{read}\n```\n"
    return text


if __name__ == "__main__":
    print(page(rows(sys.argv[1:])), end="")
