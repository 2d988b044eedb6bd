"""What the installed RELION takes of memory for one job, and what the model says of the same job.

A case is a job in RELION's own option names: its command is the one that relionc makes, on particles made here, and the
model gets its numbers through the catalogue, as in a plan. Image sizes are those RELION reports.
"""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import struct
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any, NamedTuple

from relionc import catalog
from relionc.lower.commands import relion_commands
from relionc.plan import amounts
from relionc.spec.model import Data, Fact, Needs, Pin, ResolvedJob, Resources

RELION = shutil.which("relion_refine_mpi")
RELEASE, VERSION = "3.1.3", "3.1"
MIB = 1024**2
EXTENT = 128.0
"""Å that a box covers, so that a particle has the same diameter in every box."""
PRINTED = re.compile(r"Estimated memory for (\w+) +step > ([\d.e+-]+) Gb")
SIZE = re.compile(r"_rlnCurrentImageSize +(\d+)")
NOTE = Path(__file__).resolve().with_name("peak.py")
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


class Case(NamedTuple):
    """A job to measure: `options` are those that are not RELION's defaults, `extra` is added to its command."""

    type: str
    box: int
    options: dict[str, str]
    ranks: int = 1
    threads: int = 1
    particles: int = 16
    extra: str = ""


class Measured(NamedTuple):
    """Largest image size of an iteration (pixels), RELION's two estimates (GiB), and the peak of each rank (MiB)."""

    size: int
    printed: dict[str, float]
    peaks: list[float]


def case_of(row: dict[str, Any]) -> Case:
    """Return the case of a row of the table."""
    return Case(**{name: row[name] for name in Case._fields})


def options_of(case: Case) -> dict[str, str]:
    """Return RELION's text of the options: particles without CTF, and as fine as the box from the start."""
    known = catalog.load(case.type, VERSION).options
    wanted = {
        "fn_img": "particles.star",
        "fn_ref": "reference.mrc",
        "do_ctf_correction": "No",
        "particle_diameter": "100",
        "ini_high": str(2 * EXTENT / case.box),
        "nr_iter": "1",
        "nr_mpi": str(case.ranks),
        "nr_threads": str(case.threads),
        "other_args": f"--verb 2 {case.extra}",
        **case.options,
    }
    return {key: text for key, text in wanted.items() if key in known}


def job_of(case: Case, size: int) -> ResolvedJob:
    """Return the job as the plan gets it; its last iteration has the image size that RELION reported."""
    job_type, options = catalog.load(case.type, VERSION), options_of(case)
    needs = Needs(**catalog.needs(job_type, options, is_continue=False))
    return ResolvedJob(
        name="job",
        route=(),
        type=job_type,
        options=options,
        given={},
        output="Job/job/",
        is_continue=False,
        resources=Resources(ntasks=Pin(case.ranks, ())),
        layout=None,
        data=Data(particles=Fact(case.particles, "made"), box=Fact(case.box, "made")),
        needs=needs._replace(quantities={**needs.quantities, "reach": size / case.box}),
    )


def modelled(case: Case, size: int) -> tuple[float, float]:
    """Return what the model says of a worker and of the leader, in MiB."""
    job = job_of(case, size)
    terms, missing = amounts.memory_terms(job, case.threads)
    assert not missing, missing
    leader = amounts.leader_terms(job, case.threads)
    return sum(term.gib for term in terms) * 1024, sum(term.gib for term in leader) * 1024


def pairs(case: Case, measured: Measured) -> list[tuple[str, float, float]]:
    """Return who, what was modelled and measured (MiB): the largest worker, and the leader of a parallel run."""
    worker, leader = modelled(case, measured.size)
    if case.ranks == 1:
        return [("worker", worker, measured.peaks[0])]
    return [("worker", worker, max(measured.peaks[1:])), ("leader", leader, measured.peaks[0])]


def measure(case: Case, folder: Path, *, seconds: float = 300) -> Measured:
    """Run RELION on a case in `folder` and return what it took."""
    write_data(folder, case)
    shutil.rmtree(folder / "Job", ignore_errors=True)
    (folder / "Job" / "job").mkdir(parents=True)
    job_type = catalog.load(case.type, VERSION)
    (text,) = relion_commands(job_type, options_of(case), output="Job/job/", is_continue=False).texts
    launcher = f"mpirun --oversubscribe -n {case.ranks} " if case.ranks > 1 else ""
    command = f"{launcher}{sys.executable} -S {NOTE} {text}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, **AS_ROOT},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    peaks = [float((folder / f"peak.{rank}").read_text()) for rank in range(case.ranks)]
    stars = "".join(path.read_text() for path in (folder / "Job" / "job").glob("*model.star"))
    printed: dict[str, float] = {}
    for step, gib in PRINTED.findall(done.stdout):
        printed[step] = max(float(gib), printed.get(step, 0.0))
    return Measured(max(map(int, SIZE.findall(stars))), printed, [round(peak, 1) for peak in peaks])


def write_data(folder: Path, case: Case) -> None:
    """Write particles of noise around a bell, and a bell for reference: what is in them does not matter."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"made.{case.box}.{case.particles}"
    if made.exists():
        return
    for old in folder.glob("made.*"):
        old.unlink()
    box, rng = case.box, random.Random(1)
    bell = [math.exp(-(((i - box / 2) / (box / 10)) ** 2) / 2) for i in range(box)]
    noise = [rng.gauss(0, 1) for _ in range(4099)]  # drawn once: another beginning for each line
    stack, volume = array("f"), array("f")
    for _ in range(case.particles):
        for row in bell:
            start = rng.randrange(len(noise) - box)
            stack.extend(3 * row * x + n for x, n in zip(bell, noise[start : start + box], strict=True))
    for plane in bell:
        for row in bell:
            volume.extend([plane * row * x for x in bell])
    _write_mrc(folder / "particles.mrcs", stack, box, case.particles)
    _write_mrc(folder / "reference.mrc", volume, box, box)
    (folder / "particles.star").write_text(_star(case), "utf-8")
    made.touch()


def _write_mrc(path: Path, numbers: array[float], box: int, sections: int) -> None:
    header = bytearray(1024)
    struct.pack_into("<4i", header, 0, box, box, sections, 2)  # 32-bit floats
    struct.pack_into("<3i", header, 28, box, box, sections)
    struct.pack_into("<3f", header, 40, EXTENT, EXTENT, EXTENT * sections / box)
    struct.pack_into("<3f", header, 52, 90.0, 90.0, 90.0)
    struct.pack_into("<3i", header, 64, 1, 2, 3)
    header[208:216] = b"MAP \x44\x44\x00\x00"
    path.write_bytes(bytes(header) + numbers.tobytes())


def _star(case: Case) -> str:
    optics = (
        "OpticsGroup OpticsGroupName Voltage SphericalAberration AmplitudeContrast ImagePixelSize ImageSize"
    )
    names = [f"_rln{name}" for name in f"{optics} ImageDimensionality".split()]
    rows = [f"{i + 1:06}@particles.mrcs mic{i % 4}.mrc 1" for i in range(case.particles)]
    return "\n".join([
        "\n# version 30001\n\ndata_optics\n\nloop_", *names,
        f"1 one 300.0 2.7 0.1 {EXTENT / case.box} {case.box} 2\n",
        "\n# version 30001\n\ndata_particles\n\nloop_",
        "_rlnImageName", "_rlnMicrographName", "_rlnOpticsGroup", *rows, "",
    ])  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as the table of docs/memory.md: amounts in MiB, of the largest worker or the single rank."""
    lines = [
        "| job | box | size | ranks, threads | options | RELION says | model | measured | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = Measured(row["size"], row["printed"], row["peaks"])
        _, model, peak = pairs(case_of(row), found)[0]
        options = ", ".join(f"{key} {text}" for key, text in row["options"].items())
        said = f"{1024 * max(found.printed.values()):,.0f}" if found.printed else ""
        lines.append(
            f"| {row['type']} | {row['box']} | {row['size']} | {row['ranks']}, {row['threads']} | {options} | {said} "
            f"| {model:,.0f} | {peak:,.0f} | {model / peak:.2f} |"
        )
    return "\n".join(lines) + "\n"
