"""An interactive job: what allocate.sh gets is what run.sh was planned for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from . import placement
from .building import build_text

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("relion")]

SPEC = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  probed:
    type: motioncorr
    interactive: true
    options:
      input_star_mics: movies.star
      do_own_motioncor: no
      fn_motioncor2_exe: MotionCor2
    resources: {partition: gpu, nodes: 1, ntasks: 4, gpus: "k80:4", cpus_per_task: 2, scratch: 20G}
"""


def test_its_ranks_run_in_the_allocation_as_planned(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    built = build_text(SPEC, tmp_path)
    name, plan = built.job()
    folder = built.folder / name
    done = lab.run(
        ["bash", folder / "allocate.sh"],
        tmp_path,
        {"PATH": probe_path},
        typed=f"bash {shlex.quote(str(folder / 'run.sh'))}\nexit\n",
    )
    out = (built.output(name) / "run.out").read_text()
    assert done.returncode == 0, done.stderr
    found = placement.rows(out)
    hosts = sorted({row.host for row in found})
    assert placement.differences(placement.planned(plan), placement.happened(found, hosts, plan)) == []
    assert len(found) == 4


def test_run_sh_outside_an_allocation_says_what_to_do(tmp_path: Path, lab: Lab) -> None:
    built = build_text(SPEC, tmp_path)
    done = lab.run(["bash", built.folder / built.job()[0] / "run.sh"], tmp_path)
    assert done.returncode == 1
    assert "allocate.sh" in done.stderr
