"""Every rank of a job of a real site runs where its plan says, in a Slurm with nodes like the site's.

RELIONC_SOAK=1 asks three sites, a usual run one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from . import placement
from .building import Built, build, with_inputs
from .client import Lab, started
from .conftest import SLURM, need
from .of_profile import shape_of
from .test_sites_accept import HERE, cluster_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.lab
soak = pytest.mark.skipif(not os.environ.get("RELIONC_SOAK"), reason="RELIONC_SOAK=1")

NO_MODULES = {"BASH_FUNC_module%%": "() { :; }", "BASH_FUNC_ml%%": "() { :; }"}
EMPTY = "# version 30001\n\ndata_pipeline_general\n\n_rlnPipeLineJobCounter                       1\n"


def placed(
    built: Built, script: Path, lab: Lab, path: str, *, by_mpirun: bool = False
) -> list[placement.Placed]:
    """Run the script of a build's only job with the probe in RELION's place; return the ranks, which are as planned.

    `by_mpirun`: the CPUs that a rank sees in Slurm's variables are those of its node's daemon, and mean nothing.
    """
    name, plan = built.job()
    job = lab.submit_and_wait(script, built.project, {"PATH": path, **NO_MODULES})
    assert len(job.nodes) == plan["nodes"]
    out = sorted(built.project.rglob("run.out"))
    found = placement.rows(out[-1].read_text() if out else built.printed(name, job))
    assert {row.size for row in found} == {plan["ntasks"]}
    real = placement.happened(found, job.nodes, plan)
    planned = placement.planned(plan)
    if by_mpirun:
        real = [replace(each, cpus=of.cpus) for each, of in zip(real, planned, strict=True)]
    assert placement.differences(planned, real) == []
    return real


@pytest.mark.parametrize(
    "site", ["embl", pytest.param("della", marks=soak), pytest.param("savio", marks=soak)]
)
def test_ranks_of_a_site_are_where_they_are_planned(site: str, tmp_path: Path, probe_path: str) -> None:
    """Features that select GPUs without types; memory by GPU; mpirun with a hostfile on one of five kinds of GPU."""
    need(*SLURM)
    built = build(HERE / "jobs.yaml", tmp_path, "--cluster", str(HERE / f"{site}.yaml"), "--job", "cls2")
    with started(shape_of(cluster_of(site), most=2)) as lab:
        real = placed(
            with_inputs(built),
            built.folder / "cls2" / "run.sbatch",
            lab,
            probe_path,
            by_mpirun=site == "savio",
        )
    assert [each.role for each in real].count("leader") == 1
    assert len({each.node for each in real}) == 2
    assert {len(each.gpus) for each in real if each.role == "worker"} == {1}


def test_what_relion_makes_of_a_gui_template_is_placed_as_planned(tmp_path: Path, probe_path: str) -> None:
    need(*SLURM)
    pipeliner = shutil.which("relion_pipeliner")
    if pipeliner is None:
        pytest.skip("RELION is not here")
    (tmp_path / "spec.yaml").write_text(
        "relionc: 1\ncluster: lab\nrelion: '3.1'\njobs:\n  cls:\n    type: class3d\n"
        "    options: {fn_img: particles.star, fn_ref: map.mrc, nr_classes: 2, particle_diameter: 200}\n"
        "    data: {particles: 1000, box: 64}\n    resources: {nodes: 2, gpus: {type: k80, per_node: 4}}\n"
    )
    built = _window(tmp_path)
    (tmp_path / "default_pipeline.star").write_text(EMPTY)
    for name in ("particles.star", "map.mrc"):
        (tmp_path / name).touch()
    done = subprocess.run(
        [pipeliner, "--addJobFromStar", str(built.folder / "cls" / "job.star")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    scripts = list(tmp_path.glob("Class3D/*/run_submit.script"))
    assert len(scripts) == 1, done.stdout + done.stderr
    with started("lab") as lab:
        real = placed(built, scripts[0], lab, probe_path)
    assert len(real) == 9


def _window(project: Path) -> Built:
    built = build(project / "spec.yaml", project, "--gui", "-o", "build")
    return Built(project / "build" / "spec", built.project)
