"""Mistakes that no type would have seen once: each is made in a copy of the sources, and mypy has to find it there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

ROOT = Path(__file__).resolve().parents[1]

# file, what stands there, the mistake, words of mypy's
MISTAKES = [
    ("relionc/emit/scripts.py", '"needs_help": ', '"needs_halp": ', 'Extra key "needs_halp"'),
    ("relionc/emit/_templates.py", "view['needs_help']", "view['needs_halp']", 'no key "needs_halp"'),
    (
        "relionc/plan/requirements/memory.py",
        'weighs=("mem_per_cpu", "mem")',
        'weighs=("mem_per_cpus", "mem")',
        '"weighs"',
    ),
    (
        "relionc/plan/choice.py",
        "demand.pins.mem_per_cpu",
        "demand.pins.mem_per_cpus",
        'no attribute "mem_per_cpus"',
    ),
    (
        "relionc/plan/requirements/cpus.py",
        '"workers_per_node", "cpus_per_task")',
        '"per_node", "cpus_per_task")',
        "per_node",
    ),
    (
        "relionc/plan/requirements/site.py",
        "lambda c: over(c.nodes, ",
        "lambda c, nodes: over(nodes, ",
        "Callable[[Choice",
    ),
    (
        "relionc/plan/modes/hetjob.py",
        "return choice.workers_per_node",
        "choice.gpus = 0; return choice.gpus",
        "final",
    ),
]


def test_mypy_finds_each_of_these_mistakes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "relionc", tmp_path / "relionc", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, right, wrong, _ in MISTAKES:
        text = (tmp_path / name).read_text("utf-8")
        assert right in text, f"{name} says it in other words now: {right}"
        (tmp_path / name).write_text(text.replace(right, wrong, 1), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if ": error: " in line]
    missed = [
        (name, wrong)
        for name, _, wrong, words in MISTAKES
        if not any(line.startswith(f"{name}:") and words in line for line in found)
    ]
    assert not missed, done.stdout + done.stderr
    assert {line.partition(":")[0] for line in found} == {name for name, *_ in MISTAKES}
