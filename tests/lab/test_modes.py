"""Hand-made plans of the two modes that no usual launcher can start: hetjob and one-task-per-node.

Whether Slurm and MPI do what the plan says is asked here, below the solver.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import placement
from .building import SPECS, build_text
from .by_hand import LAB, WITHOUT_MPI, build, hetjob, job_of, of_generation, one_task_per_node
from .keeper import LabError
from .make_particles import write
from .test_placement import HOMOGENEOUS
from .test_real_runs import check_files, check_hosts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from relionc.plan.model import JobPlan

    from .building import Built
    from .client import Job, Lab

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm(in_soak=True)]

TINY = SPECS / "lab" / "class3d-tiny.yaml"
SIZES = [1, 2, 4, 8]


def run(plan: JobPlan, lab: Lab, project: Path, path: str) -> tuple[Built, Job, list[placement.Row]]:
    """Run a plan with the probe in RELION's place, once Slurm has said that it would."""
    built = build([plan], project, of_generation(WITHOUT_MPI, lab))
    script = built.folder / plan.job.name / "run.sbatch"
    asked = lab.test_only(script, project)
    assert asked.returncode == 0, asked.stderr
    job = lab.submit_and_wait(script, project, {"PATH": path})
    found = placement.rows(built.printed(plan.job.name, job))
    assert {row.size for row in found} == {plan.ntasks}
    assert len(job.nodes) == plan.nodes
    return built, job, found


def check(built: Built, job: Job, found: Sequence[placement.Row]) -> None:
    """Compare where the ranks were, and their devices; CPUs are not in a variable of the rank's own here."""
    _, plan = built.job()
    real = placement.happened(found, job.nodes, plan)
    assert placement.differences(*(map(without_cpus, each) for each in (placement.planned(plan), real))) == []


def without_cpus(placed: placement.Placed) -> placement.Placed:
    return replace(placed, cpus=0)


def on_node(found: Sequence[placement.Row], nodes: Sequence[str]) -> list[tuple[int, int, int]]:
    """For each node of the allocation: ranks, CPUs that the step has there, devices that a rank sees."""
    seen = [{(row.cpus_on_node, row.gpus) for row in found if row.host == host} for host in nodes]
    assert [len(each) for each in seen] == [1] * len(nodes)
    ranks = Counter(row.host for row in found)
    return [(ranks[host], *next(iter(each))) for host, each in zip(nodes, seen, strict=True)]


def allocated(lab: Lab, number: str, cwd: Path) -> list[str]:
    """Return what Slurm booked for each group of a job."""
    shown = lab.run(["scontrol", "show", "job", "-o", number], cwd).stdout
    return re.findall(r" (?:Alloc)?TRES=(\S+)", shown)  # from 24.11 on ReqTRES is beside it


@pytest.mark.parametrize("workers", SIZES)
def test_a_hetjob_leads_from_a_node_of_its_own(
    workers: int, lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    plan = hetjob(job_of(TINY), LAB.node_types["k80"], workers=workers, each=4, cpus=2, alone=8)
    built, job, found = run(plan, lab, tmp_path, probe_path)
    check(built, job, found)
    assert on_node(found, job.nodes) == [(1, 8, 0), *[(4, 8, 4)] * workers]
    assert {row.scratch for row in found if row.rank} == {"yes"}
    assert found[0].scratch == "no"  # it is the folder of the workers' job
    leader, others = allocated(lab, job.number, tmp_path)
    assert leader.startswith("cpu=8,mem=64G,node=1,")
    assert others.startswith(f"cpu={8 * workers},mem={16 * workers}G,node={workers},")


def test_the_leader_of_a_hetjob_may_have_fewer_cpus_than_a_worker(
    lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    plan = hetjob(job_of(TINY), LAB.node_types["p100"], workers=2, each=2, cpus=6, alone=2)
    built, job, found = run(plan, lab, tmp_path, probe_path)
    check(built, job, found)
    assert on_node(found, job.nodes) == [(1, 2, 0), (2, 12, 2), (2, 12, 2)]


@pytest.mark.parametrize("nodes", SIZES)
def test_one_task_per_node_with_a_leader(nodes: int, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    plan = one_task_per_node(job_of(TINY), LAB.node_types["k80"], nodes=nodes, each=4, cpus=2, leader=True)
    built, job, found = run(plan, lab, tmp_path, probe_path)
    check(built, job, found)
    assert on_node(found, job.nodes) == [(5, 10, 4), *[(4, 10, 4)] * (nodes - 1)]
    assert {row.scratch for row in found} == {"yes"}
    (booked,) = allocated(lab, job.number, tmp_path)
    assert booked.startswith(f"cpu={10 * nodes},mem={20 * nodes}G,node={nodes},")


@pytest.mark.parametrize("nodes", SIZES)
def test_one_task_per_node_without_a_leader(nodes: int, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    resources = "{nodes: 1, gpus: {type: k80, per_node: 4}, cpus_per_task: 2, scratch: 20G}"
    spec = build_text(HOMOGENEOUS.format(resources=resources), tmp_path, lab).project / "spec.yaml"
    plan = one_task_per_node(job_of(spec), LAB.node_types["k80"], nodes=nodes, each=4, cpus=2, leader=False)
    built, job, found = run(plan, lab, tmp_path / "hand", probe_path)
    check(built, job, found)
    assert on_node(found, job.nodes) == [(4, 8, 4)] * nodes


def test_ranks_inside_a_task_see_the_devices_of_their_own_node(
    lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    """On a node whose first two GPUs another job has, the ranks see the other two, not those of the first node."""
    plan = one_task_per_node(job_of(TINY), LAB.node_types["p100"], nodes=4, each=2, cpus=2, leader=True)
    busy = tmp_path / "busy.sbatch"
    busy.write_text("#!/bin/bash\n#SBATCH --partition=gpu --nodelist=cn0010 --gres=gpu:p100:2\nsleep 60\n")
    number = lab.submit(busy, tmp_path)
    built, job, found = run(plan, lab, tmp_path, probe_path)
    lab.run(["scancel", number], tmp_path)
    check(built, job, found)
    seen = {row.host: row.devices for row in found}
    assert seen == {"cn0009": "0,1", "cn0010": "2,3", "cn0011": "0,1", "cn0012": "0,1"}


@pytest.mark.usefixtures("relion")
def test_one_task_per_node_works_in_an_allocation_of_the_users(
    lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    job = job_of(TINY)._replace(interactive=True)
    plan = one_task_per_node(job, LAB.node_types["k80"], nodes=1, each=4, cpus=2, leader=True)
    built = build([plan], tmp_path, of_generation(LAB, lab))
    folder = built.folder / job.name
    typed = f"bash {folder / 'run.sh'}\nexit\n"
    done = lab.run(["bash", folder / "allocate.sh"], tmp_path, {"PATH": probe_path}, typed=typed)
    assert done.returncode == 0, done.stderr
    found = placement.rows((built.output(job.name) / "run.out").read_text())
    assert [(row.size, row.gpus, row.cpus_on_node) for row in found] == [(5, 4, 10)] * 5
    assert len({row.host for row in found}) == 1


def test_each_group_of_a_hetjob_may_have_variables_of_its_own(lab: Lab, tmp_path: Path) -> None:
    """As docs/clusters.md says for a TMPDIR below the scratch folder: `env` among the words for the workers."""
    launcher = WITHOUT_MPI.launchers["hetjob"]._replace(exports=(("TMPDIR", "/lscratch/${SLURM_JOB_ID}"),))
    words = (*launcher.workers, "env", "TMPDIR=/lscratch/${SLURM_JOB_ID_HET_GROUP_1}")
    cluster = LAB._replace(launchers={**LAB.launchers, "hetjob": launcher._replace(workers=words)})
    program = tmp_path / "bin" / "relion_refine_mpi"
    program.parent.mkdir()
    program.write_text('#!/bin/bash\ncd "$TMPDIR" && echo "$SLURM_PROCID $PWD"\n')
    program.chmod(0o755)
    plan = hetjob(job_of(TINY), LAB.node_types["k80"], workers=2, each=2, cpus=2, alone=2)
    built = build([plan], tmp_path, of_generation(cluster, lab))
    path = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    job = lab.submit_and_wait(built.folder / plan.job.name / "run.sbatch", tmp_path, path)
    first, second = f"/lscratch/{job.number}", f"/lscratch/{int(job.number) + 1}"
    assert (
        job.exit_code == "82:0"
    )  # it ended without an error, but also without RELION's word that it is done
    _, *said = (built.output(plan.job.name) / "run.out").read_text().splitlines()
    told = dict(line.split() for line in said)
    assert told == {"0": first, "1": second, "2": second, "3": second, "4": second}


@pytest.mark.parametrize("good", [True, False])
def test_a_job_waits_for_a_hetjob_and_a_hetjob_for_a_job(
    good: bool, lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    spec = job_of(TINY)
    names = ("first", "middle", "last")
    first, middle, last = (
        spec._replace(name=name, output=f"Class3D/{name}/", after=names[max(i - 1, 0) : i])
        for i, name in enumerate(names)
    )
    node = LAB.node_types["p100"]
    plans = [
        hetjob(first, node, workers=1, each=2, cpus=2, alone=2),
        one_task_per_node(middle, node, nodes=1, each=2, cpus=2, leader=True),
        hetjob(last, node, workers=1, each=2, cpus=2, alone=2),
    ]
    built = build(plans, tmp_path, of_generation(WITHOUT_MPI, lab))
    if not good:  # the failure of a worker is the job's
        broken = tmp_path / "broken"
        broken.mkdir()
        (broken / "relion_refine_mpi").write_text("#!/bin/bash\nexit $((SLURM_PROCID == 1))\n")
        (broken / "relion_refine_mpi").chmod(0o755)
        probe_path = f"{broken}:{probe_path}"
    done = lab.run(["bash", built.folder / "submit.sh"], tmp_path, {"PATH": probe_path})
    assert done.returncode == 0, done.stderr
    numbers = dict(line.split() for line in done.stdout.splitlines())
    states = [lab.wait(numbers[name], tmp_path).state for name in names]
    assert states == (["COMPLETED"] * 3 if good else ["FAILED", "CANCELLED", "CANCELLED"])


def submit_until_it_starts(script: Path, lab: Lab, project: Path) -> Job:
    """Run a hetjob with PMIx, whose srun may hang at the start, or at the end, before Slurm 24.05.4 (RL220)."""
    for _ in range(4):
        with suppress(LabError):
            return lab.wait(lab.submit(script, project), project, timeout=60, srun_may_hang=True)
    return lab.submit_and_wait(script, project)


def real_run(plan: JobPlan, lab: Lab, project: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """Run RELION itself to its end by a plan; return the job's plan."""
    monkeypatch.chdir(project)  # paths in the STAR file start at the folder
    write(Path("Particles"))
    built = build([plan], project, of_generation(LAB, lab))
    name, made = built.job()
    script = built.folder / name / "run.sbatch"
    if plan.mode == "hetjob":
        job = submit_until_it_starts(script, lab, project)
    else:
        job = lab.submit_and_wait(script, project, timeout=240)
    check_hosts(built.printed(name, job), made, job.nodes)
    maps = ["class001.mrc", "class002.mrc", "data.star", "model.star", "optimiser.star"]
    check_files(built.output(name), "run_it003", maps)
    return made


@pytest.mark.oracle
@pytest.mark.usefixtures("relion")
def test_relion_runs_as_a_hetjob(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = hetjob(job_of(TINY), LAB.node_types["p100"], workers=2, each=2, cpus=2, alone=4)
    made = real_run(plan, lab, tmp_path, monkeypatch)
    assert [rank["node"] for rank in made["ranks"]] == [0, 1, 1, 2, 2]


@pytest.mark.oracle
@pytest.mark.usefixtures("relion")
def test_relion_runs_inside_one_task_per_node(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = one_task_per_node(job_of(TINY), LAB.node_types["p100"], nodes=2, each=2, cpus=2, leader=True)
    made = real_run(plan, lab, tmp_path, monkeypatch)
    assert [rank["node"] for rank in made["ranks"]] == [0, 0, 0, 1, 1]
