"""The plan's arithmetic of nodes and CPUs is Slurm's, over a grid of heterogeneous requests."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from .building import build_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .client import Lab

pytestmark = pytest.mark.lab

NTASKS = (2, 3, 5, 8, 13, 17, 23, 30)
CPUS = (1, 2, 4, 6)
GIB_PER_CPU = (1, 5, 9, 20)
_ANSWER = re.compile(r"using (\d+) processors on nodes (\S+)")

JOB = """\
  t{ntasks}_{cpus}_{gib}:
    type: class2d
    options: {{fn_img: particles.star, particle_diameter: 200, use_gpu: no}}
    data: {{particles: 100, box: 32}}
    resources: {{ntasks: {ntasks}, cpus_per_task: {cpus}, mem_per_cpu: {gib}G, partition: multinode}}
    layout: heterogeneous
"""


def grid() -> str:
    jobs = [
        JOB.format(ntasks=ntasks, cpus=cpus, gib=gib)
        for ntasks in NTASKS
        for cpus in CPUS
        for gib in GIB_PER_CPU
    ]
    return 'relionc: 1\ncluster: lab\nrelion: "3.1"\njobs:\n' + "".join(jobs)


def planned(job: Mapping[str, Any]) -> tuple[int, int]:
    """The nodes of a plan, and the CPUs that Slurm books for it: whole cores of two."""
    on_node: Counter[int] = Counter()
    for rank in job["ranks"]:
        on_node[rank["node"]] += rank["cpus"]
    return job["nodes"], sum(cpus + cpus % 2 for cpus in on_node.values())


def test_slurm_would_give_what_is_planned(lab: Lab, tmp_path: Path) -> None:
    built = build_text(grid(), tmp_path)
    wrong = []
    for name, job in built.jobs.items():
        asked = lab.test_only(built.folder / name / "run.sbatch", tmp_path)
        answer = _ANSWER.search(asked.stderr)
        assert answer, f"{name}: {asked.stderr}"
        real = len(lab.hostnames(answer[2], tmp_path)), int(answer[1])
        if real != planned(job):
            wrong.append(f"{name}: planned {planned(job)} nodes and CPUs, Slurm gives {real}")
    assert len(built.jobs) == len(NTASKS) * len(CPUS) * len(GIB_PER_CPU)
    assert wrong == []
