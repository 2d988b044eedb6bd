"""Job types that look into files of the project: with the files, as RELION; without, as if all were there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from golden_rows import DATA, PROJECT, difference, exceptions, rows

from relionc import catalog
from relionc.catalog.compiler import CatalogError
from relionc.catalog.compiler.facts import facts
from relionc.data.project import Project
from relionc.lower.commands import RelionCommands, relion_commands

if TYPE_CHECKING:
    from pathlib import Path

    from relionc.catalog.program import Files

BODIES = {"fn_in": "Refine3D/job019/run_it020_optimiser.star", "fn_bodies": "bodies.star"}
MOVIES = {"fn_movie_star": "movies.star", "fn_cont": "Refine3D/job019/run_it020_optimiser.star"}


def made(
    name: str, version: str, options: dict[str, str], files: Files | None, **more: Any
) -> RelionCommands:
    given = {"output": "MultiBody/job009/", "is_continue": False, **more}
    return relion_commands(catalog.load(name, version), options, files=files, **given)


def body_maps(found: RelionCommands) -> list[str]:
    return [path for path, _ in found.output_nodes if "body" in path.rpartition("/")[2]]


def test_each_body_of_the_file_has_a_map() -> None:
    assert len(body_maps(made("multibody", "5.0", BODIES, PROJECT))) == 3


def test_a_file_of_one_body_is_a_refinement_of_one_map(tmp_path: Path) -> None:
    (tmp_path / "bodies.star").write_text("data_\nloop_\n_rlnBodyMaskName\nmask.mrc\n", encoding="utf-8")
    for version, kinds in {
        "3.1": ["3", "10", "6", "13"],
        "4.0": ["DensityMap.mrc.relion.halfmap.multibody"],
    }.items():
        nodes = made("multibody", version, BODIES, Project(str(tmp_path))).output_nodes
        assert [kind for _, kind in nodes][: len(kinds)] == kinds


def test_where_nobody_looks_bodies_are_taken_to_be_there() -> None:
    unseen = made("multibody", "5.0", BODIES, None)
    assert not unseen.refusals
    assert unseen.texts == made("multibody", "5.0", BODIES, PROJECT).texts
    assert len(body_maps(unseen)) == 2


@pytest.mark.parametrize("bodies", ["", "nothere.star"])
def test_bodies_that_are_not_there_are_refused(bodies: str) -> None:
    refusals = made("multibody", "5.0", {**BODIES, "fn_bodies": bodies}, PROJECT).refusals
    assert [refusal.option for refusal in refusals] == ["fn_bodies"]


def test_analysis_alone_takes_the_one_refinement_that_ended(tmp_path: Path) -> None:
    folder = tmp_path / "MultiBody" / "job009"
    folder.mkdir(parents=True)
    (tmp_path / "bodies.star").touch()
    for name in ("run_it003_model.star", "run_ct3_model.star"):
        (folder / name).touch()
    project = Project(str(tmp_path))
    found = made("multibody", "4.0", BODIES, project, is_continue=True)
    assert len(found.texts) == 1
    assert "--model MultiBody/job009/run_ct3_model.star " in found.texts[0]
    (folder / "run_model.star").touch()
    refusals = made("multibody", "4.0", BODIES, project, is_continue=True).refusals
    assert ["more than one" in refusal.message for refusal in refusals] == [True]


def test_the_particles_of_a_refinement_are_read_from_its_optimiser_file(tmp_path: Path) -> None:
    text = "data_optimiser_general\n\n_rlnExperimentalDataStarFile\tElsewhere/own_name.star\n\n"
    (tmp_path / "opt.star").write_text(text, encoding="utf-8")
    found = made("movierefine", "2.1", {**MOVIES, "fn_cont": "opt.star"}, Project(str(tmp_path)))
    assert "--reextract_data_star Elsewhere/own_name.star --part_dir" in found.texts[0]


def test_where_nobody_looks_the_particles_are_named_like_the_optimiser_file() -> None:
    assert made("movierefine", "2.1", MOVIES, None).texts == made("movierefine", "2.1", MOVIES, PROJECT).texts


def test_excepted_multibody_rows_differ_in_the_kind_of_one_input_only() -> None:
    lines = [key for key, why in exceptions().items() if why.startswith("MultiBody")]
    assert lines
    for release, kind, line in lines:
        row = rows(release, kind)[line - 1]
        job_type = catalog.load("multibody", release[:3])
        assert difference(row, job_type)
        assert not difference({**row, "input_nodes": [[row["set"]["fn_in"], "9"]]}, job_type)


def test_the_recorded_project_holds_what_the_rows_need() -> None:
    assert PROJECT.rows("bodies.star") == 3
    assert PROJECT.rows("nothere.star") == 0
    assert PROJECT.value(MOVIES["fn_cont"], "optimiser_general", "rlnCurrentIteration") == "20"
    assert PROJECT.value(MOVIES["fn_cont"], "optimiser_general", "rlnNoSuchColumn") == ""
    assert PROJECT.matching("MultiBody/job009/*_model.star", "_it") == ("MultiBody/job009/run_model.star",)
    assert (DATA / "project").is_dir()
    assert not PROJECT.exists("")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"count": "x", "else": "1"}, "asks nothing"),
        ({"rows": "x", "table": "y", "else": "1"}, "table means nothing"),
    ],
)
def test_a_question_that_means_nothing_is_an_error_of_the_data(spec: dict[str, Any], words: str) -> None:
    from relionc.catalog.compiler.names import ExpressionNames

    with pytest.raises(CatalogError, match=words):
        facts(ExpressionNames({}, {}), {"bodies": spec})
