"""What tests do with a running lab cluster: submit, wait, ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .generations import HOME
from .keeper import LabError
from .shape import Shape, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .generations import Generation

ROOT = Path(__file__).parents[2]
_DETAIL = re.compile(r"Nodes=(\S+) CPU_IDs=(\S+) Mem=(\d+)")
_UNFINISHED = {"PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED"}


@dataclass(frozen=True, slots=True)
class Job:
    """A finished job; `nodes` are its hosts in the order of the allocation, those of all groups of a hetjob."""

    number: str
    state: str
    reason: str
    exit_code: str
    nodes: tuple[str, ...]
    output: Path


@dataclass(frozen=True, slots=True)
class Lab:
    """A running cluster; `env` are the variables by which Slurm's programs find it.

    `enter` are the words before a program that has to run in the root of another generation.
    """

    env: Mapping[str, str]
    enter: Sequence[str] = ()
    generation: Generation = HOME

    def run(
        self, argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as a user of this cluster who types `typed`; a failure is the caller's to judge."""
        inside = [*self.enter, "env", f"--chdir={cwd}"] if self.enter else []
        return subprocess.run(
            [*inside, *(str(word) for word in argv)],
            cwd=cwd,
            env={**os.environ, **self.env, **(env or {})},
            input=typed,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def test_only(self, script: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Ask Slurm whether it would take the script: exit code 0, or a reason on stderr."""
        return self.run(["sbatch", "--test-only", script], cwd)

    def submit(self, script: Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
        """Queue the script; return the job's number."""
        done = self.run(["sbatch", "--parsable", script], cwd, env)
        if done.returncode:
            raise LabError(f"sbatch {script.name}: {done.stderr.strip()}")
        return done.stdout.strip()

    def submit_and_wait(
        self, script: Path, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 180
    ) -> Job:
        """Queue the script and wait for its end; a job still there after `timeout` seconds is cancelled."""
        return self.wait(self.submit(script, cwd, env), cwd, timeout)

    def wait(self, number: str, cwd: Path, timeout: float = 180, *, srun_may_hang: bool = False) -> Job:
        """Wait for the end of a job and of its epilogs.

        `srun_may_hang`: cancel a job that goes on for ten seconds after its last step (RL220).
        """
        deadline = time.monotonic() + timeout
        last_step = 0.0
        while (job := self._job(number, cwd)).state in _UNFINISHED:
            now = time.monotonic()
            if srun_may_hang and self._has_step(number, cwd):
                last_step = now
            if last_step and now - last_step > 10:
                self.run(["scancel", number], cwd)
            if now > deadline:
                self.run(["scancel", number], cwd)
                raise LabError(f"job {number} is still {job.state} ({job.reason}) after {timeout:.0f} s")
            time.sleep(0.1)
        return job

    def _has_step(self, number: str, cwd: Path) -> bool:
        """Whether something that srun started runs in a job."""
        shown = self.run(["scontrol", "show", "step", "-o", number], cwd).stdout
        return re.search(rf"StepId={number}(\+0)?\.\d", shown) is not None

    def _job(self, number: str, cwd: Path) -> Job:
        shown = self.run(["scontrol", "show", "job", "-o", number], cwd).stdout
        groups = [
            dict(word.split("=", 1) for word in line.split() if "=" in word)
            for line in shown.splitlines()
            if line.startswith("JobId=")
        ]
        facts = next((group for group in groups if group["JobState"] in _UNFINISHED), groups[0])
        hosts = [group.get("NodeList", "(null)") for group in groups]
        nodes = tuple(
            host for each in hosts if each not in ("", "(null)") for host in self.hostnames(each, cwd)
        )
        return Job(
            number,
            facts["JobState"],
            facts["Reason"],
            facts["ExitCode"],
            nodes,
            Path(facts.get("StdOut", "/dev/null")),
        )

    def booked(self, number: str, cwd: Path) -> list[dict[str, tuple[int, int]]]:
        """Return what each group of a job got of each of its hosts: CPUs, and memory in MiB."""
        shown = self.run(["scontrol", "show", "job", "-d", number], cwd).stdout
        groups = [group for group in shown.split("\n\n") if group.startswith("JobId=")]
        return [
            {
                host: (_count(ids), int(mib))
                for hosts, ids, mib in _DETAIL.findall(group)
                for host in self.hostnames(hosts, cwd)
            }
            for group in groups
        ]

    def hostnames(self, hostlist: str, cwd: Path) -> tuple[str, ...]:
        """Expand a host list as Slurm does."""
        return tuple(self.run(["scontrol", "show", "hostnames", hostlist], cwd).stdout.split())


def _count(ids: str) -> int:
    """Count the CPUs of `0-3,8,10-11`."""
    bounds = [[int(end) for end in part.split("-")] for part in ids.split(",")]
    return sum(ends[-1] - ends[0] + 1 for ends in bounds)


@contextmanager
def started(shape: str | Shape, generation: Generation = HOME) -> Iterator[Lab]:
    """Run a cluster, named or made, in a process of its own, which ends it when this one ends, however that happens."""
    if isinstance(shape, str):
        with _kept(shape, generation) as lab:
            yield lab
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(written(shape))
        file.flush()
        with _kept(file.name, generation) as lab:
            yield lab


@contextmanager
def _kept(shape: str, generation: Generation) -> Iterator[Lab]:
    root = ["--root", str(generation.root)] if generation.root else []
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.lab", *root, shape],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdout is not None
    try:
        line = keeper.stdout.readline()
        if not line:
            raise LabError(f"the lab `{shape}` did not come up (see its message on stderr)")
        yield Lab(**json.loads(line), generation=generation)
    finally:
        keeper.communicate(timeout=60)
