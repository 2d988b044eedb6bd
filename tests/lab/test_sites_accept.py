"""Scripts for real sites are accepted by a Slurm with nodes and partitions like theirs.

What the lab cannot be: a job_submit plugin that finds the partition (a partition of
all nodes stands for it), a node's TmpDisk (`--tmp` is left out), accounts.
Slices of MIG are GPUs of a type of that name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app
from relionc.pipeline.profile import from_value
from relionc.source import load

from .client import started
from .conftest import SLURM, need
from .of_profile import shape_of

if TYPE_CHECKING:
    from relionc.site.types import Cluster

HERE = Path(__file__).resolve().parent.parent / "site" / "sites"
SMALL = ("dgx", "shard")
"""Sites of one node, where a job has one GPU."""
SITES = sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.startswith("jobs"))
MOST = 4
"""Nodes of a type."""


def cluster_of(site: str) -> Cluster:
    tree = load((HERE / f"{site}.yaml").read_bytes(), site).tree
    assert tree is not None
    cluster, findings = from_value(tree.value)
    assert cluster is not None, findings
    return cluster


@pytest.mark.lab
@pytest.mark.parametrize("site", SITES)
def test_slurm_accepts_the_jobs_of_a_site(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need(*SLURM)
    monkeypatch.chdir(HERE)
    jobs = "jobs-small" if site in SMALL else "jobs"
    assert app.run(["build", f"{jobs}.yaml", "--cluster", f"./{site}.yaml", "-o", str(tmp_path)]) == 0
    scripts = sorted((tmp_path / jobs).glob("*/run.sbatch"))
    assert len(scripts) == (5 if site in SMALL else 6)
    refused = {}
    with started(shape_of(cluster_of(site), most=MOST)) as lab:
        for script in scripts:
            text = script.read_text(encoding="utf-8")
            kept = [line for line in text.splitlines() if not line.startswith("#SBATCH --tmp=")]
            script.write_text("\n".join(kept) + "\n", encoding="utf-8")
            done = lab.test_only(script, tmp_path)
            if done.returncode:
                refused[script.parent.name] = done.stderr
    assert refused == {}


@pytest.mark.lab
def test_the_shards_of_the_lab_are_counted(tmp_path: Path) -> None:
    need(*SLURM)
    cluster = cluster_of("shard")
    there = cluster.node_types["node01"].shards
    script = tmp_path / "asked.sbatch"
    with started(shape_of(cluster)) as lab:
        for shards, taken in ((there, True), (there + 1, False)):
            script.write_text(f"#!/bin/bash\n#SBATCH --gres=shard:{shards}\ntrue\n")
            assert (lab.test_only(script, tmp_path).returncode == 0) == taken
