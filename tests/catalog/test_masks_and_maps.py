"""Masks, joining, post-processing, local resolution, external programs: what no recorded row shows."""

from __future__ import annotations

import pytest

from relionc import catalog
from relionc.lower.commands import RelionCommands, relion_commands


def made(name: str, version: str, **options: str) -> RelionCommands:
    job_type = catalog.load(name, version)
    return relion_commands(job_type, options, output=f"{job_type.job_dir}/job025/", is_continue=False)


def test_postprocessing_of_subtomograms_takes_the_half_maps_from_the_optimisation_set() -> None:
    found = made("postprocess_tomo", "4.0", fn_mask="mask.mrc", in_optimisation="set.star")
    assert "".join(found.texts) == (
        "`which relion_postprocess` --mask mask.mrc --ios set.star --o PostProcess/job025/postprocess  --angpix -1"
        " --auto_bfac  --autob_lowres 10  --pipeline_control PostProcess/job025/"
    )
    label = "ProcessData.star.relion.tomo.optimisation_set"
    assert found.input_nodes == (("mask.mrc", "Mask3D.mrc"), ("set.star", label))
    assert found.output_nodes[0] == ("PostProcess/job025/postprocess_optimisation_set.star", label)


def test_a_half_map_besides_the_optimisation_set_is_checked_too() -> None:
    given = {"fn_mask": "mask.mrc", "in_optimisation": "set.star"}
    assert (
        " --ios set.star --i a/half2.mrc --o "
        in made("postprocess_tomo", "4.0", fn_in="a/half2.mrc", **given).texts[0]
    )
    assert [r.code for r in made("postprocess_tomo", "4.0", fn_in="half1/a.mrc", **given).refusals] == [
        "RL132"
    ]
    assert [r.option for r in made("postprocess_tomo", "4.0", fn_mask="mask.mrc").refusals] == ["fn_in"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("half1.mrc", "half2.mrc"),
        ("a/half1_half1.mrc", "a/half2_half2.mrc"),
        ("half1/b_half2.mrc", "half1/b_half1.mrc"),  # the folder keeps its name
        ("/abs/run_half2_class001_unfil.mrc", "/abs/run_half1_class001_unfil.mrc"),
    ],
)
def test_the_other_half_is_found_by_name(first: str, second: str) -> None:
    links = made("localres", "5.0", fn_in=first, fn_mask="m.mrc").texts[:2]
    assert links == (
        f"ln -s ../../{first} LocalRes/job025/half1.mrc",
        f"ln -s ../../{second} LocalRes/job025/half2.mrc",
    )


def test_old_local_resolution_names_its_half_maps_itself() -> None:
    links = made("localres", "2.1", fn_in="a/run_half2_x.mrc", fn_mask="m.mrc").texts[:2]
    assert [link.split()[2] for link in links] == [
        "../../a/run_half1_class001_unfil.mrc",
        "../../a/run_half2_class001_unfil.mrc",
    ]


def test_joined_files_are_one_argument() -> None:
    found = made("joinstar", "5.0", do_mic="Yes", fn_mic1="a.star", fn_mic2="b.star", fn_mic4="d.star")
    assert (" a.star b.star d.star ",) in found.commands[0].words
    assert [path for path, _ in found.input_nodes] == ["a.star", "b.star", "d.star"]


def test_reverting_labels_with_old_relion_reads_and_writes_files() -> None:
    (command,) = made("subtract", "2.1", do_subtract="No", do_fliplabel="Yes", fn_data="a b.star").commands
    assert command.words[0] == ("awk",)
    assert command.stdout == ("Subtract/job025/original.star",)


def test_an_external_program_is_told_its_names_and_values() -> None:
    found = made(
        "external", "5.0", fn_exe="python run.py", param3_label="thr", param3_value="0.5", param4_value="1"
    )
    words = ["".join(map(str, word)) for word in found.commands[0].words]
    assert words == ["python", "run.py", "--o", "External/job025/", "--thr", "0.5", "--j", "1"]


def test_a_fitted_and_a_given_b_factor_do_not_go_together() -> None:
    both = {"do_auto_bfac": "Yes", "do_adhoc_bfac": "Yes"}
    for name, version in (("postprocess", "2.1"), ("postprocess_tomo", "4.0"), ("postprocess", "5.0")):
        (rule,) = catalog.needs(catalog.load(name, version), both, is_continue=False)["run_rules"]
        assert rule.option == "do_adhoc_bfac"


@pytest.mark.parametrize(
    ("file", "ranks"),
    [("Refine3D/job019/run_it020_optimiser.star", 2), ("Refine3D/job019/run_optimiser.star", 0)],
)
def test_subtraction_with_half_maps_needs_a_rank_for_each(file: str, ranks: int) -> None:
    rules = catalog.needs(catalog.load("subtract", "5.0"), {"fn_opt": file}, is_continue=False)["rank_rules"]
    assert [rule.minimum for rule in rules] == [ranks] * bool(ranks)
