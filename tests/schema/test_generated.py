"""The generated check stays light on the good path (tests/test_fresh_files.py holds it to its source)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


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
