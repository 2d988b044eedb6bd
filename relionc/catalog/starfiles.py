"""What RELION calls the tables and columns of its data files (`data/starfiles.yaml`)."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple


class Columns(NamedTuple):
    """Names of columns, without the underscore in front; the data say what each one is."""

    image: str
    optics_group: str
    movie: str
    micrograph: str
    coordinate: str
    tomogram: str
    tilt_series: str
    box: str
    dimensionality: str
    pixel_size: str
    detector_pixel: str
    magnification: str


class Tables(NamedTuple):
    """Names of the tables that may hold a kind of rows; the first that is there counts."""

    particles: tuple[str, ...]
    movies: tuple[str, ...]
    optics: tuple[str, ...]
    tomograms: tuple[str, ...]


class StarFiles(NamedTuple):
    """The names in RELION's data files, and the endings of movies in the EER format."""

    columns: Columns
    tables: Tables
    eer: tuple[str, ...]


@lru_cache(maxsize=1)
def star_files() -> StarFiles:
    """Return the names, which are the same in all versions of RELION that have them."""
    data = frozen(part("starfiles"))
    return StarFiles(Columns(**data["columns"]), Tables(**data["tables"]), data["eer"])
