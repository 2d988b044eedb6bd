"""The commands, refusals and nodes are those that RELION itself made of the same options: every recorded row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from golden_rows import RELEASES, TYPES, difference, made_of, rows

if TYPE_CHECKING:
    from collections import Counter


@pytest.mark.parametrize("type_id", TYPES, ids=TYPES.values())
@pytest.mark.parametrize("kind", ["golden", "fuzz"])
@pytest.mark.parametrize("release", RELEASES)
def test_every_recorded_row_is_made_the_same(
    release: str, kind: str, type_id: str, golden_table: Counter[tuple[str, str, str, str, bool]]
) -> None:
    recorded = [row for row in rows(release, kind) if str(row["job_type_id"]) == type_id]
    differences = []
    for row in recorded:
        found = difference(row, release)
        golden_table[release, kind, TYPES[type_id], "accepted" if row["ok"] else "refused", not found] += 1
        differences += [(row["set"], found)] if found else []
    assert recorded
    assert not differences


@pytest.mark.parametrize("release", RELEASES)
def test_a_refusal_names_an_option_of_the_job_and_has_a_code(release: str) -> None:
    refused = [row for row in rows(release, "fuzz") if str(row["job_type_id"]) in TYPES and not row["ok"]]
    for row in refused:
        for refusal in made_of(row, release).refusals:
            assert refusal.code.startswith("RL1")
            assert refusal.option
            assert refusal.message


def test_the_comparison_notices_a_changed_argument() -> None:
    row = next(row for row in rows("3.1.3", "golden") if row["ok"] and row["job_type_id"] == 9)
    changed = {**row, "set": {**row["set"], "nr_classes": "7"}}
    assert "text" in difference(changed, "3.1.3")
