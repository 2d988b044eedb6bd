"""A list of inputs on which relionc was wrong, silent or unclear, line by line: what it says now.

`lines.toml` has a line of the list each. Jobs from public threads are in tests/threads, with their answers; inputs of
strangers in tests/safety. All others stand here, rewritten as our own.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from relionc.cli.app import run

HERE = Path(__file__).parent
ANSWERS = tomllib.loads((HERE.parent / "threads" / "answers.toml").read_text())
HOSTILE = (HERE.parent / "safety" / "hostile.py").read_text()
LISTED = tomllib.loads((HERE / "lines.toml").read_text())
LINES = LISTED["line"]
TRIED = [(line, case) for line in LINES for case in line.get("case", ())]
SILENT_FOR_A_REASON = {"01-blush-1091", "10-not-checked-not-said"}


def plant(folder: Path, case: dict[str, Any]) -> None:
    """Write the files of a case: those that several have are named, with words replaced."""
    for name, text in case.get("files", {}).items():
        shared = LISTED["texts"].get(text.removeprefix("@"), text) if text.startswith("@") else text
        for old, new in case.get("replace", {}).items():
            shared = shared.replace(old, new)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(shared)


@pytest.mark.parametrize(
    ("line", "case"), TRIED, ids=[f"{line['name']}-{case['name']}" for line, case in TRIED]
)
def test_a_line_is_answered(line, case, tmp_path, monkeypatch, capsys):
    plant(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    status = run(case["call"].split())
    said = "".join(capsys.readouterr())
    for path in case.get("shows", ()):
        said += (tmp_path / path).read_text()
    assert status == case.get("status", 0), said
    assert [piece for piece in case.get("says", ()) if piece not in said] == [], said
    assert [piece for piece in case.get("never", ()) if piece in said] == [], said


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["name"])
def test_every_line_has_answers(line):
    named = line.get("threads", ())
    assert [name for name in named if name not in ANSWERS] == []
    silent = {name for name in named if ANSWERS[name]["now"] == "silent"}
    assert silent <= SILENT_FOR_A_REASON
    assert [name for name in line.get("hostile", ()) if f'"{name}' not in HOSTILE] == []
    assert named or line.get("case") or line.get("hostile") or line.get("elsewhere")


def test_elsewhere_is_there():
    for line in LINES:
        for place in line.get("elsewhere", ()):
            path, _, name = place.partition("::")
            assert f"def {name}" in (HERE.parents[1] / path).read_text(), place


def table() -> str:
    """Return the list as a page shows it: what was said at first, and where the answer of now is held to."""
    kinds = ("threads", "case", "hostile", "elsewhere")
    counted = [(line, sum(len(line.get(kind, ())) for kind in kinds)) for line in LINES]
    rows = [f"| {line['name']} | {line['before']} | {line['now']} | {count} |" for line, count in counted]
    return "\n".join(["| line | at first | now | inputs |", "|---|---|---|---|", *rows, ""])


def test_the_page_of_the_list_is_of_now():
    page = HERE / "README.md"
    start, mark, _ = page.read_text().partition("<!-- table -->\n")
    wanted = start + mark + table()
    if os.environ.get("RELIONC_ACCEPT") == "1":
        page.write_text(wanted)
    assert page.read_text() == wanted, "RELIONC_ACCEPT=1 writes it"
