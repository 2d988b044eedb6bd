"""What versions of Slurm do differently (relionc/slurm/versions.py) is so on each of them: a job of each finds out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from relionc.slurm import versions

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm]

DEVICES = "srun sh -c 'echo devices=$CUDA_VISIBLE_DEVICES.'"
EXPERIMENTS = {
    # what is asked, what the job does, and what it prints where the difference holds
    versions.SPREADS_TASKS: (
        "-p multinode -n 33 -c 2 --mem-per-cpu=4g",
        "echo ${SLURM_TASKS_PER_NODE}",
        r"^17,16$",
    ),
    versions.COUNTS_GROUPS_TWICE: (
        "-p multinode -n 1 -c 2\n#SBATCH hetjob\n#SBATCH -p gpu -N 2 -n 4 -c 2",
        "srun --het-group=0 -n 1 -c 2 true : --het-group=1 -n 4 -c 2 true || echo refused",
        r"^refused$",
    ),
    versions.HALF_CORES_WAIT: (
        "-p multinode -N 3 -n 9 --ntasks-per-node=3 -c 3",
        "timeout 10 srun -n 7 -c 3 true || echo waits",
        r"^waits$",
    ),
    versions.SHOWS_UNASKED_GPUS: ("-p gpu -C gpuk80 -N 1 -n 1 --exclusive", DEVICES, r"^devices=0,1,2,3\.$"),
    versions.TAKES_CPUS_OF_JOB: (
        "-p multinode -N 1 -n 1 -c 4",
        "srun -c 2 sh -c 'echo cpus=$SLURM_CPUS_ON_NODE'",
        r"^cpus=4$",
    ),
    versions.HOSTFILE_OR_NODES: (
        "-p multinode -N 2 -n 2",
        'scontrol show hostnames >hosts; SLURM_HOSTFILE=hosts srun -N 2 -n 2 true || echo "refused"',
        r"^refused$",
    ),
    versions.COUNTS_PLACES: (
        "-p multinode -N 3 -n 7 --ntasks-per-node=4",
        "echo ${SLURM_TASKS_PER_NODE}",
        r"^4\(x3\)$",
    ),
    versions.OBEYS_SRUN_CPUS: (
        "-p multinode -N 1 -n 1 -c 4",
        "SRUN_CPUS_PER_TASK=2 srun sh -c 'echo cpus=$SLURM_CPUS_PER_TASK'",
        r"^cpus=2$",
    ),
    versions.TWO_NUMBERS_OF_CPUS: (
        "-p multinode -N 1 -n 1 -c 4",
        "SLURM_CPUS_PER_TASK=2 srun true || echo refused",
        r"^refused$",
    ),
    versions.HIDES_TYPED_GPUS: (
        "-p gpu -N 1 -n 4 --gpus-per-task=k80:1",
        DEVICES,
        r"^devices=\.$",
    ),
    versions.IGNORES_GPUS_OF_TASKS: (
        "-p gpu -C gpuk80 -N 1 -n 4 --gpus-per-task=1",
        DEVICES,
        r"^devices=0,1,2,3\.$",
    ),
}
ELSEWHERE = {
    versions.ARBITRARY_OR_NODES,
    versions.HEAPS_FOR_MEMORY,
    versions.WHOLE_BEYOND_LIMIT,
    versions.KEEPS_CPUS_FOR_MEMORY,
}
"""Found out by other tests: below, and where partitions have limits (test_solver_on_slurm.py)."""


def script(asked: str, body: str, folder: Path) -> Path:
    path = folder / "job.sbatch"
    path.write_text(f"#!/bin/bash\n#SBATCH --output=out.txt {asked}\n{body}\n")
    return path


def test_every_difference_is_found_out() -> None:
    assert {*EXPERIMENTS, *ELSEWHERE} == {*versions.DIFFERENCES}


@pytest.mark.parametrize("difference", EXPERIMENTS, ids=lambda each: each.what[:40])
def test_it_is_so_on_the_versions_that_are_said(
    difference: versions.Difference, lab: Lab, tmp_path: Path
) -> None:
    asked, body, told = EXPERIMENTS[difference]
    lab.submit_and_wait(script(asked, body, tmp_path), tmp_path, timeout=120)
    out = (tmp_path / "out.txt").read_text()
    assert bool(re.search(told, out, re.MULTILINE)) == difference.holds(lab.generation.slurm), out


def test_nodes_beside_an_arbitrary_distribution(lab: Lab, tmp_path: Path) -> None:
    path = script("-p multinode --nodes=2 -n 2 --distribution=arbitrary", "true", tmp_path)
    said = lab.test_only(path, tmp_path).stderr
    assert ("incompatible" in said) == versions.ARBITRARY_OR_NODES.holds(lab.generation.slurm), said
