"""Points in a table, in the queue: arrays of one script, and commands that go by points all the same."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app
from relionc.runs import built
from relionc.store.state import Submitted as Row
from relionc.store.state import by_point, of_tasks, ranges, together

if TYPE_CHECKING:
    from pathlib import Path

    from stub_slurm import Site

SWEEP = """\
relionc: 1
cluster: lab
relion: "3.1"
defaults:
  resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
jobs:
  sweep:
    type: class3d
    matrix: {tau: {from: 1, to: 2500}, limit: 7}
    options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 200, use_gpu: no, tau_fudge: "${{ matrix.tau }}"}
    data: {particles: 100, box: 32}
  all:
    type: class2d
    after: [sweep]
    options: {fn_img: p.star, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
"""
TASK = """\
JobId={id} ArrayJobId={array} ArrayTaskId={tasks} ArrayTaskThrottle=7 JobName=sweep
   JobState={state} Reason=None Dependency=(null)
   Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0
   RunTime=00:00:10 TimeLimit=01:00:00 TimeMin=N/A
   NodeList=(null)
   Command={script}
"""
WAYS = pytest.mark.parametrize("way", ["relionc submit", "submit.sh"])


@pytest.fixture
def sweep(site: Site) -> Site:
    """Return the site with a build of SWEEP, and a squeue and a scancel that know arrays."""
    (site.here / "spec.yaml").write_text(SWEEP)
    assert app.run(["build", "spec.yaml", "--force"]) == 0
    squeue = site.stub / "squeue"
    squeue.write_text(
        '#!/bin/bash\necho "squeue $*" >>"$STUB/calls"\ncat "$STUB/in_queue" 2>/dev/null || :\n'
    )
    scancel = site.stub / "scancel"
    scancel.write_text('#!/bin/bash\necho "scancel $*" >>"$STUB/calls"\n')
    return site


def script(site: Site) -> str:
    return f"{site.build}/sweep/run.sbatch"


def slurm_has(site: Site, array: str, **tasks: str) -> None:
    """Let Slurm know tasks of an array: their numbers, as it writes them, by state."""
    records = [
        TASK.format(id=array, array=array, tasks=numbers, state=state, script=script(site))
        for state, numbers in tasks.items()
    ]
    site.put(f"job.{array}", "".join(records))
    in_queue = [
        f"{array}_{task}"
        for state, numbers in tasks.items()
        if state in ("PENDING", "RUNNING")
        for part in numbers.partition("%")[0].split(",")
        for task in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)
    ]
    site.put("in_queue", "".join(f"{each}\n" for each in in_queue))


def keep(site: Site, *ids: str) -> None:
    """Have arrays submitted."""
    digest = built.read(str(site.build)).job("sweep-tau1").digest
    folder = site.build / "state/sweep"
    folder.mkdir(parents=True)
    (folder / "submitted").write_text("".join(f"{100 + i}\t{each}\t{digest}\n" for i, each in enumerate(ids)))
    (site.build / "state/folder").write_text(f"{site.here}\n")


def finish(site: Site, name: str, job_id: str) -> None:
    """Let the guard of a point have written that it is finished."""
    state = site.here / "Class3D" / name / "relionc"
    state.mkdir(parents=True)
    (state / "finished").write_text("identity\n")
    (state / "events.tsv").write_text(f"200\t{job_id}\t0\tend\t25\tall is there\tfinished\t0\n")


def submit(site: Site, way: str) -> str:
    if way == "relionc submit":
        code, out, err = site.run("submit", "build/spec")
        assert code == 0, out + err
        return out
    done = subprocess.run(
        ["bash", "build/spec/submit.sh"], cwd=site.here, check=True, capture_output=True, text=True
    )
    return done.stdout


def options(site: Site) -> list[str]:
    return [call.replace(f"{site.build}/", "") for call in site.calls("sbatch")]


@WAYS
def test_a_table_is_queued_in_arrays_and_who_waits_for_it_waits_for_them(sweep: Site, way: str) -> None:
    out = submit(sweep, way)
    assert sweep.rows("sweep") == ["101_[0-999]", "102_[0-999]+1000", "103_[0-499]+2000"]
    calls = [set(call.split(" ")) for call in options(sweep)]
    assert calls[0] >= {"--array=0-999%7", "--hold", "sweep/run.sbatch"}
    assert calls[1] >= {"--array=0-999%7", "--dependency=afterany:101", "sweep/run.sbatch", "1000"}
    assert calls[2] >= {"--array=0-499%7", "--dependency=afterany:102", "sweep/run.sbatch", "2000"}
    assert calls[3] >= {"--dependency=afterok:101:102:103", "--kill-on-invalid-dep=yes", "all/run.sbatch"}
    assert "--hold" not in calls[3]
    assert "sweep 102_[0-999]+1000\n" in out
    assert not list((sweep.here / "Class3D").glob("sweep*"))


@WAYS
def test_points_that_are_finished_or_in_the_queue_are_left_alone(sweep: Site, way: str) -> None:
    keep(sweep, "55_[0-999]", "56_[0-499]+2000", "57_[3]")
    slurm_has(sweep, "56", PENDING="5-499%7", RUNNING="2,4")
    finish(sweep, "sweep-tau1", "55_0")
    finish(sweep, "sweep-tau4", "57_3")
    finish(sweep, "sweep-tau1001", "55_1")  # somebody else's: it was never submitted
    submit(sweep, way)
    calls = [call.split(" ") for call in options(sweep)]
    assert [next(word for word in call if word.startswith("--array")) for call in calls[:3]] == [
        "--array=1-2,4-999%7",
        "--array=0-999%7",
        "--array=0-1,3%7",
    ]
    assert sweep.rows("sweep")[-1] == "103_[0-1,3]+2000"
    (waits,) = (word for word in calls[3] if word.startswith("--dependency"))
    assert "56_2" in waits
    assert all(f":{number}" in waits for number in ("101", "102", "103"))


@WAYS
def test_another_script_is_run_anew(sweep: Site, way: str) -> None:
    keep(sweep, "55_[0-999]")
    submitted = sweep.build / "state/sweep/submitted"
    submitted.write_text(submitted.read_text().replace("\t", "\t", 1)[:-65] + "0" * 64 + "\n")
    sweep.put("job.55", TASK.format(id=55, array=55, tasks="0-999", state="COMPLETED", script=script(sweep)))
    finish(sweep, "sweep-tau1", "55_0")
    submit(sweep, way)
    assert "--array=0-999%7" in options(sweep)[0]


def test_status_sums_up_and_names_points(sweep: Site) -> None:
    keep(sweep, "55_[0-999]", "56_[0-499]+2000")
    slurm_has(sweep, "56", PENDING="5-499%7", RUNNING="0-4")
    slurm_has(sweep, "55", FAILED="7,9", COMPLETED="0-6,8,10-999")
    for number in (*range(7), 8, *range(10, 1000)):
        finish(sweep, f"sweep-tau{number + 1}", f"55_{number}")
    code, out, err = sweep.run("status", "build/spec")
    assert code == 0, err
    lines = out.splitlines()
    counted = "2,500 points: 1,000 not submitted, 998 COMPLETED, 495 PENDING, 5 RUNNING, 2 FAILED"
    assert lines[0].split(maxsplit=1) == ["sweep", counted]
    assert [line.split()[0] for line in lines if "FAILED" in line][1:] == ["sweep-tau8", "sweep-tau10"]
    assert sweep.calls("scontrol") == ["show job 55", "show job 56"]
    code, out, err = sweep.run("status", "build/spec", "--job", "sweep-tau2001")
    assert out.startswith("sweep-tau2001  job 56_0  RUNNING")
    code, out, err = sweep.run("why", "build/spec", "--job", "sweep")
    assert "sweep-tau8  job 55_7  FAILED" in out
    assert "and the same of 1 other point" in out


def test_only_unfinished_points_go_on_and_points_are_cancelled_together(sweep: Site) -> None:
    keep(sweep, "55_[0-999]", "56_[0-499]+2000")
    slurm_has(sweep, "55", FAILED="1,7-9", COMPLETED="0,2-6,10-999")
    slurm_has(sweep, "56", PENDING="0-499%7")
    for number in (0, *range(2, 7), *range(10, 1000)):
        finish(sweep, f"sweep-tau{number + 1}", f"55_{number}")
    code, out, err = sweep.run("resume", "build/spec", "--job", "sweep-tau2", "--job", "sweep-tau9")
    assert code == 0, err
    assert "sweep-tau2" not in out
    assert "sweep 2 of 2,500 points: goes on from the beginning" in out
    (call,) = options(sweep)
    assert "--array=1,8%7" in call
    code, out, err = sweep.run("cancel", "build/spec", "--job", "sweep")
    assert code == 0, err
    assert sweep.calls("scancel") == ["56_[0-499]"]
    assert out == "sweep 500 of 2,500 points: cancelled\n"


def test_a_refusal_takes_back_every_array(sweep: Site) -> None:
    sweep.put("refuse.all", "sbatch: error: QOSMaxSubmitJobPerUserLimit\n")
    code, _, err = sweep.run("submit", "build/spec")
    assert code == 1, err
    assert sweep.rows("sweep") == []
    assert sweep.calls("scancel") == ["103 102 101"]


def test_a_name_that_is_no_job_is_told_without_all_points(sweep: Site) -> None:
    code, _, err = sweep.run("status", "build/spec", "--job", "nobody")
    assert code == 2
    assert err.endswith("it has sweep, all\n")


@pytest.mark.parametrize(
    ("numbers", "text"), [([0], "0"), ([0, 1, 2], "0-2"), ([1, 7, 8, 9], "1,7-9"), ([3, 5], "3,5")]
)
def test_ranges_are_those_of_slurm_and_of_submit_sh(sweep: Site, numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text
    lines = (sweep.build / "submit.sh").read_text().split("\n")
    begin = lines.index("ranges() {")
    function = "\n".join(lines[begin : lines.index("}", begin) + 1])
    call = f"{function}\nranges {' '.join(map(str, numbers))}"
    done = subprocess.run(["bash", "-euc", call], check=True, capture_output=True, text=True, env=os.environ)
    assert done.stdout == f"{text}\n"


def test_rows_of_arrays_are_rows_of_points() -> None:
    rows = [
        Row(1, of_tasks("5", [0, 1, 2, 5], 0), "a"),
        Row(2, of_tasks("6", [1, 2], 1000), "a"),
        Row(3, "5", "b"),
    ]
    rows += [Row(4, of_tasks("7", [1], 0), "c")]
    found = by_point(rows)
    assert {point: row.job_id for point, row in found.items()} == {
        0: "5_0", 1: "7_1", 2: "5_2", 5: "5_5", 1001: "6_1", 1002: "6_2",
    }  # fmt: skip
    assert found[1].script == "c"
    assert by_point([Row(1, "5_[0-99999]", "a")]).keys() == {*range(10_001)}


def test_few_tasks_are_named_and_many_are_together() -> None:
    assert together(["5_1", "5_2", "7"]) == ["5_1", "5_2", "7"]
    assert together([f"5_{n}" for n in (*range(30), 40)]) == ["5_[0-29,40]"]


def test_a_file_of_state_that_says_anything_is_no_trouble(sweep: Site, tmp_path: Path) -> None:
    folder = sweep.build / "state/sweep"
    folder.mkdir(parents=True)
    (folder / "submitted").write_text(
        f"1\t5_[0-9\tx\n1\t5_[9-0]\t{'0' * 64}\n1\t5_[0-99999]+99999\t{'0' * 64}\n1\t5_[,]\t{'0' * 64}\n"
    )
    code, out, err = sweep.run("status", "build/spec")
    assert code == 0, err
    assert "2,500 not submitted" in out
