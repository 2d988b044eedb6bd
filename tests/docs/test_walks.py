"""The walks of docs/design.md: the functions are there, and a build calls them in that order."""

from __future__ import annotations

import itertools
import re
import sys
from typing import TYPE_CHECKING

import pytest
from pages import ROOT

from relionc.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"
PAGE = (ROOT / "docs" / "design.md").read_text("utf-8").partition("## 7. Two walks")[2]
ROW = re.compile(r"^\| `(relionc/[\w/]+\.py)` \| `(\w+)` \|", re.MULTILINE)
WALKS = {walk.partition("**")[0]: ROW.findall(walk) for walk in PAGE.split("\n**")[1:]}


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """File and name of each function of relionc that a build calls, in the order of the first calls."""
    seen: dict[tuple[str, str], None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(f"{ROOT}/relionc/"):
            seen.setdefault((frame.f_code.co_filename.removeprefix(f"{ROOT}/"), frame.f_code.co_name))

    _forget()
    out: Path = tmp_path_factory.mktemp("walk")
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        assert run(["build", str(SPEC), "-o", str(out)]) == 0
    finally:
        sys.setprofile(before)
    assert "--K 6" in (out / SPEC.stem / "class3d" / "run.sbatch").read_text()
    assert len((out / SPEC.stem / "class3d" / "hostfile").read_text().splitlines()) == 17
    return list(seen)


def _forget() -> None:
    """Empty what functions remember of tests before this one: a build of its own process calls them all."""
    modules = [module for name, module in sys.modules.items() if name.startswith("relionc")]
    for value in [value for module in modules for value in vars(module).values()]:
        clear = getattr(value, "cache_clear", None)
        if clear is not None:
            clear()


def test_there_are_two_walks() -> None:
    assert list(WALKS) == ["An option", "A rank"]
    assert all(len(rows) > 5 for rows in WALKS.values())


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_passes_these_functions_in_this_order(walk: str, called: list[tuple[str, str]]) -> None:
    rows = WALKS[walk]
    gone = [f"{file}: {name}" for file, name in rows if (file, name) not in called]
    assert not gone, f"docs/design.md, {walk}: a build does not call these any more; who does it now? {gone}"
    places = [called.index(row) for row in rows]
    late = [f"{b[1]} before {a[1]}" for a, b in itertools.pairwise(rows) if called.index(a) > called.index(b)]
    assert places == sorted(places), f"docs/design.md, {walk}: the order is another one now: {late}"


def test_no_file_is_passed_twice() -> None:
    files = [file for rows in WALKS.values() for file, _ in rows]
    assert sorted(files) == sorted(set(files))
