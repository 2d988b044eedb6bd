"""A profile of one's own: overlays, and everything that can be wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from relionc import site
from relionc.diag import WARNING
from relionc.diag.codes import CODES
from relionc.pipeline.profile import from_value
from relionc.site.launchers import title
from relionc.site.overlay import to_value

NODE = {"count": 4, "cpus": 64, "threads_per_core": 2, "memory": "243G", "gpus": 4, "gpu_type": "a100"}
BATCH = {"argv": ["srun", "--mpi=pmix", "-n", "{ntasks}"], "mpi": "pmix"}


def profile(**changes: Any) -> dict[str, Any]:
    """Return a small correct profile with changes at dotted paths (`__` for the dot)."""
    value: dict[str, Any] = {
        "profile": 1,
        "name": "mine",
        "scheduler": "slurm",
        "mpi_plugins": ["none", "pmix"],
        "node_types": {"a100": dict(NODE)},
        "partitions": {"gpu": {"node_types": ["a100"], "default": True}},
        "launchers": {"batch": dict(BATCH)},
    }
    for path, new in changes.items():
        *parents, last = path.split("__")
        part = value
        for key in parents:
            part = part.setdefault(key, {})
        part[last] = new
    return value


def test_the_small_profile_is_correct() -> None:
    cluster, findings = from_value(profile())
    assert findings == []
    assert cluster is not None
    assert cluster.node_types["a100"].memory_mib == 243 * 1024


WRONG = [
    ({"node_types__a100__memory": "1.5T"}, "RL670", ("node_types", "a100", "memory"), "1536G"),
    ({"partitions__gpu__max_time": "5d"}, "RL670", ("partitions", "gpu", "max_time"), "5-00:00:00"),
    ({"node_types__a100__cpus": -1}, "RL670", ("node_types", "a100", "cpus"), "whole number"),
    ({"node_types__a100__cpus": True}, "RL670", ("node_types", "a100", "cpus"), "whole number"),
    ({"node_types__a100": 3}, "RL670", ("node_types", "a100"), "mapping"),
    ({"partitions__gpu__default": "yes"}, "RL670", ("partitions", "gpu", "default"), "true or false"),
    ({"name": "a\nb"}, "RL670", ("name",), "one line"),
    ({"modules__*": ["module load x\n#SBATCH --y"]}, "RL670", ("modules", "*", 0), "one line"),
    ({"scratch": {"path": "lscratch"}}, "RL670", ("scratch", "path"), "/lscratch"),
    ({"node_types__a100__memory": None}, "RL671", ("node_types", "a100"), "memory"),
    ({"launchers__batch__argv": None}, "RL671", ("launchers", "batch"), "argv"),
    ({"scheduler": None}, "RL671", (), "scheduler"),
    ({"partitions": {}}, "RL671", (), "partitions"),
    ({"scratch": {"path": "/l/${J}", "gres": "l"}}, "RL671", ("scratch", "gres"), "scratch"),
    ({"partitions__gpu__node_types": ["a1000"]}, "RL672", ("partitions", "gpu", "node_types", 0), "`a100`"),
    ({"scheduler": "slurn"}, "RL672", ("scheduler",), "`slurm`"),
    ({"memory_flag": "per-cpu"}, "RL672", ("memory_flag",), "`per_cpu`"),
    ({"launchers__bach": dict(BATCH)}, "RL672", ("launchers", "bach"), "`batch`"),
    ({"launchers__batch__mpi": "pmi"}, "RL672", ("launchers", "batch", "mpi"), "`pmix`"),
    ({"versions": ["3.1"], "modules": {"3.0": ["x"]}}, "RL672", ("modules", "3.0"), "`3.1`"),
    ({"sources": {"node_types.a10.memory": "me"}}, "RL673", ("sources", "node_types.a10.memory"), "dots"),
    (
        {"launchers__batch__argv": ["srun", "--mpi=pmix", "{ntask}"]},
        "RL674",
        ("launchers", "batch", "argv", 2),
        "{ntasks}",
    ),
    ({"launchers__batch__argv": ["srun", "--mpi=pmix"]}, "RL674", ("launchers", "batch", "argv"), "{ntasks}"),
    (
        {"partitions__cpu": {"node_types": ["a100"], "default": True}},
        "RL675",
        ("partitions", "cpu", "default"),
        "one",
    ),
    (
        {"partitions__gpu__node_types": ["a100", "a100"]},
        "RL675",
        ("partitions", "gpu", "node_types", 1),
        "remove",
    ),
    (
        {"node_types__A100": dict(NODE), "partitions__gpu__node_types": ["a100", "A100"]},
        "RL675",
        ("node_types", "A100"),
        "rename",
    ),
    ({"node_types__a100__memory": 243}, "RL676", ("node_types", "a100", "memory"), "243G"),
    ({"node_types__a100__cpus": 63}, "RL676", ("node_types", "a100", "threads_per_core"), "hardware threads"),
    (
        {"node_types__a100__threads_per_core": 0},
        "RL676",
        ("node_types", "a100", "threads_per_core"),
        "threads",
    ),
    ({"node_types__a100__cpus": 0}, "RL676", ("node_types", "a100", "cpus"), "CPUTot"),
    ({"node_types__a100__gpus": 0}, "RL676", ("node_types", "a100", "gpu_type"), "gpus"),
    ({"node_types__a100__cpus_per_gpu": 17}, "RL676", ("node_types", "a100", "cpus_per_gpu"), "16"),
    (
        {"partitions__gpu__max_time": "1:00:00", "partitions__gpu__default_time": "2:00:00"},
        "RL676",
        ("partitions", "gpu", "default_time"),
        "max_time",
    ),
    ({"modes": ["homogeneous+1", "homogenous"]}, "RL672", ("modes", 1), "`homogeneous`"),
    ({"modes": ["homogeneous", "homogeneous"]}, "RL675", ("modes", 1), "remove"),
    ({"modes": ["homogeneous", "hetjob"]}, "RL678", ("modes", 1), "launchers: {hetjob"),
    ({"modes": ["one-task-per-node"]}, "RL678", ("modes", 0), "launchers: {one_task_per_node"),
    (
        {"launchers__hetjob": {"argv": ["srun"], "workers": [":", "-n", "{worker}"]}},
        "RL674",
        ("launchers", "hetjob", "workers", 2),
        "{workers}",
    ),
    *(
        ({"launchers__hetjob": {"argv": argv}}, "RL674", ("launchers", "hetjob", "argv"), "`workers`")
        for argv in (["srun"], ["srun", "--het-group=0"], ["mpirun", "-n", "{ntasks}"])
    ),
    (
        {"launchers__batch__argv": ["srun", "{ntasks}", "{workers}"], "launchers__batch__mpi": None},
        "RL674",
        ("launchers", "batch", "argv", 2),
        "{nodes}",
    ),
    (
        {"launchers__batch__exports": {"A": "{ntask}"}},
        "RL674",
        ("launchers", "batch", "exports", "A"),
        "{ntasks}",
    ),
    (
        {"launchers__one_task_per_node": {"argv": ["mpirun", "--hostfile", "{hostfile}"]}},
        "RL674",
        ("launchers", "one_task_per_node", "argv"),
        "{ntasks}",
    ),
    (
        {"launchers__one_task_per_node": {"argv": ["mpirun", "-n", "{ntasks}"]}},
        "RL674",
        ("launchers", "one_task_per_node", "argv"),
        "{hostfile}",
    ),
    ({"modes": []}, "RL676", ("modes",), "usual"),
    (
        {"partitions__gpu__min_nodes": 5, "partitions__gpu__max_nodes": 4},
        "RL676",
        ("partitions", "gpu", "min_nodes"),
        "max_nodes",
    ),
    (
        {"partitions__gpu__max_cpus_per_node": "all"},
        "RL670",
        ("partitions", "gpu", "max_cpus_per_node"),
        "whole",
    ),
    ({"partitions__gpu__billing": {"cpus": 1}}, "RL672", ("partitions", "gpu", "billing", "cpus"), "`cpu`"),
    ({"partitions__gpu__billing": {"gpu": -1}}, "RL670", ("partitions", "gpu", "billing", "gpu"), "number"),
    ({"policy": {"memory_factor": 0.8}}, "RL676", ("policy", "memory_factor"), "1 or more"),
    ({"policy": {"memory_factor": True}}, "RL670", ("policy", "memory_factor"), "number"),
    ({"policy": {"memory_factor": float("nan")}}, "RL670", ("policy", "memory_factor"), "number"),
    ({"policy": {"threads": {"refine3d": 0}}}, "RL676", ("policy", "threads", "refine3d"), "1 or more"),
    ({"policy": {"threads": 16}}, "RL670", ("policy", "threads"), "mapping"),
    ({"policy": {"idle_cpus": {"het-job": 8}}}, "RL672", ("policy", "idle_cpus", "het-job"), "`hetjob`"),
    ({"extends": "biowolf"}, "RL677", ("extends",), "`biowulf`"),
    ({"launchers__batch__arbitrary": ["-m", "arbitrary"]}, "RL678", ("launchers", "batch"), "both"),
    (
        {"launchers__batch__argv": ["mpirun", "-n", "{ntasks}"]},
        "RL678",
        ("launchers", "batch", "mpi"),
        "agree",
    ),
]


@pytest.mark.parametrize(("changes", "code", "route", "advice"), WRONG, ids=lambda part: str(part)[:40])
def test_a_mistake_is_found_where_it_is(
    changes: dict[str, Any], code: str, route: tuple[Any, ...], advice: str
) -> None:
    cluster, findings = from_value(profile(**changes))
    assert cluster is None
    assert [(f.code, f.route) for f in findings] == [(code, route)]
    assert advice in findings[0].help
    assert code in CODES


def test_all_mistakes_are_found_at_once() -> None:
    value = profile(
        partitions__gpu__node_types=["b100"],
        node_types__a100__memory=243,
        launchers__batch__mpi="pmi2",
        scheduler="x",
    )
    assert len(from_value(value)[1]) == 5


def test_a_scratch_folder_for_all_jobs_is_a_warning() -> None:
    cluster, findings = from_value(profile(scratch={"path": "/tmp"}))
    assert cluster is not None
    assert [(f.code, f.severity) for f in findings] == [("RL679", WARNING)]
    assert "/tmp/${SLURM_JOB_ID}" in findings[0].help


@pytest.mark.parametrize(
    "value", [None, [], "x", 3, {}, {"extends": [1]}, {"node_types": 3, "launchers": [1], "sources": "x"}]
)
def test_nonsense_gives_findings_and_no_traceback(value: Any) -> None:
    cluster, findings = from_value(value)
    assert cluster is None
    assert findings


@pytest.mark.parametrize("groups", ["--het-group=0,1", "--pack-group=0-1"])
def test_one_command_may_start_both_groups_of_a_hetjob(groups: str) -> None:
    assert from_value(profile(launchers__hetjob={"argv": ["srun", groups]}))[1] == []


def test_modes_limits_bills_and_threads_are_read() -> None:
    cluster, findings = from_value(
        profile(
            modes=["hetjob", "homogeneous"],
            launchers__hetjob={"argv": ["srun"], "workers": [":", "{workers}"], "variables": {"A": "B"}},
            launchers__one_task_per_node={
                "argv": ["mpirun", "-n", "{ntasks}"],
                "hostfile_variable": "HYDRA_HOST_FILE",
                "exports": {"A": "{nodes}"},
            },
            partitions__gpu__min_nodes=2,
            partitions__gpu__max_cpus_per_node=60,
            partitions__gpu__billing={"cpu": 1, "memory": 0.25, "gpu": 8},
            policy={"memory_factor": 1.5, "threads": {"refine3d": 16}, "idle_cpus": {"hetjob": 8}},
        )
    )
    assert findings == []
    assert cluster is not None
    gpu, policy = cluster.partitions["gpu"], cluster.policy
    assert cluster.modes == ("hetjob", "homogeneous")
    assert (gpu.min_nodes, gpu.max_cpus_per_node) == (2, 60)
    hetjob = cluster.launchers["hetjob"]
    assert (hetjob.workers, hetjob.variables) == ((":", "{workers}"), (("A", "B"),))
    assert gpu.billing == (("cpu", 1.0), ("memory", 0.25), ("gpu", 8.0))
    assert (policy.memory_factor, policy.mode_cpus) == (1.5, (("hetjob", 8),))
    assert policy.threads == (("refine3d", 16),)
    assert from_value(to_value(cluster)) == (cluster, [])
    shown = {row[0]: row[-1] for table in site.describe(cluster) for row in table.rows}
    assert shown["ways to distribute ranks"] == "hetjob, homogeneous"
    assert shown["hetjob"] == ""
    assert shown["CPUs per task by job type"] == "refine3d 16"
    assert "bills 1 a CPU + 0.25 a GiB + 8 a GPU" in shown["gpu (default)"]


def test_a_profile_that_says_no_mode_has_the_usual_ones_and_no_limits() -> None:
    cluster, _ = from_value(profile())
    assert cluster is not None
    assert cluster.modes == ("heterogeneous", "homogeneous", "homogeneous+1")
    gpu = cluster.partitions["gpu"]
    assert (gpu.min_nodes, gpu.max_cpus_per_node, gpu.billing) == (None, None, ())
    assert (cluster.policy.memory_factor, cluster.policy.threads) == (1.0, ())


# --- overlays ---


def test_an_overlay_changes_what_it_says_and_keeps_the_rest() -> None:
    value = {
        "extends": "biowulf",
        "name": "mine",
        "date": "2026-11",
        "node_types": {"a100": {"memory": "240G"}, "l40": None},
        "partitions": {"gpu": {"node_types": ["a100"], "max_time": "5-00:00:00"}},
        "policy": {"ntasks": 64},
    }
    base = site.builtin("biowulf")
    cluster, findings = from_value(value)
    assert findings == []
    assert cluster is not None
    assert cluster.name == "mine"
    assert cluster.node_types["a100"].memory_mib == 240 * 1024
    assert cluster.node_types["a100"].cpus == base.node_types["a100"].cpus
    assert set(base.node_types) - set(cluster.node_types) == {"l40"}
    assert cluster.partitions["gpu"].node_types == ("a100",)
    assert cluster.partitions["gpu"].max_time_s == 5 * 86400
    assert cluster.launchers == base.launchers


def test_a_launcher_of_the_overlay_is_called_by_its_own_program() -> None:
    batch = {"argv": ["mpiexec.hydra", "-n", "{ntasks}"], "mpi": None}
    cluster, findings = from_value({"extends": "biowulf", "name": "mine", "launchers": {"batch": batch}})
    assert findings == []
    assert cluster is not None
    assert title(cluster.launchers["batch"]) == "mpiexec.hydra"
    assert title(site.builtin("biowulf").launchers["batch"]) == "srun"


def test_a_fact_of_the_overlay_has_the_overlays_source() -> None:
    value = {
        "extends": "biowulf",
        "name": "mine",
        "node_types": {"a100": {"memory": "240G", "count": 9, "source": "freen", "date": "2026-11"}},
        "policy": {"ntasks": 64},
        "sources": {"node_types.a100.count": {"source": "I counted", "unverified": True}},
    }
    cluster, findings = from_value(value)
    assert findings == []
    assert cluster is not None
    texts = {
        path: source.text
        for path in (
            "node_types.a100.memory",
            "node_types.a100.count",
            "policy.ntasks",
            "node_types.p100.memory",
            "scratch",
        )
        if (source := cluster.source_of(path))
    }
    base = site.builtin("biowulf")
    assert texts == {
        "node_types.a100.memory": "freen",
        "node_types.a100.count": "I counted",
        "policy.ntasks": "profile mine",
        "node_types.p100.memory": base.sources[""].text,
        "scratch": base.sources[""].text,
    }


def test_an_overlay_that_removes_what_is_used_is_told() -> None:
    _, findings = from_value({"extends": "biowulf-2018", "name": "mine", "node_types": {"k80": None}})
    assert [(f.code, f.route) for f in findings] == [("RL672", ("partitions", "gpu", "node_types", 0))]


def test_a_workstation_is_described_by_extending_local() -> None:
    value = {
        "extends": "local",
        "name": "desk",
        "node_types": {"workstation": {"cpus": 32, "memory": "125G", "gpus": 2}},
    }
    cluster, findings = from_value(value)
    assert findings == []
    assert cluster is not None
    assert cluster.node_types["workstation"].known
    assert cluster.launchers == site.builtin("local").launchers


def test_a_part_of_a_gib_of_scratch_counts_as_a_whole_one() -> None:
    cluster, findings = from_value(profile(scratch={"path": "/l/${SLURM_JOB_ID}", "minimum": "1500M"}))
    assert findings == []
    assert cluster is not None
    assert cluster.scratch is not None
    assert cluster.scratch.minimum_gib == 2
