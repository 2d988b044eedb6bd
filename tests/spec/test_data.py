"""`data:` of a job: what the spec says, what files say, and which of them is believed."""

from __future__ import annotations

import json

import pytest
from asking import no_file, spec

from relionc.data.facts import FileFacts
from relionc.diag import ERROR
from relionc.pipeline import Disk, Request, compile_spec
from relionc.spec.model import Data, Fact

MOVIES = FileFacts(
    "movies.star", micrographs=24, micrograph_width=3838, micrograph_height=3710, frames=999, image="a.tif"
)
PARTICLES = FileFacts(
    "particles.star",
    particles=800,
    unique_particles=200,
    box=64,
    float16=True,
    planes=1,
    micrographs=7,
    image="a.mrcs",
)


def resolved(value, files=None):
    """Return the diagnostics of a spec, and its job if there is one; `files` are the facts by path."""
    disk = Disk(no_file, lambda path, _: (files or {}).get(path))
    result = compile_spec(Request(path="spec.yaml", data=json.dumps(value).encode()), disk)
    return result, result.plans[0].job if result.plans else None


def data_of(value, files=None):
    result, job = resolved(value, files)
    assert result.ok, result.diagnostics
    return job.data


def test_what_the_spec_says():
    said = {
        "particles": 800,
        "unique_particles": 200,
        "box": 64,
        "float16": "yes",
        "planes": 64,
        "tomograms": 3,
    }
    data = data_of(spec({"data": said}))
    assert {key: fact.value for key, fact in data._asdict().items() if fact} == {**said, "float16": True}
    assert data.tomograms == Fact(3, "spec", ("jobs", "a", "data", "tomograms"))


@pytest.mark.parametrize(
    ("written", "read"),
    [(True, True), (False, False), ("yes", True), ("no", False), ("${{ vars.half }}", True)],
)
def test_yes_and_no(written, read):
    assert data_of(spec({"data": {"float16": written}}, vars={"half": True})).float16.value is read


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"float16": "${{ vars.half }}"}, "`float16` must be yes or no"),
        ({"planes": "${{ vars.half }}"}, "`planes` must be a whole number above 0"),
        ({"angpix": "${{ vars.half }}"}, "`angpix` must be a number above 0"),
    ],
)
def test_what_is_none_is_refused(said, message):
    result, _ = resolved(spec({"data": said}, vars={"half": "half"}))
    assert [(one.code, one.message) for one in result.diagnostics if one.severity == ERROR] == [
        ("RL109", message)
    ]


def test_the_spec_comes_before_the_file():
    data = data_of(spec({"data": {"box": 80}}), {"particles.star": PARTICLES})
    assert (data.box.value, data.box.origin) == (80, "spec")
    assert data.unique_particles == Fact(200, "particles.star")
    assert data.float16 == Fact(value=True, origin="a.mrcs")


def test_movies_give_sizes_and_frames():
    data = data_of(spec({"type": "motioncorr"}), {"Import/job001/movies.star": MOVIES})
    assert data.micrographs == Fact(24, "Import/job001/movies.star")
    assert (data.micrograph_width, data.frames) == (Fact(3838, "a.tif"), Fact(999, "a.tif"))


@pytest.mark.parametrize(
    ("grouping", "frames"), [(32, 31), (999, 1), (1000, None), (0, None), ("some", None)]
)
def test_frames_of_the_detector_are_put_together(grouping, frames):
    job = {"type": "motioncorr", "options": {"eer_grouping": grouping}}
    _, made = resolved(spec(job), {"Import/job001/movies.star": MOVIES._replace(eer=True)})
    if made is not None:  # a number that is none is refused
        assert (made.data.frames.value if made.data.frames else None) == frames
        assert made.data.micrograph_width.value == 3838
    else:
        assert grouping == "some"


def test_a_job_that_does_not_put_frames_together_does_not_know_them():
    job = spec({"type": "motioncorr"}, relion="3.0")
    files = {"Import/job001/movies.star": MOVIES}
    assert data_of(job, files).frames.value == 999
    assert data_of(job, {name: facts._replace(eer=True) for name, facts in files.items()}).frames is None


def test_each_kind_is_counted_by_its_own_file():
    job = {
        "type": "polish",
        "options": {
            "fn_mic": "mics.star",
            "fn_data": "particles.star",
            "fn_post": "p.star",
            "do_own_params": True,
        },
    }
    value = {"relionc": 1, "cluster": "biowulf", "relion": "3.1", "jobs": {"a": job}}
    files = {"mics.star": FileFacts("mics.star", micrographs=9), "particles.star": PARTICLES}
    data = data_of(value, files)
    assert (data.micrographs.value, data.particles.value) == (9, 800)
    del files["mics.star"]
    assert data_of(value, files).micrographs == Fact(7, "particles.star")


def test_items_are_those_that_ranks_divide():
    data = Data(particles=Fact(5, "spec"), micrographs=Fact(6, "spec"), tomograms=Fact(7, "spec"))
    counts = [data.items(kind) for kind in ("particles", "micrographs", "tomograms", "")]
    assert counts == [data.particles, data.micrographs, data.tomograms, None]
    assert Data().items("particles") is None
