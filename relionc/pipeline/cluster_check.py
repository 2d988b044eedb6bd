"""A profile held against Slurm: what Slurm says otherwise today, and a job of each kind to ask it about."""

from __future__ import annotations

import json
import os
from functools import cache

from relionc import resources, source
from relionc.diag import ERROR
from relionc.pipeline import compile_spec
from relionc.pipeline.cluster_file import FACTS_BELOW
from relionc.pipeline.profile import from_value
from relionc.pipeline.run import Request
from relionc.record import NamedTuple
from relionc.site.compare import differences, with_names_of
from relionc.source.values import as_mapping, text_of
from relionc.survey.draft import NoClusterError, draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.pipeline.run import Disk
    from relionc.site.compare import FactDifference
    from relionc.site.types import Cluster, NodeType, Partition
    from relionc.site.types import Plain as SitePlain
    from relionc.source.values import Plain
    from relionc.survey.told import Survey

SPEC = "cluster-check.yaml"
"""What the specs of the jobs are called, which nobody sees."""
_TOP = ("slurm", "mpi_plugins", "max_array_size")
_MOST = (
    "cpus", "memory", "scratch", "gpus", "max_time", "max_nodes", "max_cpus_per_node",
    "max_memory_per_node", "max_memory_per_cpu", "max_gpus", "max_cpus",
)  # fmt: skip
"""What Slurm must have as much of as the profile says; of a limit, nothing is no limit."""
_LEAST = ("min_nodes", "min_gpus")
_NODES = ("cpus", "memory", "scratch", "gpus", "count")
_SHARES = 0.05
"""Of a node's CPUs and memory, which a profile may keep back without a word."""


class LiveDifference(NamedTuple):
    """What Slurm says otherwise; `refused`: jobs that are planned with the profile may be refused, or wait for ever."""

    fact: FactDifference
    meaning: str
    refused: bool = False


class SlurmSays(NamedTuple):
    """What Slurm says as a cluster with the profile's names, and what a person should know of it.

    Not `limits`: of partitions nothing is told but their nodes.
    """

    cluster: Cluster
    remarks: tuple[str, ...]
    limits: bool


class CheckJob(NamedTuple):
    """A job of a kind in a partition: its script, or why there is none."""

    kind: str
    partition: str
    nodes: str
    script: bytes = b""
    trouble: str = ""


def of_slurm(known: Cluster, told: Survey) -> SlurmSays:
    """Return what Slurm says; raises NoClusterError.

    Partitions that only some may use count where the profile has them.
    """
    limits = bool(told.partitions)
    found = draft(told, also=known.partitions)
    cluster, findings = from_value(found.values)
    if cluster is None:
        raise NoClusterError(f"what Slurm says makes no profile: {findings[0].message}")
    return SlurmSays(with_names_of(known, cluster), found.remarks, limits)


def compared(known: Cluster, says: SlurmSays) -> Iterator[LiveDifference]:
    """Yield where a profile differs from what Slurm says, in what Slurm can know; guesses are not compared."""
    cluster = says.cluster
    for each in differences(known, cluster):
        section = each.path[0]
        if _is_nobodys(each, known) or (not says.limits and _is_limit(each)):
            continue
        if len(each.path) == 2 and section in FACTS_BELOW:
            yield _part(each)
        elif section in _TOP and each.old and each.new:
            larger = (
                _sign(known.max_array_size, cluster.max_array_size) if section == "max_array_size" else None
            )
            yield LiveDifference(each, *_meaning(each, larger))
        elif section in FACTS_BELOW and each.path[2] in FACTS_BELOW[section] and _is_told(each, known):
            difference = _of_part(each, known, cluster)
            if difference:
                yield difference


def _is_limit(fact: FactDifference) -> bool:
    return fact.path[0] == "partitions" and len(fact.path) > 2 and fact.path[2] != "node_types"


def _is_nobodys(fact: FactDifference, known: Cluster) -> bool:
    """Whether a fact is of a partition that jobs do not name, which the profile may have invented."""
    partition = known.partitions.get(fact.path[1]) if fact.path[0] == "partitions" else None
    return partition is not None and not partition.named and fact.new is None


def _is_told(fact: FactDifference, known: Cluster) -> bool:
    """Whether Slurm says such a fact, and does not leave it to a guess of ours."""
    name, key = fact.path[1], fact.path[2]
    if key == "scratch":
        return bool(known.scratch and known.scratch.gres)
    if key == "gpu_type":
        node = known.node_types.get(name)
        return not (node and node.gpu_feature)
    return key not in ("mig", "arch") or bool(fact.old and fact.new)


def _part(fact: FactDifference) -> LiveDifference:
    what = "partition" if fact.path[0] == "partitions" else "kind of nodes"
    if fact.new is None:
        return LiveDifference(fact, f"Slurm has no such {what}", refused=True)
    return LiveDifference(fact, f"the profile has no such {what}")


def _of_part(fact: FactDifference, known: Cluster, cluster: Cluster) -> LiveDifference | None:
    key = fact.path[2]
    if key == "features":
        return _features(fact, known)
    if key == "node_types":
        return _held(fact)
    if key in ("cpus", "memory") and _keeps_back(fact):
        return None
    order = _order(fact, known, cluster)
    return LiveDifference(fact, *_meaning(fact, order))


def _features(fact: FactDifference, known: Cluster) -> LiveDifference | None:
    """Compare features: those that a profile leaves out are no difference, as no plan asks for them."""
    gone = [each for each in _texts(fact.old) if each not in _texts(fact.new)]
    if not gone:
        return None
    new = fact._replace(old=gone, new=None)
    return LiveDifference(new, f"nodes {fact.path[1]} have no such feature", refused=bool(known.partitions))


def _held(fact: FactDifference) -> LiveDifference | None:
    gone = [each for each in _texts(fact.old) if each not in _texts(fact.new)]
    new = [each for each in _texts(fact.new) if each not in _texts(fact.old)]
    if gone:
        fact = fact._replace(old=gone, new=new or None)
        return LiveDifference(fact, "the partition has no such nodes", refused=True)
    return LiveDifference(fact._replace(old=None, new=new), "the partition has these too") if new else None


def _texts(value: SitePlain) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []


def _keeps_back(fact: FactDifference) -> bool:
    """Whether a profile says a little less of a node, as people do for the system's sake."""
    old, new = fact.old, fact.new
    return isinstance(old, int) and isinstance(new, int) and new * (1 - _SHARES) <= old <= new


def _order(fact: FactDifference, known: Cluster, cluster: Cluster) -> int | None:
    """Return whether the profile promises more (1) or less (-1) than Slurm has; None where there is no such order."""
    key = fact.path[2]
    old, new = (_amount(each, fact.path) for each in (known, cluster))
    if key in _LEAST:
        return -_sign(old or 1, new or 1)
    if key not in _MOST:
        return None
    if key not in _NODES:  # no limit is more than any
        old, new = (float("inf") if each is None else each for each in (old, new))
    return _sign(old or 0, new or 0)


def _amount(cluster: Cluster, path: tuple[str, ...]) -> float | None:
    """Return a number of a node type or a partition, whatever its unit."""
    section: Mapping[str, NodeType] | Mapping[str, Partition]
    section = cluster.node_types if path[0] == "node_types" else cluster.partitions
    record = section[path[1]]._asdict()
    units = (path[2], f"{path[2]}_mib", f"{path[2]}_gib", f"{path[2]}_s")
    value = next(record[key] for key in units if key in record)
    return float(value) if isinstance(value, (int, float)) else None


def _sign(old: float, new: float) -> int:
    return (old > new) - (old < new)


def _meaning(fact: FactDifference, order: int | None) -> tuple[str, bool]:
    """Return what a difference means for jobs, and whether they may be refused."""
    if order is not None and order > 0:
        return "jobs that are planned with it may be refused", True
    if order is not None and order < 0:
        return "jobs could have more", False
    if fact.path[-1] == "gpu_type":
        return "jobs that ask for this type are refused", True
    if fact.path[-1] == "count":
        return "nodes came, went, or are down", False
    return "", False


@cache
def _kinds() -> dict[str, Plain]:
    path = os.path.join(resources.package(), "survey", "check_jobs.yaml")
    with open(path, "rb") as stream:
        loaded = source.load(stream.read(), SPEC)
    assert loaded.tree is not None, loaded.diagnostics  # noqa: S101 - a file of our own, which tests read
    return as_mapping(loaded.tree.value)


class CheckCall(NamedTuple):
    """What the jobs of a check say beside what they need: the profile's name, where it is found, who pays."""

    cluster: str
    folders: tuple[str, ...]
    account: str | None = None
    qos: str | None = None


def jobs(known: Cluster, call: CheckCall, disk: Disk) -> Iterator[CheckJob]:
    """Yield a job of each kind that the cluster has nodes for, with its script.

    The kinds are tried in one partition, a single one of them in every other.
    """
    kinds = as_mapping(_kinds()["kinds"])
    tried: set[str] = set()
    for partition, node in _places(known):
        on = "gpu" if node.gpus else "cpu"
        for kind, value in kinds.items():
            row = as_mapping(value)
            if text_of(row["on"]) != on or (row.get("once") is True and kind in tried):
                continue
            nodes = _nodes(int(str(row.get("nodes", 0))), partition, node)
            if nodes > min(node.count, partition.max_nodes or node.count):
                continue
            tried.add(kind)
            yield _compiled(kind, partition, node, nodes, row, call, disk)


def _nodes(wanted: int, partition: Partition, node: NodeType) -> int:
    """Return how many nodes a job takes that wants so many; 0: as the plan likes."""
    by_gpus = -(-(partition.min_gpus or 0) // node.gpus) if node.gpus else 0
    return max(wanted, partition.min_nodes or 0, by_gpus) if wanted else 0


def _places(known: Cluster) -> Iterator[tuple[Partition, NodeType]]:
    """Yield each partition with the first node type without GPUs, and with one of each type of GPU."""
    for partition in known.partitions.values():
        seen: set[str | None] = set()
        for name in partition.node_types:
            node = known.node_types.get(name)
            kind = (node.gpu_type if node.gpus else None) if node else None
            if node is not None and kind not in seen:
                seen.add(kind)
                yield partition, node


def _compiled(
    kind: str,
    partition: Partition,
    node: NodeType,
    nodes: int,
    row: Mapping[str, Plain],
    call: CheckCall,
    disk: Disk,
) -> CheckJob:
    job = dict(as_mapping(row["job"]))
    pins: dict[str, Plain] = dict(as_mapping(job.get("resources")))
    pins |= {"partition": partition.name, "time": text_of(_kinds()["time"])}
    pins |= {"nodes": nodes} if nodes else {}
    if node.gpus:
        least = -(-(partition.min_gpus or 1) // max(nodes, 1))
        each = node.gpus if partition.exclusive else min(max(1, least), node.gpus)
        pins["gpus"] = {"type": node.gpu_type, "per_node": each} if node.gpu_type else {"per_node": each}
    pins |= {key: text for key, text in (("account", call.account), ("qos", call.qos)) if text}
    spec = {
        "relionc": 1,
        "relion": text_of(_kinds()["relion"]),
        "jobs": {"check": {**job, "resources": pins}},
    }
    data = json.dumps(spec, default=text_of).encode()
    request = Request(path=SPEC, data=data, cluster=call.cluster, folders=call.folders)
    found = compile_spec(request, disk)
    wrong = [each.message for each in found.diagnostics if each.severity == ERROR]
    script = _script((found.files or {}).items())
    return CheckJob(kind, partition.name, node.name, script, wrong[0] if wrong else "")


def _script(files: Iterable[tuple[str, bytes]]) -> bytes:
    return next((data for name, data in files if name.endswith("/run.sbatch")), b"")
