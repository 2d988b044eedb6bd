"""A project with a build in it, and programs that stand in for Slurm's: they take notes and say what a test wants."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app, status
from relionc.store.state import State, Submitted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  first:
    type: class3d
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode, time: 1:00:00}
  second:
    type: class3d
    after: [first]
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
  other:
    type: class3d
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}
"""
RECORD = """\
JobId={id} JobName={name}
   UserId=u(1) GroupId=u(1) MCS_label=N/A
   Priority=1 Nice=0 Account=(null) QOS=(null)
   JobState={state} Reason={reason} Dependency=(null)
   Requeue=1 Restarts={restarts} BatchFlag=1 Reboot=0 ExitCode={exit_code}
   RunTime={ran} TimeLimit={limit} TimeMin=N/A
   SubmitTime=2026-11-22T06:37:39 EligibleTime=2026-11-22T06:37:39
   StartTime=2026-11-22T06:37:39 EndTime=2026-11-22T06:47:39 Deadline=N/A
   NodeList={nodes}
   Command={script}
   WorkDir={folder}
   StdErr={folder}/slurm-{id}.out
   StdOut={folder}/slurm-{id}.out
"""
USUAL = {
    "name": "n", "state": "PENDING", "reason": "Priority", "restarts": "0", "exit_code": "0:0", "ran": "00:00:00",
    "limit": "01:00:00", "nodes": "(null)", "script": "(null)",
}  # fmt: skip
STUBS = {
    "sbatch": """\
for script; do :; done
name=$(basename "$(dirname "$script")")
if [[ -e $STUB/refuse.$name ]]; then cat "$STUB/refuse.$name" >&2; exit 1; fi
if [[ $* == *--test-only* ]]; then cat "$STUB/test" >&2; exit 0; fi
env >"$STUB/environment.$name"
read -r n <"$STUB/last"; echo $((n + 1)) >"$STUB/last"
sed "s/JobId=[0-9]*/JobId=$n/; s|Command=.*|Command=$script|; s/slurm-[0-9]*/slurm-$n/" "$STUB/record" >"$STUB/job.$n"
echo "a word of the site"
echo "$n;cluster"
""",
    "scontrol": """\
if [[ -e $STUB/silent ]]; then cat "$STUB/silent" >&2; exit 1; fi
case $1 in
  show)
    [[ ! -e $STUB/job.$3 ]] || { cat "$STUB/job.$3"; exit; }
    echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1 ;;
  release) [[ ! -e $STUB/keep ]] || { echo "slurm_suspend error: Access/permission denied" >&2; exit 1; } ;;
esac
""",
    "squeue": """\
if [[ -e $STUB/silent ]]; then cat "$STUB/silent" >&2; exit 1; fi
state=$(sed -n 's/.*JobState=\\([A-Z]*\\) .*/\\1/p' "$STUB/job.$3" 2>/dev/null)
[[ -n $state ]] || { echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }
[[ $state != @(PENDING|RUNNING|COMPLETING) ]] || echo "$state"
""",
    "scancel": 'for id; do sed -i "s/JobState=[A-Z]*/JobState=CANCELLED/" "$STUB/job.$id"; done',
    "sacct": 'cat "$STUB/sacct.says" 2>/dev/null || { echo "Slurm accounting storage is disabled" >&2; exit 1; }',
    "sstat": 'cat "$STUB/sstat.says" 2>/dev/null || { echo "sstat: error: no steps running" >&2; exit 1; }',
}


@dataclass
class Site:
    """The project folder with a build of SPEC, and what the programs are to say."""

    here: Path
    stub: Path
    capture: pytest.CaptureFixture[str]

    @property
    def build(self) -> Path:
        return self.here / "build/spec"

    def run(self, *words: str) -> tuple[int, str, str]:
        """Call relionc; return the exit code, what it printed, and what it complained of."""
        self.capture.readouterr()
        code = app.run(list(words))
        printed = self.capture.readouterr()
        return code, printed.out, printed.err

    def calls(self, program: str) -> list[str]:
        """Return how a program was called."""
        path = self.stub / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]

    def says(self, job_id: str, **facts: str) -> None:
        """Let scontrol know a job."""
        known = {"id": job_id, "folder": str(self.here), **USUAL, **facts}
        (self.stub / f"job.{job_id}").write_text(RECORD.format_map(known))

    def put(self, name: str, text: str) -> None:
        """Write what a program is to say."""
        (self.stub / name).write_text(text)

    def submitted(self, job: str, job_id: str, *, ago: int = 100, changed: bool = False) -> Path:
        """Have a job submitted some seconds ago; return its output folder."""
        from relionc.runs import built

        digest = "0" * 64 if changed else built.read(str(self.build)).job(job).digest
        state = State(str(self.build))
        state.add(job, Submitted(int(time.time()) - ago, job_id, digest))
        state.set_folder(str(self.here))
        state.close()
        folder = self.here / "Class3D" / job
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def rows(self, job: str) -> list[str]:
        """Return the ids under which a job was submitted."""
        path = self.build / "state" / job / "submitted"
        return [line.split("\t")[1] for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="session")
def a_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build SPEC once."""
    here = tmp_path_factory.mktemp("built")
    (here / "spec.yaml").write_text(SPEC)
    assert app.run(["build", str(here / "spec.yaml"), "-o", str(here / "build")]) == 0
    return here / "build"


@pytest.fixture
def site(
    tmp_path: Path, a_build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Site:
    """Return a project with a build of SPEC, and Slurm's programs replaced."""
    stub = tmp_path / "stub"
    stub.mkdir()
    for name, body in STUBS.items():
        program = stub / name
        program.write_text(f'#!/bin/bash\necho "{name} $*" >>"$STUB/calls"\n{body}\n')
        program.chmod(0o755)
    here = tmp_path / "project"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr("relionc.store.project.SETTLE", 0)  # no RELION works here at the same time
    monkeypatch.setenv("STUB", str(stub))
    monkeypatch.setenv("RELIONC_INPUTS", "later")  # there are none
    monkeypatch.setenv("PATH", f"{stub}:{os.environ['PATH']}")
    (here / "spec.yaml").write_text(SPEC)
    made = Site(here, stub, capsys)
    made.put("last", "101\n")
    made.put("record", RECORD.format_map({"id": "0", "folder": str(here), **USUAL}))
    shutil.copytree(a_build, here / "build")
    return made


def sleeping(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Do something in place of each pause between two looks."""
    monkeypatch.setattr(status, "time", SimpleNamespace(sleep=lambda _: what()))


def without_times(text: str) -> str:
    """Return a text without what depends on how fast this machine is."""
    return re.sub(r"\d+ (s|min|h)\b", r"N \1", text)
