"""`relionc commands`: recorded rows, written as RELION's own job files, give what RELION made of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from golden_rows import (
    JOB_ID,
    KINDS,
    PROJECT,
    RELEASES,
    Row,
    exceptions,
    key_of,
    names,
    recorded_words,
    rows,
    version_of,
)

from relionc import catalog
from relionc.cli.commands import as_json
from relionc.emit.jobfile import render
from relionc.lower import jobfile
from relionc.pipeline.jobfile import Answer, answer

if TYPE_CHECKING:
    from pathlib import Path

EVERY = {"golden": 1, "fuzz": 7}  # the rest of the fuzz rows differs in options, which other tests go through


def written(row: Row, release: str) -> str:
    """Return the job file of a row; values of options stay as they were typed, `$NAME` among them."""
    job_type = catalog.load(names(release)[key_of(row, release)], version_of(release))
    return render(jobfile.job_file(job_type, row["set"], is_continue=row["is_continue"]))


def answered(row: Row, release: str, path: Path) -> Answer:
    path.write_text(written(row, release), encoding="utf-8")
    number = int(row["outputname"].rstrip("/")[-3:])
    return answer(str(path), path.read_bytes(), version_of(release), f"job{number:03}", PROJECT)


def as_recorded(words: list[str]) -> list[str]:
    return [word.replace("${SLURM_JOB_ID}", JOB_ID) for word in words]


def difference(row: Row, found: Answer) -> str:
    if found.ok != row["ok"]:
        return f"{'accepted' if found.ok else 'refused'}: {[each.message for each in found.diagnostics]}"
    if not row["ok"]:
        return "" if not found.texts and found.diagnostics else "refused without a word"
    data = json.loads(as_json(found))
    if data["commands"] != row["commands"]:
        return f"{data['commands']} is not {row['commands']}"
    words = [as_recorded(each) for each in data["argv"]]
    return "" if words == recorded_words(row) else f"{words} is not {recorded_words(row)}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("release", RELEASES)
def test_job_files_give_relions_own_commands(release: str, kind: str, tmp_path: Path) -> None:
    differences = []
    for row in rows(release, kind)[:: EVERY[kind]]:
        if (release, kind, row["line"]) not in exceptions():
            found = difference(row, answered(row, release, tmp_path / "job"))
            differences += [(row["line"], row["set"], found)] if found else []
    assert not differences


def test_the_comparison_notices_a_changed_argument(tmp_path: Path) -> None:
    row = next(row for row in rows("3.1.3", "golden") if row["ok"] and row["job_type_id"] == 9)
    found = answered({**row, "set": {**row["set"], "nr_classes": "7"}}, "3.1.3", tmp_path / "job")
    assert "is not" in difference(row, found)
