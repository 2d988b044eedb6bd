"""Writes a tiny single-particle data set that RELION can refine: `python make_particles.py FOLDER`.

A phantom of Gaussian blobs, whose projections are sums of 2-D Gaussians and so need no Fourier transform; random
orientations, white noise, no CTF (run RELION without CTF correction). The same numbers give the same bytes.
Writes particles.mrcs, particles.star (RELION 3.1's layout, with optics groups) and reference.mrc.
"""

from __future__ import annotations

import math
import random
import struct
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

# x, y, z and sigma in Angstrom, then weight: no symmetry, so that orientations can be told apart.
PHANTOM = (
    (0.0, 0.0, 0.0, 9.0, 3.0),
    (18.0, 5.0, -8.0, 7.0, 1.6),
    (-15.0, 9.0, 10.0, 6.0, 1.4),
    (-4.0, -20.0, 4.0, 6.0, 1.5),
    (8.0, 11.0, 19.0, 6.0, 1.2),
    (26.0, -12.0, 8.0, 5.0, 1.6),
)
_OPTICS = (
    ("OpticsGroup", "1"),
    ("OpticsGroupName", "opticsGroup1"),
    ("Voltage", "300.0"),
    ("SphericalAberration", "2.7"),
    ("AmplitudeContrast", "0.1"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many particles, of which box (pixels) and pixel size (Angstrom); noise in units of the signal."""

    particles: int = 40
    box: int = 16
    pixel: float = 8.0
    noise: float = 0.5
    seed: int = 7


def write(folder: Path, sample: Sample = Sample()) -> None:
    """Write the data set into `folder`; its STAR file names the stack relative to the working directory."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(sample.seed)
    stack = array("f")
    for _ in range(sample.particles):
        stack.extend(_normalised(_noisy(projection(rotation(rng), sample), sample, rng), sample))
    write_mrc(folder / "particles.mrcs", stack, sample, sections=sample.particles, volume=False)
    write_mrc(folder / "reference.mrc", _volume(sample), sample, sections=sample.box, volume=True)
    (folder / "particles.star").write_text(_star(folder / "particles.mrcs", sample))


def rotation(rng: random.Random) -> tuple[tuple[float, float, float], ...]:
    """Return the first two rows of a random rotation matrix, drawn evenly (from a unit quaternion)."""
    w, x, y, z = (rng.gauss(0, 1) for _ in range(4))
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
    )


def projection(rotation: tuple[tuple[float, float, float], ...], sample: Sample) -> list[float]:
    image = [0.0] * sample.box**2
    for x, y, z, sigma, weight in PHANTOM:
        across, down = (row[0] * x + row[1] * y + row[2] * z for row in rotation)
        columns, rows = _bell(across, sigma, sample), _bell(down, sigma, sample)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                image[i * sample.box + j] += weight * sigma * row * column
    return image


def _bell(centre: float, sigma: float, sample: Sample) -> list[float]:
    """Return a Gaussian on the pixels of one axis, whose origin is pixel box/2."""
    offsets = ((i - sample.box // 2) * sample.pixel - centre for i in range(sample.box))
    return [math.exp(-offset * offset / (2 * sigma * sigma)) for offset in offsets]


def _noisy(image: list[float], sample: Sample, rng: random.Random) -> list[float]:
    mean = sum(image) / len(image)
    spread = math.sqrt(sum((value - mean) ** 2 for value in image) / len(image))
    return [value + rng.gauss(0, sample.noise * spread) for value in image]


def _normalised(image: list[float], sample: Sample) -> list[float]:
    """Scale the background, outside a circle, to mean 0 and deviation 1, as RELION expects."""
    half, limit = sample.box // 2, (0.45 * sample.box) ** 2
    outside = [
        value
        for i, value in enumerate(image)
        if (i // sample.box - half) ** 2 + (i % sample.box - half) ** 2 > limit
    ]
    mean = sum(outside) / len(outside)
    spread = math.sqrt(sum((value - mean) ** 2 for value in outside) / len(outside))
    return [(value - mean) / spread for value in image]


def _volume(sample: Sample) -> array[float]:
    box = sample.box
    volume = [0.0] * box**3
    for x, y, z, sigma, weight in PHANTOM:
        columns, rows, sections = (_bell(centre, sigma, sample) for centre in (x, y, z))
        for k, section in enumerate(sections):
            for i, row in enumerate(rows):
                start = (k * box + i) * box
                for j, column in enumerate(columns):
                    volume[start + j] += weight * section * row * column
    return array("f", volume)


def write_mrc(path: Path, values: array[float], sample: Sample, *, sections: int, volume: bool) -> None:
    """Write little-endian MRC2014 of 4-byte floats."""
    box, edge = sample.box, sample.box * sample.pixel
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    if sys.byteorder == "big":
        values.byteswap()
    grid = struct.pack("<10i", box, box, sections, 2, 0, 0, 0, box, box, sections)
    cell = struct.pack("<6f3i", edge, edge, sections * sample.pixel, 90, 90, 90, 1, 2, 3)
    space_group = 1 if volume else 0
    range_ = struct.pack("<3f2i", min(values), max(values), mean, space_group, 0)
    tail = b"MAP " + b"\x44\x44\x00\x00" + struct.pack("<fi", spread, 0) + bytes(800)
    head = grid + cell + range_
    path.write_bytes(head + bytes(1024 - len(head) - len(tail)) + tail + values.tobytes())


def _star(stack: Path, sample: Sample) -> str:
    optics = [
        *_OPTICS,
        ("ImagePixelSize", str(sample.pixel)),
        ("ImageSize", str(sample.box)),
        ("ImageDimensionality", "2"),
    ]
    rows = [f"{i + 1:06d}@{stack} mic{i % 4 + 1:03d}.mrc 1" for i in range(sample.particles)]
    return _table("optics", [name for name, _ in optics], [" ".join(value for _, value in optics)]) + _table(
        "particles", ["ImageName", "MicrographName", "OpticsGroup"], rows
    )


def _table(name: str, columns: list[str], rows: list[str]) -> str:
    heads = [f"_rln{column} #{i + 1}" for i, column in enumerate(columns)]
    return "\n".join(["", "# version 30001", "", f"data_{name}", "", "loop_", *heads, *rows, "", ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
