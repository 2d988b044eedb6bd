"""Particle files that a spec names: read where each job runs, and looked at again by the next build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relionc.cli.app import run as call
from relionc.cli.build import BuildCall, run

OPTICS = "data_optics\n\nloop_\n_rlnImageSize #1\n_rlnOpticsGroup #2\n{} 1\n\n"
ROWS = "data_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n1@a.mrcs 1\n2@a.mrcs 1\n"
SPEC = 'relionc: 1\ncluster: lab\nrelion: "3.1"\njobs:\n'
JOB = "  {}: {{type: class3d, project: {}, options: {{fn_img: {}, fn_ref: r.mrc, do_preread_images: yes}}}}\n"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def particles(path: str, box: int) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(OPTICS.format(box) + ROWS)


def formula(name: str) -> str:
    plan = json.loads(Path("build/s/plan.json").read_text())
    return plan["jobs"][name]["memory_per_rank"][0]["formula"]


def test_each_job_reads_the_file_of_its_own_project():
    particles("one/p.star", 100)
    particles("two/p.star", 500)
    Path("s.yaml").write_text(SPEC + JOB.format("a", "one", "p.star") + JOB.format("b", "two", "p.star"))
    assert run(BuildCall(specs=("s.yaml",))) == 0
    assert (formula("a"), formula("b")) == (
        "2 particles x 100 x 100 x 4 B",
        "2 particles x 500 x 500 x 4 B",
    )
    inputs = json.loads(Path("build/s/manifest.json").read_text())["inputs"]
    assert (inputs["one/p.star"]["box"], inputs["two/p.star"]["box"]) == (100, 500)


def test_a_changed_file_outside_the_project_is_seen(tmp_path):
    particles("data/p.star", 100)
    Path("s.yaml").write_text(SPEC + JOB.format("a", "one", tmp_path / "data" / "p.star"))
    assert call(["build", "s.yaml"]) == 0
    particles("data/p.star", 400)
    assert call(["build", "s.yaml"]) == 0
    assert formula("a") == "2 particles x 400 x 400 x 4 B"
