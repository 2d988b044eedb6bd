"""A sweep is one job array: each task is a point of its own, and Slurm lets so many run as the spec says.

RELIONC_SOAK=1 runs 200 points; a usual run has 8. Of points in a table,
with one script for all, so many are run, too.
"""

from __future__ import annotations

import hashlib
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


TABLE = """\
relionc: 1
cluster: lab
relion: "3.1"
defaults:
  resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode, time: 30:00}
jobs:
  sweep:
    type: class3d
    matrix: {seed: {from: 1, to: SEEDS}, tau: {from: 1, to: 100}}
    options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 200, use_gpu: no, tau_fudge: "${{ matrix.tau }}"}
    extra_args: --random_seed ${{ matrix.seed }}
    data: {particles: 100, box: 32}
  all:
    type: class2d
    after: [sweep]
    options: {fn_img: p.star, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
"""


def queued(lab: Lab, numbers: list[str], project: Path) -> list[str]:
    """Return the tasks of arrays that are in the queue, each by itself."""
    return lab.run(["squeue", "-h", "-r", "-j", ",".join(numbers), "-o", "%i"], project).stdout.split()


@pytest.mark.every_slurm
def test_ten_thousand_points_are_accepted(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(TABLE.replace("SEEDS", "100"), tmp_path, lab)
    done = lab.run(["bash", built.folder / "submit.sh"], built.project, {"PATH": probe_path})
    assert done.returncode == 0, done.stderr
    ids = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("sweep ")]
    arrays = [each.partition("_")[0] for each in ids]
    (last,) = (line.split()[1] for line in done.stdout.splitlines() if line.startswith("all "))
    try:
        assert ids[3] == f"{arrays[3]}_[0-999]+3000"
        assert len(queued(lab, arrays, tmp_path)) > 9_900  # some may have been started, and ended
        if not lab.enter:
            told = relionc(lab, built, probe_path, "status")
            assert told.stdout.startswith("sweep  10,000 points: "), told.stderr
    finally:
        lab.run(["scancel", last, *arrays], tmp_path)


def test_ten_thousand_points_are_one_array_where_the_profile_says_that_they_may(
    lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    (tmp_path / "big.yaml").write_text("profile: 1\nextends: lab\nname: lab\nmax_array_size: 10001\n")
    text = TABLE.replace("SEEDS", "100").replace("cluster: lab", "cluster: ./big.yaml")
    built = build_text(text.replace("to: 100}}", "to: 100}, limit: 5}"), tmp_path, lab)
    done = lab.run(["bash", built.folder / "submit.sh"], built.project, {"PATH": probe_path})
    assert done.returncode == 0, done.stderr
    lines = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    array = lines["sweep"].partition("_")[0]
    try:
        assert lines["sweep"] == f"{array}_[0-9999]"
        assert len(queued(lab, [array], tmp_path)) > 9_900
        shown = lab.run(["scontrol", "show", "job", "-o", lines["all"]], tmp_path).stdout
        assert f"afterok:{array}_*" in shown
    finally:
        lab.run(["scancel", lines["all"], array], tmp_path)


@pytest.mark.every_slurm
def test_points_of_a_table_are_run(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(TABLE.replace("SEEDS", "20"), tmp_path, lab)  # 2,000 points, in two arrays
    words = tmp_path / "words"
    words.mkdir()
    program = words / "relion_refine_mpi"
    program.write_text(
        f'#!/bin/bash\necho "WORDS $*"\nexec {probe_path.partition(":")[0]}/relion_refine_mpi "$@"\n'
    )
    program.chmod(0o755)
    build = {"PATH": f"{words}:{probe_path}", "RELIONC_BUILD": str(built.folder)}
    script = built.folder / "sweep/run.sbatch"
    array = [f"--array=0-{POINTS - 1}%{LIMIT}", "--parsable"]
    first = lab.run(["sbatch", *array, script], tmp_path, build).stdout.strip()
    behind = lab.run(["sbatch", "--array=7", "--parsable", script, "1000"], tmp_path, build).stdout.strip()
    names = [line.split("\t") for line in (built.folder / "sweep/points.tsv").read_text().splitlines()[1:]]
    tasks = [(f"{first}_{number}", number) for number in range(POINTS)] + [(f"{behind}_7", 1007)]
    for job_id, number in tasks:
        name, seed, tau = names[number]
        job = lab.wait(job_id, tmp_path, 1500)
        assert job.state == "COMPLETED", name
        output = tmp_path / "Class3D" / name
        printed = (output / "run.out").read_text()
        assert re.search(r"PROBE .*rank=0 size=3 ", printed), name
        assert job.output.name == f"sweep-{job_id}.out"
        rows = (output / "relionc/events.tsv").read_text()
        assert {line.split("\t")[1] for line in rows.splitlines()} == {job_id}
        job_file = (output / "job.star").read_text()
        assert re.search(rf"tau_fudge +{tau}\s", job_file)
        assert f'"--random_seed {seed}"' in job_file
        assert (seed, tau) == (str(number // 100 + 1), str(number % 100 + 1))
        assert re.search(rf"WORDS .*--tau2_fudge {tau} .*--random_seed {seed} ", printed), printed[:2000]


def test_points_of_a_table_that_are_left_go_on(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(TABLE.replace("SEEDS", "2"), tmp_path, lab)
    digest = hashlib.sha256((built.folder / "sweep/run.sbatch").read_bytes()).hexdigest()
    build = {"PATH": probe_path, "RELIONC_BUILD": str(built.folder)}
    script = built.folder / "sweep/run.sbatch"
    number = lab.run(["sbatch", "--array=0,2", "--parsable", script], tmp_path, build).stdout.strip()
    state = built.folder / "state/sweep"
    state.mkdir(parents=True)
    (state / "submitted").write_text(f"{int(time.time())}\t{number}_[0,2]\t{digest}\n")
    (state.parent / "folder").write_text(f"{tmp_path}\n")
    for task in (0, 2):
        assert lab.wait(f"{number}_{task}", tmp_path).state == "COMPLETED"
    told = relionc(lab, built, probe_path, "status")
    assert told.stdout.startswith("sweep  200 points: 198 not submitted, 2 COMPLETED"), (
        told.stdout + told.stderr
    )
    done = lab.run(["bash", built.folder / "submit.sh"], built.project, {"PATH": probe_path})
    assert done.returncode == 0, done.stderr
    lines = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    assert lines["sweep"].endswith("_[1,3-199]")
    again = relionc(lab, built, probe_path, "cancel")
    assert again.returncode == 0, again.stdout + again.stderr
    for each in (lines["sweep"].partition("_")[0], lines["all"]):
        wait_until_gone(lab, each, tmp_path)
