"""Build directories for the lab's tests, made by relionc's own command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from .client import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .client import Job, Lab
    from .generations import Generation

SPECS = ROOT / "specs"


@dataclass(frozen=True, slots=True)
class Built:
    """The build directory of one spec, and the project folder that its jobs run in."""

    folder: Path
    project: Path

    @property
    def jobs(self) -> Mapping[str, Any]:
        """The jobs of plan.json."""
        return json.loads((self.folder / "plan.json").read_text())["jobs"]  # type: ignore[no-any-return]

    def job(self) -> tuple[str, Mapping[str, Any]]:
        """The only job: its name and plan."""
        ((name, plan),) = self.jobs.items()
        return name, plan

    def output(self, name: str) -> Path:
        """The folder that a job writes to."""
        return self.project / str(self.jobs[name]["output"])

    def printed(self, name: str, job: Job) -> str:
        """What a job that succeeded wrote to run.out; the test fails with every log of one that did not."""
        out = self.output(name) / "run.out"
        if job.state == "COMPLETED":
            return out.read_text(errors="replace")
        logs = [log for log in (out, out.with_suffix(".err"), job.output) if log.is_file()]
        pytest.fail(f"{job}\n" + "\n".join(log.read_text(errors="replace")[-2000:] for log in logs))


def build(spec: Path, project: Path, *more: str, lab: Lab | None = None, of_mpi: bool = False) -> Built:
    """Compile a spec into `project`/build, with the project as working directory and `more` options.

    `lab`: the one that its jobs run in; the spec's cluster is then said to have the Slurm of that lab.
    `of_mpi`: the jobs are RELION's programs, and not the probe.
    """
    out = project / "build"
    cluster = _of_generation(spec, project, lab.generation, of_mpi=of_mpi) if lab else []
    done = subprocess.run(
        [sys.executable, "-m", "relionc", "build", str(spec), "-o", str(out), *more, *cluster],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(out / spec.stem, project)


def with_inputs(built: Built) -> Built:
    """Make an empty file of everything that the jobs look for before they start."""
    for script in built.folder.glob("*/run.s*"):
        (words,) = re.findall(r"^inputs=\((.*)\)$", script.read_text(), re.MULTILINE)
        for name in words.split():
            (built.project / name).parent.mkdir(parents=True, exist_ok=True)
            (built.project / name).touch()
    return built


def _of_generation(spec: Path, project: Path, generation: Generation, *, of_mpi: bool) -> list[str]:
    """Return the options by which a spec is compiled for the cluster that it names, with another Slurm."""
    named = re.search(r"^cluster: ([\w-]+)$", spec.read_text("utf-8"), re.MULTILINE)
    if not named or not (generation.profile or generation.launchers_of_mpi):
        return []
    facts = generation.facts(named[1], of_mpi=of_mpi)
    profile = {"profile": 1, "extends": named[1], "name": named[1], **facts}
    (project / "generation.yaml").write_text(json.dumps(profile), "utf-8")
    return ["--cluster", str(project / "generation.yaml")]


def build_text(text: str, project: Path, lab: Lab | None = None) -> Built:
    """Compile a spec given as text."""
    spec = project / "spec.yaml"
    spec.write_text(text)
    return with_inputs(build(spec, project, lab=lab))
