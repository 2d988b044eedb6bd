"""From movies to a 3D class with the real RELION 5.1: one spec, submitted once, each job waits for those before it.

Where the lab's Debian has another RELION, the unpacked one runs. CTF estimation calls CTFFIND, which is no program of
RELION's: there, and only there, ctffind.sh stands in.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from .brought import BROUGHT, with_its_mpirun
from .building import SPECS, build
from .make_movies import Session, write

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab
    from .generations import Generation

pytestmark = [
    pytest.mark.lab,
    pytest.mark.oracle,
    pytest.mark.every_slurm(in_soak=True),
    pytest.mark.usefixtures("relion"),
]
VERSION = "5.1"
CTFFIND = os.path.join(os.path.dirname(__file__), "ctffind.sh")


@pytest.fixture
def project(generation: Generation, tmp_path: Path) -> Path:
    write(tmp_path / "Movies")
    relion = next(each for each in BROUGHT if each.version == VERSION)
    if generation.relion != VERSION:
        relion.need()
        relion.put(tmp_path / "bin")
    (tmp_path / "bin").mkdir(exist_ok=True)
    (tmp_path / "bin" / "ctffind").symlink_to(CTFFIND)
    return tmp_path


def rows(star: Path) -> list[str]:
    """Return the rows of the last table of a STAR file."""
    table = star.read_text().rsplit("\ndata_", 1)[1]
    return [line for line in table.splitlines() if re.match(r" *\S+ +\S", line) and not line.startswith("_")]


def test_movies_become_a_map(lab: Lab, project: Path) -> None:
    of_lab = lab if lab.generation.relion == VERSION else with_its_mpirun(lab)
    built = build(SPECS / "lab" / "spa-tiny.yaml", project, lab=of_lab, of_mpi=True)
    path = f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = lab.run(["bash", built.folder / "submit.sh"], project, {"PATH": path})
    assert done.returncode == 0, done.stderr
    numbers = dict(line.split() for line in done.stdout.splitlines())
    assert list(numbers) == ["movies", "motion", "ctf", "pick", "extract", "initial", "class3d"]
    for name, number in numbers.items():
        job = lab.wait(number, project, timeout=600)
        said = built.printed(name, job)
        if name == "class3d":  # programs of one rank do not say it
            assert f"RELION version: {VERSION}" in said
        assert len(job.nodes) == built.jobs[name]["nodes"]
        assert (built.output(name) / "RELION_JOB_EXIT_SUCCESS").exists()
    particles = rows(built.output("extract") / "particles.star")
    there = Session().movies * (Session().size // Session().cell) ** 2
    assert len(particles) > there / 2  # of the particles in the movies, so many were picked
    assert len(rows(built.output("class3d") / "run_it003_data.star")) == len(particles)
    for k in (1, 2):
        assert (built.output("class3d") / f"run_it003_class{k:03d}.mrc").stat().st_size > 24**3 * 4
