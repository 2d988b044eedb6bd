"""Where the imports of a cold build spend their time: by room, by package, and the standard library by module.

Usage: python bench/imports.py
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict

from startup import RELIONC, ROOT, SPEC

ROUNDS = 7
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +([\w.]+)")


def group(module: str) -> str:
    """Return the heading under which a module is counted."""
    parts = module.split(".")
    if parts[0] == "relionc":
        return f"relionc.{parts[1]}" if len(parts) > 1 else "relionc"
    return "ruamel.yaml" if "ruamel" in parts[0] else module


def one_run(env: dict[str, str], out: str) -> dict[str, int]:
    """Return the microseconds of one cold build, by heading."""
    argv = [RELIONC[0], "-X", "importtime", *RELIONC[1:], "build", str(SPEC), "-o", out]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=True)
    found: dict[str, int] = defaultdict(int)
    for own, module in LINE.findall(done.stderr):
        found[group(module)] += int(own)
    return found


def main() -> int:
    """Measure and print, the dearest first."""
    with tempfile.TemporaryDirectory() as folder:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RELIONC"))}
        env |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": f"{folder}/pyc", "RELIONC_NO_CACHE": "1"}
        runs = [one_run(env, f"{folder}/{number}") for number in range(ROUNDS + 1)][1:]
    medians = {name: statistics.median(run.get(name, 0) for run in runs) for name in runs[0]}
    print(
        f"ms of importing in a cold build, median of {ROUNDS}; all together {sum(medians.values()) / 1000:.1f}\n"
    )
    for name, time in sorted(medians.items(), key=lambda item: -item[1])[:30]:
        print(f"{time / 1000:8.2f}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
