"""Ten real sites: what their profiles say, and what jobs ask for there, written down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relionc.cli import app

HERE = Path(__file__).resolve().parent / "sites"
SMALL = ("dgx", "shard")
"""Sites of one node, where a job has one GPU."""
SITES = sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.startswith("jobs"))
TOLD = ("srun ", "mpirun ", "mpiexec ", "module ", "ml ", "singularity ")


def lines_of(script: str) -> list[str]:
    """Return what a script asks for, and how it starts programs."""
    joined = script.replace("\\\n", " ")
    rows = [" ".join(row.split()) for row in joined.splitlines()]
    left_out = ("job-name", "output", "open-mode", "requeue", "no-requeue", "signal")
    asked = [row for row in rows if row.startswith("#SBATCH ") and not row[10:].startswith(left_out)]
    return [*asked, *(row.partition(" --o ")[0] for row in rows if row.startswith(TOLD))]


@pytest.mark.parametrize("site", SITES)
def test_jobs_of_a_site_ask_for_what_is_written_down(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(HERE)
    jobs = "jobs-small" if site in SMALL else "jobs"
    assert app.run(["build", f"{jobs}.yaml", "--cluster", f"./{site}.yaml", "-o", str(tmp_path)]) == 0, (
        capsys.readouterr().err
    )
    found = ""
    for script in sorted((tmp_path / jobs).glob("*/run.sbatch")):
        found += "\n".join([f"== {script.parent.name}", *lines_of(script.read_text(encoding="utf-8")), ""])
    written = HERE / f"{site}.txt"
    if os.environ.get("RELIONC_ACCEPT") == "1":
        written.write_text(found, encoding="utf-8")
    assert found == written.read_text(encoding="utf-8")


def test_there_are_ten() -> None:
    assert len(SITES) == 10
