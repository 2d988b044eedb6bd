"""What the guard costs: seconds before the first rank of RELION and behind the last one, also of 28 nodes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .building import build, with_inputs
from .client import started
from .faults import Trial, built
from .make_particles import write
from .shape import NodeGroup, Partition, Shape

if TYPE_CHECKING:
    from .client import Lab

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not os.environ.get("RELIONC_SOAK"), reason="RELIONC_SOAK=1: times of a quiet machine"),
]
NODES = 28
GROUP = NodeGroup(
    name="x2680",
    nodes=tuple(f"cn{i:04d}" for i in range(1, NODES + 1)),
    sockets=2,
    cores_per_socket=14,
    threads_per_core=2,
    memory=245760,
    gpus={},
    gres={"lscratch": 800},
    features=("cpu56", "core28", "g256", "x2680", "ibfdr"),
)
SHAPE = Shape((GROUP,), (Partition("multinode", (GROUP,), {"Default": "YES"}),))
SPEC = f"""\
relionc: 1
cluster: ./site.yaml
relion: "3.1"
jobs:
  job:
    type: class2d
    options: {{fn_img: particles.star, nr_classes: 2, nr_iter: 2, particle_diameter: 110, use_gpu: no}}
    output: Run/job/
    data: {{particles: 1000, box: 16}}
    resources: {{partition: multinode, constraint: x2680, nodes: {NODES}, ntasks: {NODES + 1}, cpus_per_task: 2,
      scratch: 20G}}
"""


def test_preflight_of_28_nodes_takes_seconds(tmp_path: Path, probe_path: str) -> None:
    site = {"profile": 1, "extends": "lab", "name": "site", "node_types": {"x2680": {"count": NODES}}}
    (tmp_path / "site.yaml").write_text(json.dumps(site))
    (tmp_path / "spec.yaml").write_text(SPEC)
    made = with_inputs(build(tmp_path / "spec.yaml", tmp_path))
    with started(SHAPE) as lab:
        trial = Trial(lab, made, {"PATH": probe_path})
        trial.submit()
        job = trial.end()
    assert job.state == "COMPLETED", trial.told()
    at = {event.event: event.at for event in trial.events()}
    print(f"preflight of {NODES} nodes: {at['launch'] - at['start']} s")
    assert at["launch"] - at["start"] <= 5


@pytest.mark.oracle
@pytest.mark.usefixtures("relion")
def test_the_guard_takes_a_small_share_of_two_minutes(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds before RELION and behind it; between them it is asked nothing, and a look a second costs no core."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    trial = Trial(lab, built(tmp_path, iterations=2), {})
    trial.submit()
    trial.until(lambda: trial.folder.joinpath("relionc/events.tsv").exists())
    assert trial.end().state == "COMPLETED"
    began, launched = (next(e.at for e in trial.events() if e.event == name) for name in ("start", "launch"))
    after = time.time() - max(path.stat().st_mtime for path in trial.folder.glob("run_it*"))
    print(f"before RELION {launched - began} s, from its end to Slurm's {after:.1f} s")
    assert launched - began + after <= 120 * 0.05
