"""The table of sbatch options says what the installed sbatch does."""

from __future__ import annotations

import re
import string
import subprocess

import pytest

from relionc.slurm.options import ALWAYS, LONG, NEVER, NOBODY, OPTIONS, PLAN, USER, meant

SHOWN = re.compile(r"^ {2}(?:-(\w),?| {3}) +--([a-z-]+)", re.MULTILINE)


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
    for short, name in shown:
        assert name in OPTIONS, name
        assert OPTIONS[name].short == short, name


def test_every_option_that_sbatch_would_complete_is_in_the_table(sbatch: dict[str, str]) -> None:
    found: set[str] = set()
    for letter in string.ascii_lowercase:
        text = _said(sbatch, f"--{letter}").partition("possibilities:")[2].partition("\n")[0]
        found |= set(re.findall(r"'--([a-z-]+)'", text))
    assert len(found) > 90
    assert found <= set(OPTIONS)


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_takes_a_value_as_the_table_says(sbatch: dict[str, str], name: str) -> None:
    option = OPTIONS[name]
    bare, with_value = _said(sbatch, f"--{name}"), _said(sbatch, f"--{name}=x")
    if "unrecognized option" in bare:
        assert option.since or option.until
        return
    assert ("requires an argument" in bare) == (option.value == ALWAYS)
    assert ("doesn't allow an argument" in with_value) == (option.value == NEVER)


def test_no_name_in_the_table_is_the_beginning_of_another_option_alone(sbatch: dict[str, str]) -> None:
    """`--threads` is accepted, but as a beginning: what it means would change with the next option of that name."""
    assert "--threads-per-core" in _said(sbatch, "--threads=x")
    assert "threads" not in OPTIONS
    assert meant("threads") == "did you mean `threads-per-core`?"


def test_whoever_does_not_say_an_option_is_told_why() -> None:
    assert [row.name for row in OPTIONS.values() if row.owner != USER and not row.why] == []
    assert len(set(LONG.values())) == len(LONG)
    assert OPTIONS["wrap"].owner == NOBODY
    assert OPTIONS["chdir"].owner == PLAN
    assert OPTIONS["hold"].value == NEVER


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("arr", "array"),
        ("mem-per-cp", "mem-per-cpu"),
        ("mail_typ", "mail-type"),
        ("-N", "nodes"),
        ("Mail Type", "mail-type"),
    ],
)
def test_the_full_name_is_offered(name: str, full: str) -> None:
    assert f"`{full}`" in meant(name)
