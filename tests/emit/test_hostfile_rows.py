"""Whatever the rows of a hostfile look like, bash writes those that the plan means."""

from __future__ import annotations

import subprocess

import pytest

from relionc.emit import scripts
from relionc.ir import CommandLine, HostfileRule, Script, Step

DOES = Step((), CommandLine((("true",),)))
HOSTS = ("cn0007", "cn0009", "cn0011")
PER_RANK = ["cn0007"] * 3 + ["cn0009"] * 2 + ["cn0011"] * 2


def written(rule, folder, **env):
    """Return the lines that the function `rows` of a job's script writes, without the guard around it."""
    guard = "relionc_begin() { :; }\nrelionc_run() { rows >hosts; }\n"
    (folder / "relionc-runtime.sh").write_text(guard)
    (folder / "scontrol").write_text(f"#!/bin/bash\nprintf '%s\\n' {' '.join(HOSTS)}\n")
    (folder / "scontrol").chmod(0o755)
    script = Script(job="job", header=(), directives=(), output_dir=("out/",), steps=(DOES,), hostfile=rule)
    env = {
        "RELIONC_BUILD": str(folder),
        "PATH": f"{folder}:/usr/bin:/bin",
        "SLURM_JOB_NUM_NODES": "3",
        "SLURM_JOB_NODELIST": "cn",
        **env,
    }
    (folder / "run.sbatch").write_text(scripts.script(script, "run.sbatch"))
    done = subprocess.run(
        ["bash", "run.sbatch"],
        cwd=folder,
        env=env,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return (folder / "hosts").read_text().splitlines()


def rule(**changes):
    return HostfileRule(**({"path": ("hosts",), "shares": (3, 2, 2), "leader": True} | changes))


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({}, PER_RANK),
        ({"leader": False}, PER_RANK),
        ({"shares": (2, 2, 2)}, [host for host in HOSTS for _ in range(2)]),
        ({"shares": (1, 3, 2)}, ["cn0007", *["cn0009"] * 3, *["cn0011"] * 2]),
        ({"shares": (4, 2, 2)}, ["cn0007", *PER_RANK]),
        ({"row": "{host}:{count}"}, ["cn0007:3", "cn0009:2", "cn0011:2"]),
        ({"row": "{host} slots={count}"}, ["cn0007 slots=3", "cn0009 slots=2", "cn0011 slots=2"]),
        ({"row": 'a "$b" `c` \\ {host}'}, [f'a "$b" `c` \\ {host}' for host in PER_RANK]),
        (
            {"row": "rank {rank}={host} slot={cores}", "cpus_per_rank": 2},
            [
                *(f"rank {i}=cn0007 slot={2 * i}-{2 * i + 1}" for i in range(3)),
                *("rank 3=cn0009 slot=0-1", "rank 4=cn0009 slot=2-3"),
                *("rank 5=cn0011 slot=0-1", "rank 6=cn0011 slot=2-3"),
            ],
        ),
    ],
)
def test_the_rows_are_those_of_the_plan(changes, rows, tmp_path):
    assert written(rule(**changes), tmp_path) == rows


@pytest.mark.parametrize(
    ("cpus", "core", "cores"),
    [
        (1, 2, ["0-0", "0-0", "1-1"]),
        (2, 2, ["0-0", "1-1", "2-2"]),
        (3, 2, ["0-1", "1-2", "3-4"]),
        (4, 4, ["0-0", "1-1", "2-2"]),
    ],
)
def test_the_cores_of_a_rank_hold_its_cpus(cpus, core, cores, tmp_path):
    """As many as its CPUs take; where a core has more CPUs than one, two ranks may meet in it."""
    made = written(rule(row="{host} {cores}", cpus_per_rank=cpus, cpus_per_core=core), tmp_path)
    assert made[:3] == [f"cn0007 {each}" for each in cores]


@pytest.mark.parametrize(
    ("told", "counts"),
    [("2,1(x2)", [2, 1, 1]), ("3(x3)", [3, 3, 3]), ("3(x2),1", [3, 3, 1]), ("1,2,3", [1, 2, 3])],
)
def test_ranks_are_where_slurm_has_tasks_when_it_chose_the_nodes(told, counts, tmp_path):
    as_slurm = rule(shares=(), row="{host}:{count}")
    assert written(as_slurm, tmp_path, SLURM_TASKS_PER_NODE=told) == [
        f"{host}:{count}" for host, count in zip(HOSTS, counts, strict=True)
    ]
    ranked = written(rule(shares=()), tmp_path, SLURM_TASKS_PER_NODE=told)
    assert [ranked.count(host) for host in HOSTS] == counts
