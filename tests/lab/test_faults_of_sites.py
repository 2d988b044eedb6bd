"""What an admin, a full disk or somebody in the output folder does to a running job, and programs that are none.

RELIONC_SOAK=1 does all of it; a usual run has a share.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .client import started
from .faults import Trial, built
from .make_particles import write
from .test_faults_around import copies, processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .client import Job, Lab

pytestmark = [pytest.mark.lab, pytest.mark.oracle, pytest.mark.usefixtures("relion")]
soak = pytest.mark.skipif(not os.environ.get("RELIONC_SOAK"), reason="RELIONC_SOAK=1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with data."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    return tmp_path


def begun(lab: Lab, project: Path, iterations: int = 12) -> Trial:
    """Start a job and wait for its second iteration."""
    trial = Trial(lab, built(project, iterations=iterations), {})
    trial.submit()
    trial.iterating()
    return trial


def programs(project: Path, body: str) -> dict[str, str]:
    """A PATH on which RELION's program does something else, but for its version."""
    folder = project / "bin"
    folder.mkdir()
    for name in ("relion_refine", "relion_refine_mpi"):
        path = folder / name
        path.write_text(f"#!/bin/bash\n[[ $* = --version ]] && exec /usr/bin/{name} --version\n{body}\n")
        path.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "RELIONC_AGAIN_WAIT": "1"}


NOT_RELION = {
    "ends at once, well": ("exit 0", "82:0", ["EXIT_FAILURE"]),
    "ends at once, with a mark": ("touch Run/job/RELION_JOB_EXIT_SUCCESS", "82:0", ["EXIT_FAILURE"]),
    "dies at once": ("kill -SEGV $$", "76:0", ["EXIT_FAILURE"]),
    "has too little memory": ('echo "what():  std::bad_alloc" >&2; exit 1', "79:0", ["EXIT_FAILURE"]),
    "finds a stale handle": (
        "echo 'ERROR: cannot write: Stale file handle' >&2; exit 1",
        "77:0",
        ["EXIT_FAILURE"],
    ),
}


@pytest.mark.parametrize(
    "what", [name if i == 1 else pytest.param(name, marks=soak) for i, name in enumerate(NOT_RELION)]
)
def test_a_program_that_does_nothing_is_no_success(what: str, lab: Lab, project: Path) -> None:
    body, code, markers = NOT_RELION[what]
    trial = Trial(lab, built(project, iterations=2), programs(project, body))
    trial.submit()
    trial.strike(what)
    job = trial.end()
    assert (job.state, job.exit_code, trial.markers()) == ("FAILED", code, markers), trial.told()
    assert "RELION finished" not in trial.told()
    for command in ("status", "why"):
        assert "FAILED" in trial.read(command)


@soak
def test_a_killed_step_takes_those_on_the_nodes_along_and_they_come_back(lab: Lab, project: Path) -> None:
    trial = begun(lab, project, 25)
    at = trial.at()
    for step in trial.ask("squeue", "-h", "-s", "-j", trial.number, "-o", "%i").split():
        if step.rpartition(".")[2].isdecimal():
            trial.ask("scancel", "-s", "KILL", step)
    trial.until(lambda: len(trial.starts()) > 1, 60)
    trial.until(lambda: len(processes(trial, "bash", "relionc_stay")) >= 2, 30)
    trial.iterating(at + 2)
    assert trial.starts()[-1] >= at - 1
    trial.ask("scancel", trial.number)
    job = trial.end()
    assert (job.state, trial.markers()) == ("CANCELLED", ["EXIT_ABORTED"]), trial.told()
    trial.until(lambda: not processes(trial, "relion_"), 30)


@soak
def test_a_suspended_job_goes_on(lab: Lab, project: Path) -> None:
    trial = begun(lab, project, 15)
    trial.ask("scontrol", "suspend", trial.number)
    trial.strike("scontrol suspend, 75 s, resume")
    time.sleep(75)
    trial.ask("scontrol", "resume", trial.number)
    job = trial.end()
    assert (job.state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()


@soak
def test_a_drained_node_lets_its_job_end(lab: Lab, project: Path) -> None:
    trial = begun(lab, project)
    nodes = lab.hostnames(trial.ask("squeue", "-h", "-j", trial.number, "-o", "%N").strip(), project)
    trial.ask("scontrol", "update", f"NodeName={nodes[1]}", "State=DRAIN", "Reason=test")
    trial.strike("a node is drained")
    try:
        assert (trial.end().state, trial.markers(), trial.starts()) == ("COMPLETED", ["EXIT_SUCCESS"], [0])
    finally:
        trial.ask("scontrol", "update", f"NodeName={nodes[1]}", "State=RESUME")


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def move(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def empty(folder: Path) -> None:
    move(folder)
    folder.mkdir()


def logs(folder: Path) -> None:
    for name in ("run.out", "run.err"):
        (folder / name).unlink()


def marks(folder: Path) -> None:
    for name in ("SUCCESS", "FAILURE", "ABORTED"):
        (folder / f"RELION_JOB_EXIT_{name}").touch()


@soak
@pytest.mark.parametrize("harm", [remove, move, empty])
def test_a_folder_that_goes_away_is_no_success(harm: Callable[[Path], None], lab: Lab, project: Path) -> None:
    trial = begun(lab, project, 200)
    harm(trial.folder)
    trial.strike(f"{harm.__name__} the output folder")
    job = trial.end()
    assert job.state == "FAILED"
    assert "EXIT_SUCCESS" not in trial.markers()
    trial.until(lambda: not processes(trial, "relion_"), 30)
    assert job.exit_code == "87:0", job.output.read_text()
    assert "somebody has removed or moved the folder" in trial.read("status")


@soak
def test_logs_that_are_removed_end_nothing(lab: Lab, project: Path) -> None:
    trial = begun(lab, project)
    logs(trial.folder)
    trial.strike("run.out and run.err removed")
    assert (trial.end().state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()


@soak
def test_marks_of_others_are_not_believed(lab: Lab, project: Path) -> None:
    trial = begun(lab, project, 25)
    at = trial.at()
    marks(trial.folder)
    trial.iterating(at + 2)
    trial.hurt(2, signal.SIGKILL)
    job = trial.end()
    assert (job.state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()
    assert trial.starts()[-1] >= at - 1


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@soak
def test_a_disk_that_is_full_in_the_middle_is_told_so(project: Path) -> None:
    with small_disk(project / "Run", "3m"), started("lab") as lab:
        trial = begun(lab, project, 200)
        trial.strike("the disk of the output folder is full")
        job = trial.end(300)
        assert (job.state, job.exit_code) == ("FAILED", "80:0"), trial.told()
        assert "EXIT_SUCCESS" not in trial.markers()
        assert trial.at() < 100  # RELION itself goes on to the end, over files that were cut


@soak
def test_a_term_to_the_script_alone_ends_the_job(lab: Lab, project: Path) -> None:
    trial = begun(lab, project, 200)
    trial.ask("scancel", "-s", "TERM", "--batch", trial.number)
    job: Job = trial.end()
    assert job.state in ("CANCELLED", "FAILED")
    assert trial.markers() == ["EXIT_ABORTED"], trial.told()
    trial.until(lambda: not copies(lab), 20)
