"""The sixth mode of the tests, which two files make, on a real Slurm: every rank is where its plan has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.lower import modes as lowered_modes
from relionc.plan import modes as planned_modes
from relionc.plan import plan_job

from .by_hand import LAB, job_of
from .test_modes import check, run

sys.path.insert(0, str(Path(__file__).parents[1] / "sixth_mode"))

from one_per_numa_node_lowered import LoweredOnePerNumaNode
from one_per_numa_node_planned import NUMA_NODES, OnePerNumaNode

if TYPE_CHECKING:
    from .client import Lab

pytestmark = pytest.mark.lab

NAME = OnePerNumaNode.name
SPEC = """
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  spread:
    type: class3d
    options: {{fn_img: p.star, fn_ref: r.mrc, particle_diameter: 110}}
    data: {{particles: 40, box: 16}}
    resources: {{nodes: {nodes}, cpus_per_task: 4, time: 00:10:00}}
"""


@pytest.mark.parametrize("nodes", [1, 2, 4])
def test_one_rank_is_on_each_numa_node(
    nodes: int, lab: Lab, tmp_path: Path, probe_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planned_modes, "MODES", (*planned_modes.MODES, OnePerNumaNode()))
    monkeypatch.setitem(lowered_modes.MODES, NAME, LoweredOnePerNumaNode())
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.format(nodes=nodes))
    job = job_of(spec)
    plan, findings = plan_job(job, LAB._replace(modes=(NAME,)))
    assert plan is not None, findings
    assert (plan.mode, plan.placement.shares) == (NAME, (NUMA_NODES,) * nodes)
    built, done, found = run(plan, lab, tmp_path, probe_path)
    check(built, done, found)
    assert {host: sum(row.host == host for row in found) for host in done.nodes} == dict.fromkeys(
        done.nodes, NUMA_NODES
    )
