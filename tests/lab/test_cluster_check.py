"""`relionc cluster check --live` with a real Slurm: a profile that is right, then a cluster that has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .client import started
from .conftest import need_in
from .generations import HOME
from .test_cluster_import import _relionc as relionc

if TYPE_CHECKING:
    from pathlib import Path


def test_a_profile_is_held_against_slurm(tmp_path: Path) -> None:
    need_in(HOME, "slurmctld", "scontrol", "srun", "sbatch")
    with started("lab") as lab:
        right = relionc(lab, tmp_path, "cluster", "check", "lab", "--live")
        assert right.returncode == 0, right.stdout + right.stderr
        for change in (
            ("update", "partitionname=gpu", "maxtime=00:10:00"),
            ("update", "partitionname=norm", "state=down"),
            ("update", "nodename=cn0009", "state=down", "reason=broken"),
        ):
            assert lab.run(["scontrol", *change], tmp_path).returncode == 0, change
        changed = relionc(lab, tmp_path, "cluster", "check", "lab", "--live")
    assert "\nSlurm says nothing else\n" in right.stdout
    jobs = [line for line in right.stdout.splitlines() if "Slurm would take it" in line]
    assert len(jobs) == 9  # a kind each, and one in every other partition
    assert "refuses" not in right.stdout
    assert changed.returncode == 1
    rows = [line.split() for line in changed.stdout.splitlines()]
    assert ["partitions.gpu.max_time", "10-00:00:00", "00:10:00"] in [row[:3] for row in rows]
    assert ["partitions.norm", "there", "-", "Slurm", "has", "no", "such", "partition"] in rows
    assert "left out: partition norm, which is DOWN" in changed.stdout
    assert ["node_types.p100.count", "4", "3"] in [row[:3] for row in rows]
    refused = [line for line in changed.stdout.splitlines() if "refuses: " in line]
    assert len(refused) >= 4
    assert all(" gpu " in line or " norm " in line for line in refused)
