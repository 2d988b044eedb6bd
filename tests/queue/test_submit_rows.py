"""Submission scripts are byte for byte those that RELION itself makes of the same template and options."""

from __future__ import annotations

import pytest
from submit_rows import RELEASES, difference, rows


@pytest.mark.parametrize("release", RELEASES)
def test_every_recorded_script_is_made_the_same(release: str, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = list(rows(release))
    differences = [
        (row["case"], row["template_name"], found) for row in recorded if (found := difference(row, release))
    ]
    with capsys.disabled():
        print(
            f"\nsubmission scripts of {release}: {len(recorded) - len(differences)} / {len(recorded)} byte-equal"
        )
    assert len(recorded) > 30
    assert not differences


@pytest.mark.parametrize("release", RELEASES)
def test_the_comparison_notices_a_changed_number(release: str) -> None:
    row = next(row for row in rows(release) if row["ok"] and row["template_name"] == "biowulf")
    assert not difference(row, release)
    assert difference({**row, "set": {**row["set"], "queuename": "other"}}, release)
    assert difference({**row, "env": {}}, release)
