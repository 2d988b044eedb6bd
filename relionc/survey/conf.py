"""slurm.conf and gres.conf, with what they include, in scontrol's words.

Slurm reads a line's words in any case, joins lines that end in a backslash, takes `#` for a comment, and lets later
lines inherit from `NodeName=DEFAULT` and `PartitionName=DEFAULT` (slurm.conf(5), gres.conf(5), 20.11 to 26.05).
"""

from __future__ import annotations

import re

from relionc.slurm.hostlist import MAX_HOSTS
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.survey.told import MOST_RECORDS, Hosts, pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from relionc.survey.told import Survey

_MOST_LINES = 200_000
_MOST_FILES = 64
_LONGEST_LINE = 1_000_000
_WORD = re.compile(r'([A-Za-z][\w/\[\]]{0,63})\s*=\s*("[^"]*"|\S*)')
_INCLUDE = re.compile(r"include\s+(\S+)", re.IGNORECASE)
_IS_CONF = re.compile(
    r"^\s*(?:ClusterName|SlurmctldHost|ControlMachine|NodeName|PartitionName|NodeSet)\s*=",
    re.MULTILINE | re.IGNORECASE,
)
_IS_GRES = re.compile(r"^\s*(?:NodeName=\S+\s+)?(?:Name|AutoDetect)\s*=", re.MULTILINE | re.IGNORECASE)
_IS_INCLUDE = re.compile(r"^\s*include\s+\S", re.MULTILINE | re.IGNORECASE)
_NODE_WORDS = {
    "cpus": "CPUTot", "procs": "CPUTot", "sockets": "Sockets", "socketsperboard": "SocketsPerBoard",
    "boards": "Boards", "corespersocket": "CoresPerSocket", "threadspercore": "ThreadsPerCore",
    "realmemory": "RealMemory", "tmpdisk": "TmpDisk", "weight": "Weight", "feature": "AvailableFeatures",
    "features": "AvailableFeatures", "gres": "Gres", "state": "State", "corespeccount": "CoreSpecCount",
    "cpuspeclist": "CPUSpecList", "memspeclimit": "MemSpecLimit",
}  # fmt: skip
_PARTITION_WORDS = {
    word.lower(): word
    for word in (
        "AllowGroups", "AllowAccounts", "AllowQos", "DenyAccounts", "DenyQos", "Default", "QoS", "DefaultTime",
        "MaxTime", "MinNodes", "MaxNodes", "MaxCPUsPerNode", "MaxCPUsPerSocket", "Nodes", "OverSubscribe", "Exclusive",
        "ExclusiveUser", "Hidden", "RootOnly", "ReqResv", "State", "SelectTypeParameters", "DefMemPerNode",
        "DefMemPerCPU", "MaxMemPerNode", "MaxMemPerCPU", "TRESBillingWeights",
    )
}  # fmt: skip
_CONFIG_WORDS = {
    word.lower(): word
    for word in (
        "ClusterName", "SelectType", "SelectTypeParameters", "DefMemPerNode", "DefMemPerCPU", "MaxMemPerNode",
        "MaxMemPerCPU", "MpiDefault", "JobContainerType", "JobSubmitPlugins", "AccountingStorageEnforce",
        "BurstBufferType", "Licenses", "GresTypes", "SchedulerParameters", "EnforcePartLimits", "TaskPlugin",
        "MaxArraySize",
    )
}  # fmt: skip


def is_conf(text: str) -> bool:
    """Return whether a text is a slurm.conf or a part of one."""
    bare = _without_comments(text)
    return _IS_CONF.search(bare) is not None or _IS_INCLUDE.search(bare) is not None


def is_gres(text: str) -> bool:
    """Return whether a text is a gres.conf or a part of one."""
    return _IS_GRES.search(_without_comments(text)) is not None


def _without_comments(text: str) -> str:
    return re.sub(r"#[^\n]*", "", text[:200_000])


class ConfReader:
    """Reads slurm.conf and then gres.conf; `included` returns the text of a file that one names, None without one."""

    def __init__(self, told: Survey, included: Callable[[str], str | None]) -> None:
        self._told = told
        self._expanded = Hosts()
        self._included = included
        self._files = 0
        self._lines = 0
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "partition": {}, "gres": {}}
        self._sets: dict[str, tuple[str, str]] = {}  # features and nodes of each NodeSet
        self._gres: list[dict[str, str]] = []

    def read(self, text: str) -> None:
        """Add a slurm.conf."""
        for line in self._whole(text):
            first = _WORD.match(line)
            key = first[1].lower() if first else ""
            if key == "nodename":
                self._node(line)
            elif key == "partitionname":
                self._partition(line)
            elif key == "nodeset":
                words = dict(_words(line))
                self._sets[words["nodeset"]] = words.get("feature", ""), words.get("nodes", "")
            elif first:
                self._setting(key, line)

    def read_gres(self, text: str) -> None:
        """Add a gres.conf."""
        for line in self._whole(text):
            words = dict(_words(line))
            if "autodetect" in words and words["autodetect"].lower() not in ("off", "no") and len(words) == 1:
                self._told.remark(
                    "gres.conf finds GPUs by itself (AutoDetect): their types are those of slurm.conf"
                )
            if words.get("name", "").upper() == "DEFAULT" or words.get("nodename", "").upper() == "DEFAULT":
                self._defaults["gres"] |= words
            elif words.get("name"):
                self._gres.append({**self._defaults["gres"], **words})

    def finish(self) -> None:
        """Resolve what only the whole says: NodeSets, `Nodes=ALL`, types of gres without one."""
        for record in self._told.partitions.values():
            record["Nodes"] = ",".join(self._nodes_of(record.get("Nodes", "")))
        self._add_types()

    def _whole(self, text: str) -> Iterator[str]:
        """Yield the lines of a file and of those that it includes: joined, without comments."""
        self._files += 1
        before: list[str] = []
        length = 0
        for raw in text.split("\n"):
            self._lines += 1
            if self._lines > _MOST_LINES:
                self._told.remark(f"only {_MOST_LINES:,} lines of the configuration are read")
                return
            line = re.sub(r"(?<!\\)#.*", "", raw.rstrip("\r")).rstrip()
            length += len(line)
            if line.endswith("\\") and length < _LONGEST_LINE:
                before.append(line[:-1])
                continue
            line = " ".join([*before, line])
            before, length = [], 0
            include = _INCLUDE.fullmatch(line.strip())
            if include:
                yield from self._include(include[1])
            elif line.strip():
                yield line.strip()

    def _include(self, name: str) -> Iterator[str]:
        if self._files >= _MOST_FILES:
            self._told.remark(f"only {_MOST_FILES} files that include each other are read")
            return
        name = name.replace("%c", self._told.config.get("ClusterName", "%c"))
        text = self._included(name)
        if text is None:
            self._told.remark(f"{name.rpartition('/')[2]}, which is included, is not there: give it, too")
        else:
            yield from self._whole(text)

    def _setting(self, key: str, line: str) -> None:
        value = line.partition("=")[2].strip().strip('"')
        if key in _CONFIG_WORDS:
            self._told.config[_CONFIG_WORDS[key]] = value
        elif key in ("jobdefaults", "defcpupergpu", "defmempergpu"):
            given = value if key == "jobdefaults" else f"{_WORD.match(line)[1]}={value}"  # type: ignore[index]
            before = self._told.config.get("JobDefaults")
            self._told.config["JobDefaults"] = f"{before},{given}" if before else given

    def _node(self, line: str) -> None:
        words = dict(_words(line))
        record = {_NODE_WORDS[key]: value for key, value in words.items() if key in _NODE_WORDS}
        if words["nodename"].upper() == "DEFAULT":
            self._defaults["node"] |= record
            return
        whole = _as_shown(self._defaults["node"] | record)
        for name in self._hosts(words["nodename"]):
            if len(self._told.nodes) < MOST_RECORDS:
                self._told.nodes[name] = whole

    def _partition(self, line: str) -> None:
        words = dict(_words(line))
        record = {_PARTITION_WORDS[key]: value for key, value in words.items() if key in _PARTITION_WORDS}
        if "shared" in words:
            record.setdefault("OverSubscribe", words["shared"])
        given = [
            f"{name}={words[name.lower()]}"
            for name in ("DefCpuPerGPU", "DefMemPerGPU")
            if name.lower() in words
        ]
        if given:
            record["JobDefaults"] = ",".join(given)
        if words["partitionname"].upper() == "DEFAULT":
            self._defaults["partition"] |= record
            return
        for name in words["partitionname"].split(","):
            if len(self._told.partitions) < MOST_RECORDS:
                self._told.partitions[name] = {"State": "UP", **self._defaults["partition"], **record}

    def _hosts(self, text: str) -> list[str]:
        try:
            return self._expanded.of(text)
        except SlurmSyntaxError as error:
            what = "too many nodes" if error.message.endswith(f"{MAX_HOSTS} hosts") else "nodes"
            self._told.remark(f"left out: {what}, {error.message[:200]}")
            return []

    def _nodes_of(self, text: str) -> Iterator[str]:
        """Yield the nodes of a partition: a list, with names of NodeSets; ALL are all."""
        for part in pieces(text):
            if part.upper() == "ALL":
                yield from self._all()
            elif part in self._sets:
                yield from self._of_set(*self._sets[part])
            else:
                yield from (name for name in self._hosts(part) if name in self._told.nodes)

    def _all(self) -> Iterable[str]:
        """Return all nodes, or none where lists have too many already."""
        try:
            self._expanded.take(len(self._told.nodes))
        except SlurmSyntaxError as error:
            self._told.remark(f"left out: nodes, {error.message}")
            return ()
        return self._told.nodes

    def _of_set(self, feature: str, nodes: str) -> Iterator[str]:
        if feature:
            for name in self._all():
                record = self._told.nodes[name]
                if feature in record.get("AvailableFeatures", "").split(","):
                    yield name
        elif nodes.upper() == "ALL":
            yield from self._all()
        else:
            yield from (name for name in self._hosts(nodes) if name in self._told.nodes)

    def _add_types(self) -> None:
        """Give GPUs of slurm.conf that have no type the one of gres.conf, where it has one alone for the node."""
        typed: dict[str, dict[str, set[str]]] = {}
        for row in self._gres:
            names: Iterable[str] = self._hosts(row["nodename"]) if row.get("nodename") else self._told.nodes
            for name in names:
                typed.setdefault(name, {}).setdefault(row["name"], set()).add(row.get("type", ""))
        for name, kinds in typed.items():
            record = self._told.nodes.get(name)
            if record is None:
                continue
            gres = record.get("Gres", "")
            for kind, types in kinds.items():
                if len(types) == 1 and (kind_type := next(iter(types))):
                    gres = re.sub(
                        rf"(?<![\w:]){re.escape(kind)}(?=(?::\d+)?(?:,|\(|$))", f"{kind}:{kind_type}", gres
                    )
            if gres != record.get("Gres", ""):
                self._told.nodes[name] = {**record, "Gres": gres}


def _words(line: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a line by their names in small letters."""
    for key, value in _WORD.findall(line):
        yield key.lower(), value.strip('"')


def _as_shown(record: Mapping[str, str]) -> dict[str, str]:
    """Return a node as scontrol would show it: CPUs counted, where only cores are told."""
    shown = {"State": "UNKNOWN", "RealMemory": "1", "ThreadsPerCore": "1", **record}
    boards = _number(shown.get("Boards"), 1)
    per_board = _number(shown.get("SocketsPerBoard"), 0)
    sockets = per_board * boards if per_board else _number(shown.get("Sockets"), 0)
    cores, threads = _number(shown.get("CoresPerSocket"), 1), _number(shown["ThreadsPerCore"], 1)
    cpus = _number(shown.get("CPUTot"), 0) or max(sockets, 1) * cores * threads
    shown["Sockets"] = str(sockets or max(cpus // (cores * threads), 1))
    return {**shown, "CPUTot": str(cpus), "CoresPerSocket": str(cores), "ThreadsPerCore": str(threads)}


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 10 else otherwise
