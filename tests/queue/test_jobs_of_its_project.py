"""Jobs that RELION's own pipeline has put into a project, as specs name them: each makes what its table says."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from pressing_run import EMPTY, PROGRAMS, is_there
from submit_rows import DATA, job_type_of

from relionc import catalog
from relionc.data import project_jobs
from relionc.data.facts import Room
from relionc.data.skim import Skim
from relionc.emit.jobfile import render
from relionc.lower.jobfile import job_file
from relionc.pipeline.pipeliner import how_to_call
from relionc.pipeline.project_jobs import ProjectJobs
from relionc.source import jobfile
from relionc.spec import job_from_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASES = {"3.1": "3.1.3", "5.1": "5.1.0"}


@pytest.mark.oracle
@pytest.mark.parametrize("version", RELEASES)
def test_outputs_are_the_files_of_relions_own_table(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not is_there(version):
        pytest.skip(f"RELION {version} is not there")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "default_pipeline.star").write_text(EMPTY)
    added = list(one_of_each_type(version))
    table = project_jobs.read("", Skim(), Room())
    assert table is not None
    jobs = ProjectJobs(Skim())
    told = files = 0
    for listed in table.folders.values():
        found = jobs.job(listed.folder.rstrip("/"), "", version)
        assert found.folder == listed.folder, found.why
        made = of_catalogue(tmp_path / listed.folder / "job.star", listed.folder, version)
        assert found.outputs == {each.name: each.path for each in made if each.name}
        assert {each.path for each in made if each.node_type} <= {*found.files}
        told += len(found.outputs)
        files += len(found.files)
    with capsys.disabled():
        print(f"\nRELION {RELEASES[version]}: {len(added)} jobs, {told} outputs, {files} files in its table")
    assert len(table.folders) == len(added) >= {"3.1": 17, "5.1": 20}[version]


def of_catalogue(path: Path, folder: str, version: str) -> tuple[catalog.MadeFile, ...]:
    job, _ = job_from_file.resolve(jobfile.read(path.read_bytes(), str(path)), version)
    assert job is not None
    return catalog.made(job.type, job.options, output=folder, is_continue=job.is_continue)


def one_of_each_type(version: str) -> Iterator[str]:
    """Let RELION add a job of each type to the project of this folder."""
    seen: set[str] = set()
    rows = (DATA / "golden" / f"{RELEASES[version]}.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, rows):
        job_type = job_type_of(row, RELEASES[version])
        if not row["ok"] or row["is_continue"] or not job_type or job_type.name in seen:
            continue
        options = {key: text for key, text in row["set"].items() if key in job_type.options}
        with open("job.star", "w") as file:
            file.write(render(job_file(job_type, {**options, "do_queue": "No"}, is_continue=False)))
        done = subprocess.run(
            [*how_to_call(PROGRAMS[version]), "--addJobFromStar", "job.star"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        if done.returncode == 0:
            seen.add(job_type.name)
            yield job_type.name
