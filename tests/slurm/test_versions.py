"""What differs between versions of Slurm is asked of the version tried that speaks for another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from relionc.site.types import NodeType
from relionc.slurm import versions
from relionc.slurm.allocation import heterogeneous_shares, most_when_spread

PAGE = Path(__file__).parents[2] / "docs" / "slurm-versions.md"


@pytest.mark.parametrize(
    ("version", "tried"),
    [
        ("", "22.05.8"),
        ("19.05", "20.11.4"),
        ("20.11", "20.11.4"),
        ("21.08.8", "20.11.4"),
        ("22.05", "22.05.8"),
        ("22.05.2", "22.05.8"),
        ("23.11", "22.05.8"),
        ("24.05.4", "22.05.8"),
        ("24.11.0", "24.11.5"),
        ("25.05", "24.11.5"),
        ("27.11", "26.05.5"),
    ],
)
def test_a_version_is_taken_as_the_last_tried_before_it(version: str, tried: str) -> None:
    assert versions.taken_as(version) == tried


def test_only_what_changed_around_a_version_is_in_doubt() -> None:
    assert versions.in_doubt("21.08", "heterogeneous") == (versions.SPREADS_TASKS,)
    assert versions.in_doubt("21.08", "hetjob") == (versions.COUNTS_GROUPS_TWICE,)
    assert versions.in_doubt("21.08", "homogeneous") == ()
    for sure in ("", "19.05", "20.11.9", "22.05", "23.11", "28.05"):
        assert versions.in_doubt(sure, "heterogeneous") == ()


def test_a_step_loses_variables_only_where_they_mislead() -> None:
    assert versions.unset("20.11", "hetjob") == ("SLURM_NNODES", "SLURM_JOB_NUM_NODES")
    assert versions.unset("20.11", "homogeneous") == versions.unset("22.05", "hetjob") == ()


def test_each_difference_is_one_between_versions_that_were_tried() -> None:
    for each in versions.DIFFERENCES:
        assert 0 < len(each.on) < len(versions.TRIED)
        assert set(each.on) <= set(versions.TRIED)


def test_the_page_has_the_table() -> None:
    table = PAGE.read_text("utf-8").partition("\n| what is so ")[2].partition("\n\n")[0]
    rows = [line.split(" | ") for line in table.splitlines()[:1] + table.splitlines()[2:]]
    assert [row[0].removeprefix("| ") for row in rows[1:]] == [each.what for each in versions.DIFFERENCES]
    for row, each in zip(rows[1:], versions.DIFFERENCES, strict=True):
        marks = [mark.strip(" |") for mark in row[1:]]
        assert marks == ["yes" if tried in each.on else "" for tried in versions.TRIED]


GIB = 1024
NODE = NodeType("node", 100, 56, 2, 240 * GIB)


@pytest.mark.parametrize(
    ("tasks", "cpus", "gib", "shares"),
    [
        (33, 2, 4, (17, 16)),
        (257, 4, 8, (*[7] * 35, 6, 6)),
        (257, 1, 4, (52, 52, 52, 51, 50)),
    ],
)
def test_what_slurm_20_11_did(tasks: int, cpus: int, gib: int, shares: tuple[int, ...]) -> None:
    assert heterogeneous_shares(NODE, cpus, gib * GIB, tasks, evenly=True) == shares
    assert most_when_spread(len(shares), 2, cpus, tasks) == max(shares)
