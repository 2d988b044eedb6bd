"""Finding job types, versions and options."""

from __future__ import annotations

import pytest

from relionc import catalog


def test_versions_come_oldest_first_and_list_their_types() -> None:
    assert catalog.versions() == tuple(sorted(catalog.versions()))
    for version in catalog.versions():
        for name in catalog.types(version):
            job_type = catalog.load(name, version)
            assert (job_type.name, job_type.version) == (name, version)
            assert job_type.option_of_role("extra_args") is not None  # `extra_args` of a spec relies on it


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.1.3", "3.1"),
        ("3.1", "3.1"),
        (" 2.1 ", "2.1"),
        ("3.1-beta", "3.1"),
        ("9.9", None),
        ("", None),
        ("three", None),
    ],
)
def test_a_release_belongs_to_a_version(text: str, version: str | None) -> None:
    assert catalog.series(text) == version


def test_what_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        catalog.load("class3d", "0.1")
    with pytest.raises(KeyError):
        catalog.load("class4d", "3.1")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nr_clases", "nr_classes"),
        ("K", "nr_classes"),
        ("--K", "nr_classes"),
        ("tau2_fudge", "tau_fudge"),
        ("gpu", "gpu_ids"),
        ("ctf", "do_ctf_correction"),
        ("skip_align", "dont_skip_align"),
        ("Number of classes:", "nr_classes"),
        ("number of clases", "nr_classes"),
        ("ref", "fn_ref"),
        ("zzzzzz", None),
    ],
)
def test_the_nearest_option_is_found_by_name_flag_and_label(text: str, key: str | None) -> None:
    found = catalog.nearest_option(catalog.load("class3d", "3.1"), text)
    assert (found.key if found else None) == key


def test_versions_that_have_an_option() -> None:
    assert catalog.versions_with("class3d", "do_subsets") == ("2.1",)
    assert catalog.versions_with("class3d", "skip_gridding") == ("3.1",)
    assert catalog.versions_with("class3d", "nr_classes")[0] == "2.1"
    assert catalog.versions_with("class3d", "nothing") == ()
    assert catalog.versions_with("nothing", "nr_classes") == ()


def test_needs_follow_the_options() -> None:
    motioncorr = catalog.load("motioncorr", "3.1")
    own = catalog.needs(motioncorr, {}, is_continue=False)
    assert (own["gpu"], own["one_rank_per_gpu"], own["threads"]) == (False, False, True)
    ucsf = catalog.needs(motioncorr, {"do_own_motioncor": "No"}, is_continue=False)
    assert (ucsf["gpu"], ucsf["one_rank_per_gpu"], ucsf["threads"]) == (True, True, False)
    assert ucsf["memory"] == ("motioncorr", "arrays")


@pytest.mark.parametrize(("version", "odd"), [("2.1", False), ("3.1", True)])
def test_auto_refinement_has_a_rule_for_its_ranks(version: str, odd: bool) -> None:
    (rule,) = catalog.needs(catalog.load("refine3d", version), {}, is_continue=False)["rank_rules"]
    assert (rule.code, rule.minimum, rule.odd) == ("RL211", 3, odd)


def test_outputs_have_names_and_paths() -> None:
    class3d = catalog.load("class3d", "3.1")
    found = catalog.outputs(class3d, {"nr_classes": "2", "nr_iter": "7"}, output="C/x/", is_continue=False)
    assert found == {
        "data": "C/x/run_it007_data.star",
        "model": "C/x/run_it007_model.star",
        "optimiser": "C/x/run_it007_optimiser.star",
        "map": "C/x/run_it007_class001.mrc",
        "map2": "C/x/run_it007_class002.mrc",
    }
    assert set(found) - {"map2"} == set(class3d.outputs)


def test_outputs_of_a_continued_run_have_its_root() -> None:
    options = {"fn_cont": "Class2D/job009/run_it012_optimiser.star"}
    found = catalog.outputs(catalog.load("class2d", "3.1"), options, output="O/", is_continue=True)
    assert found["data"] == "O/run_ct12_it025_data.star"
