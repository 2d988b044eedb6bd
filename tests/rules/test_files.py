"""What is said of the files that a spec names, as far as they are there, and of those that its own jobs will make."""

from __future__ import annotations

import json
import os

import pytest
from image_files import mrc

from relionc.cli import files
from relionc.data.skim import Skim
from relionc.diag import ERROR, NOTE, WARNING
from relionc.pipeline import Disk, Request, compile_spec

OPTICS = "data_optics\n\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n_rlnImageSize\n{}\n\n"
PARTICLES = "data_particles\n\nloop_\n_rlnImageName\n_rlnMicrographName\n_rlnOpticsGroup\n{}\n"
ROWS = "1@a.mrcs m.mrc 1\n2@a.mrcs m.mrc 1"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compiled(jobs, relion="5.0", *, within="", beside="", cluster="local"):
    for job in jobs.values():  # most lists here have no defocus, which would be noted each time
        if job["type"] in ("class2d", "class3d", "refine3d", "initialmodel"):
            job["options"].setdefault("do_ctf_correction", "no")
    spec = {"relionc": 1, "cluster": cluster, "relion": relion, "jobs": jobs}
    skim = Skim(within)
    disk = Disk(
        files.read,
        lambda path, project: files.file_facts(path, project, skim),
        lambda path, project: files.Lookups(beside).look(path, project, skim),
    )
    return compile_spec(Request(path="spec.yaml", data=json.dumps(spec).encode()), disk), disk


def said(jobs, relion="5.0", **call):
    """Return code, severity and message of all that is found in the files of some jobs."""
    result, _ = compiled(jobs, relion, **call)
    return [
        (each.code, each.severity, each.message)
        for each in result.diagnostics
        if each.code.startswith("RL15")
    ]


def refine(**options):
    return {
        "r": {
            "type": "refine3d",
            "options": {"fn_img": "p.star", "fn_ref": "r.mrc", "particle_diameter": 40, **options},
        }
    }


def write(project, rows=ROWS, optics="1 1.25 64"):
    (project / "p.star").write_text(OPTICS.format(optics) + PARTICLES.format(rows))
    (project / "a.mrcs").write_bytes(mrc(64, 64, 2))
    (project / "r.mrc").write_bytes(mrc(64, 64, 64, angpix=1.25))


# --- what is there --------------------------------------------------------------------------------------------


def test_all_is_well(project):
    write(project)
    assert said(refine()) == []


def test_where_nothing_of_the_project_is_nothing_is_missing(project):
    assert said(refine(fn_img="Extract/job012/particles.star")) == []


@pytest.mark.parametrize(
    ("named", "there", "message", "near"),
    [
        ("P/particels.star", "P/particles.star", "`P/particels.star` is not in P", "P/particles.star"),
        ("particels.star", "particles.star", "`particels.star` is not in this folder", "particles.star"),
        ("P/other.star", "P/particles.star", "`P/other.star` is not in P", None),
        ("P/p.star", "default_pipeline.star", "`P/p.star` is not there, and its folder is not either", None),
        ("particles.star", "particles.txt", None, None),
    ],
)
def test_what_is_missing(project, named, there, message, near):
    (project / "P").mkdir()
    (project / there).write_text("")
    if message and "folder is not" in message:
        (project / "P").rmdir()
    result, _ = compiled(refine(fn_img=named))
    found = [each for each in result.diagnostics if each.code == "RL150" and named in each.message]
    assert [each.message for each in found] == ([message] if message else [])
    assert not near or found[0].help == f"did you mean `{near}`?"


def test_a_file_beside_the_spec_is_found_and_read(project, tmp_path_factory):
    beside = tmp_path_factory.mktemp("beside")
    write(beside, optics="1 1.25 32")
    (beside / "a.mrcs").write_bytes(mrc(32, 32, 2, angpix=1.25))
    (beside / "r.mrc").write_bytes(mrc(32, 32, 32, angpix=1.25))
    result, _ = compiled(refine(), beside=str(beside))
    assert not [each.message for each in result.diagnostics if each.code.startswith("RL15")]
    assert result.plans[0].job.data.box.value == 32


def test_nothing_outside_the_repository_is_looked_at(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    write(outside)
    os.symlink(outside, project / "link")
    jobs = refine(fn_img=f"{outside}/p.star", fn_ref="link/q.mrc", fn_mask="../outside/r.mrc")
    assert said(jobs, within=str(project)) == []
    assert said(jobs) != []


def test_what_an_earlier_job_makes_is_not_missing(project):
    write(project)
    jobs = {**refine(), "s": refine(fn_ref="${{ jobs.r.outputs.map }}")["r"]}
    assert said(jobs) == []


# --- what the files say ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relion", "severity", "words"),
    [
        ("3.1", ERROR, "stops, as it does not find"),
        ("4.0", ERROR, "stops"),
        ("5.1", ERROR, "stops"),
        ("3.0", None, ""),
    ],
)
def test_line_ends_of_windows(project, relion, severity, words):
    write(project)
    text = (project / "p.star").read_bytes()
    (project / "p.star").write_bytes(text.replace(b"\n", b"\r\n"))
    found = [each for each in said(refine(), relion) if each[0] == "RL151"]
    assert [each[1] for each in found] == ([severity] if severity else [])
    assert not severity or words in found[0][2]


def test_rows_behind_a_blank_line_are_not_read(project):
    write(project, rows="1@a.mrcs m.mrc 1\n2@a.mrcs m.mrc 1\n\n2@a.mrcs m.mrc 1")
    result, _ = compiled(refine())
    assert result.plans[0].job.data.particles.value == 2
    assert ("RL151", WARNING) in [(each.code, each.severity) for each in result.diagnostics]


def test_no_particles(project):
    write(project, rows="")
    assert said(refine()) == [("RL151", ERROR, "p.star has no particles: RELION stops")]


def test_quoted_values_do_not_shift_the_columns(project):
    write(project, optics="1 1.25 64")
    (project / "p.star").write_text(
        'data_optics\n\nloop_\n_rlnOpticsGroupName\n_rlnImagePixelSize\n_rlnImageSize\n"my own group" 1.25 64\n\n'
        + PARTICLES.format(ROWS)
    )
    result, _ = compiled(refine())
    assert (result.plans[0].job.data.box.value, result.plans[0].job.data.angpix.value) == (64, 1.25)
    assert ("RL151", WARNING) in [each[:2] for each in said(refine(), "3.0")]


def test_stacks_with_too_few_images(project):
    write(project, rows=f"{ROWS}\n9@a.mrcs m.mrc 1\n1@b.mrcs n.mrc 1\n1@c.mrcs o.mrc 1")
    (project / "c.mrcs").write_bytes(mrc(64, 64, 1))
    assert said(refine()) == [
        ("RL153", ERROR, "p.star names image 9 of a.mrcs, which has 2"),
        ("RL153", WARNING, "p.star names images of b.mrcs, which is not there or not whole"),
    ]


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ({"particles": 2, "box": 64, "angpix": 1.2504}, []),
        ({"particles": 3}, ["`particles` is 3 here, and 2 by p.star"]),
        (
            {"box": 128, "angpix": 1.3},
            ["`box` is 128 here, and 64 by p.star", "`angpix` is 1.3 here, and 1.25 by p.star"],
        ),
    ],
)
def test_data_of_the_spec_against_the_file(project, data, messages):
    write(project)
    (job,) = refine().values()
    found = said({"r": {**job, "data": data}})
    assert [
        message for code, severity, message in found if (code, severity) == ("RL152", WARNING)
    ] == messages


def test_what_the_spec_says_of_particles_holds_for_their_images(project):
    write(project)
    (job,) = refine().values()
    result, _ = compiled({"r": {**job, "data": {"particles": 1000}}})
    assert result.plans[0].job.data.unique_particles is None


def test_optics_groups_of_different_size(project):
    write(project, optics="1 2.5 32\n2 1.25 64")
    (project / "r.mrc").write_bytes(mrc(32, 32, 32, angpix=2.5))
    result, _ = compiled(refine())
    assert result.plans[0].job.data.box.value == 64
    (found,) = said(refine())  # RELION compares the reference with the first group
    assert (found[0], found[1]) == ("RL154", NOTE)
    found, _ = said(refine(do_parallel_discio=False))
    assert "2 different boxes" in found[2]
    assert found[1] == ERROR


def tomo_particles(project, stacks=1, visible="[1,1,0,1]"):
    (project / "t.star").write_text("data_global\nloop_\n_rlnTomoName\nTS_1\n")
    (project / "p.star").write_text(
        f"data_general\n\n_rlnTomoSubTomosAre2DStacks {stacks}\n\n" + OPTICS.format("1 5.4 96")
        + "data_particles\n\nloop_\n_rlnTomoName\n_rlnImageName\n_rlnOpticsGroup\n_rlnTomoVisibleFrames\n"
        + "".join(f"TS_1 {name}.mrcs 1 {visible}\n" for name in "abc")
    )  # fmt: skip


def tomo(**options):
    return {
        "c": {"type": "class3d_tomo", "options": {"fn_ref": "r.mrc", "particle_diameter": 180, **options}}
    }


DIRECT = {"use_direct_entries": True, "in_particles": "p.star", "in_tomograms": "t.star"}


def test_stacks_of_tilt_images_count_all_their_images(project):
    tomo_particles(project)
    result, _ = compiled(tomo(**DIRECT, scratch_dir="/s"))
    data = result.plans[0].job.data
    assert (data.particles.value, data.planes.value, data.stacks.value) == (3, 3, True)


def test_stacks_of_nobody_knows_how_many_images_are_not_guessed(project):
    tomo_particles(project, visible="x")
    result, _ = compiled(tomo(**DIRECT, do_preread_images=True))
    assert result.plans[0].job.data.planes is None
    assert any("pre-reading" in text for text in result.not_checked)


def test_an_optimisation_set_is_followed(project):
    tomo_particles(project)
    (project / "o.star").write_text("data_\n\n_rlnTomoParticlesFile  p.star\n_rlnTomoTomogramsFile t.star\n")
    result, disk = compiled(tomo(in_optimisation="o.star"))
    data = result.plans[0].job.data
    assert (data.particles.value, data.particles.origin, data.tomograms.value, data.planes.value) == (
        3,
        "p.star",
        1,
        3,
    )
    assert {"o.star", "p.star", "t.star"} <= set(disk.looked_at)


# --- what does not fit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relion", "options", "severity"),
    [
        ("3.0", {}, ERROR),
        ("3.1", {}, ERROR),
        ("4.0", {}, ERROR),
        ("5.0", {}, NOTE),
        ("5.1", {"trust_ref_size": False}, ERROR),
        ("4.0", {"other_args": "--trust_ref_size"}, None),
    ],
)
def test_a_reference_of_another_box(project, relion, options, severity):
    write(project)
    (project / "r.mrc").write_bytes(mrc(32, 32, 32, angpix=1.25))
    found = [each for each in said(refine(**options), relion) if each[0] == "RL154"]
    assert [each[1] for each in found] == ([severity] if severity else [])
    assert not severity or "32" in found[0][2]


@pytest.mark.parametrize(("relion", "severity"), [("3.0", None), ("3.1", ERROR), ("5.0", NOTE)])
def test_a_reference_of_another_pixel_size(project, relion, severity):
    write(project)
    (project / "r.mrc").write_bytes(mrc(64, 64, 64, angpix=1.3))
    found = [each[1] for each in said(refine(), relion) if each[0] == "RL154"]
    assert found == ([severity] if severity else [])


@pytest.mark.parametrize(("relion", "severity"), [("3.0", ERROR), ("3.1", WARNING), ("5.0", WARNING)])
def test_a_mask_of_another_box(project, relion, severity):
    write(project)
    (project / "k.mrc").write_bytes(mrc(48, 48, 48, angpix=1.25))
    found = [each[:2] for each in said(refine(fn_mask="k.mrc"), relion) if each[0] != "RL156"]
    assert found == [("RL154", severity)]


@pytest.mark.parametrize(("diameter", "codes"), [(80, []), (81, []), (82, ["RL154"]), (900, ["RL154"])])
@pytest.mark.parametrize("kind", ["refine3d", "class3d", "class2d", "initialmodel"])
def test_a_particle_larger_than_its_box(project, kind, diameter, codes):
    write(project)
    options = {"fn_img": "p.star", "particle_diameter": diameter}
    more = {"fn_ref": "r.mrc"} if kind in ("refine3d", "class3d") else {}
    assert [each[0] for each in said({"a": {"type": kind, "options": {**options, **more}}})] == codes


def test_a_mask_of_another_box_than_the_half_maps(project):
    for name, size in (("run_half1_x.mrc", 64), ("k.mrc", 32)):
        (project / name).write_bytes(mrc(size, size, size))
    job = {"type": "postprocess", "options": {"fn_in": "run_half1_x.mrc", "fn_mask": "k.mrc"}}
    assert [each[:2] for each in said({"p": job})] == [("RL154", ERROR)]


# --- from job to job ------------------------------------------------------------------------------------------


def chain(extract):
    made = "${{ jobs.e.outputs.particles }}"
    return {
        "e": {"type": "extract", "options": {"star_mics": "m.star", "coords_suffix": "a.star", **extract}},
        "c": {"type": "class2d", "options": {"fn_img": made, "particle_diameter": 90}},
        "r": {
            "type": "refine3d",
            "options": {"fn_img": "${{ jobs.c.outputs.data }}", "fn_ref": "r.mrc", "particle_diameter": 90},
        },
    }


def test_the_box_of_an_extraction_goes_along(project):
    result, _ = compiled(chain({"extract_size": 320, "do_rescale": True, "rescale": 80, "do_float16": True}))
    boxes = {plan.job.name: plan.job.data.box for plan in result.plans}
    assert (boxes["c"].value, boxes["r"].value, boxes["r"].origin) == (80, 80, "job `c`")
    assert not any("box size" in text for text in result.not_checked)


def test_pixel_sizes_and_counts_go_along(project):
    jobs = chain({"extract_size": 320, "do_rescale": True, "rescale": 80})
    jobs["e"]["options"] |= {"do_reextract": True, "fndata_reextract": "p.star"}
    (project / "m.star").write_text(
        "data_optics\n\nloop_\n_rlnOpticsGroup\n_rlnMicrographPixelSize\n1 0.5\n\n"
        "data_micrographs\n\nloop_\n_rlnMicrographName\n_rlnOpticsGroup\nm.mrc 1\n"
    )
    write(project)
    result, _ = compiled(jobs)
    data = {plan.job.name: plan.job.data for plan in result.plans}["r"]
    assert (data.angpix.value, data.particles.value, data.particles.at_most) == (2.0, 2, True)


def test_a_map_of_a_job_has_the_box_of_its_particles(project):
    jobs = {
        **chain({"extract_size": 80}),
        "s": {
            "type": "extract",
            "options": {"star_mics": "m.star", "coords_suffix": "a.star", "extract_size": 320},
        },
        "t": {
            "type": "refine3d",
            "options": {"fn_img": "${{ jobs.s.outputs.particles }}", "fn_ref": "${{ jobs.r.outputs.map }}"},
        },
    }
    found = [each for each in said(jobs, "4.0") if each[0] == "RL154"]
    assert [each[1] for each in found] == [ERROR]
    assert "box of 80 pixels" in found[0][2]
    assert "one of 320" in found[0][2]


def test_particles_of_several_files_are_added_up(project):
    write(project)
    made = "${{ jobs.j.outputs.particles }}"
    jobs = {
        "j": {"type": "joinstar", "options": {"do_part": True, "fn_part1": "p.star", "fn_part2": "p.star"}},
        "c": {"type": "class2d", "options": {"fn_img": made, "particle_diameter": 60}},
    }
    result, _ = compiled(jobs)
    data = {plan.job.name: plan.job.data for plan in result.plans}["c"]
    assert (data.particles.value, data.particles.at_most, data.box.value) == (4, True, 64)


def test_polished_particles_have_the_box_that_is_asked_for(project):
    write(project)
    job = {"fn_mic": "m.star", "fn_data": "p.star", "fn_post": "t.star", "do_own_params": True}
    made = {"fn_img": "${{ jobs.p.outputs.particles }}", "particle_diameter": 60}
    for options, box in (({}, 64), ({"extract_size": 128, "rescale": 96}, 96)):
        jobs = {
            "p": {"type": "polish", "options": {**job, **options}},
            "c": {"type": "class2d", "options": made},
        }
        result, _ = compiled(jobs)
        assert {plan.job.name: plan.job.data for plan in result.plans}["c"].box.value == box


MOVIES = {"input_star_mics": "movies.star", "dose_per_frame": 1}


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [
        ({"do_save_ps": False, "do_float16": False}, {"use_given_ps": True}, "without power spectra"),
        ({"do_save_noDW": False}, {"use_noDW": True, "use_given_ps": True}, "not dose-weighted"),
        (
            {"do_save_noDW": True, "do_dose_weighting": False},
            {"use_noDW": True, "use_given_ps": True},
            "not dose-weighted",
        ),
        ({"do_float16": True}, {"use_given_ps": False}, "16 bits a pixel"),
        ({"do_save_noDW": True}, {"use_noDW": True, "use_given_ps": True}, None),
    ],
)
def test_what_motion_correction_does_not_write(project, first, then, words):
    made = "${{ jobs.m.outputs.micrographs }}"
    jobs = {
        "m": {"type": "motioncorr", "options": {**MOVIES, **first}},
        "c": {"type": "ctffind", "options": {"input_star_mics": made, "use_ctffind4": True, **then}},
    }
    result, _ = compiled(jobs, "4.0")
    found = [each for each in result.diagnostics if each.code == "RL154"]
    assert [words in each.message for each in found] == ([True] if words else [])
    assert not words or [place.message for place in found[0].conflict] == ["`m` makes it"]


def test_halves_of_frames_go_along_the_tilt_series(project):
    def jobs(**first):
        made = "${{{{ jobs.{}.outputs.tilt_series }}}}".format
        ctf = {"input_star_mics": made("m"), "use_given_ps": True}
        return {
            "m": {
                "type": "motioncorr_tomo",
                "options": {**MOVIES, "do_save_ps": True, "do_float16": False, **first},
            },
            "c": {"type": "ctffind_tomo", "options": ctf},
            "r": {
                "type": "reconstructtomograms",
                "options": {"in_tiltseries": made("c"), "generate_split_tomograms": True},
            },
        }

    found = [each for each in said(jobs(do_even_odd_split=False)) if each[0] == "RL154"]
    assert ["even and odd" in each[2] for each in found] == [True]
    assert not [each for each in said(jobs(do_even_odd_split=True)) if "even" in each[2]]


@pytest.mark.parametrize("relion", ["3.0", "3.1", "4.0", "5.0"])
@pytest.mark.parametrize(
    ("option", "output", "severity"),
    [
        ("fn_img", "mask", ERROR),
        ("fn_mask", "data", ERROR),
        ("fn_ref", "half1", WARNING),
        ("fn_ref", "mask", WARNING),
        ("fn_mask", "map", WARNING),
        ("fn_ref", "map", None),
        ("fn_img", "data", None),
        ("fn_mask", "mask", None),
    ],
)
def test_files_have_kinds(project, relion, option, output, severity):
    jobs = {
        **refine(),
        "k": {"type": "maskcreate", "options": {"fn_in": "${{ jobs.r.outputs.map }}"}},
    }
    maker = "k" if output == "mask" else "r"
    jobs["n"] = refine(**{option: f"${{{{ jobs.{maker}.outputs.{output} }}}}"})["r"]
    found = [each[1] for each in said(jobs, relion) if each[0] == "RL155"]
    assert found == ([severity] if severity else [])
