"""plan.json's object keeps the contract's names, and the schema says exactly what it holds."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import jsonschema
import pytest
from lowering_plans import heterogeneous, hetjob, homogeneous, job, one_task_per_node, plus_1

from relionc.emit.json_text import document
from relionc.lower.plan_json import plan_object
from relionc.plan.model import Reason, Term

SCHEMA = json.loads(Path(__file__).parents[2].joinpath("schemas/plan.v1.schema.json").read_text("utf-8"))
CONTRACT = {
    "mode",
    "partition",
    "constraint",
    "nodes",
    "ntasks",
    "ntasks_per_node",
    "cpus_per_task",
    "gpu_type",
    "gpus_per_node",
    "scratch_gib",
    "time_s",
    "ranks",
}


TASK = {"job": "class3d", "script": "class3d-K2/array.sbatch", "task": 1, "limit": None}


def written(*plans, arrays=MappingProxyType({})):
    made = plan_object(plans, spec="specs/x.yaml", cluster="site", relion="2.1", arrays=arrays)
    return json.loads(document(made))


def errors(document):
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(document)]


PLANS = [
    plus_1(
        job=job(after=("import",), output="Class3D/user/", project="/data/run"),
        memory=(Term("pre-read particles", 45.634, "100000 x 350 x 350 x 4 bytes"),),
        memory_node_gib=0.1 + 0.2,
        scratch=(Term("particles", 45.6),),
        reasons=(Reason("nodes", "4", "pinned", "jobs.class3d.resources.nodes"),),
        not_checked=("memory of the references: no data",),
    ),
    heterogeneous(ntasks=3, mem_per_cpu_mib=None, time_s=None, partition="", constraint="", node_type=""),
    homogeneous(nodes=2),
    one_task_per_node(),
    hetjob(),
    hetjob(
        mem_per_cpu_mib=None,
        mem_per_node_mib=100000,
        leader=hetjob().leader._replace(
            partition="", constraint="", node_type="", mem_per_cpu_mib=None, mem_per_node_mib=4096
        ),
    ),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.mode)
def test_a_plan_fits_its_schema(plan):
    made = written(plan)
    assert errors(made) == []
    assert made["jobs"]["class3d"].keys() >= CONTRACT


def test_the_schema_itself_is_sound_and_knows_every_key():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    known = SCHEMA["definitions"]["job"]["properties"].keys()
    task = written(PLANS[0], arrays={"class3d": TASK})
    assert errors(task) == []
    assert set(task["jobs"]["class3d"]).union(*(written(plan)["jobs"]["class3d"] for plan in PLANS)) == known


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.update(extra=1),
        lambda made: made["jobs"]["class3d"].pop("ranks"),
        lambda made: made["jobs"]["class3d"].update(mode="heterogenous"),
        lambda made: made["jobs"]["class3d"].update(mem_per_node_mib=1),
        lambda made: made["jobs"]["class3d"].pop("leader_group"),
        lambda made: made["jobs"]["class3d"].update(leader_group={}),
        lambda made: made["jobs"]["class3d"].update(cpus_per_slot=None),
        lambda made: made["jobs"]["class3d"]["ranks"][0].update(role="boss"),
        lambda made: made["jobs"]["class3d"]["ranks"][0].update(node=-1),
        lambda made: made["jobs"]["class3d"]["ranks"].clear(),
    ],
)
def test_the_schema_refuses_what_is_wrong(spoil):
    made = written(PLANS[0])
    spoil(made)
    assert errors(made)


def test_values_are_those_of_the_plan():
    made = written(PLANS[0])["jobs"]["class3d"]
    assert made["ranks"][0] == {"rank": 0, "role": "leader", "node": 0, "cpus": 4, "gpus": []}
    assert made["ranks"][5] == {"rank": 5, "role": "worker", "node": 1, "cpus": 4, "gpus": [0]}
    assert (made["mem_per_cpu_mib"], "mem_per_node_mib" in made) == (6144, False)
    assert made["output"] == "Class3D/user/"
    assert made["memory_fullest_node_gib"] == 0.3
    assert written(PLANS[1])["jobs"]["class3d"]["time_s"] is None
    assert written(PLANS[1])["jobs"]["class3d"]["memory_fullest_node_gib"] is None
    assert written(PLANS[2])["jobs"]["class3d"]["mem_per_node_mib"] == 245760


def test_slots_and_the_leaders_own_node_are_said() -> None:
    assert [(made["cpus_per_slot"], made["leader_group"]) for made in jobs(PLANS[:4])] == [
        (4, None),
        (4, None),
        (2, None),
        (20, None),
    ]
    by_cpu, by_node = (made["leader_group"] for made in jobs(PLANS[4:]))
    assert by_cpu == {
        "partition": "multinode",
        "constraint": "x2680",
        "node_type": "x2680",
        "cpus": 8,
        "mem_per_cpu_mib": 20480,
        "scratch_gib": 5,
        "node": {"cpus": 56, "memory_mib": 245760},
    }
    assert (by_node["mem_per_node_mib"], by_node["partition"], "mem_per_cpu_mib" in by_node) == (
        4096,
        None,
        False,
    )


def jobs(plans):
    return [written(plan)["jobs"]["class3d"] for plan in plans]
