"""Files that a tool has made are what it would make now, and `make generate` knows every such tool."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = sorted(file.name for file in (ROOT / "tools").glob("build_*.py"))


@pytest.mark.parametrize("tool", TOOLS)
def test_what_a_tool_has_made_is_fresh(tool: str) -> None:
    argv = [sys.executable, f"tools/{tool}", "--check"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"make generate\n{done.stdout}{done.stderr}"


def test_make_generate_runs_every_tool() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "generate"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [tool for tool in TOOLS if f"tools/{tool}" not in done.stdout] == []
