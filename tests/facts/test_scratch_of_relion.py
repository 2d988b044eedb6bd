"""The installed RELION copies as many particles to scratch as relionc counts, in files of the size it says."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
from array import array
from pathlib import Path

import pytest

from relionc.data.facts import facts
from relionc.plan.particles import scratch_particles
from relionc.spec.model import Data, Fact

MAKE = Path(__file__).parents[1] / "lab" / "make_particles.py"
ARGS = """
--o out/run --ref d/reference.mrc --ini_high 30 --firstiter_cc --K 1 --iter 1 --particle_diameter 100 --pad 1
--flatten_solvent --healpix_order 0 --offset_range 1 --offset_step 1 --dont_check_norm
--scratch_dir scratch --keep_scratch --keep_free_scratch 0
"""

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        not shutil.which("relion_refine") and os.environ.get("RELIONC_REQUIRE_LAB") != "1",
        reason="RELION is not installed",
    ),
]


def bytes_for_floats(path):
    """Make a stack of signed bytes of one of floats."""
    stack = path.read_bytes()
    values = array("f", stack[1024:])
    most = max(map(abs, values))
    header = bytearray(stack[:1024])
    struct.pack_into("<i", header, 12, 0)
    path.write_bytes(bytes(header) + array("b", [int(value / most * 120) for value in values]).tobytes())


def expanded(path, *, together):
    """Give each particle four rows, together or far from one another."""
    text = path.read_text().splitlines()
    rows = [line for line in text if "@" in line]
    head = text[: text.index(rows[0])]
    again = [row for row in rows for _ in range(4)] if together else rows * 4
    path.write_text("\n".join([*head, *again, ""]))
    return len(rows)


@pytest.mark.parametrize("together", [True, False])
def test_as_many_images_of_as_many_bytes(tmp_path, monkeypatch, together):
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, str(MAKE), "d"], check=True, timeout=60)
    for folder in ("out", "scratch"):
        Path(folder).mkdir()
    bytes_for_floats(Path("d/particles.mrcs"))
    images = expanded(Path("d/particles.star"), together=together)
    said = facts("d/particles.star").said()
    assert (said["particles"], said["unique_particles"]) == (4 * images, images if together else 4 * images)

    argv = ["relion_refine", "--i", "d/particles.star", *ARGS.split()]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120)
    (copied,) = re.findall(r"there are (\d+) particles on the scratch disk", done.stdout)
    assert int(copied) == said["unique_particles"]
    term = scratch_particles(Data(**{key: Fact(value, "file") for key, value in said.items()}))
    (stack,) = Path("scratch/relion_volatile").glob("*.mrcs")
    assert stack.stat().st_size == 1024 + round(term.gib * 1024**3)
