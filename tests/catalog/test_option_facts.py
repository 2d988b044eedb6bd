"""Options are those of RELION's own job windows: name, label, kind, default, choices, bounds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from golden_rows import RELEASES, TYPES

from relionc import catalog

if TYPE_CHECKING:
    from relionc.catalog import JobType, Option

DATA = Path(__file__).parent.parent / "data" / "joboptions"
CASES = [(release, type_id) for release in RELEASES for type_id in TYPES]


def job_type(release: str, type_id: str) -> JobType:
    return catalog.load(TYPES[type_id], catalog.series(release) or "")


def of_relion(release: str, type_id: str) -> dict[str, dict[str, Any]]:
    jobs = json.loads((DATA / f"{release}.json").read_text("utf-8"))["jobs"]
    job = next(job for job in jobs if str(job["job_type_id"]) == type_id)
    return {option["key"]: option for option in job["options"]}


def facts_of_relion(option: dict[str, Any]) -> tuple[Any, ...]:
    kind = {"inputnode": "node"}.get(option["type"], option["type"])
    bounds = tuple(round(option[name], 6) if name in option else None for name in ("min", "max"))
    choices = tuple(option.get("choices", ()))
    return option["label"], kind, option["default"], choices, option.get("node_type", ""), bounds


def our_facts(option: Option) -> tuple[Any, ...]:
    return (
        option.label,
        option.kind,
        option.default,
        option.choices,
        option.node_type,
        (option.minimum, option.maximum),
    )


@pytest.mark.parametrize(("release", "type_id"), CASES)
def test_every_option_is_there_with_relions_facts(release: str, type_id: str) -> None:
    theirs = {key: facts_of_relion(option) for key, option in of_relion(release, type_id).items()}
    ours = {key: our_facts(option) for key, option in job_type(release, type_id).options.items()}
    assert ours == theirs


@pytest.mark.parametrize(("release", "type_id"), CASES)
def test_every_option_is_described_in_sentences(release: str, type_id: str) -> None:
    for option in job_type(release, type_id).options.values():
        assert len(option.description) > 20, option.key
        assert option.description.endswith("."), option.key
        assert option.group, option.key


def test_bounds_contain_the_default_except_where_relion_itself_leaves_them() -> None:
    outside = set()
    for release, type_id in CASES:
        for key, option in job_type(release, type_id).options.items():
            low, high = option.minimum, option.maximum
            if low is not None and high is not None and not low <= float(option.default) <= high:
                outside.add(key)
    assert outside == {"helical_range_distance", "last_frame_sum"}
