"""`relionc cluster template`: one template for every job type, filled in by RELION as by relionc."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from own_cache import own_cache
from pressing_run import EMPTY, PROGRAMS, is_there
from submit_rows import DATA, Row, job_type_of, options_of, script_of
from test_shapes import CLASSES, MOVIES, built, directives

from relionc.emit.jobfile import render
from relionc.lower.commands import relion_commands
from relionc.lower.jobfile import job_file
from relionc.pipeline import Disk, QueueTemplate, Request, compile_spec
from relionc.pipeline.pipeliner import how_to_call

ROOT = Path(__file__).resolve().parents[2]
RELEASES = {"3.1": "3.1.3", "5.1": "5.1.0"}
VERSIONS = [
    pytest.param(
        version,
        marks=[
            pytest.mark.skipif(not is_there(version), reason=f"RELION {version} is not there"),
            pytest.mark.oracle,
        ],
    )
    for version in RELEASES
]


def made(folder: Path, cluster: str, version: str) -> tuple[str, dict[str, str]]:
    """Make the template of a cluster; return it, and the variables that go with it as a shell has them."""
    command = [
        sys.executable,
        "-m",
        "relionc",
        "cluster",
        "template",
        cluster,
        "--relion",
        version,
        "-o",
        str(folder),
    ]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": own_cache(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    lines = (folder / "relion-queue.sh").read_text().splitlines()
    pairs = (shlex.split(line)[1].partition("=") for line in lines)
    return (folder / "qsub.sh").read_text(), {name: text for name, _, text in pairs}


def first_rows(version: str) -> list[Row]:
    """Return a recorded job of each type of a version."""
    rows: dict[str, Row] = {}
    text = (DATA / "golden" / f"{RELEASES[version]}.jsonl").read_text("utf-8")
    for row in map(json.loads, text.splitlines()):
        if row["ok"] and not row["is_continue"]:
            rows.setdefault(f"{row['job_type_id']} {row['job_dir']} {row['is_tomo']}", row)
    return [*rows.values()]


@pytest.mark.parametrize("version", VERSIONS)
def test_relion_makes_the_same_of_it_for_every_job_type(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, environment = made(tmp_path, "biowulf", version)
    clean = {name: text for name, text in os.environ.items() if not name.startswith("RELION_")}
    types: list[str] = []
    for row in first_rows(version):
        if not (job_type := job_type_of(row, RELEASES[version])):
            continue
        queued = {
            "do_queue": "Yes",
            "qsub": "true",
            "qsubscript": "qsub.sh",
            "queuename": "gpu",
            "nr_mpi": "5",
        }
        given = {**row["set"], **{key: text for key, text in queued.items() if key in job_type.options}}
        if "do_queue" not in given:
            continue
        asked = {**row, "set": given, "env": environment, "template": template}
        asked["outputname"] = f"{row['outputname'].split('/')[0]}/job025/"
        defaults = {key: option.default for key, option in job_type.options.items()}
        options = {**defaults, **options_of(asked)}
        commands = relion_commands(job_type, options, output=asked["outputname"], is_continue=False)
        if commands.refusals:
            continue
        (tmp_path / "job.star").write_text(render(job_file(job_type, options, is_continue=False)))
        (tmp_path / "default_pipeline.star").write_text(EMPTY)
        if bodies := options.get("fn_bodies"):  # the one file that RELION looks for
            (tmp_path / str(bodies)).touch()
        shutil.rmtree(tmp_path / row["job_dir"], ignore_errors=True)
        done = subprocess.run(
            [*how_to_call(PROGRAMS[version]), "--addJobFromStar", "job.star"],
            cwd=tmp_path,
            env=clean | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        theirs = tmp_path / asked["outputname"] / "run_submit.script"
        assert theirs.exists(), (job_type.name, done.stdout + done.stderr)
        ours = script_of(asked, RELEASES[version], commands, defaults)
        assert theirs.read_text().replace("${SLURM_JOB_ID}", "$SLURM_JOB_ID") == ours, job_type.name
        assert re.search("XXX[a-z]", ours) is None
        types.append(job_type.name)
    with capsys.disabled():
        print(f"\nmade template, RELION {RELEASES[version]}: {len(types)} job types byte-equal")
    assert len(types) >= {"3.1": 17, "5.1": 20}[version]


@pytest.mark.parametrize("jobs", [CLASSES, CLASSES.replace("nodes: 1", "nodes: 4"), MOVIES])
def test_it_says_the_whole_plan(jobs: str, tmp_path: Path) -> None:
    template, _ = made(tmp_path, "biowulf", "5.0")
    result = built(template, jobs)
    assert result.diagnostics == ()
    assert result.files is not None
    (plan,) = result.plans
    found = " ".join(directives(result, plan.job.name))
    group = plan.workers
    assert f" --ntasks={group.tasks} " in f"{found} "
    assert f"--cpus-per-task={group.cpus_per_task}" in found
    assert (f"--nodes={group.nodes} " in f"{found} ") == (group.nodes is not None)
    assert found.count("--mem") == found.count("--gres") == found.count("--time") == 1


PLACED = """\
scontrol() { printf 'n%d\\n' $(seq 1 "${SLURM_JOB_NUM_NODES}"); }
srun() { echo "srun $*"; cat OUThostfile; }
"""


@pytest.mark.parametrize(
    ("ranks", "tasks", "nodes", "rows"),
    [(9, 10, 2, "n1 n1 n1 n1 n1 n2 n2 n2 n2"), (5, 5, 1, ""), (8, 8, 2, ""), (4, 6, 3, "n1 n1 n2 n3")],
)
def test_it_places_the_leader_where_more_tasks_are_allocated(
    ranks: int, tasks: int, nodes: int, rows: str, tmp_path: Path
) -> None:
    template, _ = made(tmp_path, "lab", "3.1")
    body = template.partition("set -eo pipefail")[2]
    script = PLACED.replace("OUT", f"{tmp_path}/") + body
    script = script.replace("XXXmpinodesXXX", str(ranks)).replace("XXXnameXXX", f"{tmp_path}/")
    environment = {"SLURM_NTASKS": str(tasks), "SLURM_JOB_NUM_NODES": str(nodes), "SLURM_JOB_NODELIST": "n"}
    environment |= {"SLURM_CPUS_PER_TASK": "2", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", script.replace("XXXcommandXXX", "true")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line, *found = done.stdout.splitlines()
    assert " ".join(found) == rows
    assert ("--distribution=arbitrary" in line) == bool(rows)


def test_every_profile_and_version_has_one_or_says_why(tmp_path: Path) -> None:
    for number, (cluster, version) in enumerate(
        [("biowulf-2018", "2.1"), ("lab", "4.0"), ("biowulf", "3.0")]
    ):
        (tmp_path / str(number)).mkdir()
        template, environment = made(tmp_path / str(number), cluster, version)
        assert subprocess.run(["bash", "-n"], input=template, text=True, check=False).returncode == 0
        names = {*re.findall(r"XXXextra(\d+)XXX", template)}
        assert names == {
            name[len("RELION_QSUB_EXTRA") :] for name in environment if re.search(r"EXTRA\d+$", name)
        }
        assert len(names) == (2 if version == "2.1" else 4)


def test_a_workstation_has_no_queue_and_no_file_is_written_over(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "relionc", "cluster", "template", "local", "-o", str(tmp_path)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": own_cache(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "relionc: local has no queue that RELION's window could submit to\n",
    )
    (tmp_path / "qsub.sh").write_text("mine")
    command[command.index("local")] = "lab"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert (tmp_path / "qsub.sh").read_text() == "mine"


SITES = ROOT / "tests" / "site" / "sites"
KNOWN = {"RL136", "RL922"}
"""Paths of programs that the specs leave out, and the note that a profile brings shell lines."""


def _asked(script: bytes) -> set[str]:
    """Return what the directives of a script ask for, in one spelling; not where its output goes."""
    lines = [line[8:] for line in script.decode().splitlines() if line.startswith("#SBATCH ")]
    words = {word for line in lines for word in shlex.split(line)}
    own = ("--output", "--error", "--job-name", "--open-mode", "--no-requeue", "--requeue", "--signal")
    none = {"--gres=gpu:0", "--gpus-per-node=0"}  # what the entries say of jobs without GPUs
    return {word for word in words - none if not word.startswith(own)}


@pytest.mark.parametrize(
    "site", sorted(path.stem for path in SITES.glob("*.yaml") if "jobs" not in path.stem)
)
def test_the_template_of_a_real_site_asks_for_what_the_plans_do(site: str, tmp_path: Path) -> None:
    """Memory by GPU, all of a node or without a word, partitions that nobody names, accounts that are needed."""
    template, variables = made(tmp_path, str(SITES / f"{site}.yaml"), "4.0")
    assert subprocess.run(["bash", "-n"], input=template, text=True, check=False).returncode == 0
    spec = (SITES / ("jobs-small.yaml" if site in ("dgx", "shard") else "jobs.yaml")).read_bytes()
    disk = Disk(lambda path: Path(path).read_bytes(), lambda *_: None)
    request = Request("jobs.yaml", spec, cluster=str(SITES / f"{site}.yaml"))
    plain = compile_spec(request, disk)
    filled = compile_spec(request._replace(template=QueueTemplate("qsub.sh", template.encode(), {})), disk)
    assert {each.code for each in (*plain.diagnostics, *filled.diagnostics)} <= KNOWN
    assert plain.files is not None
    assert filled.files is not None
    for plan in plain.plans:
        name = plan.job.name
        assert _asked(filled.files[f"{name}/run_submit.script"]) == _asked(
            plain.files[f"{name}/run.sbatch"]
        ), name
    entries = " ".join(text for name, text in variables.items() if name.startswith("RELION_QSUB_EXTRA"))
    profile = (SITES / f"{site}.yaml").read_text()
    assert ("Account that pays" in entries) == ("require: [account]" in profile)


def test_jobs_with_gpus_start_by_the_launcher_for_them(tmp_path: Path) -> None:
    template, _ = made(tmp_path, str(SITES / "sherlock.yaml"), "4.0")
    script = f'srun() {{ echo srun "$@"; }}; mpiexec() {{ echo mpiexec "$@"; }}; ml() {{ :; }}\n{template}'
    script = (
        script.replace("XXXmpinodesXXX", "3")
        .replace("XXXcommandXXX", "relion --gpu")
        .replace("XXXnameXXX", f"{tmp_path}/")
    )
    script = script.replace("scontrol show hostnames", "echo")
    for gpus, starts in (
        ("0,1", "mpiexec -n 3 relion --gpu"),
        ("", "srun --gres=none -n 3 -c 2 relion --gpu"),
    ):
        environment = {"PATH": "/usr/bin:/bin", "SLURM_CPUS_PER_TASK": "2", "SLURM_NTASKS": "3"}
        environment |= {"SLURM_JOB_GPUS": gpus, "SLURM_JOB_NODELIST": "n1", "SLURM_JOB_NUM_NODES": "1"}
        done = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.strip()) == (0, starts), done.stderr


def test_a_template_says_what_it_cannot_know(tmp_path: Path) -> None:
    template, _ = made(tmp_path, str(SITES / "embl.yaml"), "4.0")
    assert (
        "# Nodes of these types have modules or a container of their own, which are not in here: cpu.\n"
        in template
    )
