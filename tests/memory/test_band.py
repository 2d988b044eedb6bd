"""The memory model against what the ranks of RELION took: recorded (bench/memory.py), and a few runs made now."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from measuring import RELEASE, RELION, Case, Measured, case_of, measure, pairs, table

from relionc.plan import amounts

TABLE = Path(__file__).parent.parent / "data" / "memory" / f"relion-{RELEASE}.json"
ROWS = json.loads(TABLE.read_text("utf-8"))["rows"]
SLACK_MIB = amounts.SLACK_GIB * 1024


def ratios(case: Case, measured: Measured) -> list[tuple[str, float]]:
    return [
        (who, model / peak) for who, model, peak in pairs(case, measured) if abs(model - peak) > SLACK_MIB
    ]


def recorded(row) -> Measured:
    return Measured(row["size"], row["printed"], row["peaks"])


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['type']}-{row['box']}-{row['ranks']}x{row['threads']}"
)
def test_the_model_stays_in_its_band_on_every_recorded_run(row):
    low, high = amounts.BAND
    for who, ratio in ratios(case_of(row), recorded(row)):
        assert low <= ratio <= high, (who, ratio)


def test_the_band_is_not_wider_than_the_recorded_runs_need():
    """A band that is too wide says less than what is known."""
    found = [ratio for row in ROWS for _, ratio in ratios(case_of(row), recorded(row))]
    assert min(found) < amounts.BAND[0] + 0.06
    assert max(found) > amounts.BAND[1] - 0.06


def test_the_recorded_runs_cover_what_the_model_depends_on():
    def seen(of):
        return Counter(of(row) for row in ROWS)

    assert len(ROWS) >= 40
    assert set(seen(lambda row: row["type"])) >= {"class2d", "class3d", "refine3d"}
    assert set(seen(lambda row: row["box"])) >= {64, 96, 128, 192, 256}
    assert set(seen(lambda row: row["ranks"])) >= {1, 3, 5}
    assert set(seen(lambda row: row["threads"])) >= {1, 2, 4}
    assert set(seen(lambda row: row["options"].get("nr_classes", "1"))) >= {"1", "2", "4", "50"}
    assert set(seen(lambda row: row["options"].get("do_pad1", "No"))) == {"Yes", "No"}
    assert seen(lambda row: row["size"] == row["box"])[True] >= 30, "few runs at the full box"


def test_relion_s_own_estimates_are_those_of_the_same_arrays():
    """Its estimate of the maximisation is nine arrays of the size that `half` has (ml_optimiser.cpp)."""
    from relionc.plan.refine_memory import HOST_BYTES, Refinement

    checked = 0
    for row in ROWS:
        if row["type"] == "class3d" and row["ranks"] == 1:
            padding = 1 if row["options"].get("do_pad1") == "Yes" else 2
            half = Refinement(row["box"], row["size"], padding=padding).half
            printed = row["printed"]["maximization"]
            assert printed == pytest.approx(9 * half * HOST_BYTES / 1024**3, rel=1e-4)
            checked += 1
    assert checked >= 10


def test_the_page_shows_the_recorded_runs_and_the_band():
    """python bench/memory.py --page writes the table."""
    page = (Path(__file__).parents[2] / "docs" / "memory.md").read_text("utf-8")
    assert table(ROWS) in page
    low, high = amounts.BAND
    assert f"between {low:.2f} and {high:.2f}" in page


STILL = {"dont_skip_align": "No"}
RUNS = [
    Case("class3d", 96, {**STILL, "nr_classes": "2"}),
    Case("class3d", 64, {"sampling": "7.5 degrees", "do_pad1": "Yes"}, threads=2),
    Case("class3d", 128, {**STILL, "nr_classes": "2", "do_combine_thru_disc": "No"}, ranks=3),
    Case("class2d", 128, {"nr_classes": "50", "psi_sampling": "12"}, threads=2, extra="--ini_high 2"),
]


@pytest.mark.oracle
@pytest.mark.skipif(
    RELION is None and os.environ.get("RELIONC_REQUIRE_LAB") != "1", reason="RELION is not installed"
)
@pytest.mark.parametrize("case", RUNS, ids=lambda case: f"{case.type}-{case.box}-{case.ranks}x{case.threads}")
def test_the_model_stays_in_its_band_on_a_run_made_now(case, tmp_path):
    measured = measure(case, tmp_path, seconds=60)
    assert measured.size == case.box, "the run did not go to the full box"
    found = pairs(case, measured)
    for who, model, peak in found:
        assert abs(model - peak) <= SLACK_MIB or amounts.BAND[0] <= model / peak <= amounts.BAND[1], (
            who,
            model,
            peak,
        )
    assert any(peak > 3 * SLACK_MIB for _, _, peak in found), "too small to say anything"
