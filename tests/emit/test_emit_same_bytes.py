"""The same bundle gives the same bytes in another process, with another hash seed, from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CASE = Path(__file__).parent / "cases" / "homogeneous_plus_1.py"
SOURCES = Path(__file__).parents[2]
CODE = """
import runpy, sys
from relionc import emit
for path, content in emit.files(runpy.run_path(sys.argv[1])["BUNDLE"]).items():
    sys.stdout.buffer.write(path.encode() + b"\\n" + content)
"""
CHECK = """
import runpy, sys
from relionc import emit
emit.files(runpy.run_path(sys.argv[1])["BUNDLE"])
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2:])))
"""
HEAVY = [
    "jinja2",
    "lark",
    "jsonschema",
    "ruamel",
    "pathlib",
    "difflib",
    "hashlib",
    "logging",
]


def run(code, *arguments, cwd, seed="0"):
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", code, str(CASE), *arguments]
    return subprocess.run(command, check=True, capture_output=True, cwd=cwd, env=env).stdout


def test_hash_seed_and_folder_leave_no_trace(tmp_path):
    first = run(CODE, cwd=tmp_path, seed="1")
    assert first == run(CODE, cwd=SOURCES, seed="2")
    assert b"#!/bin/bash" in first


def test_shipped_templates_need_no_jinja2_and_nothing_else_that_is_heavy(tmp_path):
    heavy = set(run(CHECK, *HEAVY, cwd=tmp_path).decode().split())
    assert heavy <= {"pathlib"}  # runpy itself, in this test, brings pathlib
