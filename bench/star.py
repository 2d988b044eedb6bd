"""What it costs to read a particle STAR file of a million rows: time, and peak memory beside that of a bare Python.

The file is written to a temporary folder, with the columns of a refinement of RELION 3.1 in each row: as refined, and
symmetry-expanded, with every image four times. Usage: python bench/star.py [rows]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from startup import RELIONC, ROOT

PYTHON = RELIONC[0]
PER_MICROGRAPH = 150
COLUMNS = (
    "CoordinateX", "CoordinateY", "AutopickFigureOfMerit", "ClassNumber", "AnglePsi", "ImageName", "MicrographName",
    "OpticsGroup", "CtfMaxResolution", "CtfFigureOfMerit", "DefocusU", "DefocusV", "DefocusAngle", "CtfBfactor",
    "CtfScalefactor", "PhaseShift", "GroupNumber", "AngleRot", "AngleTilt", "OriginXAngst", "OriginYAngst",
    "NormCorrection", "LogLikeliContribution", "MaxValueProbDistribution", "NrOfSignificantSamples", "RandomSubset",
)  # fmt: skip
ROW = (
    " 1234.567890  2345.678901     0.123456            1   -45.12345"
    " {image:06d}@Extract/job012/Movies/mic_{mic:06d}.mrcs"
    " MotionCorr/job002/Movies/mic_{mic:06d}.mrc            1     3.456789     0.123456 12345.678900 12245.678900"
    "    45.123456     0.000000     1.000000     0.000000          {mic:5d}    12.345678    67.891234     1.234567"
    "    -2.345678     0.987654 1.234567e+05     0.876543            3            1 \n"
)
OPTICS = "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnImagePixelSize #2\n_rlnImageSize #3\n1 1.34 360\n\n"
READ = """
import sys, time
sys.path.insert(0, {root!r})
from relionc.data.facts import facts
start = time.perf_counter()
found = facts({path!r})
print(time.perf_counter() - start, found.particles, found.unique_particles, found.micrographs)
"""
PEAK = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""The most memory that the program itself had: what wait4() tells counts the process that started it too."""


def write(path: Path, rows: int, repeats: int) -> None:
    """Write a particle STAR file in which each image stands in so many rows after one another."""
    with path.open("w") as stream:
        stream.write(OPTICS + "data_particles\n\nloop_\n")
        stream.writelines(f"_rln{name} #{place}\n" for place, name in enumerate(COLUMNS, 1))
        for row in range(rows):
            mic, image = divmod(row // repeats, PER_MICROGRAPH)
            stream.write(ROW.format(image=image + 1, mic=mic))


def run(program: str) -> tuple[float, int, str]:
    """Return the seconds, the peak resident KiB and the output of a Python program."""
    start = time.perf_counter()
    done = subprocess.run([PYTHON, "-c", program + PEAK], stdout=subprocess.PIPE, text=True, check=True)
    *said, peak = done.stdout.splitlines()
    return time.perf_counter() - start, int(peak), "".join(said)


def main(argv: list[str]) -> int:
    """Measure and print."""
    rows = int(argv[0]) if argv else 1_000_000
    bare = min(run("pass")[:2] for _ in range(5))
    print(f"bare Python: {1000 * bare[0]:.0f} ms, {bare[1] / 1024:.1f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        for name, repeats in (("as refined", 1), ("expanded, 4 rows an image", 4)):
            path = Path(folder) / "particles.star"
            write(path, rows, repeats)
            size = path.stat().st_size / 2**20
            seconds, peak, said = min(run(READ.format(root=str(ROOT), path=str(path))) for _ in range(3))
            reading, particles, images, micrographs = said.split()
            print(
                f"{name}: {size:.0f} MiB, {particles} particles, {images} images, {micrographs} micrographs: "
                f"{float(reading):.2f} s, {1e9 * float(reading) / rows:.0f} ns a row; the process {seconds:.2f} s, "
                f"{peak / 1024:.1f} MiB, {peak / bare[1]:.2f} times a bare Python"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
