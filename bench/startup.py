"""How long commands take, as multiples of `python -c pass` in the same run.

Each command is a cold process. The commands take turns, so that what else the machine does hits all alike; the
median of the rounds counts. Usage: python bench/startup.py [rounds]
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"
SCHEMA = ROOT / "schemas" / "spec.v1.schema.json"
RELIONC = (sys.executable, "-c", "from relionc.__main__ import main; main()")
SPECS = 200
SWEEPS = {
    "100 x 100": "{seed: {from: 1, to: 100}, tau: {from: 1, to: 100}}",
    "one axis": "{seed: {from: 1, to: 10000}, tau: [4]}",
    "4 x 25 x 100": "{K: [1, 2, 4, 8], seed: {from: 1, to: 25}, tau: {from: 1, to: 100}}",
}
"""Sweeps of 10,000 points; the last has four kinds of them."""
SWEEP = """\
relionc: 1
cluster: biowulf-2018
relion: "3.1"
jobs:
  class3d:
    type: class3d
    matrix: MATRIX
    options:
      {fn_img: p.star, fn_ref: r.mrc, nr_classes: CLASSES, tau_fudge: "${{ matrix.tau }}", particle_diameter: 360}
    extra_args: --random_seed ${{ matrix.seed }}
    data: {particles: 105247, box: 360}
    resources: {gpus: p100, time: 1-0}
"""


@dataclass
class Case:
    """A command, and the CPU and wall seconds of its runs so far."""

    name: str
    argv: tuple[str, ...]
    fresh: str = ""  # a folder to remove before each run
    env: dict[str, str] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)


def run(case: Case, env: dict[str, str], folder: str) -> None:
    """Run a case once and note what it took."""
    if case.fresh:
        shutil.rmtree(case.fresh, ignore_errors=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        case.argv, env=env | case.env, cwd=folder, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{case.name} failed:\n{done.stdout}{done.stderr}")
    case.wall.append(wall)
    case.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def sweep_spec(matrix: str) -> str:
    """Return a spec with one of the sweeps."""
    classes = '"${{ matrix.K }}"' if "K:" in matrix else "4"
    return SWEEP.replace("MATRIX", matrix).replace("CLASSES", classes)


def cases(folder: Path) -> list[Case]:
    """Return what is measured; the first is the measure of all others."""
    many = folder / "many"
    many.mkdir()
    for number in range(SPECS):
        text = SPEC.read_text().replace("  class3d:", f"  class3d-{number}:")
        (many / f"spec-{number}.yaml").write_text(text)
    cold, unchanged = str(folder / "cold"), str(folder / "unchanged")
    found = [
        Case("python -c pass", (sys.executable, "-c", "pass")),
        Case("build, cold", (*RELIONC, "build", str(SPEC), "-o", cold), cold, {"RELIONC_NO_CACHE": "1"}),
        Case("build, nothing changed", (*RELIONC, "build", str(SPEC), "-o", unchanged)),
        Case("lint one spec", (*RELIONC, "lint", str(SPEC)), "", {"RELIONC_NO_CACHE": "1"}),
        Case("lint one spec, again", (*RELIONC, "lint", str(SPEC))),
        Case(f"lint {SPECS} specs", (*RELIONC, "lint", str(many)), "", {"RELIONC_NO_CACHE": "1"}),
    ]
    for number, (name, matrix) in enumerate(SWEEPS.items()):
        spec, out = folder / f"sweep-{number}.yaml", str(folder / f"sweep-{number}")
        spec.write_text(sweep_spec(matrix))
        uncached = {"RELIONC_NO_CACHE": "1"}
        found += [
            Case(f"lint 10,000 points, {name}", (*RELIONC, "lint", str(spec)), "", uncached),
            Case(f"build 10,000 points, {name}", (*RELIONC, "build", str(spec), "-o", out), out, uncached),
        ]
    peer = Path(sys.executable).with_name("check-jsonschema")
    if peer.exists():
        argv = (str(peer), "--schemafile", str(SCHEMA), str(SPEC))
        found.append(Case("check-jsonschema one spec", argv))
    else:
        print("check-jsonschema is not installed here: no comparison")
    return found


def report(measured: list[Case], rounds: int) -> None:
    """Print a row per case: its medians, and how many bare Pythons they are."""
    base_cpu, base_wall = (statistics.median(times) for times in (measured[0].cpu, measured[0].wall))
    print(f"median of {rounds} interleaved cold processes; x = multiples of python -c pass\n")
    print(f"{'':34} {'CPU ms':>8} {'x':>6}   {'wall ms':>8} {'x':>6}")
    for case in measured:
        cpu, wall = statistics.median(case.cpu), statistics.median(case.wall)
        print(
            f"{case.name:34} {1000 * cpu:8.1f} {cpu / base_cpu:6.2f}   {1000 * wall:8.1f} {wall / base_wall:6.2f}"
        )


def main(argv: list[str]) -> int:
    """Measure and print."""
    rounds = max(9, int(argv[0])) if argv else 9
    with tempfile.TemporaryDirectory() as name:
        # Bytecode and build cache of this run alone, both warm after the first round, which does not count.
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RELIONC"))}
        env |= {
            "PYTHONPYCACHEPREFIX": f"{name}/pyc",
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": f"{name}/cache",
        }
        measured = cases(Path(name))
        for round_ in range(rounds + 1):
            for case in measured:
                run(case, env, name)
                if round_ == 0:
                    case.cpu.clear()
                    case.wall.clear()
        report(measured, rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
