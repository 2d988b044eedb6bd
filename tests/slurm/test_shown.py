"""What Slurm's programs print is read as it is meant, in the words of each generation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from relionc.slurm import shown

TEXTS = Path(__file__).parents[1] / "data" / "slurm_texts"


def test_a_real_record() -> None:
    (record,) = shown.jobs((TEXTS / "job-22.05.txt").read_text())
    job = shown.of_scontrol(record)
    assert (job.state, job.reason, job.restarts, job.ran_s, job.limit_s) == ("RUNNING", "", 0, 2, 600)
    assert (job.nodes, job.exit_code, job.script) == ("cn[0001-0002]", "0:0", "")
    assert job.log == "/opt/slurmlab/t/slurm-27.out"


def test_paths_with_blanks_stay_whole_and_names_cannot_pose_as_keys() -> None:
    text = (
        "JobId=7 JobName=x JobState=COMPLETED Reason=None\n   JobState=RUNNING Reason=None\n"
        "   Command=/home/me/my project/run.sbatch --x\n   StdOut=/home/me/my project/slurm-7.out\n"
    )
    job = shown.of_scontrol(shown.jobs(text)[0])
    assert (job.state, job.script) == ("RUNNING", "/home/me/my project/run.sbatch --x")
    assert job.log == "/home/me/my project/slurm-7.out"


def test_a_hetjob_has_a_record_for_each_group() -> None:
    groups = (("20", "RUNNING"), ("21", "PENDING"))
    text = "".join(f"JobId={job} HetJobId=20 JobName=h\n   JobState={state}\n\n" for job, state in groups)
    assert [record["JobState"] for record in shown.jobs(text)] == ["RUNNING", "PENDING"]


@pytest.mark.parametrize(
    "text", ["", "\n", "slurm_load_jobs error: Invalid job id specified\n", "No jobs in the system"]
)
def test_no_record(text: str) -> None:
    assert shown.jobs(text) == []


@pytest.mark.parametrize(
    ("text", "job_id"),
    [
        ("12\n", "12"),
        ("12;cluster\n", "12"),
        ("Welcome to the cluster\n12\n", "12"),
        ("", None),
        ("Submitted batch job twelve", None),
        ("12345678901", None),
        ("-12", None),
    ],
)
def test_the_id_of_a_submission(text: str, job_id: str | None) -> None:
    assert shown.submitted(text) == job_id


def test_sacct() -> None:
    text = (
        "90|CANCELLED by 1000|0:15|1-00:00:12|2-00:00:00|2026-11-22T06:37:39|Unknown|cn0001||\n"
        "90.batch|CANCELLED|0:15|00:00:12||||cn0001|2000K|cpu=00:01,mem=2000K\n"
        "90.0|CANCELLED|0:15|00:00:12||||cn0001|3.5G|gres/gpumem=1G,gres/gpuutil=40\n"
        "90.1|COMPLETED|0:0|00:00:12||||cn0001|3G|gres/gpumem=900M,gres/gpuutil=9\n"
        "900|RUNNING|0:0|00:00:12||||cn0001|9G|\n"
    )
    job = shown.of_sacct(text, "90")
    assert job is not None
    assert (job.state, job.ran_s, job.limit_s, job.exit_code) == ("CANCELLED", 86412, 172800, "0:15")
    assert (job.peak, job.used) == (int(3.5 * 2**30), {"gpumem": "1G", "gpuutil": "40"})
    assert shown.of_sacct(text, "9") is None
    assert shown.of_sacct("Slurm accounting storage is disabled\n", "90") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:02", 2),
        ("1-02:00:00", 93600),
        ("00:00:00", 0),
        ("UNLIMITED", None),
        ("INVALID", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert shown.seconds(text) == seconds


def test_moments() -> None:
    assert shown.moment("2026-11-22T06:37:39") == time.mktime((2026, 11, 22, 6, 37, 39, 0, 0, -1))
    assert shown.moment("Unknown") is None
    assert shown.moment("99999-11-22T06:37:39") is None
