"""Launchers other than srun place the ranks where the plan says, and a container gets the program and nothing else.

MPICH's mpiexec.hydra starts its daemons by name: it needs nodes with hostnames of their own.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from . import placement
from .building import build_text
from .by_hand import WITHOUT_MPI
from .conftest import need_in
from .generations import SRUN_ALONE
from .keeper import can_isolate
from .test_placement import HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .building import Built
    from .client import Job, Lab
    from .generations import Generation

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm(in_soak=True)]

HYDRA = {"argv": ["mpiexec.hydra", "-n", "{ntasks}"]}
MPIRUN = {"argv": ["mpirun", "-n", "{ntasks}"]}
LAUNCHERS: dict[str, dict[str, Any]] = {
    "hydra, a word of argv": {"argv": ["mpiexec.hydra", "-f", "{hostfile}", "-n", "{ntasks}"]},
    "hydra, rows of ranks": HYDRA | {"arbitrary": ["-f", "{hostfile}"]},
    "hydra, rows of nodes": HYDRA | {"arbitrary": ["-f", "{hostfile}"], "hostfile_row": "{host}:{count}"},
    "hydra, a variable": HYDRA
    | {"places_ranks_by": "variable", "hostfile_variable": "HYDRA_HOST_FILE", "daemons": True},
    "hydra, tasks of each node": HYDRA | {"exports": {"SLURM_TASKS_PER_NODE": "{tasks_per_node}"}},
    "Open MPI, slots": MPIRUN
    | {
        "arbitrary": ["--hostfile", "{hostfile}", "--bind-to", "none"],
        "hostfile_row": "{host} slots={count}",
    },
}
"""What docs/clusters.md says of them. A rankfile is below: the cores of the lab's nodes are claimed, not there."""
GPUS = "{{nodes: {}, gpus: {{type: k80, per_node: 4}}, cpus_per_task: 2, scratch: 20G}}"
LAYOUTS = {
    "homogeneous+1": (HOMOGENEOUS_PLUS_1.format(resources=GPUS.format(3)), [5, 4, 4]),
    "homogeneous+1 on one node": (HOMOGENEOUS_PLUS_1.format(resources=GPUS.format(1)), [5]),
    "homogeneous": (HOMOGENEOUS.format(resources=GPUS.format(2)), [4, 4]),
    "heterogeneous": (
        HETEROGENEOUS.format(
            resources="{ntasks: 5, cpus_per_task: 4, mem_per_cpu: 16G, partition: multinode}"
        ),
        [3, 2],
    ),
}


@pytest.fixture
def hydra(generation: Generation) -> None:
    need_in(generation, "mpiexec.hydra")
    if not can_isolate():
        pytest.skip("the nodes share one hostname here")


def run(
    spec: str, facts: Mapping[str, Any], lab: Lab, project: Path, path: str
) -> tuple[Built, Job, list[placement.Row]]:
    """Run a spec's only job under the lab's profile with other facts, with the probe in RELION's place."""
    profile = {"profile": 1, "extends": "lab", "name": "other", **lab.generation.profile, **facts}
    (project / "other.yaml").write_text(json.dumps(profile))
    built = build_text(spec.replace("cluster: lab", "cluster: ./other.yaml"), project)
    name, _ = built.job()
    job = lab.submit_and_wait(built.folder / name / "run.sbatch", project, {"PATH": path})
    return built, job, placement.rows(built.printed(name, job))


def batch(launcher: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of another batch launcher, without those of the lab's."""
    return {"launchers": {"batch": {**SRUN_ALONE, **launcher}}}


def check(built: Built, job: Job, found: Sequence[placement.Row]) -> None:
    """Compare places and devices; the CPUs of one rank are in no variable of a launcher's daemon."""
    _, plan = built.job()
    assert [(row.rank, row.size) for row in found] == [(i, plan["ntasks"]) for i in range(plan["ntasks"])]
    real = placement.happened(found, job.nodes, plan)
    for wanted, was in zip(placement.planned(plan), real, strict=True):
        assert (was.role, was.node, was.gpus) == (wanted.role, wanted.node, wanted.gpus)


@pytest.mark.usefixtures("relion", "hydra")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_ranks_are_where_the_plan_says(
    launcher: str, layout: str, lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    """And the ranks of a node have the CPUs of all that Slurm allocates there, which may be one task more."""
    spec, counts = LAYOUTS[layout]
    built, job, found = run(spec, batch(LAUNCHERS[launcher]), lab, tmp_path, probe_path)
    check(built, job, found)
    on_node = Counter(row.host for row in found)
    assert [on_node[host] for host in job.nodes] == counts
    _, plan = built.job()
    tasks = on_node if layout == "heterogeneous" else dict.fromkeys(job.nodes, plan["ntasks_per_node"])
    assert {row.host: row.cpus_on_node for row in found} == {
        host: tasks[host] * plan["cpus_per_task"] for host in job.nodes
    }


@pytest.mark.usefixtures("relion")
def test_a_rankfile_places_and_binds(lab: Lab, tmp_path: Path, probe_path: str) -> None:
    """Two ranks with a core each, of which this machine has as many."""
    launcher = MPIRUN | {
        "arbitrary": ["--rankfile", "{hostfile}"],
        "hostfile_row": "rank {rank}={host} slot={cores}",
    }
    resources = "{nodes: 2, gpus: {type: k80, per_node: 1}, cpus_per_task: 2, scratch: 20G}"
    spec = HOMOGENEOUS_PLUS_1.format(resources=resources)
    built, job, found = run(spec, batch(launcher), lab, tmp_path, probe_path)
    check(built, job, found)
    assert list(Counter(row.host for row in found).values()) == [2, 1]
    rows = built.project / "Class3D" / "probed" / "relionc" / "hostfile"
    assert [line.split()[-1] for line in rows.read_text().splitlines()] == [
        "slot=0-0",
        "slot=1-1",
        "slot=0-0",
    ]


CONTAINER = """\
#!/bin/bash
# Stands in for a container: it starts a program of RELION's, and takes no word that is not its own.
if [[ $1 = exec && $2 = relion.sif && $3 = relion_* ]]; then shift 2 && INSIDE=yes exec "$@"; fi
echo "not for a container: $*" >&2
exit 9
"""
WRAPPED: dict[tuple[str, str], dict[str, Any]] = {
    ("srun", "homogeneous+1"): {},
    ("hydra", "homogeneous+1"): batch(LAUNCHERS["hydra, rows of ranks"]),
    ("Open MPI", "homogeneous+1"): batch(LAUNCHERS["Open MPI, slots"]),
    ("Open MPI", "one-task-per-node"): {},
    # In Slurm 22.05 srun with PMIx may hang when two groups of nodes end (RL220); the probe needs no PMIx.
    ("srun", "hetjob"): {
        "launchers": {"hetjob": {"mpi": "none", "argv": WITHOUT_MPI.launchers["hetjob"].argv}}
    },
}


@pytest.mark.usefixtures("relion", "hydra")
@pytest.mark.parametrize(("launcher", "layout"), WRAPPED)
def test_a_container_gets_the_program_and_nothing_else(
    launcher: str, layout: str, lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    container = tmp_path / "probe" / "apptainer"
    container.write_text(CONTAINER)
    container.chmod(0o755)
    facts = WRAPPED[launcher, layout] | {"wrapper": {"*": ["apptainer", "exec", "relion.sif"]}}
    spec = HOMOGENEOUS_PLUS_1.replace("homogeneous+1", layout).format(resources=GPUS.format(3))
    built, job, found = run(spec, facts, lab, tmp_path, probe_path)
    check(built, job, found)
    script = (built.folder / "probed" / "run.sbatch").read_text()
    assert script.count("apptainer exec relion.sif") == 3  # for the guard, to begin and to go on
