"""`relionc submit`, `resume`, `cancel`: what Slurm's programs are asked, and what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stub_slurm import Site

WAITS = "--dependency=afterok:{} --kill-on-invalid-dep=yes"


def test_jobs_are_held_until_all_are_there(site: Site) -> None:
    assert site.run("submit", "build/spec") == (0, "first 101\nsecond 102\nother 103\n", "")
    scripts = [f"{site.build}/{name}/run.sbatch" for name in ("first", "second", "other")]
    assert site.calls("sbatch") == [
        f"--parsable --hold {scripts[0]}",
        f"--parsable {WAITS.format('101')} {scripts[1]}",
        f"--parsable --hold {scripts[2]}",
    ]
    assert site.calls("scontrol") == ["release 101 103"]
    assert [site.rows(name) for name in ("first", "second", "other")] == [["101"], ["102"], ["103"]]
    assert (site.build / "state/folder").read_text() == f"{site.here}\n"
    assert (site.here / "Class3D/first").is_dir()


def test_one_job_needs_no_hold(site: Site) -> None:
    assert site.run("submit", "build/spec", "--job", "other")[0] == 0
    assert site.calls("sbatch") == [f"--parsable {site.build}/other/run.sbatch"]
    assert site.calls("scontrol") == []


def test_a_rebuild_knows_what_was_submitted(site: Site) -> None:
    site.run("submit", "build/spec")
    assert site.run("build", "spec.yaml", "--relion", "5.0")[0] == 0
    assert site.rows("first") == ["101"]
    code, out, _ = site.run("submit", "build/spec", "--job", "first")
    assert (code, out) == (1, "first is in the queue already: job 101, PENDING, as it was built before\n")


def test_a_refused_job_takes_the_others_back(site: Site) -> None:
    site.put("refuse.other", "sbatch: error: Batch job submission failed: Invalid feature specification\n")
    code, out, err = site.run("submit", "build/spec")
    assert (code, out) == (1, "")
    assert "nothing was submitted: other: no node has such a feature (Slurm: Batch job" in err
    assert "what was queued before it was cancelled: 102 101" in err
    assert site.calls("scancel") == ["102 101"]
    assert [site.rows(name) for name in ("first", "second", "other")] == [[], [], []]
    (site.stub / "refuse.other").unlink()
    assert site.run("submit", "build/spec")[0] == 0


def test_jobs_that_cannot_be_released_are_taken_back(site: Site) -> None:
    site.put("keep", "")
    code, _, err = site.run("submit", "build/spec")
    assert code == 1
    assert "Access/permission denied" in err
    assert site.calls("scancel") == ["103 102 101"]
    assert site.rows("first") == []


def test_an_answer_without_an_id_is_a_refusal(site: Site) -> None:
    (site.stub / "sbatch").write_text("#!/bin/bash\necho welcome\n")
    code, _, err = site.run("submit", "build/spec")
    assert code == 1
    assert "Slurm says: welcome" in err


def test_the_same_build_twice_is_refused(site: Site) -> None:
    site.run("submit", "build/spec")
    code, out, err = site.run("submit", "build/spec")
    assert code == 1
    assert out.splitlines() == [
        "first is in the queue already: job 101, PENDING",
        "second is in the queue already: job 102, PENDING",
        "other is in the queue already: job 103, PENDING",
    ]
    assert "nothing was submitted: all that is left is in the queue already" in err
    assert len(site.calls("sbatch")) == 3


def test_finished_jobs_are_skipped_and_others_wait_for_those_in_the_queue(site: Site) -> None:
    done = site.submitted("first", "90")
    site.says("90", state="COMPLETED", reason="None")
    (done / "RELION_JOB_EXIT_SUCCESS").touch()
    code, out, _ = site.run("submit", "build/spec", "--job", "second", "--job", "first")
    assert (code, out) == (0, "first is finished already\nsecond 101\n")
    assert site.calls("sbatch") == [f"--parsable {site.build}/second/run.sbatch"]


def test_a_job_waits_for_one_that_was_submitted_before(site: Site) -> None:
    site.run("submit", "build/spec", "--job", "first")
    assert site.run("submit", "build/spec", "--job", "second")[:2] == (0, "second 102\n")
    assert WAITS.format("101") in site.calls("sbatch")[-1]


def test_a_job_alone_is_refused_where_what_it_needs_has_failed(site: Site) -> None:
    site.submitted("first", "90")
    site.says("90", state="FAILED", reason="NonZeroExitCode")
    code, _, err = site.run("submit", "build/spec", "--job", "second")
    assert code == 1
    assert "second needs first, which is not finished: submit both" in err


def test_an_edited_build_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    script = site.build / "first/run.sbatch"
    script.write_text(script.read_text() + "\n")
    code, _, err = site.run("submit", "build/spec")
    assert code == 1
    assert "first/run.sbatch is not as it was built" in err
    assert site.calls("sbatch") == []
    monkeypatch.setenv("RELIONC_EDITED", "yes")
    assert site.run("submit", "build/spec")[0] == 0


def test_nothing_is_submitted_while_slurm_does_not_answer(site: Site) -> None:
    site.submitted("first", "90")
    site.put("silent", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n")
    code, _, err = site.run("submit", "build/spec")
    assert code == 1
    assert "nobody can say whether first still runs: Slurm does not answer" in err
    assert site.calls("sbatch") == []


def test_variables_of_a_surrounding_job_stay_outside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLURM_HOSTFILE", "SLURM_MEM_PER_CPU", "SLURM_CPUS_PER_TASK", "SLURM_TRES_PER_TASK"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SLURM_CONF", "/etc/slurm/slurm.conf")
    site.run("submit", "build/spec", "--job", "first")
    lines = (site.stub / "environment.first").read_text().splitlines()
    assert {line.split("=")[0] for line in lines if line.startswith("SLURM_")} == {"SLURM_CONF"}
    assert f"RELIONC_BUILD={site.build}" in lines


def test_slurm_is_asked_first(site: Site) -> None:
    site.put(
        "test",
        "sbatch: Job 7 to start at 2026-11-30T02:32:53 using 6 processors on nodes cn0013 in partition norm\n",
    )
    site.put(
        "refuse.second",
        "allocation failure: Requested time limit is invalid (missing or exceeds some limit)\n",
    )
    code, out, err = site.run("submit", "build/spec", "--test-only")
    assert code == 1
    said = "Slurm would take it: 6 CPUs in partition norm, at 2026-11-30 02:32:53 if nothing changes"
    assert out.splitlines() == [f"first  {said}", f"other  {said}"]
    assert "Slurm would refuse second: more time than the partition allows (Slurm: allocation failure:" in err
    assert site.rows("first") == []


def test_the_newest_slurm_is_understood_and_an_unknown_answer_does_no_harm(site: Site) -> None:
    site.put(
        "test",
        "Job 7 to start at 2026-11-30T02:32:53 a using 6 processors on nodes cn0013 in partition norm\n",
    )
    assert "at 2026-11-30 02:32:53" in site.run("submit", "build/spec", "--test-only", "--job", "first")[1]
    site.put("test", "yes\n")
    assert site.run("submit", "build/spec", "--test-only", "--job", "first")[:2] == (
        0, "first  Slurm would take it\n",
    )  # fmt: skip


def test_resume_submits_what_ended_too_early_and_what_waits_for_it(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.submitted("second", "91")
    site.says("90", state="TIMEOUT", reason="TimeLimit")
    site.says("91", state="CANCELLED", reason="DependencyNeverSatisfied")
    for number in (1, 2):
        (folder / f"run_it00{number}_optimiser.star").touch()
    code, out, _ = site.run("resume", "build/spec", "--job", "first", "--job", "second")
    assert code == 0
    assert out == "first goes on from iteration 2\nsecond goes on from the beginning\nfirst 101\nsecond 102\n"
    assert site.rows("first") == ["90", "101"]


def test_resume_releases_what_slurm_holds(site: Site) -> None:
    site.submitted("first", "90")
    site.says("90", state="PENDING", reason="launch_failed_requeued_held")
    assert site.run("resume", "build/spec")[:2] == (0, "released 90\n")
    assert "release 90" in site.calls("scontrol")
    assert site.calls("sbatch") == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (None, "nothing of this build was ever submitted"),
        ({"state": "RUNNING", "reason": "None"}, "no job of this build has ended without having finished"),
    ],
)
def test_resume_says_why_there_is_nothing_to_resume(
    site: Site, facts: dict[str, str] | None, why: str
) -> None:
    if facts:
        site.submitted("first", "90")
        site.says("90", **facts)
    code, _, err = site.run("resume", "build/spec")
    assert code == 1
    assert why in err


def test_cancel_takes_those_first_that_wait_for_others(site: Site) -> None:
    site.run("submit", "build/spec")
    assert site.run("cancel", "build/spec") == (
        0, "other 103 cancelled\nsecond 102 cancelled\nfirst 101 cancelled\n", "",
    )  # fmt: skip
    assert site.calls("scancel") == ["103 102 101"]
    assert site.run("cancel", "build/spec")[:2] == (0, "nothing of this build waits or runs\n")


def test_cancel_leaves_a_job_alone_that_is_none_of_the_build(site: Site) -> None:
    site.submitted("first", "90")
    site.says("90", state="RUNNING", script="/home/u/other-project/run.sh")
    code, out, err = site.run("cancel", "build/spec")
    assert (code, out) == (1, "")
    assert "job 90 is not first: it runs /home/u/other-project/run.sh, and was left alone" in err
    assert site.calls("scancel") == []


@pytest.mark.parametrize("command", ["submit", "status", "resume", "cancel", "wait", "why"])
def test_what_is_no_build_is_said(site: Site, command: str) -> None:
    (site.here / "empty").mkdir()
    assert "is no build directory" in site.run(command, "empty")[2]
    assert "cannot open nowhere" in site.run(command, "nowhere")[2]
    assert "is a spec" in site.run(command, "spec.yaml")[2]
    code, _, err = site.run(command, "build/spec", "--job", "frist")
    assert code == 2
    assert "there is no job `frist` in build/spec: it has first, second, other" in err


@pytest.mark.parametrize("command", ["submit", "status", "cancel"])
def test_a_machine_without_slurm_is_said(site: Site, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site.submitted("first", "90")
    for name in ("sbatch", "scontrol", "sacct"):
        (site.stub / name).unlink()
    monkeypatch.setenv("PATH", str(site.stub))
    _, out, err = site.run(command, "build/spec")
    assert "is not on this machine" in out + err


def test_a_folder_without_the_inputs_is_hardly_the_project(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.here / "other").mkdir()
    monkeypatch.chdir(site.here / "other")
    monkeypatch.delenv("RELIONC_INPUTS")
    code, out, err = site.run("submit", "../build/spec")
    assert (code, out) == (1, "")
    assert (
        f"first reads particles.star, which is not in {site.here}/other: call this in the project folder"
        in err
    )
    assert site.calls("sbatch") == []
    assert not list((site.here / "other").iterdir())
    monkeypatch.setenv("RELIONC_INPUTS", "later")
    assert site.run("submit", "../build/spec")[0] == 0
