"""What goes wrong with a running job, done to it on purpose, and what became of the job.

Ranks are found by what the guard puts into their environment; all nodes of a lab are on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .building import Built, build
from .client import ROOT
from .generations import HOME
from .keeper import LabError

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator, Mapping

    from .client import Job, Lab
    from .generations import Generation

MPIRUN = {
    "argv": ["mpirun", "-n", "{ntasks}"],
    "arbitrary": ["--hostfile", "{hostfile}", "--bind-to", "none"],
    "hostfile_row": "{host} slots={count}",
    **dict.fromkeys(["mpi", "hostfile_variable", "unset"]),
}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "srun": ("homogeneous+1", {}),
    "mpirun": ("homogeneous+1", {"launchers": {"batch": MPIRUN}}),
    "one-task-per-node": ("one-task-per-node", {}),
    "hetjob": ("hetjob", {}),
}
"""How ranks are started: the layout, and what the profile says otherwise than the lab's."""

CLASS3D = """
    type: class3d
    options: {{fn_img: Particles/particles.star, fn_ref: Particles/reference.mrc, ini_high: 40,
      ref_correct_greyscale: yes,
      do_ctf_correction: no, nr_classes: 2, nr_iter: {iterations}, tau_fudge: 4, particle_diameter: 110,
      sampling: 15 degrees,
      offset_range: 3, offset_step: 2}}"""
REFINE3D = """
    type: refine3d
    options: {{fn_img: Particles/particles.star, fn_ref: Particles/reference.mrc, ini_high: 40,
      ref_correct_greyscale: yes,
      do_ctf_correction: no, particle_diameter: 110, sampling: 15 degrees, auto_local_sampling: 15 degrees,
      offset_range: 3, offset_step: 2}}"""
SPEC = """\
relionc: 1
cluster: ./site.yaml
relion: "{relion}"
jobs:
  job:{options}
    extra_args: --random_seed 1
    output: Run/job/
    layout: {layout}
    data: {{particles: 40, box: 16}}
    resources: {{gpus: {{type: p100, per_node: {gpus}}}, nodes: {nodes}, cpus_per_task: 2, time: "{time}",
      scratch: 20G}}
{more}"""
QUICK = {
    "RELIONC_STALL_FIRST": "60",
    "RELIONC_STALL_START": "25",
    "RELIONC_STALL_LEAST": "10",
    "RELIONC_STALL_FACTOR": "2",
}


def built(
    project: Path,
    way: str = "srun",
    *,
    options: str = CLASS3D,
    iterations: int = 12,
    limit: str = "00:10:00",
    more: str = "",
    generation: Generation = HOME,
) -> Built:
    """Build the job that is to suffer, for the Slurm and the RELION of a generation; data lie in `project`."""
    layout, facts = WAYS[way]
    theirs = generation.facts("lab")
    alone = generation.asked == "moving"  # ranks of its Open MPI 6 reach none on another node of a lab
    launchers = {**theirs.get("launchers", {}), **facts.get("launchers", {})}
    facts = {**theirs, "launchers": launchers, "versions": [generation.relion]}
    (project / "site.yaml").write_text(json.dumps({"profile": 1, "extends": "lab", "name": "site", **facts}))
    spec = project / "spec.yaml"
    spec.write_text(
        SPEC.format(
            options=options.format(iterations=iterations),
            layout=layout,
            nodes=3 if layout == "hetjob" else 1 if alone else 2,
            gpus=4 if alone else 2,
            time=limit,
            relion=generation.relion,
            more=more,
        )
    )
    return build(spec, project)


@dataclass(frozen=True)
class Event:
    """A row of events.tsv."""

    at: int
    job: str
    restart: int
    event: str
    iteration: str
    sentence: str
    ending: str = ""
    status: str = ""


@dataclass(frozen=True)
class Struck:
    """What was done to a job: when (seconds since 1970), and which iteration had then begun to be written."""

    what: str
    at: float
    iteration: int


@dataclass
class Trial:
    """A job of a lab, to hurt and to look at."""

    lab: Lab
    made: Built
    env: Mapping[str, str]
    number: str = ""
    struck: Struck | None = None
    job: str = "job"

    @property
    def folder(self) -> Path:
        """The output folder."""
        return self.made.output(self.job)

    def submit(self) -> None:
        """Queue the job."""
        script = self.made.folder / self.job / "run.sbatch"
        self.number = self.lab.submit(script, self.made.project, {**QUICK, **self.env})
        state = self.made.folder / "state"
        (state / self.job).mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(script.read_bytes()).hexdigest()
        with (state / self.job / "submitted").open("a") as file:
            file.write(f"{int(time.time())}\t{self.number}\t{digest}\n")
        (state / "folder").write_text(f"{self.made.project}\n")

    def read(self, command: str) -> str:
        """What a person reads who calls relionc; nothing where Slurm's programs are in a root of their own."""
        if self.lab.enter:
            return ""
        words = [sys.executable, "-m", "relionc", command, str(self.made.folder)]
        done = self.lab.run(words, self.made.project, {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"})
        return done.stdout + done.stderr

    def until(self, true: Callable[[], object], seconds: float = 200) -> None:
        """Wait until something is true."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise LabError(f"it did not come to pass within {seconds:.0f} s\n{self.told()}")
            time.sleep(0.1)

    def iterating(self, number: int = 2) -> None:
        """Wait for an iteration."""
        self.until(lambda: self.at() >= number)

    def at(self) -> int:
        """The newest iteration that has begun to be written."""
        return max((int(path.name[6:9]) for path in self.folder.glob("run_it*_optimiser.star")), default=0)

    def ranks(self) -> dict[int, int]:
        """The process of each rank."""
        mark = f"RELIONC_RUN={self.number}.".encode()
        return {
            _rank(words): process
            for process, words in processes(self.lab)
            if _name(process).startswith("relion_") and any(word.startswith(mark) for word in words)
        }

    def hurt(self, rank: int, with_signal: signal.Signals) -> None:
        """Send a signal to a rank."""
        self.until(lambda: (found := self.ranks()).get(rank) and os.kill(found[rank], with_signal) is None)
        self.strike(f"{with_signal.name} to rank {rank}")

    def strike(self, what: str) -> None:
        """Remember what was done to the job now."""
        self.struck = Struck(what, time.time(), self.at())

    def ask(self, *words: str) -> str:
        """Run one of Slurm's programs."""
        if words[0] == "scancel" or words[:2] == ("scontrol", "requeue") or "State=DOWN" in words:
            self.strike(" ".join(word for word in words if word != self.number and "=test" not in word))
        return self.lab.run(words, self.made.project).stdout

    def go_on(self) -> None:
        """Start a job at once that was given back to the queue: Slurm would wait two minutes."""
        self.until(lambda: "JobState=PENDING" in self.ask("scontrol", "show", "job", "-o", self.number))
        # Step ids begin anew, and PMIx of the step before must be gone.
        time.sleep(3)
        self.ask("scontrol", "update", f"JobId={self.number}", "StartTime=now")

    def end(self, seconds: float = 180) -> Job:
        """Wait for the end."""
        try:
            job = self.lab.wait(self.number, self.made.project, seconds)
        except LabError as error:
            raise LabError(f"{error}\n{self.told()}") from error
        self.record(job)
        return job

    def record(self, job: Job) -> None:
        """Add what became of a job to the table of RELIONC_FAULT_TABLE, where that names a file (fault_table.py)."""
        table, struck = os.environ.get("RELIONC_FAULT_TABLE"), self.struck
        if not table:
            return
        events = self.events() if (self.folder / "relionc" / "events.tsv").is_file() else []
        ours = [event for event in events if event.job == self.number]
        on = next((e for e in ours if struck and e.event == "launch" and e.at >= struck.at - 1), None)
        row = {
            "test": os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)").partition("::")[2],
            "slurm": self.lab.generation.slurm,
            "relion": self.lab.generation.relion,
            "what": struck.what if struck else "",
            "state": job.state,
            "exit": job.exit_code,
            "markers": self.markers(),
            "ending": ours[-1].ending if ours else "",
            "says": ours[-1].sentence if ours else "",
            "on_again_s": round(on.at - struck.at) if on and struck else None,
            "end_s": round(time.time() - struck.at, 1) if struck else None,
            "status": self.read("status"),
            "why": self.read("why"),
            "lost": struck.iteration - int(on.iteration) if on and struck else None,
        }
        with open(table, "a") as file:
            file.write(json.dumps(row) + "\n")
        self.struck = None

    def events(self) -> list[Event]:
        """What the guard has written down."""
        text = (self.folder / "relionc" / "events.tsv").read_text()
        rows = [line.split("\t") for line in text.splitlines()]
        return [Event(int(row[0]), row[1], int(row[2]), *row[3:]) for row in rows]

    def told(self) -> str:
        """Everything that the job has said."""
        logs = [*self.made.project.glob("job-*.out"), self.folder / "run.err"]
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs if log.is_file()
        )

    def markers(self) -> list[str]:
        """RELION's markers in the folder."""
        return sorted(path.name.removeprefix("RELION_JOB_") for path in self.folder.glob("RELION_JOB_*"))

    def starts(self) -> list[int]:
        """The iteration from which each start went on."""
        return [int(event.iteration) for event in self.events() if event.event == "launch"]


def processes(lab: Lab) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the processes of a lab's jobs, each with its environment: other labs number their jobs alike."""
    of_lab = f"SLURM_CONF={lab.env['SLURM_CONF']}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if of_lab in words:
                yield int(path.parent.name), words


def _name(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text()
    return ""


def _rank(words: list[bytes]) -> int:
    values = dict(word.split(b"=", 1) for word in words if b"=" in word)
    names = (b"OMPI_COMM_WORLD_RANK", b"PMIX_RANK", b"PMI_RANK", b"SLURM_PROCID")
    return int(next(values[name] for name in names if name in values))
