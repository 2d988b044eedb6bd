"""The installed RELION 3.1 reads our job file and makes the commands that we make of the same options."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import PIPELINER, QUEUED, VERSION, Relion, all_types, needed

from relionc import catalog
from relionc.expr import refs

if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.catalog import JobType, Option

DRAWS = int(os.environ.get("RELIONC_ORACLE_DRAWS", "110"))  # per job type: over 2,000 in all

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        PIPELINER is None and os.environ.get("RELIONC_REQUIRE_LAB") != "1", reason="RELION is not installed"
    ),
]

CHOSEN = [
    ("class3d", {"nr_classes": "6", "nr_mpi": "17", "use_gpu": "Yes", "gpu_ids": "0:1:2:3"}),
    ("class3d", {"do_helix": "Yes", "helical_tube_outer_diameter": "180", "range_rot": "9.5"}),
    ("class3d", {"scratch_dir": refs.braced("/lscratch/${SLURM_JOB_ID}"), "other_args": "--random_seed 0"}),
    ("class3d", {"dont_skip_align": "No", "use_gpu": "Yes"}),
    ("class3d", {"fn_ref": ""}),
    ("class2d", {"nr_classes": "50", "psi_sampling": "6.1", "offset_step": "0.333333333"}),
    ("refine3d", {"fn_mask": "mask one.mrc", "do_solvent_fsc": "Yes", "auto_local_sampling": "0.9 degrees"}),
    ("refine3d", {"sampling": "17 degrees"}),
    ("motioncorr", {"do_own_motioncor": "No", "other_motioncor2_args": '-Tol 0.5 "quoted"', "nr_mpi": "4"}),
    ("motioncorr", {"do_save_ps": "Yes", "dose_per_frame": "1.277", "fn_gain_ref": "gain.mrc"}),
    ("ctffind", {"use_gctf": "Yes", "other_gctf_args": "--phase_shift_H 3"}),
    ("import", {"do_raw": "No", "do_other": "Yes", "node_type": "Unfiltered half-map (unfil.mrc)",
                "fn_in_other": "maps/run_half1_class001_unfil.mrc"}),
]  # fmt: skip

# The pipeline itself, not the commands, fails on names that cannot be files.
_WORD = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,6}(/[a-z0-9_]{1,4}){0,2}", fullmatch=True)
_TEXT = st.lists(_WORD, min_size=1, max_size=3).map(" ".join)
_NUMBER = st.one_of(
    st.integers(-5, 400).map(str),
    st.floats(-20, 500, allow_nan=False).map(lambda number: f"{number:.4f}"),
    st.sampled_from(["0.1", "1.50", ".5", "5.", "1e2", "3abc", "-1", "+2", "0"]),
)


def values(option: Option) -> st.SearchStrategy[str]:
    if option.role == "ranks":
        return st.integers(1, 32).map(str)
    if option.kind == "bool":
        return st.sampled_from(["Yes", "No"])
    if option.kind == "list":
        return st.sampled_from(option.choices)
    if option.kind == "number" or option.unit:
        return _NUMBER
    if option.role == "extra_args":
        return _TEXT
    return st.one_of(_WORD, st.sampled_from([option.default or "x"]))


def drawn_options(job_type: JobType) -> st.SearchStrategy[dict[str, str]]:
    """Draw many options at once, or a few: many that contradict each other are refused."""
    base = needed(job_type)
    free = {key: values(option) for key, option in job_type.options.items() if key not in QUEUED}
    pairs = st.sampled_from(sorted(free)).flatmap(lambda key: st.tuples(st.just(key), free[key]))
    some = st.lists(pairs, min_size=1, max_size=4).map(dict)
    many = st.fixed_dictionaries({}, optional=free)
    return st.one_of(many, some).map(lambda drawn: {**base, **drawn, **QUEUED})


@pytest.mark.parametrize(("name", "options"), CHOSEN)
def test_relion_makes_the_same_commands(
    name: str, options: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    job_type = catalog.load(name, VERSION)
    relion = Relion(tmp_path_factory.mktemp("relion"))
    full = {**needed(job_type), **options, **QUEUED}
    assert relion.we_make(job_type, full).commands == relion.makes(job_type, full).commands


@pytest.mark.parametrize("name", all_types())
def test_relion_makes_the_same_commands_of_drawn_options(
    name: str, tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> None:
    job_type = catalog.load(name, VERSION)
    relion = Relion(tmp_path_factory.mktemp("relion"))
    seen: Counter[str] = Counter()

    @settings(max_examples=DRAWS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(options=drawn_options(job_type))
    def agree(options: dict[str, str]) -> None:
        ours, theirs = relion.we_make(job_type, options), relion.makes(job_type, options)
        same = ours.commands == theirs.commands
        seen["accepted" if theirs.commands else "refused"] += 1
        seen["mismatch"] += not same
        assert same, (ours, theirs)

    try:
        agree()
    finally:
        record_property("draws", (name, dict(seen)))
    assert 4 * seen["accepted"] > sum(seen.values()), "draws that RELION refuses say little"
