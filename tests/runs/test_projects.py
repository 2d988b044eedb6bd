"""Jobs whose spec names a project folder: their files are found there, wherever one submits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stub_slurm import SPEC
from test_status_command import OUT

if TYPE_CHECKING:
    from pathlib import Path

    from stub_slurm import Site


@pytest.mark.parametrize("named", ["{here}", "${{{{ env.WHERE }}}}/run", "~/run"])
def test_a_job_writes_below_its_project(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    project = tmp_path / "run"
    project.mkdir()
    monkeypatch.setenv("WHERE", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    text = SPEC[: SPEC.index("  second:")] + f"    project: {named.format(here=project)}\n"
    (site.here / "elsewhere.yaml").write_text(text)
    assert site.run("build", "elsewhere.yaml")[0] == 0
    assert site.run("submit", "build/elsewhere")[:2] == (0, "first 101\n")
    site.says("101", state="RUNNING", reason="None")
    (project / "Class3D/first/run.out").write_text(OUT)
    assert "iteration 15 of 25" in site.run("status", "build/elsewhere")[1]
