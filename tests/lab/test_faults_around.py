"""What happens around a job rather than to a rank: daemons, launchers and scripts are killed, a site has no epilog.

RELIONC_SOAK=1 does all of it; a usual run has a share.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .client import started
from .faults import Trial, built
from .faults import processes as of_lab
from .make_particles import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.oracle, pytest.mark.usefixtures("relion")]
soak = pytest.mark.skipif(not os.environ.get("RELIONC_SOAK"), reason="RELIONC_SOAK=1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with data."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    return tmp_path


@pytest.fixture
def bare(lab: Lab) -> Iterator[Lab]:
    """The lab, whose site does not clear the nodes after a job."""
    epilog = Path(lab.env["SLURM_CONF"]).parent / "epilog"
    usual = epilog.read_text()
    epilog.write_text("#!/bin/sh\n")
    yield lab
    epilog.write_text(usual)


def begun(lab: Lab, project: Path, way: str = "srun", **changes: int) -> Trial:
    """Start a job and wait for its second iteration."""
    trial = Trial(lab, built(project, way, **changes), {})  # type: ignore[arg-type]
    trial.submit()
    trial.iterating()
    return trial


def processes(trial: Trial, name: str, word: str = "") -> list[int]:
    """The processes of a job with a name, and with a word in their command."""
    found = []
    marks = (f"RELIONC_RUN={trial.number}.".encode(), f"SLURM_JOB_ID={trial.number}".encode())
    for process, words in of_lab(trial.lab):
        with suppress(OSError):
            if Path(f"/proc/{process}/comm").read_text().startswith(name) and any(
                each.startswith(mark) for each in words for mark in marks
            ):
                found += [process] * (word.encode() in Path(f"/proc/{process}/cmdline").read_bytes())
    return found


def copies(lab: Lab) -> list[str]:
    """What RELION has copied to the scratch folders of all nodes, and is still there."""
    nodes = Path(lab.env["SLURM_CONF"]).parents[1] / "nodes"
    return [str(path) for path in nodes.glob("*/lscratch/*/relion_volatile")]


@pytest.mark.parametrize(
    "what", ["scancel", pytest.param("requeue", marks=soak), pytest.param("killed", marks=soak)]
)
def test_scratch_is_cleared_where_the_site_does_not(what: str, bare: Lab, project: Path) -> None:
    trial = begun(bare, project)
    assert len(copies(bare)) == 2
    if what == "killed":
        trial.hurt(1, signal.SIGKILL)
        assert trial.end().state == "COMPLETED", trial.told()
    else:
        trial.ask(*{"scancel": ("scancel",), "requeue": ("scontrol", "requeue")}[what], trial.number)
        trial.until(lambda: not processes(trial, "relion_"))
    trial.until(lambda: not copies(bare), 20)
    if what == "requeue":
        trial.go_on()
        assert trial.end().state == "COMPLETED", trial.told()
        trial.until(lambda: not copies(bare), 20)


@pytest.mark.parametrize("way", ["srun", pytest.param("mpirun", marks=soak)])
def test_ranks_do_not_outlive_their_launcher(way: str, lab: Lab, project: Path) -> None:
    """The ranks of an srun that is killed run on: two copies would write to one folder."""
    trial = begun(lab, project, way, iterations=12)
    at, ranks = trial.at(), set(trial.ranks().values())
    assert len(ranks) == 5
    for pid in processes(trial, way, "relion_refine_mpi"):
        with suppress(ProcessLookupError):  # srun is two, of which one ends with the other
            os.kill(pid, signal.SIGKILL)
    trial.until(lambda: len(trial.starts()) > 1, 60)
    assert not ranks & set(trial.ranks().values())
    assert (trial.end().state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()
    assert trial.starts()[-1] >= at - 1


@soak
def test_a_killed_script_is_no_success_and_its_run_goes_on(lab: Lab, project: Path) -> None:
    trial = begun(lab, project)
    at = trial.at()
    for pid in processes(trial, "slurm_script") or processes(trial, "bash", "slurm_script"):
        os.kill(pid, signal.SIGKILL)
    assert trial.end().state == "FAILED"
    trial.until(lambda: not processes(trial, "relion_"), 30)
    trial.until(lambda: trial.markers() == ["EXIT_FAILURE"], 30)
    trial.submit()
    assert (trial.end().state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()
    assert trial.starts()[-1] >= at - 1


@soak
def test_what_a_killed_slurmd_leaves_is_ended(project: Path) -> None:
    with started("lab") as lab:
        Path(lab.env["SLURM_CONF"]).with_name("epilog").write_text("#!/bin/sh\n")
        trial = begun(lab, project, iterations=25)
        at = trial.at()
        _, lost = lab.hostnames(trial.ask("squeue", "-h", "-j", trial.number, "-o", "%N").strip(), project)
        (daemon,) = [
            pid
            for pid in _named("slurmd")
            if f"-N\0{lost}\0" in _command(pid) and lab.env["SLURM_CONF"] in _command(pid)
        ]
        ranks = trial.ranks()
        os.kill(daemon, signal.SIGKILL)
        trial.ask("scontrol", "update", f"NodeName={lost}", "State=DOWN", "Reason=test")
        trial.go_on()
        trial.until(lambda: len(trial.starts()) > 1, 60)
        trial.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ranks.values()), 90)
        assert (trial.end().state, trial.markers()) == ("COMPLETED", ["EXIT_SUCCESS"]), trial.told()
        assert trial.starts()[-1] >= at - 1
        trial.until(lambda: not copies(lab), 30)


@soak
def test_a_restarted_slurmctld_is_not_noticed(project: Path) -> None:
    with started("lab") as lab:
        trial = begun(lab, project, iterations=15)
        conf = lab.env["SLURM_CONF"]
        (daemon,) = [pid for pid in _named("slurmctld") if conf in _command(pid)]
        os.kill(daemon, signal.SIGKILL)
        time.sleep(5)
        inside = [
            "nsenter",
            f"--target={_named('munged', conf.removesuffix('etc/slurm.conf'))[0]}",
            "--pid",
            "--mount",
            "--uts",
        ]
        subprocess.run([*inside, "slurmctld", "-f", conf], env={**os.environ, **lab.env}, check=True)
        job = trial.end()
        assert (job.state, trial.markers(), len(trial.starts())) == ("COMPLETED", ["EXIT_SUCCESS"], 1), (
            trial.told()
        )


def _named(name: str, word: str = "") -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            if path.read_text().strip() == name and word in _command(int(path.parent.name)):
                found.append(int(path.parent.name))
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""
