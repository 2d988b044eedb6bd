"""What two profiles say differently, fact by fact; node types are known again by what they are."""

from __future__ import annotations

from collections.abc import Mapping

from relionc.record import NamedTuple
from relionc.site.overlay import to_value
from relionc.slurm.sizes import format_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.site.types import Cluster, NodeType, Plain

ABOUT = ("profile", "name", "title", "date", "sources")
"""What profiles of the same cluster may say differently."""
_SETS = ("features", "mpi_plugins", "versions", "require", "notes")
"""Lists whose order means nothing: of them only what the other has not is a difference."""
_SIZES = ("memory", "max_memory_per_node", "max_memory_per_cpu", "memory_per_cpu")
"""Amounts in MiB."""
_PARTS = ("node_types", "partitions", "launchers")
"""Sections whose parts have names: of one that only one profile has, there is no more to say."""
_ALIKE = 4
"""What two node types must have in common, in points of `_likeness`."""


class FactDifference(NamedTuple):
    """A fact by its path, and what each profile says; None: it says nothing."""

    path: tuple[str, ...]
    old: Plain
    new: Plain

    @property
    def name(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)


def differences(old: Cluster, new: Cluster) -> tuple[FactDifference, ...]:
    """Return what `new` says otherwise than `old`; `new` must have the names of `old` (`with_names_of`)."""
    facts_old, facts_new = facts(old), facts(new)
    order = dict.fromkeys((*facts_old, *facts_new))
    found = (FactDifference(path, facts_old.get(path), facts_new.get(path)) for path in order)
    return tuple(
        _of_sets(each)
        for each in _merged(found, facts_old, facts_new)
        if _comparable(each.path, each.old) != _comparable(each.path, each.new)
    )


def _of_sets(each: FactDifference) -> FactDifference:
    """Return a difference of lists without order as what the other has not."""
    if each.path[-1] not in _SETS:
        return each
    old, new = _words(each.old), _words(each.new)
    return each._replace(
        old=[word for word in old if word not in new], new=[word for word in new if word not in old]
    )


def _words(value: Plain) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else []


def facts(cluster: Cluster) -> dict[tuple[str, ...], Plain]:
    """Return what a profile says by path; of mappings that hold facts the facts."""
    return {path: value for path, value in _leaves(to_value(cluster), ()) if path and path[0] not in ABOUT}


def _leaves(value: Plain, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Plain]]:
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)))
    else:
        yield path, value


def _merged(
    found: Iterator[FactDifference], old: Iterable[tuple[str, ...]], new: Iterable[tuple[str, ...]]
) -> Iterator[FactDifference]:
    """Yield the differences; a part that only one profile has as a single one, under the path of the part."""
    sections_old, sections_new = _sections(old), _sections(new)
    told: set[tuple[str, ...]] = set()
    for each in found:
        part = each.path[:2]
        if each.path[0] not in _PARTS or (part in sections_old and part in sections_new):
            yield each
        elif part not in told:
            told.add(part)
            is_old = part in sections_old
            yield FactDifference(part, "there" if is_old else None, None if is_old else "there")


def _sections(paths: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {path[:2] for path in paths if len(path) > 2}


def _comparable(path: tuple[str, ...], value: Plain) -> Plain:
    if isinstance(value, (list, tuple)):
        words = _words(value)
        return sorted(words) if path[-1] in _SETS or path[-1] == "node_types" else words
    return value or None


def shown(path: tuple[str, ...], value: Plain) -> str:
    """Return a value as people write it; empty for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if isinstance(value, int) and path[-1] in _SIZES:
        return format_memory(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def with_names_of(known: Cluster, cluster: Cluster) -> Cluster:
    """Return a cluster whose node types have the names that `known` gives to such nodes."""
    names = same_nodes(known, cluster)
    taken = set(names.values())

    def named(name: str) -> str:
        if name in names:
            return names[name]
        while name in taken or name in known.node_types:
            name = f"{name}'"
        return name

    new = {name: named(name) for name in cluster.node_types}
    return cluster._replace(
        node_types={new[name]: node._replace(name=new[name]) for name, node in cluster.node_types.items()},
        partitions={
            name: part._replace(node_types=tuple(new.get(each, each) for each in part.node_types))
            for name, part in cluster.partitions.items()
        },
    )


def same_nodes(known: Cluster, cluster: Cluster) -> dict[str, str]:
    """Return the names of `known` for node types of `cluster` that are such nodes, the most alike first."""
    pairs = [
        (-_likeness(theirs, ours, known, cluster), ours.name, theirs.name)
        for ours in cluster.node_types.values()
        for theirs in known.node_types.values()
    ]
    found: dict[str, str] = {}
    for points, ours, theirs in sorted(pairs, key=lambda pair: pair[0]):
        if -points >= _ALIKE and ours not in found and theirs not in found.values():
            found[ours] = theirs
    return found


def _likeness(one: NodeType, other: NodeType, known: Cluster, cluster: Cluster) -> int:
    """Return in how much two node types agree; nothing for nodes with and without GPUs, or with others."""
    if bool(one.gpus) != bool(other.gpus) or not _may_be_same_gpus(one, other):
        return 0
    nearly = abs(one.memory_mib - other.memory_mib) * 10 <= max(one.memory_mib, other.memory_mib)
    return (
        4 * (one.name == other.name)
        + 3 * (one.cpus == other.cpus)
        + 2 * (bool(one.gpus) and one.gpu_type.lower() == other.gpu_type.lower())
        + (bool(one.gpus) and _gpus(one) == _gpus(other))
        + 2 * nearly
        + min(len(set(one.features) & set(other.features)), 3)
        + min(len(_partitions(one, known) & _partitions(other, cluster)), 2)
    )


def _gpus(node: NodeType) -> int:
    return node.slices or node.gpus


def _may_be_same_gpus(one: NodeType, other: NodeType) -> bool:
    """Whether GPUs may be the same: the types of gres are equal, or one has none and a feature says it."""
    types = [node.gpu_type.lower() for node in (one, other) if node.gpu_type and not node.gpu_feature]
    return len(set(types)) < 2


def _partitions(node: NodeType, cluster: Cluster) -> set[str]:
    return {name for name, part in cluster.partitions.items() if node.name in part.node_types}
