"""What data files say of themselves: STAR files of particles, movies, micrographs, tomograms; headers of images.

Of particles, the images are counted that RELION copies to scratch from 3.1 on: rows sorted by micrograph, one
that has the image and the optics group of the row before it is left out (exp_model.cpp, copyParticlesToScratch).
So a symmetry-expanded set counts once; an image that comes back later in the same micrograph counts again.
"""

from __future__ import annotations

import os
from collections import deque

from relionc.catalog.starfiles import star_files
from relionc.data.images import Content, Image, content, look
from relionc.data.skim import Skim, TooMuch
from relionc.data.star import Lines, StarTable, tables
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

_NOTHING = "nothing"
_MOST = 1e9
"""No size of an image, of its pixels or of the detector's is larger than this."""
_MOST_GROUPS = 10_000
"""Optics groups that are looked at."""
_PER_KEPT_ROW, _PER_KEPT_WORD, _PER_GROUP = 2500, 120, 500
"""Units of work, beside those of any row: for a row that is kept, for a word of it, for a row of another micrograph."""
_LONGEST_KEPT = 4096
"""Bytes of a word that are kept."""
_MOST_KEPT, _OF_WORD = 64 << 20, 64
"""Bytes of memory for rows that are kept; those that a word takes beside its characters, which are two each at most."""
_OF_GROUP = 100
"""Bytes of the name of an optics group that are looked at, of four for a character."""
_STACKS = 8
"""Stacks of a particle file whose headers are looked at: so many of the first, and of the last."""
_GROUPS = 100_000
"""Micrographs that are told apart; in a file with more, sorted or not, too many images are counted, never too few."""


class OpticsGroup(NamedTuple):
    """Box in pixels and pixel size in Å of the images of an optics group; None where it does not say."""

    box: int | None = None
    angpix: float | None = None


class Stack(NamedTuple):
    """A stack of images that has fewer than a STAR file names: `holds` of at least `named`; none if it is not there."""

    path: str
    holds: int
    named: int


class StarFault(NamedTuple):
    """A kind of fault of a STAR file (`data.star.FAULTS`), and the line, from 1, on which it comes first."""

    kind: str
    path: str
    line: int


class FileFacts(NamedTuple):
    """Counts and sizes of a data file; None where it does not say.

    Box, width and height in pixels, pixel size in Å: of particles those of the optics group with the largest box.
    `planes` of a particle are 1, but for subtomograms (their depth) and stacks of tilt images (`stacks`: their mean
    number, rounded up). `frames` of an EER movie (`eer`) are the detector's. `image` is the file, as named in
    `path`, whose header was read; `looked_at` are further files. `optics` are all optics groups. `short` are those
    looked at of the stacks of particles that lack images. `cut`: there is more in the files than is looked at, so
    counts or sizes are missing. `members` are the particles and tomograms of an optimisation set. `marks` say what
    there is of each image, as its CTF. `rows`: what a STAR file lists, as the catalogue calls such files; empty where
    nothing is known. `content` is what a file holds that lists nothing, `first` what the first image holds, which is
    `numbered` where it is one of a stack. `undefined` are optics groups of particles that the optics table lacks.
    `bodies` are those of a multi-body refinement. `from_zero` is a stack of which an image with number 0 is named.
    `lacks` are columns without which a list without optics groups is of no use to RELION from 3.1 on; `ungrouped`:
    there are optics groups, and no particle says of which it is.
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
    stacks: bool | None = None
    eer: bool = False
    image: str = ""
    looked_at: tuple[str, ...] = ()
    cut: bool = False
    optics: tuple[OpticsGroup, ...] = ()
    short: tuple[Stack, ...] = ()
    faults: tuple[StarFault, ...] = ()
    members: tuple[str, ...] = ()
    marks: Mapping[str, bool] | None = None
    rows: str = ""
    content: Content | None = None
    first: Content | None = None
    numbered: bool = False
    undefined: tuple[str, ...] = ()
    bodies: int | None = None
    from_zero: str = ""
    lacks: tuple[str, ...] = ()
    ungrouped: bool = False

    def said(self) -> dict[str, int | float | bool]:
        """Return the facts that are known, by the keys of a spec's `data`."""
        facts = dict(zip(self._fields[1:13], self[1:13], strict=True))
        return {key: value for key, value in facts.items() if value is not None}


def facts(path: str, project: str = "", skim: Skim | None = None) -> FileFacts | None:
    """Return what a STAR file says of the data, or a map of itself; None if it is not there, or is something else.

    Names in it are seen from `project`, as RELION sees them.
    """
    place = _Place(path, project, skim or Skim())
    if path.endswith(star_files().maps):
        return _map(place)
    try:
        with place.open(path) as stream:
            found, faults, cut = _tables(place, stream)
    except (OSError, ValueError):  # a name may hold anything
        return None
    except TooMuch:
        return FileFacts(path, cut=True)
    for read in (_particles, _movies, _tomograms, _optimisation_set, _references, _bodies):
        said = read(place, found)
        if said is not None:
            return said._replace(cut=cut or said.cut, faults=faults)
    if cut:
        return FileFacts(path, cut=True, faults=faults)
    return _other(place)._replace(faults=faults, rows=_NOTHING if _has_data(found) else "")


def _has_data(found: dict[str, StarTable]) -> bool:
    """Whether there are tables as RELION writes them of data, but for particles that are still to be cut out."""
    tomogram = star_files().columns.tomogram
    return bool(found) and not any(tomogram in table.columns for table in found.values())


def _other(place: _Place) -> FileFacts:
    """Return what there is to say of a file that lists nothing."""
    held, cut = place.content(place.path)
    return FileFacts(place.path, cut=cut, content=held)


def _map(place: _Place) -> FileFacts | None:
    held, cut = place.content(place.path)
    if held is None:
        return FileFacts(place.path, cut=True) if cut else None
    header = held.readable
    if header is None:
        return FileFacts(place.path, content=held)
    box = header.width if header.width == header.height else None
    return FileFacts(
        place.path, box=box, angpix=header.angpix, float16=header.half, planes=header.planes, content=held
    )


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

    def content(self, image: str) -> tuple[Content | None, bool]:
        """Return what a file holds, None where it is not there, and whether it was too much to look at."""
        try:
            return (content(os.path.join(self.project, image), self.skim) if image else None), False
        except TooMuch:
            return None, True


def _tables(place: _Place, stream: BinaryIO) -> tuple[dict[str, StarTable], tuple[StarFault, ...], bool]:
    """Return the first table of each name that is about data, all faults, and whether there was too much to read."""
    known = {name for names in star_files().tables for name in names}
    found: dict[str, StarTable] = {}
    faults: dict[str, int] = {}
    cut = False
    for table in tables(Lines(stream, place.skim), lambda table: _tally_of(table, place.skim)):
        cut = table.cut
        faults = {**table.faults, **faults}
        if table.name in known:
            found.setdefault(table.name, table)
    return found, tuple(StarFault(kind, place.path, line) for kind, line in faults.items()), cut


def _rows(table: StarTable) -> int | None:
    return None if table.cut else table.rows


def _tally_of(table: StarTable, skim: Skim) -> Images | Rows | None:
    names = star_files()
    if names.columns.image in table.columns:
        return Images(table.columns, skim)
    return Rows(len(table.columns), skim, Room()) if table.name in names.tables.optics else None


class Room:
    """How much memory is left for rows that are kept."""

    def __init__(self) -> None:
        self.left = _MOST_KEPT

    def takes(self, words: Sequence[bytes]) -> bool:
        """Return whether a row may be kept, and count it."""
        if self.left > 0:
            self.left -= _OF_WORD * len(words) + 2 * sum(map(len, words))
        return self.left > 0


class Rows:
    """Keeps the first rows of a small table, as far as there is room for them."""

    def __init__(self, columns: int, skim: Skim, room: Room) -> None:
        self.most = columns - 1
        self.rows: list[list[str]] = []
        self._skim, self._room = skim, room

    def add(self, words: Sequence[bytes]) -> None:
        """Keep a row; raises TooMuch."""
        if len(self.rows) < _MOST_GROUPS and self._room.takes(words):
            self._skim.spend(_PER_KEPT_ROW + _PER_KEPT_WORD * len(words))
            self.rows.append([word[:_LONGEST_KEPT].decode("utf-8", "replace") for word in words])


class Images:
    """Counts the images of particles, and what they were cut from, in memory that does not grow with the rows.

    For each micrograph the last image is remembered, by 64 bits: rows sorted by micrograph, without sorting.
    """

    def __init__(self, columns: Sequence[str], skim: Skim) -> None:
        names = star_files().columns
        self._skim = skim
        self.group_column = next((name for name in (names.tomogram, names.micrograph) if name in columns), "")
        places = [
            columns.index(name) if name in columns else -1
            for name in (names.image, self.group_column, names.optics_group, names.tilt_images)
        ]
        self._image, self._group, self._optics, self._tilts = places
        self.most = max(places)
        self.tilt_images = 0
        self._first_ends: deque[bytes] = deque(maxlen=_STACKS)
        self._last_ends: deque[bytes] = deque(maxlen=_STACKS)
        self.images = 0
        self._last: dict[int, int] = {}
        self._too_many = False
        self._here, self._now = b"", (b"", b"")
        self._named: set[bytes] = set()
        self.from_zero = ""

    @property
    def groups(self) -> int | None:
        """How many micrographs or tomograms there are."""
        if not self.group_column or self._too_many:
            return None
        return len(self._last) + (hash(self._here) not in self._last)

    @property
    def named(self) -> set[str]:
        """The optics groups of the rows, as `_start` has them."""
        return {_start(name.decode("utf-8", "replace")) for name in self._named}

    def add(self, words: Sequence[bytes]) -> None:
        """Count a row; raises TooMuch."""
        try:
            image = words[self._image], words[self._optics] if self._optics >= 0 else b""
            here = words[self._group] if self._group >= 0 else b""
            if self._tilts >= 0:
                self.tilt_images += words[self._tilts].count(b"1")
        except IndexError:  # a short row
            self.images += 1
            return
        if image[1] != self._now[1] and len(self._named) < _MOST_GROUPS:
            self._named.add(image[1][:_OF_GROUP])
        if here != self._here:
            self._move(here)
            if image[0][:1] == b"0" and image[0].lstrip(b"0")[:1] == b"@":
                self.from_zero = self.from_zero or image[0].decode("utf-8", "replace")
            self.images += self._last.get(hash(here)) != hash(image)
        else:
            self.images += image != self._now
        self._now = image

    def stacks(self) -> dict[str, int]:
        """Return some stacks, the first and the last, with the largest number of an image that was seen of each.

        The last image of a micrograph has mostly the largest number of its stack.
        """
        found: dict[str, int] = {}
        for image in (*self._first_ends, *self._last_ends, self._now[0]):
            number, at, stack = image.decode("utf-8", "replace").partition("@")
            if at and number.isdecimal() and "\0" not in stack:
                found[stack] = max(found.get(stack, 0), int(number[:9]))
        return found

    def _move(self, here: bytes) -> None:
        self._skim.spend(_PER_GROUP)
        if self._here:
            self._last[hash(self._here)] = hash(self._now)
            (self._first_ends if len(self._first_ends) < _STACKS else self._last_ends).append(self._now[0])
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
    held, cut = place.content(stack)
    header = held.readable if held else None
    optics = _first(found, names.optics)
    groups = _optics_groups(optics, columns.pixel_size)
    largest = max(groups, key=lambda group: group.box or 0, default=OpticsGroup())
    box = largest.box or (header.width if header and header.width == header.height else None)
    tally = table.tally if isinstance(table.tally, Images) and not table.cut else None
    origins = tally.groups if tally else None
    of_tomograms = tally is not None and tally.group_column == columns.tomogram
    stacks = _are_stacks(found)
    solid = optics is not None and _number(optics, columns.dimensionality) == 3
    alone = (header.planes if header else None) or (box if solid else None)
    images = _mean_tilt_images(tally, table.rows) or (header.planes if header else None) if stacks else None
    named = tally.stacks() if header and tally and at and number else {}
    return FileFacts(
        place.path,
        particles=_rows(table),
        unique_particles=tally.images if tally else _rows(table),
        box=box,
        angpix=largest.angpix if optics else _old_pixel_size(table),
        float16=header.half if header else None,
        planes=images if stacks else 1 if at and number else alone,
        micrographs=None if of_tomograms else origins,
        tomograms=origins if of_tomograms else None,
        stacks=stacks or None,
        image=stack,
        looked_at=tuple(path for each in (stack, *named) for path in _paths(place.project, each)),
        cut=cut,
        optics=groups,
        short=_short(place, named),
        marks=_marks(table),
        rows="particles",
        first=held,
        numbered=bool(at and number),
        undefined=_undefined(optics, tally),
        from_zero=_from_zero(table, tally),
        lacks=() if optics else _lacks(table),
        ungrouped=bool(optics and optics.rows) and columns.optics_group not in table.columns,
    )


def _from_zero(table: StarTable, tally: Images | None) -> str:
    """Return the stack of an image with number 0, where one was seen: the first row, or the first of a micrograph."""
    for name in (table.value(star_files().columns.image), tally.from_zero if tally else ""):
        number, at, stack = name.partition("@")
        if at and number and not number.strip("0"):
            return stack
    return ""


def _lacks(table: StarTable) -> tuple[str, ...]:
    return tuple(name for name in star_files().converted_from if name not in table.columns)


def _undefined(optics: StarTable | None, tally: Images | None) -> tuple[str, ...]:
    """Return the optics groups that rows are of and the optics table lacks."""
    column = star_files().columns.optics_group
    if optics is None or tally is None or column not in optics.columns or not isinstance(optics.tally, Rows):
        return ()
    place = optics.columns.index(column)
    there = {_start(row[place]) for row in optics.tally.rows if place < len(row)}
    return tuple(sorted(group for group in tally.named if group and group not in there))


def _start(group: str) -> str:
    """Return the start of the name of an optics group, by which groups are told apart."""
    return group[: _OF_GROUP // 4]


def _marks(table: StarTable) -> dict[str, bool]:
    return {name: column in table.columns for name, column in star_files().marks.items()}


def _optics_groups(optics: StarTable | None, pixel_size: str) -> tuple[OpticsGroup, ...]:
    if optics is None:
        return ()
    columns = optics.columns
    places = [
        columns.index(each) if each in columns else -1 for each in (star_files().columns.box, pixel_size)
    ]
    rows = optics.tally.rows if isinstance(optics.tally, Rows) else [optics.first]
    sizes = ([_size(row[place : place + 1]) if place >= 0 else None for place in places] for row in rows)
    return tuple(OpticsGroup(_whole(box), angpix) for box, angpix in sizes)


def _whole(size: float | None) -> int | None:
    return int(size) or None if size else None


def _are_stacks(found: dict[str, StarTable]) -> bool:
    general = _first(found, star_files().tables.general)
    return general is not None and general.value(star_files().columns.is_stack).startswith(("1", "t", "T"))


def _mean_tilt_images(tally: Images | None, rows: int) -> int | None:
    """Return how many images a subtomogram has on average, rounded up, so that the sum over all is not too small."""
    return -(-tally.tilt_images // rows) or None if tally and rows else None


def _short(place: _Place, stacks: Mapping[str, int]) -> tuple[Stack, ...]:
    """Return the stacks that hold fewer images than rows name of them, the largest number of each."""
    found = []
    for stack, named in stacks.items():
        header, _ = place.header(stack)
        holds = header.planes if header else 0
        if holds < named:
            found.append(Stack(stack, holds, named))
    return tuple(found)


def _movies(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """Sizes are those of the first; frames only where it is a movie."""
    columns = star_files().columns
    table = _first(found, star_files().tables.movies)
    column = next(
        (name for name in (columns.movie, columns.micrograph) if table and name in table.columns), None
    )
    if table is None or column is None or columns.coordinate in table.columns:
        return None
    optics = _first(found, star_files().tables.optics)
    angpix = _number(optics, columns.micrograph_pixel) if optics else None
    groups = _optics_groups(optics, columns.micrograph_pixel)
    said = FileFacts(place.path, micrographs=_rows(table), angpix=angpix, optics=groups, marks=_marks(table))
    said = said._replace(rows="movies" if column == columns.movie else "micrographs")
    return _with_sizes(said, place, table.value(column), movie=column == columns.movie)


def _tomograms(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """From RELION 5.0 on, each tilt series has a STAR file of its own, which may name movies."""
    columns = star_files().columns
    table = _first(found, star_files().tables.tomograms)
    if table is None or columns.tomogram not in table.columns:
        return None
    said = FileFacts(place.path, tomograms=_rows(table), rows="tomograms")
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


def _optimisation_set(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """An optimisation set names the files of a refinement of subtomograms (from 4.0 on)."""
    columns, table = star_files().columns, _first(found, star_files().tables.optimisation_set)
    names = [table.value(each) for each in (columns.particles_file, columns.tomograms_file)] if table else []
    members = tuple(name for name in names if name and "\0" not in name)
    return FileFacts(place.path, members=members, rows="optimisation_set") if members else None


def _references(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """A list of maps, one for each class."""
    table = _first(found, star_files().tables.references)
    listed = table is not None and star_files().columns.reference in table.columns
    if table is None or not listed:
        return None
    number, at, image = table.value(star_files().columns.reference).rpartition("@")
    held, cut = place.content(image)
    return FileFacts(
        place.path,
        image=image,
        looked_at=_paths(place.project, image),
        cut=cut,
        rows="references",
        first=held,
        numbered=bool(at and number),
    )


def _bodies(place: _Place, found: dict[str, StarTable]) -> FileFacts | None:
    """A list of bodies, a mask for each."""
    table = _first(found, star_files().tables.bodies)
    listed = table is not None and star_files().columns.body in table.columns
    return FileFacts(place.path, bodies=_rows(table)) if table is not None and listed else None


def _with_sizes(said: FileFacts, place: _Place, image: str, *, movie: bool) -> FileFacts:
    said = said._replace(
        image=image,
        eer=image.endswith(star_files().eer),
        looked_at=said.looked_at + _paths(place.project, image),
    )
    held, cut = place.content(image)
    said = said._replace(first=held)
    header = held.readable if held else None
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
    return _size([table.value(column)])


def _size(text: Sequence[str]) -> float | None:
    """Return the size that a text is, of a list of one or, where a row is short, of none."""
    try:
        number = float(text[0])
    except (ValueError, IndexError):
        return None
    return number if 0 < number < _MOST else None


def _old_pixel_size(images: StarTable) -> float | None:
    """Detector pixel in µm over magnification, in Å: how RELION up to 3.0 stores it."""
    columns = star_files().columns
    detector, magnification = _number(images, columns.detector_pixel), _number(images, columns.magnification)
    return detector * 10000 / magnification if detector and magnification else None
