"""A real Slurm takes every script that is built from the project's own specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .building import SPECS, build

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = pytest.mark.lab


def specs_of(cluster: str) -> list[Path]:
    return sorted((SPECS / cluster).glob("*.yaml"))


def scripts(spec: Path, project: Path) -> list[Path]:
    """Build a spec; return its batch scripts (an interactive job has none)."""
    built = build(spec, project)
    queued = [name for name, job in built.jobs.items() if not job["interactive"]]
    return [built.folder / name / "run.sbatch" for name in queued]


def test_there_are_specs_to_try() -> None:
    assert len(specs_of("lab")) >= 3
    assert len(specs_of("biowulf-2018")) >= 7


@pytest.mark.parametrize("spec", specs_of("lab"), ids=lambda spec: spec.stem)
def test_lab_scripts_are_accepted(spec: Path, lab: Lab, tmp_path: Path) -> None:
    for script in scripts(spec, tmp_path):
        asked = lab.test_only(script, tmp_path)
        assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("spec", specs_of("biowulf-2018"), ids=lambda spec: spec.stem)
def test_scripts_of_2018_are_accepted(spec: Path, lab_2018: Lab, tmp_path: Path) -> None:
    for script in scripts(spec, tmp_path):
        asked = lab_2018.test_only(script, tmp_path)
        assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("nodes", ["--nodes=9 --constraint=gpuk80", "--gres=gpu:k80:5", "--mem=241G"])
def test_this_slurm_can_say_no(nodes: str, lab: Lab, tmp_path: Path) -> None:
    script = tmp_path / "too-much.sbatch"
    script.write_text(f"#!/bin/bash\n#SBATCH --partition=gpu {nodes}\ntrue\n")
    assert lab.test_only(script, tmp_path).returncode != 0
