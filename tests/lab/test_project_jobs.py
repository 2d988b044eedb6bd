"""Jobs of a build in a RELION project: they read what RELION's own jobs made, and those read what they make."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.pipeline.pipeliner import how_to_call

from .brought import UNPACKED
from .building import build
from .client import ROOT
from .faults import CLASS3D, QUICK, Trial
from .make_particles import write

if TYPE_CHECKING:
    from .building import Built
    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.oracle, pytest.mark.usefixtures("relion")]
IMPORT = """\
relionc: 1
cluster: local
relion: "3.1"
jobs:
  particles:
    type: import
    options: {do_raw: no, do_other: yes, fn_in_other: Particles/particles.star,
      node_type: "Particles STAR file (.star)"}
"""
JOB = """
  {name}:{options}
    extra_args: --random_seed 1
    layout: homogeneous+1
    data: {{particles: 40, box: 16}}
    resources: {{gpus: {{type: p100, per_node: 2}}, nodes: 2, cpus_per_task: 2, time: "00:10:00", scratch: 20G}}
"""
CROWD = """
  {name}:{options}
    layout: homogeneous+1
    data: {{particles: 40, box: 16}}
    resources: {{gpus: {{type: p100, per_node: 2}}, nodes: 1, cpus_per_task: 2, time: "00:10:00"}}
"""
PIPELINERS = {"3.1": "relion_pipeliner", "5.1": str(UNPACKED / "usr" / "bin" / "relion_pipeliner")}
SCHEDULED, RUNNING, SUCCEEDED, ABORTED = "1", "0", "2", "4"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A RELION project with data, in which RELION itself has run its first job."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    (tmp_path / "default_pipeline.star").write_text("\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n\n")
    (tmp_path / "import.yaml").write_text(IMPORT)
    made = build(tmp_path / "import.yaml", tmp_path)
    relion(
        "--addJobFromStar", str(made.folder / "particles" / "job.star"), "--addJobOptions", "do_queue == No"
    )
    relion("--RunJobs", "Import/job001/", "--sec_wait_after", "1")
    assert states()["Import/job001/"] == SUCCEEDED
    return tmp_path


def relion(*words: str) -> None:
    subprocess.run(["relion_pipeliner", *words], check=True, capture_output=True, timeout=180)


def rows(table: str) -> list[list[str]]:
    block = re.search(
        rf"^data_{table}\s*\n(.*?)(?=^data_|\Z)",
        Path("default_pipeline.star").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    lines = block[1].splitlines() if block else []
    return [
        line.split() for line in lines if line.strip() and not line.lstrip().startswith(("_", "#", "loop_"))
    ]


def states() -> dict[str, str]:
    return {row[0]: row[3] for row in rows("pipeline_processes")}


def relionc(lab: Lab, *words: str) -> str:
    command = [sys.executable, "-m", "relionc", *words]
    done = lab.run(command, Path.cwd(), {**QUICK, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not in the table" not in done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "by",
    [
        "relionc submit and sbatch",
        pytest.param("submit.sh", marks=pytest.mark.skipif("RELIONC_SOAK" not in os.environ, reason="soak")),
    ],
)
def test_relion_and_relionc_take_turns_in_one_project(lab: Lab, project: Path, by: str) -> None:
    """Jobs that nobody has registered, as those of sbatch, are in the table from their start on; others wait in it."""
    theirs = "'${{{{ jobs[\"Import/job001\"].outputs.particles }}}}'"
    options = CLASS3D.replace("Particles/particles.star", theirs)
    text = 'relionc: 1\ncluster: lab\nrelion: "3.1"\nfirst_job: 2\njobs:'
    jobs = {"classes": 3, "more": 200}
    text += "".join(JOB.format(name=name, options=options.format(iterations=n)) for name, n in jobs.items())
    (project / "spec.yaml").write_text(text)
    made = build(project / "spec.yaml", project)
    classes, more = (
        Trial(lab, made, {}, number, job=name) for name, number in submitted(lab, made, by).items()
    )
    more.until(lambda: states().get("Class3D/job003/") == RUNNING)
    more.until(lambda: os.path.exists("Class3D/more"), 20)  # its files come after its row
    assert os.path.samefile("Class3D/more", "Class3D/job003")
    assert classes.end().state == "COMPLETED"
    for number in (2, 3):
        assert ["Import/job001/particles.star", f"Class3D/job00{number}/"] in rows("pipeline_input_edges")
    assert states() == {"Import/job001/": SUCCEEDED, "Class3D/job002/": SUCCEEDED, "Class3D/job003/": RUNNING}
    more.iterating()
    relion("--check_job_completion")
    assert states()["Class3D/job003/"] == RUNNING
    relionc(lab, "cancel", str(made.folder))
    more.end()
    assert states()["Class3D/job003/"] == ABORTED
    relion("--check_job_completion")
    assert states() == {"Import/job001/": SUCCEEDED, "Class3D/job002/": SUCCEEDED, "Class3D/job003/": ABORTED}
    mask_of_ours()
    going_on_with_ours(made.folder / "classes" / "job.star")


def submitted(lab: Lab, made: Built, by: str) -> dict[str, str]:
    """The numbers of the two jobs: of which nobody registers one, or neither."""
    if by == "submit.sh":
        done = lab.run(["bash", made.folder / by], Path.cwd(), QUICK)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert {"Class3D/job002/", "Class3D/job003/"} <= states().keys()
        return dict(line.split() for line in done.stdout.splitlines())
    _, number = relionc(lab, "submit", str(made.folder), "--job", "classes").split()
    more = Trial(lab, made, {}, job="more")
    more.submit()
    return {"classes": number, "more": more.number}


def mask_of_ours() -> None:
    """RELION makes a mask of a map of ours, and knows whose it is."""
    text = IMPORT.partition("  particles:")[0] + (
        "  mask:\n    type: maskcreate\n"
        "    options: {fn_in: '${{ jobs[\"Class3D/classes\"].outputs.map }}', inimask_threshold: 0.01}\n"
    )
    Path("mask.yaml").write_text(text)
    made = build(Path("mask.yaml").resolve(), Path.cwd())
    relion("--addJobFromStar", str(made.folder / "mask" / "job.star"), "--addJobOptions", "do_queue == No")
    relion("--RunJobs", "MaskCreate/job004/", "--sec_wait_after", "1")
    assert states()["MaskCreate/job004/"] == SUCCEEDED
    assert ["Class3D/job002/run_it003_class001.mrc", "MaskCreate/job004/"] in rows("pipeline_input_edges")
    assert os.path.exists("MaskCreate/job004/mask.mrc")


def going_on_with_ours(job_star: Path) -> None:
    """RELION itself goes on with a job that relionc has run, in its folder."""
    changes = {"fn_cont": "Class3D/job002/run_it003_optimiser.star", "nr_iter": "4", "nr_mpi": "1", "do_queue": "No",
               "use_gpu": "No", "scratch_dir": '""', "nr_threads": "1"}  # fmt: skip
    text = job_star.read_text()
    for name, value in changes.items():
        text, count = re.subn(rf"^( *{name} +)\S+", rf"\g<1>{value}", text, flags=re.MULTILINE)
        assert count == 1, name
    text = re.sub(r"(_rlnJobIsContinue +)0", r"\g<1>1", text)
    Path("Class3D/job002/job.star").write_text(text)
    relion("--RunJobs", "Class3D/job002/", "--sec_wait_after", "1")
    assert states()["Class3D/job002/"] == SUCCEEDED
    assert os.path.exists("Class3D/job002/run_ct3_it004_data.star"), os.listdir("Class3D/job002")
    assert ["Class3D/job002/", "Class3D/job002/run_ct3_it004_data.star"] in rows("pipeline_output_edges")


@pytest.mark.every_slurm(in_soak=True)
@pytest.mark.skipif("RELIONC_SOAK" not in os.environ, reason="soak")
def test_no_entry_is_lost_where_guards_and_relion_add_jobs_at_once(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of them are submitted by submit.sh; the others nobody has registered, so their guards do, all at once."""
    monkeypatch.chdir(tmp_path)
    write(Path("Particles"))
    version = lab.generation.relion
    Path("default_pipeline.star").write_text("\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n\n")
    first, second = (crowd(lab, tmp_path, number) for number in (101, 201))
    theirs = [*how_to_call(PIPELINERS[version]), "--addJobFromStar", str(first.folder / "one" / "job.star")]
    adding = subprocess.Popen(
        ["bash", "-c", 'for i in {1..12}; do "$@" >/dev/null || exit 1; done', "bash", *theirs, "--addJobOptions",
         "do_queue == No"]
    )  # fmt: skip
    done = lab.run(["bash", first.folder / "submit.sh"], tmp_path, QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    waiting = dict(line.split() for line in done.stdout.splitlines())
    trials = [Trial(lab, first, {}, number, job=name) for name, number in waiting.items()]
    for name in NAMES:
        trials.append(Trial(lab, second, {}, job=name))
        trials[-1].submit()
    assert {trial.end(300).state for trial in trials} == {"COMPLETED"}
    assert adding.wait(120) == 0
    found = states()
    ours = {f"Class3D/job{number}/" for start in (101, 201) for number in range(start, start + len(NAMES))}
    well = SUCCEEDED if version == "3.1" else "Succeeded"
    assert {name: found.get(name) for name in ours} == dict.fromkeys(ours, well)
    assert len(found) == len(ours) + 12
    with capsys.disabled():
        print(f"\nSlurm {lab.generation.slurm}, RELION {version}: {len(found)} jobs in the table")


NAMES = ("one", "two", "three")


def crowd(lab: Lab, project: Path, first: int) -> Built:
    """A build of some jobs."""
    text = f'relionc: 1\ncluster: lab\nrelion: "{lab.generation.relion}"\nfirst_job: {first}\njobs:'
    text += "".join(CROWD.format(name=name, options=CLASS3D.format(iterations=2)) for name in NAMES)
    (project / f"from{first}.yaml").write_text(text)
    return build(project / f"from{first}.yaml", project, lab=lab, of_mpi=True)
