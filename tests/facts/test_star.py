"""STAR files as tables, in bounded time and memory, whatever the file is."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.data.facts import Images
from relionc.data.project import Project
from relionc.data.skim import WORK, Skim
from relionc.data.star import Lines, tables

OLD = "data_\n\nloop_\n_rlnMagnification #1\n_rlnDetectorPixelSize #2\n_rlnImageName #3\n{}\n"


class Stream:
    """A file of chunks that are made when they are read; how much of it was read."""

    def __init__(self, chunks):
        self.chunks = iter(chunks)
        self.size = 0

    def read(self, _):
        chunk = next(self.chunks, b"")
        self.size += len(chunk)
        return chunk


class Bits(Stream):
    """A text in pieces that end anywhere."""

    def __init__(self, text, piece):
        super().__init__(text[at : at + piece] for at in range(0, len(text), piece))


def read(stream, work=WORK):
    return Lines(stream, Skim(work=work))


def of(text, piece=1 << 16):
    return [(t.name, t.columns, t.first, t.rows) for t in tables(read(Bits(text, piece)))]


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_tables_of_both_kinds(piece):
    text = (
        b"# version 30001\r\n\r\ndata_general\r\n_rlnOne  1\n_rlnTwo\ndata_particles\n\nloop_\n_rlnA #1\n_rlnB #2\n"
        b" 1 x \n# a note of many words\n2 y\n _3 z\ndotted l\nloop it\n\ndata_empty\nloop_\n_rlnC\ndata_last\n_rlnD 4"
    )
    assert of(text, piece) == [
        ("general", ["rlnOne", "rlnTwo"], ["1", ""], 1),
        ("particles", ["rlnA", "rlnB"], ["1", "x"], 5),
        ("empty", ["rlnC"], [], 0),
        ("last", ["rlnD"], ["4"], 1),
    ]


def test_a_project_finds_nothing_in_a_short_row(tmp_path):
    (tmp_path / "p.star").write_text(OLD.format("10000 1.5"))
    os.mkfifo(tmp_path / "fifo.star")
    project = Project(str(tmp_path))
    assert project.value("p.star", "", "rlnDetectorPixelSize") == "1.5"
    assert project.value("p.star", "", "rlnImageName") == ""
    assert project.rows("a\0b") == 0
    assert project.rows("fifo.star") == 0  # nobody will ever write to it


HEAD = b"data_particles\n\nloop_\n_rlnImageName #1\n_rlnMicrographName #2\n_rlnOpticsGroup #3\n"


def rows(number, of_mics=150):
    """Chunks of a particle table, micrograph after micrograph."""
    yield HEAD
    for first in range(0, number, 500):
        yield b"".join(
            b"%06d@Extract/job007/Movies/mic_%06d.mrcs MotionCorr/job002/mic_%06d.mrc 1\n"
            % (row % of_mics + 1, row // of_mics, row // of_mics)
            for row in range(first, min(first + 500, number))
        )


def peak(action):
    """Return what an action gives, and the most memory that it had at a time, in MiB."""
    tracemalloc.start()
    try:
        found = action()
        return found, tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def tallied(chunks):
    (table,) = tables(read(Stream(chunks)), lambda found: Images(found.columns, Skim()))
    return table.rows, table.tally.images, table.tally.groups


def test_rows_cost_no_memory():
    found, most = peak(lambda: tallied(rows(300_000)))
    assert found == (300_000, 300_000, 2000)
    assert most < 1.5  # the two texts of each row alone would be 60 MiB


def test_many_micrographs_in_any_order_cost_little_memory(monkeypatch):
    monkeypatch.setattr("relionc.data.facts._GROUPS", 1000)
    found, most = peak(lambda: tallied(rows(50_000, of_mics=1)))
    assert found == (50_000, 50_000, None)
    assert most < 1.5


def forever(head, chunk):
    yield head + chunk
    while True:
        yield chunk


@pytest.mark.parametrize(
    ("head", "chunk", "found"),
    [
        (b"", b"\0" * 65536, 0),
        (b"", b"x" * 65536, 0),
        (b"", b"# a note\n\n" * 6000, 0),
        (b"data_particles\nloop_\n", b"_rlnColumn #1\n" * 5000, 0),
        (b"data_particles\nloop_\n_rlnA\n", b"1 " * 30000, 1),
        (b"data_particles\nloop_\n_rlnA\n1\n", b"1 " * 30000, 1),
    ],
)
def test_what_is_no_star_file_is_given_up(head, chunk, found):
    stream = Stream(forever(head, chunk))
    got, most = peak(lambda: [table.rows for table in tables(read(stream))])
    assert len(got) == found
    assert stream.size < 3 << 20
    assert most < 12


def test_a_file_without_end_ends():
    stream = Stream(HEAD if not at else b"1@a b 1\n" * 1000 for at in range(1 << 30))
    (table,) = tables(read(stream, 100_000_000))
    assert table.rows > 100_000
    assert table.cut
    assert stream.size < 2 << 20


# --- which images RELION copies ------------------------------------------------------------------------------

PARTICLES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 2)), max_size=40)


def copied_by_relion(particles):
    """Sort by micrograph, keeping the order of the rest; skip what is like the row before."""
    count, before = 0, None
    for particle in sorted(particles, key=lambda one: one[0]):
        count += particle != before
        before = particle
    return count


@given(PARTICLES)
@settings(max_examples=400, deadline=None)
def test_images_are_counted_as_relion_copies_them(particles):
    text = HEAD + b"".join(b"%d@mic%d.mrcs mic%d.mrc %d\n" % (i, mic, mic, g) for mic, i, g in particles)
    (table,) = tables(read(Bits(text, 100)), lambda found: Images(found.columns, Skim()))
    if not particles:
        assert table.tally is None
        return
    assert table.tally.images == copied_by_relion(particles)
    assert table.tally.groups == len({mic for mic, _, _ in particles})


@pytest.mark.parametrize(
    ("columns", "text", "images", "groups"),
    [
        (["rlnImageName"], b"1@a\n1@a\n2@a\n1@a\n", 3, None),
        (["rlnImageName", "rlnMicrographName"], b"1@a m\n1@a n\n1@a m\n1@a n\n", 2, 2),
        (["rlnMicrographName", "rlnImageName"], b"m 1@a\nn\nm 1@a\n", 2, 1),
        (["rlnTomoName", "rlnMicrographName", "rlnImageName"], b"t m a\nt n a\nu n b\n", 2, 2),
    ],
)
def test_images_with_other_columns(columns, text, images, groups):
    head = b"data_particles\nloop_\n" + b"".join(b"_%s\n" % name.encode() for name in columns)
    (table,) = tables(read(Bits(head + text, 9)), lambda found: Images(found.columns, Skim()))
    assert (table.tally.images, table.tally.groups) == (images, groups)


@given(st.binary(max_size=300) | st.lists(st.sampled_from([b"data_", b"loop_", b"\n", b"_", b" ", b"#", b"x", b"\xff"]),
                                          max_size=60).map(b"".join))  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_any_bytes(text):
    for table in tables(read(Bits(text, 13)), lambda _: Images(["rlnImageName"], Skim())):
        assert table.rows >= 0
        assert len(table.first) <= len(table.columns)
        assert table.value("rlnImageName") is not None
