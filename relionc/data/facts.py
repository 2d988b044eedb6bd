"""What data files say of themselves: STAR files of particles, movies, micrographs, tomograms; headers of images.

Of particles, the images are counted that RELION copies to scratch from 3.1 on: rows sorted by micrograph, one
that has the image and the optics group of the row before it is left out (exp_model.cpp, copyParticlesToScratch).
So a symmetry-expanded set counts once; an image that comes back later in the same micrograph counts again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from relionc.catalog.starfiles import star_files
from relionc.data.images import Image, look
from relionc.data.skim import Skim, TooMuch
from relionc.data.star import Lines, StarTable, tables
from relionc.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 1e9
"""No size of an image, of its pixels or of the detector's is larger than this."""
_GROUPS = 100_000
"""Micrographs that are told apart; in a file with more, sorted or not, too many images are counted, never too few."""


class FileFacts(NamedTuple):
    """Counts and sizes of a data file; None where it does not say.

    Box, width and height in pixels, pixel size in Å. `planes` of a particle are 1, but for subtomograms (their
    depth) and stacks of tilt images (how many the first has). `frames` of an EER movie (`eer`) are the
    detector's. `image` is the file, as named in `path`, whose header was read; `looked_at` are further files.
    `cut`: there is more in the files than is looked at, so counts or sizes are missing.
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
    cut: bool = False

    def said(self) -> dict[str, int | float | bool]:
        """Return the facts that are known, by the keys of a spec's `data`."""
        facts = dict(zip(self._fields[1:12], self[1:12], strict=True))
        return {key: value for key, value in facts.items() if value is not None}


def facts(path: str, project: str = "", skim: Skim | None = None) -> FileFacts | None:
    """Return what a STAR file says of the data; None if it is not there, or is about something else.

    Names in it are seen from `project`, as RELION sees them.
    """
    place = _Place(path, project, skim or Skim())
    try:
        with place.open(path) as stream:
            found, cut = _tables(stream, place.skim)
    except (OSError, ValueError):  # a name may hold anything
        return None
    except TooMuch:
        return FileFacts(path, cut=True)
    for read in (_particles, _movies, _tomograms):
        said = read(place, found)
        if said is not None:
            return said._replace(cut=cut or said.cut)
    return FileFacts(path, cut=True) if cut else None


class _Place(NamedTuple):
    """A STAR file, the folder that names are seen from, and what may be looked at."""

    path: str
    project: str
    skim: Skim

    def open(self, name: str) -> BinaryIO:
        return self.skim.open(os.path.join(self.project, name))

    def header(self, image: str) -> tuple[Image | None, bool]:
        """Return what the header of an image says, and whether it was too much to look at."""
        try:
            return (look(os.path.join(self.project, image), self.skim) if image else None), False
        except TooMuch:
            return None, True


def _tables(stream: BinaryIO, skim: Skim) -> tuple[dict[str, StarTable], bool]:
    """Return the first table of each name that is about data, and whether there was too much to read."""
    known = {name for names in star_files().tables for name in names}
    found: dict[str, StarTable] = {}
    cut = False
    for table in tables(Lines(stream, skim), _tally_of):
        cut = table.cut
        if table.name in known:
            found.setdefault(table.name, table)
    return found, cut


def _rows(table: StarTable) -> int | None:
    return None if table.cut else table.rows


def _tally_of(table: StarTable) -> Images | None:
    return Images(table.columns) if star_files().columns.image in table.columns else None


class Images:
    """Counts the images of particles, and what they were cut from, in memory that does not grow with the rows.

    For each micrograph the last image is remembered, by 64 bits: rows sorted by micrograph, without sorting.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        names = star_files().columns
        self.group_column = next((name for name in (names.tomogram, names.micrograph) if name in columns), "")
        places = [
            columns.index(name) if name in columns else -1
            for name in (names.image, self.group_column, names.optics_group)
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


def _particles(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """From RELION 3.1 on, box and pixel size stand in the optics table; before, in the stack and the detector's."""
    columns, names = star_files().columns, star_files().tables
    table = _first(found, names.particles)
    if table is None or columns.image not in table.columns:
        return None
    number, at, stack = table.value(columns.image).rpartition("@")
    header, cut = place.header(stack)
    optics = _first(found, names.optics)
    box = _number(optics, columns.box) if optics else None
    box = int(box or 0) or (header.width if header and header.width == header.height else None)
    solid = optics is not None and _number(optics, columns.dimensionality) == 3
    alone = (header.planes if header else None) or (box if solid else None)
    tally = table.tally if isinstance(table.tally, Images) and not table.cut else None
    groups = tally.groups if tally else None
    of_tomograms = tally is not None and tally.group_column == columns.tomogram
    return FileFacts(
        place.path,
        particles=_rows(table),
        unique_particles=tally.images if tally else _rows(table),
        box=box,
        angpix=_number(optics, columns.pixel_size) if optics else _old_pixel_size(table),
        float16=header.half if header else None,
        planes=1 if at and number else alone,
        micrographs=None if of_tomograms else groups,
        tomograms=groups if of_tomograms else None,
        image=stack,
        looked_at=_paths(place.project, stack),
        cut=cut,
    )


def _movies(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """Sizes are those of the first; frames only where it is a movie."""
    columns = star_files().columns
    table = _first(found, star_files().tables.movies)
    column = next(
        (name for name in (columns.movie, columns.micrograph) if table and name in table.columns), None
    )
    if table is None or column is None or columns.coordinate in table.columns:
        return None
    said = FileFacts(place.path, micrographs=_rows(table))
    return _with_sizes(said, place, table.value(column), movie=column == columns.movie)


def _tomograms(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """From RELION 5.0 on, each tilt series has a STAR file of its own, which may name movies."""
    columns = star_files().columns
    table = _first(found, star_files().tables.tomograms)
    if table is None or columns.tomogram not in table.columns:
        return None
    said = FileFacts(place.path, tomograms=_rows(table))
    series = table.value(columns.tilt_series)
    if not series:
        return said
    said = said._replace(looked_at=_paths(place.project, series))
    try:
        movie = _first_movie(place, series)
    except TooMuch:
        return said._replace(cut=True)
    return _with_sizes(said, place, movie, movie=True) if movie else said


def _first_movie(place: _Place, series: str) -> str:
    try:
        with place.open(series) as stream:
            first = next(tables(Lines(stream, place.skim)), None)
            return first.value(star_files().columns.movie) if first else ""
    except (OSError, ValueError):
        return ""


def _with_sizes(said: FileFacts, place: _Place, image: str, *, movie: bool) -> FileFacts:
    said = said._replace(
        image=image,
        eer=image.endswith(star_files().eer),
        looked_at=said.looked_at + _paths(place.project, image),
    )
    header, cut = place.header(image)
    if header is None:
        return said._replace(cut=cut)
    frames = header.planes if movie else None
    return said._replace(micrograph_width=header.width, micrograph_height=header.height, frames=frames)


def _paths(project: str, name: str) -> tuple[str, ...]:
    return (os.path.join(project, name),) if name and "\0" not in name else ()


def _first(found: dict[str, StarTable], names: Sequence[str]) -> StarTable | None:
    """Return the first of these tables that is there."""
    return next((found[name] for name in names if name in found), None)


def _number(table: StarTable, column: str) -> float | None:
    """Return a size that the first row gives; None for what is none: not a number, not above 0, without end."""
    try:
        number = float(table.value(column))
    except ValueError:
        return None
    return number if 0 < number < _MOST else None


def _old_pixel_size(images: StarTable) -> float | None:
    """Detector pixel in µm over magnification, in Å: how RELION up to 3.0 stores it."""
    columns = star_files().columns
    detector, magnification = _number(images, columns.detector_pixel), _number(images, columns.magnification)
    return detector * 10000 / magnification if detector and magnification else None
