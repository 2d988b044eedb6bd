"""A lab of a profile has its nodes, and keeps its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relionc import site
from relionc.pipeline.profile import from_value

from .client import Lab, started
from .conftest import SLURM, need
from .of_profile import shape_of
from .shape import load, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from relionc.site.types import Cluster

PROFILE = {
    "profile": 1,
    "name": "mixed",
    "scheduler": "slurm",
    "node_types": {
        "thin": {"count": 3, "cpus": 16, "threads_per_core": 2, "memory": "32G", "features": ["amd"]},
        "fat": {"count": 1, "cpus": 24, "memory": "512G", "scratch": 100},
        "new": {"count": 2, "cpus": 6, "memory": "60G", "gpus": 2, "scratch": 50},
        "old": {"count": 2, "cpus": 8, "memory": "24G", "gpus": 4, "gpu_type": "k20", "scratch": 50},
    },
    "partitions": {
        "short": {
            "node_types": ["thin", "fat"],
            "default": True,
            "max_time": "1:00:00",
            "max_memory_per_cpu": "2G",
        },
        "wide": {"node_types": ["thin"], "min_nodes": 2, "max_nodes": 2, "max_cpus_per_node": 8},
        "gpu": {
            "node_types": ["old"],
            "max_memory_per_node": "8G",
            "billing": {"cpu": 1, "memory": 0.25, "gpu": 8},
        },
        "untyped": {"node_types": ["new"]},
    },
    "scratch": {"path": "/lscratch/${SLURM_JOB_ID}", "gres": "lscratch"},
    "launchers": {"batch": {"argv": ["srun", "-n", "{ntasks}"]}},
}


def mixed() -> Cluster:
    cluster, findings = from_value(PROFILE)
    assert cluster is not None, findings
    return cluster


def test_the_shape_of_the_labs_own_profile_is_the_labs() -> None:
    assert shape_of(site.builtin("lab")) == load("lab")


def test_a_shape_that_is_written_is_read_back(tmp_path: Path) -> None:
    shape = shape_of(mixed())
    (tmp_path / "mixed.json").write_text(written(shape))
    assert load(str(tmp_path / "mixed.json")) == shape
    assert shape.nodes == tuple(f"cn{i:04d}" for i in range(1, 9))
    assert [len(group.nodes) for group in shape_of(mixed(), most=2).groups] == [2, 1, 2, 2]


def test_what_a_lab_cannot_be_is_said() -> None:
    with pytest.raises(ValueError, match="gres gpu"):
        shape_of(mixed()._replace(gres_gpu="card"))
    with pytest.raises(ValueError, match="workstation"):
        shape_of(site.builtin("local"))
    both = mixed().partitions["short"]._replace(max_memory_per_node_mib=1024)
    with pytest.raises(ValueError, match="keeps one"):
        shape_of(mixed()._replace(partitions={"short": both}))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    need(*SLURM)
    with started(shape_of(mixed())) as running:
        yield running


ASKED = {
    "--partition=short --nodes=4 --time=1:00:00": True,
    "--partition=short --constraint=amd --nodes=3": True,
    "--partition=short --constraint=amd --nodes=4": False,
    "--partition=short --time=1:01:00": False,
    "--partition=wide --nodes=2 --ntasks-per-node=4 --cpus-per-task=2": True,
    "--partition=wide --nodes=1": False,
    "--partition=wide --nodes=3": False,
    "--partition=wide --nodes=2 --ntasks-per-node=5 --cpus-per-task=2": False,
    "--partition=gpu --gres=gpu:k20:4,lscratch:50": True,
    "--partition=gpu --gres=gpu:k20:5": False,
    "--partition=gpu --gres=lscratch:51": False,
    "--partition=gpu --mem=8G": True,
    "--partition=gpu --mem=9G": False,
    "--partition=untyped --gres=gpu:2": True,
    "--partition=untyped --gres=gpu:k20:1": False,
}


@pytest.mark.lab
@pytest.mark.parametrize("asked", ASKED)
def test_slurm_keeps_the_limits_of_the_profile(asked: str, lab: Lab, tmp_path: Path) -> None:
    script = tmp_path / "asked.sbatch"
    script.write_text(f"#!/bin/bash\n#SBATCH {asked}\ntrue\n")
    done = lab.test_only(script, tmp_path)
    assert (done.returncode == 0) == ASKED[asked], done.stderr


@pytest.mark.lab
def test_memory_beyond_the_limit_of_a_cpu_takes_more_cpus(lab: Lab, tmp_path: Path) -> None:
    """Slurm raises the CPUs of each task when a job is really submitted; `--test-only` does not look."""
    asked = [
        "srun",
        "--partition=short",
        "--mem-per-cpu=8G",
        "bash",
        "-c",
        "scontrol show job -o $SLURM_JOB_ID",
    ]
    done = lab.run(asked, tmp_path)
    assert "NumCPUs=4" in done.stdout.split(), done.stdout + done.stderr
    refused = lab.run([*asked[:3], "--ntasks=24", "--nodes=1", "true"], tmp_path)
    assert "configuration is not available" in refused.stderr


@pytest.mark.lab
def test_a_job_is_billed_as_the_profile_says(lab: Lab, tmp_path: Path) -> None:
    command = "scontrol show job -o $SLURM_JOB_ID; echo $CUDA_VISIBLE_DEVICES"
    asked = [
        "srun",
        "--partition=gpu",
        "--cpus-per-task=4",
        "--mem=8G",
        "--gres=gpu:k20:2",
        "bash",
        "-c",
        command,
    ]
    done = lab.run(asked, tmp_path)
    assert "billing=6" in done.stdout, done.stdout + done.stderr  # 4 + 8 x 0.25
    assert done.stdout.split()[-1] == "0,1"
