"""What a lint of many specs costs, as multiples of `python -c pass` in the same run, beside programs that do less.

Usage: python bench/lint.py [COUNT [FOLDER…]]. Lints COUNT renamed copies of one spec, then each FOLDER
(`bench/varied.py` writes specs that differ): with one process, with as many as cores, and once more with what the first
has remembered. CPU counts that of all processes, memory is that of the largest.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from startup import RELIONC, ROOT, SCHEMA, SPEC

BARE_RUNS = 9
PEERS = ("check-jsonschema", "yamllint")


class Cost(NamedTuple):
    """What a process and those that it started took; memory in MB."""

    cpu: float
    wall: float
    memory: float


def cost(argv: list[str], env: dict[str, str], folder: str) -> Cost:
    """Run a program; what it prints is thrown away, since specs may have warnings."""
    start, nothing = time.perf_counter(), os.open(os.devnull, os.O_RDWR)
    pid = os.fork()
    if not pid:
        for stream in range(3):
            os.dup2(nothing, stream)
        os.chdir(folder)
        os.execve(argv[0], argv, env)
    os.close(nothing)
    _, _, used = os.wait4(pid, 0)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024)


def bare(env: dict[str, str], folder: str) -> float:
    """Return the CPU seconds of a bare Python."""
    runs = [cost([sys.executable, "-c", "pass"], env, folder).cpu for _ in range(BARE_RUNS)]
    return statistics.median(runs)


def renamed(count: int, folder: Path) -> Path:
    """Write copies of one spec, each with a job of another name."""
    folder.mkdir()
    for number in range(count):
        text = SPEC.read_text().replace("  class3d:", f"  class3d-{number}:")
        (folder / f"spec-{number}.yaml").write_text(text)
    return folder


def calls(specs: Path, peers: Path = Path(sys.executable).parent) -> dict[str, list[str]]:
    """Return the programs that look at a folder of specs; `peers` is where other people's are."""
    lint = [*RELIONC, "lint", str(specs)]
    found = {"one process": [*lint, "--jobs", "1"], "as many as cores": lint, "the same again": lint}
    files = sorted(map(str, specs.rglob("*.yaml")))
    options = {"check-jsonschema": ["--schemafile", str(SCHEMA), *files], "yamllint": files}
    for name in PEERS:
        program = peers / name
        if program.exists():
            found[name] = [str(program), *options[name]]
    return found


def main(argv: list[str]) -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RELIONC"))}
        env |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": f"{name}/pyc",
            "XDG_CACHE_HOME": f"{name}/cache",
        }
        folders = [renamed(int(argv[0]) if argv else 1000, Path(name) / "renamed"), *map(Path, argv[1:])]
        cost([*RELIONC, "lint", str(SPEC)], env, name)  # bytecode, and a checkout's catalogue
        for folder in folders:
            base = bare(env, name)
            print(f"{folder.name}, x = multiples of python -c pass ({1000 * base:.1f} ms)")
            for what, words in calls(folder.resolve()).items():
                uncached = {} if what == "the same again" else {"RELIONC_NO_CACHE": "1"}
                if what == "the same again":
                    cost(words, env, name)
                took = cost(words, env | uncached, name)
                print(
                    f"  {what:18} {took.cpu / base:7.1f} x CPU {took.wall / base:7.1f} x wall {took.memory:6.1f} MB"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
