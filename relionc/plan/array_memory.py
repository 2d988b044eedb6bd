"""Memory of programs that hold arrays whose sizes the data give: so many bytes for each pixel of a movie, a map ….

How many bytes is data: the quantities of a job type (docs/memory.md), measured or from the source that they name.
"""

from __future__ import annotations

from math import ceil, prod

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.spec.model import Data


class Held(NamedTuple):
    """A kind of array: its label, and what its bytes are multiplied with.

    `counted`: it is counted, not fitted. `moment`: when it is held; those of one moment are held at once.
    """

    label: str
    per: tuple[str, ...]
    counted: bool = False
    moment: str = "work"


_MICROGRAPH = ("width of micrographs", "height of micrographs")
_CUT = ("particles of a micrograph", "frames", "box size", "box size")
KINDS = {
    "movie_bytes": Held("movie frames", (*_MICROGRAPH, "frames"), counted=True),
    "transform_bytes": Held("transforms of frames", (*_MICROGRAPH, "frames")),
    "micrograph_bytes": Held("micrographs", _MICROGRAPH),
    "thread_bytes": Held("frames of threads", ("threads", *_MICROGRAPH)),
    "cut_bytes": Held("particles of every frame", _CUT),
    "image_bytes": Held("particles of a micrograph", ("particles of a micrograph", "box size", "box size")),
    "reading_bytes": Held("maps being read", ("box size", "box size", "box size"), moment="start"),
    "fit_bytes": Held("particles of every frame", _CUT, moment="end"),
    "training_bytes": Held("particles to train on", ("frames", "box size", "box size"), moment="end"),
    "program_bytes": Held("program", (), moment=""),
}
"""Quantities of a job type, each in bytes for one of what it is multiplied with; the program is always held."""


class Array(NamedTuple):
    """Arrays that are held: label, bytes, and the product in the user's numbers; `counted`: not fitted."""

    label: str
    size: float
    formula: str
    counted: bool


def arrays(quantities: Mapping[str, float], data: Data, threads: int) -> Iterator[Array | str]:
    """Yield what a program with so many threads holds at its worst moment, and the names of facts that are not known.

    Moments are compared by all of their arrays.
    """
    known = _sizes(data, threads)
    moments: dict[str, list[Array]] = {}
    for name, kind in KINDS.items():
        if not quantities.get(name, 0):
            continue
        unknown = [each for each in dict.fromkeys(kind.per) if known.get(each) is None]
        if unknown:
            yield from unknown
        else:
            sizes = [(each, known[each] or 0) for each in kind.per]
            moments.setdefault(kind.moment, []).append(_array(kind, quantities[name], sizes))
    yield from moments.pop("", ())
    yield from max(moments.values(), key=lambda held: sum(each.size for each in held), default=())


def _array(kind: Held, bytes_each: float, sizes: list[tuple[str, int]]) -> Array:
    factors = [f"{number:,} {_UNITS.get(each, '')}".rstrip() for each, number in sizes]
    formula = " x ".join([*factors, f"{bytes_each:g} B"]) if sizes else MEASURED
    return Array(kind.label, bytes_each * prod(number for _, number in sizes), formula, kind.counted)


MEASURED = "measured"
_UNITS = {"frames": "frames", "threads": "threads", "particles of a micrograph": "particles"}


def _sizes(data: Data, threads: int) -> dict[str, int | None]:
    """Return the numbers that arrays are multiplied with; None: not known."""
    return {
        "width of micrographs": data.micrograph_width.value if data.micrograph_width else None,
        "height of micrographs": data.micrograph_height.value if data.micrograph_height else None,
        "frames": data.frames.value if data.frames else None,
        "threads": threads,
        "box size": data.box.value if data.box else None,
        "particles of a micrograph": _of_a_micrograph(data),
    }


def _of_a_micrograph(data: Data) -> int | None:
    """Return how many particles a micrograph has on average; 1.5 times as many are taken for the fullest."""
    if data.particles is None or data.micrographs is None or not data.micrographs.value:
        return None
    return ceil(1.5 * data.particles.value / data.micrographs.value)
