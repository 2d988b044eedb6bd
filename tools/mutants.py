"""Make the wrong changes of tools/mutants.toml one at a time in a copy, and say which of them no test notices.

Usage: python tools/mutants.py [WORD]…    only mutants whose name or file has one of the words
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tools" / "mutants.toml"
# A hanging test is a way of noticing, too; no test of these takes a minute.
PYTEST = ("-m", "pytest", "-x", "-q", "--timeout=60", "-p", "no:cacheprovider")
KILLED, SURVIVED, STALE, BROKEN = "killed", "SURVIVED", "STALE", "BROKEN"
FAILED_TESTS = 1  # of pytest's exit codes


class Mutant(NamedTuple):
    """A wrong change, and the tests that have to notice it."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def chosen(words: list[str]) -> list[Mutant]:
    """Return the mutants of the table that the call asks for."""
    rows = [Mutant(**row) for row in tomllib.loads(TABLE.read_text("utf-8"))["mutant"]]
    return [row for row in rows if not words or any(word in row.name or word in row.file for word in words)]


def copy_of_tree(folder: Path) -> None:
    """Copy what git knows and what it would add, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def outcome(mutant: Mutant, tree: Path) -> tuple[str, str]:
    """Return what became of a mutant, and pytest's last line; the tree is put right again."""
    file = tree / mutant.file
    text = file.read_text("utf-8") if file.exists() else ""
    if text.count(mutant.old) != 1 or not all((tree / test).exists() for test in mutant.tests.split()):
        return STALE, "the table's text does not stand there once, or its tests are not there"
    file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        return ran(mutant, tree)
    finally:
        file.write_text(text, "utf-8")


def ran(mutant: Mutant, tree: Path) -> tuple[str, str]:
    """Run the tests of a mutant that has been made."""
    done = subprocess.run(
        [sys.executable, *PYTEST, f"--basetemp={tree / 'tmp'}", *mutant.tests.split()],
        cwd=tree, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(tree)},
    )  # fmt: skip
    said = done.stdout.strip() or done.stderr.strip()
    last = f"exit status {done.returncode}: {said.rpartition(chr(10))[2]}"
    if done.returncode == 0:
        return SURVIVED, last
    return (KILLED if done.returncode == FAILED_TESTS else BROKEN), last


def main() -> int:
    mutants = chosen(sys.argv[1:])
    found = []
    with tempfile.TemporaryDirectory(prefix="relionc-mutants-") as folder:
        tree = Path(folder)
        copy_of_tree(tree)
        for mutant in mutants:
            began = time.monotonic()
            what, said = outcome(mutant, tree)
            found.append(what)
            print(f"{what:8} {time.monotonic() - began:6.1f} s  {mutant.file}: {mutant.name}", flush=True)
            if what != KILLED:
                print(f"         {said}", flush=True)
    print(f"{found.count(KILLED)} of {len(found)} killed")
    return 0 if found and set(found) == {KILLED} else 1


if __name__ == "__main__":
    sys.exit(main())
