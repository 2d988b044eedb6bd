"""Jobs written after public threads: what relionc says to each mistake, and what it lets pass."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from relionc.cli import files
from relionc.data.skim import Skim
from relionc.diag import render
from relionc.pipeline import LAST_TO_FIND, Disk, Request, compile_spec

HERE = Path(__file__).parent
SPECS = sorted((HERE / "specs").glob("*.yaml"))
ANSWERS = tomllib.loads((HERE / "answers.toml").read_text())
BEST_FIRST = ("prevented", "warned", "silent")
TABLE = re.compile(r"<!-- table -->\n.*<!-- end -->\n", re.DOTALL)


def compiled(spec: Path, there: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Lint a spec in a folder of its own, in which only the files are that its answer names."""
    shutil.copy(spec, folder)
    shutil.copytree(HERE / "specs" / "site", folder / "site")
    for name, text in there.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    skim = Skim()
    disk = Disk(
        files.read,
        lambda name, project: files.file_facts(name, project, skim),
        lambda name, project: files.Lookups("").look(name, project, skim) if there else None,
    )
    return compile_spec(Request(path=spec.name, data=spec.read_bytes()), disk, LAST_TO_FIND)


def verdict(result) -> str:
    found = {each.severity for each in result.diagnostics}
    return "prevented" if "error" in found else "warned" if "warning" in found else "silent"


def test_every_spec_has_an_answer():
    assert [spec.stem for spec in SPECS] == sorted(ANSWERS)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_job_gets_its_answer(spec, tmp_path, monkeypatch):
    answer = ANSWERS[spec.stem]
    result = compiled(spec, answer.get("files", {}), tmp_path, monkeypatch)
    said = render.text(result.diagnostics, result.sources, color=False)
    got = verdict(result)
    if answer["now"] == "right":
        assert got == "silent", said
    else:
        assert BEST_FIRST.index(got) <= BEST_FIRST.index(answer["now"]), said
    assert [piece for piece in answer.get("says", ()) if piece not in said] == [], said


def table() -> str:
    """Return the numbers before and now, and what is still silent."""
    words = ("prevented", "warned", "silent", "right", "refused")
    before, now = (Counter(each[key] for each in ANSWERS.values()) for key in ("before", "now"))
    rows = [f"| {word} | {before[word]} | {now[word]} |" for word in words]
    still = [
        f"- `{name}`: {each['open']}"
        for name, each in ANSWERS.items()
        if each["now"] == "silent" and "open" in each
    ]
    lines = ["| | before | now |", "|---|---|---|", *rows, "", "Still silent:", "", *still]
    return "<!-- table -->\n" + "\n".join(lines) + "\n<!-- end -->\n"


def test_the_page_has_these_numbers():
    page = HERE / "README.md"
    wanted = TABLE.sub(lambda _: table(), page.read_text())
    if os.environ.get("RELIONC_ACCEPT") == "1":
        page.write_text(wanted)
    assert page.read_text() == wanted, "RELIONC_ACCEPT=1 writes it"


def test_nothing_silent_is_without_a_reason():
    assert [name for name, each in ANSWERS.items() if each["now"] == "silent" and not each.get("open")] == []
