"""The memory model against what the ranks of RELION took: recorded (bench/memory.py), and a few runs made now."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from measuring import BUILDS, INSTALLED, NEWEST, Build, Case, Measured, case_of, measure, pairs, table

from relionc import catalog
from relionc.plan import amounts

TABLES = Path(__file__).parent.parent / "data" / "memory"
ROWS = {
    name: json.loads((TABLES / f"relion-{name}.json").read_text("utf-8"))["rows"] for name in sorted(BUILDS)
}
WIDELY = (INSTALLED.release, NEWEST.release)
"""Releases with runs of all kinds, from which the bands are."""
SLACK_MIB = amounts.SLACK_GIB * 1024


def band_of(release: str) -> tuple[float, float]:
    return amounts.band_of(catalog.load("class3d", BUILDS[release].version))


def ratios(case: Case, measured: Measured, release: str) -> list[tuple[str, float]]:
    found = pairs(case, measured, BUILDS[release])
    return [(who, model / peak) for who, model, peak in found if abs(model - peak) > SLACK_MIB]


def recorded(row) -> Measured:
    return Measured(row["size"], row["printed"], row["peaks"])


@pytest.mark.parametrize(
    ("release", "row"),
    [(release, row) for release, rows in ROWS.items() for row in rows],
    ids=lambda row: (
        f"{row['type']}-{row['box']}-{row['ranks']}x{row['threads']}" if isinstance(row, dict) else row
    ),
)
def test_the_model_stays_in_its_band_on_every_recorded_run(release, row):
    low, high = band_of(release)
    for who, ratio in ratios(case_of(row), recorded(row), release):
        assert low <= ratio <= high, (who, ratio)


@pytest.mark.parametrize("release", WIDELY)
def test_the_band_is_not_wider_than_the_recorded_runs_need(release):
    """A band that is too wide says less than what is known."""
    found = [ratio for row in ROWS[release] for _, ratio in ratios(case_of(row), recorded(row), release)]
    low, high = band_of(release)
    assert min(found) < low + 0.06
    assert max(found) > high - 0.06


@pytest.mark.parametrize("release", WIDELY)
def test_the_recorded_runs_cover_what_the_model_depends_on(release):
    rows = ROWS[release]

    def seen(of):
        return Counter(of(row) for row in rows)

    assert len(rows) >= 40
    assert set(seen(lambda row: row["type"])) >= {"class2d", "class3d", "refine3d"}
    assert set(seen(lambda row: row["box"])) >= {64, 96, 128, 192}
    assert set(seen(lambda row: row["ranks"])) >= {1, 3, 5}
    assert set(seen(lambda row: row["threads"])) >= {1, 2, 4}
    assert set(seen(lambda row: row["options"].get("nr_classes", "1"))) >= {"1", "2", "4", "50"}
    assert set(seen(lambda row: row["options"].get("do_pad1", "No"))) == {"Yes", "No"}
    assert seen(lambda row: row["size"] == row["box"])[True] >= 25, "few runs at the full box"


def test_the_newest_release_was_measured_where_it_differs():
    """Leaders transform a reference before they begin, and gradients take sums of their own."""
    leaders = [row for row in ROWS["5.1.0"] if row["ranks"] > 1 and row["peaks"][0]]
    gradients = [
        row
        for row in ROWS["5.1.0"]
        if row["options"].get("do_grad") == "Yes" or row["type"] == "initialmodel"
    ]
    assert len(leaders) >= 12
    assert len(gradients) >= 10


def test_single_precision_is_told_from_double():
    """What the model says of a build in double precision is beyond the band for one in single precision."""
    build = BUILDS["5.0.1"]
    assert build.precision == "single"
    _, high = band_of(build.release)
    maps = [row for row in ROWS[build.release] if "do_preread_images" not in row["options"]]
    found = [
        model / peak
        for row in maps
        for _, model, peak in pairs(case_of(row), recorded(row), build._replace(precision="double"))
        if peak > 4 * SLACK_MIB
    ]
    assert len(found) >= 12
    assert min(found) > high


def test_relion_s_own_estimates_are_those_of_the_same_arrays():
    """Its estimate of the maximisation is nine arrays of the size that `half` has (ml_optimiser.cpp)."""
    from relionc.plan.refine_memory import Refinement

    checked = 0
    for row in (row for rows in ROWS.values() for row in rows):
        if row["type"] == "class3d" and "maximization" in row["printed"]:
            padding = 1 if row["options"].get("do_pad1") == "Yes" else 2
            half = Refinement(row["box"], row["size"], padding=padding).half
            printed = row["printed"]["maximization"]
            assert printed == pytest.approx(9 * half * 8 / 1024**3, rel=1e-4)
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("release", ROWS)
def test_the_page_shows_the_recorded_runs_and_the_band(release):
    """python bench/memory.py --page writes the tables."""
    page = (Path(__file__).parents[2] / "docs" / "memory.md").read_text("utf-8")
    assert table(ROWS[release], BUILDS[release]) in page
    low, high = band_of(release)
    assert release not in WIDELY or f"{release} between {low:.2f} and {high:.2f}" in page


STILL = {"dont_skip_align": "No"}
RUNS = [
    Case("class3d", 96, {**STILL, "nr_classes": "2"}),
    Case("class3d", 64, {"sampling": "7.5 degrees", "do_pad1": "Yes"}, threads=2),
    Case("class3d", 128, {**STILL, "nr_classes": "2", "do_combine_thru_disc": "No"}, ranks=3),
    Case("class2d", 128, {"nr_classes": "50", "psi_sampling": "12"}, threads=2, extra="--ini_high 2"),
]


RUNS_OF_NEWEST = [
    Case("class3d", 96, {**STILL, "ini_high": "60"}, ranks=3),
    Case("class2d", 96, {"do_em": "No", "do_grad": "Yes", "nr_iter_grad": "2", "nr_classes": "50",
                         "psi_sampling": "12"}, particles=60, extra="--ini_high 2.7"),
]  # fmt: skip


def in_band(case: Case, build: Build, folder: Path) -> Measured:
    """Run RELION, compare every rank, and return what was measured."""
    low, high = band_of(build.release)
    measured = measure(case, folder, build, seconds=120)
    found = pairs(case, measured, build)
    for who, model, peak in found:
        assert abs(model - peak) <= SLACK_MIB or low <= model / peak <= high, (who, model, peak)
    assert any(peak > 3 * SLACK_MIB for _, _, peak in found), "too small to say anything"
    return measured


def name_of(case: Case) -> str:
    return f"{case.type}-{case.box}-{case.ranks}x{case.threads}"


@pytest.mark.oracle
@pytest.mark.skipif(
    not INSTALLED.is_there and os.environ.get("RELIONC_REQUIRE_LAB") != "1", reason="RELION is not installed"
)
@pytest.mark.parametrize("case", RUNS, ids=name_of)
def test_the_model_stays_in_its_band_on_a_run_made_now(case, tmp_path):
    assert in_band(case, INSTALLED, tmp_path).size == case.box, "the run did not go to the full box"


@pytest.mark.oracle
@pytest.mark.skipif(not NEWEST.is_there, reason="RELION 5.1 is not there: tools/unpack_relion.sh")
@pytest.mark.parametrize("case", RUNS_OF_NEWEST, ids=name_of)
def test_the_model_stays_in_its_band_on_a_run_of_the_newest_made_now(case, tmp_path):
    in_band(case, NEWEST, tmp_path)
