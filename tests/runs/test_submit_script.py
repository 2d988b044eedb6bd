"""submit.sh does as `relionc submit` does, with bash alone; each knows what the other has submitted."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from relionc.slurm.environment import CONTRADICTING

if TYPE_CHECKING:
    from stub_slurm import Site

WAITS = "--dependency=afterok:{} --kill-on-invalid-dep=yes"


def script(site: Site) -> subprocess.CompletedProcess[str]:
    for name in ("particles.star", "reference.mrc"):
        (site.here / name).touch()
    command = ["bash", "build/spec/submit.sh"]
    return subprocess.run(command, cwd=site.here, capture_output=True, text=True, check=False)


def test_jobs_are_held_until_all_are_there_and_remembered(site: Site) -> None:
    done = script(site)
    assert (done.returncode, done.stdout, done.stderr) == (0, "first 101\nsecond 102\nother 103\n", "")
    scripts = [f"{site.build}/{name}/run.sbatch" for name in ("first", "second", "other")]
    assert site.calls("sbatch") == [
        f"--parsable --hold {scripts[0]}",
        f"--parsable {WAITS.format('101')} {scripts[1]}",
        f"--parsable --hold {scripts[2]}",
    ]
    assert site.calls("scontrol") == ["release 101 103"]
    assert [site.rows(name) for name in ("first", "second", "other")] == [["101"], ["102"], ["103"]]
    assert (site.build / "state/folder").read_text() == f"{site.here}\n"
    code, out, _ = site.run("submit", "build/spec")
    assert code == 1
    assert "second is in the queue already: job 102, PENDING\n" in out
    assert "job 101  PENDING" in site.run("status", "build/spec")[1]


def test_nothing_is_submitted_from_another_folder(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a folder made there for a job that could only fail."""
    monkeypatch.delenv("RELIONC_INPUTS")
    elsewhere = site.here / "elsewhere"
    elsewhere.mkdir()
    command = ["bash", f"{site.build}/submit.sh"]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    said = f"nothing was submitted: first reads particles.star, which is not in {elsewhere}: call this in"
    assert (done.returncode, done.stderr) == (1, f"{said} the project folder\n")
    assert (site.calls("sbatch"), [*elsewhere.iterdir()]) == ([], [])
    later = {**os.environ, "RELIONC_INPUTS": "later"}
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False, env=later)
    assert (done.returncode, len(site.calls("sbatch"))) == (0, 3)


@pytest.mark.parametrize("to", ["build/spec/submit.sh", "another"])
def test_a_link_to_it_submits_its_build(site: Site, to: str) -> None:
    for name in ("particles.star", "reference.mrc"):
        (site.here / name).touch()
    (site.here / "another").symlink_to(site.build / "submit.sh")
    (site.here / "go").symlink_to(to)
    done = subprocess.run(["bash", "go"], cwd=site.here, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "first 101\nsecond 102\nother 103\n", "")
    assert f"--parsable --hold {site.build}/first/run.sbatch" in site.calls("sbatch")
    assert site.rows("first") == ["101"]


def test_what_the_command_submitted_is_known_to_it(site: Site) -> None:
    site.run("submit", "build/spec")
    done = script(site)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "first is in the queue already: job 101, PENDING"
    assert "nothing was submitted: all that is left is in the queue already" in done.stderr
    assert len(site.calls("sbatch")) == 3


def test_a_refused_job_takes_the_others_back(site: Site) -> None:
    site.put("refuse.other", "sbatch: error: Invalid feature specification\n")
    done = script(site)
    assert (done.returncode, done.stdout) == (1, "")
    assert "what was queued before was cancelled: 101 102" in done.stderr
    assert site.calls("scancel") == ["101 102"]
    assert [site.rows(name) for name in ("first", "second", "other")] == [[], [], []]


def test_jobs_that_cannot_be_released_are_taken_back(site: Site) -> None:
    site.put("keep", "")
    done = script(site)
    assert done.returncode == 1
    assert "cancelled: 101 102 103" in done.stderr
    assert site.rows("first") == []


def test_an_answer_without_an_id_is_a_refusal(site: Site) -> None:
    (site.stub / "sbatch").write_text("#!/bin/bash\necho welcome\n")
    done = script(site)
    assert done.returncode == 1
    assert "sbatch has not said which job first is" in done.stderr


@pytest.mark.parametrize("noted", [True, False])
def test_finished_jobs_are_skipped_and_others_wait_for_those_in_the_queue(site: Site, noted: bool) -> None:
    done = site.submitted("first", "90")
    site.says("90", state="COMPLETED", reason="None")
    site.submitted("other", "91")
    site.says("91", state="RUNNING", reason="None")
    if noted:
        (done / "relionc").mkdir()
        rows = ("90\t0\tstart\t-\tbegan", "89\t0\tend\t-\tx\ty\t70", "90\t0\tend\t25\tdone\tfinished\t0")
        (done / "relionc/events.tsv").write_text("".join(f"1\t{row}\n" for row in rows))
    else:
        time.sleep(0.02)
        (done / "RELION_JOB_EXIT_SUCCESS").touch()
    said = script(site)
    assert (said.returncode, said.stderr) == (0, "")
    assert (
        said.stdout
        == "first is finished already\nother is in the queue already: job 91, RUNNING\nsecond 101\n"
    )
    assert site.calls("sbatch")[-1] == f"--parsable --hold {site.build}/second/run.sbatch"


@pytest.mark.parametrize("row", ["90\t0\tend\t25\tkilled\tgiven_up\t76", "90\t0\tstart\t-\tbegan"])
def test_a_mark_counts_nothing_where_the_script_has_noted_something_else(site: Site, row: str) -> None:
    folder = site.submitted("first", "90")
    time.sleep(0.02)
    (folder / "RELION_JOB_EXIT_SUCCESS").touch()
    (folder / "relionc").mkdir()
    (folder / "relionc/events.tsv").write_text(f"1\t{row}\n")
    assert "first 101" in script(site).stdout


def test_nothing_is_submitted_while_slurm_does_not_answer(site: Site) -> None:
    site.submitted("first", "90")
    site.put("silent", "slurm_load_jobs error: Unable to contact slurm controller\n")
    done = script(site)
    assert done.returncode == 1
    assert "nobody can say whether first still runs" in done.stderr
    assert site.calls("sbatch") == []


def test_two_at_once_submit_once(site: Site) -> None:
    for name in ("particles.star", "reference.mrc"):
        (site.here / name).touch()
    (site.stub / "sbatch").write_text((site.stub / "sbatch").read_text().replace("\n", "\nsleep 0.3\n", 1))
    command = ["bash", "build/spec/submit.sh"]
    calls = [subprocess.Popen(command, cwd=site.here, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [call.communicate()[1] for call in calls]
    assert sorted(call.returncode for call in calls) == [0, 1, 1]
    assert sum("is being submitted by another call" in text for text in said) == 2
    assert site.rows("first") == ["101"]


def test_variables_of_a_surrounding_job_stay_outside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*CONTRADICTING, "SLURM_MEM_PER_CPU", "SLURM_MEM_PER_NODE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("SLURM_CONF", "/etc/slurm/slurm.conf")
    script(site)
    lines = (site.stub / "environment.first").read_text().splitlines()
    assert {line.split("=")[0] for line in lines if line.startswith(("SLURM_", "SRUN_"))} == {"SLURM_CONF"}
    assert f"RELIONC_BUILD={site.build}" in lines
