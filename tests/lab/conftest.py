"""The lab's fixtures. A missing Slurm or RELION skips; with RELIONC_REQUIRE_LAB=1 it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .client import Lab, started

if TYPE_CHECKING:
    from collections.abc import Iterator

SLURM = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
RELION = ("relion_refine", "relion_refine_mpi", "relion_pipeliner", "mpirun")
PROBED = ("relion_refine", "relion_refine_mpi", "relion_run_motioncorr", "relion_run_motioncorr_mpi")


def need(*programs: str) -> None:
    """Skip the test, or fail it where the lab is required, when a program is not installed."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
    missing = [name for name in programs if not shutil.which(name, path=path)]
    if os.geteuid() != 0:
        missing.append("root")
    if missing:
        message = f"the lab needs {', '.join(missing)} (tools/install_lab.sh)"
        if os.environ.get("RELIONC_REQUIRE_LAB") == "1":
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The cluster that the profile `lab` describes."""
    need(*SLURM)
    with started("lab") as running:
        yield running


@pytest.fixture(scope="session")
def lab_2018() -> Iterator[Lab]:
    """A cluster of the nodes that the profile `biowulf-2018` describes."""
    need(*SLURM)
    with started("biowulf-2018") as running:
        yield running


@pytest.fixture(scope="session")
def relion() -> None:
    """The real RELION and MPI."""
    need(*RELION)


@pytest.fixture
def probe_path(tmp_path: Path) -> str:
    """A PATH on which the RELION programs are the probe."""
    folder = tmp_path / "probe"
    folder.mkdir()
    for name in PROBED:
        (folder / name).symlink_to(Path(__file__).with_name("probe.sh"))
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
