"""RELION's own text of a command is only used where a shell reads the words in it that are meant."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.ir import CommandLine, Glob, ShellRef
from relionc.queue_template.shell import misread


def command(*words: str) -> CommandLine:
    return CommandLine(tuple((word,) for word in words))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("`which relion_refine` --o out/run  --j 4 ", command("relion_refine", "--o", "out/run", "--j", "4")),
        ('relion_refine --gpu "0:1 2"', command("relion_refine", "--gpu", "0:1 2")),
        ('relion_refine --gpu ""', command("relion_refine", "--gpu", "")),
        ("echo a*b > out.star", CommandLine((("echo",), (Glob("a*b"),)), ("out.star",))),
        ("run ${SLURM_JOB_ID}/x", CommandLine((("run",), (ShellRef("SLURM_JOB_ID"), "/x")))),
    ],
)
def test_what_is_meant_is_fine(text: str, meant: CommandLine) -> None:
    assert misread(text, meant) == ""


@pytest.mark.parametrize(
    "value", ["a;b", "a|b", "a&b", "a>b", "a*", "a?", "[a]", "{a,b}", "~a", "#a", "a'b", "a\\b", "(a)"]
)
def test_a_value_that_means_something_is_named(value: str) -> None:
    assert misread(f"relion_x --i {value} --j 1", command("relion_x", "--i", value, "--j", "1")) == value


def test_an_open_quote_is_noticed() -> None:
    assert misread('relion_x "a', command("relion_x", "a"))


@given(st.lists(st.text("ab'\"\\;|&<>()*?[]{}~#$` ", min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_passes_is_what_bash_reads(values: list[str]) -> None:
    words = [word for value in values for word in value.split()]
    text = "x " + " ".join(values)
    if misread(text, command("x", *words)):
        return
    done = subprocess.run(
        ["/bin/bash", "-c", text.replace("x ", "printf '%s\\0' ", 1)],
        capture_output=True,
        text=True,
        cwd="/proc/self/fdinfo",
        check=True,
    )
    assert done.stdout == "".join(f"{word}\0" for word in words) or not words
