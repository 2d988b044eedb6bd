"""A profile of what Slurm says: recorded texts of four versions, configurations of five kinds of sites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from relionc import site, source
from relionc.pipeline.cluster_file import before, imported, own
from relionc.pipeline.profile import from_value
from relionc.site.overlay import to_value
from relionc.survey import saved
from relionc.survey.draft import NoClusterError, draft

DATA = Path(__file__).parents[1] / "data"
SITES, CONFS = DATA / "slurm_sites", DATA / "slurm_conf"
VERSIONS = ("20.11", "22.05", "24.11", "26.05")


def values_of(text: str) -> dict[str, Any]:
    """Return the values of a profile's text, which has to be without fault."""
    loaded = source.load(text.encode(), "site.yaml")
    assert loaded.diagnostics == ()
    assert loaded.tree is not None
    assert isinstance(loaded.tree.value, dict)
    return loaded.tree.value


def made(*paths: Path, **options: Any) -> dict[str, Any]:
    """Return the values of the profile that is made of some files."""
    return values_of(imported(draft(saved.read(map(str, paths)), **options), "site.yaml"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_slurm_tells_the_same_of_equal_clusters(version: str) -> None:
    found = made(SITES / version)
    assert found["slurm"] == version
    other = made(SITES / "22.05")
    for key in ("node_types", "partitions", "policy", "memory_flag", "name"):
        assert found[key] == other[key]
    cluster, findings = from_value(found)
    assert cluster is not None
    assert findings == []


def test_the_facts_are_those_of_the_recorded_cluster() -> None:
    found = made(SITES / "24.11")
    assert found["node_types"]["a100"] == {
        "count": 2, "cpus": 128, "threads_per_core": 2, "memory": "515000M", "scratch": 3200, "gpu_type": "a100",
        "gpus": 4, "vram": "80G", "features": ["milan", "a100_80g"],
    }  # fmt: skip
    assert found["node_types"]["gpu3090"]["features"] == ["epyc", "gpu=3090"]
    assert "gpu_type" not in found["node_types"]["gpu3090"]
    assert list(found["partitions"]) == ["batch", "whole", "gpu"]
    assert found["partitions"]["batch"] == {
        "node_types": ["rome", "cpu_96"], "default": True, "max_time": "7-00:00:00", "default_time": "01:00:00",
        "max_cpus_per_node": 120, "max_memory_per_cpu": "4000M",
    }  # fmt: skip
    assert found["partitions"]["gpu"]["billing"] == {"cpu": 1, "memory": 0.25}


def test_how_large_an_array_may_be_is_what_slurm_says(tmp_path: Path) -> None:
    found = made(SITES / "24.11")
    assert found["max_array_size"] == 1001
    assert "config" in found["source"]
    assert "max_array_size" not in found["sources"]  # no guess: it has the source of the whole profile
    plain = (CONFS / "whole" / "slurm.conf").read_text()
    conf = tmp_path / "slurm.conf"
    conf.write_text(plain + "maxarraysize=40001  # lower case is as good\n")
    assert made(conf)["max_array_size"] == 40001


def test_a_configuration_that_leaves_the_size_of_arrays_out_says_nothing_of_it(tmp_path: Path) -> None:
    conf = tmp_path / "slurm.conf"
    conf.write_text((CONFS / "whole" / "slurm.conf").read_text())
    assert "max_array_size" not in made(conf)


def test_a_slurm_without_arrays_is_told_of(tmp_path: Path) -> None:
    conf = tmp_path / "slurm.conf"
    conf.write_text((CONFS / "whole" / "slurm.conf").read_text() + "MaxArraySize=0\n")
    found = made(conf)
    assert "max_array_size" not in found
    assert [note for note in found["notes"] if "MaxArraySize=0" in note]


def test_hidden_and_closed_partitions_come_when_they_are_asked_for() -> None:
    assert list(made(SITES / "24.11", everything=True)["partitions"]) == [
        "batch",
        "whole",
        "gpu",
        "admin",
        "theirs",
    ]


@pytest.mark.parametrize("version", ["24.11", "26.05"])
def test_sinfo_alone_tells_of_the_same_nodes(version: str) -> None:
    found, whole = made(SITES / version / "sinfo.json"), made(SITES / version, everything=True)
    assert found["node_types"] == whole["node_types"]
    for name in ("batch", "whole", "gpu"):
        there = found["partitions"][name]
        limits = (
            "node_types",
            "max_time",
            "default_time",
            "max_nodes",
            "max_cpus_per_node",
            "max_memory_per_cpu",
        )
        assert {key: there.get(key) for key in limits} == {
            key: whole["partitions"][name].get(key) for key in limits
        }


def test_sinfo_of_22_05_tells_of_nodes_and_names_of_partitions() -> None:
    read = saved.read([str(SITES / "22.05" / "sinfo.json")])
    found = draft(read)
    assert (
        found.values["node_types"]
        == draft(saved.read([str(SITES / "22.05")]), everything=True).values["node_types"]
    )
    assert any("limits of partitions are not known" in remark for remark in found.remarks)


def test_equal_nodes_of_several_partitions_bound_what_a_job_can_have() -> None:
    assert made(CONFS / "shared")["partitions"]["interactive"]["max_nodes"] == 4


def test_the_samples_of_the_lab_give_the_built_in_profile() -> None:
    """What is built in and derivable; the rest is people's knowledge."""
    lab = to_value(site.builtin("lab"))
    found = to_value(_cluster(made(SITES / "lab")))
    for name, node in _mappings(lab["node_types"]).items():
        of_slurm = {key: value for key, value in node.items() if key not in ("vram", "gpu_threads")}
        there = {key: value for key, value in _mappings(found["node_types"])[name].items() if key in of_slurm}
        assert there == of_slurm
    assert found["partitions"] == lab["partitions"]
    assert found["mpi_plugins"] == lab["mpi_plugins"]


def _mappings(value: Any) -> dict[str, dict[str, Any]]:
    return value


def _cluster(values: dict[str, Any]) -> site.types.Cluster:
    cluster, findings = from_value(values)
    assert not [each for each in findings if each.severity == "error"]
    assert cluster is not None
    return cluster


# Keys of a profile that people would write: read rightly, guessed rightly, left to people. Nothing is wrong.
SHARES = {
    "shared": (43, 6, 5),
    "mig": (32, 3, 4),
    "whole": (39, 3, 4),
    "linear": (27, 3, 4),
    "cloud": (26, 2, 4),
}


def _leaves(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        here = f"{path}.{key}" if path else key
        found |= _leaves(value, here) if isinstance(value, dict) else {here: value}
    return found


@pytest.mark.parametrize("name", SHARES)
def test_a_configuration_gives_what_a_person_would_write(name: str) -> None:
    truth = _leaves(values_of((Path(__file__).parent / "truth" / f"{name}.yaml").read_text()))
    found = made(CONFS / name, date="2026-11")
    guessed = [path for path, each in found["sources"].items() if each.get("unverified")]
    there = _leaves(found)
    counts = {"right": 0, "guessed": 0, "unknown": 0}
    wrong = {}
    for path, value in truth.items():
        is_guess = any(path == each or path.startswith(f"{each}.") for each in guessed)
        if path not in there:
            counts["unknown"] += 1
        elif there[path] == value:
            counts["guessed" if is_guess else "right"] += 1
        elif is_guess:
            counts["unknown"] += 1
        else:
            wrong[path] = there[path], value
    assert wrong == {}
    assert set(there) >= {path for path in truth if path.startswith("partitions")}
    assert tuple(counts.values()) == SHARES[name]
    assert {path for path in there if path.startswith(("node_types", "partitions"))} - set(truth) <= {
        path for path in there if path.endswith("gpu_threads")
    }
    _cluster(found)


@pytest.mark.parametrize("name", SHARES)
def test_the_file_for_people_is_a_profile_with_every_question_answered(name: str, tmp_path: Path) -> None:
    found = draft(saved.read([str(CONFS / name)]))
    (tmp_path / "site-imported.yaml").write_text(imported(found, "site.yaml"))
    answers = {question.key: question.values(question.example) for question in found.questions}
    (tmp_path / "site.yaml").write_text(own(found, answers, "site-imported.yaml"))
    (tmp_path / "open.yaml").write_text(own(found, {}, "site-imported.yaml"))
    from relionc.cli import files
    from relionc.pipeline import Disk, load_profile

    for file in ("site.yaml", "open.yaml"):
        read = load_profile(str(tmp_path / file), Disk(files.read, files.file_facts))
        assert read.cluster is not None, read.diagnostics
    whole = load_profile(str(tmp_path / "site.yaml"), Disk(files.read, files.file_facts)).cluster
    assert whole is not None
    assert whole.mpi == "Open MPI 4.1"
    assert all(node.vram_gib for node in whole.node_types.values() if node.gpus)
    assert dict(whole.directives) == {"account": "cryoem"}


def test_texts_that_tell_nothing_are_refused_with_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "node.txt").write_text(
        (SITES / "24.11" / "node.txt").read_text().replace("Partitions=", "Of=")
    )
    for paths, said in (([tmp_path], "no partitions are told of"), ([], "nothing of nodes and partitions")):
        with pytest.raises(NoClusterError, match=said):
            draft(saved.read(map(str, paths)))


def test_an_update_changes_facts_alone() -> None:
    read = saved.read([str(SITES / "24.11")])
    first = imported(draft(read), "site.yaml")
    edited = (
        first.replace("    vram: 80G\n", "    vram: 40G  # nvidia-smi said so\n    cpus_per_gpu: 16\n")
        .replace("  batch:\n    node", "  # where most jobs go\n  batch:\n    node")
        .replace("ntasks: 11", "ntasks: 5")
        + "# the end\n"
    )
    old = before(edited.encode(), "site-imported.yaml")
    same = imported(draft(saved.read([str(SITES / "24.11")]), before=old.node_types), "site.yaml", old)
    assert same == edited
    read.nodes["cn0001"]["RealMemory"] = read.nodes["cn0002"]["RealMemory"] = "400000"
    read.partitions["batch"]["MaxTime"] = "3-00:00:00"
    del read.partitions["gpu"]["TRESBillingWeights"]
    changed = imported(draft(read, before=old.node_types), "site.yaml", old)
    gone = [line for line in edited.splitlines() if line not in changed.splitlines()]
    new = [line for line in changed.splitlines() if line not in edited.splitlines()]
    assert gone == ["    memory: 515000M", "    max_time: 7-00:00:00", "    billing: {cpu: 1, memory: 0.25}"]
    assert new == ["    memory: 400000M", "    max_time: 3-00:00:00"]


def test_names_of_node_types_stay_when_another_kind_comes() -> None:
    read = saved.read([str(SITES / "24.11")])
    old = before(imported(draft(read), "site.yaml").encode(), "x.yaml")
    read.nodes["cn0001"]["RealMemory"] = "1030000"
    found = draft(read, before=old.node_types).values["node_types"]
    assert isinstance(found, dict)
    assert found["a100"]["memory"] == "515000M"
    assert found["a100_1006g"]["memory"] == "1030000M"


def test_comments_of_keys_that_are_gone_are_kept() -> None:
    text = imported(draft(saved.read([str(SITES / "24.11")])), "site.yaml")
    old = before(
        text.replace("  whole:\n", "  # for the patient\n  whole:  # two nodes at least\n").encode(), "x.yaml"
    )
    read = saved.read([str(SITES / "24.11")])
    del read.partitions["whole"]
    after = imported(draft(read, before=old.node_types), "site.yaml", old)
    assert "whole:" not in after
    assert "# for the patient" in after
    assert "# two nodes at least" in after
    values_of(after)


def test_a_usual_time_over_the_longest_is_left_out_and_told(tmp_path: Path) -> None:
    texts = {name: (SITES / "24.11" / name).read_text() for name in ("node.txt", "partition.txt")}
    changed = texts["partition.txt"].replace("MaxTime=7-00:00:00", "MaxTime=00:10:00")
    assert "DefaultTime=01:00:00" in changed
    (tmp_path / "n").write_text(texts["node.txt"])
    (tmp_path / "p").write_text(changed)
    found = draft(saved.read([str(tmp_path)]))
    cluster, findings = from_value(values_of(imported(found, "site.yaml")))
    assert findings == []
    assert cluster is not None
    assert (cluster.partitions["batch"].max_time_s, cluster.partitions["batch"].default_time_s) == (600, None)
    assert "left out: the usual time of partition batch, which is over its longest" in found.remarks


def test_more_nodes_than_slurm_has_are_said_to_be_too_many(tmp_path: Path) -> None:
    conf = tmp_path / "slurm.conf"
    conf.write_text("ClusterName=x\nNodeName=n[1-1000000000] CPUs=8\nPartitionName=p Nodes=ALL\n")
    told = saved.read([str(conf)])
    with pytest.raises(NoClusterError, match=r"too many.*names more than 65536 hosts"):
        draft(told, date="2026-11")
