"""Thousands of broken inputs: no traceback, no input that takes too long, the same words whatever the hash seed.

The inputs are made of good ones (`mutations`), in child processes with bounds on time and memory (`child`). A failing
input is kept as a file below `.pytest_cache`. RELIONC_SOAK=1 tries all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COUNTS = {"spec": (800, 100_000), "profile": (150, 20_000), "jobfile": (200, 5_000), "template": (60, 5_000)}
"""Kind → inputs of a usual run, and of a soak."""
BATCH = 1_000
SOAK = os.environ.get("RELIONC_SOAK") == "1"
HERE = Path(__file__).parent


def said(kind: str, first: int, count: int, seed: str, folder: Path) -> dict[str, Any]:
    """Return what a child found, under a hash seed."""
    call = [sys.executable, str(HERE / "child.py"), kind, str(first), str(count), str(folder)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(call, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("kind", COUNTS)
def test_broken_inputs_are_answered(kind: str, tmp_path: Path) -> None:
    """Each within its bounds, without a traceback, and with the same words and files under two hash seeds."""
    total = COUNTS[kind][SOAK]
    failed: list[object] = []
    for first in range(0, total, BATCH):
        count = min(BATCH, total - first)
        one, other = (said(kind, first, count, seed, tmp_path) for seed in ("1", "2"))
        assert one["digest"] == other["digest"], (kind, first, count)
        failed += one["failed"]
    assert failed == [], (tmp_path, failed)
