"""Jobs in numbered folders are jobs of their RELION project: rows in its table, as RELION itself reads them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from stub_slurm import SPEC

from relionc.runs import pipeline_file, registry

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


def table(text: str, name: str) -> list[list[str]]:
    """The rows of a table of a STAR file."""
    block = re.search(rf"^data_{name}\s*\n(.*?)(?=^data_|\Z)", text, re.MULTILINE | re.DOTALL)
    lines = block[1].splitlines() if block else []
    return [
        line.split() for line in lines if line.strip() and not line.lstrip().startswith(("_", "#", "loop_"))
    ]


def rows(site: Site) -> dict[str, list[str]]:
    text = (site.here / "default_pipeline.star").read_text()
    return {name: rest for name, *rest in table(text, "pipeline_processes")}


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
    assert found["Class3D/job025/"] == [alias, "9", "1"]
    assert found["Class3D/job026/"] == ["Class3D/second/", "9", "1"]
    assert counter(numbered) == 28
    folder = numbered.here / "Class3D/job026"
    assert (numbered.here / "Class3D/second").resolve() == folder
    assert (folder / "job.star").read_bytes() == (
        numbered.here / "build/numbered/second/job.star"
    ).read_bytes()
    pipeline = (folder / "job_pipeline.star").read_bytes()
    assert pipeline == (numbered.here / "build/numbered/second/job_pipeline.star").read_bytes()
    assert "relion_refine_mpi --o Class3D/job026/run" in (folder / "note.txt").read_text()
    offered = {path.parent.name for path in (numbered.here / ".Nodes").rglob("run_it025_data.star")}
    assert offered == {"job025" if before == FULL else "first", "second", "other"}
    assert (numbered.here / ".pipeline_has_changed").exists()
    assert not (numbered.here / ".relion_lock").exists()
    if before == FULL:
        kept = [line for line in FULL.split("\n") if line.startswith(("Import", "Class3D/job002"))]
        assert all(line in (numbered.here / "default_pipeline.star").read_text().split("\n") for line in kept)


def by_script(site: Site, build: str = "build/numbered") -> subprocess.CompletedProcess[str]:
    """Submit a build with bash alone."""
    for name in ("particles.star", "reference.mrc"):
        (site.here / name).touch()
    bash = os.environ.get("RELIONC_BASH", "bash")
    return subprocess.run(
        [bash, f"{build}/submit.sh"], cwd=site.here, capture_output=True, text=True, check=False
    )


def of_project(here: Path) -> dict[str, str]:
    """All that lies in a project but builds, and what it says; the time of a note is left out."""
    files = {
        str(path.relative_to(here)): os.readlink(path) if path.is_symlink() else path.read_text()
        for path in here.rglob("*")
        if (path.is_symlink() or path.is_file()) and "build" not in path.parts and "calls" not in path.name
    }
    return {
        name: re.sub("new job on .*", "", text)
        for name, text in files.items()
        if ".relionc_lock" not in name and not name.endswith(".yaml")
    }


@pytest.mark.parametrize(
    ("version", "before"), [("3.1", FRESH.format(1)), ("3.1", FULL), ("5.1", FRESH.format(1))]
)
def test_submit_sh_puts_jobs_in_as_the_command_does(site: Site, version: str, before: str) -> None:
    made = built(site, version)
    (site.here / "default_pipeline.star").write_text(before)
    assert by_script(site).stderr == ""
    assert site.calls("scontrol") == ["release 101 103"]
    found = of_project(site.here)
    waiting = {row[2] for name, row in rows(site).items() if "job02" in name}
    assert waiting == {WORDS[version]["scheduled"]}
    for name in found:
        (site.here / name).unlink()
    for name in ("particles.star", "reference.mrc"):
        (site.here / name).touch()
    shutil.rmtree(made / "state")
    (site.here / "default_pipeline.star").write_text(before)
    assert site.run("submit", "build/numbered")[0] == 0
    theirs = of_project(site.here)
    assert found.keys() == theirs.keys()
    for name, text in found.items():
        assert text.split("\n") == theirs[name].split("\n"), name


SWEEP = """\
relionc: 1
cluster: lab
relion: "3.1"
NUMBERED
jobs:
  k:
    type: class3d
    matrix: {seed: {from: 1, to: POINTS}}
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 300}
    extra_args: --random_seed ${{ matrix.seed }}
    data: {particles: 1000, box: 64}
"""


@pytest.mark.parametrize(("first", "points"), [("first_job: 25", 3), ("", 101)])
def test_points_of_a_sweep_have_rows_where_they_have_numbers(site: Site, first: str, points: int) -> None:
    """Without numbers so many points are a table, and no jobs of the project."""
    (site.here / "sweep.yaml").write_text(SWEEP.replace("NUMBERED", first).replace("POINTS", str(points)))
    assert site.run("build", "sweep.yaml")[0] == 0
    assert bool(first) != (site.here / "build/sweep/k/points.tsv").exists()
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    assert by_script(site, "build/sweep").returncode == 0
    assert [*rows(site)] == ([f"Class3D/job{number:03}/" for number in range(25, 28)] if first else [])


def test_submit_sh_holds_one_job_until_its_row_is_there(site: Site) -> None:
    """It could start meanwhile, and then be called Scheduled."""
    text = SPEC.replace("jobs:\n", "first_job: 25\njobs:\n", 1).partition("  second:")[0]
    (site.here / "numbered.yaml").write_text(text)
    assert site.run("build", "numbered.yaml")[0] == 0
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    assert by_script(site).returncode == 0
    assert (site.calls("sbatch")[0].split()[:2], site.calls("scontrol")) == (
        ["--parsable", "--hold"],
        ["release 101"],
    )
    assert rows(site)["Class3D/job025/"] == ["Class3D/first/", "9", "1"]


def test_submit_sh_refuses_a_number_that_is_anothers(numbered: Site) -> None:
    taken = FULL.replace("Import/job001/ ", "Import/job026/ ")
    (numbered.here / "default_pipeline.star").write_text(taken)
    done = by_script(numbered)
    said = "second is to write to Class3D/job026/, but the project has Import/job026/: raise `first_job`"
    assert (done.returncode, done.stdout) == (1, "")
    assert f"nothing was submitted: {said}\n" in done.stderr
    assert numbered.calls("scancel") == ["101"]
    assert (numbered.here / "default_pipeline.star").read_text() == taken
    (numbered.here / "Class3D/job026/relionc").mkdir(parents=True)  # it has run: the row is its own
    assert by_script(numbered).returncode == 0


@pytest.mark.parametrize("by", ["submit.sh", "relionc submit"])
def test_a_job_may_go_on_in_the_folder_of_relions_own(site: Site, by: str) -> None:
    """Its number is that job's, and it was refused for that."""
    text = SPEC.partition("jobs:\n")[0] + (
        "jobs:\n  more:\n    type: class3d\n    continue: yes\n    output: Class3D/job002/\n    options: {fn_cont: "
        "Class3D/job002/run_it005_optimiser.star, particle_diameter: 100}\n    data: {particles: 9, box: 16}\n"
    )
    (site.here / "numbered.yaml").write_text(text)
    assert site.run("build", "numbered.yaml")[0] == 0
    (site.here / "default_pipeline.star").write_text(FULL)
    (site.here / "Class3D/job002").mkdir(parents=True)
    (site.here / "Class3D/job002/run_it005_optimiser.star").touch()
    if by == "submit.sh":
        done = by_script(site)
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert site.run("submit", "build/numbered")[0] == 0
    assert rows(site)["Class3D/job002/"] == ["Class3D/first/", "9", "1"]


def test_submit_sh_submits_again_what_has_failed(numbered: Site) -> None:
    table = numbered.here / "default_pipeline.star"
    table.write_text(FRESH.format(1))
    by_script(numbered)
    (numbered.here / "Class3D/job025/relionc").mkdir()
    table.write_text(
        re.sub(r"^( *Class3D/job025/ .* )1( *)$", r"\g<1>3\2", table.read_text(), flags=re.MULTILINE)
    )
    numbered.says("101", state="FAILED", reason="NonZeroExitCode")
    assert by_script(numbered).returncode == 0
    assert [row[2] for row in rows(numbered).values()] == ["1"] * 3


def test_submit_sh_submits_where_the_table_cannot_be_written(numbered: Site) -> None:
    (numbered.here / "default_pipeline.star").write_text(FRESH.format(1) + WORDS_OF_5_1)
    done = by_script(numbered)
    assert (done.returncode, done.stdout) == (0, "first 101\nsecond 102\nother 103\n")
    assert done.stderr.count("the project is one of another version of RELION") == 3
    assert numbered.calls("scontrol") == ["release 101 103"]


def test_submit_sh_waits_once_for_a_lock_that_stays(numbered: Site) -> None:
    (numbered.here / "default_pipeline.star").write_text(FULL)
    (numbered.here / ".relion_lock").mkdir()
    done = by_script(numbered)
    assert (done.returncode, done.stdout) == (0, "first 101\nsecond 102\nother 103\n")
    assert done.stderr.count(".relion_lock stays") == 1
    assert numbered.calls("scontrol") == ["release 101 103"]


def test_a_second_submission_sets_its_row_scheduled_again(numbered: Site) -> None:
    (numbered.here / "default_pipeline.star").write_text(FRESH.format(1))
    numbered.run("submit", "build/numbered")
    (numbered.here / "Class3D/job025/relionc").mkdir()
    table = numbered.here / "default_pipeline.star"
    table.write_text(
        re.sub(r"^( *Class3D/job025/ .* )1( *)$", r"\g<1>3\2", table.read_text(), flags=re.MULTILINE)
    )
    assert rows(numbered)["Class3D/job025/"][2] == "3"
    numbered.says("101", state="FAILED", reason="NonZeroExitCode")
    assert numbered.run("submit", "build/numbered", "--job", "first")[0] == 0
    assert rows(numbered)["Class3D/job025/"] == ["Class3D/first/", "9", "1"]
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


RELIONS = {"3.1": INSTALLED.pipeliner, "5.1": NEWEST.pipeliner}
STATES = ("running", "scheduled", "success", "failure", "aborted")
WORDS = {
    "3.1": dict(zip(STATES, "01234", strict=True)),
    "5.1": dict(zip(STATES, ("Running", "Scheduled", "Succeeded", "Failed", "Aborted"), strict=True)),
}


def pipeliner(version: str) -> tuple[str, ...]:
    found = RELIONS[version]
    if not found:
        pytest.skip(f"the pipeliner of RELION {version} is not here")
    return found


def built(site: Site, version: str, first: int = 25, name: str = "numbered") -> Path:
    text = SPEC.replace("jobs:\n", f"first_job: {first}\njobs:\n", 1).replace('"3.1"', f'"{version}"')
    (site.here / f"{name}.yaml").write_text(text)
    assert site.run("build", f"{name}.yaml")[0] == 0
    return site.here / "build" / name


def guard_says(site: Site, folder: str, state: str) -> None:
    """What the guard of a job does with the table of its project."""
    guard = ROOT / "templates/relionc-runtime.sh"
    script = f"set -u; . {guard}; exec {{rc_log}}>&1; output={folder} rc_token=7; declare -A plan=()"
    done = in_bash(f"{script}; relionc_project {state}", site.here)
    assert (done.stdout, done.stderr) == ("", "")


def in_bash(script: str, where: Path) -> subprocess.CompletedProcess[str]:
    command = [os.environ.get("RELIONC_BASH", "bash"), "-c", script]
    return subprocess.run(command, cwd=where, capture_output=True, check=True, text=True)


def starts(build: Path, job: str, number: int, token: str = "7") -> str:
    """What the guard of a job that nobody has registered does when it starts: lines of bash."""
    return f"""
set -u; . {ROOT}/templates/relionc-runtime.sh; exec {{rc_log}}>&1
declare -A plan=([job]={job}); rc_build={build} rc_phase=begin output=Class3D/job{number:03d} rc_token={token}
mkdir -p $output; relionc_project running"""


def whole(text: str) -> dict[str, set[tuple[str, ...]]]:
    """All tables of a pipeline, without the order of their rows."""
    names = re.findall(r"^data_(\w+)", text, re.MULTILINE)
    return {name: {tuple(row) for row in table(text, name)} for name in names if "general" not in name}


@pytest.mark.oracle
@pytest.mark.parametrize("version", RELIONS)
def test_a_job_has_in_its_project_what_relion_itself_puts_there(site: Site, version: str) -> None:
    made = built(site, version, first=1)
    theirs = site.here / "theirs"
    theirs.mkdir()
    for folder in (site.here, theirs):
        (folder / "default_pipeline.star").write_text(FRESH.format(1))
        for name in ("particles.star", "reference.mrc"):
            (folder / name).touch()
    for job in ("first", "second"):
        add = ["--addJobFromStar", made / job / "job.star", "--setJobAlias", job]
        command = [*pipeliner(version), *add, "--addJobOptions", "do_queue == No"]
        subprocess.run(command, cwd=theirs, check=True, capture_output=True, timeout=60)
    assert site.run("submit", "build/numbered", "--job", "first", "--job", "second")[0] == 0
    ours = (site.here / "default_pipeline.star").read_text()
    assert whole(ours) == whole((theirs / "default_pipeline.star").read_text())
    assert len(whole(ours)["pipeline_output_edges"]) > 4
    assert counter(site) == 3
    files = {
        str(path.relative_to(folder))
        for folder in (site.here, theirs)
        for path in (folder / ".Nodes").rglob("*")
        if path.is_file()
    }
    assert all((site.here / path).is_file() for path in files)
    assert all((theirs / path).is_file() for path in files)


@pytest.mark.oracle
@pytest.mark.parametrize("state", ["running", "success", "failure", "aborted"])
@pytest.mark.parametrize("version", RELIONS)
def test_relion_and_the_guard_turn_running_into_how_the_job_ended(
    site: Site, version: str, state: str
) -> None:
    """RELION by the mark that the job leaves, and the guard without RELION."""
    built(site, version)
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    site.run("submit", "build/numbered")
    before, words = rows(site), WORDS[version]
    assert list(before) == ["Class3D/job025/", "Class3D/job026/", "Class3D/job027/"]
    assert {row[2] for row in before.values()} == {words["scheduled"]}
    guard_says(site, "Class3D/job025", "running")
    first = before["Class3D/job025/"]
    running = before | {"Class3D/job025/": [*first[:2], words["running"]]}
    assert rows(site) == running
    if state != "running":
        (site.here / "Class3D/job025" / f"RELION_JOB_EXIT_{state.upper()}").touch()
    text = (site.here / "default_pipeline.star").read_text()
    command = [*pipeliner(version), "--check_job_completion"]
    subprocess.run(command, cwd=site.here, capture_output=True, check=True, timeout=60)
    ended = before | {"Class3D/job025/": [*first[:2], words[state]]}
    assert rows(site) == ended
    assert (
        whole((site.here / "default_pipeline.star").read_text())["pipeline_nodes"]
        == whole(text)["pipeline_nodes"]
    )
    assert counter(site) == 28
    (site.here / "default_pipeline.star").write_text(text)
    guard_says(site, "Class3D/job025", state)
    assert rows(site) == ended
    guard_says(site, "Class3D/job024", state)
    assert rows(site) == ended
    assert not list(site.here.glob("default_pipeline.star.*"))
    assert not (site.here / ".relion_lock").exists()


def test_files_of_relions_own_jobs_are_theirs_by_whatever_name(site: Site) -> None:
    """An input below a job of the project is that job's, also where its path has the alias."""
    text = SPEC.replace("jobs:\n", "first_job: 25\njobs:\n", 1)
    text = text.replace("particles.star", "Select/good/particles.star", 1)
    text = text.replace("particles.star, fn_ref", "Select/job012/other.star, fn_ref", 2)
    text = text.replace("Select/good/Select/job012/other.star", "Select/good/particles.star")
    (site.here / "numbered.yaml").write_text(text)
    assert site.run("build", "numbered.yaml")[0] == 0
    processes = PROCESSES.replace(
        "Class3D/job002/       Class3D/first/            9 ", "Select/job012/ Select/good/ 7 "
    )
    (site.here / "default_pipeline.star").write_text(FRESH.format(13) + processes)
    assert site.run("submit", "build/numbered")[0] == 0
    table_now = whole((site.here / "default_pipeline.star").read_text())
    assert ("Select/job012/particles.star", "Class3D/job025/") in table_now["pipeline_input_edges"]
    assert ("Select/job012/", "Select/job012/particles.star") in table_now["pipeline_output_edges"]
    assert ("Select/job012/other.star", "Class3D/job026/") in table_now["pipeline_input_edges"]
    assert ("Select/job012/particles.star", "3") in table_now["pipeline_nodes"]


@pytest.mark.parametrize("where", ["spec", "job"])
def test_a_job_may_stay_out_of_the_project(site: Site, where: str) -> None:
    text = SPEC.replace("jobs:\n", "first_job: 25\njobs:\n", 1)
    if where == "spec":
        text += "defaults: {project: none}\n"
    else:
        text = text.replace("type: class3d", "type: class3d\n    project: none", 1)
    (site.here / "numbered.yaml").write_text(text)
    assert site.run("build", "numbered.yaml")[0] == 0
    (site.here / "default_pipeline.star").write_text(FULL)
    assert site.run("submit", "build/numbered")[0] == 0
    assert "Class3D/job025/" not in rows(site)
    assert ("Class3D/job026/" in rows(site)) is (where == "job")
    assert "none" not in (site.here / "build/numbered/first/run.sbatch").read_text()


WORDS_OF_5_1 = PROCESSES.replace("ProcessType ", "ProcessTypeLabel ").replace(
    "ProcessStatus ", "ProcessStatusLabel "
)
READ = """
# version 30001

data_pipeline_input_edges

loop_
_rlnPipeLineEdgeProcess #1
_rlnPipeLineEdgeFromNode #2
Class3D/job002/ Import/job001/particles.star

"""
PROJECTS = {
    "fresh": ("3.1", FRESH.format(1)),
    "fresh of 5.1": ("5.1", FRESH.format(1)),
    "an alias that is taken, and a number that is higher": ("3.1", FRESH.format(40) + PROCESSES),
    "no job yet": ("3.1", FRESH.format(1) + PROCESSES.partition("Import/")[0]),
    "other columns": ("5.1", FRESH.format(9) + WORDS_OF_5_1.replace("NodeType ", "NodeTypeLabel ") + READ),
    "an alias that is read": ("3.1", FRESH.format(13) + READ + PROCESSES.replace("first", "old")),
}


@pytest.mark.parametrize("project", PROJECTS)
def test_a_job_that_nobody_has_registered_does_so_when_it_starts(site: Site, project: str) -> None:
    """Started by sbatch alone or submit.sh: the guard makes the table and files that `relionc submit` makes."""
    version, before = PROJECTS[project]
    made = built(site, version)
    table = site.here / "default_pipeline.star"
    table.write_text(before)
    job = (made / "first/job_pipeline.star").read_text()
    if "read" in project:
        job = job.replace("reference.mrc", "Class3D/old/reference.mrc")
        (made / "first/job_pipeline.star").write_text(job)
    done = in_bash(starts(made, "first", 25), site.here)
    assert (done.stdout, done.stderr) == ("", "")
    text = table.read_text()
    assert text.split("\n") == pipeline_file.with_job(before, job, "running").split("\n")
    folder = site.here / "Class3D/job025"
    for name in ("job.star", "job_pipeline.star"):
        assert (folder / name).read_bytes() == (made / "first" / name).read_bytes()
    assert "relion_refine_mpi --o Class3D/job025/run" in (folder / "note.txt").read_text()
    taken = "Class3D/first/" in before
    assert (site.here / "Class3D/first").exists() is not taken
    assert taken or (site.here / "Class3D/first").resolve() == folder
    theirs = set(registry._offered(job, registry._free_aliases(job, before)))
    assert any("/Class3D/job025/" in path if taken else "/Class3D/first/" in path for path in theirs)
    ours = {str(path.relative_to(site.here)) for path in (site.here / ".Nodes").rglob("*") if path.is_file()}
    assert ours == theirs
    assert (site.here / ".pipeline_has_changed").exists()
    in_bash(starts(made, "first", 25), site.here)
    assert table.read_text() == text
    guard_says(site, "Class3D/job025", "success")
    assert rows(site)["Class3D/job025/"][2] == WORDS[version]["success"]
    assert not list(site.here.glob("default_pipeline.star.*"))
    assert not (site.here / ".relion_lock").exists()


def test_the_guard_puts_in_no_row_that_is_not_its_jobs(site: Site) -> None:
    made = built(site, "3.1")
    table = site.here / "default_pipeline.star"
    for before, why in (
        (FULL.replace("Import/job001/ ", "Import/job025/ "), "the project has Import/job025/ already"),
        (FRESH.format(1) + WORDS_OF_5_1, "the project is one of another version of RELION"),
    ):
        table.write_text(before)
        assert why in in_bash(starts(made, "first", 25), site.here).stdout
        assert table.read_text() == before
    assert "one of another job" in in_bash(starts(made, "first", 26), site.here).stdout
    (made / "first/job_pipeline.star").unlink()
    assert in_bash(starts(made, "first", 25), site.here).stdout == ""
    assert table.read_text() == before
    table.unlink()
    assert in_bash(starts(made, "second", 26), site.here).stdout == ""
    assert not table.exists()
    assert not (site.here / ".relion_lock").exists()
    assert not (site.here / "Class3D/job026/note.txt").exists()


@pytest.mark.parametrize("cut", ["head -n 9", "cat; exit 2"])
def test_a_table_that_is_not_whole_takes_no_ones_place(site: Site, cut: str) -> None:
    """A disk that is full, say: the table stays as it was, and the log says so."""
    made = built(site, "3.1")
    table = site.here / "default_pipeline.star"
    table.write_text(FULL)
    cut_off = f'awk() {{ command awk "$@" | {{ {cut}; }}; }}; relionc_project running'
    done = in_bash(starts(made, "first", 25).replace("relionc_project running", cut_off), site.here)
    assert "does not say `0` of this one: cannot write default_pipeline.star.7" in done.stdout
    assert table.read_text() == FULL
    assert not (site.here / ".relion_lock").exists()
    assert not list(site.here.glob("default_pipeline.star.*"))
    assert not (site.here / "Class3D/first").exists()


def test_jobs_that_end_put_no_row_in(site: Site) -> None:
    made = built(site, "3.1")
    table = site.here / "default_pipeline.star"
    table.write_text(FULL)
    for state in STATES[1:]:
        in_bash(
            starts(made, "first", 25).replace("relionc_project running", f"relionc_project {state}"),
            site.here,
        )
        assert table.read_text() == FULL


@pytest.mark.oracle
@pytest.mark.parametrize("version", RELIONS)
def test_relion_reads_what_the_guard_has_put_in(site: Site, version: str) -> None:
    made = built(site, version)
    (site.here / "default_pipeline.star").write_text(FRESH.format(1))
    script = "\n".join(
        f"({starts(made, name, n, name)}) &" for name, n in (("first", 25), ("second", 26), ("other", 27))
    )
    assert in_bash(f"{script}\nwait", site.here).stdout == ""
    before = (site.here / "default_pipeline.star").read_text()
    assert {row[2] for row in rows(site).values()} == {WORDS[version]["running"]}
    (site.here / "Class3D/job026/RELION_JOB_EXIT_SUCCESS").touch()
    subprocess.run(
        [*pipeliner(version), "--check_job_completion"],
        cwd=site.here,
        capture_output=True,
        check=True,
        timeout=60,
    )
    found = {name: row[2] for name, row in rows(site).items()}
    running, success = WORDS[version]["running"], WORDS[version]["success"]
    assert found == {"Class3D/job025/": running, "Class3D/job026/": success, "Class3D/job027/": running}
    after = whole((site.here / "default_pipeline.star").read_text())
    assert {k: v for k, v in after.items() if "processes" not in k} == {
        k: v for k, v in whole(before).items() if "processes" not in k
    }


SUBMIT = """
import sys
from relionc.runs import built, registry
build = built.read(sys.argv[1])
registry.register(build, build.jobs, ".")
"""
SOAK = bool(os.environ.get("RELIONC_SOAK"))


@pytest.mark.oracle
@pytest.mark.timeout(0 if SOAK else 300)
def test_submitters_guards_and_relion_at_once_lose_no_entry(site: Site) -> None:
    """204 tries in a soak, two otherwise; some at once, each in a project of its own.

    In each two calls of `relionc submit`, one of submit.sh, guards of three jobs that nobody has registered, RELION.
    """
    command = pipeliner("3.1")
    builds = [built(site, "3.1", first, f"from{first}") for first in FIRST]
    job_file = builds[0] / "first/job.star"
    found = [rows for number in range(34 if SOAK else 1) for rows in tries(site.here / str(number), builds, [
        *command, "--addJobFromStar", str(job_file), "--addJobOptions", "do_queue == No"])]  # fmt: skip
    ours = {f"Class3D/job{number}/" for first in FIRST for number in range(first, first + 3)}
    assert len(found) == (204 if SOAK else 2)
    for names in found:
        assert ours <= names
        assert len(names - ours) == 1, names


FIRST = (101, 201, 301, 401)
"""Numbers of first jobs: of two calls of `relionc submit`, of submit.sh, of those that only their guards know."""


def queue_of_nobody(where: Path) -> dict[str, str]:
    """A Slurm that takes every job."""
    folder = where / "bin"
    folder.mkdir(parents=True)
    for name, body in (("sbatch", "echo $RANDOM"), ("scontrol", "true"), ("squeue", "true")):
        (folder / name).write_text(f"#!/bin/bash\n{body}\n")
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "RELIONC_INPUTS": "later"}


def tries(where: Path, builds: list[Path], relion: list[str]) -> list[set[str]]:
    """Let all of them add jobs at once, in projects; return the jobs that each has then."""
    projects = [where / str(number) for number in range(6 if SOAK else 2)]
    running, queue = [], queue_of_nobody(where)
    for folder in projects:
        folder.mkdir(parents=True)
        (folder / "default_pipeline.star").write_text(FRESH.format(1))
        for first in FIRST:
            for number in range(first, first + 3):
                (folder / f"Class3D/job{number}").mkdir(parents=True)
        *calls, script, guarded = builds
        for each in calls:
            call = [sys.executable, "-c", SUBMIT, str(each)]
            running.append(subprocess.Popen(call, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}))
        shutil.copytree(script, folder / "build", ignore=shutil.ignore_patterns("state"))
        running.append(subprocess.Popen(["bash", "build/submit.sh"], cwd=folder, env=queue))
        for number, job in enumerate(("first", "second", "other")):
            lines = (
                starts(guarded, job, FIRST[-1] + number, job)
                + "; sleep 6; rc_phase=run; relionc_project running"
            )
            running.append(subprocess.Popen(["bash", "-c", lines], cwd=folder))
        running.append(subprocess.Popen(relion, cwd=folder))
    assert [each.wait(120) for each in running] == [0] * len(running)
    texts = [(folder / "default_pipeline.star").read_text() for folder in projects]
    return [{row[0] for row in table(text, "pipeline_processes")} for text in texts]
