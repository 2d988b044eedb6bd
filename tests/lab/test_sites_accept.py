"""Scripts for real sites are accepted by a Slurm with nodes and partitions like theirs.

What the lab cannot be: shards of GPUs (the site `shard`), a job_submit plugin that finds the partition (a partition of
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
NOT_HERE = {"shard": "no shards of GPUs"}
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
@pytest.mark.parametrize("site", [name for name in SITES if name not in NOT_HERE])
def test_slurm_accepts_the_jobs_of_a_site(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need(*SLURM)
    monkeypatch.chdir(HERE)
    jobs = "jobs-small" if site == "dgx" else "jobs"
    assert app.run(["build", f"{jobs}.yaml", "--cluster", f"./{site}.yaml", "-o", str(tmp_path)]) == 0
    scripts = sorted((tmp_path / jobs).glob("*/run.sbatch"))
    assert len(scripts) == (5 if site == "dgx" else 6)
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


def test_what_the_lab_cannot_be_is_said() -> None:
    for site in NOT_HERE:
        with pytest.raises(ValueError, match="shards"):
            shape_of(cluster_of(site))
