"""What was read of a cluster → the values of a profile: facts, guesses with their reasons, questions for a person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from relionc.record import NamedTuple
from relionc.slurm.sizes import format_memory
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, format_time, parse_time
from relionc.survey import knowledge
from relionc.survey.hardware import NodeKind, is_mps, is_scratch, is_shard, kinds, number
from relionc.survey.limits import billing, qos_limits, qos_values
from relionc.survey.preferences import gpu_threads, policy
from relionc.survey.questions import launcher_guess, questions
from relionc.survey.told import Hosts, pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from relionc.site.types import Plain
    from relionc.slurm.gres import Gres
    from relionc.survey.questions import SiteQuestion
    from relionc.survey.told import Survey

_MIB = 1024
_MEMORY_COUNTED = re.compile(r"MEMORY", re.IGNORECASE)
_NONE = ("", "(null)", "none", "n/a")
_VERSION = re.compile(r"(\d+)\.(\d+)")
_ARCH = re.compile(r"(?!x86_64)[A-Za-z0-9_]{1,32}")
"""A processor that has to be said: the usual one need not."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/-]*")
_MODULE_VERSION = re.compile(r"/v?(\d+\.\d+)")


MOST_PARTITIONS = 2_000
"""As many as a profile may have (a test compares it with the bound of `site`)."""
LEAST_TASKS, MOST_TASKS = 2, 4_000_001
"""Tasks of an array that a profile may say (the same test)."""


class Draft(NamedTuple):
    """The values of a profile in their order, with `sources` of the guesses; what was left out and why; questions."""

    values: dict[str, Plain]
    remarks: tuple[str, ...]
    questions: tuple[SiteQuestion, ...]


class NoClusterError(Exception):
    """What was read tells of no partition with nodes; the text is for the user."""


def draft(
    told: Survey,
    *,
    date: str = "",
    everything: bool = False,
    before: Mapping[str, Plain] | None = None,
    also: Container[str] = (),
) -> Draft:
    """Return the profile of what was read; raises NoClusterError.

    `date`: when it was so, instead of what Slurm says. `everything`: also partitions that only some may use; `also`:
    those of them. `before`: the node types of an earlier import, whose names stay.
    """
    _add_partitions(told)
    partitions = dict(_open(told, everything=everything, also=also))
    if len(partitions) > MOST_PARTITIONS:
        raise NoClusterError(
            f"there are {len(partitions):,} partitions; a profile may have {MOST_PARTITIONS:,}"
        )
    members = _all_members(partitions, told)
    found = kinds(told, _in_order(told, members), _marks(before or {}))
    known = {node for kind in found for node in kind.nodes}
    members = {name: nodes for name, nodes in members.items() if not known.isdisjoint(nodes)}
    if not found or not members:
        raise NoClusterError(_why_none(told))
    return _Drafter(told, found, {name: partitions[name] for name in members}, members).draft(
        date or told.date
    )


def _add_partitions(told: Survey) -> None:
    """Take the names of partitions from the nodes where nothing else tells them (`sinfo --json` of 22.05)."""
    if told.partitions:
        return
    names = dict.fromkeys(
        name for node in told.nodes.values() for name in node.get("Partitions", "").split(",")
    )
    for name in names:
        if name and name != "(null)":
            told.partitions[name] = {"State": "UP"}
    if told.partitions:
        told.remark("limits of partitions are not known: no text of `scontrol show partition` was there")


def _why_none(told: Survey) -> str:
    if not told.nodes and not told.partitions:
        return "nothing of nodes and partitions is in there, as in the text of `scontrol show node -o`"
    left = "; ".join(told.remarks[:5])
    if not told.nodes and left:
        return f"no nodes are left ({left})"
    if not told.nodes:
        return "no nodes are told of: give the text of `scontrol show node -o` too"
    if not told.partitions:
        return "no partitions are told of: give the text of `scontrol show partition -o` too"
    return "no partition is left that has nodes and that everybody may use" + (f" ({left})" if left else "")


def _open(told: Survey, *, everything: bool, also: Container[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the partitions that jobs may be sent to; the others are told."""
    for name, record in told.partitions.items():
        why = _closed(record) or ("" if everything or name in also else _restricted(record))
        if not _NAME.fullmatch(name):
            why = "its name is none that a job could give"
        if why:
            told.remark(f"left out: partition {name[:60]}, {why}")
        else:
            yield name, record


def _closed(record: Mapping[str, str]) -> str:
    state = record.get("State", "UP").upper()
    if not state.startswith("UP"):
        return f"which is {state[:20]}"
    return "which takes no nodes" if record.get("MaxNodes") == "0" else ""


def _restricted(record: Mapping[str, str]) -> str:
    if record.get("Hidden", "NO").upper() == "YES":
        return "which is hidden (--all takes it)"
    if record.get("RootOnly", "NO").upper() == "YES":
        return "which is for root only (--all takes it)"
    if record.get("ReqResv", "NO").upper() == "YES":
        return "which only a reservation opens (--all takes it)"
    some = [
        key
        for key in ("AllowGroups", "AllowAccounts")
        if record.get(key, "ALL").upper() not in ("ALL", "", "(NULL)")
    ]
    return f"which is for some only ({', '.join(some)}; --all takes it)" if some else ""


def _all_members(partitions: Mapping[str, Mapping[str, str]], told: Survey) -> dict[str, tuple[str, ...]]:
    """Return the nodes of each partition."""
    hosts = Hosts()
    own: dict[str, list[str]] = {}
    for node, record in told.nodes.items():
        for name in dict.fromkeys(record.get("Partitions", "").split(",")):
            own.setdefault(name, []).append(node)
    return {name: _members(name, record, told, hosts, own) for name, record in partitions.items()}


def _members(
    name: str, record: Mapping[str, str], told: Survey, hosts: Hosts, own: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """Return the nodes of a partition: those of its list, or those that say so themselves (`own`)."""
    names: list[str] = []
    for part in pieces(record.get("Nodes", "")):
        try:
            if part.upper() == "ALL":
                hosts.take(len(told.nodes))
                names += told.nodes
            else:
                names += hosts.of(part) if "[" in part else [part]
        except SlurmSyntaxError as error:
            told.remark(f"left out: nodes of partition {name[:60]}, {error.message[:100]}")
    if not names or record.get("Nodes", "").lower() in _NONE:
        names = own.get(name, [])
    return tuple(dict.fromkeys(node for node in names if node in told.nodes))


def _in_order(told: Survey, members: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the nodes of any partition, in Slurm's order."""
    wanted = {node for nodes in members.values() for node in nodes}
    return [node for node in told.nodes if node in wanted]


def _marks(types: Mapping[str, Plain]) -> dict[str, tuple[object, ...]]:
    """Return what an earlier import says of node types, by which they are known again: their names stay."""
    return {name: _mark(value) for name, value in types.items() if isinstance(value, Mapping)}


def _mark(value: Mapping[str, Plain]) -> tuple[object, ...]:
    features, gpus = value.get("features", ()), value.get("gpus", 0)
    kind: Plain = value.get("gpu_type", "")
    if isinstance(gpus, (list, tuple)):
        first = gpus[0] if gpus and isinstance(gpus[0], Mapping) else {}
        kind, gpus = first.get("type", ""), first.get("count", 1)
    return (
        value.get("cpus"),
        value.get("threads_per_core", 1),
        str(value.get("memory")),
        str(kind),
        gpus,
        tuple(each for each in features if isinstance(each, str))
        if isinstance(features, (list, tuple))
        else (),
    )


class _Drafter:
    """Puts the values together, in the order of the pages."""

    def __init__(
        self,
        told: Survey,
        found: Sequence[NodeKind],
        partitions: Mapping[str, Mapping[str, str]],
        members: Mapping[str, Sequence[str]],
    ) -> None:
        self._told = told
        self._kinds = found
        self._partitions = partitions
        defaults = (each for each, one in partitions.items() if one.get("Default", "NO").upper() == "YES")
        self._default = next(defaults, "")
        self._members = members
        self._sources: dict[str, Plain] = {}
        self._notes: list[str] = []
        self._unknown_vram: dict[str, tuple[int, ...]] = {}

    def draft(self, date: str) -> Draft:
        """Return it all."""
        config = self._told.config
        version = _VERSION.match(config.get("SLURM_VERSION", ""))
        values: dict[str, Plain] = {"profile": 1, "name": _plain_name(config.get("ClusterName", ""))}
        values |= {"date": date} if date else {}
        values["source"] = ", ".join(dict.fromkeys(self._told.sources)) or "Slurm"
        values["scheduler"] = "slurm"
        values |= {"slurm": f"{version[1]}.{version[2]}"} if version else {}
        values |= {"mpi_plugins": list(self._told.plugins)} if self._told.plugins else {}
        values["memory_flag"] = self._memory_flag()
        values |= self._arrays()
        values["node_types"] = {kind.name: self._node_type(kind) for kind in self._kinds}
        values["partitions"] = {name: self._partition(name) for name in self._partitions}
        limited = qos_values(self._told)
        values |= {"qos": limited} if any(limited.values()) else {}
        values["launchers"] = {"batch": self._launcher()}
        values["policy"] = self._policy()
        values |= self._modules()
        values["allocation"] = ["salloc"]
        self._rules()
        values |= {"notes": list(self._notes)} if self._notes else {}
        values |= {"sources": dict(self._sources)} if self._sources else {}
        asked = questions(self._told, self._kinds, self._unknown_vram, has_modules="modules" in values)
        return Draft(values, tuple(self._told.remarks), asked)

    def _guess(self, path: str, why: str) -> None:
        self._sources[path] = {"source": why, "unverified": True}

    def _memory_flag(self) -> str:
        said = self._told.config.get("SelectTypeParameters", "")
        per_partition = [each.get("SelectTypeParameters", "") for each in self._partitions.values()]
        if said and not any(_MEMORY_COUNTED.search(each) for each in (said, *per_partition)):
            self._guess("memory_flag", f"Slurm does not count memory (SelectTypeParameters={said[:60]})")
            return "none"
        self._guess("memory_flag", "SelectTypeParameters; a job_submit plugin may say otherwise")
        return "either"

    def _arrays(self) -> dict[str, Plain]:
        """Return how large a job array may be, which a slurm.conf says only where it is not the usual 1001."""
        said = self._told.config.get("MaxArraySize", "")
        if said and not number(said):
            self._notes.append("Slurm takes no job arrays here (MaxArraySize=0): no large sweeps.")
        most = min(number(said), MOST_TASKS)
        return {"max_array_size": most} if most >= LEAST_TASKS else {}

    def _node_type(self, kind: NodeKind) -> dict[str, Plain]:
        machine = kind.machine
        values: dict[str, Plain] = {"count": len(kind.nodes), "cpus": machine.cpus}
        values |= {"threads_per_core": machine.threads_per_core} if machine.threads_per_core > 1 else {}
        values["memory"] = format_memory(machine.memory_mib) if machine.memory_mib else 0
        if not machine.memory_mib:
            self._told.remark(
                f"Slurm was not told how much memory the nodes {kind.name} have: say it in people's file"
            )
        values |= self._scratch(kind)
        values |= self._gpus(kind)
        values |= {"features": list(machine.features)} if machine.features else {}
        if kind.down:
            self._told.remark(f"{kind.down} of the nodes {kind.name} are down and not counted")
        return values | ({"arch": machine.arch} if _ARCH.fullmatch(machine.arch) else {})

    def _scratch(self, kind: NodeKind) -> dict[str, Plain]:
        """Return the local disk: a countable resource, else what Slurm has as TmpDisk."""
        disk = next((gres for gres in kind.machine.gres if is_scratch(gres)), None)
        if disk is not None:
            gib = disk.count if disk.count < 1 << 20 else disk.count >> 30
            if not 0 < gib < 1 << 24:
                return {}
            self._guess(
                f"node_types.{kind.name}.scratch", f"the resource {disk.name}; its unit is taken for GiB"
            )
            return {"scratch": gib}
        if _MIB <= kind.machine.disk_mib < 1 << 34:
            self._guess(f"node_types.{kind.name}.scratch", "TmpDisk, which Slurm does not hand out")
            return {"scratch": kind.machine.disk_mib // _MIB}
        return {}

    def _gpus(self, kind: NodeKind) -> dict[str, Plain]:
        gpus, shards = kind.machine.gpus, [gres for gres in kind.machine.gres if is_shard(gres)]
        if shards:
            parts = sum(each.count for each in shards)
            self._notes.append(
                f"GPUs of the nodes {kind.name} can be shared in {parts} shards: with `shards: {parts}` for "
                "these nodes jobs ask for parts of one GPU, and not for whole ones."
            )
        if any(is_mps(gres) for gres in kind.machine.gres):
            self._notes.append(
                f"GPUs of the nodes {kind.name} can be shared by MPS (gres mps), which is not planned with."
            )
        if not gpus:
            return {}
        first = gpus[0]
        if len(gpus) > 1:
            kinds_of = [self._one_of_several(kind, gpu) for gpu in gpus]
            self._guess(f"node_types.{kind.name}.gpus", "gres; memory and slices as the types are called")
            return {"gpus": kinds_of}
        values: dict[str, Plain] = {"gpu_type": first.type} if first.type else {}
        values["gpus"] = first.count
        values |= {"mig": True} if knowledge.is_slice(first.type) else {}
        threads, usual = gpu_threads(kind)
        if threads < usual:
            self._guess(f"node_types.{kind.name}.gpu_threads", "so many CPUs a GPU leaves for each rank")
            values["gpu_threads"] = threads
        return values | self._vram(kind, first.type)

    def _one_of_several(self, kind: NodeKind, gpu: Gres) -> dict[str, Plain]:
        """Return one kind of GPU of a node that has several, with its memory where the type tells it."""
        sizes = knowledge.vram(gpu.type)
        values: dict[str, Plain] = {"type": gpu.type} if gpu.type else {}
        values["count"] = gpu.count
        values |= {"vram": f"{sizes[0]}G"} if len(sizes) == 1 else {}
        if len(sizes) != 1:
            self._told.remark(
                f"how much memory the GPUs {gpu.type or gpu.name} of the nodes {kind.name} have, is not known"
            )
        return values | ({"mig": True} if knowledge.is_slice(gpu.type) else {})

    def _vram(self, kind: NodeKind, gpu_type: str) -> dict[str, Plain]:
        """Return the memory of a GPU as its type or a feature tells; otherwise it becomes a question."""
        by_feature = [sizes for each in kind.machine.features if len(sizes := knowledge.vram(each)) == 1]
        sizes = knowledge.vram(gpu_type)
        exact = [each for each in by_feature if not sizes or each[0] in sizes]
        exact += [(size,) for each in kind.machine.features for size in knowledge.said_of(each, sizes)]
        if len(sizes) != 1 and exact:
            sizes = exact[0]
        if not sizes:  # a feature may leave it open, too
            sizes = next((found for each in kind.machine.features if (found := knowledge.vram(each))), ())
        if len(sizes) == 1:
            self._guess(f"node_types.{kind.name}.vram", f"what GPUs called {gpu_type or kind.name} have")
            return {"vram": f"{sizes[0]}G"}
        self._unknown_vram[kind.name] = sizes
        return {}

    def _partition(self, name: str) -> dict[str, Plain]:
        record, config = self._partitions[name], self._told.config
        held = self._held(name)
        values: dict[str, Plain] = {"node_types": [kind.name for kind, _ in held]}
        values |= {"default": True} if name == self._default else {}
        limits = qos_limits(record, self._told)
        values |= self._times(name, record, limits.max_time_s)
        least, most = number(record.get("MinNodes")), number(record.get("MaxNodes"))
        values |= {"min_nodes": least} if least > 1 else {}
        there = sum(count for _, count in held)
        if any(count < len(kind.nodes) for kind, count in held):  # equal nodes that other partitions have
            most = min(most or there, there)
        values |= {"max_nodes": most} if most else {}
        values |= _number("max_cpus_per_node", record, {})
        values |= _number("max_memory_per_node", record, config)
        values |= _number("max_memory_per_cpu", record, config)
        weights = billing(record.get("TRESBillingWeights", ""))
        values |= {"billing": dict(weights)} if weights else {}
        if limits.note:
            self._notes.append(f"Partition {name}: {limits.note}")
        if record.get("AllowQos", "ALL").upper() not in ("ALL", "", "(NULL)"):
            self._notes.append(f"Partition {name} takes jobs of these QOS only: {record['AllowQos'][:200]}.")
        self._note_qos(name, record)
        values |= limits.values
        if most and "max_nodes" in limits.values:
            values["max_nodes"] = min(most, limits.values["max_nodes"])
        return values | self._whole_nodes(record)

    def _note_qos(self, name: str, record: Mapping[str, str]) -> None:
        """Tell of a partition what nobody planned with would know: a QOS that is not told of, CPUs that jobs share."""
        qos = record.get("QoS", "")
        if qos.lower() not in _NONE and qos not in self._told.qos:
            self._told.remark(
                f"limits of the QOS {qos[:60]} of partition {name} are not known: "
                "give the text of `sacctmgr show qos -P`"
            )
        forced = re.match(r"FORCE:([2-9]|\d{2,})", record.get("OverSubscribe", "").upper())
        if forced:
            self._notes.append(
                f"Partition {name} gives {forced[1]} jobs the same CPUs (OverSubscribe=FORCE)."
            )

    def _times(self, name: str, record: Mapping[str, str], bound_s: int | None) -> dict[str, Plain]:
        """Return the longest and the usual time, which is no use where it is the longer one."""
        most = _time("max_time", record.get("MaxTime", ""), bound_s)
        usual = _time("default_time", record.get("DefaultTime", ""), None)
        if most and usual and parse_time(str(usual["default_time"])) > parse_time(str(most["max_time"])):
            self._told.remark(f"left out: the usual time of partition {name}, which is over its longest")
            return most
        return most | usual

    def _whole_nodes(self, record: Mapping[str, str]) -> dict[str, Plain]:
        shared = record.get("OverSubscribe", "NO").upper()
        exclusive = record.get("Exclusive", "").upper() in ("YES", "NODE") or shared.startswith("EXCLUSIVE")
        linear = self._told.config.get("SelectType", "").endswith("linear") and shared.startswith(
            ("NO", "EXCL")
        )
        return {"exclusive": True} if exclusive or linear else {}

    def _held(self, name: str) -> list[tuple[NodeKind, int]]:
        """Return the types of a partition with how many of their nodes it has, as Slurm would take them.

        Light nodes first, and of equal ones those without GPUs, so that a job that needs none leaves them free.
        """
        nodes = set(self._members[name])
        held = [(kind, len(nodes & set(kind.nodes))) for kind in self._kinds]
        held = [(kind, count) for kind, count in held if count]
        return sorted(held, key=lambda each: (each[0].weight, bool(each[0].machine.gpus)))

    def _launcher(self) -> dict[str, Plain]:
        guess, why = launcher_guess(self._told)
        self._guess("launchers.batch", f"{why}; it must be the one of RELION's MPI")
        launcher = knowledge.section("launchers")[guess]
        return dict(launcher) if isinstance(launcher, dict) else {}

    def _policy(self) -> dict[str, Plain]:
        values, why = policy(self._told, self._kinds, self._partitions)
        self._guess("policy", "good for many clusters; nobody has tried it on this one")
        self._sources |= {f"policy.{key}": {"source": text} for key, text in why.items()}
        return values

    def _modules(self) -> dict[str, Plain]:
        """Return the versions of RELION that there are modules for, and how to load them: the last of each."""
        found: dict[str, str] = {}
        for written in self._told.modules:
            module, chosen = written.removesuffix("(default)"), written.endswith("(default)")
            version = _MODULE_VERSION.search(module)
            if version and (version[1] not in found or chosen or not found[version[1]].endswith("(default)")):
                found[version[1]] = written
        if not found:
            return {}
        self._guess("modules", "module -t avail relion; others may have to be loaded before")
        self._guess("versions", "names of modules")
        lines: dict[str, Plain] = {
            version: [f"module load {written.removesuffix('(default)')}"]
            for version, written in sorted(found.items())
        }
        return {"versions": sorted(found), "modules": lines}

    def _rules(self) -> None:
        """Note what else the configuration tells people."""
        config = self._told.config

        def said(key: str) -> str:
            value = config.get(key, "")
            return "" if value.lower() in _NONE or value.lower().endswith("/none") else value[:200]

        if plugins := said("JobSubmitPlugins"):
            self._notes.append(
                f"A job_submit plugin ({plugins}) looks at every job and may change or refuse it."
            )
        if licences := said("Licenses"):
            names = re.sub(r"@[^:,]*", "", licences)  # where the server is nobody needs to know
            self._notes.append(f"There are licences: {names}.")
        if buffer := said("BurstBufferType"):
            self._notes.append(f"There is a burst buffer ({buffer}).")
        if "tmpfs" in said("JobContainerType"):
            self._notes.append("Each job has a temporary folder of its own (job_container/tmpfs).")


def _plain_name(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", name)[:64].strip("-") or "site"


def _time(key: str, text: str, bound_s: int | None) -> dict[str, Plain]:
    try:
        seconds = parse_time(text) if text and text.upper() != "NONE" else UNLIMITED
    except SlurmSyntaxError:
        seconds = UNLIMITED
    seconds = min(seconds, bound_s or UNLIMITED)
    return {} if seconds >= UNLIMITED else {key: format_time(seconds)}


_SLURMS = {
    "max_cpus_per_node": "MaxCPUsPerNode",
    "max_memory_per_node": "MaxMemPerNode",
    "max_memory_per_cpu": "MaxMemPerCPU",
}


def _number(key: str, record: Mapping[str, str], config: Mapping[str, str]) -> dict[str, Plain]:
    """Return a limit of a partition, or where it has none that of the cluster; memory in Slurm's spelling."""
    found = number(record.get(_SLURMS[key])) or number(config.get(_SLURMS[key]))
    if not found:
        return {}
    return {key: format_memory(found) if "memory" in key else found}
