"""The tiny specs run to their end with the real RELION, where the plan says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .building import SPECS, Built, build
from .make_particles import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .client import Job, Lab
    from .generations import Generation

pytestmark = [
    pytest.mark.lab,
    pytest.mark.oracle,
    pytest.mark.every_slurm(in_soak=True),
    pytest.mark.usefixtures("relion", "between_nodes"),
]

# Up to 3.1.0, which comes with Slurm 20.11, RELION says it in the words of before.
_ROLES = {"Leader": "leader", "Master": "leader", "Follower": "worker", "Slave": "worker"}
_RUNS_ON = re.compile(rf"({'|'.join(_ROLES)}) +\(?(\d+)\)? +runs on host *= *(\S+)")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with data; paths in its STAR file start at the folder, as RELION's do."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    return tmp_path


@pytest.fixture
def between_nodes(generation: Generation) -> None:
    """Skip where MPI cannot join two nodes of the lab."""
    if not generation.mpi_over_nodes:
        pytest.skip(f"{generation.profile['mpi']} finds no way between two nodes of one network")


def run_on(lab: Lab, spec: str, project: Path) -> tuple[Built, Job, str]:
    """Build a spec of the lab and run its only job; return what its run.out says, too."""
    built = build(SPECS / "lab" / f"{spec}.yaml", project, lab=lab, of_mpi=True)
    name, _ = built.job()
    job = lab.submit_and_wait(built.folder / name / "run.sbatch", project, timeout=240)
    return built, job, built.printed(name, job)


def check_hosts(out: str, plan: Mapping[str, Any], nodes: Sequence[str]) -> None:
    """RELION's own list of its ranks is the plan's."""
    told = {int(rank): (_ROLES[role], host) for role, rank, host in _RUNS_ON.findall(out)}
    assert told == {each["rank"]: (each["role"], nodes[each["node"]]) for each in plan["ranks"]}


def check_files(folder: Path, last: str, names: Sequence[str]) -> None:
    present = {path.name for path in folder.iterdir()}
    assert {"RELION_JOB_EXIT_SUCCESS", *(f"{last}_{name}" for name in names)} <= present
    assert "RELION_JOB_EXIT_FAILURE" not in present


def test_class3d(lab: Lab, project: Path) -> None:
    built, job, out = run_on(lab, "class3d-tiny", project)
    name, plan = built.job()
    assert len(job.nodes) > 1
    check_hosts(out, plan, job.nodes)
    maps = ["class001.mrc", "class002.mrc", "data.star", "model.star", "optimiser.star"]
    check_files(built.output(name), "run_it003", maps)


def test_refine3d_converges(lab: Lab, project: Path) -> None:
    built, job, out = run_on(lab, "refine3d-tiny", project)
    name, plan = built.job()
    assert len(job.nodes) > 1
    check_hosts(out, plan, job.nodes)
    assert "Refinement has converged" in out
    check_files(built.output(name), "run", ["class001.mrc", "half1_class001_unfil.mrc", "data.star"])


def test_class2d(lab: Lab, project: Path) -> None:
    built, job, out = run_on(lab, "class2d-tiny", project)
    name, plan = built.job()
    assert len(job.nodes) > 1
    check_hosts(out, plan, job.nodes)
    check_files(built.output(name), "run_it003", ["classes.mrcs", "data.star", "optimiser.star"])


def test_class3d_without_slurm(project: Path) -> None:
    built = build(SPECS / "local" / "class3d-tiny.yaml", project)
    name, plan = built.job()
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(
        ["bash", built.folder / "submit.sh"],
        cwd=project,
        env={**os.environ, **root, "OMPI_MCA_orte_tmpdir_base": str(project)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    out, err = ((built.output(name) / file).read_text() for file in ("run.out", "run.err"))
    assert done.returncode == 0, done.stderr + err
    assert len(_RUNS_ON.findall(out)) == plan["ntasks"]
    check_files(built.output(name), "run_it003", ["class001.mrc", "class002.mrc", "optimiser.star"])
