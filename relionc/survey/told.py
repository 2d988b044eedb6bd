"""What was read of a cluster, in scontrol's own words, from whatever it was read.

The texts are those of Slurm 20.11 to 26.05. A key that a version does not write is not there; a record that
has a key twice keeps the first: what follows may be a reason or a comment, which can look like anything.
"""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.slurm.hostlist import count_hosts, parse_hostlist
from relionc.slurm.syntax import SlurmSyntaxError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_HOSTS = 1_000_000
"""The most nodes in all lists of nodes together."""
MOST_RECORDS = 65_536
"""Nodes or partitions that a cluster may have; Slurm's own limit of nodes."""
_MOST_VALUE = 100_000  # characters of one value: a list of all nodes may be long
_PAIR = re.compile(r"(?:^|\s)([A-Za-z][\w/:\[\]]{0,63})=(\S*)")
_SETTING = re.compile(r"([A-Za-z][\w/\[\]]{0,63})\s*= ?(.*)")
_PLUGIN = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SPECIFIC = re.compile(r"pmix_v\d")  # a version of a plugin that stands for itself
_MODULE = re.compile(r"(?<![\w.+/-])([\w.+-]*/)*relion[\w.+-]*(?:/[\w.+-]+)+(?:\(\w+\))?", re.IGNORECASE)
_BEGINNINGS = (
    (
        "nodes",
        re.compile(r"NodeName=\S+\s+(?:Arch|CoresPerSocket|Boards|Sockets)=[^#]*?\sCPU(?:Alloc|Efctv|Tot)="),
    ),
    (
        "partitions",
        re.compile(r"PartitionName=\S+\s+Allow(?:Groups|Accounts|Qos)=\S+\s+(?:Allow|Default|Deny)\w*="),
    ),
    ("config", re.compile(r"Configuration data as of")),
    ("json", re.compile(r"\{")),
    ("plugins", re.compile(r"(?:srun: )?MPI (?:plugin )?types are")),
    ("qos", re.compile(r"Name\|[^\n]*MaxWall")),
)
"""How the texts begin. A slurm.conf has lines that look like scontrol's, but not with what only Slurm counts."""
_DAY = re.compile(r"Configuration data as of (\d{4}-\d\d-\d\d)")


class Hosts:
    """Writes lists of nodes out, as long as they do not have too many together."""

    def __init__(self) -> None:
        self.left = MOST_HOSTS

    def of(self, text: str) -> list[str]:
        """Return the nodes of a list; raises SlurmSyntaxError."""
        self.take(count_hosts(text))
        return parse_hostlist(text)

    def take(self, nodes: int) -> None:
        """Count so many nodes; raises SlurmSyntaxError where there are too many."""
        self.left -= nodes
        if self.left < 0:
            raise SlurmSyntaxError(
                f"all lists of nodes together have more than {MOST_HOSTS:,}", "name fewer hosts"
            )


class Survey(NamedTuple):
    """Nodes and partitions by name, each by scontrol's words; the configuration; what other programs say.

    `day` is when Slurm said so, `sources` what was read, `remarks` what a person should know of the reading, `unused`
    the files in which nothing was found.
    """

    nodes: dict[str, dict[str, str]]
    partitions: dict[str, dict[str, str]]
    config: dict[str, str]
    qos: dict[str, dict[str, str]]
    plugins: list[str]
    modules: list[str]
    sources: list[str]
    remarks: list[str]
    day: list[str]
    unused: list[str]

    @property
    def date(self) -> str:
        """The last day on which Slurm said anything of this; empty: it did not say when."""
        return max(self.day, default="")

    def remark(self, text: str) -> None:
        """Add what a person should know, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def read(self, text: str) -> str:
        """Add what a program's answer says, whichever it is; returns what it told of, empty for a text of no use."""
        kind = kind_of(text)
        if kind:
            _READERS[kind](self, text)
        return kind


def nothing() -> Survey:
    """Return what is known before anything was read."""
    return Survey({}, {}, {}, {}, [], [], [], [], [], [])


def kind_of(text: str) -> str:
    """Return what a text tells of: nodes, partitions, config, qos, plugins, modules, json; empty for anything else."""
    first = text.lstrip("\ufeff \t\r\n")[:400]
    found = next((kind for kind, begins in _BEGINNINGS if begins.match(first)), "")
    if found or "=" in first[:80]:
        return found
    return "modules" if _MODULE.search(text[:200_000]) else ""


def _nodes(told: Survey, text: str) -> None:
    _records(text, "NodeName", told.nodes)


def _partitions(told: Survey, text: str) -> None:
    _records(text, "PartitionName", told.partitions)


def _records(text: str, key: str, found: dict[str, dict[str, str]]) -> None:
    """Add the records of scontrol, on one line each or on several."""
    record: dict[str, str] = {}
    for line in text.split("\n"):
        pairs = _PAIR.findall(line)
        if pairs and pairs[0][0] == key and line.lstrip().startswith(f"{key}="):
            if len(found) >= MOST_RECORDS:
                return
            record = found.setdefault(pairs[0][1][:256], {})
            record.clear()
        for name, value in pairs:
            record.setdefault(name, value[:_MOST_VALUE])


def _config(told: Survey, text: str) -> None:
    told.day.extend(_DAY.findall(text[:400]))
    for line in text.split("\n"):
        pair = _SETTING.fullmatch(line.strip()) if len(line) < _MOST_VALUE else None
        if pair:
            told.config.setdefault(pair[1], pair[2].strip())


def _qos(told: Survey, text: str) -> None:
    head, *rows = text.strip().split("\n")
    names = head.strip().split("|")
    for row in rows[:MOST_RECORDS]:
        values = dict(zip(names, row.strip().split("|"), strict=False))
        if values.get("Name"):
            told.qos[values["Name"]] = values


def _plugins(told: Survey, text: str) -> None:
    bare = [line.strip().removeprefix("srun:").strip() for line in text.split("\n")]
    found = [word for word in bare if _PLUGIN.fullmatch(word)]
    kept = [word for word in found if not ("pmix" in found and _SPECIFIC.fullmatch(word))]
    told.plugins[:] = dict.fromkeys(kept[:64])


def _modules(told: Survey, text: str) -> None:
    found = (match[0] for match in _MODULE.finditer(text[:1_000_000]))
    told.modules[:] = dict.fromkeys([*told.modules, *found])


def _json(told: Survey, text: str) -> None:
    from relionc.survey.sinfo import read

    read(told, text)


_READERS: Mapping[str, Callable[[Survey, str], None]] = {
    "nodes": _nodes,
    "partitions": _partitions,
    "config": _config,
    "qos": _qos,
    "plugins": _plugins,
    "modules": _modules,
    "json": _json,
}


def pieces(text: str) -> Iterator[str]:
    """Yield the parts of a list with commas that stand outside round and square brackets."""
    depth = start = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth <= 0:
            yield text[start:place]
            start = place + 1
    if text[start:]:
        yield text[start:]
