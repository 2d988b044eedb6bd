"""All that relionc may cost as one table: one run, as multiples of a bare Python (x), beside the peers that there are.

Usage: python bench/table.py [--peers FOLDER] [--count N] [--refusals N] [--rounds N] [--only PART]...
PART is `start`, `sweeps`, `many`, `refusals` or `layouts`. FOLDER holds the programs of peers (the `bin` of a venv with
check-jsonschema, yamllint, submitit and snakemake), by default that of the Python that runs this.

Starts are medians of N processes that take turns with bare Pythons; the rest runs once, with bare Pythons before it.
CPU is that of a process and those that it started, with the system's share; memory is at least the 15 MB of this one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lint import Cost, bare, calls, cost, renamed
from startup import RELIONC, ROOT, SCHEMA, SPEC, SWEEPS, sweep_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNCACHED = {"RELIONC_NO_CACHE": "1"}
MEMORY, AGAIN = 25, 8
"""Megabytes that a lint of many specs may take, and bare Pythons where they are known to be fine."""
ASKS = {20: (1.0, 15), 200: (4.0, 15), 1000: (15.0, 5)}
"""Node types of a site: the milliseconds that a layout may take, and how many sites are tried."""
SUBMITIT = (
    "from submitit.slurm.slurm import _make_sbatch_string as made; "
    "print(made(command='x', folder='f', nodes=4, gpus_per_node=4, timeout_min=1440))"
)
SNAKEFILE = 'rule all:\n    output: "x"\n    resources: mem_mb=1000\n    shell: "touch x"\n'


class Row(NamedTuple):
    """A line of the table; without an aim, something to compare with."""

    work: str
    figure: str
    aim: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        verdict = {True: "met", False: "missed", None: ""}[self.is_met]
        return f"| {self.work} | {self.figure} | {self.aim} | {verdict} |"


class Bench(NamedTuple):
    """Where it is measured, and how much."""

    here: Path
    env: dict[str, str]
    peers: Path
    count: int
    refusals: int
    rounds: int

    def run(self, argv: list[str], env: dict[str, str] | None = None) -> Cost:
        """Run a program."""
        return cost(argv, self.env | (env or {}), str(self.here))

    def bare(self) -> float:
        """Return the CPU seconds of a bare Python."""
        return bare(self.env, str(self.here))

    def draw(self, *words: object) -> str:
        """Have specs drawn by another process, as the memory of this one counts for all that it starts."""
        argv = [sys.executable, str(ROOT / "bench" / "varied.py"), *map(str, words)]
        return subprocess.run(argv, env=self.env, capture_output=True, text=True, check=True).stdout

    def peer(self, name: str) -> str | None:
        """Return the program of a peer, if it is there."""
        program = self.peers / name
        return str(program) if program.exists() else None

    def written(self, name: str, text: str) -> str:
        """Write a file, and return its path."""
        (self.here / name).write_text(text)
        return str(self.here / name)


def times(found: float, aim: float | None = None) -> tuple[str, str, bool | None]:
    """Return a multiple of bare Pythons, what it may be, and whether it is no more."""
    return f"{found:.1f} x", "" if aim is None else f"{aim:g} x", None if aim is None else found <= aim


# --- one spec ---------------------------------------------------------------------------------------------------


def _peers_of_one(bench: Bench) -> Iterator[tuple[str, list[str]]]:
    options = {"check-jsonschema": ["--schemafile", str(SCHEMA), str(SPEC)], "yamllint": [str(SPEC)]}
    for name, words in options.items():
        if program := bench.peer(name):
            yield name, [program, *words]
    if program := bench.peer("snakemake"):
        yield (
            "snakemake -n, one rule",
            [program, "-n", "--cores", "1", "-s", bench.written("Snakefile", SNAKEFILE)],
        )
    python = bench.peer("python")
    if (
        python
        and not subprocess.run([python, "-c", "import submitit"], capture_output=True, check=False).returncode
    ):
        yield "submitit, the text of one script", [python, "-c", SUBMITIT]


def starts(bench: Bench) -> Iterator[Row]:
    """An unchanged build, a first one, and lint of one spec, beside peers."""
    cold, kept = str(bench.here / "cold"), str(bench.here / "kept")
    works: dict[str, tuple[list[str], dict[str, str], float | None]] = {
        "unchanged build": ([*RELIONC, "build", str(SPEC), "-o", kept], {}, 2),
        "cold build": ([*RELIONC, "build", str(SPEC), "-o", cold], UNCACHED, 7.5),
        "lint of one spec": ([*RELIONC, "lint", str(SPEC)], UNCACHED, 6.5),
        "the same again": ([*RELIONC, "lint", str(SPEC)], {}, None),
    }
    works |= {name: (argv, {}, None) for name, argv in _peers_of_one(bench)}
    bare_ones: list[float] = []
    took: dict[str, list[Cost]] = {name: [] for name in works}
    for number in range(bench.rounds + 1):
        for name, (argv, env, _) in works.items():
            shutil.rmtree(cold, ignore_errors=True)
            once = bench.run(argv, env)
            if number:  # the first makes bytecode, and fills the cache
                took[name].append(once)
                bare_ones.append(bench.run([sys.executable, "-I", "-c", "pass"]).cpu)
    base = statistics.median(bare_ones)
    for name, (_, _, aim) in works.items():
        figure, wanted, met = times(statistics.median(each.cpu for each in took[name]) / base, aim)
        yield Row(name, f"{figure}, {max(each.memory for each in took[name]):.0f} MB", wanted, met)


# --- sweeps, many specs -----------------------------------------------------------------------------------------


def sweeps(bench: Bench) -> Iterator[Row]:
    """Ten thousand points."""
    for number, (name, matrix) in enumerate(SWEEPS.items()):
        spec, out = (
            bench.written(f"sweep-{number}.yaml", sweep_spec(matrix)),
            str(bench.here / f"sweep-{number}"),
        )
        for verb, more, aim in (("lint", [], 10), ("build", ["-o", out], 12)):
            base = bench.bare()
            took = bench.run([*RELIONC, verb, spec, *more], UNCACHED)
            figure, wanted, met = times(took.cpu / base, aim)
            small = took.memory <= 40
            yield Row(
                f"{verb} of 10,000 points, {name}",
                f"{figure}, {took.memory:.0f} MB",
                f"{wanted}, 40 MB",
                bool(met and small),
            )


def _folder(bench: Bench, specs: Path, aim: float | None) -> Iterator[Row]:
    """A lint of a folder, the same again, and the peers on the same files."""
    base, argv, rows = bench.bare(), calls(specs, bench.peers), {}
    took = bench.run(argv.pop("one process"), UNCACHED)
    bench.run(argv["the same again"])  # remembers
    for name in argv:
        if name != "as many as cores":
            rows[name] = bench.run(argv[name])
    peer = rows.get("check-jsonschema", took)
    met = None if aim is None else took.cpu <= min(aim * base, peer.cpu) and took.memory <= MEMORY
    yield Row(
        f"lint of {len(list(specs.iterdir())):,} {specs.name} specs",
        f"{took.cpu / base:.1f} x, {took.memory:.0f} MB",
        "" if aim is None else f"{aim:g} x, {MEMORY} MB, below check-jsonschema",
        met,
    )
    for name, each in rows.items():
        figure, wanted, is_met = times(each.cpu / base, AGAIN if name == "the same again" and aim else None)
        yield Row(f"- {name}", f"{figure}, {each.memory:.0f} MB", wanted, is_met)


def many(bench: Bench) -> Iterator[Row]:
    """Specs that are renamed, that differ, that are refused; how memory grows; many jobs in one spec."""
    count, whole = bench.count, bench.count == 1000  # which the aims are for
    yield from _folder(bench, renamed(count, bench.here / "renamed"), 45 if whole else None)
    more = str(renamed(10 * count, bench.here / "more"))
    ten = bench.run([*RELIONC, "lint", "--jobs", "1", more], UNCACHED)
    yield Row(
        f"lint of {10 * count:,} renamed specs", f"{ten.memory:.0f} MB", f"{MEMORY} MB", ten.memory <= MEMORY
    )
    bench.draw(bench.here, count, 29)
    shutil.rmtree(bench.here / "refused")
    (bench.here / "fine").rename(bench.here / "different")
    yield from _folder(bench, bench.here / "different", 130 if whole else None)
    bench.draw(bench.here, 100 * count, 30, count)
    base, took = (
        bench.bare(),
        bench.run([*RELIONC, "lint", "--jobs", "1", str(bench.here / "refused")], UNCACHED),
    )
    yield Row(
        f"lint of {count:,} refused specs",
        f"{took.cpu / base:.1f} x, {took.memory:.0f} MB",
        *times(took.cpu / base, 400 if whole else None)[1:],
    )
    spec, base = bench.written("jobs.yaml", bench.draw("--jobs", count, 31)), bench.bare()
    took = bench.run([*RELIONC, "lint", spec], UNCACHED)
    figure, wanted, met = times(took.cpu / base, 120 if whole else None)
    yield Row(f"lint of one spec with {count:,} jobs", f"{figure}, {took.memory:.0f} MB", wanted, met)


# --- refusals and layouts, in milliseconds ----------------------------------------------------------------------


def refusals(bench: Bench) -> Iterator[Row]:
    """How long one refusal takes, of many, in a process that goes on."""
    drawn = bench.here / "to-refuse"
    bench.draw(drawn, 100 * bench.refusals, 37, bench.refusals)
    done = subprocess.run(
        [sys.executable, __file__, "--each", str(drawn / "refused")],
        capture_output=True, text=True, check=True, env=bench.env | UNCACHED,
    )  # fmt: skip
    took = sorted(json.loads(done.stdout))
    for name, place, aim in (("median", 0.5, 5), ("99 %", 0.99, 300), ("slowest", 1, 1000)):
        found = took[min(int(place * len(took)), len(took) - 1)]
        yield Row(f"{len(took):,} refusals, {name}", f"{found:.1f} ms CPU", f"{aim} ms", found <= aim)


def each_of(folder: str) -> list[float]:
    """Return the milliseconds of CPU that each spec of a folder takes."""
    sys.path.insert(0, str(ROOT))
    from relionc.cli.build import BuildCall, Linter

    linter, found = Linter(BuildCall(specs=())), []
    for path in sorted(Path(folder).iterdir()):
        start = time.process_time()
        linter.verdict(str(path), path.read_bytes())
        found.append(1000 * (time.process_time() - start))
    return found


def _milliseconds(action: Callable[[], object], runs: int = 3) -> float:
    found = []
    for _ in range(runs):
        start = time.process_time()
        action()
        found.append(1000 * (time.process_time() - start))
    return statistics.median(found)


def layouts(_: Bench) -> Iterator[Row]:
    """One layout of each kind of job on sites of more and more node types, beside CP-SAT where it is installed."""
    from solver import JOBS, by_relionc, site

    try:
        from by_cpsat import best
    except ImportError:
        best = None
    for kinds, (aim, sites) in ASKS.items():
        for words, wanted in JOBS.items():
            given: list[dict[str, Any]] = [
                {"site": site(seed, kinds), "demand": wanted} for seed in range(sites)
            ]
            took = [_milliseconds(partial(by_relionc, each)) for each in given]
            middle, worst = statistics.median(took), max(took)
            figure = f"{middle:.2f} ms, worst site {worst:.1f}"
            is_met = middle <= aim and worst <= 5 * aim
            if best is not None:
                other = _milliseconds(partial(best, given[0]), 1) / took[0]
                figure, is_met = (
                    f"{figure}; CP-SAT {other:.0f} times that of the first",
                    is_met and other >= 20,
                )
            yield Row(
                f"layout, {kinds:,} node types, {words}", figure, f"{aim:g} ms, worst {5 * aim:g}", is_met
            )


PARTS = {"start": starts, "sweeps": sweeps, "many": many, "refusals": refusals, "layouts": layouts}


def main() -> int:
    """Measure and print, line by line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--refusals", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--each", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.each:
        print(json.dumps(each_of(given.each)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RELIONC"))}
        env |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": f"{name}/pyc",
            "XDG_CACHE_HOME": f"{name}/cache",
        }
        bench = Bench(Path(name), env, given.peers.resolve(), given.count, given.refusals, given.rounds)
        bench.run([*RELIONC, "lint", str(SPEC)])  # bytecode, and a checkout's catalogue
        print(
            f"x: a bare Python, {1000 * bench.bare():.1f} ms of CPU\n\n| work | found | aim | |\n|---|---|---|---|"
        )
        for part in given.only or PARTS:
            for row in PARTS[part](bench):
                print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
