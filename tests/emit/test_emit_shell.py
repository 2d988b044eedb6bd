"""Whatever the parts of a word, a real bash reads the rendered text as exactly that word."""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relionc.emit import shell
from relionc.ir import CommandLine, Glob, ShellRef

VARIABLES = {"HOME": "/home/a b/$x'\"`", "EMPTY": "", "STARS": "* ?", "SLURM_JOB_ID": "4711"}
AWKWARD = st.sampled_from("\n\t\r\x1b\x7f'\"\\$`!*?[]{}~#&;|<>() =-é漢\u2028:")
TEXTS = st.text(AWKWARD | st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
REFS = st.sampled_from(
    [ShellRef("HOME"), ShellRef("EMPTY"), ShellRef("STARS"), ShellRef("SLURM_JOB_ID", integer=True)]
)
WORDS = st.lists(TEXTS | REFS, max_size=5).map(tuple)


def in_bash(script, cwd="/"):
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **VARIABLES}
    done = subprocess.run(
        ["bash", "-uc", script], capture_output=True, check=True, env=env, cwd=cwd, timeout=20
    )
    return done.stdout


def seen_by_bash(line, cwd="/"):
    return in_bash("printf '%s\\0' " + line, cwd).decode().split("\0")[:-1]


def value_of(word):
    return "".join(VARIABLES[part.name] if isinstance(part, ShellRef) else part for part in word)


@settings(max_examples=120, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=30))
def test_bash_reads_the_words_that_were_meant(words):
    line = " ".join(map(shell.word, words))
    assert "\n" not in line
    assert seen_by_bash(line) == [value_of(word) for word in words]


def test_every_mark_beside_a_reference_is_read_as_it_is():
    words = [(f"a {mark}", ShellRef("HOME"), mark) for mark in map(chr, range(1, 128))]
    assert seen_by_bash(" ".join(map(shell.word, words))) == [value_of(word) for word in words]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS.filter(lambda text: text[:1] not in ("", "-")), min_size=2, max_size=30))
def test_a_command_laid_out_on_many_lines_is_the_same_command(texts):
    command = CommandLine(tuple((text,) for text in ["printf", "%s\\0", *texts]))
    laid_out = "\n".join(shell.step_lines((), command))
    assert in_bash(laid_out) == in_bash(shell.one_line(command))
    assert in_bash(laid_out).decode().split("\0")[:-1] == texts


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (("/lscratch/", ShellRef("SLURM_JOB_ID", integer=True)), "/lscratch/${SLURM_JOB_ID}"),
        (("/lscratch/", ShellRef("USER")), '"/lscratch/${USER}"'),
        (("a b/", ShellRef("SLURM_JOB_ID", integer=True)), '"a b/${SLURM_JOB_ID}"'),
        (("cost $5/", ShellRef("HOME")), '"cost \\$5/${HOME}"'),
        (("Class3D/run_it025",), "Class3D/run_it025"),
        (("two words",), "'two words'"),
        ((), '""'),
        (("~/x",), "'~/x'"),
        (("line\nbreak",), "$'line\\nbreak'"),
        ((Glob("Raw data/*.mrc[12]?"),), "'Raw data/'*.mrc[12]?"),
    ],
)
def test_words_stay_readable(word, text):
    assert shell.word(word) == text


def test_a_nul_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        shell.word(("a\0b",))


def test_a_glob_is_expanded_and_its_other_characters_are_not(tmp_path):
    for name in ("a $b 1.mrc", "a $b 2.mrc", "a $b c.mrc"):
        (tmp_path / name).touch()
    assert seen_by_bash(shell.word((Glob("a $b [!c].mrc"),)), tmp_path) == ["a $b 1.mrc", "a $b 2.mrc"]


@pytest.mark.parametrize("program", ["if", "time", "A=1", "x=$y", "while", "done"])
def test_a_program_is_never_a_keyword_or_an_assignment(program, tmp_path):
    (tmp_path / program).write_text('#!/bin/bash\necho ran "$@"\n')
    (tmp_path / program).chmod(0o755)
    line = shell.one_line(CommandLine(((program,), ("word",))))
    assert in_bash(f"PATH=.:$PATH; {line}", tmp_path) == b"ran word\n"


def test_output_goes_to_the_file_that_the_command_names(tmp_path):
    first = CommandLine((("echo",), ("one",)), stdout=("my log",))
    second = CommandLine((("echo",), ("two",)), stdout=("my log",), append=True)
    in_bash(f"{shell.one_line(first)}; {shell.one_line(second)}", tmp_path)
    assert (tmp_path / "my log").read_text() == "one\ntwo\n"


def test_a_command_reads_the_file_that_it_names(tmp_path):
    (tmp_path / "a list").write_text("one\n")
    command = CommandLine((("cat",),), stdout=("copy",), stdin=("a list",))
    in_bash(shell.one_line(command), tmp_path)
    assert (tmp_path / "copy").read_text() == "one\n"


def test_a_long_command_gets_a_line_per_flag_and_a_negative_number_is_no_flag():
    words = ["relion_tool", "--input", "x" * 60, "--shift", "-5", "--size", "100", "--quiet", "-.5"]
    lines = shell.step_lines((("mpirun",), ("-n",), ("4",)), CommandLine(tuple((w,) for w in words)))
    assert lines == [
        "mpirun -n 4 \\",
        "  relion_tool \\",
        f"  --input {'x' * 60} \\",
        "  --shift -5 \\",
        "  --size 100 \\",
        "  --quiet -.5",
    ]
