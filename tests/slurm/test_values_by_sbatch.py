"""What sbatch takes for a value: our reading of `#SBATCH` lines, and the facts that templates are judged by."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from relionc.slurm.options import MEMORY, OPTIONS
from relionc.slurm.values import is_refused, is_same

if TYPE_CHECKING:
    from pathlib import Path


def refused(environment: dict[str, str], folder: Path, *lines: str) -> bool:
    """Tell whether sbatch refuses a script for these options, before it looks for a cluster."""
    last = "--mail-type=none-such"  # it is read behind the others, and always refused
    text = "".join(f"#SBATCH {line}\n" for line in (*lines, last))
    (folder / "script").write_text(f"#!/bin/bash\n{text}true\n")
    done = subprocess.run(
        ["sbatch", str(folder / "script")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return "mail-type" not in done.stderr


VALUES = [
    *(("time", text) for text in ("two", "1:00:00", "1-0", "24h", "", "0")),
    *(("mem", text) for text in ("5x", "4G", "4GiB", "1.5G", "", "0")),
    *(("ntasks", text) for text in ("0", "4", "x", "2.5")),
    *(("cpus-per-task", text) for text in ("0", "4", "x", "2.5")),
    *(("ntasks-per-node", text) for text in ("0", "4", "x")),
    *(("nodes", text) for text in ("2", "2-4", "many", "4x", "1k")),
]


@pytest.mark.parametrize(("name", "text"), VALUES)
def test_a_value_is_refused_that_sbatch_refuses(
    name: str, text: str, sbatch: dict[str, str], tmp_path: Path
) -> None:
    assert is_refused(name, text) == refused(sbatch, tmp_path, f"--{name}={text}")


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.blank])
def test_sbatch_takes_an_empty_value_where_the_table_says_so(
    name: str, sbatch: dict[str, str], tmp_path: Path
) -> None:
    assert not refused(sbatch, tmp_path, f"--{name}=")


def test_sbatch_takes_memory_in_one_way_only(sbatch: dict[str, str], tmp_path: Path) -> None:
    names = [name for name, option in OPTIONS.items() if option.says == MEMORY]
    assert len(names) == 3
    for name in names:
        for other in names:
            script = tmp_path / "script"
            script.write_text(f"#!/bin/bash\n#SBATCH --{name}=4G --{other}=4G\ntrue\n")
            done = subprocess.run(
                ["timeout", "2", "sbatch", str(script)],
                env=sbatch,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ("mutually exclusive" in done.stderr) == (name != other)


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("time", "24:00:00", "1-0", True),
        ("time", "60", "1:00:00", True),
        ("time", "60", "1:00", False),
        ("mem", "1G", "1024", True),
        ("gres", "gpu:a100:4,lscratch:18", "lscratch:18,gpu:a100:4", True),
        ("gres", "gpu:0,lscratch:18", "lscratch:18", True),
        ("gres", "gpu:4", "gpu:a100:4", False),
        ("gpus-per-node", "a100:4", "4", False),
        ("gpus", "0", "a100:0", True),
        ("nodes", "2-2", "2", True),
        ("constraint", "a|b", "b|a", False),
        ("time", "two", "two", True),
        ("time", "two", "2", False),
    ],
)
def test_values_are_the_same_if_slurm_takes_them_so(name: str, one: str, other: str, same: bool) -> None:
    assert is_same(name, one, other) == same
