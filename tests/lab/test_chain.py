"""submit.sh queues the jobs of a spec in order, each after those it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .building import build_text

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = pytest.mark.lab

CHAIN = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  last:
    type: class3d
    after: [middle]
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
  first:
    type: class2d
    options: {fn_img: particles.star, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
  middle:
    type: class2d
    after: [first]
    options: {fn_img: particles.star, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 2, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
"""


def submit(lab: Lab, project: Path, path: str) -> dict[str, str]:
    """Build and submit the chain; return each job's number in the queue."""
    built = build_text(CHAIN, project)
    done = lab.run(["bash", built.folder / "submit.sh"], project, {"PATH": path})
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


def times(lab: Lab, number: str, project: Path) -> tuple[str, str]:
    """When a job started and ended; ISO times compare as text."""
    shown = lab.run(["scontrol", "show", "job", "-o", number], project).stdout
    facts = dict(word.split("=", 1) for word in shown.split() if "=" in word)
    return facts["StartTime"], facts["EndTime"]


def test_each_job_waits_for_the_one_before(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    numbers = submit(lab, tmp_path, probe_path)
    assert list(numbers) == ["first", "middle", "last"]
    assert {lab.wait(number, tmp_path).state for number in numbers.values()} == {"COMPLETED"}
    first, middle, last = (times(lab, number, tmp_path) for number in numbers.values())
    assert first[1] <= middle[0]
    assert middle[1] <= last[0]


def test_nothing_runs_after_a_failure(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    folder, _, rest = probe_path.partition(":")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "relion_refine_mpi").write_text("#!/bin/sh\nexit 3\n")
    (broken / "relion_refine_mpi").chmod(0o755)
    numbers = submit(lab, tmp_path, f"{broken}:{folder}:{rest}")
    states = [lab.wait(number, tmp_path).state for number in numbers.values()]
    assert states == ["FAILED", "CANCELLED", "CANCELLED"]
