"""Which launcher starts which mode on which Slurm, and whether every rank is then where the plan says: each is asked.

The table of docs/slurm-versions.md is what has to be found again; with RELIONC_ACCEPT=1 what is found is written there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from . import launches, placement
from .building import Built, with_inputs
from .client import ROOT
from .conftest import need_in
from .generations import SRUN_ALONE
from .keeper import LabError, can_isolate
from .test_launchers import GPUS
from .test_placement import HETEROGENEOUS, HOMOGENEOUS, HOMOGENEOUS_PLUS_1

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .client import Lab

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm(in_soak=True)]

SPECS = {
    "heterogeneous": HETEROGENEOUS.format(
        resources="{ntasks: 5, cpus_per_task: 4, mem_per_cpu: 16G, partition: multinode}"
    ),
    "homogeneous": HOMOGENEOUS.format(resources=GPUS.format(2)),
    "homogeneous+1": HOMOGENEOUS_PLUS_1.format(resources=GPUS.format(2)),
    **{
        mode: HOMOGENEOUS_PLUS_1.replace("homogeneous+1", mode).format(resources=GPUS.format(2))
        for mode in ("one-task-per-node", "hetjob")
    },
}
OF_SRUN = {"arbitrary": ["--distribution=arbitrary"], "hostfile_variable": "SLURM_HOSTFILE"}
GROUPS = {
    "workers": [":", "--het-group=1", "-n", "{workers}", "-c", "{cpus_per_task}"],
    "variables": {"SLURM_JOB_ID": "SLURM_JOB_ID_HET_GROUP_1"},
}
OPEN_MPI = {"argv": ["mpirun", "-n", "{ntasks}", "--bind-to", "none"]}
HYDRA = {"argv": ["mpiexec.hydra", "-n", "{ntasks}"]}
SLOTS = {
    "arbitrary": ["--hostfile", "{hostfile}"],
    "hostfile_row": "{host} slots={count}",
}


def of_srun(plugin: str) -> dict[str, Any]:
    """Return srun's launchers with a plugin of MPI, as docs/clusters.md has them."""
    srun = ["srun", f"--mpi={plugin}", "--kill-on-bad-exit=1"]
    batch = {"mpi": plugin, "argv": [*srun, "-n", "{ntasks}", "-c", "{cpus_per_task}"], **OF_SRUN}
    leader = ["--het-group=0", "-n", "1", "-c", "{leader_cpus}"]
    return {
        "batch": {**batch, "unset": ["SLURM_NTASKS_PER_NODE"]},
        "one_task_per_node": SRUN_ALONE | {"exports": None, **batch},
        "hetjob": {"mpi": plugin, "argv": [*srun, *leader], **GROUPS},
    }


def of_starter(
    usual: Mapping[str, Any], placed: Mapping[str, Any], inside: Mapping[str, Any]
) -> dict[str, Any]:
    """Return launchers of an MPI's own starter, which knows one group of nodes."""
    return {
        "batch": SRUN_ALONE | usual | placed,
        "one_task_per_node": usual | inside,
        "hetjob": {"mpi": None, "workers": None, **usual},
    }


LAUNCHERS = {
    "srun, pmi2": of_srun("pmi2"),
    "srun, pmix": of_srun("pmix"),
    "mpirun": of_starter(
        OPEN_MPI,
        SLOTS,
        {"argv": [*OPEN_MPI["argv"], "--hostfile", "{hostfile}"]},
    ),
    "mpiexec.hydra": of_starter(
        HYDRA,
        {"arbitrary": ["-f", "{hostfile}"]},
        {"argv": [*HYDRA["argv"], "-f", "{hostfile}"], "exports": None},
    ),
}


def test_all_of_the_table_is_tried() -> None:
    assert list(LAUNCHERS) == list(launches.LAUNCHERS)
    assert set(SPECS) == set(launches.MODES)


@pytest.mark.parametrize("mode", SPECS)
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_what_becomes_of_it(launcher: str, mode: str, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    need_in(lab.generation, "mpiexec.hydra", "mpirun")
    if not can_isolate():
        pytest.skip("the nodes share one hostname here")
    use = mode.replace("-", "_")
    uses = {name: words for name, words in LAUNCHERS[launcher].items() if name in ("batch", use)}
    found = outcome(uses, mode, lab, tmp_path, probe_path)
    version = lab.generation.slurm
    if os.environ.get("RELIONC_ACCEPT") == "1":
        launches.accept(mode, launcher, version, found)
    assert found == launches.told()[mode, launcher][version], "RELIONC_ACCEPT=1 writes it"


def outcome(launchers: Mapping[str, Any], mode: str, lab: Lab, project: Path, path: str) -> str:
    """Return what becomes of a job: the code by which it is refused, `placed`, or what went wrong."""
    facts = {"profile": 1, "extends": "lab", "name": "other", **lab.generation.profile}
    profile = facts | {"launchers": {**facts.get("launchers", {}), **launchers}}
    (project / "other.yaml").write_text(json.dumps(profile), "utf-8")
    (project / "spec.yaml").write_text(SPECS[mode].replace("cluster: lab", "cluster: ./other.yaml"), "utf-8")
    codes = errors(project)
    if codes:
        return ", ".join(sorted(codes))
    built = with_inputs(Built(project / "build" / "spec", project))
    script = built.folder / "probed" / "run.sbatch"
    if lab.test_only(script, project).returncode:
        return "not accepted"
    try:
        job = lab.submit_and_wait(script, project, {"PATH": path}, timeout=150)
    except LabError:
        return "waits"
    if job.state != "COMPLETED":
        return f"{job.state} {job.exit_code.partition(':')[0]}"
    _, plan = built.job()
    rows = placement.rows(built.printed("probed", job))
    if [(row.rank, row.size) for row in rows] != [(i, plan["ntasks"]) for i in range(plan["ntasks"])]:
        return "other ranks"
    wanted, real = placement.planned(plan), placement.happened(rows, job.nodes, plan)
    at = [[(each.role, each.node, each.gpus) for each in ranks] for ranks in (wanted, real)]
    return "placed" if at[0] == at[1] else "elsewhere"


def errors(project: Path) -> set[str]:
    """Build the spec; return the codes of its errors."""
    done = subprocess.run(
        [sys.executable, "-m", "relionc", "build", "spec.yaml", "-o", "build", "--format", "json"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return {each["code"] for each in said if each["severity"] == "error"}
