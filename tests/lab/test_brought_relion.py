"""RELION 3.1.3 and 5.1.0 on every Slurm, whatever its Debian has: the tiny specs run to their end on one node."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .brought import BROUGHT, Brought, with_its_mpirun
from .building import SPECS, build
from .make_particles import write
from .test_real_runs import check_files, check_hosts

if TYPE_CHECKING:
    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.oracle, pytest.mark.every_slurm(in_soak=True)]

ENDS = {
    "class3d-tiny": ("run_it003", ["class001.mrc", "class002.mrc", "data.star", "optimiser.star"]),
    "class2d-tiny": ("run_it003", ["classes.mrcs", "data.star", "optimiser.star"]),
    "refine3d-tiny": ("run", ["class001.mrc", "half1_class001_unfil.mrc", "data.star"]),
}
ON_ONE_NODE = {"  nodes: 2": "  nodes: 1", "mem_per_cpu: 60G": "mem_per_cpu: 2G"}
# 5.1 finds 2D classes along gradients, on one rank, unless told otherwise; of images of 16 pixels the first map that it
# makes has no resolution at all, on which it breaks off (signal 11).
OF_5_1 = {
    'relion: "3.1"': 'relion: "5.1"',
    "      psi_sampling: 12\n": "      psi_sampling: 12\n      do_em: yes\n      do_grad: no\n      nr_iter_em: 3\n",
    "      nr_classes: 3\n      nr_iter: 3\n": "      nr_classes: 3\n",
    "    type: class2d\n": "    type: class2d\n    extra_args: --ini_high 40\n",
}


def spec_of(name: str, version: str, project: Path) -> Path:
    """Write a tiny spec for a version, on one node."""
    text = (SPECS / "lab" / f"{name}.yaml").read_text("utf-8")
    for old, new in (ON_ONE_NODE | (OF_5_1 if version == "5.1" else {})).items():
        text = text.replace(old, new)
    path = project / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("relion", BROUGHT, ids=lambda each: each.release)
def test_it_runs_to_its_end(
    relion: Brought, name: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relion.need()
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    relion.put(tmp_path / "bin")
    built = build(spec_of(name, relion.version, tmp_path), tmp_path, lab=with_its_mpirun(lab), of_mpi=True)
    job_name, plan = built.job()
    path = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    job = lab.submit_and_wait(built.folder / job_name / "run.sbatch", tmp_path, path, timeout=240)
    out = built.printed(job_name, job)
    assert re.search(rf"RELION version: {re.escape(relion.release)}", out)
    assert len(job.nodes) == 1
    assert plan["ntasks"] > 2
    check_hosts(out, plan, job.nodes)
    last, names = ENDS[name]
    check_files(built.output(job_name), last, names)
