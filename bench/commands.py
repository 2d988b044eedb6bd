"""How fast `relionc commands` answers for 1,000 job files in one call, beside RELION's own pipeline program.

The files are recorded rows of RELION 3.1 (`tests/data/golden`), all job types among them, each written as a job.star.
relion_pipeliner takes one job per call; it is run on some of the same files, and its time is multiplied up to all of
them, which is said in what is printed. Usage: python bench/commands.py [files] [calls of relion_pipeliner]
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
RELEASE, VERSION = "3.1.3", "3.1"
PIPELINE = "\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n\n"
QUEUED = "do_queue == Yes;qsubscript == template.sh;qsub == true"

if TYPE_CHECKING:
    from collections.abc import Callable


def write_jobs(folder: Path, count: int) -> list[Path]:
    """Write job files of recorded rows that RELION accepts, over again until there are `count`."""
    from relionc import catalog
    from relionc.emit.jobfile import render
    from relionc.lower import jobfile

    lines = (ROOT / "tests" / "data" / "golden" / f"{RELEASE}.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["ok"] and not row["is_continue"]]
    paths = []
    for number in range(count):
        row = rows[number % len(rows)]
        (name,) = catalog.with_id(str(row["job_type_id"]), VERSION)
        job = jobfile.make(catalog.load(name, VERSION), row["set"], is_continue=False)
        paths.append(folder / f"{number:04d}.star")
        paths[-1].write_text(render(job), "utf-8")
    return paths


def timed(action: Callable[[], object]) -> float:
    """Return the wall seconds of an action."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ask_relionc(paths: list[Path]) -> None:
    """Ask for the commands of all files in one cold call."""
    argv = [
        sys.executable,
        "-m",
        "relionc",
        "commands",
        *map(str, paths),
        "--relion",
        VERSION,
        "--format",
        "json",
    ]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(paths):
        sys.exit(f"relionc gave {len(answers)} answers for {len(paths)} files:\n{done.stderr}")


def ask_relion(program: str, project: Path, path: Path) -> None:
    """Let RELION make the commands of one job, through its queue, in a project that has no jobs yet."""
    (project / "default_pipeline.star").write_text(PIPELINE, "utf-8")
    shutil.rmtree(
        project / ".relion_lock", ignore_errors=True
    )  # a refused job leaves it, and the next would wait
    argv = [program, "--addJobFromStar", str(path), "--addJobOptions", QUEUED]
    subprocess.run(argv, cwd=project, capture_output=True, check=False, timeout=60)


def main(argv: list[str]) -> int:
    """Measure and print."""
    count = int(argv[0]) if argv else 1000
    calls = int(argv[1]) if len(argv) > 1 else 60
    with tempfile.TemporaryDirectory() as name:
        paths = write_jobs(Path(name), count)
        ours = statistics.median(timed(lambda: ask_relionc(paths)) for _ in range(ROUNDS))
        print(
            f"relionc commands: {count} job files in {ours:.2f} s, {count / ours:,.0f} files/s (median of {ROUNDS})"
        )
        program = shutil.which("relion_pipeliner")
        if program is None:
            print("relion_pipeliner is not installed here: no comparison")
            return 0
        project = Path(name) / "project"
        project.mkdir()
        (project / "template.sh").write_text("XXXcommandXXX\n", "utf-8")
        some = paths[:: max(1, count // calls)]
        theirs = statistics.mean(timed(partial(ask_relion, program, project, path)) for path in some)
        print(
            f"relion_pipeliner: {1000 * theirs:.1f} ms a job (mean of {len(some)} calls), so {count * theirs:.1f} s "
            f"for {count}, extrapolated; {count * theirs / ours:.0f} times as long"
        )
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
