"""What is known of Slurm's programs and of hardware: `knowledge.yaml`, as records."""

from __future__ import annotations

import os
import re
from functools import cache

from relionc import resources
from relionc.record import NamedTuple
from relionc.source import load
from relionc.source.values import as_mapping, as_texts, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.source.values import Plain

_MOST_VRAM = 1024  # GB
_OF_GPU = re.compile(r"(?:hbm|gpu|vram|gpumem)[-_]?(\d{2,3})(?:g|gb)?(?![0-9a-z])")
_SLICE = re.compile(r"(?<!\d)\dg\.(\d{1,3})gb")


class SlurmProgram(NamedTuple):
    """A program that tells of a cluster, and the file of a collected folder for its answer."""

    file: str
    argv: tuple[str, ...]
    tells: str
    instead: bool = False  # asked only where the programs before it gave nothing


@cache
def _document() -> dict[str, Plain]:
    path = os.path.join(resources.package(), "survey", "knowledge.yaml")
    with open(path, "rb") as stream:
        loaded = load(stream.read(), "knowledge.yaml")
    assert loaded.tree is not None, loaded.diagnostics  # noqa: S101 - a file of our own, which tests read
    return as_mapping(loaded.tree.value)


def section(name: str) -> Mapping[str, Plain]:
    """Return a mapping of the file."""
    return as_mapping(_document()[name])


def words(name: str) -> tuple[str, ...]:
    """Return a list of the file."""
    return tuple(as_texts(_document()[name]))


def asked() -> tuple[SlurmProgram, ...]:
    """Return the programs that are asked, in their order."""
    rows = _document()["asked"]
    return tuple(
        SlurmProgram(
            text_of(row["file"]),
            tuple(as_texts(row["argv"])),
            text_of(row["tells"]),
            row.get("instead") is True,
        )
        for row in map(as_mapping, rows if isinstance(rows, list) else ())
    )


def kept(what: str) -> tuple[str, ...]:
    """Return the words that a collected folder keeps of nodes, partitions, the configuration or QOS."""
    return tuple(as_texts(section("kept")[what]))


def is_slice(name: str) -> bool:
    """Whether a type of GPU is a slice of one (MIG), as `a100_3g.20gb` is."""
    return _SLICE.search(name.lower()) is not None


@cache
def _gpus() -> tuple[tuple[re.Pattern[str], tuple[int, ...]], ...]:
    found = section("gpus").items()
    return tuple(
        (re.compile(pattern), tuple(int(size) for size in sizes if isinstance(size, int)))
        for pattern, sizes in found
        if isinstance(sizes, list)
    )


def vram(name: str) -> tuple[int, ...]:
    """Return the memory that a GPU of this name may have in GB: none if it is not known, several if it is open.

    A size that the name itself says counts more than the table, the part of a GPU more than the whole.
    """
    said = _SLICE.search(name.lower()) or re.search(
        r"(?<![a-z0-9.])(\d{1,3})g(?:i?b)?(?![a-z0-9.])", name.lower()
    )
    if said and 0 < int(said[1]) <= _MOST_VRAM:
        return (int(said[1]),)
    return next((sizes for word in _spellings(name) for form, sizes in _gpus() if form.fullmatch(word)), ())


def said_of(feature: str, sizes: Sequence[int]) -> tuple[int, ...]:
    """Return which of some sizes in GB a feature of nodes names: `hbm80g`, `gpu80`."""
    found = _OF_GPU.search(feature.lower())
    return (int(found[1]),) if found and int(found[1]) in sizes else ()


def _spellings(name: str) -> list[str]:
    """Return the words of a name that may be a GPU's, longest first: of `rtx_2080_ti` rtx2080ti, rtx2080 and 2080ti."""
    makers = words("makers")
    parts = [part for part in re.split(r"[^a-z0-9]+", name.lower()[:64]) if part and part not in makers]
    parts = [next((part.removeprefix(m) for m in makers if part.startswith(m)), part) for part in parts]
    runs = [
        "".join(parts[start : start + length])
        for length in range(min(len(parts), 3), 0, -1)
        for start in range(len(parts) - length + 1)
    ]
    return [run for run in runs if run]
