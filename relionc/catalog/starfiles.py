"""What RELION calls the tables and columns of its data files (`data/starfiles.yaml`)."""

from __future__ import annotations

from functools import lru_cache

from relionc.catalog.compiled import frozen, part
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypedDict

    class FaultData(TypedDict):
        """A way in which a STAR file is not as RELION writes it: what it `is`, what each version `does` then."""

        is_: str
        does: Mapping[str, str]
        help: str

    class FormData(TypedDict):
        """What a file may be by its first bytes: what it `is`, and which names each version takes for one."""

        is_: str
        endings: Mapping[str, tuple[str, ...]]

    class ModeData(TypedDict):
        """The numbers of an MRC file, and what each version does that does not read them."""

        is_: str
        does: Mapping[str, str]


MRC, STAR, EMPTY, TEXT, OTHER = "mrc", "star", "empty", "text", "other"
"""Forms of files that are asked for by name; `forms` has them all."""


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
    tilt_images: str
    is_stack: str
    particles_file: str
    tomograms_file: str
    micrograph_pixel: str
    body: str
    reference: str


class Tables(NamedTuple):
    """Names of the tables that may hold a kind of rows; the first that is there counts."""

    particles: tuple[str, ...]
    movies: tuple[str, ...]
    optics: tuple[str, ...]
    tomograms: tuple[str, ...]
    general: tuple[str, ...]
    optimisation_set: tuple[str, ...]
    references: tuple[str, ...]
    bodies: tuple[str, ...]


class StarFiles(NamedTuple):
    """The names in RELION's data files, and what may be wrong with one.

    `marks` are columns by what they say there is of an image; `eer` and `maps` endings of movies and of maps.
    `forms` are by their names in `relionc.data.forms`; `never` are endings of images that no version reads; `modes` by
    the number in the header. `ranges` are those of the values of maps of a kind. `lists` has the kinds of files that a
    list of such rows may be; `by_name` the versions that look for a table by its name, and need the columns
    `converted_from` of older lists.
    """

    columns: Columns
    marks: Mapping[str, str]
    tables: Tables
    eer: tuple[str, ...]
    maps: tuple[str, ...]
    faults: Mapping[str, FaultData]
    forms: Mapping[str, FormData]
    never: tuple[str, ...]
    modes: Mapping[str, ModeData]
    ranges: Mapping[str, tuple[float, float]]
    lists: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, bool]
    converted_from: tuple[str, ...]


@lru_cache(maxsize=1)
def star_files() -> StarFiles:
    """Return the names, which are the same in all versions of RELION that have them."""
    data = frozen(part("starfiles"))
    return StarFiles(
        Columns(**data["columns"]),
        data["marks"],
        Tables(**data["tables"]),
        data["eer"],
        data["maps"],
        data["faults"],
        data["forms"],
        data["never"],
        data["modes"],
        data["ranges"],
        data["lists"],
        data["by_name"],
        data["converted_from"],
    )
