"""The files made from others are what their tools would make now, and the good path stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("tool", ["build_schemas.py", "build_validators.py"])
def test_fresh(tool: str) -> None:
    pytest.importorskip("fastjsonschema")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}run: python tools/{tool}"


def test_a_right_spec_costs_neither_jsonschema_nor_json() -> None:
    code = (
        "import sys\n"
        "from relionc import schema\n"
        "from relionc.source import load\n"
        "tree = load(b'relionc: 1\\njobs: {a: {type: x}}', 'f').tree\n"
        "assert schema.check('spec', tree.value) == []\n"
        "print(*sorted({'jsonschema', 'json', 'difflib', 'decimal', 'fastjsonschema'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
