"""Movies and particle stacks that are there give what `data:` would say, and a build sees when they change."""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path

import pytest

from relionc.cli.app import run as call

sys.path.insert(0, str(Path(__file__).parents[1] / "facts"))

from image_bytes import mrc, tiff

SPEC = 'relionc: 1\ncluster: lab\nrelion: "{}"\njobs:\n  motion: {{type: {}, options: {{input_star_mics: {}{}}}}}\n'
MOVIES = "data_movies\n\nloop_\n_rlnMicrographMovieName #1\nMovies/a.tif\nMovies/b.tif\n"
OPTICS = "data_optics\nloop_\n_rlnImageSize\n_rlnOpticsGroup\n100 1\n"
PARTICLES = (
    OPTICS + "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n1@a.mrcs 1\n1@a.mrcs 1\n2@a.mrcs 1\n"
)
MARGIN = "models may be 8% low"
CLASS3D = """relionc: 1
cluster: lab
relion: "3.1"
jobs:
  a: {type: class3d, options: {fn_img: p.star, fn_ref: r.mrc, do_preread_images: yes}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("Movies").mkdir()


def build(capfd):
    """Build; return what was printed."""
    assert call(["build", "s.yaml"]) == 0
    return capfd.readouterr().out


def memory(job="motion"):
    plan = json.loads(Path("build/s/plan.json").read_text())["jobs"][job]
    return [term["formula"] for term in plan["memory_per_rank"]], plan["not_checked"]


def inputs():
    return json.loads(Path("build/s/manifest.json").read_text())["inputs"]


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1", "4.0", "5.0"])
def test_motion_correction_needs_no_data_where_the_movies_are(capfd, version):
    text = MOVIES if version > "3.0" else MOVIES.replace("data_movies", "data_")
    Path("movies.star").write_text(text)
    more = ", fn_motioncor2_exe: /opt/MotionCor2" if version == "2.1" else ""
    Path("s.yaml").write_text(SPEC.format(version, "motioncorr", "movies.star", more))
    build(capfd)
    assert memory()[0] == []
    assert any("movie size" in one for one in memory()[1])
    Path("Movies/a.tif").write_bytes(
        tiff(3838, 3710, 24)
    )  # which was looked for, so the build is another now
    build(capfd)
    (frames, *by_relion), missing = memory()
    assert frames.startswith("3838 x 3710 x ")
    assert by_relion == ([] if version == "2.1" else ["3,838 x 3,710 x 24 frames x 8 B", MARGIN])
    assert not any("movie size" in one for one in missing)
    sizes = {"micrographs": 2, "micrograph_width": 3838, "micrograph_height": 3710, "frames": 24}
    assert inputs()["movies.star"] == sizes


def test_a_movie_that_changes_is_seen(capfd):
    Path("movies.star").write_text(MOVIES)
    Path("Movies/a.tif").write_bytes(tiff(3838, 3710, 24))
    Path("s.yaml").write_text(SPEC.format("3.1", "motioncorr", "movies.star", ""))
    build(capfd)
    first = memory()
    assert "unchanged" in build(capfd)
    Path("Movies/a.tif").write_bytes(tiff(3838, 3710, 40))
    assert "unchanged" not in build(capfd)
    assert memory() != first


def test_a_link_to_a_movie_that_is_gone_breaks_nothing(capfd):
    Path("movies.star").write_text(MOVIES)
    os.symlink("/nowhere/a.tif", "Movies/a.tif")
    Path("s.yaml").write_text(SPEC.format("3.1", "motioncorr", "movies.star", ""))
    build(capfd)
    build(capfd)
    assert memory()[0] == []


def test_frames_of_an_eer_movie_are_fractions(capfd):
    Path("movies.star").write_text(MOVIES.replace(".tif", ".eer"))
    Path("Movies/a.eer").write_bytes(tiff(4096, 4096, 1000))
    Path("s.yaml").write_text(SPEC.format("4.0", "motioncorr", "movies.star", ", eer_grouping: 40"))
    build(capfd)
    grouped, _ = memory()
    assert "4,096 x 4,096 x 25 frames x 8 B" in grouped
    Path("s.yaml").write_text(
        SPEC.format("4.0", "motioncorr", "movies.star", "").replace(
            "options:", "data: {micrograph_width: 4096, micrograph_height: 4096, frames: 25}, options:"
        )
    )
    build(capfd)
    assert memory()[0] == grouped
    assert inputs()["movies.star"]["frames"] == 1000


def test_movies_of_tilt_series(capfd):
    Path("tilts.star").write_text(
        "data_global\nloop_\n_rlnTomoName\n_rlnTomoTiltSeriesStarFile\nTS_1 one.star\nTS_2 two.star\n"
    )
    Path("one.star").write_text(MOVIES.replace("data_movies", "data_TS_1"))
    Path("Movies/a.tif").write_bytes(tiff(3838, 3710, 8))
    Path("s.yaml").write_text(SPEC.format("5.0", "motioncorr_tomo", "tilts.star", ""))
    build(capfd)
    assert memory()[0][0].startswith("3838 x 3710 x ")
    assert inputs()["tilts.star"]["tomograms"] == 2
    Path("one.star").write_text(MOVIES.replace("data_movies", "data_TS_1").replace("a.tif", "c.tif"))
    assert "unchanged" not in build(capfd)
    assert memory()[0] == []


def test_the_particles_say_more_than_their_number(capfd):
    Path("p.star").write_text(PARTICLES)
    Path("a.mrcs").write_bytes(mrc(100, 100, 2, 12))
    Path("s.yaml").write_text(CLASS3D.replace('"3.1"', '"4.0"'))  # which reads 16-bit images
    build(capfd)
    known = {"particles": 3, "unique_particles": 2, "box": 100, "float16": True, "planes": 1}
    assert inputs()["p.star"] == known
    assert "unchanged" in build(capfd)
    Path("a.mrcs").write_bytes(mrc(100, 100, 2, 2))
    build(capfd)
    assert inputs()["p.star"] == {**known, "float16": False}


def test_files_of_strangers_break_nothing(capfd):
    Path("s.yaml").write_text(SPEC.format("3.1", "motioncorr", "movies.star", ""))
    os.mkfifo("Movies/a.tif")
    Path("movies.star").write_text(MOVIES)
    build(capfd)
    os.unlink("Movies/a.tif")
    for content in (
        b"II*\0" + struct.pack("<I", 8) + b"\xff" * 40,
        b"",
        b"II*\0" + mrc(2**31 - 1, 2**31 - 1, 1, pixels=9)[4:],
    ):
        Path("Movies/a.tif").write_bytes(content)
        build(capfd)
        assert memory()[0] == []
    for text in (
        MOVIES.replace("Movies/a.tif", "/dev/zero"),
        MOVIES.replace("a.tif", "a\0.tif"),
        "data_\xff",
    ):
        Path("movies.star").write_text(text)
        build(capfd)
        assert memory()[0] == []
    Path("movies.star").write_text("\0" * 100)
    assert call(["build", "s.yaml"]) == 1  # it is no STAR file
