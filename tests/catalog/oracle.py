"""What a real RELION makes of a job file of ours.

Through its queue RELION writes the commands of a job to a script and starts nothing. RELION 3.1 is the installed one; a
later one need not be installed: `tools/unpack_relion.sh` unpacks Debian's in a folder.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from golden_rows import KINDS, rows_of

from relionc import catalog
from relionc.data.project import Project
from relionc.emit.jobfile import render
from relionc.lower import jobfile
from relionc.lower.commands import relion_commands

if TYPE_CHECKING:
    from relionc.catalog import JobType

PIPELINER = shutil.which("relion_pipeliner")
VERSION = "3.1"
JOB = 25
QUEUED = {"do_queue": "Yes", "qsub": "true", "qsubscript": "template.sh"}
DATA = Path(__file__).parent.parent / "data" / "golden"
# Where a RELION of another release may be: a folder with its files, as a package has them.
UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1")


class Release(NamedTuple):
    """A real RELION: the version of the catalogue, its release, and how to call its pipeliner, if it is there."""

    version: str
    release: str
    pipeliner: tuple[str, ...] | None

    def types(self) -> tuple[str, ...]:
        return catalog.types(self.version)


class Answer(NamedTuple):
    """The commands of a job and the files that its pipeline then knows, or None if it is refused, and then why."""

    commands: list[str] | None
    why: str = ""
    nodes: frozenset[tuple[str, str]] = frozenset()


def unpacked(root: Path, program: str) -> tuple[str, ...] | None:
    """Return how to call a program below a folder: with the libraries there, if it brings its own."""
    found = root / "usr" / "bin" / program
    if not found.exists():
        return None
    loaders = sorted(root.glob("lib64/ld-linux-*")) or sorted(root.glob("usr/lib64/ld-linux-*"))
    if not loaders:
        return (str(found),)
    libraries = ":".join(map(str, sorted(root.glob("usr/lib/*-linux-gnu"))))
    return str(loaders[0]), "--library-path", libraries, str(found)


INSTALLED = Release(VERSION, "3.1.3", (PIPELINER,) if PIPELINER else None)
NEWEST = Release("5.1", "5.1.0", unpacked(UNPACKED, "relion_pipeliner"))


def needed(job_type: JobType, release: str) -> dict[str, str]:
    """Return options with which RELION takes a job: without them nearly every draw would be refused."""
    if job_type.name == "picktomo":
        return {"in_tomoset": "tomograms.star"}  # RELION looks into it, so no row has one that was taken
    recorded = (row for kind in KINDS for row in rows_of(release, kind, job_type) if row["ok"])
    return dict(next(recorded)["set"])


class Relion:
    """RELION's pipeline in a folder of its own."""

    def __init__(self, folder: Path, release: Release = INSTALLED) -> None:
        assert release.pipeliner, f"RELIONC_REQUIRE_LAB=1, but RELION {release.release} is not there"
        self.folder = folder
        self.program = release.pipeliner
        self.files = shutil.copytree(DATA / "project", folder, dirs_exist_ok=True)
        (folder / "template.sh").write_text("XXXcommandXXX\n", "utf-8")

    def makes(self, job_type: JobType, options: dict[str, str]) -> Answer:
        """Return what RELION makes of our job file for a job that it has never seen."""
        table = f"\ndata_pipeline_general\n\n_rlnPipeLineJobCounter {JOB}\n\n"
        pipeline = self.folder / "default_pipeline.star"
        pipeline.write_text(table, "utf-8")
        text = render(jobfile.job_file(job_type, options, is_continue=False))
        (self.folder / "job.star").write_text(text, "utf-8")
        command = [*self.program, "--addJobFromStar", "job.star", "--addJobOptions", "do_queue == Yes"]
        job = self.folder / job_type.job_dir / f"job{JOB:03}"
        shutil.rmtree(job, ignore_errors=True)
        shutil.rmtree(self.folder / ".relion_lock", ignore_errors=True)  # a call that failed leaves it
        done = subprocess.run(command, cwd=self.folder, capture_output=True, timeout=20, check=False)
        script = job / "run_submit.script"
        if done.returncode or not script.exists():
            return Answer(None, done.stderr.decode("utf-8", "replace").strip()[-300:])
        commands = script.read_text("utf-8").splitlines()[:-1]  # RELION ends it with an empty line
        return Answer(commands, nodes=nodes_of(pipeline.read_text("utf-8")))

    def we_make(self, job_type: JobType, options: dict[str, str]) -> Answer:
        """Return what we make of the same options, from the same files."""
        output = f"{job_type.job_dir}/job{JOB:03}/"
        files = Project(str(self.folder))
        made = relion_commands(job_type, options, output=output, is_continue=False, files=files)
        if made.refusals:
            return Answer(None, "; ".join(refusal.message for refusal in made.refusals))
        nodes = (*made.input_nodes, *made.output_nodes)
        if any(not path for path, _ in nodes):
            # RELION makes commands of it, which its own pipeline then refuses to register.
            return Answer(None, "a node without a name")
        # A file that is listed twice keeps the kind it was listed with first.
        return Answer(list(made.texts), nodes=frozenset(dict(reversed(nodes)).items()))


def nodes_of(pipeline: str) -> frozenset[tuple[str, str]]:
    """Return the files that RELION's pipeline knows, and their kinds."""
    table = pipeline.partition("data_pipeline_nodes\n")[2].partition("\ndata_")[0]
    rows = [shlex.split(line) for line in table.splitlines() if not line.startswith(("_", "loop_", "#"))]
    return frozenset((row[0], row[1]) for row in rows if len(row) > 1)
