"""What STAR files of the data say, of every RELION version; what says it badly says less, and never breaks."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from image_bytes import mrc, tiff

from relionc.data.facts import facts

OPTICS = "data_optics\n\nloop_\n_rlnImagePixelSize #1\n_rlnImageSize #2\n{}\n\n"
ROWS = "data_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n1@a.mrcs 1\n2@a.mrcs 1\n"
OLD = "data_\n\nloop_\n_rlnMagnification #1\n_rlnDetectorPixelSize #2\n_rlnImageName #3\n{}\n"
MOVIES = "data_optics\n\nloop_\n_rlnOpticsGroup\n1\n\ndata_movies\n\nloop_\n_rlnMicrographMovieName #1\n{}\n"
NAMES = "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographMetadata #2\nM/a.mrc a.star\nM/b.mrc b.star\n"


@pytest.fixture
def said(tmp_path):
    """Write a STAR file, and return the facts of it."""

    def of(text):
        (tmp_path / "p.star").write_bytes(text if isinstance(text, bytes) else text.encode())
        found = facts("p.star", str(tmp_path))
        return found and found.said()

    return of


# --- particles ----------------------------------------------------------------------------------------------


def test_counts_and_sizes_stand_in_the_optics_table(said):
    particles = {"particles": 2, "unique_particles": 2, "planes": 1}
    assert said(OPTICS.format("1.34 360") + ROWS) == {**particles, "box": 360, "angpix": 1.34}


def test_before_3_1_the_box_stands_in_the_first_stack(tmp_path, said):
    (tmp_path / "a.mrcs").write_bytes(mrc(200, 200, 3))
    known = said(OLD.format("10000 1.5 1@a.mrcs"))
    assert (known["particles"], known["box"], known["angpix"], known["float16"]) == (1, 200, 1.5, False)


@pytest.mark.parametrize("sizes", ["inf inf", "nan nan", "0 0", "-1 -360", "one many", "1e300 1e300", ""])
def test_a_size_that_is_none_is_not_known(said, sizes):
    assert said(OPTICS.format(sizes) + ROWS) == {"particles": 2, "unique_particles": 2, "planes": 1}


@pytest.mark.parametrize(("row", "count"), [("", 0), ("10000", 1), ("10000 1.5", 1), ("0 0 1@a\0b", 1)])
def test_a_row_may_be_missing_short_or_odd(said, row, count):
    known = said(OLD.format(row))
    assert (known["particles"], known["unique_particles"], "box" in known) == (count, count, False)


@pytest.mark.parametrize(("mode", "half"), [(2, False), (12, True)])
def test_the_first_stack_tells_whether_images_are_halves(tmp_path, said, mode, half):
    (tmp_path / "a.mrcs").write_bytes(mrc(360, 360, 2, mode))
    assert said(OPTICS.format("1.34 360") + ROWS)["float16"] is half


def test_expanded_by_symmetry(said):
    text = ROWS.replace("1@a.mrcs 1\n", "1@a.mrcs 1\n" * 4).replace("2@a.mrcs 1\n", "2@a.mrcs 1\n" * 4)
    known = said(OPTICS.format("1 100") + text)
    assert (known["particles"], known["unique_particles"]) == (8, 2)


def test_particles_tell_how_many_micrographs_they_are_from(said):
    text = ROWS.replace("_rlnOpticsGroup", "_rlnMicrographName").replace("2@a.mrcs 1", "2@a.mrcs 2")
    assert said(text)["micrographs"] == 2
    assert said(text.replace("MicrographName", "TomoName"))["tomograms"] == 2


@pytest.mark.parametrize(
    ("dimensions", "header", "planes"),
    [("3", mrc(64, 64, 64), 64), ("3", None, 64), ("2", mrc(64, 64, 41), 41), ("2", None, None)],
)
def test_subtomograms_have_planes(tmp_path, said, dimensions, header, planes):
    if header:
        (tmp_path / "a.mrc").write_bytes(header)
    optics = "data_optics\nloop_\n_rlnImageSize\n_rlnImageDimensionality\n64 " + dimensions
    known = said(f"{optics}\ndata_particles\nloop_\n_rlnImageName\na.mrc\n")
    assert (known["box"], known.get("planes")) == (64, planes)


# --- movies and micrographs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [mrc(5760, 4092, 3, 101), tiff(5760, 4092, 3), tiff(5760, 4092, 3, ">", big=True)]
)
def test_movies(tmp_path, said, content):
    (tmp_path / "a.x").write_bytes(content)
    sizes = {"micrograph_width": 5760, "micrograph_height": 4092, "frames": 3}
    assert said(MOVIES.format("a.x\nb.x\nc.x")) == {"micrographs": 3, **sizes}
    assert said("data_\nloop_\n_rlnMicrographMovieName\na.x\n") == {"micrographs": 1, **sizes}


def test_micrographs_have_no_frames(tmp_path, said):
    (tmp_path / "M").mkdir()
    (tmp_path / "M" / "a.mrc").write_bytes(mrc(50, 40, 1))
    sizes = {"micrograph_width": 50, "micrograph_height": 40}
    assert said(NAMES) == {"micrographs": 2, **sizes}
    assert said("data_\nloop_\n_rlnMicrographName\nM/a.mrc\n") == {"micrographs": 1, **sizes}


def test_frames_of_the_detector(tmp_path):
    (tmp_path / "a.eer").write_bytes(tiff(4096, 4096, 999))
    (tmp_path / "p.star").write_text(MOVIES.format("a.eer"))
    found = facts("p.star", str(tmp_path))
    assert (found.eer, found.frames, found.image) == (True, 999, "a.eer")
    assert found.looked_at == (str(tmp_path / "a.eer"),)


def test_movies_that_are_elsewhere_are_counted(said):
    assert said(MOVIES.format("a.tif\nb.tif")) == {"micrographs": 2}


@pytest.mark.parametrize(
    "text",
    [
        "data_\nloop_\n_rlnMicrographName\n_rlnCoordinateX\na.mrc 1\n",
        "data_job\n_rlnJobTypeLabel relion.import\n",
        "data_model_classes\nloop_\n_rlnReferenceImage\na.mrc\n",
        "no STAR file",
        "",
    ],
)
def test_files_about_something_else(said, text):
    assert said(text) == {}


# --- tomograms ----------------------------------------------------------------------------------------------


def test_tomograms(tmp_path, said):
    (tmp_path / "t1.star").write_text("data_TS_01\nloop_\n_rlnMicrographMovieName\nm.tif\nn.tif\n")
    (tmp_path / "m.tif").write_bytes(tiff(3838, 3710, 8))
    head = "data_global\nloop_\n_rlnTomoName\n"
    assert said(head + "TS_01\nTS_02\n\ndata_TS_01\nloop_\n_rlnTomoFrameCount\n1\n") == {"tomograms": 2}
    series = head + "_rlnTomoTiltSeriesStarFile\nTS_01 {}\nTS_02 t2.star\n"
    sizes = {"micrograph_width": 3838, "micrograph_height": 3710, "frames": 8}
    assert said(series.format("t1.star")) == {"tomograms": 2, **sizes}
    assert said(series.format("gone.star")) == {"tomograms": 2}
    assert facts("p.star", str(tmp_path)).looked_at == (str(tmp_path / "gone.star"),)


# --- strangers' files ---------------------------------------------------------------------------------------


def test_names_lead_to_no_device_and_no_fifo(tmp_path, said):
    os.mkfifo(tmp_path / "fifo")
    for name in ("fifo", "/dev/zero", "/dev/stdin", "..", "a\0b", "x" * 5000):
        assert said(MOVIES.format(name)) == {"micrographs": 1}
        assert said(ROWS.replace("a.mrcs", name))["particles"] == 2
        assert said(f"data_global\n_rlnTomoName t\n_rlnTomoTiltSeriesStarFile {name}\n") == {"tomograms": 1}
    assert facts("fifo", str(tmp_path)) is None
    assert facts("a\0b", str(tmp_path)) is None


COLUMNS = ["_rlnImageName", "_rlnMicrographName", "_rlnMicrographMovieName", "_rlnTomoName", "_rlnOpticsGroup",
           "_rlnTomoTiltSeriesStarFile", "_rlnImageSize", "_rlnImageDimensionality"]  # fmt: skip
WORDS = [
    "data_",
    "data_particles",
    "data_movies",
    "data_global",
    "data_optics",
    "loop_",
    "1@p.star",
    "p.star",
    ".",
    "-1",
]
TEXTS = st.lists(st.sampled_from(COLUMNS + WORDS) | st.text(max_size=5), max_size=30)


@given(words=TEXTS, ends=st.lists(st.sampled_from(["\n", " ", "\r\n"]), min_size=1, max_size=5))
@example(words=["data_particles", "_rlnImageName", "1@p.star"], ends=["\n", " "])
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words(said, words, ends):
    text = "".join(word + ends[at % len(ends)] for at, word in enumerate(words))
    for value in (said(text.encode("utf-8", "surrogatepass")) or {}).values():
        assert value >= 0
