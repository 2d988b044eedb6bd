"""`relionc why`: the reason, the line that shows it, what helps, and another layout."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from test_status_command import OUT, event, iterations

if TYPE_CHECKING:
    from stub_slurm import Site

SLURMD = "slurmstepd-cn0001: error: *** JOB 90 ON cn0001 CANCELLED AT 2026-11-29T03:03:48{} ***"
NEWER = "[2026-11-29T03:03:48.006] error: *** JOB 90 ON cn0001 CANCELLED AT 2026-11-29T03:03:48{} ***"
OTHER_STEP = "slurmstepd-cn0001: error: *** STEP 90.0 ON cn0001 CANCELLED AT 2026-11-29T03:03:48 ***\n"
BACKTRACE = "=== Backtrace  ===\nrelion_refine_mpi(_ZN11RelionErrorC2E+0x7a) [0x55]\n"


def failed(site: Site, *, err: str = "", slurm: str = "", state: str = "FAILED", **facts: str) -> str:
    """Return the post mortem of a job that failed with such logs."""
    folder = site.submitted("first", "90")
    site.says("90", **{"state": state, "reason": "NonZeroExitCode", "exit_code": "143:0", **facts})
    (folder / "run.out").write_text(OUT)
    (folder / "run.err").write_text(err)
    (site.here / "slurm-90.out").write_text(slurm)
    code, out, _ = site.run("why", "build/spec")
    assert code == 0
    return out


def test_nothing_to_explain(site: Site) -> None:
    assert site.run("why", "build/spec")[1] == "nothing of this build has failed or is held up\n"


def test_memory_and_the_layout_with_more_of_it(site: Site) -> None:
    said = "slurmstepd-cn0001: error: Detected 1 oom_kill event in StepId=90.0. Some of the step tasks were killed."
    out = failed(site, err=f" WARNING: something\n{said}\nsrun: error: cn0002: task 1: Killed\n")
    assert out.splitlines()[:6] == [
        "first  job 90  FAILED (exit code 143:0), in iteration 15 of 25",
        "  reason   the job took more memory than it had asked for, and was stopped",
        f"  seen     run.err:2: {said}",
        "  cure     ask for more memory, or put fewer ranks on a node",
        "  more     relionc rule RL402",
        "  change   mem_per_cpu: 2G -> 3G (spec.yaml:9)",
    ]
    assert "  then     first  heterogeneous" in out
    assert out.endswith("  go on    relionc resume build/spec\n")


def test_a_layout_that_there_is_not_is_said_with_what_would_work(site: Site) -> None:
    spec = (site.here / "spec.yaml").read_text().replace("mem_per_cpu: 2G", "mem_per_cpu: 30G")
    (site.here / "spec.yaml").write_text(spec)
    assert site.run("build", "spec.yaml")[0] == 0
    out = failed(site, err="slurmstepd: error: Exceeded job memory limit\n")
    assert "change   mem_per_cpu: 30G -> 45G (spec.yaml:9)" in out
    assert "then     " in out


def test_the_change_without_the_spec(site: Site) -> None:
    (site.here / "spec.yaml").rename(site.here / "moved.yaml")
    out = failed(site, err="slurmstepd: error: Exceeded job memory limit\n")
    assert (
        "change   mem_per_cpu: 1.5 times as much (--spec FILE shows the layout: spec.yaml is not near the build)"
        in out
    )
    assert "mem_per_cpu: 2G -> 3G (moved.yaml:9)" in site.run("why", "build/spec", "--spec", "moved.yaml")[1]
    assert "cannot read gone.yaml" in site.run("why", "build/spec", "--spec", "gone.yaml")[1]


def test_another_spec_of_the_same_name_is_not_taken(site: Site) -> None:
    path = site.here / "spec.yaml"
    path.write_text(path.read_text() + "# edited\n")
    assert "spec.yaml is not near the build" in failed(site, err="Exceeded job memory limit\n")


@pytest.mark.parametrize("written", [SLURMD, NEWER])
@pytest.mark.parametrize(
    ("due", "state", "reason"),
    [
        (" DUE TO TIME LIMIT", "TIMEOUT", "its time limit was over before it had finished"),
        (" DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS", "NODE_FAIL", "one of its nodes failed"),
        ("", "CANCELLED", "was cancelled"),
        (" DUE to SIGNAL Terminated", "CANCELLED", "was cancelled"),
    ],
)
def test_slurm_ended_it(site: Site, written: str, due: str, state: str, reason: str) -> None:
    line = written.format(due)
    out = failed(site, err="srun: error: cn0001: task 0: Killed\n", slurm=f"hello\n{line}\n", state=state)
    assert f"  reason   {reason}\n  seen     slurm-90.out:2: {line}\n" in out


def test_a_limit_asks_for_more_time(site: Site) -> None:
    out = failed(site, slurm=SLURMD.format(" DUE TO TIME LIMIT") + "\n", state="TIMEOUT")
    assert "change   time: 01:00:00 -> 02:00:00 (spec.yaml:9)" in out
    assert "02:00:00" in out.split("then")[1]


def test_slurm_forgot_the_job_but_the_log_did_not(site: Site) -> None:
    folder = site.submitted("first", "90")
    (folder / "RELION_JOB_EXIT_FAILURE").touch()
    (site.here / "first-90.out").write_text(SLURMD.format(" DUE TO TIME LIMIT") + "\n")
    assert "its time limit was over" in site.run("why", "build/spec")[1]


def test_a_step_that_was_killed_for_another_rank_is_no_cancellation(site: Site) -> None:
    out = failed(site, err=f"srun: error: cn0002: task 1: Killed\n{OTHER_STEP}", slurm=OTHER_STEP)
    assert "a process of the job was killed from outside (signal 9)" in out
    assert "seen     run.err:1: srun: error: cn0002: task 1: Killed" in out


def test_relions_own_error_stands_below_the_word(site: Site) -> None:
    err = f"in: ./src/metadata_table.cpp, line 1143\nERROR: \nBad thing in file x\n{BACKTRACE}"
    assert "seen     run.err:3: Bad thing in file x" in failed(site, err=err)


def test_the_runtime_is_believed_first_and_its_sentence_shown(site: Site) -> None:
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "end", "-", "cn0006: cannot read Particles/particles.star", "preflight", 69)
    out = failed(site, err="CustomAllocator out of memory\n", slurm=SLURMD.format(" DUE TO TIME LIMIT"))
    assert out.splitlines()[1:4] == [
        "  reason   cn0006: cannot read Particles/particles.star",
        "  seen     relionc/events.tsv: preflight, status 69",
        "  cure     mend what it names, and go on; nothing was computed",
    ]


def test_an_ending_that_a_log_tells_more_of(site: Site) -> None:
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "end", "-", "the ranks died too often: task 1: Killed", "given_up", 76)
    out = failed(site, err="CustomAllocator out of memory\n")
    assert out.splitlines()[1:4] == [
        "  reason   a GPU had not enough memory",
        "  seen     run.err:1: CustomAllocator out of memory",
        "  seen     relionc/events.tsv: the ranks died too often: task 1: Killed",
    ]


def test_a_full_disk_is_no_lack_of_memory_though_its_ranks_were_ended(site: Site) -> None:
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "end", "-", "a disk was full: the disk of Run/ has 9 KiB left", "disk", 80)
    out = failed(site, err="srun: error: cn0002: task 1: Killed\n")
    assert out.splitlines()[1] == "  reason   a disk was full: the disk of Run/ has 9 KiB left"
    assert "memory" not in out


@pytest.mark.parametrize("iteration", ["0", "7"])
def test_what_is_not_taken_again_is_no_warning(site: Site, iteration: str) -> None:
    """A run that goes on has the same arguments, of which RELION takes fewer."""
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "launch", iteration, "RELION starts")
    out = failed(site, err="WARNING: Option --random_seed\tis not a valid RELION argument\n")
    assert ("RELION did not take an argument" in out) is (iteration == "0")


def test_a_job_that_ended_well_tells_what_it_got_over(site: Site) -> None:
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    for number, what in enumerate(
        ["rank 2 was killed", "no sign of life", "rank 0 was killed", "rank 1 was killed"]
    ):
        event(folder, "90", "launch", str(number), "RELION starts")
        event(folder, "90", "resume", str(number + 1), what)
    event(folder, "90", "end", "9", "RELION finished", "finished", 0)
    site.says("90", state="COMPLETED", reason="None")
    out = site.run("why", "build/spec")[1].splitlines()
    assert out[2:6] == [
        "  besides  it had to go on after something that went wrong",
        "  seen     relionc/events.tsv: no sign of life",
        "  seen     relionc/events.tsv: rank 0 was killed",
        "  seen     relionc/events.tsv: rank 1 was killed",
    ]


def test_how_it_ended_is_read_from_the_log_where_the_folder_is_gone(site: Site) -> None:
    site.submitted("first", "90")
    head = "relionc: job {}, first: folder_gone, status 87: somebody has removed the folder   \n"
    assert "  reason   somebody has removed the folder" in failed(site, slurm=head.format("90"))
    assert "somebody" not in failed(site, slurm=head.format("89")).splitlines()[1]


def test_an_ending_that_is_none(site: Site) -> None:
    """The job went back to the queue, where somebody cancelled it."""
    folder = site.submitted("first", "90")
    event(folder, "90", "start", "-", "started")
    event(folder, "90", "end", 3, "the job goes back to the queue", "requeued", 85)
    assert "  reason   was cancelled\n" in failed(site, state="CANCELLED", reason="None")


def test_logs_of_another_job_in_the_same_folder_say_nothing(site: Site) -> None:
    out = failed(
        site, err="=== relionc: job 80, start 0.0, from the beginning\nCustomAllocator out of memory\n"
    )
    assert "GPU" not in out


def test_an_older_attempt_in_the_same_log_is_not_todays_reason(site: Site) -> None:
    before = "=== relionc: job 80, start 0.0, from the beginning\nCustomAllocator out of memory\n"
    err = (
        f"{before}=== relionc: job 90, start 0.0, from iteration 3\ntask 0 launch failed: Unspecified error\n"
    )
    out = failed(site, err=err)
    assert "srun could not start the program on all nodes" in out
    assert "GPU" not in out


def test_completed_although_nothing_was_started(site: Site) -> None:
    err = "srun: error: task 0 launch failed: Unspecified error\nsrun: error: Application launch failed\n"
    out = failed(site, err=err, state="COMPLETED", exit_code="0:0", reason="None")
    assert out.startswith("first  job 90  FAILED (Slurm: COMPLETED), in iteration 15 of 25\n")
    assert "srun could not start the program on all nodes" in out


def test_completed_without_any_trace(site: Site) -> None:
    out = failed(site, state="COMPLETED", exit_code="0:0", reason="None")
    assert "Slurm says that it ended well, but RELION has not written that it succeeded" in out


def test_a_script_that_never_started(site: Site) -> None:
    out = failed(site, reason="JobLaunchFailure", exit_code="0:53")
    assert "could not be started on its first node: is the folder of submission there?" in out


def test_unknown_words_are_shown_as_they_are(site: Site) -> None:
    out = failed(site, err="once\ntwice\nthrice\nand done\n")
    assert [line.split(":", 2)[1] for line in out.splitlines() if "seen" in line] == ["2", "3", "4"]


def test_dependants_are_told_of_whom_they_waited_for(site: Site) -> None:
    site.submitted("second", "91")
    site.says("91", state="CANCELLED", reason="DependencyNeverSatisfied")
    out = failed(site, err="CustomAllocator out of memory\n")
    assert "second  job 91  CANCELLED\n  reason   it never started, because first did not end well\n" in out
    assert "see why first failed; `relionc resume` submits both again" in out


def test_what_ends_nothing_is_told_besides(site: Site) -> None:
    folder = site.submitted("first", "90")
    site.says("90", state="RUNNING", reason="None")
    (folder / "run.out").write_text(OUT)
    (folder / "run.err").write_text(
        " Warning: scratch space full on cn0006. Remaining 40 particles will be read\n"
    )
    out = site.run("why", "build/spec")[1]
    assert "besides  not all particles fitted the scratch disk" in out
    assert "go on" not in out


def test_a_run_without_a_word_is_a_stall_only_after_long(site: Site) -> None:
    folder = site.submitted("first", "90", ago=100_000)
    site.says("90", state="RUNNING", reason="None", ran="05:00:00")
    (folder / "run.out").write_text(OUT)
    now = time.time()
    for age, stalled in ((300, False), (700, True)):
        os.utime(folder / "run.out", (now - age, now - age))
        assert ("nothing has been written for a long time" in site.run("why", "build/spec")[1]) == stalled
    iterations(folder, 14, 1000)
    assert "nothing has been written" not in site.run("why", "build/spec")[1]


def test_held_jobs_and_how_to_let_them_go(site: Site) -> None:
    site.submitted("first", "90")
    site.says("90", reason="launch_failed_requeued_held")
    out = site.run("why", "build/spec")[1]
    assert "could not be started on its nodes, so that Slurm holds it: a prolog of the site failed" in out
    assert "let it go with `relionc resume`" in out


def test_the_same_for_programs(site: Site) -> None:
    failed(site, err="CustomAllocator out of memory\n")
    first, *_ = json.loads(site.run("why", "build/spec", "--format", "json")[1])["jobs"]
    assert (first["name"], first["state"], first["reason"]["code"]) == ("first", "FAILED", "RL405")
    assert first["reason"]["seen"] == [{"place": "run.err:1", "text": "CustomAllocator out of memory"}]
