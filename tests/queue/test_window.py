"""`relionc build --gui`: pressing Run in RELION's window submits exactly the layout that was planned."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from own_cache import own_cache
from pressing_run import is_there, submitted

from relionc.slurm.directives import first_command, said
from relionc.slurm.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
CLASSES = """\
    type: class3d
    options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 180}
    data: {particles: 50000, box: 200, angpix: 1.1}
"""
JOBS = {
    "plus-one": CLASSES + '    resources: {gpus: "p100:4", nodes: 2, time: 12:00:00, scratch: 20G}\n',
    "hetjob": CLASSES + '    resources: {gpus: "p100:4", nodes: 2, scratch: 20G}\n    layout: hetjob\n',
    "one-task": CLASSES + '    resources: {gpus: "p100:4", nodes: 2}\n    layout: one-task-per-node\n',
    "movies": """\
    type: motioncorr
    options: {input_star_mics: movies.star}
    resources: {ntasks: 8, nodes: 2}
    layout: homogeneous
""",
    "picks": """\
    type: autopick
    options: {fn_input_autopick: ctf.star, do_log: yes, log_diam_min: 150, log_diam_max: 180}
    resources: {ntasks: 4}
    slurm: {mail-type: END, comment: "a b"}
""",
    "one-rank": """\
    type: maskcreate
    options: {fn_in: map.mrc}
""",
}
VERSIONS = [
    pytest.param(
        version,
        marks=[
            pytest.mark.skipif(not is_there(version), reason=f"RELION {version} is not there"),
            pytest.mark.oracle,
        ],
    )
    for version in ("3.1", "5.1")
]


def build(folder: Path, jobs: Sequence[str], version: str, *arguments: str) -> dict[str, Any]:
    """Build jobs with --gui; return the jobs of plan.json."""
    text = f'relionc: 1\ncluster: lab\nrelion: "{version}"\njobs:\n' + "".join(
        f"  {job}:\n{JOBS[job]}" for job in jobs
    )
    (folder / "site.yaml").write_text(text)
    command = [sys.executable, "-m", "relionc", "build", "site.yaml", "--gui", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": own_cache(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "build" / "site" / "plan.json").read_text())["jobs"]
    return found


def options(script: str) -> dict[str, str | None]:
    lines = script.splitlines()
    return {each.name: each.value for each in said(lines[: first_command(lines) - 1]) if each.name}


def check_layout(found: dict[str, str | None], plan: dict[str, Any]) -> None:
    """Compare what sbatch was asked for with the plan, of one group of nodes."""
    assert found["partition"] == plan["partition"]
    assert found.get("constraint") == (plan["constraint"] or None)
    tasks = int(found["ntasks"] or 0)
    if plan["mode"] == "homogeneous+1":
        assert tasks == plan["nodes"] * plan["ntasks_per_node"]
    elif plan["mode"] == "one-task-per-node":
        assert tasks == plan["nodes"]
    else:
        assert tasks == plan["ntasks"]
    assert int(found["cpus-per-task"] or 0) in (plan["cpus_per_task"], plan["cpus_per_slot"])
    if plan["mode"] != "heterogeneous":
        assert int(found["nodes"] or 0) == plan["nodes"]
    assert ("gpu:" in (found.get("gres") or "")) == bool(plan["gpus_per_node"])
    if plan["gpus_per_node"]:
        assert f"gpu:{plan['gpu_type']}:{plan['gpus_per_node']}" in (found["gres"] or "")
    if plan["time_s"]:
        assert parse_time(found["time"] or "") == plan["time_s"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("job", JOBS)
def test_pressing_run_submits_the_planned_layout(job: str, version: str, tmp_path: Path) -> None:
    plan = build(tmp_path, [job], version)[job]
    script = submitted(tmp_path, f"build/site/{job}/job.star", version)
    found = options(script)
    if plan["mode"] != "hetjob":
        check_layout(found, plan)
    assert (found["output"], found["error"]) == ("JOB/run.out", "JOB/run.err")
    ours = (tmp_path / "build" / "site" / job / "run.sbatch").read_text()
    planned = options(ours)
    assert {name: text for name, text in found.items() if name not in ("output", "error", "no-requeue")} == {
        name: text
        for name, text in planned.items()
        if name not in ("output", "requeue", "no-requeue", "signal")
    }
    assert [line for line in script.splitlines() if line == "#SBATCH hetjob"] == [
        line for line in ours.splitlines() if line == "#SBATCH hetjob"
    ]
    assert "XXX" not in script
    check_commands(script, (tmp_path / "build" / "site" / job / "commands.txt").read_text(), plan)
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def check_commands(script: str, ours: str, plan: dict[str, Any]) -> None:
    """Compare RELION's commands with those of the build, but for the job's folder."""
    lines = script.splitlines()
    last = max(number for number, line in enumerate(lines) if line in ("}", "") and any(lines[number + 1 :]))
    theirs = [shlex.split(line.replace("`which ", "").replace("`", "")) for line in lines[last + 1 :] if line]
    texts = [line.replace(plan["output"], "JOB/").replace(" >", " > ") for line in ours.splitlines()]
    wanted = [shlex.split(text) for text in texts]
    for words, other in zip(theirs, wanted, strict=True):
        assert [word for word in words if word != "launch"] == other


def test_scratch_of_a_hetjob_is_that_of_the_workers(tmp_path: Path) -> None:
    build(tmp_path, ["hetjob"], "3.1")
    job_file = (tmp_path / "build" / "site" / "hetjob" / "job.star").read_text()
    assert "/lscratch/${SLURM_JOB_ID_HET_GROUP_1}" in job_file


def test_the_usual_files_of_a_build_are_there_too(tmp_path: Path) -> None:
    build(tmp_path, ["plus-one", "picks"], "3.1", "-o", "build")
    names = {path.name for path in (tmp_path / "build" / "site" / "plus-one").iterdir()}
    assert names == {"run.sbatch", "gui.sh", "commands.txt", "hostfile", "job.star"}


@pytest.mark.parametrize("arguments", [("-o", "/tmp/somewhere"), ("--template", "site.yaml")])
def test_what_does_not_go_with_it_is_refused(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("relionc: 1\n")
    command = [sys.executable, "-m", "relionc", "build", "site.yaml", "--gui", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("relionc: --gui makes templates of its own")
