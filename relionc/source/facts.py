"""What data files say of themselves: STAR files of particles, movies, micrographs, tomograms; headers of images.

Of particles, the images are counted that RELION copies to scratch from 3.1 on: rows sorted by micrograph, one
that has the image and the optics group of the row before it is left out (exp_model.cpp, copyParticlesToScratch).
So a symmetry-expanded set counts once; an image that comes back later in the same micrograph counts again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from relionc.source.images import Image, look
from relionc.source.regular import open_regular
from relionc.source.star import Table, lines, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 1e9
"""No size of an image, of its pixels or of the detector's is larger than this."""
_GROUPS = 100_000
"""Micrographs that are told apart; in a file with more, sorted or not, too many images are counted, never too few."""
_TABLES = frozenset({"", "particles", "images", "optics", "movies", "micrographs", "global"})
_IMAGE, _GROUP, _MOVIE, _MICROGRAPH = (
    "rlnImageName",
    "rlnOpticsGroup",
    "rlnMicrographMovieName",
    "rlnMicrographName",
)
_TOMOGRAM, _SERIES = "rlnTomoName", "rlnTomoTiltSeriesStarFile"
_EER = (".eer", ".ecc")  # by the ending, as RELION knows them (renderEER.h)


class FileFacts(NamedTuple):
    """Counts and sizes of a data file; None where it does not say.

    Box, width and height in pixels, pixel size in Å. `planes` of a particle are 1, but for subtomograms (their
    depth) and stacks of tilt images (how many the first has). `frames` of an EER movie (`eer`) are the
    detector's. `image` is the file, as named in `path`, whose header was read; `looked_at` are further files.
    """

    path: str
    particles: int | None = None
    unique_particles: int | None = None
    box: int | None = None
    angpix: float | None = None
    float16: bool | None = None
    planes: int | None = None
    micrographs: int | None = None
    micrograph_width: int | None = None
    micrograph_height: int | None = None
    frames: int | None = None
    tomograms: int | None = None
    eer: bool = False
    image: str = ""
    looked_at: tuple[str, ...] = ()

    def said(self) -> dict[str, int | float | bool]:
        """Return the facts that are known, by the keys of a spec's `data`."""
        facts = dict(zip(self._fields[1:12], self[1:12], strict=True))
        return {key: value for key, value in facts.items() if value is not None}


def facts(path: str, project: str = "") -> FileFacts | None:
    """Return what a STAR file says of the data; None if it is not there, or is about something else.

    Names in it are seen from `project`, as RELION sees them.
    """
    try:
        with open_regular(os.path.join(project, path)) as stream:
            found = _tables(stream)
    except (OSError, ValueError):  # a name may hold anything
        return None
    for read in (_particles, _movies, _tomograms):
        said = read(path, project, found)
        if said is not None:
            return said
    return None


def _tables(stream: BinaryIO) -> dict[str, Table]:
    """Return the first table of each name that is about data."""
    found: dict[str, Table] = {}
    for table in tables(lines(stream), _tally_of):
        if table.name in _TABLES:
            found.setdefault(table.name, table)
    return found


def _tally_of(table: Table) -> Images | None:
    return Images(table.columns) if _IMAGE in table.columns else None


class Images:
    """Counts the images of particles, and what they were cut from, in memory that does not grow with the rows.

    For each micrograph the last image is remembered, by 64 bits: rows sorted by micrograph, without sorting.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.group_column = next((name for name in (_TOMOGRAM, _MICROGRAPH) if name in columns), "")
        places = [
            columns.index(name) if name in columns else -1 for name in (_IMAGE, self.group_column, _GROUP)
        ]
        self._image, self._group, self._optics = places
        self.most = max(places)
        self.images = 0
        self._last: dict[int, int] = {}
        self._too_many = False
        self._here, self._now = b"", (b"", b"")

    @property
    def groups(self) -> int | None:
        """How many micrographs or tomograms there are."""
        if not self.group_column or self._too_many:
            return None
        return len(self._last) + (hash(self._here) not in self._last)

    def add(self, words: Sequence[bytes]) -> None:
        """Count a row."""
        try:
            image = words[self._image], words[self._optics] if self._optics >= 0 else b""
            here = words[self._group] if self._group >= 0 else b""
        except IndexError:  # a short row
            self.images += 1
            return
        if here != self._here:
            self._move(here)
            self.images += self._last.get(hash(here)) != hash(image)
        else:
            self.images += image != self._now
        self._now = image

    def _move(self, here: bytes) -> None:
        if self._here:
            self._last[hash(self._here)] = hash(self._now)
        if len(self._last) > _GROUPS:
            self._last.clear()
            self._too_many = True
        self._here = here


def _particles(path: str, project: str, found: dict[str, Table]) -> FileFacts | None:
    """From RELION 3.1 on, box and pixel size stand in the optics table; before, in the stack and the detector's."""
    table = found.get("particles") or found.get("images") or found.get("")
    if table is None or _IMAGE not in table.columns:
        return None
    number, at, stack = table.value(_IMAGE).rpartition("@")
    header = _header(project, stack)
    optics = found.get("optics")
    box = _number(optics, "rlnImageSize") if optics else None
    box = int(box or 0) or (header.width if header and header.width == header.height else None)
    solid = optics is not None and _number(optics, "rlnImageDimensionality") == 3
    alone = (header.planes if header else None) or (box if solid else None)
    tally = table.tally if isinstance(table.tally, Images) else None
    groups = tally.groups if tally else None
    of_tomograms = tally is not None and tally.group_column == _TOMOGRAM
    return FileFacts(
        path,
        particles=table.rows,
        unique_particles=tally.images if tally else table.rows,
        box=box,
        angpix=_number(optics, "rlnImagePixelSize") if optics else _old_pixel_size(table),
        float16=header.half if header else None,
        planes=1 if at and number else alone,
        micrographs=None if of_tomograms else groups,
        tomograms=groups if of_tomograms else None,
        image=stack,
        looked_at=_paths(project, stack),
    )


def _movies(path: str, project: str, found: dict[str, Table]) -> FileFacts | None:
    """Sizes are those of the first; frames only where it is a movie."""
    table = found.get("movies") or found.get("micrographs") or found.get("")
    column = next((name for name in (_MOVIE, _MICROGRAPH) if table and name in table.columns), None)
    if table is None or column is None or "rlnCoordinateX" in table.columns:
        return None
    said = FileFacts(path, micrographs=table.rows)
    return _with_sizes(said, project, table.value(column), movie=column == _MOVIE)


def _tomograms(path: str, project: str, found: dict[str, Table]) -> FileFacts | None:
    """From RELION 5.0 on, each tilt series has a STAR file of its own, which may name movies."""
    table = found.get("global")
    if table is None or _TOMOGRAM not in table.columns:
        return None
    said = FileFacts(path, tomograms=table.rows)
    series = table.value(_SERIES)
    if not series:
        return said
    said = said._replace(looked_at=_paths(project, series))
    movie = _first_movie(os.path.join(project, series))
    return _with_sizes(said, project, movie, movie=True) if movie else said


def _first_movie(path: str) -> str:
    try:
        with open_regular(path) as stream:
            return next((table.value(_MOVIE) for table in tables(lines(stream))), "")
    except (OSError, ValueError):
        return ""


def _with_sizes(said: FileFacts, project: str, image: str, *, movie: bool) -> FileFacts:
    said = said._replace(
        image=image, eer=image.endswith(_EER), looked_at=said.looked_at + _paths(project, image)
    )
    header = _header(project, image)
    if header is None:
        return said
    frames = header.planes if movie else None
    return said._replace(micrograph_width=header.width, micrograph_height=header.height, frames=frames)


def _header(project: str, image: str) -> Image | None:
    return look(os.path.join(project, image)) if image else None


def _paths(project: str, name: str) -> tuple[str, ...]:
    return (os.path.join(project, name),) if name and "\0" not in name else ()


def _number(table: Table, column: str) -> float | None:
    """Return a size that the first row gives; None for what is none: not a number, not above 0, without end."""
    try:
        number = float(table.value(column))
    except ValueError:
        return None
    return number if 0 < number < _MOST else None


def _old_pixel_size(images: Table) -> float | None:
    """Detector pixel in µm over magnification, in Å: how RELION up to 3.0 stores it."""
    detector, magnification = _number(images, "rlnDetectorPixelSize"), _number(images, "rlnMagnification")
    return detector * 10000 / magnification if detector and magnification else None
