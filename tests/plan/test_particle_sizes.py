"""Disk and memory of particles, worked out by hand."""

from __future__ import annotations

import pytest

from relionc import catalog
from relionc.plan.model import Term
from relionc.plan.particles import preread_particles, scratch_particles
from relionc.spec.model import Data, Fact


def data(**values):
    return Data(**{key: Fact(value, "spec") for key, value in values.items()})


PLAIN = {"particles": 1024, "box": 512}  # 1 GiB at 4 bytes


@pytest.mark.parametrize("half", [None, False, True])
def test_halves_take_whole_floats_on_scratch_and_in_memory(half):
    known = data(**PLAIN, **({} if half is None else {"float16": half}))
    assert scratch_particles(known) == Term("particles", 1.0, "1,024 particles x 512 x 512 x 4 B")
    assert preread_particles(known) == Term("pre-read particles", 1.0, "1,024 particles x 512 x 512 x 4 B")


def test_an_image_of_several_particles_is_copied_once_but_held_by_each():
    known = data(**PLAIN, unique_particles=256)
    assert scratch_particles(known) == Term("particles", 0.25, "256 images x 512 x 512 x 4 B")
    assert scratch_particles(known, repeats=True).gib == 1.0
    assert preread_particles(known).gib == 1.0
    assert scratch_particles(data(unique_particles=256, box=512)).gib == 0.25


def test_subtomograms_have_planes():
    known = data(**PLAIN, planes=8)
    assert scratch_particles(known) == Term("particles", 8.0, "1,024 particles x 512 x 512 x 8 planes x 4 B")
    assert preread_particles(known).gib == 8.0
    assert scratch_particles(data(**PLAIN, planes=1)).gib == 1.0


@pytest.mark.parametrize("known", [{}, {"particles": 5}, {"box": 5}, {"unique_particles": 5}])
def test_what_is_not_known_has_no_size(known):
    assert scratch_particles(data(**known)) is None
    assert preread_particles(data(**known)) is None


@pytest.mark.parametrize(
    ("version", "repeats"), [("2.1", True), ("3.0", True), ("3.1", False), ("4.0", False), ("5.0", False)]
)
def test_which_releases_copy_an_image_again(version, repeats):
    for name in catalog.types(version):
        job_type = catalog.load(name, version)
        needs = catalog.needs(job_type, {}, is_continue=False)
        if needs["scratch"]:
            assert needs["copies_repeats"] is repeats, name
