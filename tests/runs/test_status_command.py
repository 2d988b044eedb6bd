"""`relionc status` and `wait`: what a person reads, and what a program does."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from stub_slurm import sleeping, without_times

from relionc.runs import events

if TYPE_CHECKING:
    from pathlib import Path

    from stub_slurm import Site

OUT = """\
RELION version: 3.1.3
 + Number of MPI processes             = 3
 CurrentResolution= 25.6 Angstroms, which requires orientationSampling of at least 12 degrees
 Expectation iteration 1 of 25
000/??? sec ~~(,_,">\r   0/   0 sec ....~~(,_,">
 Maximization ...
 CurrentResolution= 9.44 Angstroms, which requires orientationSampling of at least 5 degrees
 Expectation iteration 15 of 25
"""


def iterations(folder: Path, last: int, each: int) -> None:
    """Write the files of whole iterations, the last one just now."""
    now = time.time()
    for number in range(last + 1):
        path = folder / f"run_it{number:03}_optimiser.star"
        path.touch()
        os.utime(path, (now - (last - number) * each,) * 2)


def event(folder: Path, job_id: str, *fields: object, start: int = 0) -> None:
    """Add a row as the runtime writes it."""
    path = folder / events.PLACE
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as stream:
        stream.write("\t".join(map(str, (int(time.time()), job_id, start, *fields))) + "\n")


def test_jobs_that_were_never_submitted(site: Site) -> None:
    assert site.run("status", "build/spec") == (
        0, "first   not submitted\nsecond  not submitted\nother   not submitted\n", "",
    )  # fmt: skip
    assert site.calls("scontrol") == []


def test_a_run_in_the_middle(site: Site) -> None:
    folder = site.submitted("first", "90", ago=100_000)
    site.says("90", state="RUNNING", reason="None", nodes="cn[0001-0002]", ran="00:47:00", restarts="1")
    (folder / "run.out").write_text(OUT)
    iterations(folder, 14, 200)
    site.put("sstat.says", "1000K|cpu=00:01:02,gres/gpumem=8012M,gres/gpuutil=97\n69652M|cpu=00:01:02\n")
    code, out, _ = site.run("status", "build/spec", "--job", "first")
    assert code == 0
    first, second = out.splitlines()
    assert first == (
        "first  job 90  RUNNING on cn[0001-0002]  iteration 15 of 25  ▇▇▇▇▇▇▇▇▇▇▇░░░░░░░░░  9.44 Å"
    )
    assert without_times(second.strip()) == (
        "N min N s each · about N min N s left · limit in N min N s · will not be done before the limit"
        " · memory 68.0 GiB of a rank at most · GPUs busy 97 % · GPU memory 8012M · began 1 time anew"
    )
    assert "3 min 20 s each · about 36 min" in second
    assert "limit in 13 min 0 s" in second


def test_the_same_for_programs(site: Site) -> None:
    folder = site.submitted("first", "90", ago=100_000)
    site.says("90", state="RUNNING", reason="None", nodes="cn0001", ran="00:47:00")
    (folder / "run.out").write_text(OUT)
    iterations(folder, 14, 200)
    found = json.loads(site.run("status", "build/spec", "--format", "json")[1])
    assert found["status_version"] == 1
    job, second, _ = found["jobs"]
    assert (job["state"], job["kind"], job["iteration"], job["iterations"]) == ("RUNNING", "running", 15, 25)
    assert (job["whole_iteration"], job["resolution_angstrom"], job["iteration_s"]) == (14, 9.44, 200)
    assert 1990 < job["left_s"] <= 2200
    assert (job["ran_s"], job["limit_s"], job["nodes"]) == (2820, 3600, "cn0001")
    assert (second["state"], second["id"], second["last_error"]) == ("not submitted", None, None)


def test_what_the_runtime_notes_is_believed_before_files(site: Site) -> None:
    folder = site.submitted("first", "90", ago=1000)
    site.says("90", state="RUNNING", reason="None")
    event(folder, "90", "start", "-", "started")
    for number in (3, 4):
        event(folder, "90", "iteration", number, "written")
    event(folder, "91", "iteration", 9, "of another job")
    iterations(folder, 7, 10)
    job = json.loads(site.run("status", "build/spec", "--format", "json")[1])["jobs"][0]
    assert job["whole_iteration"] == 4


def test_a_step_that_does_not_iterate(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None", nodes="cn0001", limit="UNLIMITED", ran="1-02:00:00")
    (folder / "run.out").write_text(
        ' Correcting beam-induced motions ...\n000/??? sec ~~\r 1.50/6.00 min ......~~(,_,">'
    )
    first, second = site.run("status", "build/spec", "--job", "first")[1].splitlines()
    assert first == "first  job 90  RUNNING on cn0001  this step about 4 min 30 s left"
    assert second.strip() == "running for 1 d 2 h"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Priority", "jobs of higher priority come first"),
        ("BeginTime", "may not start yet: after a requeue Slurm waits about two minutes"),
        ("JobHeldUser", "is held: `scontrol release` lets it go"),
        ("ReqNodeNotAvail,_UnavailableNodes:cn0001", "nodes that it needs are down, drained or reserved"),
        ("launch_failed_requeued_held", "could not be started on its nodes, so that Slurm holds it"),
        ("SomethingNew", "Slurm says: SomethingNew"),
    ],
)
def test_why_a_job_waits(site: Site, reason: str, said: str) -> None:
    site.submitted("first", "90")
    site.says("90", reason=reason)
    assert said in site.run("status", "build/spec")[1]


def test_a_job_says_which_other_it_waits_for_and_which_kept_it_from_starting(site: Site) -> None:
    site.submitted("first", "90")
    site.submitted("second", "91")
    site.says("90", state="RUNNING", reason="None")
    site.says("91", reason="Dependency")
    assert "second  job 91  PENDING\n        waits for first\n" in site.run("status", "build/spec")[1]
    site.says("90", state="FAILED", reason="NonZeroExitCode", exit_code="143:0")
    site.says("91", state="CANCELLED", reason="DependencyNeverSatisfied")
    out = site.run("status", "build/spec")[1]
    assert "second  job 91  CANCELLED\n        it never started, because first did not end well\n" in out


def test_completed_without_the_mark_of_relion_is_no_success(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="COMPLETED", reason="None")
    out = site.run("status", "build/spec", "--job", "first")[1]
    assert out.startswith("first  job 90  FAILED")
    assert "RELION has not written that it succeeded" in out
    mark = folder / "RELION_JOB_EXIT_SUCCESS"
    mark.touch()
    assert site.run("status", "build/spec", "--job", "first")[1] == "first  job 90  COMPLETED\n"
    os.utime(mark, (0, 0))  # of an earlier run
    assert "FAILED" in site.run("status", "build/spec", "--job", "first")[1]


def test_what_the_runtime_says_of_the_end_counts_most(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="FAILED", reason="NonZeroExitCode", exit_code="13:0")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "end", 25, "finished", "finished", 0)
    assert "COMPLETED" in site.run("status", "build/spec")[1]
    event(folder, "90", "start", "-", "started again", start=1)
    event(folder, "90", "end", 25, "scratch /x has 0 GiB free, planned for 20", "preflight", 69, start=1)
    out = site.run("status", "build/spec")[1]
    assert "first   job 90  FAILED" in out
    assert "began 1 time anew · scratch /x has 0 GiB free, planned for 20" in out


def test_a_job_that_slurm_knows_no_more(site: Site) -> None:
    folder = site.submitted("first", "90")
    assert (
        "first   job 90  unknown\n        Slurm does not know the job any more"
        in site.run("status", "build/spec")[1]
    )
    site.put("sacct.says", "90|TIMEOUT|0:0|01:00:12|01:00:00|2026-11-22T06:37:39|2026-11-22T07:37:39|cn0001||\n"
             "90.0|CANCELLED|0:15|01:00:12||2026-11-22T06:37:39||cn0001|3000M|cpu=1,gres/gpuutil=50\n")  # fmt: skip
    out = site.run("status", "build/spec")[1]
    assert "first   job 90  TIMEOUT\n" in out
    assert "its time limit was over before it had finished" in out
    (site.stub / "sacct.says").unlink()
    (folder / "RELION_JOB_EXIT_FAILURE").touch()
    assert "first   job 90  FAILED" in site.run("status", "build/spec")[1]


def test_a_job_that_goes_on_by_itself_says_after_what(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "resume", 3, "srun: error: cn0013: task 1: Killed; once more in this allocation")
    out = site.run("status", "build/spec")[1]
    assert "went on 1 time after a failure · srun: error: cn0013: task 1: Killed; once more" in out


def test_slurm_that_does_not_answer(site: Site) -> None:
    site.submitted("first", "90")
    site.put("silent", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n")
    code, out, _ = site.run("status", "build/spec")
    assert code == 0
    assert "Slurm does not answer: slurm_load_jobs error: Unable to contact slurm controller" in out


def test_an_older_build_is_said(site: Site) -> None:
    folder = site.submitted("first", "90", changed=True)
    site.says("90", state="COMPLETED", reason="None")
    (folder / "RELION_JOB_EXIT_SUCCESS").touch()
    assert "first   job 90  COMPLETED (as it was built before)\n" in site.run("status", "build/spec")[1]


def test_status_finds_the_folder_from_elsewhere(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None")
    (folder / "run.out").write_text(OUT)
    monkeypatch.chdir(tmp_path)
    assert "iteration 15 of 25" in site.run("status", "project/build/spec")[1]


def test_a_watch_ends_with_the_jobs_and_says_only_what_changes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None", nodes="cn0001")
    looks = iter(
        [
            lambda: None,
            (folder / "RELION_JOB_EXIT_SUCCESS").touch,
            lambda: site.says("90", state="COMPLETED"),
        ]
    )
    sleeping(monkeypatch, lambda: next(looks)())  # noqa: PLW0108 - each pause takes the next
    code, out, _ = site.run("status", "build/spec", "--job", "first", "--watch")
    assert code == 0
    assert [line.split("  ")[2] for line in out.splitlines() if line.startswith("first")] == [
        "RUNNING on cn0001", "COMPLETED",
    ]  # fmt: skip


def test_a_watch_can_be_stopped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None")

    def stop() -> None:
        raise KeyboardInterrupt

    sleeping(monkeypatch, stop)
    assert site.run("status", "build/spec", "--watch")[0] == 0


@pytest.mark.parametrize(("state", "code"), [("COMPLETED", 0), ("CANCELLED", 1)])
def test_wait_tells_by_its_exit_code(
    site: Site, monkeypatch: pytest.MonkeyPatch, state: str, code: int
) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None")

    def end() -> None:
        (folder / "RELION_JOB_EXIT_SUCCESS").touch()
        site.says("90", state=state, reason="None")

    sleeping(monkeypatch, end)
    assert site.run("wait", "build/spec", "--job", "first")[:2] == (
        code,
        f"first  job 90  {state}\n" + "       was cancelled\n" * code,
    )
