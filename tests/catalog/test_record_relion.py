"""The recorder: what a RELION makes of jobs, asked from outside, and what the catalogue would have to say about it."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import fake_pipeliner
import golden_rows
import pytest

from relionc import catalog

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import record_relion

UNPACKED = Path(os.environ.get("RELIONC_RELION_5_1") or Path.home() / ".cache" / "relionc-lab" / "relion-5.1")
ROOTS = {"3.1.3": Path("/"), "5.1.0": UNPACKED}


def recorded(folder: Path, out: Path, name: str, *more: str) -> list[dict]:
    assert record_relion.main([str(folder), "--out", str(out), "--type", name, "--drawn", "3", *more]) == 0
    (path,) = (out / "golden").glob("*.fuzz.jsonl.gz")
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


@pytest.mark.oracle
@pytest.mark.parametrize("release", ROOTS)
def test_what_is_recorded_of_a_real_release_is_what_we_make(release, tmp_path, capsys):
    root = ROOTS[release]
    there = (root / "usr" / "bin" / "relion_pipeliner").exists()
    if not there and not (release == "3.1.3" and os.environ.get("RELIONC_REQUIRE_LAB") == "1"):
        pytest.skip(f"RELION {release} is not there")
    rows = recorded(root, tmp_path, "localres")
    version = ".".join(release.split(".")[:2])
    job_type = catalog.load("localres", version)
    assert capsys.readouterr().out == f"RELION {release} is as the catalogue says of {version}\n"
    assert {row["kind"] for row in rows} == {"usual", "one", "switch", "pair", "drawn"}
    assert sum(row["ok"] for row in rows) > len(rows) / 2
    assert not [found for row in rows if (found := golden_rows.difference(row, job_type))]
    (job,) = json.loads((tmp_path / "joboptions" / f"{release}.json").read_text())["jobs"]
    assert {each["key"]: each["default"] for each in job["options"]} == {
        key: option.default for key, option in job_type.options.items()
    }


def test_a_release_that_differs_implies_changes_of_the_data(tmp_path, capsys):
    fake_pipeliner.written(tmp_path / "root", "9.1.2")
    rows = recorded(tmp_path / "root", tmp_path, "maskcreate", "--like", "3.1")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["versions.yaml", '+  "9.1":', '+    like: "3.1"']
    assert "maskcreate.yaml" in lines
    assert any(
        line.startswith('+    softness: {versions: ">=9.1", kind: number, default: "3"}') for line in lines
    )
    assert '     extend_inimask: versions: "<9.1"' in lines
    assert '     inimask_threshold: by_version: {">=9.1": {default: "0.05"}} # was "0.02"' in lines
    assert {"+    a step that writes --soft", "+    a step that writes --spiral"} <= set(lines)
    assert any("softness" in row["set"] for row in rows), "a new option is asked about, too"
