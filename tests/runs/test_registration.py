"""Jobs in numbered folders are jobs of their RELION project: rows in its table, as RELION itself reads them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from stub_slurm import SPEC

if TYPE_CHECKING:
    from stub_slurm import Site

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/catalog"))
from oracle import INSTALLED, NEWEST  # noqa: E402 - how the real RELIONs are called

FRESH = "\n# version 30001\n\ndata_pipeline_general\n\n_rlnPipeLineJobCounter                       {}\n \n"
PROCESSES = """
# version 30001

data_pipeline_processes

loop_
_rlnPipeLineProcessName #1
_rlnPipeLineProcessAlias #2
_rlnPipeLineProcessType #3
_rlnPipeLineProcessStatus #4
Import/job001/       None            0            2
Class3D/job002/       Class3D/first/            9            2


# version 30001

data_pipeline_nodes

loop_
_rlnPipeLineNodeName #1
_rlnPipeLineNodeType #2
Import/job001/particles.star            3

"""
FULL = FRESH.format(3) + PROCESSES.replace("\n", " \n").replace(
    "\n \n", "\n\n"
)  # RELION ends lines with a blank


@pytest.fixture
def numbered(site: Site) -> Site:
    """The project with a build whose jobs write to numbered folders."""
    (site.here / "numbered.yaml").write_text(SPEC.replace("jobs:\n", "first_job: 25\njobs:\n", 1))
    assert site.run("build", "numbered.yaml")[0] == 0
    return site


def rows(site: Site) -> dict[str, list[str]]:
    text = (site.here / "default_pipeline.star").read_text()
    found = re.findall(r"^(\w+/job\d+/)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", text, re.MULTILINE)
    return {name: rest for name, *rest in found}


def counter(site: Site) -> int:
    found = re.search(
        r"^_rlnPipeLineJobCounter +(\d+)", (site.here / "default_pipeline.star").read_text(), re.MULTILINE
    )
    assert found
    return int(found[1])


@pytest.mark.parametrize("before", [FRESH.format(1), FULL])
def test_jobs_get_rows_and_files(numbered: Site, before: str) -> None:
    (numbered.here / "default_pipeline.star").write_text(before)
    assert numbered.run("submit", "build/numbered")[0] == 0
    alias = "None" if before == FULL else "Class3D/first/"
    found = rows(numbered)
    assert found["Class3D/job025/"] == [alias, "9", "0"]
    assert found["Class3D/job026/"] == ["Class3D/second/", "9", "0"]
    assert counter(numbered) == 28
    folder = numbered.here / "Class3D/job026"
    assert (numbered.here / "Class3D/second").resolve() == folder
    assert (folder / "job.star").read_bytes() == (
        numbered.here / "build/numbered/second/job.star"
    ).read_bytes()
    assert "Class3D/job026/" in (folder / "job_pipeline.star").read_text()
    assert "relion_refine_mpi --o Class3D/job026/run" in (folder / "note.txt").read_text()
    assert (numbered.here / ".pipeline_has_changed").exists()
    assert not (numbered.here / ".relion_lock").exists()
    if before == FULL:
        kept = [line for line in FULL.split("\n") if line.startswith(("Import", "Class3D/job002"))]
        assert all(line in (numbered.here / "default_pipeline.star").read_text().split("\n") for line in kept)


def test_a_second_submission_sets_its_row_running_again(numbered: Site) -> None:
    (numbered.here / "default_pipeline.star").write_text(FRESH.format(1))
    numbered.run("submit", "build/numbered")
    (numbered.here / "Class3D/job025/relionc").mkdir()
    table = numbered.here / "default_pipeline.star"
    table.write_text(
        re.sub(r"^(Class3D/job025/.*)0( *)$", r"\g<1>3\2", table.read_text(), flags=re.MULTILINE)
    )
    assert rows(numbered)["Class3D/job025/"][2] == "3"
    numbered.says("101", state="FAILED", reason="NonZeroExitCode")
    assert numbered.run("submit", "build/numbered", "--job", "first")[0] == 0
    assert rows(numbered)["Class3D/job025/"] == ["Class3D/first/", "9", "0"]
    assert len(rows(numbered)) == 3


def test_a_number_of_another_job_is_refused(numbered: Site) -> None:
    (numbered.here / "default_pipeline.star").write_text(FULL.replace("Import/job001/ ", "Import/job026/ "))
    code, _, err = numbered.run("submit", "build/numbered")
    assert code == 1
    assert (
        "second is to write to Class3D/job026/, but the project has Import/job026/: raise `first_job`" in err
    )
    assert numbered.calls("sbatch") == []


def test_without_a_project_or_a_number_nothing_is_registered(numbered: Site) -> None:
    assert numbered.run("submit", "build/numbered")[0] == 0
    assert not (numbered.here / "default_pipeline.star").exists()
    (numbered.here / "default_pipeline.star").write_text(FULL)
    assert numbered.run("submit", "build/spec")[0] == 0
    assert (numbered.here / "default_pipeline.star").read_text() == FULL


def test_a_lock_that_stays_is_told_and_the_jobs_run(numbered: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relionc.store.project.PATIENCE", 0.2)
    (numbered.here / "default_pipeline.star").write_text(FULL)
    (numbered.here / ".relion_lock").mkdir()
    code, out, err = numbered.run("submit", "build/numbered")
    assert (code, len(out.splitlines())) == (0, 3)
    assert "not in the table of the project: first, second, other: " in err
    assert "if no RELION runs in this project, remove it" in err
    assert (numbered.here / ".relion_lock").exists()


def test_a_project_of_another_version_is_told(numbered: Site) -> None:
    words = FULL.replace("ProcessType ", "ProcessTypeLabel ").replace("ProcessStatus ", "ProcessStatusLabel ")
    (numbered.here / "default_pipeline.star").write_text(words)
    assert (
        "one of another version of RELION than Class3D/job025/" in numbered.run("submit", "build/numbered")[2]
    )


ADD = """
import sys
from relionc.runs import registry
from relionc.store import project
style = registry.table().styles[0]
for number in map(int, sys.argv[1:]):
    row = registry.ProjectRow(f"Class3D/job{number:03}/", "None", "9", style)
    project.change(".", registry.table().file, lambda text: registry.with_row(text, row))
"""


def test_two_at_once_lose_no_entry(site: Site) -> None:
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    each = 50
    calls = [
        subprocess.Popen(
            [sys.executable, "-c", ADD, *(str(4 * number + shift) for number in range(1, each + 1))],
            cwd=site.here, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for shift in range(4)
    ]  # fmt: skip
    assert [call.wait() for call in calls] == [0] * 4
    assert len(rows(site)) == 4 * each
    assert counter(site) == 4 * each + 4


RELIONS = {"3.1": INSTALLED.pipeliner, "5.1": NEWEST.pipeliner}
STATES = {
    "RELION_JOB_EXIT_SUCCESS": {"3.1": "2", "5.1": "Succeeded"},
    "RELION_JOB_EXIT_FAILURE": {"3.1": "3", "5.1": "Failed"},
    "RELION_JOB_EXIT_ABORTED": {"3.1": "4", "5.1": "Aborted"},
    "": {"3.1": "0", "5.1": "Running"},
}


@pytest.mark.oracle
@pytest.mark.parametrize("mark", STATES)
@pytest.mark.parametrize("version", RELIONS)
def test_relion_turns_running_into_how_the_job_ended(site: Site, version: str, mark: str) -> None:
    pipeliner = RELIONS[version]
    if not pipeliner:
        pytest.skip(f"the pipeliner of RELION {version} is not here")
    text = SPEC.replace("jobs:\n", "first_job: 25\njobs:\n", 1).replace('"3.1"', f'"{version}"')
    (site.here / "numbered.yaml").write_text(text)
    assert site.run("build", "numbered.yaml")[0] == 0
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    site.run("submit", "build/numbered")
    before = rows(site)
    assert list(before) == ["Class3D/job025/", "Class3D/job026/", "Class3D/job027/"]
    if mark:
        (site.here / "Class3D/job025" / mark).touch()
    command = [*pipeliner, "--check_job_completion"]
    done = subprocess.run(command, cwd=site.here, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    first = before["Class3D/job025/"]
    assert rows(site) == before | {"Class3D/job025/": [*first[:2], STATES[mark][version]]}
    assert counter(site) == 28
