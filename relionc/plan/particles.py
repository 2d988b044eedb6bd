"""How much disk and memory the particles of a job take: RELION's own bookkeeping, as functions of the data.

Both are of 32-bit floats, whatever the files hold. RELION reads an image into memory as floats and writes scratch
without naming a type, which makes MRC files of mode 2 (exp_model.cpp, Experiment::copyParticlesToScratch and
Experiment::read; rwMRC.h, writeMRC; 2.1 to 5.0). So 16-bit stacks (`data.float16`, which RELION reads from 4.0 on)
take twice their size on disk here.
"""

from __future__ import annotations

from relionc.plan.model import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.spec.model import Data, Fact

_GIB = 1024**3
PIXEL = 4
"""Bytes of a pixel in memory and on scratch."""


def scratch_particles(data: Data, *, repeats: bool = False) -> Term | None:
    """Return the GiB that the particles take on the scratch disk of a node; None if their number or box is not known.

    images * box * box * planes * 4 B. From RELION 3.1 on, an image that consecutive particles share is copied
    once; before, for each particle (`repeats`, which is `Needs.copies_repeats`): exp_model.cpp, 3.0.8 and 3.1.3,
    Experiment::copyParticlesToScratch. Not counted: the CTF volumes of subtomograms before 5.0, which double it.
    """
    images = None if repeats else data.unique_particles
    return _images(data, "particles", "images" if images else "particles", images or data.particles)


def preread_particles(data: Data) -> Term | None:
    """Return the GiB of all particles in the memory of one rank; None if their number or box is not known.

    particles * box * box * planes * 4 B: each particle has its image, also one that others have (exp_model.cpp,
    Experiment::read, 3.1.3 to 5.0.1).
    """
    return _images(data, "pre-read particles", "particles", data.particles)


def _images(data: Data, label: str, unit: str, count: Fact[int] | None) -> Term | None:
    if count is None or data.box is None or (data.stacks and data.stacks.value and data.planes is None):
        return None
    edge, planes = data.box.value, data.planes.value if data.planes else 1
    formula = f"{count.value:,} {unit} x {edge} x {edge} x {PIXEL} B"
    if planes > 1:
        formula = f"{count.value:,} {unit} x {edge} x {edge} x {planes} planes x {PIXEL} B"
    return Term(label, count.value * edge * edge * planes * PIXEL / _GIB, formula)
