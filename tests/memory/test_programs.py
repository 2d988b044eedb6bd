"""The memory models of programs beside refinement, against what the programs of two releases took."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relionc import catalog
from relionc.plan import amounts
from relionc.spec.model import Data, Fact, Needs, ResolvedJob, Resources

TABLE = json.loads((Path(__file__).parent.parent / "data" / "memory" / "programs.json").read_text("utf-8"))
BANDS = TABLE["bands"]
SLACK_MIB = amounts.SLACK_GIB * 1024
BODIES = json.loads((Path(__file__).parent.parent / "data" / "memory" / "multibody.json").read_text("utf-8"))
TABLES_ONLY = {  # programs that hold tables, and at most one picture for people
    "excludetilts", "import", "importtomo", "joinstar", "manualpick", "picktomo", "select", "sort",
}  # fmt: skip


def job_of(name: str, version: str, options: dict[str, str], **facts: int) -> ResolvedJob:
    job_type = catalog.load(name, version)
    return ResolvedJob(
        name="job",
        route=(),
        type=job_type,
        options=options,
        given={},
        output="Job/job/",
        is_continue=False,
        resources=Resources(),
        layout=None,
        data=Data(**{name: Fact(value, "made") for name, value in facts.items()}),
        needs=Needs(**catalog.needs(job_type, options, is_continue=False)),
    )


def modelled(row: dict) -> float:
    """Return what the model says (MiB); the micrograph that was measured is the fullest, 1.5 times the average."""
    facts = {name: row[name] for name in ("box", "micrograph_width", "micrograph_height", "frames")}
    facts["particles"] = round(row["particles"] / 1.5)
    job = job_of(row["type"], row["version"], row["options"], micrographs=1, **facts)
    terms, missing = amounts.memory_terms(job, row["threads"])
    assert not missing, missing
    return sum(term.gib for term in terms) * 1024


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: f"{row['type']}-{row['version']}")
def test_a_model_stays_in_the_band_of_its_program(row):
    low, high = BANDS[row["type"]]
    model, peak = modelled(row), row["peak"]
    assert abs(model - peak) <= SLACK_MIB or low <= model / peak <= high, (model, peak)


def of_bodies(row: dict) -> dict[str, float]:
    """Return what the model says of a worker and the leader of a multi-body refinement (MiB)."""
    options = {"fn_in": "run_it001_optimiser.star", "fn_bodies": "b.star", "sampling": "1.8 degrees",
               "offset_range": "3", "offset_step": "0.75", "skip_gridding": "Yes", "nr_mpi": str(row["ranks"]),
               "do_pad1": "Yes" if row["padding"] == 1 else "No"}  # fmt: skip
    job = job_of("multibody", row["version"], options, box=row["box"], particles=16)
    counts = {"classes": row["bodies"], "bodies": row["bodies"]}
    job = job._replace(needs=job.needs._replace(quantities={**job.needs.quantities, **counts}))
    found = {"worker": amounts.memory_terms(job, row["threads"])[0], "leader": amounts.leader_terms(job)}
    return {who: sum(term.gib for term in terms) * 1024 for who, terms in found.items()}


@pytest.mark.parametrize("who", BODIES["bands"])
@pytest.mark.parametrize(
    "row", BODIES["rows"], ids=lambda row: f"{row['version']}-{row['box']}-{row['bodies']}-{row['padding']}"
)
def test_a_multi_body_refinement_stays_in_its_band(row, who):
    leader, *workers = row["peaks"]
    low, high = BODIES["bands"][who]
    ratio = of_bodies(row)[who] / (leader if who == "leader" else max(workers))
    assert low <= ratio <= high, ratio


def test_the_page_shows_the_multi_body_refinements():
    page = (Path(__file__).parents[2] / "docs" / "memory.md").read_text("utf-8")
    for row in BODIES["rows"]:
        model = of_bodies(row)
        leader, *workers = row["peaks"]
        sizes = f"| {row['version']} | {row['box']} | {row['bodies']} | {row['padding']} |"
        found = [f"{said:,.0f} | {peak:,.0f} | {said / peak:.2f}" for said, peak in
                 ((model["worker"], max(workers)), (model["leader"], leader))]  # fmt: skip
        assert f"{sizes} {' | '.join(found)} |" in page, f"{sizes} {' | '.join(found)} |"


@pytest.mark.parametrize("name", BANDS)
def test_a_band_is_no_wider_than_what_was_measured_needs(name):
    rows = [row for row in TABLE["rows"] if row["type"] == name]
    ratios = [modelled(row) / row["peak"] for row in rows if abs(modelled(row) - row["peak"]) > SLACK_MIB]
    low, high = BANDS[name]
    assert len(rows) >= 8
    assert {row["version"] for row in rows} == {"3.1", "5.1"}
    assert low >= 0.9
    assert not ratios or max(ratios) > high - 0.1


def test_the_page_names_the_bands():
    page = (Path(__file__).parents[2] / "docs" / "memory.md").read_text("utf-8")
    for name, (low, high) in BANDS.items():
        assert f"| `{name}` | {low:.2f} to {high:.2f} |" in page


@pytest.mark.parametrize("version", catalog.versions())
def test_what_no_model_counts_is_said(version):
    """A plan without a word on memory reads as if there were none to think of."""
    silent = [name for name in catalog.types(version) if not catalog.load(name, version).traits.memory]
    assert {name for name in silent if name not in TABLES_ONLY} == set()


def test_polishing_holds_a_whole_movie_from_4_0_on_for_certain():
    facts = {"particles": 1000, "micrographs": 10, "box": 256, "frames": 40}
    size = {"micrograph_width": 4096, "micrograph_height": 4096}
    size["micrograph_height"] = 8192  # the movie is what counts
    old, new = (amounts.memory_terms(job_of("polish", v, {}, **facts, **size), 1)[0] for v in ("3.1", "4.0"))
    movie = 4096 * 8192 * 40 * 4 / 1024**3
    assert [term.gib for term in new if term.label == "movie frames"] == [pytest.approx(movie)]
    assert not any(term.assumed for term in new if term.label == "movie frames")
    assert not any(term.label == "movie frames" for term in old)
    cut = [term for term in new if term.label == "particles of every frame"]
    assert [term.gib for term in cut] == [pytest.approx(150 * 40 * 256**2 * 8 / 1024**3)]


def test_what_is_not_known_of_the_data_is_said():
    terms, missing = amounts.memory_terms(job_of("polish", "5.1", {}, box=256), 1)
    (said,) = missing
    assert said.startswith(
        "memory of bayesian polishing (width of micrographs, height of micrographs, frames, "
    )
    assert any(term.label == "maps being read" for term in terms)


def test_blush_and_more_bodies_are_said_to_be_unknown():
    blush = {"do_blush": "Yes"}
    assert "memory of Blush (not modelled)" in amounts.memory_terms(job_of("refine3d", "5.1", blush), 1)[1]
    assert "memory of Blush (not modelled)" not in amounts.memory_terms(job_of("refine3d", "5.1", {}), 1)[1]
    bodies = {"fn_bodies": "bodies.star", "fn_in": "run_it010_optimiser.star"}
    terms, missing = amounts.memory_terms(job_of("multibody", "5.0", bodies, particles=1000, box=128), 1)
    assert any("more than two bodies" in each for each in missing)
    one = amounts.memory_terms(job_of("refine3d", "5.0", {}, particles=1000, box=128), 1)[0]
    assert sum(term.gib for term in terms) > sum(term.gib for term in one)
