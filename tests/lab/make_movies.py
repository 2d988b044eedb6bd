"""Writes a tiny microscopy session that RELION can take from movies to a map: `python make_movies.py FOLDER`.

The phantom of make_particles.py in random orientations, in rows and columns, dark on a bright ground; each frame has
white noise of its own and lies a little further along the drift of the stage. No CTF. Equal numbers give equal bytes.
Writes movie1.mrcs and so on.
"""

from __future__ import annotations

import random
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

from .make_particles import Sample, projection, rotation, write_mrc


@dataclass(frozen=True, slots=True)
class Session:
    """How many movies, of which frames (pixels), with one particle in each cell; the drift is in pixels a frame.

    `noise` is that of one frame, in units of the signal's deviation in a cell.
    """

    movies: int = 2
    frames: int = 4
    size: int = 512
    cell: int = 100
    box: int = 32
    pixel: float = 4.0
    drift: tuple[int, int] = (1, 2)
    ground: float = 20.0
    noise: float = 1.5
    seed: int = 11


def write(folder: Path, session: Session = Session()) -> None:
    """Write the movies into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(session.seed)
    for i in range(session.movies):
        canvas, deviation = _canvas(session, rng)
        movie = array("f")
        for frame in range(session.frames):
            down, across = (step * frame for step in session.drift)
            for row in canvas[down : down + session.size]:
                movie.extend(
                    value + rng.gauss(0, session.noise * deviation)
                    for value in row[across : across + session.size]
                )
        sample = Sample(box=session.size, pixel=session.pixel)
        write_mrc(folder / f"movie{i + 1}.mrcs", movie, sample, sections=session.frames, volume=False)


def _canvas(session: Session, rng: random.Random) -> tuple[list[list[float]], float]:
    """Return the ground with its particles, with room for the drift, and the deviation of a particle's image."""
    room = session.size + session.frames * max(session.drift)
    canvas = [[session.ground] * room for _ in range(room)]
    sample = Sample(box=session.box, pixel=session.pixel)
    deviation = 0.0
    for top in range(0, session.size - session.cell + 1, session.cell):
        for left in range(0, session.size - session.cell + 1, session.cell):
            image = projection(rotation(rng), sample)
            mean = sum(image) / len(image)
            deviation = max(deviation, (sum((value - mean) ** 2 for value in image) / len(image)) ** 0.5)
            down, across = (each + rng.randint(4, session.cell - session.box) for each in (top, left))
            for i in range(session.box):
                for j in range(session.box):
                    canvas[down + i][across + j] -= image[i * session.box + j]
    return canvas, deviation


if __name__ == "__main__":
    write(Path(sys.argv[1]))
