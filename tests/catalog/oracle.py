"""What the installed RELION 3.1 makes of a job file of ours.

Through its queue RELION writes the commands of a job to a script and starts nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from relionc import catalog
from relionc.data.project import Project
from relionc.emit.jobfile import render
from relionc.lower import jobfile
from relionc.lower.commands import make

if TYPE_CHECKING:
    from relionc.catalog import JobType

PIPELINER = shutil.which("relion_pipeliner")
VERSION, RELEASE = "3.1", "3.1.3"
JOB = 25
QUEUED = {"do_queue": "Yes", "qsub": "true", "qsubscript": "template.sh"}
DATA = Path(__file__).parent.parent / "data" / "golden"


class Answer(NamedTuple):
    """The commands of a job, or None if it is refused, and then why."""

    commands: list[str] | None
    why: str = ""


def needed(job_type: JobType) -> dict[str, str]:
    """Return options with which RELION takes a job: without them nearly every draw would be refused."""
    for line in (DATA / f"{RELEASE}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["ok"] and str(row["job_type_id"]) == job_type.type_id:
            return dict(row["set"])
    raise LookupError(job_type.name)


class Relion:
    """RELION's pipeline in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        assert PIPELINER, "RELIONC_REQUIRE_LAB=1, but relion_pipeliner is not installed"
        self.folder = folder
        self.program = PIPELINER
        self.files = shutil.copytree(DATA / "project", folder, dirs_exist_ok=True)
        (folder / "template.sh").write_text("XXXcommandXXX\n", "utf-8")

    def makes(self, job_type: JobType, options: dict[str, str]) -> Answer:
        """Return what RELION makes of our job file for a job that it has never seen."""
        table = f"\ndata_pipeline_general\n\n_rlnPipeLineJobCounter {JOB}\n\n"
        (self.folder / "default_pipeline.star").write_text(table, "utf-8")
        text = render(jobfile.make(job_type, options, is_continue=False))
        (self.folder / "job.star").write_text(text, "utf-8")
        command = [self.program, "--addJobFromStar", "job.star", "--addJobOptions", "do_queue == Yes"]
        job = self.folder / job_type.job_dir / f"job{JOB:03}"
        shutil.rmtree(job, ignore_errors=True)
        shutil.rmtree(self.folder / ".relion_lock", ignore_errors=True)  # a call that failed leaves it
        done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=20, check=False)
        script = job / "run_submit.script"
        if done.returncode or not script.exists():
            return Answer(None, done.stderr.decode("utf-8", "replace").strip()[-300:])
        return Answer(script.read_text("utf-8").splitlines()[:-1])  # RELION ends it with an empty line

    def we_make(self, job_type: JobType, options: dict[str, str]) -> Answer:
        """Return what we make of the same options, from the same files."""
        output = f"{job_type.job_dir}/job{JOB:03}/"
        files = Project(str(self.folder))
        made = make(job_type, options, output=output, is_continue=False, files=files)
        if made.refusals:
            return Answer(None, "; ".join(refusal.message for refusal in made.refusals))
        if any(not path for path, _ in (*made.input_nodes, *made.output_nodes)):
            # RELION makes commands of it, which its own pipeline then refuses to register.
            return Answer(None, "a node without a name")
        return Answer(list(made.texts))


def all_types() -> tuple[str, ...]:
    """Return the job types of RELION 3.1."""
    return catalog.types(VERSION)
