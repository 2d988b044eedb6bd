"""RELION's own pipeliner reads the job.star of a build, and makes the same commands from it."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from .building import SPECS, build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.oracle, pytest.mark.usefixtures("relion")]

EMPTY_PIPELINE = "\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 25\n\n"
TINY = ["lab/class2d-tiny", "lab/class3d-tiny", "lab/refine3d-tiny", "local/class3d-tiny"]


def commands_of_relion(job_star: Path, folder: Path) -> list[str]:
    """Let RELION queue the job with a template that holds nothing but its commands."""
    folder.mkdir()
    (folder / "default_pipeline.star").write_text(EMPTY_PIPELINE)
    (folder / "template.sh").write_text("XXXcommandXXX\n")
    done = subprocess.run(
        [
            "relion_pipeliner",
            "--addJobFromStar",
            job_star,
            "--addJobOptions",
            "do_queue == Yes;qsubscript == template.sh;qsub == true",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING: cannot find" not in done.stdout + done.stderr
    (script,) = folder.glob("*/job025/run_submit.script")
    return [line for line in script.read_text().splitlines() if line]


def words(command: str, output: str) -> list[str]:
    """The words of a command: its program without `which`, and the job's folder under one name."""
    text = command.replace("`which ", "").replace("`", "")
    return [word.replace(output, "JOB/") for word in shlex.split(text)]


@pytest.mark.parametrize("spec", TINY)
def test_relion_makes_the_same_commands(spec: str, tmp_path: Path) -> None:
    built = build(SPECS / f"{spec}.yaml", tmp_path)
    name, plan = built.job()
    ours = (built.folder / name / "commands.txt").read_text().splitlines()
    theirs = commands_of_relion(built.folder / name / "job.star", tmp_path / "relion")
    parent = plan["output"].split("/")[0]
    assert [words(each, plan["output"]) for each in ours] == [
        words(each, f"{parent}/job025/") for each in theirs
    ]
