"""Saved texts of strangers: whatever stands in them, there is a profile without fault or a reason, soon."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from relionc import resources
from relionc.cli import files
from relionc.pipeline import Disk, load_profile
from relionc.pipeline.cluster_file import imported, own
from relionc.pipeline.profile import from_value
from relionc.site.read import MOST_ITEMS
from relionc.survey import saved
from relionc.survey.collect import files as collected
from relionc.survey.draft import LEAST_TASKS, MOST_PARTITIONS, MOST_TASKS, NoClusterError, draft
from relionc.survey.told import nothing

DATA = Path(__file__).parents[1] / "data"
NODE = "NodeName={} Arch=x86_64 CoresPerSocket=4 CPUTot=8 Sockets=2 RealMemory=10240 State=IDLE Partitions=p {}\n"
PARTITION = "PartitionName=p AllowGroups=ALL AllowAccounts=ALL Nodes={} State=UP MaxTime=1:00:00 {}\n"


def _is_profile_or_reason(folder: Path) -> bool:
    """Import a folder; what is written must be read without an error. Returns whether there was a profile."""
    start = time.process_time()
    try:
        found = draft(saved.read([str(folder)]))
    except NoClusterError:
        return False
    out = folder / "out"
    out.mkdir(exist_ok=True)
    (out / "site-imported.yaml").write_text(imported(found, "site.yaml"))
    (out / "site.yaml").write_text(own(found, {}, "site-imported.yaml"))
    assert time.process_time() - start < 12  # the promise is 2, and a loaded machine must not turn a test red
    read = load_profile(str(out / "site.yaml"), Disk(files.read, files.file_facts))
    errors = [each for each in read.diagnostics if each.severity == "error"]
    assert not errors, errors
    return True


TEXTS = {
    "a bomb of hosts": PARTITION.format("n[1-65535][1-65535]", "") + NODE.format("n1", ""),
    "brackets": PARTITION.format("n[1-,]]]", "") + NODE.format("n1", ""),
    "a long line": PARTITION.format("n1", "X=" + "y" * 3_000_000) + NODE.format("n1", ""),
    "many nodes": PARTITION.format("n[1-60000]", "") + "".join(NODE.format(f"n{i}", "") for i in range(12_000)),
    "many partitions": "".join(PARTITION.replace("=p ", f"=p{i} ").format("n1", "") for i in range(20_000))
    + NODE.format("n1", ""),
    "as many partitions as may be": "".join(
        PARTITION.replace("=p ", f"=p{i} ").format("n1", "") for i in range(MOST_ITEMS)
    )
    + NODE.format("n1", ""),
    "all kinds differ": PARTITION.format("n[1-3000]", "")
    + "".join(NODE.format(f"n{i}", f"TmpDisk={i * 5000} AvailableFeatures=f{i}") for i in range(3000)),
    "shell in names": PARTITION.format("n1", "").replace("=p ", "=$(id) ") + PARTITION.format("n1", "")
    + NODE.format("n1", "Gres=gpu:`id`:4,gpu:$(x):2 AvailableFeatures=a;b,'c,\u2028"),
    "amounts": PARTITION.format("n1", "MaxMemPerNode=9999999999999999 TRESBillingWeights=CPU=1e9,Mem=" + "9" * 400)
    + NODE.format("n1", "Gres=gpu:a:99999999999999999999,lscratch:9999999999999P TmpDisk=" + "9" * 30),
    "a reason that lies": PARTITION.format("n1", "")
    + NODE.format("n1", "Gres=gpu:a:2 Reason=x Gres=gpu:b:8 RealMemory=7 [root@now]"),
}  # fmt: skip


def test_an_import_takes_as_many_partitions_as_a_profile_may_have() -> None:
    assert MOST_PARTITIONS == MOST_ITEMS


def test_an_import_takes_arrays_as_large_as_a_profile_may_say() -> None:
    schema = Path(resources.folder("schemas")) / "cluster.v1.schema.json"
    said = json.loads(schema.read_text())["properties"]["max_array_size"]
    assert (said["minimum"], said["maximum"]) == (LEAST_TASKS, MOST_TASKS)


@pytest.mark.parametrize("size", ["-1", "1", "0", "", "1e9", "(null)", "99999999999999999999", "5000000"])
def test_odd_sizes_of_arrays_give_a_profile_that_may_be(tmp_path: Path, size: str) -> None:
    texts = {
        "config.txt": f"Configuration data as of 2026-11-30T10:00:00\nMaxArraySize            = {size}\n",
        "node.txt": NODE.format("n1", ""),
        "partition.txt": PARTITION.format("n1", ""),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    found = draft(saved.read([str(tmp_path)])).values
    assert from_value(found)[0] is not None
    assert ("max_array_size" in found) == (size == "5000000")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_odd_texts_of_scontrol_give_a_profile_or_a_reason(tmp_path: Path, text: str) -> None:
    nodes = "".join(line + "\n" for line in text.split("\n") if line.startswith("NodeName"))
    (tmp_path / "node.txt").write_text(nodes)
    (tmp_path / "partition.txt").write_text(
        "\n".join(line for line in text.split("\n") if line[:4] == "Part")
    )
    _is_profile_or_reason(tmp_path)


def test_what_comes_after_a_reason_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "n").write_text(NODE.format("n1", "Gres=gpu:a:2 Reason=x Gres=gpu:b:8 RealMemory=7"))
    (tmp_path / "p").write_text(PARTITION.format("n1", ""))
    found = draft(saved.read([str(tmp_path)])).values["node_types"]
    assert isinstance(found, dict)
    assert list(found) == ["a"]
    assert found["a"]["memory"] == "10G"


def test_equal_nodes_in_many_racks_are_one_type(tmp_path: Path) -> None:
    rows = [NODE.format(f"n{i}", f"AvailableFeatures=rome,rack{i // 4}") for i in range(80)]
    (tmp_path / "n").write_text("".join(rows))
    (tmp_path / "p").write_text(PARTITION.format("n[0-79]", ""))
    found = draft(saved.read([str(tmp_path)])).values["node_types"]
    assert found == {"cpu": {"count": 80, "cpus": 8, "memory": "10G", "features": ["rome"]}}


CONFS = {
    "includes itself": "ClusterName=x\ninclude slurm.conf\nNodeName=n1\nPartitionName=p Nodes=n1\n",
    "includes elsewhere": "ClusterName=x\ninclude /etc/passwd\nNodeName=n1\nPartitionName=p Nodes=n1\n",
    "continued for ever": "ClusterName=x\nNodeName=n1 \\\n" * 5000,
    "no values": "ClusterName=\nNodeName=\nPartitionName= Nodes=\nNodeSet=\nNodeName=n1 CPUs= Sockets=x\n"
    "PartitionName=p Nodes=n1",
    "sets of sets": "ClusterName=x\nNodeSet=a Nodes=a\nNodeName=n1\nPartitionName=p Nodes=a,n1\n",
    "odd names": "ClusterName=$(id)\u2028;x\nNodeName=n1 Feature=a=b,c\nPartitionName=p,q Nodes=ALL Default=YES\n",
}


@pytest.mark.parametrize("text", CONFS.values(), ids=CONFS)
def test_odd_configurations_give_a_profile_or_a_reason(tmp_path: Path, text: str) -> None:
    (tmp_path / "slurm.conf").write_text(text)
    _is_profile_or_reason(tmp_path)


def test_no_file_elsewhere_is_included(tmp_path: Path) -> None:
    (tmp_path / "secret.conf").write_text("NodeName=n2 CPUs=4\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "slurm.conf").write_text(
        f"ClusterName=x\ninclude {tmp_path}/secret.conf\nNodeName=n1\nPartitionName=p Nodes=ALL\n"
    )
    read = saved.read([str(tmp_path / "site")])
    assert list(read.nodes) == ["n1"]
    assert read.remarks == ["secret.conf, which is included, is not there: give it, too"]


@pytest.mark.parametrize(
    "text", ["{" * 100_000, "[" * 5, '{"nodes": 3}', '{"sinfo": [{"nodes": {"nodes": [1]}}]}', "{}"]
)
def test_odd_json_is_no_trouble(tmp_path: Path, text: str) -> None:
    (tmp_path / "sinfo.json").write_text(text)
    assert not _is_profile_or_reason(tmp_path)


@pytest.mark.parametrize("seed", range(30))
def test_changed_texts_give_a_profile_or_a_reason(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    folder = draw.choice([DATA / "slurm_sites" / "24.11", *sorted((DATA / "slurm_conf").iterdir())])
    for file in folder.iterdir():
        text = list(file.read_text())
        for _ in range(draw.randrange(60)):
            place = draw.randrange(len(text))
            text[place : place + draw.randrange(4)] = draw.choice(
                ["", "=", ",", "[", "]", ":", "\n", "9", "\\", '"', "ü", "\t", "(", "#"]
            )
        (tmp_path / file.name).write_text("".join(text))
    _is_profile_or_reason(tmp_path)


def test_a_collected_folder_has_no_people_and_no_addresses(tmp_path: Path) -> None:
    site = DATA / "slurm_sites" / "24.11"
    told = saved.read([str(site)])
    told.partitions["theirs"]["AllowAccounts"] = "smith_lab,jones"
    told.config["Licenses"] = "matlab@lm.example.org:30"
    whole = collected(told)
    for name, content in whole.items():
        text = content.decode()
        (tmp_path / name).write_text(text)
        for word in (
            "127.0.0.1",
            "/tmp",
            "root",
            "daemon",
            "smith_lab",
            "example.org",
            "NodeAddr",
            "Reason",
            "Port=",
        ):
            assert word not in text
    again = draft(saved.read([str(tmp_path)]))
    assert again.values == draft(saved.read([str(site)])).values | {"notes": again.values["notes"]}


def test_nothing_told_is_nothing_collected() -> None:
    assert collected(nothing()) == {}


@pytest.mark.parametrize("line", ["ClusterName=x \\\n", "Include slurm.conf\n", "NodeName=n1 CPUs=2\\\n"])
def test_a_slurm_conf_of_one_endless_line_gives_a_profile_or_a_reason(tmp_path: Path, line: str) -> None:
    (tmp_path / "slurm.conf").write_text("ClusterName=x\n" + line * 150_000)
    _is_profile_or_reason(tmp_path)
