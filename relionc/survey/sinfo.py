"""`sinfo --json`, in scontrol's words: one node each in 22.05, groups of equal nodes of a partition from 23.02 on."""

from __future__ import annotations

from relionc.survey.told import MOST_RECORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.survey.told import Survey

_UNLIMITED = "UNLIMITED"


def read(told: Survey, text: str) -> None:
    """Add what the answer says of nodes and partitions that nothing better has told of."""
    from relionc.store.json_of_others import values_in

    try:
        value = values_in(text.encode("utf-8", "surrogateescape"))
    except ValueError:
        told.remark("a JSON text could not be read")
        return
    top = _mapping(value)
    version = _mapping(_mapping(top.get("meta")).get("slurm") or _mapping(top.get("meta")).get("Slurm"))
    for key, name in (("release", "SLURM_VERSION"), ("cluster", "ClusterName")):
        if said := _text(version.get(key)):
            told.config.setdefault(name, said)
    if not told.nodes and any(len(_hosts(row)) > 1 for row in _rows(top.get("sinfo"))):
        told.remark(
            "sinfo shows nodes in groups, whose features and sizes may be those of one; scontrol shows each"
        )
    has_nodes, has_partitions = bool(told.nodes), bool(told.partitions)
    for row in _rows(top.get("nodes")):
        if not has_nodes:
            _add(told.nodes, _text(row.get("name")), _node(row))
    for row in _rows(top.get("sinfo")):
        if not has_nodes:
            for name in _hosts(row):
                _add(told.nodes, name, _group(row))
        partition = _mapping(row.get("partition"))
        if not has_partitions and partition:
            _add(told.partitions, _text(partition.get("name")), _partition(partition))


def _hosts(row: dict[str, object]) -> list[str]:
    return _rows_of_text(_mapping(row.get("nodes")).get("nodes"))


def _add(found: dict[str, dict[str, str]], name: str, record: dict[str, str]) -> None:
    if name and len(found) < MOST_RECORDS:
        found.setdefault(name[:256], record)


def _node(row: dict[str, object]) -> dict[str, str]:
    flags = [*_rows_of_text(row.get("state_flags")), *_rows_of_text(row.get("state"))]
    state = row.get("state")
    return {
        "Arch": _text(row.get("architecture")),
        "CPUTot": _text(row.get("cpus")),
        **({"CPUEfctv": _text(row["effective_cpus"])} if row.get("effective_cpus") else {}),
        "Sockets": _text(row.get("sockets")),
        "CoresPerSocket": _text(row.get("cores")),
        "ThreadsPerCore": _text(row.get("threads")),
        "RealMemory": _text(row.get("real_memory")),
        "TmpDisk": _text(row.get("temporary_disk")),
        "Weight": _text(row.get("weight")),
        "AvailableFeatures": _list(row.get("features")),
        "Gres": _text(row.get("gres")),
        "State": "+".join(dict.fromkeys([*([state] if isinstance(state, str) else []), *flags])).upper(),
        "Partitions": _list(row.get("partitions")),
    }


def _group(row: dict[str, object]) -> dict[str, str]:
    """Return what is the same of all nodes of a row; of memory and CPUs the least."""
    least = {
        key: _text(_mapping(row.get(key)).get("minimum"))
        for key in ("sockets", "cores", "threads", "memory", "disk")
    }
    return {
        "CPUTot": _text(_mapping(row.get("cpus")).get("minimum")),
        "Sockets": least["sockets"],
        "CoresPerSocket": least["cores"],
        "ThreadsPerCore": least["threads"],
        "RealMemory": least["memory"],
        "TmpDisk": least["disk"],
        "Weight": _text(_mapping(row.get("weight")).get("minimum")),
        "AvailableFeatures": _text(_mapping(row.get("features")).get("total")),
        "Gres": _text(_mapping(row.get("gres")).get("total")),
        "State": "+".join(_rows_of_text(_mapping(row.get("node")).get("state"))).upper(),
    }


def _partition(value: dict[str, object]) -> dict[str, str]:
    most, least = _mapping(value.get("maximums")), _mapping(value.get("minimums"))
    given, state = _mapping(value.get("defaults")), _mapping(value.get("partition"))
    accounts, qos, groups = (_mapping(value.get(key)) for key in ("accounts", "qos", "groups"))
    return {
        "Nodes": _text(_mapping(value.get("nodes")).get("configured")),
        "MaxTime": _limit(most.get("time"), "m"),
        "DefaultTime": _limit(given.get("time"), "m"),
        "MaxNodes": _limit(most.get("nodes")),
        "MinNodes": _text(least.get("nodes")),
        "MaxCPUsPerNode": _limit(most.get("cpus_per_node")),
        "MaxMemPerNode": _limit(most.get("partition_memory_per_node")),
        "MaxMemPerCPU": _limit(most.get("partition_memory_per_cpu")),
        "DefMemPerNode": _limit(given.get("partition_memory_per_node")),
        "DefMemPerCPU": _limit(given.get("partition_memory_per_cpu")),
        "JobDefaults": _text(given.get("job")),
        "QoS": _text(qos.get("assigned")),
        "AllowAccounts": _text(accounts.get("allowed")) or "ALL",
        "AllowGroups": _text(groups.get("allowed")) or "ALL",
        "AllowQos": _text(qos.get("allowed")) or "ALL",
        "State": "+".join(_rows_of_text(state.get("state"))) or "UP",
        "TRESBillingWeights": _text(_mapping(value.get("tres")).get("billing_weights")),
    }


def _limit(value: object, unit: str = "") -> str:
    """Return a number that may be unlimited; minutes as Slurm writes a time. Not set and nothing: no limit."""
    limit = _mapping(value)
    number = limit.get("number")
    if limit.get("infinite") or not limit.get("set") or not isinstance(number, int) or not number:
        return _UNLIMITED
    return f"0-{number // 60:02}:{number % 60:02}:00" if unit else str(number)


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> Iterator[dict[str, object]]:
    return (row for row in (value if isinstance(value, list) else ())[:MOST_RECORDS] if isinstance(row, dict))


def _rows_of_text(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _list(value: object) -> str:
    return ",".join(_rows_of_text(value)) if isinstance(value, list) else _text(value)


def _text(value: object) -> str:
    return str(value)[:100_000] if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
