"""A sweep in the queue: one call of sbatch for all points that are alike, each of them a job of its own afterwards."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app

if TYPE_CHECKING:
    from stub_slurm import Site

SWEEP = """\
relionc: 1
cluster: lab
relion: "3.1"
defaults:
  resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
jobs:
  sweep:
    type: class3d
    matrix: {K: [1, 2, 3], limit: 2}
    options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 200, use_gpu: no, nr_classes: "${{ matrix.K }}"}
    data: {particles: 100, box: 32}
  all:
    type: class2d
    after: [sweep]
    options: {fn_img: p.star, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
"""
POINTS = ("sweep-K1", "sweep-K2", "sweep-K3")


@pytest.fixture
def sweep(site: Site) -> Site:
    """Return the site with a build of SWEEP."""
    (site.here / "spec.yaml").write_text(SWEEP)
    for name in ("p.star", "r.mrc"):
        (site.here / name).touch()
    assert app.run(["build", "spec.yaml", "--force"]) == 0
    return site


def options(site: Site) -> list[str]:
    """Return the words of each call of sbatch, without the folder of the build."""
    return [call.replace(f"{site.build}/", "") for call in site.calls("sbatch")]


def submit(site: Site, way: str) -> None:
    """Submit by the command, or by the script of the build."""
    if way == "relionc submit":
        code, out, err = site.run("submit", "build/spec")
        assert code == 0, out + err
    else:
        subprocess.run(["bash", "build/spec/submit.sh"], cwd=site.here, check=True, capture_output=True)


@pytest.mark.parametrize("way", ["relionc submit", "submit.sh"])
def test_all_points_are_one_call(sweep: Site, way: str) -> None:
    submit(sweep, way)
    assert [sweep.rows(name) for name in POINTS] == [["101_0"], ["101_1"], ["101_2"]]
    first, second = options(sweep)
    assert "--array=0,1,2%2" in first
    assert first.endswith(" sweep-K1/array.sbatch")
    number = sweep.rows("sweep-K1")[0].partition("_")[0]
    assert f"--dependency=afterok:{number}_0:{number}_1:{number}_2 " in second
    assert second.endswith(" all/run.sbatch")


@pytest.mark.parametrize("way", ["relionc submit", "submit.sh"])
def test_only_the_points_that_are_not_in_the_queue_are_submitted_again(sweep: Site, way: str) -> None:
    sweep.submitted("sweep-K2", "55_1")
    sweep.says("55_1", state="RUNNING")
    submit(sweep, way)
    first, second = options(sweep)
    assert "--array=0,2%2" in first
    assert ":55_1" in second


def test_one_point_is_cancelled(sweep: Site) -> None:
    for task, name in enumerate(POINTS):
        sweep.submitted(name, f"55_{task}")
        sweep.says(f"55_{task}", state="RUNNING", script=f"{sweep.build}/sweep-K1/array.sbatch")
    code, out, err = sweep.run("cancel", "build/spec", "--job", "sweep-K2")
    assert (code, out) == (0, "sweep-K2 55_1 cancelled\n"), err
    assert sweep.calls("scancel") == ["55_1"]


def test_a_point_that_failed_goes_on_alone(sweep: Site) -> None:
    for task, name in enumerate(POINTS):
        sweep.submitted(name, f"55_{task}")
        sweep.says(f"55_{task}", state="FAILED" if task == 1 else "RUNNING")
    code, out, err = sweep.run("resume", "build/spec", "--job", "sweep-K2")
    assert code == 0, out + err
    (call,) = options(sweep)
    assert "--array=1%2" in call
    assert sweep.rows("sweep-K2")[-1].endswith("_1")


def test_what_slurm_would_say_is_asked_once_for_an_array(sweep: Site) -> None:
    code, out, err = sweep.run("submit", "build/spec", "--test-only")
    assert code == 0, out + err
    assert out.startswith("sweep-K1 and 2 more  ")
    assert len(sweep.calls("sbatch")) == 2


def test_a_refusal_takes_back_every_point(sweep: Site) -> None:
    sweep.put("refuse.all", "sbatch: error: QOSMaxSubmitJobPerUserLimit\n")
    code, _, err = sweep.run("submit", "build/spec")
    assert code == 1, err
    assert [sweep.rows(name) for name in POINTS] == [[], [], []]
