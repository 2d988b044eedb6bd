"""The lab must be there when asked for, and gone without a trace afterwards."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc import site

from . import keeper
from .client import ROOT, Lab, started
from .conftest import SLURM, need
from .keeper import SCRATCH
from .shape import load

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lab


@pytest.fixture
def pair() -> Iterator[Lab]:
    need(*SLURM)
    with started("pair") as running:
        yield running


def processes_of(lab: Lab) -> list[str]:
    mark = f"SLURM_CONF={lab.env['SLURM_CONF']}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                found.append((environ.parent / "comm").read_text().strip())
        except OSError:
            continue  # ended meanwhile
    return found


def scratch_is_left() -> bool:
    """Whether there is a /lscratch that a lab made and no lab has any more: others may run beside this test."""
    try:
        handle = os.open(SCRATCH, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return (SCRATCH / ".made-by-relionc-lab").exists()
    except BlockingIOError:
        return False
    finally:
        os.close(handle)


def run_folder(lab: Lab) -> Path:
    return Path(lab.env["SLURM_CONF"]).parents[1]


def test_a_task_runs_on_every_node_and_knows_its_host(pair: Lab, tmp_path: Path) -> None:
    done = pair.run(["srun", "-N2", "-n2", "hostname"], tmp_path)
    assert (sorted(done.stdout.split()), done.returncode) == (["cn0001", "cn0002"], 0), done.stderr


def test_a_node_shows_its_devices_and_scratch(pair: Lab, tmp_path: Path) -> None:
    command = "echo $CUDA_VISIBLE_DEVICES; ls -d /lscratch/$SLURM_JOB_ID"
    done = pair.run(["srun", "--gres=gpu:k80:2,lscratch:5", "bash", "-c", command], tmp_path)
    assert done.stdout.split() == ["0,1", "/lscratch/1"], done.stderr


def test_a_job_that_fails_reports_its_state_and_exit_code(pair: Lab, tmp_path: Path) -> None:
    script = tmp_path / "fail.sbatch"
    script.write_text("#!/bin/bash\n#SBATCH --nodes=2\nexit 7\n")
    job = pair.submit_and_wait(script, tmp_path)
    assert (job.state, job.exit_code, job.nodes) == ("FAILED", "7:0", ("cn0001", "cn0002"))


def test_two_labs_side_by_side_do_not_meet_and_leave_nothing(tmp_path: Path) -> None:
    need(*SLURM)
    with started("pair") as first, started("pair") as second:
        assert first.env != second.env
        for lab in (first, second):  # both count from 1: they share no controller
            assert lab.submit(script_of(tmp_path, "sleep 60"), tmp_path) == "1"
            assert processes_of(lab)
    for lab in (first, second):
        assert processes_of(lab) == []
        assert not run_folder(lab).exists()
    assert not scratch_is_left()
    assert str(run_folder(first)) not in Path("/proc/mounts").read_text()


def script_of(folder: Path, body: str) -> Path:
    script = folder / "job.sbatch"
    script.write_text(f"#!/bin/bash\n{body}\n")
    return script


def test_a_test_run_that_is_killed_takes_its_lab_along() -> None:
    need(*SLURM)
    code = (
        "import time; from tests.lab.client import started\n"
        "with started('pair') as lab: print(lab.env['SLURM_CONF'], flush=True); time.sleep(60)"
    )
    victim = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    lab = Lab({"SLURM_CONF": victim.stdout.readline().strip()})
    assert processes_of(lab)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (processes_of(lab) or run_folder(lab).exists()):
        time.sleep(0.1)
    assert processes_of(lab) == []
    assert not run_folder(lab).exists()


def test_a_missing_program_skips_unless_the_lab_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELIONC_REQUIRE_LAB", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-slurm"):
        need("bash", "no-such-slurm")
    monkeypatch.setenv("RELIONC_REQUIRE_LAB", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-slurm"):
        need("bash", "no-such-slurm")


def test_a_lab_without_namespaces_runs_jobs_and_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need(*SLURM)
    monkeypatch.setattr(keeper, "can_isolate", lambda: False)
    with keeper.running(load("pair")) as up:
        lab = Lab(up.env)
        done = lab.run(["srun", "-N2", "-n2", "sh", "-c", "echo $SLURMD_NODENAME"], tmp_path)
        assert sorted(done.stdout.split()) == ["cn0001", "cn0002"], done.stderr
        lab.submit(script_of(tmp_path, "sleep 60"), tmp_path)
    assert processes_of(lab) == []
    assert not run_folder(lab).exists()
    assert not scratch_is_left()


@pytest.mark.parametrize("name", ["lab", "biowulf-2018"])
def test_the_shape_agrees_with_the_profile(name: str) -> None:
    profile = site.builtin(name)
    shape = load(name)
    for group in shape.groups:
        node = profile.node_types[group.name]
        assert (node.cpus, node.threads_per_core) == (group.cpus, group.threads_per_core)
        assert (node.memory_mib, node.scratch_gib) == (group.memory, group.gres["lscratch"])
        assert node.gpus == sum(group.gpus.values())
        assert node.features == group.features
        assert node.count >= len(group.nodes)
        assert name != "lab" or node.count == len(group.nodes)
    partitions = {each.name: tuple(group.name for group in each.groups) for each in shape.partitions}
    assert partitions == {each.name: each.node_types for each in profile.partitions.values()}
