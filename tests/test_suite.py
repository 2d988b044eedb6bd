"""What `make test` relies on: a test that hangs fails, files stay whole, and what is left for the end is printed."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
HANGS = """
import fcntl, os
from hypothesis import given, strategies as st

def test_waits_for_a_lock(tmp_path):
    held = os.open(tmp_path / "lock", os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    fcntl.flock(os.open(tmp_path / "lock", os.O_RDONLY), fcntl.LOCK_EX)

def test_tries_again_for_ever():
    while True:
        try:
            os.read(os.pipe()[0], 1)
        except Exception:
            pass

@given(st.integers())
def test_waits_in_each_example(number):
    os.read(os.pipe()[0], 1)
"""
SHARED = """
import os

def test_one(record_property):
    record_property("draws", ("3.1.3", "{name}", {{"accepted": 1, "refused": 2, "mismatch": 0}}))

def test_says_where_it_is():
    print("this is {name} in", os.getpid())
    assert not "{name}"
"""


def run(folder: Path, *argv: str) -> str:
    """Run pytest as `make test` does on a folder of tests that has the conftest of these."""
    for name in ("conftest.py", "summary.py"):
        shutil.copy(HERE / name, folder)
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", *argv, "."]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=280
    ).stdout


def test_a_test_that_hangs_fails_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "test_hangs.py").write_text(HANGS)
    said = run(tmp_path, "--timeout=1")
    assert "3 failed" in said
    assert said.count("Timeout (>1.0s)") >= 3
    for line in ("fcntl.flock(os.open(", "os.read(os.pipe()[0], 1)"):
        assert line in said


def test_files_stay_whole_the_lab_s_together_and_all_is_printed(tmp_path: Path) -> None:
    """But for those that run RELION itself: another worker has them."""
    (tmp_path / "tests" / "lab").mkdir(parents=True)
    names = [f"tests/lab/test_{name}" for name in ("c", "chain", "d", "pipeline")] + ["test_a", "test_b"]
    names.sort()
    for name in names:
        (tmp_path / f"{name}.py").write_text(SHARED.format(name=name))
    said = run(tmp_path)
    assert "6 failed, 6 passed" in said
    processes = dict(re.findall(r"^this is (\S+) in (\d+)$", said, re.MULTILINE))
    assert sorted(processes) == names
    assert processes["tests/lab/test_c"] == processes["tests/lab/test_d"]
    assert processes["tests/lab/test_chain"] == processes["tests/lab/test_pipeline"]
    assert processes["tests/lab/test_c"] != processes["tests/lab/test_chain"]
    assert re.search(r"^all +6 \+ +12, 0 mismatches$", said, re.MULTILINE)
    for name in names:
        assert f"FAILED {name}.py::test_says_where_it_is - " in said


def test_every_mutant_can_be_made() -> None:
    """Each wrong change of tools/mutants.toml still has its place, once, and the tests that have to notice it."""
    table = tomllib.loads((HERE.parent / "tools" / "mutants.toml").read_text("utf-8"))["mutant"]
    found = {
        each["name"]: (HERE.parent / each["file"]).read_text("utf-8").count(each["old"]) for each in table
    }
    assert [name for name, count in found.items() if count != 1] == []
    assert [each["name"] for each in table if each["old"] == each["new"]] == []
    named = {test for each in table for test in each["tests"].split()}
    assert [test for test in sorted(named) if not (HERE.parent / test).exists()] == []


def test_a_mutant_without_a_place_is_an_error(tmp_path: Path) -> None:
    """Its text is not there, or twice: nobody may take that for a mutant that was noticed."""
    spec = importlib.util.spec_from_file_location("mutants", HERE.parent / "tools" / "mutants.py")
    assert spec
    assert spec.loader
    mutants = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutants)
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    for old in ("y = 1", "x = 1"):
        what, said = mutants.outcome(mutants.Mutant("", "a.py", old, "x = 2", "a.py"), tmp_path)
        assert (what, "does not stand there once" in said) == (mutants.STALE, True)
    assert (tmp_path / "a.py").read_text() == "x = 1\nx = 1\n"
