"""What RELION makes a command of and its program stops on is known before the job waits in a queue."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from test_built import DATA

from relionc import catalog
from relionc.catalog.compiler import CatalogError, compile_type, read_data


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return read_data(DATA)


def broken(data: dict[str, Any], name: str, version: str, **options: str) -> list[str]:
    """Return the options that the broken rules point at."""
    job_type = catalog.from_data(compile_type(data, name, version))
    rules = catalog.needs(job_type, options, is_continue=False)["run_rules"]
    assert all(rule.message and rule.source.startswith("RELION ") for rule in rules)
    return [rule.option for rule in rules]


@pytest.mark.parametrize(
    ("version", "options", "wrong"),
    [
        ("3.1", {"extract_size": "129"}, ["extract_size"]),
        ("2.1", {"extract_size": "129"}, []),
        ("2.1", {"do_rescale": "Yes", "rescale": "63"}, ["rescale"]),
        ("3.1", {"do_rescale": "Yes", "rescale": "63"}, []),
        ("5.0", {"extract_size": "-2"}, ["extract_size"]),
        ("5.0", {"do_extract_helix": "Yes", "helical_tube_outer_diameter": "-1"}, ["helical_tube_outer_diameter"]),
        ("5.0", {"helical_tube_outer_diameter": "-1"}, []),
        ("5.0", {}, []),
    ],
)  # fmt: skip
def test_extraction(data: dict[str, Any], version: str, options: dict[str, str], wrong: list[str]) -> None:
    assert broken(data, "extract", version, **options) == wrong


@pytest.mark.parametrize(
    ("version", "options", "wrong"),
    [
        ("2.1", {"do_gauss_ref": "Yes"}, ["particle_diameter"]),
        ("2.1", {"do_pick_helical_segments": "Yes"}, ["helical_rise"]),
        ("3.1", {"do_log": "Yes", "do_pick_helical_segments": "Yes"}, []),
        ("4.0", {"do_refs": "Yes", "do_pick_helical_segments": "Yes", "helical_rise": "4.75"}, []),
        ("4.0", {"do_topaz": "Yes", "do_topaz_train": "Yes"}, ["do_topaz_train"]),
        ("4.0", {"do_topaz": "Yes", "do_topaz_train": "Yes", "topaz_train_picks": "a.star"}, []),
    ],
)
def test_picking(data: dict[str, Any], version: str, options: dict[str, str], wrong: list[str]) -> None:
    assert broken(data, "autopick", version, **options) == wrong


TURNED = {"other_motioncor2_args": "-RotGain 1"}
SKIPPED = {"use_gpu": "Yes", "dont_skip_align": "No"}


@pytest.mark.parametrize(
    ("name", "version", "options", "wrong"),
    [
        ("class2d", "4.0", SKIPPED, ["use_gpu"]),
        ("class2d", "5.0", SKIPPED, []),
        ("class3d", "2.1", SKIPPED, ["use_gpu"]),
        ("class3d", "3.1", SKIPPED, []),  # RELION refuses that at once
        ("class2d", "3.1", {"do_fast_subsets": "Yes", "nr_iter": "19"}, ["nr_iter"]),
        ("class3d_tomo", "5.0", {"do_fast_subsets": "Yes", "nr_iter": "19"}, ["nr_iter"]),
        ("class3d", "5.0", {"do_fast_subsets": "Yes", "nr_iter": "20"}, []),
        ("class2d", "5.0", {"do_helix": "Yes", "helical_tube_outer_diameter": "201"}, ["helical_tube_outer_diameter"]),
        ("class2d", "5.0", {"helical_tube_outer_diameter": "201"}, []),
        ("class2d", "5.0", {}, []),
    ],
)  # fmt: skip
def test_classification(
    data: dict[str, Any], name: str, version: str, options: dict[str, str], wrong: list[str]
) -> None:
    assert broken(data, name, version, **options) == wrong


@pytest.mark.parametrize(
    ("name", "version", "options", "wrong"),
    [
        ("motioncorr", "3.1", {**TURNED, "do_own_motioncor": "No"}, ["other_motioncor2_args"]),
        ("motioncorr", "3.1", TURNED, []),
        ("motioncorr_tomo", "5.0", {"patch_x": "0", "patch_y": "-1"}, ["patch_x", "patch_y"]),
        ("motioncorr", "3.0", {"voltage": "120"}, ["voltage"]),
        ("motioncorr", "3.0", {"voltage": "298"}, []),
        ("motioncorr", "3.0", {"voltage": "120", "do_dose_weighting": "No"}, []),
        ("ctffind", "2.1", {"use_ctffind4": "Yes", "do_movie_thon_rings": "Yes", "ctf_win": "512"}, ["ctf_win"]),
        ("ctffind", "2.1", {"use_ctffind4": "Yes", "ctf_win": "512"}, []),
    ],
)  # fmt: skip
def test_preprocessing(
    data: dict[str, Any], name: str, version: str, options: dict[str, str], wrong: list[str]
) -> None:
    assert broken(data, name, version, **options) == wrong


def test_a_rule_about_an_option_that_is_none_is_a_mistake(data: dict[str, Any]) -> None:
    edited = copy.deepcopy(data)
    edited["extract"]["traits"]["run_rules"][0]["option"] = "extract_siz"
    with pytest.raises(CatalogError, match=r"extract\.yaml, version 5\.0: a rule names 'extract_siz'"):
        compile_type(edited, "extract", "5.0")
