"""RELION's own job files: byte for byte what RELION writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from golden_rows import Job, all_jobs

from relionc import catalog
from relionc.emit.jobfile import quoted, render
from relionc.expr import refs
from relionc.ir import JobFile
from relionc.lower import jobfile

if TYPE_CHECKING:
    from relionc.catalog import JobType

DATA = Path(__file__).parent.parent / "data"
OURS = [(job, found) for job in all_jobs() if (found := job.ours())]
LATER = sorted(path for release in ("4.0.2", "5.0.1") for path in (DATA / "jobstar" / release).iterdir())


@pytest.mark.parametrize(("job", "job_type"), OURS, ids=[f"{ours.version}-{ours.name}" for _, ours in OURS])
def test_default_options_give_relions_default_file(job: Job, job_type: JobType) -> None:
    written = (DATA / job.facts["default_file"]).read_text("utf-8")
    assert render(jobfile.job_file(job_type, {}, is_continue=False)) == written


@pytest.mark.parametrize("path", LATER, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_form_of_later_versions_is_ready(path: Path) -> None:
    text = path.read_text("utf-8")
    rows = re.findall(
        r"^ *(\S+) +(\"[^\"]*\"|\S+) $", text.partition("_rlnJobOptionValue #2 \n")[2], re.MULTILINE
    )
    found = dict(re.findall(r"^_(rlnJob\w+) +(\S+)$", text, re.MULTILINE))
    version = re.search(r"# version (\d+)", text)
    assert version
    made = JobFile(
        style="job.star",
        job_type=found["rlnJobTypeLabel"],
        is_continue=found["rlnJobIsContinue"] == "1",
        is_tomo=found["rlnJobIsTomo"] == "1",
        values=tuple((name, value.strip('"')) for name, value in rows),
        star_version=version[1],
    )
    assert len(made.values) > 7
    assert render(made) == text


def test_values_are_written_and_references_shown() -> None:
    job_type = catalog.load("class3d", "3.1")
    options = {"scratch_dir": refs.braced("/lscratch/${SLURM_JOB_ID}"), "nr_classes": "6"}
    text = render(jobfile.job_file(job_type, options, is_continue=True))
    assert "nr_classes          6 \n" in text
    assert "scratch_dir /lscratch/${SLURM_JOB_ID} \n" in text
    assert "_rlnJobIsContinue                       1\n" in text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", '""'),
        ("plain", "plain"),
        ("two words", '"two words"'),
        ("'quote", '"\'quote"'),
        ('mid"dle', 'mid"dle'),
        ('say "so" now', '"say "so\a" now"'),
    ],
)
def test_values_are_quoted_as_relion_does(text: str, cell: str) -> None:
    assert quoted(text) == cell
