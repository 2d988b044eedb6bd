"""What is said of files that hold something else than their names say, or than a job wants of them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct

import pytest
from image_files import mrc

from relionc.cli import files
from relionc.data.images import look
from relionc.data.skim import Skim
from relionc.pipeline import LAST_TO_FIND, Disk, Request, compile_spec

VERSIONS = ("2.1", "3.0", "3.1", "4.0", "5.0", "5.1")
STAR = "data_{}\n\nloop_\n_rln{} #1\n{}\n"
PARTICLES = STAR.format("particles", "ImageName", "1@p.mrcs\n2@p.mrcs")
MICROGRAPHS = STAR.format("micrographs", "MicrographName", "m.mrc")
MOVIES = STAR.format("movies", "MicrographMovieName", "{}")
CLASSES = STAR.format("model_classes", "ReferenceImage", "1@r.mrc")
MAP = mrc(32, 32, 32)


def of_mode(mode):
    return MAP[:12] + struct.pack("<i", mode) + MAP[16:]


def with_values(least, most):
    return MAP[:76] + struct.pack("<2f", least, most) + MAP[84:]


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Return severity and message of all that is said of what files hold."""
    monkeypatch.chdir(tmp_path)

    def of(job, held, relion="5.0", *, codes=("RL156",)):
        for name, content in held.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        spec = {"relionc": 1, "cluster": "local", "relion": relion, "jobs": {"j": job}}
        skim = Skim()
        disk = Disk(
            files.read,
            lambda path, project: files.file_facts(path, project, skim),
            lambda path, project: files.Lookups("").look(path, project, skim),
        )
        found = compile_spec(Request("spec.yaml", json.dumps(spec).encode()), disk, LAST_TO_FIND)
        return [(each.severity, each.message) for each in found.diagnostics if each.code in codes]

    return of


def class3d(**options):
    options = {"fn_img": "p.star", "fn_ref": "r.mrc", "particle_diameter": "30", **options}
    return {"type": "class3d", "options": options}


def with_map(content, **options):
    return class3d(**options), {"p.star": PARTICLES, "p.mrcs": mrc(32, 32, 2), "r.mrc": content}


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"This was to be a map.\n", "is read as an MRC file, and is a text"),
        (PARTICLES, "is read as an MRC file, and is a STAR file"),
        (gzip.compress(MAP), "is a file that gzip compressed"),
        (b"\x89HDF\r\n\x1a\n" + bytes(2000), "is an HDF5 file"),
        (MAP[:208], "is none of the formats that are known here"),
        (of_mode(4), "complex numbers (mode 4): RELION"),
        (mrc(32, 32, 1), "one flat image of 32 x 32 pixels"),
    ],
    ids=["text", "STAR", "gzip", "HDF5", "short header", "transform", "flat"],
)
def test_a_reference_that_is_no_map_stops_every_version(said, relion, content, words):
    ((severity, message),) = said(*with_map(content), relion)
    assert severity == "error"
    assert words in message


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize("content", [MAP, of_mode(0), b"".join([MAP[:208], bytes(4), MAP[212:]]), of_mode(1)])
def test_maps_are_maps(said, relion, content):
    """Also such as have no mark in their header, which old programs did not write."""
    assert said(*with_map(content), relion) == []


@pytest.mark.parametrize(
    ("mode", "stops", "otherwise"),
    [(12, ["3.1"], ["2.1", "3.0"]), (6, [], ["2.1", "3.0", "3.1"]), (101, [], ["2.1"])],
)
def test_what_numbers_a_version_reads(said, mode, stops, otherwise):
    content = of_mode(mode)
    got = {relion: [each[0] for each in said(*with_map(content), relion)] for relion in VERSIONS}
    for relion in VERSIONS:
        assert got[relion] == ["error"] * (relion in stops) + ["warning"] * (relion in otherwise), relion


@pytest.mark.parametrize(
    ("content", "words"),
    [(MAP[:-1], "ends before the 32 planes"), (b"", "is empty"), (mrc(32, 32, 16), "no cube")],
)
def test_what_may_be_meant_is_a_warning(said, content, words):
    ((severity, message),) = said(*with_map(content))
    assert severity == "warning"
    assert words in message


def test_maps_and_masks_are_told_apart_by_their_values(said):
    job, held = with_map(with_values(0, 1), fn_mask="m.mrc")
    mask, map_ = "`fn_ref` wants a map, and `r.mrc`", "`m.mrc` has values from -0.5 to 3 by its header"
    found = said(job, {**held, "m.mrc": with_values(-0.5, 3)})
    assert [severity for severity, _ in found] == ["warning", "warning"]
    assert mask in found[0][1]
    assert map_ in found[1][1]
    assert said(job, {**held, "r.mrc": with_values(-0.5, 3), "m.mrc": with_values(0, 1)}) == []


@pytest.mark.parametrize("relion", VERSIONS)
def test_a_stack_is_no_map_and_a_list_of_maps_is_one(said, relion):
    _, held = with_map(MAP)
    ((severity, message),) = said(class3d(fn_ref="r.mrcs"), {**held, "r.mrcs": MAP}, relion)
    assert severity == "error"
    assert "as a stack of 32 flat images" in message
    assert said(class3d(fn_ref="c.star"), {**held, "c.star": CLASSES}, relion) == []
    ((severity, message),) = said(class3d(fn_mask="p.star"), held, relion)
    assert (severity, message) == ("error", "`fn_mask` wants a mask, and `p.star` is a list of particles")


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    ("job", "lists"),
    [
        ({"type": "class2d", "options": {"fn_img": "l.star"}}, MICROGRAPHS),
        ({"type": "motioncorr", "options": {"input_star_mics": "l.star"}}, MICROGRAPHS),
        ({"type": "ctffind", "options": {"input_star_mics": "l.star"}}, PARTICLES),
        ({"type": "autopick", "options": {"fn_input_autopick": "l.star"}}, MOVIES.format("a.tif")),
        ({"type": "extract", "options": {"star_mics": "l.star"}}, PARTICLES),
    ],
    ids=lambda each: each["type"] if isinstance(each, dict) else "",
)
def test_lists_of_something_else(said, relion, job, lists):
    """Before 3.1 a table is not looked for by its name, and what has the columns may run."""
    ((severity, message),) = said(job, {"l.star": lists}, relion)
    assert severity == ("warning" if relion < "3.1" else "error")
    assert "wants a" in message
    assert "is a list of" in message


@pytest.mark.parametrize(
    ("movie", "reading"),
    [
        ("a.eer", ("3.1", "4.0", "5.0", "5.1")),
        ("a.mrc.bz2", ("4.0", "5.0", "5.1")),
        ("a.mrcs.zst", ("4.0", "5.0", "5.1")),
        ("a.tif", VERSIONS),
        ("a.mrc.gz", ()),
        ("a.dm4", ()),
    ],
)
def test_movies_by_their_endings(said, movie, reading):
    job = {"type": "motioncorr", "options": {"input_star_mics": "l.star"}}
    for relion in VERSIONS:
        found = said(job, {"l.star": MOVIES.format(movie)}, relion)
        assert [severity for severity, _ in found] == ([] if relion in reading else ["error"]), relion


def test_the_first_movie_is_looked_into(said):
    job = {"type": "motioncorr", "options": {"input_star_mics": "l.star"}}
    held = {"l.star": MOVIES.format("a.tif"), "a.tif": MAP}
    ((severity, message),) = said(job, held)
    assert (severity, message) == (
        "error",
        "`a.tif` is read as a TIFF or EER file, and is an MRC file by what it holds",
    )
    held = {"l.star": MOVIES.format("a.mrc.xz"), "a.mrc.xz": lzma.compress(MAP)}
    assert said(job, held) == []


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, gzip.compress])
def test_sizes_of_compressed_images(tmp_path, pack):
    """RELION hands them to programs that unpack them; the header says the same."""
    (tmp_path / "a").write_bytes(pack(mrc(48, 32, 9, 1.25)))
    found = look(str(tmp_path / "a"))
    assert (found.width, found.height, found.planes, found.angpix) == (48, 32, 9, 1.25)
    (tmp_path / "a").write_bytes(pack(mrc(48, 32, 9))[:40])
    assert look(str(tmp_path / "a")) is None


def test_a_compressed_bomb_takes_no_more_than_its_first_bytes(tmp_path):
    (tmp_path / "a").write_bytes(lzma.compress(bytes(1 << 24)))
    assert look(str(tmp_path / "a")) is None


OPTICS = "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnImagePixelSize #2\n_rlnImageSize #3\n{}\n\n"
ROWS = "data_particles\n\nloop_\n_rlnImageName #1\n_rlnOpticsGroup #2\n_rlnDefocusU #3\n{}\n"


def grouped(optics, *rows):
    return OPTICS.format(optics) + ROWS.format("\n".join(f"{row} 10000" for row in rows))


@pytest.mark.parametrize(
    ("star", "stack", "severity", "words"),
    [
        (grouped("1 1.0 32", "1@p.mrcs 1"), mrc(32, 32, 1), "", ""),
        (grouped("1 1.0 32", "1@p.mrcs 1", "2@p.mrcs 7"), mrc(32, 32, 2), "error", "optics group 7, which"),
        (grouped("1 1.0 32", "1@p.mrcs 1"), mrc(40, 40, 1), "warning", "have 40 x 40 pixels, and the optics"),
        (grouped("1 1.0 32", "1@p.mrcs 1"), mrc(32, 30, 1), "error", "RELION takes square ones only"),
        (grouped("1 1.0 32", "1@p.mrc 1"), mrc(32, 32, 1), "error", "stacks that end in .mrcs only"),
    ],
    ids=["good", "no such group", "another box", "not square", "a map's name"],
)
def test_particles_and_their_stacks(said, star, stack, severity, words):
    name = "p.mrc" if "p.mrc " in star else "p.mrcs"
    job = {"type": "class2d", "options": {"fn_img": "p.star", "particle_diameter": "30"}}
    found = said(job, {"p.star": star, name: stack}, codes=("RL151", "RL156"))
    assert [each[0] for each in found] == ([severity] if severity else [])
    assert words in "".join(each[1] for each in found)


@pytest.mark.parametrize("relion", VERSIONS)
def test_a_list_with_optics_groups_is_none_for_old_versions(said, relion):
    job = {"type": "class2d", "options": {"fn_img": "p.star", "particle_diameter": "30"}}
    found = said(job, {"p.star": grouped("1 1.0 32", "1@p.mrcs 1"), "p.mrcs": mrc(32, 32, 1)}, relion)
    assert [each[0] for each in found] == (["error"] if relion < "3.1" else [])


@pytest.mark.parametrize("relion", VERSIONS)
def test_an_odd_box_stops_old_versions(said, relion):
    """3.1.3 and 5.1.0 were seen to run with 33 pixels."""
    job = {
        "type": "class2d",
        "options": {"fn_img": "p.star", "particle_diameter": "90"},
        "data": {"box": 33, "angpix": 4},
    }
    found = said(job, {}, relion, codes=("RL154",))
    assert [each[0] for each in found] == (["error"] if relion < "3.1" else [])


def test_particles_without_a_defocus_are_noted(said):
    job = {"type": "class2d", "options": {"fn_img": "p.star", "particle_diameter": "30"}}
    held = {"p.star": grouped("1 1.0 32", "1@p.mrcs 1").replace("_rlnDefocusU", "_rlnOther")}
    ((severity, message),) = said(job, {**held, "p.mrcs": mrc(32, 32, 1)}, codes=("RL154",))
    assert severity == "note"
    assert "without a defocus" in message
    job["options"]["do_ctf_correction"] = "no"
    assert said(job, {**held, "p.mrcs": mrc(32, 32, 1)}, codes=("RL154",)) == []


CLASS2D = {"type": "class2d", "options": {"fn_img": "p.star", "particle_diameter": "30"}}


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    ("job", "star", "image", "where"),
    [
        (CLASS2D, PARTICLES.replace("p.mrcs", "stack.mrcs"), "stack.mrcs", "is not in this folder"),
        (CLASS2D, PARTICLES.replace("p.mrcs", "no/p.mrcs"), "no/p.mrcs", "and its folder is not either"),
        (
            {"type": "ctffind", "options": {"input_star_mics": "p.star"}},
            MICROGRAPHS,
            "m.mrc",
            "is not in this folder",
        ),
        (
            {"type": "motioncorr", "options": {"input_star_mics": "p.star"}},
            MOVIES.format("a.tif"),
            "a.tif",
            "is not in this folder",
        ),
    ],
    ids=["particles", "no folder", "micrographs", "movies"],
)
def test_the_first_image_of_a_list_is_there(said, relion, job, star, image, where):
    ((severity, message),) = said(job, {"p.star": star}, relion, codes=("RL150",))
    assert severity == "warning"
    assert message.startswith(f"`{image}`, which `p.star` names, ")
    assert where in message


def test_an_image_of_nearly_the_name_is_offered(said, tmp_path):
    (tmp_path / "Extract").mkdir()
    (tmp_path / "Extract/stack_1.mrcs").write_bytes(mrc(32, 32, 2))
    held = {"p.star": PARTICLES.replace("p.mrcs", "Extract/stack1.mrcs")}
    ((_, message),) = said(CLASS2D, held, codes=("RL150",))
    assert message == "`Extract/stack1.mrcs`, which `p.star` names, is not in Extract"
    held = {"p.star": PARTICLES.replace("p.mrcs", "Extract/stack_1.mrcs")}
    assert said(CLASS2D, held, codes=("RL150",)) == []


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize("first", ["0", "000000", "000001", "10"])
def test_images_are_counted_from_1(said, relion, first):
    star = PARTICLES.replace("1@", f"{first}@")
    found = said(CLASS2D, {"p.star": star, "p.mrcs": mrc(32, 32, 20)}, relion, codes=("RL151",))
    message = "p.star names image 0 of p.mrcs, and RELION counts from 1: it takes image 0 for the first"
    assert ("warning", message) in found if not first.strip("0") else message not in str(found)


def test_image_0_is_seen_in_a_later_micrograph(said):
    rows = "1@p.mrcs a.mrc\n2@p.mrcs a.mrc\n0@p.mrcs b.mrc\n1@p.mrcs b.mrc"
    star = f"data_particles\n\nloop_\n_rlnImageName #1\n_rlnMicrographName #2\n{rows}\n"
    found = said(CLASS2D, {"p.star": star, "p.mrcs": mrc(32, 32, 2)}, codes=("RL151",))
    assert "image 0 of p.mrcs" in str(found)


COLUMNS = ("ImageName", "Voltage", "SphericalAberration", "DetectorPixelSize", "Magnification")
VALUES = ("1@p.mrcs", "300", "2.7", "5", "50000")
CLASSIFICATION = {"type": "class2d", "options": {"fn_img": "p.star", "particle_diameter": "30"}}


def old_list(*left_out, more=""):
    kept = [place for place, name in enumerate(COLUMNS) if name not in left_out]
    names = "".join(f"_rln{COLUMNS[place]}\n" for place in kept) + more
    row = " ".join(VALUES[place] for place in kept) + " 1.0" * bool(more)
    return f"data_\n\nloop_\n{names}{row}\n"


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    ("star", "lacks"),
    [
        (old_list(), ""),
        (
            old_list("DetectorPixelSize", "Magnification"),
            "no rlnDetectorPixelSize and no rlnMagnification to",
        ),
        (
            old_list("DetectorPixelSize", "Magnification", more="_rlnPixelSize\n"),
            "no rlnDetectorPixelSize and",
        ),
        (old_list("Voltage"), "no optics groups, and no rlnVoltage to make them of"),
        (old_list(*COLUMNS[1:]), "no rlnVoltage and no rlnSphericalAberration and no rlnDetectorPixelSize"),
    ],
    ids=["all", "no pixel size", "a pixel size that is not taken", "no voltage", "one column"],
)
def test_old_lists_need_what_optics_groups_are_made_of(said, relion, star, lacks):
    """3.1.3 was seen to stop on the four that are wrong, and to read the first."""
    found = said(CLASSIFICATION, {"p.star": star, "p.mrcs": mrc(32, 32, 1)}, relion, codes=("RL151",))
    assert [each[0] for each in found] == (["error"] if lacks and relion >= "3.1" else [])
    assert lacks in str(found) or relion < "3.1"


def test_programs_that_only_join_lists_take_old_ones(said):
    job = {"type": "joinstar", "options": {"do_part": "yes", "fn_part1": "p.star", "fn_part2": "q.star"}}
    star = old_list("Voltage")
    assert said(job, {"p.star": star, "q.star": star, "p.mrcs": mrc(32, 32, 1)}, codes=("RL151",)) == []


@pytest.mark.parametrize("relion", ["3.1", "4.0", "5.0", "5.1"])
def test_particles_of_no_optics_group(said, relion):
    star = OPTICS.format("1 1.0 32") + STAR.format("particles", "ImageName", "1@p.mrcs")
    found = said(CLASSIFICATION, {"p.star": star, "p.mrcs": mrc(32, 32, 1)}, relion, codes=("RL151",))
    message = "p.star has optics groups, and its particles lack the column rlnOpticsGroup"
    assert found == [("error", f"{message}: RELION {relion} stops")]


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize("number", ["", " #1"])
def test_a_table_needs_loop(said, relion, number):
    star = f"data_particles\n\n_rlnImageName{number}\n1@p.mrcs\n2@p.mrcs\n"
    found = said(CLASSIFICATION, {"p.star": star, "p.mrcs": mrc(32, 32, 2)}, relion, codes=("RL151",))
    message = f"line 4 of p.star is a row of a table that does not begin with loop_: RELION {relion} stops"
    assert next(each for each in found if each[1].startswith(message))[0] == "error"


@pytest.mark.parametrize(
    ("job", "star", "severity", "message"),
    [
        (
            CLASSIFICATION,
            STAR.format("particles", "ImageName", ""),
            "error",
            "p.star has no particles: RELION stops",
        ),
        (
            {"type": "ctffind", "options": {"input_star_mics": "p.star"}},
            STAR.format("micrographs", "MicrographName", ""),
            "warning",
            "p.star has no micrographs: there is nothing to do",
        ),
        (
            {"type": "motioncorr", "options": {"input_star_mics": "p.star"}},
            MOVIES.format(""),
            "warning",
            "p.star has no movies: there is nothing to do",
        ),
    ],
    ids=["particles", "micrographs", "movies"],
)
def test_a_table_without_rows(said, job, star, severity, message):
    assert (severity, message) in said(job, {"p.star": star}, codes=("RL151",))


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    "star",
    [
        STAR.format("particles", "OpticsGroup", "1"),
        OPTICS.format("1 1.0 32"),
        STAR.format("", "CoordinateX", "7"),
    ],
    ids=["no column of images", "optics only", "coordinates"],
)
def test_a_list_that_lists_nothing(said, relion, star):
    ((severity, message),) = said(CLASSIFICATION, {"p.star": star}, relion)
    assert severity == ("warning" if relion < "3.1" else "error")
    assert (
        message
        == "`fn_img` wants a set of particles, and `p.star` is a list of nothing that RELION looks for"
    )


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize("there", [True, False])
def test_class_averages_are_no_map(said, relion, there):
    _, held = with_map(MAP)
    stack = {"c.mrcs": mrc(32, 32, 6)} if there else {}
    found = said(class3d(fn_ref="c.mrcs"), {**held, **stack}, relion)
    assert [each[0] for each in found] == ["error"]
    assert "flat images" in found[0][1]


@pytest.mark.parametrize("relion", VERSIONS)
def test_references_of_a_2d_classification_are_flat(said, relion):
    _, held = with_map(MAP)
    flat = CLASSES.replace("r.mrc", "run_it025_classes.mrcs")
    ((severity, message),) = said(class3d(fn_ref="m.star"), {**held, "m.star": flat}, relion)
    assert severity == "error"
    assert message == "`fn_ref` wants a map, and `m.star` lists flat images, of `run_it025_classes.mrcs`"
    solid = CLASSES.replace("1@r.mrc", "r.mrc")
    assert said(class3d(fn_ref="m.star"), {**held, "m.star": solid}, relion) == []


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize(
    "path", ["file:///data/p.star", "http://somewhere.org/p.star", "https://somewhere.org/p.star"]
)
def test_an_address_is_no_path(said, relion, path):
    job = {"type": "class2d", "options": {"fn_img": path, "particle_diameter": "30"}}
    found = said(job, {}, relion, codes=("RL150",))
    assert found == [("error", f"`{path}` is an address, and RELION reads files")]


@pytest.mark.parametrize("relion", VERSIONS)
@pytest.mark.parametrize("type_", ["class2d", "class3d"])
@pytest.mark.parametrize(("classes", "code"), [("4", "RL133"), ("1", "RL135")])
def test_halves_are_for_refinements(said, relion, type_, classes, code):
    job = class3d() if type_ == "class3d" else {"type": "class2d", "options": {"fn_img": "p.star"}}
    job["options"]["nr_classes"] = classes
    job["extra_args"] = "--split_random_halves"
    ((severity, message),) = said(job, {}, relion, codes=(code,))
    assert severity == "error"
    assert message.startswith("`--split_random_halves`")
