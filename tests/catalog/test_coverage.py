"""Which flags the catalogue can emit, against those that RELION was seen to emit; and descriptions of all options."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden_rows import KINDS, RELEASES, rows, version_of

from relionc import catalog
from relionc.catalog.compare import flags
from relionc.lower.commands import relion_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog import JobType, Option

SEEN = json.loads((Path(__file__).parent.parent / "data" / "flags_seen.json").read_text("utf-8"))
DRAWS = 250  # per job type
NUMBERS = ("-1", "0", "0.5", "1", "2", "3", "10", "100", "400")
WORDS = (
    "",
    "None",
    "a.star",
    "b/c.mrc",
    "x/run_it012_optimiser.star",
    "C1",
    "C2",
    "0:1",
    "Extract/job012/mics/*.box",
)
ARGUMENTS = {
    ("AlignTiltSeries", "-Kv"): "further arguments of AreTomo",
    ("AutoPick", "-t"): "further arguments of Topaz",
    ("CtfFind", "--ac"): "further arguments of Gctf",
    ("MaskCreate", "--invert"): "additional arguments",
    ("MotionCorr", "-Iter"): "further arguments of MotionCor2",
    ("MotionCorr", "-Tol"): "further arguments of MotionCor2",
    ("PostProcess", "--locres"): "additional arguments",
}
"""Flags that RELION was seen to emit because somebody typed them, in rows that are not here."""


def types(release: str) -> Iterator[JobType]:
    version = version_of(release)
    return (catalog.load(name, version) for name in catalog.types(version))


def possible(release: str) -> set[tuple[str, str]]:
    """Return (folder, flag) for every flag that the commands of a version can hold."""
    return {(job_type.job_dir, flag) for job_type in types(release) for flag in flags(job_type)}


def seen(release: str) -> set[tuple[str, str]]:
    """Return (folder, flag) for every flag in commands that RELION made."""
    return {
        (job["dir"], flag)
        for job in SEEN[release].values()
        for found in job["programs"].values()
        for flag in found
    }


def typed(release: str) -> set[str]:
    """Return the words that somebody typed as the value of an option: arguments for other programs."""
    return {
        word
        for kind in KINDS
        for row in rows(release, kind)
        for value in row["set"].values()
        for word in value.split()
    }


def value(option: Option, draw: random.Random) -> str:
    if option.kind == "bool":
        return draw.choice(("Yes", "No"))
    if option.kind == "list":
        return draw.choice(option.choices)
    if option.kind == "number" or option.unit:
        return draw.choice(NUMBERS)
    return draw.choice((*WORDS, option.default))


def drawn(job_type: JobType) -> set[str]:
    """Return the flags of commands made from options drawn at random, always the same ones."""
    draw = random.Random(f"{job_type.name} {job_type.version}")
    found: set[str] = set()
    for _ in range(DRAWS):
        options = {
            key: value(option, draw)
            for key, option in job_type.options.items()
            if option.kind in ("bool", "list") or draw.random() < 0.5
        }
        made = relion_commands(job_type, options, output="X/job001/", is_continue=draw.random() < 0.2)
        found |= {
            word for text in made.texts for word in text.replace('"', " ").split() if word.startswith("-")
        }
    return found


@pytest.mark.parametrize("release", RELEASES)
def test_the_catalogue_can_emit_every_flag_that_relion_was_seen_to(release: str) -> None:
    missing = {found for found in seen(release) - possible(release) if found[1] not in typed(release)}
    assert sorted(missing - set(ARGUMENTS)) == []


def test_a_flag_that_somebody_typed_is_none_of_the_catalogue() -> None:
    known = set.union(*(possible(release) for release in RELEASES))
    assert not known & set(ARGUMENTS)


@pytest.mark.parametrize("release", RELEASES)
def test_every_flag_is_made_by_a_row_or_a_draw(release: str, capsys: pytest.CaptureFixture[str]) -> None:
    all_of_them, by_rows = possible(release), seen(release)
    by_draws = {(job_type.job_dir, flag) for job_type in types(release) for flag in drawn(job_type)}
    made = all_of_them & (by_rows | by_draws)
    with capsys.disabled():
        rows_made = len(all_of_them & by_rows)
        print(f"\nflags of {release}: {len(all_of_them)}, in rows {rows_made}, in rows or draws {len(made)}")
    assert sorted(all_of_them - made) == []


@pytest.mark.parametrize("release", RELEASES)
def test_every_option_is_described(release: str) -> None:
    options = [(job_type.name, option) for job_type in types(release) for option in job_type.options.values()]
    assert len(options) > 400
    assert [(name, option.key) for name, option in options if len(option.description) < 15] == []
    echoes = [
        (name, option.key)
        for name, option in options
        if option.description.strip(". ").lower() == option.label.strip("?: ").lower()
    ]
    assert echoes == [], "a description says more than the label"
