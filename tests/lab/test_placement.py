"""Every rank runs on the node, and with the CPUs and devices, that plan.json says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from relionc.slurm import versions

from . import placement
from .building import SPECS, Built, build, build_text, with_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm]

SIZES = [1, 2, 4, 8]

HOMOGENEOUS_PLUS_1 = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  probed:
    type: class3d
    options: {{fn_img: particles.star, fn_ref: reference.mrc, nr_classes: 2, particle_diameter: 200}}
    data: {{particles: 1000, box: 64}}
    resources: {resources}
    layout: homogeneous+1
"""

HOMOGENEOUS = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  probed:
    type: motioncorr
    options:
      input_star_mics: movies.star
      do_own_motioncor: no
      fn_motioncor2_exe: MotionCor2
    resources: {resources}
    layout: homogeneous
"""

HETEROGENEOUS = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  probed:
    type: class2d
    options: {{fn_img: particles.star, nr_classes: 4, particle_diameter: 200, use_gpu: no}}
    data: {{particles: 1000, box: 64}}
    resources: {resources}
    layout: heterogeneous
"""


# The profile of 2018 loads modules, which this machine has not.
NO_MODULES = {"BASH_FUNC_module%%": "() { :; }"}


def check(built: Built, lab: Lab, path: str) -> Mapping[str, Any]:
    """Run a build's only job with the probe in RELION's place, and compare; return the job's plan."""
    name, plan = built.job()
    environment = {"PATH": path, **NO_MODULES}
    job = lab.submit_and_wait(built.folder / name / "run.sbatch", built.project, environment)
    found = placement.rows(built.printed(name, job))
    assert len(job.nodes) == plan["nodes"]
    assert {row.size for row in found} == {plan["ntasks"]}
    real = placement.happened(found, job.nodes, plan)
    assert placement.differences(placement.planned(plan), real) == []
    if not versions.TAKES_CPUS_OF_JOB.holds(lab.generation.slurm):
        assert reserved(found) == wanted_cpus(found)
    return plan


def reserved(found: Sequence[placement.Row]) -> dict[str, int]:
    """The CPUs that Slurm keeps for the step, by host."""
    return {row.host: row.cpus_on_node for row in found}


def wanted_cpus(found: Sequence[placement.Row]) -> dict[str, int]:
    """The CPUs that the ranks need, by host, in whole cores of two."""
    need: Counter[str] = Counter()
    for row in found:
        need[row.host] += row.cpus
    return {host: cpus + cpus % 2 for host, cpus in need.items()}


def counts(plan: Mapping[str, Any]) -> list[int]:
    return [count for _, count in sorted(Counter(rank["node"] for rank in plan["ranks"]).items())]


@pytest.mark.parametrize("nodes", SIZES)
def test_homogeneous_plus_1(nodes: int, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = f"{{nodes: {nodes}, gpus: {{type: k80, per_node: 4}}, cpus_per_task: 2, scratch: 20G}}"
    plan = check(build_text(HOMOGENEOUS_PLUS_1.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [5, *[4] * (nodes - 1)]


@pytest.mark.parametrize("nodes", SIZES)
def test_homogeneous(nodes: int, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = f"{{nodes: {nodes}, gpus: {{type: k80, per_node: 4}}, cpus_per_task: 2, scratch: 20G}}"
    plan = check(build_text(HOMOGENEOUS.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [4] * nodes


@pytest.mark.parametrize("nodes", SIZES)
def test_heterogeneous(nodes: int, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    # 4 CPUs of 16 GiB: three ranks on a node of 240 GiB, two on the last one.
    resources = f"{{ntasks: {3 * nodes - 1}, cpus_per_task: 4, mem_per_cpu: 16G, partition: multinode}}"
    plan = check(build_text(HETEROGENEOUS.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [*[3] * (nodes - 1), 2]


def test_heterogeneous_fills_nodes_to_their_cpus(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = "{ntasks: 17, cpus_per_task: 8, mem_per_cpu: 1G, partition: multinode, scratch: 20G}"
    plan = check(build_text(HETEROGENEOUS.format(resources=resources), tmp_path, lab), lab, probe_path)
    spread = versions.SPREADS_TASKS.holds(lab.generation.slurm)
    assert counts(plan) == ([6, 6, 5] if spread else [7, 7, 3])


def test_heterogeneous_on_nodes_of_one_feature(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = "{ntasks: 5, cpus_per_task: 4, mem_per_cpu: 16G, partition: multinode, constraint: x2695}"
    plan = check(build_text(HETEROGENEOUS.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [3, 2]


def test_single_cpus_are_dealt_in_whole_cores(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    # 27 CPUs of 9 GiB: 26 fit on a node, but the last node gets a whole core, and with it a second rank.
    resources = "{ntasks: 27, cpus_per_task: 1, mem_per_cpu: 9G, partition: multinode}"
    plan = check(build_text(HETEROGENEOUS.format(resources=resources), tmp_path, lab), lab, probe_path)
    spread = versions.SPREADS_TASKS.holds(lab.generation.slurm)
    assert counts(plan) == ([14, 13] if spread else [25, 2])


def test_two_ranks_per_gpu_with_threads(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = (
        "{nodes: 2, gpus: {type: p100, per_node: 4}, ranks_per_gpu: 2, cpus_per_task: 2, scratch: 20G}"
    )
    plan = check(build_text(HOMOGENEOUS_PLUS_1.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [9, 8]


def test_one_cpu_per_rank_leaves_half_a_core(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = "{nodes: 2, gpus: {type: k80, per_node: 4}, cpus_per_task: 1, scratch: 20G}"
    plan = check(build_text(HOMOGENEOUS_PLUS_1.format(resources=resources), tmp_path, lab), lab, probe_path)
    assert counts(plan) == [5, 4]


QUEUED_2018 = [
    "class3d-gui-batch",
    "class3d-ribosome",
    "heterogeneous",
    "homogeneous",
    "homogeneous-plus-1",
    "preread",
]


@pytest.mark.parametrize("spec", QUEUED_2018)
def test_scripts_of_2018(spec: str, lab_2018: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build(SPECS / "biowulf-2018" / f"{spec}.yaml", tmp_path, lab=lab_2018)
    check(with_inputs(built), lab_2018, probe_path)
