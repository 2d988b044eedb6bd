"""A real Slurm takes every script that is built from the project's own specs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relionc.pipeline import Disk, Request, compile_spec

from .building import SPECS, build

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = pytest.mark.lab


def specs_of(cluster: str) -> list[Path]:
    return sorted((SPECS / cluster).glob("*.yaml"))


def scripts(spec: Path, project: Path, lab: Lab) -> list[Path]:
    """Build a spec; return its batch scripts (an interactive job has none)."""
    built = build(spec, project, lab=lab)
    queued = [name for name, job in built.jobs.items() if not job["interactive"]]
    return [built.folder / name / "run.sbatch" for name in queued]


def test_there_are_specs_to_try() -> None:
    assert len(specs_of("lab")) >= 3
    assert len(specs_of("biowulf-2018")) >= 7


@pytest.mark.parametrize("spec", specs_of("lab"), ids=lambda spec: spec.stem)
def test_lab_scripts_are_accepted(spec: Path, lab: Lab, tmp_path: Path) -> None:
    for script in scripts(spec, tmp_path, lab):
        asked = lab.test_only(script, tmp_path)
        assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("spec", specs_of("biowulf-2018"), ids=lambda spec: spec.stem)
def test_scripts_of_2018_are_accepted(spec: Path, lab_2018: Lab, tmp_path: Path) -> None:
    for script in scripts(spec, tmp_path, lab_2018):
        asked = lab_2018.test_only(script, tmp_path)
        assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("nodes", ["--nodes=9 --constraint=gpuk80", "--gres=gpu:k80:5", "--mem=241G"])
def test_this_slurm_can_say_no(nodes: str, lab: Lab, tmp_path: Path) -> None:
    script = tmp_path / "too-much.sbatch"
    script.write_text(f"#!/bin/bash\n#SBATCH --partition=gpu {nodes}\ntrue\n")
    assert lab.test_only(script, tmp_path).returncode != 0


HOSTILE = [
    'say "hi" \\ #1',
    "a\\",
    "$(id)",
    "`id`",
    "it's",
    "-x --uid=0",
    "a\u00a0b",
    "µ 漢字",
    "%j",
    "x" * 900,
    "#",
    "=",
]


@pytest.mark.parametrize("key", ["comment", "mail-user"])
@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_what_strangers_write_is_a_value_for_this_slurm(
    key: str, text: str, lab: Lab, tmp_path: Path
) -> None:
    """Whatever a value holds: the script is refused by relionc, or taken by Slurm."""
    job = {
        "type": "class3d",
        "options": {"fn_img": "p.star", "fn_ref": "r.mrc"},
        "resources": {"gpus": "p100:2", "nodes": 2},
        "slurm": {key: text},
    }
    spec = json.dumps({"relionc": 1, "cluster": "lab", "relion": "3.1", "jobs": {"a": job}})
    disk = Disk(lambda path: b"", lambda *_: None)
    built = compile_spec(Request(path="spec.yaml", data=spec.encode()), disk)
    if built.files is None:
        return
    script = tmp_path / "run.sbatch"
    script.write_bytes(built.files["a/run.sbatch"])
    asked = lab.test_only(script, tmp_path)
    assert asked.returncode == 0, asked.stderr
