"""The commands, refusals and nodes are those that RELION itself made of the same options: every recorded row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from golden_rows import (
    KINDS,
    RELEASES,
    difference,
    exceptions,
    jobs,
    key_of,
    made_of,
    names,
    rows,
    rows_of,
    version_of,
)

from relionc import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = [(release, name) for release in RELEASES for name in catalog.types(version_of(release))]


@pytest.mark.parametrize(("release", "name"), TYPES)
def test_every_recorded_row_is_made_the_same(
    release: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    job_type = catalog.load(name, version_of(release))
    table: Counter[tuple[str, str, str, str, bool]] = Counter()
    recorded = [(kind, row) for kind in KINDS for row in rows_of(release, kind, job_type)]
    differences = []
    for kind, row in recorded:
        if (release, kind, row["line"]) in exceptions():
            continue
        found = difference(row, job_type)
        table[release, kind, name, "accepted" if row["ok"] else "refused", not found] += 1
        differences += [(kind, row["line"], row["set"], found)] if found else []
    record_property("golden rows", list(table.items()))
    assert recorded or job_type.is_tomo  # not every form for tomograms was recorded
    assert not differences


@pytest.mark.parametrize(("release", "name"), TYPES)
def test_a_refusal_names_an_option_of_the_job_and_has_a_code(release: str, name: str) -> None:
    job_type = catalog.load(name, version_of(release))
    for row in rows_of(release, "fuzz", job_type):
        for refusal in () if row["ok"] else made_of(row, job_type).refusals:
            assert refusal.code.startswith("RL1")
            assert refusal.option in job_type.options
            assert refusal.message


@pytest.mark.parametrize("release", RELEASES)
def test_the_catalogue_has_every_job_type_of_relion(
    release: str, record_property: Callable[[str, object], None]
) -> None:
    missing = [job.title for job in jobs(release).values() if not job.ours()]
    record_property("missing types", (release, missing))
    assert not missing


def test_every_job_type_of_the_catalogue_is_one_of_relion() -> None:
    for release in RELEASES:
        assert set(names(release)) <= set(jobs(release))


def test_an_exception_is_a_row_on_which_we_differ() -> None:
    for release, kind, line in exceptions():
        row = rows(release, kind)[line - 1]
        job_type = catalog.load(names(release)[key_of(row, release)], version_of(release))
        assert difference(row, job_type), f"{release} {kind} {line} is no exception"


def test_the_comparison_notices_a_changed_argument() -> None:
    class3d = catalog.load("class3d", "3.1")
    row = next(row for row in rows_of("3.1.3", "golden", class3d) if row["ok"])
    assert not difference(row, class3d)
    assert "text" in difference({**row, "set": {**row["set"], "nr_classes": "7"}}, class3d)
