"""Random demands on a cluster of mixed nodes: what the solver plans, Slurm runs so; what it refuses, Slurm refuses.

The draws are seeded, so every run asks the same. The judge knows nothing of relionc: plan.json, the probe's lines and
what Slurm booked meet here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from relionc.diag import NOTE
from relionc.slurm import versions

from . import mixed, placement
from .building import Built, with_inputs
from .client import Lab, started
from .conftest import SLURM, need_in
from .generations import HOME
from .of_profile import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from relionc.diag import Diagnostic
    from relionc.pipeline import Compiled

    from .client import Job
    from .generations import Generation

    Demands = Mapping[str, Sequence[tuple[dict[str, Any], Compiled]]]

pytestmark = [pytest.mark.lab, pytest.mark.every_slurm(in_soak=True)]

EACH = 4
"""Random jobs that run in each mode; some of them leave the mode to the solver."""
MOST_RANKS = 24
NAME = "probed"
SEED = 3


@pytest.fixture(scope="module")
def lab(generation: Generation) -> Iterator[Lab]:
    need_in(generation, *SLURM)
    with started(shape_of(mixed.cluster(generation.slurm)), generation) as running:
        yield running


# --- what fits ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demands(generation: Generation) -> Demands:
    """Draw jobs until every mode has its number of them."""
    rng = Random(SEED)
    found: dict[str, list[tuple[dict[str, Any], Compiled]]] = {mode: [] for mode in mixed.MODES}
    for _ in range(3000):
        wanted = [mode for mode in mixed.MODES if len(found[mode]) < EACH]
        if not wanted:
            break
        layout = rng.choice(["auto", "auto", "auto", *wanted])
        job = mixed.draw(rng, layout)
        result = mixed.compiled(job, generation.slurm)
        if result.plan is None:
            continue
        plan = plan_of(result)
        if plan["mode"] in wanted and 1 < plan["ntasks"] <= MOST_RANKS:
            found[plan["mode"]].append((job, result))
    return found


def plan_of(result: Compiled) -> dict[str, Any]:
    """Return the job's plan, as plan.json has it."""
    assert result.plan is not None
    plan: dict[str, Any] = result.plan["jobs"][NAME]  # type: ignore[index]
    return plan


def test_the_draw_has_all_that_should_be_tried(demands: Demands) -> None:
    """Another solver may find other draws feasible; then another seed may be needed."""
    all_of = [(job, plan_of(result)) for each in demands.values() for job, result in each]
    assert Counter(plan["mode"] for _, plan in all_of) == dict.fromkeys(mixed.MODES, EACH)
    wishes = {name for job, _ in all_of for name in job["resources"]}
    assert wishes >= {"exclusive", "constraint", "mem", "mem_per_cpu", "scratch", "nodes", "ntasks", "gpus"}
    assert sum(job["layout"] == "auto" for job, _ in all_of) >= EACH
    assert EACH <= sum(plan["use_gpu"] for _, plan in all_of) <= 4 * EACH
    assert sum(plan["ntasks"] % 2 for _, plan in all_of) >= EACH
    assert len({plan["node_type"] for _, plan in all_of}) >= 5
    assert len({plan["partition"] for _, plan in all_of}) >= 5


@pytest.mark.parametrize("number", range(EACH))
@pytest.mark.parametrize("mode", mixed.MODES)
def test_slurm_runs_what_is_planned(
    mode: str,
    number: int,
    demands: Demands,
    lab: Lab,
    tmp_path: Path,
    probe_path: str,
) -> None:
    job, result = demands[mode][number]
    assert wrong(result, lab, tmp_path, probe_path) == [], job


WENT_WRONG = {
    "a worker on each node, beside the leader on the first": (
        ("class2d", {"partition": "pairs", "ntasks": 4, "cpus_per_task": 4}, True),
        "one-task-per-node",
    ),
    "workers that need all nodes of their kind": (
        ("class2d", {"partition": "slice", "nodes": 3, "gpus": "a100:2", "ntasks_per_node": 2}, True),
        "hetjob",
    ),
    "exclusive nodes are shared out evenly": (
        (
            "class2d",
            {"partition": "main", "ntasks": 20, "cpus_per_task": 1, "constraint": "thin", "exclusive": True},
            False,
        ),
        "heterogeneous",
    ),
    "a task for each node that the partition wants": (
        ("class2d", {"partition": "many", "ntasks": 5, "cpus_per_task": 1}, False),
        "heterogeneous",
    ),
    "nodes are filled beyond MaxMemPerNode": (
        (
            "class2d",
            {"partition": "lean", "ntasks": 12, "cpus_per_task": 2, "mem_per_cpu": "5G", "constraint": "fat"},
            False,
        ),
        "heterogeneous",
    ),
    "MaxMemPerNode does not count whole cores": (
        (
            "class2d",
            {"partition": "lean", "nodes": 1, "ntasks": 3, "cpus_per_task": 1, "mem_per_cpu": "14G"},
            False,
        ),
        "homogeneous",
    ),
    "homogeneous+1 without a leader": (
        ("motioncorr", {"partition": "slice", "nodes": 2, "ntasks": 5, "cpus_per_task": 2}, False),
        "homogeneous+1",
    ),
    "all GPUs of exclusive nodes": (
        ("class2d", {"nodes": 2, "gpus": "a100:4", "exclusive": True}, True),
        "one-task-per-node",
    ),
    "the chosen part of [a|b]": (
        ("class2d", {"partition": "many", "nodes": 3, "constraint": "[thin|power]"}, False),
        "homogeneous",
    ),
    "one kind of nodes beside a wish that two have": (
        ("class2d", {"partition": "main", "ntasks": 30, "cpus_per_task": 2, "constraint": "x86"}, False),
        "heterogeneous",
    ),
    "three threads are no cores of another node": (
        ("class2d", {"partition": "short", "nodes": 1, "ntasks": 2, "cpus_per_task": 3}, False),
        "homogeneous",
    ),
}
"""Demands that the solver once laid out otherwise than Slurm."""


@pytest.mark.parametrize("what", WENT_WRONG)
def test_slurm_runs_what_once_went_wrong(what: str, lab: Lab, tmp_path: Path, probe_path: str) -> None:
    (kind, wishes, gpu), mode = WENT_WRONG[what]
    result = mixed.compiled(mixed.job_of(kind, wishes, gpu=gpu, layout=mode), lab.generation.slurm)
    assert plan_of(result)["mode"] == mode, result.diagnostics
    assert wrong(result, lab, tmp_path, probe_path) == []


def wrong(result: Compiled, lab: Lab, project: Path, path: str) -> list[str]:
    """Run a job with the probe in RELION's place; return all in which the run was not the plan."""
    plan = plan_of(result)
    assert result.files is not None
    for name, content in result.files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)
    with_inputs(Built(project, project))
    job = lab.submit_and_wait(project / NAME / "run.sbatch", project, {"PATH": path})
    out = project / plan["output"] / "run.out"
    if job.state != "COMPLETED":
        logs = [log.read_text() for log in (out.with_suffix(".err"), job.output) if log.is_file()]
        return [f"{job.state} {job.reason}", *logs]
    found = placement.rows(out.read_text())
    return [
        *_misplaced(plan, job, found),
        *_of_other_kinds(plan, job),
        *_otherwise_booked(plan, lab.booked(job.number, project)),
    ]


def _misplaced(plan: Mapping[str, Any], job: Job, found: Sequence[placement.Row]) -> Iterator[str]:
    """Yield ranks with another node, role, CPUs or devices than planned."""
    if len(job.nodes) != plan["nodes"]:
        yield f"{job.nodes} are not {plan['nodes']} nodes"
        return
    planned, real = placement.planned(plan), placement.happened(found, job.nodes, plan)
    if plan["mode"] in ("hetjob", "one-task-per-node"):  # no variable of the rank's own says its CPUs there
        planned, real = ([replace(each, cpus=0) for each in ranks] for ranks in (planned, real))
    yield from placement.differences(planned, real)
    workers = found[1:] if plan["leader_group"] else found
    seen = {row.gpus for row in workers}
    if seen != {plan["gpus_per_node"]}:
        yield f"ranks see {seen} GPUs, {plan['gpus_per_node']} are planned"
    if not {row.scratch for row in workers} <= {"yes", ""}:
        yield "a scratch folder is not there"


def _of_other_kinds(plan: Mapping[str, Any], job: Job) -> Iterator[str]:
    """Yield hosts that are not of the node type of the plan; a single node may be, where it books the same."""
    group = plan["leader_group"]
    wanted = [group["node_type"]] if group else []
    wanted += [plan["node_type"]] * (plan["nodes"] - len(wanted))
    for host, kind in zip(job.nodes, wanted, strict=True):
        real = _kind(host)
        if real == kind or (plan["nodes"] == 1 and _same_cores(real, kind)):
            continue
        yield f"{host} is {real}, planned {kind}"


def _kind(host: str) -> str:
    groups = shape_of(mixed.cluster(HOME.slurm)).groups
    return next(group.name for group in groups if host in group.nodes)


def _same_cores(one: str, other: str) -> bool:
    kinds = mixed.PROFILE["node_types"]
    return all(kinds[one].get(key, 1) == kinds[other].get(key, 1) for key in ("threads_per_core", "gpus"))


def _otherwise_booked(
    plan: Mapping[str, Any], real: Sequence[Mapping[str, tuple[int, int]]]
) -> Iterator[str]:
    """Yield groups of nodes of which Slurm gave other CPUs or memory than the plan says."""
    group = plan["leader_group"]
    ranks = Counter(rank["node"] for rank in plan["ranks"])
    wanted = [
        _share(plan, plan["node_type"], _cpus(plan, ranks[node]))
        for node in range(bool(group), plan["nodes"])
    ]
    groups = [[_share({"exclusive": False, **group}, group["node_type"], group["cpus"])]] if group else []
    for planned, hosts in zip([*groups, wanted], real, strict=True):
        booked = [hosts[host] for host in sorted(hosts)]
        if booked != planned:
            yield f"booked {booked}, planned {planned} (CPUs, MiB)"


def _cpus(plan: Mapping[str, Any], ranks: int) -> int:
    """CPUs that the tasks of a node ask for: as many tasks on each, except where Slurm spreads them."""
    if plan["mode"] == "heterogeneous":
        return int(ranks * plan["cpus_per_task"])
    return int(plan["ntasks_per_node"] * plan["cpus_per_slot"])


def _share(asked: Mapping[str, Any], kind: str, cpus: int) -> tuple[int, int]:
    """CPUs and MiB of a node: whole cores, all of an exclusive one; memory for these CPUs, or for the node."""
    node = mixed.PROFILE["node_types"][kind]
    core = node.get("threads_per_core", 1)
    whole = node["cpus"] if asked["exclusive"] else -(-cpus // core) * core
    return whole, asked.get("mem_per_node_mib") or asked["mem_per_cpu_mib"] * whole


# --- what does not ------------------------------------------------------------------------------------------

NOT_THERE = "Requested node configuration is not available"
WHOLE = "whole nodes beyond MaxCPUsPerNode"
REFUSALS = {
    "more nodes than there are": ("RL604", "Node count specification invalid"),
    "more nodes than MaxNodes": ("RL604", "Node count specification invalid"),
    "fewer nodes than MinNodes": ("RL612", "Node count specification invalid"),
    "more CPUs than a node has": ("RL605", NOT_THERE),
    "more CPUs than MaxCPUsPerNode": ("RL605", NOT_THERE),
    # 26.05 also has "Requested partition configuration not available now"
    WHOLE: ("RL605", "configuration"),
    "more memory than a node has": ("RL401", "Memory specification can not be satisfied"),
    "more memory than CPUs of a node leave": ("RL401", NOT_THERE),
    "more memory than MaxMemPerNode": ("RL401", "Memory required by task is not available"),
    "more GPUs than a node has": ("RL303", NOT_THERE),
    "GPUs of a type that the partition has not": ("RL201", NOT_THERE),
    "features that the partition has not": ("RL201", NOT_THERE),
    "more time than MaxTime": ("RL603", "Requested time limit is invalid"),
    "more scratch than a node has": ("RL502", NOT_THERE),
}
"""Our code, and Slurm's words: with EnforcePartLimits=ALL every kind is refused at submission, and none waits."""


@pytest.mark.parametrize("number", range(2))
@pytest.mark.parametrize("kind", mixed.KINDS)
def test_slurm_refuses_what_is_refused(kind: str, number: int, lab: Lab, tmp_path: Path) -> None:
    job = mixed.infeasible(kind, Random(f"{kind} {number}"))
    code, words = REFUSALS[kind]
    assert [each.code for each in refusals(mixed.compiled(job, lab.generation.slurm))] == [code], job
    done = submitted(job, lab, tmp_path)
    if kind == WHOLE and versions.WHOLE_BEYOND_LIMIT.holds(lab.generation.slurm):
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode, done.stdout
    assert words in done.stderr, (job, done.stderr)


def refusals(result: Compiled) -> list[Diagnostic]:
    """Return what is said of a job, without the note that the profile is a file with launchers in it."""
    return [each for each in result.diagnostics if each.severity != NOTE]


def submitted(job: Mapping[str, Any], lab: Lab, cwd: Path) -> Any:
    """Submit the script that somebody would write for a job without relionc, for real."""
    script = cwd / "naive.sbatch"
    script.write_text(mixed.naive(job))
    return lab.run(["sbatch", "--parsable", script], cwd)


# --- what Slurm changes -------------------------------------------------------------------------------------

BEYOND = {
    # wishes, CPUs per task that Slurm makes of them, and what it books of the node
    "mem_per_cpu": ({"ntasks_per_node": 2, "mem_per_cpu": "8G"}, 2, (4, 16384)),
    "mem_per_cpu and cpus_per_task": (
        {"ntasks_per_node": 2, "cpus_per_task": 2, "mem_per_cpu": "8G"},
        4,
        (8, 32768),
    ),
    "mem": ({"ntasks_per_node": 2, "cpus_per_task": 2, "mem": "20G"}, 3, (5, 20480)),
}
BOOKED_OTHERWISE = {("mem", "20.11"): (2, (4, 20480)), ("mem", "26.05"): (3, (6, 20480))}
"""CPUs per task and what is booked, of a version that is unlike the others."""


@pytest.mark.parametrize("name", BEYOND)
def test_memory_beyond_max_mem_per_cpu_is_refused_since_slurm_would_change_the_ranks(
    name: str, lab: Lab, tmp_path: Path
) -> None:
    """Slurm takes the job, and raises the CPUs of each task: no rank has what was asked for."""
    wishes, cpus, booked = BEYOND[name]
    cpus, booked = BOOKED_OTHERWISE.get((name, lab.generation.slurm), (cpus, booked))
    if name == "mem":
        assert (cpus == 2) == versions.KEEPS_CPUS_FOR_MEMORY.holds(lab.generation.slurm)
    wishes = {"partition": "short", "nodes": 1, "constraint": "wide", **wishes}
    if name == "mem_per_cpu":
        wishes |= {"cpus_per_task": 1}
    job = mixed.job_of("class2d", wishes, gpu=False, layout="homogeneous")
    (refused,) = refusals(mixed.compiled(job, lab.generation.slurm))
    assert refused.code == "RL401"
    assert "per CPU > 4.0 GiB of the partition" in refused.message
    done = submitted(job, lab, tmp_path)
    assert done.returncode == 0, done.stderr
    number = done.stdout.strip()
    lab.wait(number, tmp_path)
    shown = lab.run(["scontrol", "show", "job", "-o", number], tmp_path).stdout
    assert re.search(r"CPUs/Task=(\d+)", shown)[1] == str(cpus)  # type: ignore[index]
    assert list(lab.booked(number, tmp_path)[0].values()) == [booked]


def test_cpus_are_raised_for_the_memory_where_nobody_says_how_many(
    lab: Lab, tmp_path: Path, probe_path: str
) -> None:
    wishes = {"partition": "short", "nodes": 1, "ntasks": 2, "constraint": "wide", "mem": "20G"}
    result = mixed.compiled(
        mixed.job_of("class2d", wishes, gpu=False, layout="homogeneous"), lab.generation.slurm
    )
    assert plan_of(result)["cpus_per_task"] == 3
    assert wrong(result, lab, tmp_path, probe_path) == []


def test_tasks_whose_cpus_are_raised_for_memory(lab: Lab, tmp_path: Path) -> None:
    """One of the differences between versions of Slurm; relionc refuses such a job on all of them."""
    script = tmp_path / "raised.sbatch"
    asked = "-p short -C wide -N 2 -n 8 --ntasks-per-node=4 -c 1 --mem-per-cpu=6g --output=out.txt"
    script.write_text(f"#!/bin/bash\n#SBATCH {asked}\necho ${{SLURM_TASKS_PER_NODE}}\n")
    lab.submit_and_wait(script, tmp_path, timeout=120)
    heaped = (tmp_path / "out.txt").read_text().strip() != "4(x2)"
    assert heaped == versions.HEAPS_FOR_MEMORY.holds(lab.generation.slurm)
