"""The table of sbatch options says what the installed sbatch does."""

from __future__ import annotations

import os
import re
import shutil
import string
import subprocess
from typing import TYPE_CHECKING

import pytest

from relionc.slurm.options import ALWAYS, LONG, MAYBE, NEVER, NOBODY, OPTIONS, PLAN, USER, meant

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = re.compile(r"^ {2}(?:-(\w),?| {3}) +--([a-z-]+)(\[?=)?", re.MULTILINE)


@pytest.fixture
def sbatch(tmp_path: Path) -> dict[str, str]:
    """The environment in which sbatch prints its help without a cluster."""
    if shutil.which("sbatch") is None:
        if os.environ.get("RELIONC_REQUIRE_LAB"):
            pytest.fail("sbatch is not installed")
        pytest.skip("sbatch is not installed")
    (tmp_path / "slurm.conf").write_text("ClusterName=none\nSlurmctldHost=localhost\n")
    return {**os.environ, "SLURM_CONF": str(tmp_path / "slurm.conf")}


def _said(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        ["sbatch", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )
    return done.stdout + done.stderr


def test_the_help_of_sbatch_shows_the_same_options(sbatch: dict[str, str]) -> None:
    shown = SHOWN.findall(_said(sbatch, "--help"))
    assert len(shown) > 80
    for short, name, sign in shown:
        assert name in OPTIONS, name
        assert OPTIONS[name].short == short, name
        if sign == "[=":
            assert OPTIONS[name].value == MAYBE, name
        elif sign == "=":
            assert OPTIONS[name].value in (ALWAYS, MAYBE), name


def test_every_option_that_sbatch_would_complete_is_in_the_table(sbatch: dict[str, str]) -> None:
    found: set[str] = set()
    for letter in string.ascii_lowercase:
        text = _said(sbatch, f"--{letter}").partition("possibilities:")[2].partition("\n")[0]
        found |= set(re.findall(r"'--([a-z-]+)'", text))
    assert len(found) > 90
    assert found <= set(OPTIONS)


def test_whoever_does_not_say_an_option_is_told_why() -> None:
    assert [row.name for row in OPTIONS.values() if row.owner != USER and not row.why] == []
    assert len(set(LONG.values())) == len(LONG)
    assert OPTIONS["wrap"].owner == NOBODY
    assert OPTIONS["chdir"].owner == PLAN
    assert OPTIONS["hold"].value == NEVER


@pytest.mark.parametrize(
    ("name", "full"), [("arr", "array"), ("mem-per-cp", "mem-per-cpu"), ("mail_typ", "mail-type")]
)
def test_the_full_name_is_offered(name: str, full: str) -> None:
    assert f"`{full}`" in meant(name)
