"""Nodes as hardware: equal ones are one type, with a name that a person would give it."""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.slurm.gres import Gres, parse_gres
from relionc.slurm.sizes import format_memory
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.survey import knowledge
from relionc.survey.told import pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relionc.survey.told import Survey

_MOST_FEATURES = 6
"""Kinds of nodes that differ in nothing but features, as racks and switches: more of them are one."""
_ALIKE = 1.03
"""Memory of machines that are the same differs by this factor at most."""
_LEAST_MEMORY, _MOST_MEMORY = 2048, 1 << 30
"""MiB that a node can have."""
_MOST_KINDS = 100
_MOST_OF_NODE = 200
"""Features of a node, or resources of it, that are looked at."""
_NUMBERED = re.compile(
    r"(?:cpus?|cores?|c|n|node|g|m|mem|memory|ram|rack|r|sw|switch|u|i)?[-_]?\d+[a-z]?", re.IGNORECASE
)
_PLACE = re.compile(
    r"(?:rack|r|row|cab|cabinet|chassis|sw|switch|leaf|ib|isl|island|u|i|l|c)[-_]?\d+(?:[-_]?[a-z]{1,3}\d+)*",
    re.IGNORECASE,
)
"""A feature that says where a node stands: `rack12`, `sw-3`, `i01r01`."""
_FEATURE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/=-]*")
_GPUS = "gpu"
_SHARDS = "shard"
_MPS = "mps"


class Machine(NamedTuple):
    """What nodes of a type are. Memory and disk in MiB; `gres` without counts of nothing."""

    cpus: int
    threads_per_core: int
    memory_mib: int
    disk_mib: int
    gres: tuple[Gres, ...]
    features: tuple[str, ...]
    arch: str

    @property
    def gpus(self) -> tuple[Gres, ...]:
        """Its GPUs by type, most first."""
        found = [each for each in self.gres if each.name == _GPUS]
        return tuple(sorted(found, key=lambda each: -each.count))

    @property
    def mark(self) -> tuple[object, ...]:
        """What a profile says of it, by which it is known again."""
        first = self.gpus[0] if self.gpus else None
        return (
            self.cpus, self.threads_per_core, format_memory(self.memory_mib), first.type if first else "",
            first.count if first else 0, self.features,
        )  # fmt: skip

    def without(self, *, features: bool = False, memory: bool = False) -> Machine:
        """Return it as if it had no features, or no memory, to compare it."""
        machine = self._replace(features=()) if features else self
        return machine._replace(memory_mib=0) if memory else machine


class NodeKind(NamedTuple):
    """A type of nodes: its name, what they are, which they are, the least of their weights, how many Slurm has down."""

    name: str
    machine: Machine
    nodes: tuple[str, ...]
    weight: int
    down: int = 0


def number(text: str | None) -> int:
    """Return a whole number that Slurm writes, 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def kinds(told: Survey, wanted: Iterable[str], known: Mapping[str, tuple[object, ...]]) -> list[NodeKind]:
    """Return the types of the wanted nodes, in their order; `known` has marks of those that have a name already."""
    found: dict[Machine, list[str]] = {}
    for name in wanted:
        record = told.nodes.get(name)
        if record is not None and not _is_future(record):
            found.setdefault(_machine(record, told), []).append(name)
    merged = _most(_by_memory(_by_features(found)), told)
    named = _named(list(merged), known)
    return [_kind(named[machine], machine, nodes, told) for machine, nodes in merged.items()]


def _kind(name: str, machine: Machine, nodes: Sequence[str], told: Survey) -> NodeKind:
    records = [told.nodes[node] for node in nodes]
    up = tuple(node for node, record in zip(nodes, records, strict=True) if not _is_down(record))
    weight = min(number(record.get("Weight")) or 1 for record in records)
    return NodeKind(name, machine, up or tuple(nodes), weight, len(nodes) - len(up))


def _states(record: Mapping[str, str]) -> list[str]:
    return re.findall(r"[A-Z_]+", record.get("State", "").upper())


def _is_future(record: Mapping[str, str]) -> bool:
    return "FUTURE" in _states(record)


def _is_down(record: Mapping[str, str]) -> bool:
    """Whether nobody expects a node to work: one in the cloud is down whenever nobody needs it."""
    states = _states(record)
    return "DOWN" in states and not {"CLOUD", "POWERED_DOWN", "POWERING_DOWN", "POWERING_UP"} & set(states)


def _machine(record: Mapping[str, str], told: Survey) -> Machine:
    threads = max(number(record.get("ThreadsPerCore")), 1)
    cpus = number(record.get("CPUTot"))
    cores = number(record.get("Sockets")) * max(number(record.get("CoresPerSocket")), 1)
    if cpus and cores and cpus <= cores:  # Slurm hands out cores, whatever the hardware could
        threads = 1
    usable = number(record.get("CPUEfctv")) or cpus - number(record.get("CoreSpecCount")) * threads
    return Machine(
        cpus=max(usable, 1),
        threads_per_core=threads,
        memory_mib=_memory(record),
        disk_mib=number(record.get("TmpDisk")),
        gres=tuple(_gres(record.get("Gres", ""), told)),
        features=tuple(_features(record.get("AvailableFeatures", ""), told)),
        arch=record.get("Arch", ""),
    )


def _memory(record: Mapping[str, str]) -> int:
    """Return what jobs may have; 0 where nobody told Slurm, which then says 1."""
    told = number(record.get("RealMemory"))
    return max(told - number(record.get("MemSpecLimit")), 0) if _LEAST_MEMORY <= told < _MOST_MEMORY else 0


def _gres(text: str, told: Survey) -> Iterator[Gres]:
    """Yield the resources of a node, those of one name and type together."""
    found: dict[tuple[str, str], int] = {}
    for part in _first(list(pieces(text)), "resources", told):
        try:
            each = parse_gres(part.replace(":no_consume", ""))
        except SlurmSyntaxError:
            told.remark(f"left out: the resource {part[:60]}, whose name no job can ask for")
            continue
        for one in each:
            found[one.name, one.type] = found.get((one.name, one.type), 0) + one.count
    yield from (Gres(name, kind, count) for (name, kind), count in found.items() if count)


def _first(words: Sequence[str], what: str, told: Survey) -> Sequence[str]:
    """Return as many words about a node as a profile may have."""
    if len(words) > _MOST_OF_NODE:
        told.remark(f"left out: {what} of a node, which has more than {_MOST_OF_NODE}")
    return words[:_MOST_OF_NODE]


def _features(text: str, told: Survey) -> Iterator[str]:
    for word in _first(list(dict.fromkeys(text.split(","))), "features", told):
        if _FEATURE.fullmatch(word) and len(word) <= 128:
            yield word
        elif word not in ("", "(null)"):
            told.remark(f"left out: the feature {word[:60]}, which no constraint can name")


def _by_features(found: Mapping[Machine, list[str]]) -> dict[Machine, list[str]]:
    """Put types together that differ in features only, if they are many: the features that all have stay."""
    alike: dict[Machine, list[Machine]] = {}
    for machine in found:
        alike.setdefault(machine.without(features=True), []).append(machine)
    merged: dict[Machine, list[str]] = {}
    for group in alike.values():
        all_have = set(group[0].features).intersection(*(machine.features for machine in group))
        some = {machine: _without_places(machine, all_have) for machine in group}
        few = len(set(some.values())) <= _MOST_FEATURES
        common = tuple(each for each in group[0].features if each in all_have)
        for machine in group:
            kept = some[machine] if few else machine._replace(features=common)
            merged.setdefault(kept, []).extend(found[machine])
    return merged


def _without_places(machine: Machine, common: set[str]) -> Machine:
    """Return a machine without the features by which equal ones differ that only say where they stand."""
    kept = [
        each
        for each in machine.features
        if each in common or not _PLACE.fullmatch(each) or knowledge.vram(each)
    ]
    return machine._replace(features=tuple(kept))


def _by_memory(found: Mapping[Machine, list[str]]) -> dict[Machine, list[str]]:
    """Put types together whose memory is nearly the same, and all else equal: the least of it counts."""
    alike: dict[Machine, list[Machine]] = {}
    for machine in found:
        alike.setdefault(machine.without(memory=True), []).append(machine)
    least: dict[Machine, Machine] = {}
    for group in alike.values():
        low = group[0]
        for machine in sorted(group, key=lambda each: each.memory_mib):
            low = low if low.memory_mib <= machine.memory_mib <= low.memory_mib * _ALIKE else machine
            least[machine] = low
    merged: dict[Machine, list[str]] = {}
    for machine, nodes in found.items():
        merged.setdefault(least[machine], []).extend(nodes)
    return merged


def _most(merged: dict[Machine, list[str]], told: Survey) -> dict[Machine, list[str]]:
    """Return as many types as a person would read, those of most nodes."""
    if len(merged) <= _MOST_KINDS:
        return merged
    told.remark(f"left out: {len(merged) - _MOST_KINDS:,} kinds of nodes that few nodes are of")
    kept = sorted(merged, key=lambda machine: -len(merged[machine]))[:_MOST_KINDS]
    return {machine: nodes for machine, nodes in merged.items() if machine in set(kept)}


def _named(machines: Sequence[Machine], known: Mapping[str, tuple[object, ...]]) -> dict[Machine, str]:
    """Return a name for each: the one that it has already, else what tells it apart."""
    names: dict[Machine, str] = {}
    for machine in machines:
        mark = machine.mark
        same = next(
            (name for name, other in known.items() if other == mark and name not in names.values()), None
        )
        if same is not None:
            names[machine] = same
    natural = {machine: _natural(machine, machines) for machine in machines}
    for machine in machines:
        if machine not in names:
            same_name = [
                other for other in machines if other != machine and natural[other] == natural[machine]
            ]
            names[machine] = next(
                name for name in _longer(natural[machine], machine, same_name) if name not in names.values()
            )
    return names


def _natural(machine: Machine, machines: Sequence[Machine]) -> str:
    """Return the name by the GPU, or by a feature that only it has among the nodes without GPUs."""
    if machine.gpus:
        kind = machine.gpus[0].type
        feature = next((each for each in machine.features if knowledge.vram(each)), _GPUS)
        return kind or feature.replace("=", "")
    others = [other for other in machines if not other.gpus and other != machine]
    if not others:
        return "cpu"
    own = [each for each in machine.features if all(each not in other.features for other in others)]
    telling = [each for each in own if not _NUMBERED.fullmatch(each)] or own
    return telling[0] if telling else f"cpu_{machine.cpus}"


def _longer(name: str, machine: Machine, others: Sequence[Machine]) -> Iterator[str]:
    """Yield a name and longer ones, for types that the first does not tell apart from `others`."""
    yield name
    gpus = _count_of_gpus(machine)
    if machine.gpus and all(gpus != _count_of_gpus(other) for other in others):
        yield f"{name}_x{gpus}"
    for each in machine.features:
        if not _NUMBERED.fullmatch(each) and all(each not in other.features for other in others):
            yield f"{name}_{each}".replace("=", "")
    yield f"{name}_{-(-machine.memory_mib // 1024)}g"
    yield f"{name}_{machine.cpus}c_{-(-machine.memory_mib // 1024)}g"
    place = 2
    while True:
        yield f"{name}_{place}"
        place += 1


def _count_of_gpus(machine: Machine) -> int:
    return sum(gpu.count for gpu in machine.gpus)


def is_scratch(gres: Gres) -> bool:
    """Whether a resource is a node's own disk, by its name."""
    return gres.name.lower() in knowledge.words("scratch")


def is_shard(gres: Gres) -> bool:
    """Whether a resource is a part of a GPU that several jobs share."""
    return gres.name == _SHARDS


def is_mps(gres: Gres) -> bool:
    """Whether a resource is a share of a GPU under NVIDIA's service for several processes."""
    return gres.name == _MPS
