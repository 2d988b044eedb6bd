"""What our reader finds in `#SBATCH` lines is what sbatch finds."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relionc.slurm.directives import first_command, said
from relionc.slurm.quoting import written

if TYPE_CHECKING:
    from pathlib import Path

END = "end of defined options"
SHOWN = re.compile(r"^sbatch: ([a-z-]+) +: ", re.MULTILINE)
WORDS = [
    *(
        "--requeue",
        "-sH",
        "-sHa0-3",
        "-a",
        "0-3",
        "--array=1",
        "'--array=1'",
        '--ar"ray"=2',
        "\\\\--array=3",
        "-n4",
        "-kO",
    ),
    *(
        "--comment",
        "--comment=a#b",
        '--comment="a b"',
        '--comment="a\\"b"',
        "--comment=a\\ --requeue",
        "-J",
        "x",
        "#",
        "--nice",
    ),
    *(
        "--exclusive",
        "--nice=5",
        "-J\u00a0x",
        "\u2003--hold",
        "--hold\v-O",
        '"--hold"',
        "--wckey='--hold'",
        "--mail-user",
    ),
]
BETWEEN = ["", "# words", "  # words", "\t", "##SBATCH --array=9", " #SBATCH --array=9", "# SBATCH --array=9"]
LINES = st.one_of(
    st.builds(
        lambda mark, words: mark + " ".join(words),
        st.sampled_from(["#SBATCH ", "#SBATCH ", "#SBATCH", "#SLURM "]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    ),
    st.sampled_from(BETWEEN),
)


def defined(environment: dict[str, str], script: Path) -> set[str] | None:
    """Return the names of the options that sbatch has after it read a script; None if it refuses the script."""
    command = ["sbatch", "-vvv", str(script)]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as run:
        assert run.stderr
        lines = []
        for line in run.stderr:
            lines.append(line)
            if END in line:
                run.kill()  # it would look for its cluster now
                return set(SHOWN.findall("".join(lines))) - {"verbose"}
    return None


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=4), st.sampled_from(["true", "\u00a0", "  # words"]))
def test_options_are_those_that_sbatch_reads(
    sbatch: dict[str, str], tmp_path: Path, before: list[str], then: str
) -> None:
    lines = ["#!/bin/bash", *before, then, "#SBATCH --begin=now", "true"]
    (tmp_path / "script").write_text("\n".join(lines) + "\n")
    theirs = defined(sbatch, tmp_path / "script")
    if theirs is not None:
        ours = {each.name for each in said(lines[: first_command(lines) - 1]) if each.name}
        assert theirs == ours, lines


@pytest.mark.parametrize("line", ["#SBATCH -sHa0-3", '#SBATCH --requeue "--array=0-3"', "#SLURM --array=0-3"])
def test_no_option_hides(sbatch: dict[str, str], tmp_path: Path, line: str) -> None:
    (tmp_path / "script").write_text(f"#!/bin/bash\n{line}\ntrue\n")
    assert "array" in (defined(sbatch, tmp_path / "script") or ())
    assert ("array", "0-3") in [(each.name, each.value) for each in said([line])]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20))
def test_a_value_that_is_written_reads_back(value):
    assert [(each.name, each.value) for each in said([f"#SBATCH {written('comment', value)}"])] == [
        ("comment", value)
    ]


def test_a_value_with_any_mark_in_it_reads_back():
    for mark in map(chr, range(32, 127)):
        for value in (f"a{mark}b", f"{mark}b", f"a{mark}"):
            assert [each.value for each in said([f"#SBATCH {written('comment', value)}"])] == [value]


def test_an_option_without_a_value_is_its_name():
    assert written("exclusive", None) == "--exclusive"
