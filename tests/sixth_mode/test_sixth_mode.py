"""Two files make a mode: it is planned, listed by a profile, said in words, and a job is built with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from one_per_numa_node_lowered import LoweredOnePerNumaNode
from one_per_numa_node_planned import OnePerNumaNode

from relionc import emit
from relionc.cli.summary import job_lines
from relionc.lower import commands, decided, jobfile, script
from relionc.lower import modes as lowered_modes
from relionc.lower.plan_json import plan_object
from relionc.pipeline.profile import from_value
from relionc.plan import modes as planned_modes
from relionc.plan import plan_job
from relionc.rules import start
from relionc.spec.model import Pin

sys.path.insert(0, str(Path(__file__).parents[1] / "plan"))

from asking import compiled, spec

NAME = OnePerNumaNode.name
PROFILE = {
    "profile": 1,
    "name": "ours",
    "scheduler": "slurm",
    "node_types": {
        "cpu": {"count": 8, "cpus": 64, "threads_per_core": 2, "memory": "243G"},
        "gpu": {"count": 2, "cpus": 64, "threads_per_core": 2, "memory": "243G", "gpus": 4},
    },
    "partitions": {"batch": {"node_types": ["cpu"], "default": True}, "gpu": {"node_types": ["gpu"]}},
    "launchers": {"batch": {"argv": ["srun", "-n", "{ntasks}", "-c", "{cpus_per_task}"]}},
    "policy": {"ntasks": 6, "cpu_threads": 8, "idle_cpus": {NAME: 0}},
    "modes": [NAME],
}


@pytest.fixture(autouse=True)
def sixth_mode(monkeypatch):
    """The two lines that a new mode is listed by."""
    monkeypatch.setattr(planned_modes, "MODES", (*planned_modes.MODES, OnePerNumaNode()))
    monkeypatch.setitem(lowered_modes.MODES, NAME, LoweredOnePerNumaNode())


def cluster():
    """A site that runs this mode alone; schemas, which list the names of modes, are generated and not asked here."""
    made, findings = from_value(PROFILE)
    assert findings == []
    return made


def job(**resources):
    result = compiled(spec({"type": "class2d", "options": {"use_gpu": False}, "resources": resources}))
    (plan,) = result.plans
    return plan.job


def planned(**resources):
    plan, findings = plan_job(job(**resources), cluster())
    assert plan is not None, findings
    return plan


def test_the_solver_chooses_it_and_its_numbers():
    plan = planned()
    assert (plan.mode, plan.placement.shares, plan.ntasks) == (NAME, (2, 2, 2), 6)
    assert (plan.workers.nodes, plan.workers.tasks, plan.workers.tasks_per_node) == (3, 6, 2)
    assert [rank.node for rank in plan.ranks] == [0, 0, 1, 1, 2, 2]


def test_pins_of_nodes_and_ranks_count_its_ranks():
    assert planned(nodes=4).placement.shares == (2, 2, 2, 2)
    assert planned(ntasks=4).nodes == 2
    plan, (finding, *_) = plan_job(job(ntasks=5), cluster())
    assert plan is None
    assert [each.result for each in finding.suggestions] == [f"{NAME}: 2 nodes, 4 ranks"]


def test_a_job_is_built_with_it():
    plan = planned(nodes=3, cpus_per_task=8)
    kind, name = plan.job.type, plan.job.name
    assert start.check(plan, cluster()) == []
    texts = decided.options(plan, queued=True)
    made = commands.relion_commands(kind, texts, output=plan.job.output, is_continue=False)
    files = jobfile.job_file(kind, texts, is_continue=False)
    origin = script.Origin("spec.yaml", "0")
    bundle = script.bundle([plan], {name: made}, {name: files}, cluster(), origin=origin)
    written = emit.files(bundle._replace(plan=plan_object([plan], spec="", cluster="ours", relion="3.1")))
    lines = written[f"{name}/run.sbatch"].decode().splitlines()
    assert f"# {NAME}: 6 ranks, one on each NUMA node of 3 nodes, 8 CPUs each" in lines
    shape = [line for line in lines if "tasks" in line or "nodes" in line or "cpus" in line]
    for option in (
        "--nodes=3",
        "--ntasks=6",
        "--ntasks-per-node=2",
        "--ntasks-per-socket=1",
        "--cpus-per-task=8",
    ):
        assert f"#SBATCH {option}" in shape
    assert any(line.strip().startswith("srun -n 6 -c 8 ") for line in lines)
    assert written[f"{name}/hostfile"].decode().split() == [f"node[{i}]" for i in (0, 0, 1, 1, 2, 2)]
    (in_json,) = json.loads(written["plan.json"])["jobs"].values()
    assert (in_json["mode"], in_json["ntasks"], in_json["ntasks_per_node"]) == (NAME, 6, 2)
    assert job_lines([plan]).startswith(f"{name}  {NAME}  3 x cpu  6 ranks")


def test_it_can_be_pinned_and_refused_with_its_own_words():
    pinned = job()._replace(layout=Pin(NAME, ("jobs", "a", "layout")))
    plan, _ = plan_job(pinned, cluster())
    assert plan is not None
    assert plan.mode == NAME
    result = compiled(spec({"type": "class3d", "resources": {"gpus": 4, "nodes": 1}}))
    with_gpus = result.plans[0].job._replace(resources=job().resources, layout=pinned.layout)
    plan, (finding, *_) = plan_job(with_gpus, cluster())
    assert plan is None
    assert "for jobs without GPUs" in finding.message
