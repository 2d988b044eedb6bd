"""What a real RELION takes of memory for one job, and what the model says of the same job.

RELION 3.1 is the installed one; 5.1 is unpacked in a folder (`tools/unpack_relion.sh`), with the MPI that it brings. Of
4.0 and 5.0 there are no packages: who has built them in folders, 5.0 in single precision, can measure them.

A case is a job in RELION's own option names: its command is the one that relionc makes, on particles made here, and the
model gets its numbers through the catalogue, as in a plan. Image sizes are those RELION reports.
"""

from __future__ import annotations

import math
import os
import random
import re
import shlex
import shutil
import struct
import subprocess
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from relionc import catalog
from relionc.lower.commands import relion_commands
from relionc.plan import amounts
from relionc.site.types import Builds
from relionc.spec.model import Data, Fact, Needs, Pin, ResolvedJob, Resources

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT_OF_5_1 = Path(
    os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1"
)
MIB = 1024**2
EXTENT = 128.0
"""Å that a box covers, so that a particle has the same diameter in every box."""
PRINTED = re.compile(r"Estimated memory for (\w+) +step > ([\d.e+-]+) Gb")
SIZE = re.compile(r"_rlnCurrentImageSize +(\d+)")
NOTE = Path(__file__).resolve().with_name("peak.py")
AS_ROOT = {f"{name}_ALLOW_RUN_AS_ROOT{more}": "1" for name in ("OMPI", "PRTE") for more in ("", "_CONFIRM")}


class Build(NamedTuple):
    """A RELION that can be run: its version in the catalogue, its release, and how its programs are called.

    `start` are the words before a program, `folder` is where it is, `launcher` starts ranks; `environment` is what that
    needs where it was not installed. `glibc` is the version of its C library.
    """

    version: str
    release: str
    start: tuple[str, ...]
    folder: str
    launcher: tuple[str, ...]
    environment: dict[str, str]
    glibc: str
    precision: str = "double"

    @property
    def is_there(self) -> bool:
        return (Path(self.folder) / "relion_refine_mpi").exists()

    def command(self, text: str, ranks: int, note: Sequence[str]) -> str:
        """Return the shell command that runs RELION's text with so many ranks, each below `note`."""
        found = f"{shlex.join([*note, *self.start])} {self.folder}/"
        called = re.sub(r"`which (\w+)`", rf"{found}\1", text)
        return f"{shlex.join(self.launcher)} -n {ranks} {called}" if ranks > 1 else called


def _unpacked(root: Path) -> Build:
    """Return the RELION below a folder: with the libraries and the launcher there, which look for their own parts."""
    libraries = root / "usr" / "lib" / "x86_64-linux-gnu"
    start = (str(root / "lib64" / "ld-linux-x86-64.so.2"), "--library-path", str(libraries))
    launcher = (*start, str(root / "usr" / "bin" / "prterun"), "--map-by", ":OVERSUBSCRIBE")
    parts = dict.fromkeys(("PMIX_PREFIX", "PRTE_PREFIX", "OPAL_PREFIX"), str(root / "usr"))
    return Build("5.1", "5.1.0", start, str(root / "usr" / "bin"), launcher, parts, "2.43")


INSTALLED = Build("3.1", "3.1.3", (), "/usr/bin", ("mpirun", "--oversubscribe"), {}, "2.36")
NEWEST = _unpacked(ROOT_OF_5_1)
BUILT = (
    Build("4.0", "4.0.2", (), os.environ.get("RELIONC_RELION_4_0", ""), INSTALLED.launcher, {}, "2.36"),
    Build(
        "5.0", "5.0.1", (), os.environ.get("RELIONC_RELION_5_0", ""), INSTALLED.launcher, {}, "2.36", "single"
    ),
)
BUILDS = {build.release: build for build in (INSTALLED, NEWEST, *BUILT)}


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
    """Largest image size of an iteration (pixels), RELION's two estimates (GiB), and the peak of each rank (MiB).

    A peak is None where it was not kept.
    """

    size: int
    printed: dict[str, float]
    peaks: list[float | None]


def case_of(row: dict[str, Any]) -> Case:
    """Return the case of a row of the table."""
    return Case(**{name: row[name] for name in Case._fields})


def options_of(case: Case, version: str) -> dict[str, str]:
    """Return RELION's text of the options: particles without CTF, and as fine as the box from the start."""
    known = catalog.load(case.type, version).options
    wanted = {
        "fn_img": "particles.star",
        "fn_ref": "reference.mrc",
        "do_ctf_correction": "No",
        "particle_diameter": "100",
        "ini_high": str(2 * EXTENT / case.box),
        "nr_iter": "1",
        "nr_iter_em": "1",
        "nr_mpi": str(case.ranks),
        "nr_threads": str(case.threads),
        "other_args": f"--verb 2 {case.extra}",
        **case.options,
    }
    return {key: text for key, text in wanted.items() if key in known}


def job_of(case: Case, size: int, version: str) -> ResolvedJob:
    """Return the job as the plan gets it; its last iteration has the image size that RELION reported."""
    job_type, options = catalog.load(case.type, version), options_of(case, version)
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


def modelled(case: Case, size: int, build: Build) -> tuple[float, float]:
    """Return what the model says of a worker and of the leader, in MiB."""
    job = job_of(case, size, build.version)
    host = amounts.host_of(job.type, Builds(build.precision, build.glibc))
    terms, missing = amounts.memory_terms(job, case.threads, host)
    assert case.type == "initialmodel" or not missing, missing  # RELION itself chooses its orientations
    leader = amounts.leader_terms(job, host)
    return sum(term.gib for term in terms) * 1024, sum(term.gib for term in leader) * 1024


def pairs(case: Case, measured: Measured, build: Build) -> list[tuple[str, float, float]]:
    """Return who, what was modelled and measured (MiB): the largest worker, and the leader of a parallel run.

    Who was not recorded is left out.
    """
    worker, leader = modelled(case, measured.size, build)
    first, *others = measured.peaks
    if case.ranks == 1:
        others, first = [first], None
    known = [each for each in others if each is not None]
    found = [("worker", worker, max(known))] if known else []
    return found if first is None else [*found, ("leader", leader, first)]


def measure(case: Case, folder: Path, build: Build, *, seconds: float = 300) -> Measured:
    """Run RELION on a case in `folder` and return what it took."""
    write_data(folder, case)
    shutil.rmtree(folder / "Job", ignore_errors=True)
    (folder / "Job" / "job").mkdir(parents=True)
    job_type = catalog.load(case.type, build.version)
    options = options_of(case, build.version)
    # What follows, of an initial model, is no refinement.
    text = relion_commands(job_type, options, output="Job/job/", is_continue=False).texts[0]
    command = build.command(text, case.ranks, (sys.executable, "-S", str(NOTE)))
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, **AS_ROOT, **build.environment},
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


def table(rows: list[dict[str, Any]], build: Build) -> str:
    """Return the rows as the table of docs/memory.md: amounts in MiB, of the largest worker and of a leader."""
    lines = [
        "| job | box | size | ranks, threads | options | RELION says | rank | model | measured | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        found = Measured(row["size"], row["printed"], row["peaks"])
        options = ", ".join(f"{key} {text}" for key, text in row["options"].items())
        said = f"{1024 * max(found.printed.values()):,.0f}" if found.printed else ""
        lines += [
            f"| {row['type']} | {row['box']} | {row['size']} | {row['ranks']}, {row['threads']} | {options} | {said} "
            f"| {who} | {model:,.0f} | {peak:,.0f} | {model / peak:.2f} |"
            for who, model, peak in pairs(case_of(row), found, build)
        ]
    return "\n".join(lines) + "\n"
