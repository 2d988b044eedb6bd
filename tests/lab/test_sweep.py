"""A sweep is one job array: each task is a point of its own, and Slurm lets so many run as the spec says.

RELIONC_SOAK=1 runs 200 points; a usual run has 8.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING

import pytest

from .building import build_text
from .client import ROOT

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from .building import Built
    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1800)]

POINTS = 200 if os.environ.get("RELIONC_SOAK") else 8
LIMIT = 20 if POINTS > 8 else 3
SWEEP = f"""\
relionc: 1
cluster: lab
relion: "3.1"
defaults:
  resources: {{ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode, time: 30:00}}
jobs:
  sweep:
    type: class3d
    matrix: {{K: [1, 2], tau: {{from: 1, to: {POINTS // 2}}}, limit: {LIMIT}}}
    options:
      {{fn_img: p.star, fn_ref: r.mrc, particle_diameter: 200, use_gpu: no, nr_classes: "${{{{ matrix.K }}}}",
      tau_fudge: "${{{{ matrix.tau }}}}"}}
    data: {{particles: 100, box: 32}}
  one:
    type: class2d
    after: [sweep-K2-tau1]
    options: {{fn_img: p.star, particle_diameter: 200, use_gpu: no}}
    data: {{particles: 100, box: 32}}
  all:
    type: class2d
    after: [sweep]
    options: {{fn_img: p.star, particle_diameter: 200, use_gpu: no}}
    data: {{particles: 100, box: 32}}
"""


def submitted(lab: Lab, built: Built, path: str) -> dict[str, str]:
    """Submit a build with its own script; return each job's number in the queue."""
    done = lab.run(["bash", built.folder / "submit.sh"], built.project, {"PATH": path})
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


def relionc(lab: Lab, built: Built, path: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Call relionc where Slurm's programs meet the lab."""
    argv = [sys.executable, "-m", "relionc", words[0], built.folder, *words[1:]]
    return lab.run(argv, built.project, {"PATH": path, "PYTHONPATH": str(ROOT)})


def wait_until_gone(lab: Lab, number: str, project: Path) -> None:
    """Wait until a job is not in the queue: of a task that is cancelled while it waits, Slurm forgets all."""
    deadline = time.monotonic() + 120
    while lab.run(["squeue", "-h", "-j", number, "-o", "%T"], project).stdout.strip():
        assert time.monotonic() < deadline, number
        time.sleep(0.5)


def moments(lab: Lab, numbers: dict[str, str], project: Path) -> dict[str, tuple[str, str]]:
    """When jobs began and ended; ISO times compare as text."""
    found = {}
    for name, number in numbers.items():
        shown = lab.run(["scontrol", "show", "job", "-o", number], project).stdout
        (start,), (end,) = (re.findall(rf" {key}=(\S+)", shown) for key in ("StartTime", "EndTime"))
        found[name] = start, end
    return found


@pytest.mark.every_slurm
def test_each_task_is_a_point_of_its_own(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(SWEEP, tmp_path, lab)
    numbers = submitted(lab, built, probe_path)
    points = {name: number for name, number in numbers.items() if name.startswith("sweep-")}
    assert len(points) == POINTS
    (array,) = {number.partition("_")[0] for number in points.values()}
    assert lab.wait(numbers["all"], tmp_path, 1500).state == "COMPLETED"
    assert lab.wait(numbers["one"], tmp_path).state == "COMPLETED"
    for name, number in points.items():
        job = lab.wait(number, tmp_path)
        assert re.search(r"PROBE .*rank=0 size=3 ", built.printed(name, job)), name
        assert job.output.name == f"sweep-{array}_{number.partition('_')[2]}.out"
        rows = (built.output(name) / "relionc/events.tsv").read_text()
        assert {line.split("\t")[1] for line in rows.splitlines()} == {number}
        classes = list(built.output(name).glob("run_it???_class*.mrc"))
        assert len(classes) == int(name.removeprefix("sweep-K")[0])
    if not lab.enter:  # another generation's root has no relionc in it
        told = relionc(lab, built, probe_path, "status")
        assert told.returncode == 0, told.stdout + told.stderr
        assert told.stdout.count("COMPLETED") == POINTS + 2
    when = moments(lab, numbers, tmp_path)
    ours = [when[name] for name in points]
    assert max(sum(start < at < end for start, end in ours) for at, _ in ours) <= LIMIT
    assert when["all"][0] >= max(end for _, end in ours)
    assert when["one"][0] >= when["sweep-K2-tau1"][1]


def test_points_are_cancelled_and_go_on_one_by_one(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    text = re.sub(r"to: \d+}, limit: \d+", "to: 2}", SWEEP)
    built = build_text(text, tmp_path, lab)
    slow, _, rest = probe_path.partition(":")
    waits = tmp_path / "waits"
    waits.mkdir()
    program = waits / "relion_refine_mpi"
    program.write_text(
        f'#!/bin/bash\n[[ -e {tmp_path}/go ]] || sleep 300\nexec {slow}/relion_refine_mpi "$@"\n'
    )
    program.chmod(0o755)
    path = f"{waits}:{slow}:{rest}"
    done = relionc(lab, built, path, "submit")
    assert done.returncode == 0, done.stderr
    numbers = dict(line.split() for line in done.stdout.splitlines())
    assert relionc(lab, built, path, "cancel", "--job", "sweep-K1-tau2").returncode == 0
    wait_until_gone(lab, numbers["sweep-K1-tau2"], tmp_path)
    lab_state = lab.run(["squeue", "-h", "-j", numbers["sweep-K1-tau1"], "-o", "%T"], tmp_path).stdout
    assert lab_state.strip() in ("PENDING", "CONFIGURING", "RUNNING"), (
        "only the one that was named is cancelled"
    )
    (tmp_path / "go").touch()
    assert relionc(lab, built, path, "cancel").returncode == 0
    for number in numbers.values():
        wait_until_gone(lab, number, tmp_path)
    again = relionc(lab, built, path, "resume", "--job", "sweep-K1-tau2", "--job", "sweep-K2-tau2")
    assert again.returncode == 0, again.stdout + again.stderr
    fresh = dict(line.split() for line in again.stdout.splitlines() if len(line.split()) == 2)
    assert {number.partition("_")[2] for number in fresh.values()} == {"1", "3"}
    for name, number in fresh.items():
        assert "PROBE" in built.printed(name, lab.wait(number, tmp_path))


@pytest.mark.every_slurm
def test_a_point_that_was_built_anew_is_not_run(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(re.sub(r"to: \d+}, limit: \d+", "to: 1}", SWEEP), tmp_path, lab)
    script = built.folder / "sweep-K1-tau1/run.sbatch"
    script.write_text(script.read_text() + "# another one\n")
    array = built.folder / "sweep-K1-tau1/array.sbatch"
    number = lab.submit(array, tmp_path, {"PATH": probe_path, "RELIONC_BUILD": str(built.folder)})
    assert lab.wait(f"{number}_0", tmp_path).exit_code == "78:0"
    assert lab.wait(f"{number}_1", tmp_path).state == "COMPLETED"
