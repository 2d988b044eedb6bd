"""Single words of Slurm's, and what a profile says of them."""

from __future__ import annotations

from typing import Any

import pytest

from relionc.pipeline.profile import from_value
from relionc.survey.draft import draft
from relionc.survey.knowledge import vram
from relionc.survey.limits import billing
from relionc.survey.told import Survey, kind_of, nothing

QOS = """\
Name|Priority|MaxWall|MaxTRES|MaxTRESPU|MinTRES|MaxJobsPU
normal|0|||||
long|0|1-00:00:00|node=4|gres/gpu=8|gres/gpu=1|20
"""


def told(node: str = "", partition: str = "", config: str = "", more: tuple[str, ...] = ()) -> Survey:
    """Return what is read of one node, one partition and some settings."""
    survey = nothing()
    survey.read(
        f"NodeName=n1 Arch=x86_64 CoresPerSocket=8 CPUTot=32 Sockets=2 ThreadsPerCore=2 RealMemory=64000 {node}\n"
    )
    survey.read(f"PartitionName=p AllowGroups=ALL AllowAccounts=ALL State=UP Nodes=n1 {partition}\n")
    survey.read(f"Configuration data as of 2026-11-30T01:02:03\nClusterName = c\n{config}\n")
    for text in more:
        assert survey.read(text)
    return survey


def only(values: dict[str, Any], section: str) -> dict[str, Any]:
    """Return the one node type or partition."""
    (found,) = values[section].values()
    return found


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("a100", (40, 80)),
        ("nvidia_a100-sxm4-80gb", (80,)),
        ("a100_3g.20gb", (20,)),
        ("1g.10gb", (10,)),
        ("GTX2080TI", (11,)),
        ("geforce_rtx_2080_ti", (11,)),
        ("gpu=3090", (24,)),
        ("tesla_v100-pcie-32gb", (32,)),
        ("v100l", ()),
        ("gpuk80", (12,)),
        ("a1000", ()),
        ("l40s", (48,)),
        ("TITAN", (12, 24)),
        ("titan_rtx", (24,)),
        ("H100_NVL", (94,)),
        ("rome", ()),
        ("x" * 5000, ()),
        ("", ()),
    ],
)
def test_the_memory_of_a_gpu_is_known_by_its_name(name: str, sizes: tuple[int, ...]) -> None:
    assert vram(name) == sizes


@pytest.mark.parametrize(
    ("node", "values"),
    [
        ("CPUEfctv=28 CoreSpecCount=2", {"cpus": 28, "threads_per_core": 2}),
        ("CoreSpecCount=2", {"cpus": 28, "threads_per_core": 2}),
        ("MemSpecLimit=4000", {"memory": "60000M"}),
        ("Gres=gpu:H100:8(S:0-1)", {"gpu_type": "H100", "gpus": 8, "vram": "80G"}),
        (
            "Gres=gpu:a100:2(S:0,1),gpu:a100_3g.20gb:1,shard:8(S:0)",
            {
                "gpus": [
                    {"type": "a100", "count": 2},
                    {"type": "a100_3g.20gb", "count": 1, "vram": "20G", "mig": True},
                ]
            },
        ),
        ("Gres=gpu:1g.10gb:7", {"gpu_type": "1g.10gb", "gpus": 7, "mig": True, "vram": "10G"}),
        ("Gres=gpu:4 AvailableFeatures=ib,rtx3090", {"gpus": 4, "vram": "24G"}),
        ("Arch=x86_64 Gres=(null)", {}),
        ("Gres=lscratch:800G", {"scratch": 800}),
        ("Gres=(null) TmpDisk=0 AvailableFeatures=(null)", {}),
        ("Gres=gpu:a:0", {}),
    ],
)
def test_what_a_node_has(node: str, values: dict[str, Any]) -> None:
    found = only(draft(told(node)).values, "node_types")
    assert {**found, **values} == found
    assert ("gpus" in found) == ("gpus" in values)


def test_cpus_that_are_cores_have_one_thread() -> None:
    survey = told()
    survey.nodes["n1"] |= {"CPUTot": "16"}
    assert "threads_per_core" not in only(draft(survey).values, "node_types")


@pytest.mark.parametrize(
    ("partition", "values"),
    [
        (
            "QoS=long MaxTime=3-00:00:00",
            {"max_time": "1-00:00:00", "min_gpus": 1, "max_nodes": 4, "max_gpus": 8},
        ),
        ("QoS=N/A MaxTime=3-00:00:00", {"max_time": "3-00:00:00"}),
        ("OverSubscribe=EXCLUSIVE", {"exclusive": True}),
        ("Exclusive=NODE", {"exclusive": True}),
        ("MaxMemPerNode=UNLIMITED", {"max_memory_per_node": "50000M"}),
        ("MaxMemPerNode=2048", {"max_memory_per_node": "2G"}),
        ("MinNodes=0 MaxNodes=UNLIMITED", {}),
    ],
)
def test_what_a_partition_allows(partition: str, values: dict[str, Any]) -> None:
    found = only(
        draft(told(partition=partition, config="MaxMemPerNode = 50000", more=(QOS,))).values, "partitions"
    )
    assert {**found, **values} == found
    assert "min_nodes" not in found
    assert ("max_nodes" in found) == ("max_nodes" in values)


def test_every_qos_comes_with_what_it_limits_of_a_job() -> None:
    values: dict[str, Any] = draft(told(more=(QOS,))).values
    assert values["qos"]["long"] == {"max_time": "1-00:00:00", "min_gpus": 1, "max_gpus": 8, "max_nodes": 4}
    cluster, findings = from_value(values)
    assert findings == []
    assert cluster is not None
    assert cluster.qos["long"].max_time_s == 86400


def test_limits_of_a_qos_that_no_key_says_are_noted() -> None:
    values: dict[str, Any] = draft(told(partition="QoS=long", more=(QOS,))).values
    (note,) = values["notes"]
    assert note == (
        "Partition p: a job may have node=4; a user may have gres/gpu=8; a job must have at least gres/gpu=1; "
        "a user may have 20 jobs (QOS long)."
    )


@pytest.mark.parametrize(
    ("text", "prices"),
    [
        ("CPU=1.0,Mem=0.25G,GRES/gpu=2.0", {"cpu": 1.0, "memory": 0.25, "gpu": 2.0}),
        ("cpu=1,mem=0.001", {"cpu": 1.0, "memory": 1.024}),
        ("CPU=1,GRES/gpu:a100=4,GRES/gpu:k80=1", {"cpu": 1.0, "gpu": 4.0}),
        ("Node=3", {}),
        ("(null)", {}),
    ],
)
def test_prices_are_those_of_a_cpu_a_gib_and_a_gpu(text: str, prices: dict[str, float]) -> None:
    assert dict(billing(text)) == prices


def test_modules_give_versions_and_lines() -> None:
    names = (
        "relion/3.1.4",
        "bio/relion/4.0.1-cuda11",
        "relion/4.0.0",
        "ctffind/4.1.14",
        "RELION/5.0.0(default)",
    )
    modules = "/apps/modules/all:\n" + "".join(f"{name}\n" for name in names)
    values = draft(told(more=(modules,))).values
    assert values["versions"] == ["3.1", "4.0", "5.0"]
    assert values["modules"] == {
        "3.1": ["module load relion/3.1.4"],
        "4.0": ["module load relion/4.0.0"],
        "5.0": ["module load RELION/5.0.0"],
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NodeName=n1 Sockets=2 CoresPerSocket=4 State=UNKNOWN\n", ""),
        ("PartitionName=p Nodes=ALL AllowGroups=a\n", ""),
        ("srun: MPI types are...\nsrun: pmix\n", "plugins"),
        ("JobId=1 JobName=relion/5.0\n", ""),
        ("", ""),
    ],
)
def test_texts_are_known_by_how_they_begin(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(("arch", "said"), [("aarch64", "aarch64"), ("x86_64", None), ("$(id)", None)])
def test_a_processor_is_said_where_it_is_not_the_usual_one(arch: str, said: str | None) -> None:
    survey = told()
    survey.nodes["n1"]["Arch"] = arch
    assert only(draft(survey).values, "node_types").get("arch") == said


def test_where_slurm_counts_no_memory_none_is_asked_for() -> None:
    for said, flag in (("CR_CORE", "none"), ("CR_CPU_MEMORY", "either"), ("", "either")):
        assert draft(told(config=f"SelectTypeParameters = {said}")).values["memory_flag"] == flag


def _kinds(*nodes: str) -> dict[str, Any]:
    survey = told(nodes[0])
    text = survey.nodes["n1"]
    for number, node in enumerate(nodes[1:], 2):
        survey.nodes[f"n{number}"] = text | dict(word.split("=", 1) for word in node.split())
    survey.partitions["p"]["Nodes"] = f"n[1-{len(nodes)}]"
    found: dict[str, Any] = draft(survey).values["node_types"]  # type: ignore[assignment]
    return found


def test_features_that_say_where_a_node_stands_make_no_kinds() -> None:
    gpus = "Gres=gpu:a100:4 AvailableFeatures=milan,"
    assert list(_kinds(f"{gpus}rack1", f"{gpus}rack2")) == ["a100"]
    assert list(_kinds(f"{gpus}i01r01", f"{gpus}i01r02")) == ["a100"]
    assert list(_kinds("AvailableFeatures=x2680", "AvailableFeatures=x2695")) == ["x2680", "x2695"]
    assert list(
        _kinds("Gres=gpu:4 AvailableFeatures=gpu=3090", "Gres=gpu:4 AvailableFeatures=gpu=2080ti")
    ) == [
        "gpu3090",
        "gpu2080ti",
    ]


def test_kinds_of_equal_gpus_are_called_by_what_tells_them_apart() -> None:
    gpus = "Gres=gpu:a100:4 AvailableFeatures=gpu,"
    found = _kinds(f"{gpus}hbm40g", f"{gpus}hbm80g")
    assert {name: each["vram"] for name, each in found.items()} == {"a100": "40G", "a100_hbm80g": "80G"}
    found = _kinds("Gres=gpu:4 AvailableFeatures=gpu,skylake", "Gres=gpu:4 AvailableFeatures=gpu,rome")
    assert list(found) == ["gpu", "gpu_rome"]
    assert list(_kinds("Gres=gpu:a100:4", "Gres=gpu:a100:8")) == ["a100", "a100_x8"]


@pytest.mark.parametrize(
    ("feature", "vram"), [("gpu80", "80G"), ("gpu40", "40G"), ("gpu4", None), ("c40", None)]
)
def test_a_feature_may_say_the_memory_of_a_gpu_that_has_two_sizes(feature: str, vram: str | None) -> None:
    (found,) = _kinds(f"Gres=gpu:a100:4 AvailableFeatures={feature}").values()
    assert found.get("vram") == vram


def test_what_nobody_planned_with_would_know_is_told() -> None:
    survey = told("Gres=gpu:4,mps:400", "QoS=part_gpu OverSubscribe=FORCE:4")
    found = draft(survey)
    assert (
        "limits of the QOS part_gpu of partition p are not known: give the text of `sacctmgr show qos -P`"
        in found.remarks
    )
    assert found.values["notes"] == [
        "GPUs of the nodes gpu can be shared by MPS (gres mps), which is not planned with.",
        "Partition p gives 4 jobs the same CPUs (OverSubscribe=FORCE).",
    ]


@pytest.mark.parametrize(
    ("config", "plugins", "words"),
    [
        ("MpiDefault = cray_shasta", ["cray_shasta", "pmi2", "pmix"], "--mpi=cray_shasta"),
        ("MpiDefault = pspmi", ["none", "pspmi", "pmix"], "-n"),
        ("MpiDefault = none", ["none", "pmix"], "--mpi=pmix"),
        ("MpiDefault = pmi2", ["none", "pmix", "pmi2"], "--mpi=pmi2"),
    ],
)
def test_the_default_of_a_site_is_the_first_guess(config: str, plugins: list[str], words: str) -> None:
    survey = told(config=config)
    survey.plugins[:] = plugins
    launchers: Any = draft(survey).values["launchers"]
    assert launchers["batch"]["argv"][1] == words


def test_cray_mpich_is_of_cray() -> None:
    survey = told()
    survey.plugins[:] = ["none", "cray_shasta", "pmi2", "pmix"]
    (mpi,) = [question for question in draft(survey).questions if question.key == "mpi"]
    values: Any = mpi.values("Cray MPICH 8.1")
    assert values["launchers"]["batch"]["argv"][1] == "--mpi=cray_shasta"
