"""What programs of RELION take: as the real ones print it, and enough for every command that the catalogue makes."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from golden_rows import KINDS, names, recorded_words, rows
from oracle import UNPACKED

from relionc.catalog.programs import flags_taken

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import read_flags  # noqa: E402

RELEASES = (
    ("2.1", "2.1"),
    ("3.0.8", "3.0"),
    ("3.1.3", "3.1"),
    ("4.0.2", "4.0"),
    ("5.0.1", "5.0"),
    ("5.1.0", "5.1"),
)
# Flags that RELION's own code writes and its program does not take: it warns, and runs without them.
LOST = {
    ("relion_tomo_refine_ctf", "--per_tomo_scale"),  # it takes --per_tomogram_scale
    # Written for a continued classification too, which goes on as it began.
    *(("relion_refine", flag) for flag in ("--grad", "--auto_sampling", "--helix", "--helical_rise_initial")),
    ("relion_refine", "--relax_sym"),  # 4.0 does not take it for a continued run
    ("relion_preprocess", "--max_mpi_nodes"),  # written for one process too, which does not take it
}


def printed(version: str) -> dict[str, dict[str, Any]]:
    """Return program → flags that it prints, of the data; what an MPI program takes on top is its own entry."""
    return read_flags.written()[version]


def test_the_data_is_as_the_tool_writes_it() -> None:
    text = read_flags.DATA.read_text("utf-8")
    assert read_flags.text(read_flags.written(), text.partition("programs:\n")[0]) == text


@pytest.mark.oracle
@pytest.mark.skipif(
    not shutil.which("relion_refine") and os.environ.get("RELIONC_REQUIRE_LAB") != "1",
    reason="RELION is not installed",
)
def test_the_installed_programs_print_these_flags() -> None:
    root = Path(shutil.which("relion_refine") or "/usr/bin/relion_refine").parent.parent.parent
    assert read_flags.flags_of(root, read_flags.programs("3.1")) == printed("3.1")


@pytest.mark.oracle
@pytest.mark.skipif(not UNPACKED.exists(), reason=f"no RELION 5.1 in {UNPACKED}: tools/unpack_relion.sh")
def test_the_unpacked_programs_print_these_flags() -> None:
    ours = {name: flags for name, flags in printed("5.1").items() if not name.endswith("_mpi")}
    assert {name: read_flags.asked(read_flags.call(UNPACKED, name), name) for name in ours} == ours


@pytest.mark.parametrize(("release", "version"), RELEASES)
def test_programs_take_every_flag_that_relion_gives_them(release: str, version: str) -> None:
    lost, looked_at = set(), 0
    for row in (row for kind in KINDS for row in rows(release, kind) if row["ok"]):
        typed = {word for text in row["set"].values() for word in text.split()}
        for program, *words in recorded_words(row):
            taken = flags_taken(version, program, continues="--continue" in words)
            looked_at += bool(taken)
            unknown = {word for word in words if re.match("--[A-Za-z]", word)} - typed - set(taken)
            lost |= {(program.removesuffix("_mpi"), flag) for flag in unknown} if taken else set()
    assert lost <= LOST
    assert looked_at > 1000
    assert names(release)


def test_a_program_that_was_not_asked_has_no_flags() -> None:
    assert flags_taken("3.1", "relion_no_such_program") == {}
    assert flags_taken("9.9", "relion_refine") == {}


def test_what_differs_between_versions_and_runs_is_told() -> None:
    assert flags_taken("3.1", "relion_refine")["--iter"] == "50"
    assert flags_taken("5.1", "relion_refine")["--iter"] == "-1"
    assert flags_taken("3.1", "relion_refine")["--skip_gridding"] is False
    assert "--skip_gridding" not in flags_taken("5.1", "relion_refine")
    assert "--halt_all_followers_except" in flags_taken("5.1", "relion_refine_mpi")
    assert "--halt_all_followers_except" not in flags_taken("5.1", "relion_refine")
    assert "--ini_high" not in flags_taken("5.1", "relion_refine_mpi", continues=True)
    assert "--force_converge" in flags_taken("5.1", "relion_refine", continues=True)
    assert "--pipeline_control" in flags_taken("5.1", "relion_preprocess_mpi")
