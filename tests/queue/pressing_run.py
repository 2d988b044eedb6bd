"""RELION's own pipeline, with a stand-in for sbatch: what pressing Run in its window would submit."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from relionc.pipeline.pipeliner import how_to_call

if TYPE_CHECKING:
    from collections.abc import Mapping

UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1")
PROGRAMS = {"3.1": "relion_pipeliner", "5.1": str(UNPACKED / "usr" / "bin" / "relion_pipeliner")}
SBATCH = """\
#!/bin/bash
if [[ $# != 1 ]]; then exit 2; fi
cp -- "$1" submitted
touch -- "$(dirname -- "$1")/RELION_JOB_EXIT_SUCCESS"
"""
EMPTY = "\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 25\n\n"


def is_there(version: str) -> bool:
    return shutil.which(PROGRAMS[version]) is not None


def submitted(project: Path, job_star: str, version: str, environment: Mapping[str, str] = {}) -> str:
    """Let RELION add a job of a job file and run it; return the script that sbatch got.

    The job's folder is JOB/ in it.
    """
    programs = project / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "sbatch").write_text(SBATCH)
    (programs / "sbatch").chmod(0o755)
    (project / "submitted").unlink(missing_ok=True)
    (project / "default_pipeline.star").write_text(EMPTY)
    for folder in project.glob("*/job025"):
        shutil.rmtree(folder)
    clean = {name: text for name, text in os.environ.items() if not name.startswith("RELION_")}
    clean |= {"PATH": f"{programs}:{os.environ['PATH']}", **environment}

    def call(*words: str) -> None:
        done = subprocess.run(
            [*how_to_call(PROGRAMS[version]), *words],
            cwd=project,
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "cannot find" not in done.stdout + done.stderr

    call("--addJobFromStar", job_star)
    (folder,) = project.glob("*/job025")
    name = f"{folder.parent.name}/job025/"
    for line in (project / "default_pipeline.star").read_text().splitlines():
        path, *others = line.split() or [""]
        if others and not path.startswith((name, "_", "#")):  # RELION waits for a file that is not there
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).touch()
    call("--RunJobs", name, "--sec_wait_after", "0")
    return (project / "submitted").read_text().replace(name, "JOB/")
