"""What RELION's source says of tomography and its Python programs, and no recorded row shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relionc import catalog
from relionc.data.project import Project
from relionc.lower.commands import RelionCommands, relion_commands

if TYPE_CHECKING:
    from pathlib import Path

    from relionc.catalog.program import Files

MODEL = "ModelAngelo/job025/job025.cif"


def made(
    name: str, version: str, options: dict[str, str], *, is_continue: bool = False, files: Files | None = None
) -> RelionCommands:
    job_type = catalog.load(name, version)
    output = f"{job_type.job_dir}/job025/"
    return relion_commands(job_type, options, output=output, is_continue=is_continue, files=files)


@pytest.mark.parametrize("name", ["ctfrefinetomo", "framealigntomo"])
def test_only_5_0_insists_on_half_maps(name: str) -> None:
    old = made(name, "4.0", {"in_tomograms": "tomograms.star", "in_particles": "particles.star"})
    new = made(name, "5.0", {"in_optimisation": "optimisation_set.star"})
    assert not old.refusals
    assert "--ref1" not in old.texts[0]
    assert [refusal.option for refusal in new.refusals] == ["in_halfmaps"]


@pytest.mark.parametrize(
    ("half", "other"),
    [
        ("half1/half1_half1.mrc", "half1/half2_half2.mrc"),
        ("a/half2.mrc", "a/half1.mrc"),
        ("a_half2_half1.mrc", "a_half2_half2.mrc"),
    ],
)
def test_the_other_half_map_differs_in_the_name_of_the_file_only(half: str, other: str) -> None:
    found = made("framealigntomo", "5.0", {"in_optimisation": "o.star", "in_halfmaps": half})
    assert f" --ref1 {half} --ref2 {other} " in found.texts[0]


def test_a_half_map_must_say_which_half_it_is() -> None:
    found = made("framealigntomo", "5.0", {"in_optimisation": "o.star", "in_halfmaps": "half1/map.mrc"})
    assert [(refusal.code, refusal.option) for refusal in found.refusals] == [("RL129", "in_halfmaps")]


def test_a_z_length_that_is_no_number_counts_as_none() -> None:
    options = {"in_optimisation": "o.star", "do_helix": "Yes", "helical_z_percentage": "much"}
    found = made("reconstructparticletomo", "5.0", options)
    assert not found.refusals
    assert [" --z_percentage 0 " in text for text in found.texts] == [False, True, True, True]


@pytest.mark.parametrize(
    ("is_continue", "exists", "commands"), [(True, True, 1), (True, False, 2), (False, True, 2)]
)
def test_a_continued_job_with_a_model_only_searches(
    tmp_path: Path, is_continue: bool, exists: bool, commands: int
) -> None:
    if exists:
        (tmp_path / MODEL).parent.mkdir(parents=True)
        (tmp_path / MODEL).touch()
    options = {"fn_map": "map.mrc", "do_hhmer": "Yes", "fn_lib": "lib.fasta"}
    found = made("modelangelo", "5.0", options, is_continue=is_continue, files=Project(str(tmp_path)))
    assert len(found.texts) == commands
    assert " hmm_search " in found.texts[-1]
    assert bool(found.output_nodes) == (commands == 2)


def test_a_python_program_reports_its_end_only_if_its_command_says_relion() -> None:
    options = {"fn_star": "particles.star", "fn_map": "map.mrc"}
    (own,) = made("dynamight", "5.0", options).texts
    (other,) = made("dynamight", "5.0", {**options, "fn_dynamight_exe": "dynamight"}).texts
    assert own.endswith(" --pipeline-control DynaMight/job025/")
    assert "control" not in other
