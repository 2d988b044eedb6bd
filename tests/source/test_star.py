"""What a particle file says, and what comes of files that say it badly: nothing, and never a traceback."""

from __future__ import annotations

import struct

import pytest

from relionc.source.project import Project
from relionc.source.star import Particles, particles

OPTICS = "data_optics\n\nloop_\n_rlnImagePixelSize #1\n_rlnImageSize #2\n{}\n\n"
ROWS = "data_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n1@a.mrcs 1\n2@a.mrcs 1\n"
OLD = "data_\n\nloop_\n_rlnMagnification #1\n_rlnDetectorPixelSize #2\n_rlnImageName #3\n{}\n"


def said(folder, text):
    (folder / "p.star").write_text(text)
    return particles("p.star", str(folder))


def test_counts_and_sizes_stand_in_the_optics_table(tmp_path):
    assert said(tmp_path, OPTICS.format("1.34 360") + ROWS) == Particles(2, 360, 1.34)


def test_before_3_1_the_box_stands_in_the_first_stack(tmp_path):
    (tmp_path / "a.mrcs").write_bytes(struct.pack("<2i", 200, 200))
    assert said(tmp_path, OLD.format("10000 1.5 1@a.mrcs")) == Particles(1, 200, 1.5)


@pytest.mark.parametrize("sizes", ["inf inf", "nan nan", "0 0", "-1 -360", "one many", "1e300 1e300", ""])
def test_a_size_that_is_none_is_not_known(tmp_path, sizes):
    assert said(tmp_path, OPTICS.format(sizes) + ROWS) == Particles(2, None, None)


@pytest.mark.parametrize(("row", "count"), [("", 0), ("10000", 1), ("10000 1.5", 1), ("0 0 1@a\0b", 1)])
def test_a_row_may_be_missing_short_or_odd(tmp_path, row, count):
    found = said(tmp_path, OLD.format(row))
    assert found is not None
    assert (found.particles, found.box) == (count, None)


def test_a_project_finds_nothing_in_a_short_row(tmp_path):
    (tmp_path / "p.star").write_text(OLD.format("10000 1.5"))
    project = Project(str(tmp_path))
    assert project.value("p.star", "", "rlnDetectorPixelSize") == "1.5"
    assert project.value("p.star", "", "rlnImageName") == ""
    assert project.rows("a\0b") == 0
