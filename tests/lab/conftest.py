"""The lab's fixtures. A missing Slurm or RELION skips; with RELIONC_REQUIRE_LAB=1 it fails.

A test that uses `lab` asks the installed Slurm; with the mark `every_slurm` it asks other generations too, those that
take long `in_soak` alone.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import generations
from .client import Lab, started
from .keeper import can_isolate

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .generations import Generation

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
        _lacks(f"the lab needs {', '.join(missing)} (tools/install_lab.sh)")


def need_in(generation: Generation, *programs: str) -> None:
    """Do so when a program is not in the root of a generation, or is not installed if that is the one."""
    if generation.is_installed:
        need(*programs)
    elif os.geteuid() != 0:
        _lacks(f"the lab of Slurm {generation.slurm} needs root", required=generation.is_required)
    elif generation.root is None:
        tool = f"tools/unpack_slurm.sh {generation.suite}"
        _lacks(f"Slurm {generation.slurm} is not unpacked here ({tool})", required=generation.is_required)
    elif not can_isolate():
        _lacks(f"the lab of Slurm {generation.slurm} needs namespaces, which are not allowed here")


def _lacks(message: str, *, required: bool = True) -> None:
    if required and os.environ.get("RELIONC_REQUIRE_LAB") == "1":
        pytest.fail(message)
    pytest.skip(message)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask the generations that are to be asked of this test."""
    if "generation" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("every_slurm")
        asked = mark is not None and (generations.SOAK or not mark.kwargs.get("in_soak"))
        wanted = generations.asked() if asked else [generations.HOME]
        metafunc.parametrize("generation", wanted, ids=[each.slurm for each in wanted], scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask one generation after the other."""
    every = generations.every()
    places = [i for i, item in enumerate(items) if _generation_of(item)]
    ours = sorted((items[i] for i in places), key=lambda item: every.index(_generation_of(item)))
    for i, item in zip(places, ours, strict=True):
        items[i] = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report what a moving generation cannot do, as an expected failure: it fails no run."""
    report = yield
    generation = _generation_of(item)
    if report.failed and generation and generation.asked == "moving":
        report.outcome, report.wasxfail = "skipped", f"Slurm {generation.slurm} moves"
    return report


def _generation_of(item: pytest.Item) -> Generation | None:
    call = getattr(item, "callspec", None)
    return call.params.get("generation") if call else None


@pytest.fixture(scope="session")
def lab(generation: Generation) -> Iterator[Lab]:
    """The cluster that the profile `lab` describes."""
    need_in(generation, *SLURM)
    with started("lab", generation) as running:
        yield running


@pytest.fixture(scope="session")
def lab_2018(generation: Generation) -> Iterator[Lab]:
    """A cluster of the nodes that the profile `biowulf-2018` describes."""
    need_in(generation, *SLURM)
    with started("biowulf-2018", generation) as running:
        yield running


@pytest.fixture(scope="session")
def relion(generation: Generation) -> None:
    """The real RELION and MPI."""
    need_in(generation, *RELION)


@pytest.fixture
def probe_path(tmp_path: Path) -> str:
    """A PATH on which the RELION programs are the probe."""
    folder = tmp_path / "probe"
    folder.mkdir()
    for name in PROBED:
        (folder / name).symlink_to(Path(__file__).with_name("probe.sh"))
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
