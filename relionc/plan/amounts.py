"""How much memory and scratch a job takes: the models, each term with its formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.plan.model import Term

if TYPE_CHECKING:
    from relionc.spec.model import Data, ResolvedJob

GIB = 1024**3
RESERVE_GIB = 10.0
"""What RELION leaves free on the scratch disk (its `keep_free_scratch`, 10 by default, ml_optimiser.cpp)."""


def gib(value: float) -> str:
    """Return an amount of GiB with one decimal, as people compare them."""
    return f"{value:,.1f} GiB"


def memory_terms(job: ResolvedJob, threads: int) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Return the terms of the memory of one rank with so many threads, and what could not be counted."""
    terms: list[Term] = []
    missing: list[str] = []
    for name in job.needs.memory:
        term = _MODELS[name](job, threads)
        if isinstance(term, str):
            missing.append(term)
        elif term is not None:
            terms.append(term)
    return tuple(terms), tuple(missing)


def scratch_terms(job: ResolvedJob) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Return the terms of the scratch a node needs: all particles, and what RELION keeps free."""
    images = _particle_stack(job.data)
    if images is None:
        return (), ("scratch space (number of particles or box size not known)",)
    kept_free = Term("kept free", RESERVE_GIB, f"RELION leaves {RESERVE_GIB:.0f} GiB of the disk free")
    return (images, kept_free), ()


def _particle_stack(data: Data) -> Term | None:
    """All particles as 32-bit floats: N * box * box * 4 bytes (RELION's own rule for both uses)."""
    if data.particles is None or data.box is None:
        return None
    count, box = data.particles.value, data.box.value
    formula = f"{count:,} particles x {box} x {box} x 4 B"
    return Term("particles", count * box * box * 4 / GIB, formula)


def _preread(job: ResolvedJob, _: int) -> Term | str | None:
    if not job.needs.preread:
        return None
    images = _particle_stack(job.data)
    if images is None:
        return "memory of pre-reading (number of particles or box size not known)"
    return Term("pre-read particles", images.gib, images.formula)


def _motioncorr(job: ResolvedJob, threads: int) -> Term | str | None:
    """Width * height * (frames + 2 + threads) * 4 bytes (NIH's RELION page, relion#695)."""
    data = job.data
    if data.micrograph_width is None or data.micrograph_height is None or data.frames is None:
        return "memory of motion correction (movie size or number of frames not known)"
    width, height, frames = data.micrograph_width.value, data.micrograph_height.value, data.frames.value
    planes = frames + 2 + threads
    formula = f"{width} x {height} x {planes} planes x 4 B"
    return Term("movie frames", width * height * planes * 4 / GIB, formula)


_MODELS = {"preread": _preread, "motioncorr": _motioncorr}


def leader_terms(job, threads):
    return memory_terms(job, threads)[0]


def vram_terms(job, threads):
    return (), ()
