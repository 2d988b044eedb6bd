"""What a particle STAR file says of its particles, read line by line: a million rows cost no memory."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_MOST = 1e9
"""No size of an image, of its pixels or of the detector's is larger than this."""


class Table:
    """One block of a STAR file: its columns, its first row, how many rows it has."""

    __slots__ = ("columns", "first", "name", "rows")

    def __init__(self, name: str, columns: list[str], first: list[str]) -> None:
        self.name = name
        self.columns = columns
        self.first = first
        self.rows = 0

    def value(self, column: str) -> str:
        """Return what the first row has in a column, or nothing."""
        place = self.columns.index(column) if column in self.columns else len(self.first)
        return self.first[place] if place < len(self.first) else ""


class Particles(NamedTuple):
    """Counts and sizes; None where the file does not say. Box in pixels, pixel size in Å."""

    particles: int | None
    box: int | None
    angpix: float | None


def particles(path: str, project: str = "") -> Particles | None:
    """Return what the STAR file at `path` says, None if it is not there or not a particle file.

    From RELION 3.1 on, box and pixel size stand in its optics table; before, the box is read from the header
    of the first particle's stack (relative to `project`), and the pixel size follows from the detector's.
    """
    try:
        with open(os.path.join(project, path), encoding="utf-8", errors="replace") as stream:
            found = {table.name: table for table in tables(stream)}
    except OSError:
        return None
    images = found.get("particles") or found.get("images") or found.get("")
    if images is None or "rlnImageName" not in images.columns:
        return None
    optics = found.get("optics")
    if optics is not None:
        box, angpix = _number(optics, "rlnImageSize"), _number(optics, "rlnImagePixelSize")
        return Particles(images.rows, int(box or 0) or None, angpix)
    stack = images.value("rlnImageName").rpartition("@")[2]
    return Particles(images.rows, stack_box(os.path.join(project, stack)), _old_pixel_size(images))


def tables(lines: Iterable[str]) -> Iterator[Table]:
    """Yield each table when it ends; rows beyond the first are only counted.

    A block of single values (`_name value`) is a table with one row.
    """
    table: Table | None = None
    in_loop = False
    for line in lines:
        text = line.strip()
        if text.startswith("data_"):
            if table is not None:
                yield table
            table, in_loop = Table(text[5:], [], []), False
        elif text == "loop_":
            table, in_loop = table or Table("", [], []), True
        elif table is None or not text or text.startswith("#"):
            continue
        elif text.startswith("_") and not (in_loop and table.rows):
            _add_column(table, text, in_loop=in_loop)
        elif in_loop:
            table.rows += 1
            table.first = table.first or text.split()
    if table is not None:
        yield table


def _add_column(table: Table, text: str, *, in_loop: bool) -> None:
    name, *value = text.split(None, 1)
    table.columns.append(name[1:])
    if not in_loop:
        table.first.append(value[0].strip() if value else "")
        table.rows = 1


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


def stack_box(path: str) -> int | None:
    """Return the box of an MRC stack in pixels: its first header word (either byte order)."""
    try:
        with open(path, "rb") as stream:
            words = stream.read(8)
    except (OSError, ValueError):  # the name comes from a file, and may hold anything
        return None
    for order in "<>":
        nx, ny = struct.unpack(f"{order}2i", words) if len(words) == 8 else (0, 0)
        if 0 < nx == ny < 100_000:
            return int(nx)
    return None
