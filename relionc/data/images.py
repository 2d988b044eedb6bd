"""Sizes from the headers of image files: MRC, also compressed, TIFF, BigTIFF and EER (a TIFF). Pixels are never read.

The files may be anybody's: damaged, endless or made to mislead. What their header cannot mean is not believed.
"""

from __future__ import annotations

import os
import struct

from relionc.catalog.starfiles import MRC
from relionc.data import forms
from relionc.data.skim import Skim
from relionc.record import NamedTuple

_LARGEST = 100_000  # pixels of an edge
_MOST_ANGPIX = 10_000
_HEADER = 1024  # bytes
_BYTES = {0: 1.0, 1: 2.0, 2: 4.0, 6: 2.0, 12: 2.0, 101: 0.5}
"""Bytes of a pixel by the mode of an MRC file, of the modes that RELION reads (rwMRC.h of 5.0)."""
_COMPLEX = {3: 4.0, 4: 8.0}
"""Likewise of transforms, which RELION does not read: such a file is whole all the same."""
_HALF = 12
_VALUES = 76  # where the lowest and the highest value stand; RELION writes both (rwMRC.h, writeMRC)
_PACKED_START = 1 << 20  # bytes: more than a block of bzip2, from which the first bytes come
_UNPACKING = 20  # units of work for each byte

_TIFF = {
    b"II*\0": ("<", False),
    b"MM\0*": (">", False),
    b"II+\0": ("<", True),
    b"MM\0+": (">", True),
}
_WIDTH, _HEIGHT, _BITS = 256, 257, 258  # tags
_NUMBERS = {3: "H", 4: "I", 16: "Q"}  # types of values that stand in the entry itself
_PAGES = 65_535
_TAGS = 4096
_AT_ONCE = 512  # bytes: most directories are smaller
_PER_PAGE = 5000  # units of work
_PACKED = frozenset({(5760, 8184), (4092, 11520), (3710, 7676), (3838, 7420)})
"""8-bit sizes, either way round, of which RELION takes each byte for two pixels (rwTIFF.h: K2 and K3 cameras)."""


class Image(NamedTuple):
    """Width and height in pixels, planes (frames, images of a stack, sections), whether pixels are 16-bit floats.

    Of MRC files only, None where the header has none: `angpix`, the pixel size in Å, `lowest` and `highest` value.
    """

    width: int
    height: int
    planes: int
    half: bool = False
    angpix: float | None = None
    lowest: float | None = None
    highest: float | None = None


class Content(NamedTuple):
    """What a file is by its first bytes (`forms.form_of`), and what its header says where it is an image.

    `mode` of an MRC file says of what numbers it is. `whole`: it has all the bytes of which its header speaks.
    """

    form: str
    image: Image | None = None
    mode: int | None = None
    whole: bool = True

    @property
    def readable(self) -> Image | None:
        """The image, where RELION can read it."""
        return self.image if self.whole and self.mode not in _COMPLEX else None


def look(path: str, skim: Skim | None = None) -> Image | None:
    """Return what the header of an image file says; None where it is not there, or is none. Raises TooMuch."""
    found = content(path, skim)
    return found.readable if found else None


def content(path: str, skim: Skim | None = None) -> Content | None:
    """Return what a file holds; None where it is not there. Raises TooMuch."""
    skim = skim or Skim()
    try:
        with skim.open(path) as stream:
            fd = stream.fileno()
            start = os.pread(fd, _HEADER, 0)
            return _content(fd, start, skim)
    except OSError:
        return None


def _content(fd: int, start: bytes, skim: Skim) -> Content:
    size = os.fstat(fd).st_size
    form = forms.form_of(start)
    try:
        if start[:4] in _TIFF:
            found = _tiff(fd, size, start, skim)
            fits = found and _plausible(found.width, found.height)
            return Content(form, found if fits else None)
        if form in forms.UNPACKED:
            mrc = _mrc(_unpacked(fd, form, skim))
            return Content(form, *mrc[:2]) if mrc else Content(form)
        mrc = _mrc(start)
    except (ValueError, EOFError, struct.error):
        return Content(form)
    return Content(MRC, *mrc[:2], whole=mrc[2] <= size) if mrc else Content(form)


def _unpacked(fd: int, form: str, skim: Skim) -> bytes:
    """Return the first bytes of a compressed file; ValueError where they cannot be had."""
    packed = os.pread(fd, _PACKED_START, 0)
    skim.spend(_UNPACKING * len(packed))
    return forms.unpacked(packed, form, _HEADER)


def _plausible(width: int, height: int) -> bool:
    return 0 < width <= _LARGEST and 0 < height <= _LARGEST


def _mrc(start: bytes) -> tuple[Image, int, float] | None:
    """Return what an MRC header says, the mode, and how many bytes the file has to have.

    Columns, rows, sections and mode are the first four words, in either byte order.
    """
    if len(start) < _HEADER:
        return None
    sizes = {**_BYTES, **_COMPLEX}
    for order in "<>":
        width, height, planes, mode = struct.unpack(f"{order}4i", start[:16])
        if mode in sizes and _plausible(width, height) and planes > 0:
            needed = _HEADER + width * height * planes * sizes[mode]
            lowest, highest = struct.unpack_from(f"{order}2f", start, _VALUES)
            values = (lowest, highest) if lowest < highest else (None, None)
            return (
                Image(width, height, planes, mode == _HALF, _angpix(start, order), *values),
                mode,
                needed,
            )
    return None


def _angpix(start: bytes, order: str) -> float | None:
    """Return the edge of the cell in Å over its samples, as RELION has the pixel size (rwMRC.h, readMRC)."""
    (samples,) = struct.unpack_from(f"{order}i", start, 28)
    (edge,) = struct.unpack_from(f"{order}f", start, 40)
    return edge / samples if samples > 0 and 0 < edge < _LARGEST * _MOST_ANGPIX else None


def _tiff(fd: int, size: int, start: bytes, skim: Skim) -> Image | None:
    """Sizes of the first page, and how many pages there are: RELION takes every directory for a frame (rwTIFF.h).

    Directories that together are larger than the file overlap, so it lies.
    """
    order, big = _TIFF[start[:4]]
    (offset,) = struct.unpack(f"{order}Q", start[8:16]) if big else struct.unpack(f"{order}I", start[4:8])
    tags: dict[int, int] = {}
    seen: set[int] = set()
    left = size
    while offset:
        if offset in seen or offset >= size or len(seen) == _PAGES:
            return None
        page = _directory(fd, offset, order, big=big)
        left -= len(page)
        skim.spend(_PER_PAGE + len(page))
        if left < 0:
            return None
        tags = tags or _values(page, order, big=big)
        seen.add(offset)
        (offset,) = struct.unpack(f"{order}{'Q' if big else 'I'}", page[-8 if big else -4 :])
    width, height = tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)
    packed = tags.get(_BITS) == 8 and ((width, height) in _PACKED or (height, width) in _PACKED)
    return Image(2 * width if packed else width, height, len(seen))


def _directory(fd: int, offset: int, order: str, *, big: bool) -> bytes:
    """Return the entries of a page and where the next one is; ValueError where the file ends before."""
    head, entry, link = (8, 20, 8) if big else (2, 12, 4)
    start = os.pread(fd, _AT_ONCE, offset)
    (count,) = struct.unpack(f"{order}{'Q' if big else 'H'}", start[:head])
    whole = head + count * entry + link
    if count > _TAGS:
        raise ValueError("too many tags")
    if whole > len(start):
        start = os.pread(fd, whole, offset)
    if whole > len(start):
        raise ValueError("the file ends inside a page")
    return start[head:whole]


def _values(page: bytes, order: str, *, big: bool) -> dict[int, int]:
    """Return the single whole numbers of a page by tag."""
    entry, count, value = (20, "Q", 12) if big else (12, "I", 8)
    found = {}
    for at in range(0, len(page) - entry + 1, entry):
        tag, kind, number = struct.unpack_from(f"{order}HH{count}", page, at)
        if number == 1 and kind in _NUMBERS and (big or kind != 16):
            (found[tag],) = struct.unpack_from(f"{order}{_NUMBERS[kind]}", page, at + value)
    return found
