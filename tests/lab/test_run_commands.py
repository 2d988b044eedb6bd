"""`relionc submit`, `status`, `why`, `resume`, `cancel` and `wait` on a real Slurm with the real RELION."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .building import ROOT, SPECS, Built, build_text
from .make_particles import write

if TYPE_CHECKING:
    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.oracle, pytest.mark.usefixtures("relion")]

TINY = (SPECS / "lab" / "class3d-tiny.yaml").read_text().replace("nr_iter: 3", "nr_iter: 4")
OF_ONE = TINY[TINY.index("  class3d:") :].removesuffix("\n") + "\n"
SECOND = OF_ONE.replace("  class3d:", "  second:", 1).replace("nr_iter: 4", "nr_iter: 1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with data."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    return tmp_path


class Runs:
    """A build and the commands that run it; each returns the exit code, and what was printed and complained of."""

    def __init__(self, lab: Lab, text: str, project: Path) -> None:
        self.lab, self.project = lab, project
        self.built: Built = build_text(text, project)

    def call(self, command: str, *more: str) -> tuple[int, str, str]:
        words = [sys.executable, "-m", "relionc", command, self.built.folder, *more]
        done = self.lab.run(words, self.project, {"PYTHONPATH": str(ROOT)})
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def jobs(self) -> dict[str, dict[str, object]]:
        found = json.loads(self.call("status", "--format", "json")[1])["jobs"]
        return {job["name"]: job for job in found}

    def until(self, job: str, key: str, *values: object, timeout: float = 120) -> dict[str, object]:
        """Look until a job has one of these values, or anything, and return it."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.jobs()[job]
            if found[key] in values or (not values and found[key] is not None):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.3)

    def queue(self) -> list[str]:
        return self.lab.run(["squeue", "-h", "-o", "%i"], self.project).stdout.split()


def test_a_chain_from_submission_over_a_cancelled_job_to_its_end(lab: Lab, project: Path) -> None:
    runs = Runs(lab, TINY + SECOND.replace("    options:", "    after: [class3d]\n    options:"), project)
    code, out, err = runs.call("submit", "--test-only")
    assert (code, err) == (0, "")
    assert out.count("Slurm would take it: 12 CPUs in partition gpu") == 2
    code, out, _ = runs.call("submit")
    assert code == 0
    first, second = (line.split()[1] for line in out.splitlines())
    code, _, err = runs.call("submit")
    assert code == 1
    assert "nothing was submitted" in err
    running = runs.until("class3d", "whole_iteration")
    assert (running["state"], running["iterations"], running["limit_s"]) == ("RUNNING", 4, 600)
    waiting = runs.jobs()["second"]
    assert (waiting["state"], waiting["waits_for"]) == ("PENDING", "class3d")
    lab.run(["scancel", first], project)
    runs.until("second", "state", "CANCELLED")
    runs.until("class3d", "state", "CANCELLED", "FAILED")
    why = runs.call("why")[1]
    assert "cancelled" in why.split("second")[0]
    assert "reason   it never started, because class3d did not end well" in why
    code, out, _ = runs.call("resume")
    assert code == 0
    assert "class3d goes on from iteration" in out
    assert {first, second}.isdisjoint(out.split())
    runs.until("second", "state", "COMPLETED")
    assert runs.call("submit")[:2] == (0, "class3d is finished already\nsecond is finished already\n")


def test_a_job_that_slurm_refuses_takes_those_before_it_along(lab: Lab, project: Path) -> None:
    runs = Runs(lab, TINY + SECOND + "    slurm: {reservation: nobody}\n", project)
    before = runs.queue()
    code, out, err = runs.call("submit")
    assert (code, out) == (1, "")
    assert "nothing was submitted: second:" in err
    assert "Requested reservation is invalid" in err
    assert set(runs.queue()) <= set(before)
    assert {job["state"] for job in runs.jobs().values()} == {"not submitted"}
    assert "Slurm would refuse second" in runs.call("submit", "--test-only")[2]


def test_cancel_takes_all_that_waits_or_runs(lab: Lab, project: Path) -> None:
    runs = Runs(lab, TINY + SECOND.replace("    options:", "    after: [class3d]\n    options:"), project)
    ids = [line.split()[1] for line in runs.call("submit")[1].splitlines()]
    code, out, _ = runs.call("cancel")
    assert (code, out) == (0, f"second {ids[1]} cancelled\nclass3d {ids[0]} cancelled\n")
    runs.until("class3d", "kind", "badly")
    assert runs.call("cancel")[1] == "nothing of this build waits or runs\n"


def test_a_job_of_the_project_is_one_for_relion_too(lab: Lab, project: Path) -> None:
    runs = Runs(lab, TINY.replace("jobs:\n", "first_job: 7\njobs:\n", 1), project)
    table = project / "default_pipeline.star"
    table.write_text("\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n \n")
    assert runs.call("submit")[0] == 0
    check = ["relion_pipeliner", "--check_job_completion"]
    running = "Class3D/job007/ Class3D/class3d/ 9 0"
    assert running in " ".join(table.read_text().split())
    assert lab.run(check, project).returncode == 0
    is_over = (project / "Class3D/job007/RELION_JOB_EXIT_SUCCESS").exists()  # a quick machine
    assert is_over or running in " ".join(table.read_text().split())
    assert runs.call("wait")[0] == 0
    assert lab.run(check, project).returncode == 0
    assert "Class3D/job007/ Class3D/class3d/ 9 2" in " ".join(table.read_text().split())
    assert (project / "Class3D/class3d/run_it001_data.star").is_file()  # by its alias
