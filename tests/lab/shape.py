"""What a lab cluster looks like, read from shapes/<name>.toml or from a file of JSON. Memory in MiB."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SHAPES = Path(__file__).parent / "shapes"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """Equal nodes; `nodes` are their names, numbered through all groups of the shape.

    `gpus` counts them by type; GPUs of a gres without types have an empty one.
    """

    name: str
    nodes: tuple[str, ...]
    sockets: int
    cores_per_socket: int
    threads_per_core: int
    memory: int
    gpus: Mapping[str, int]
    gres: Mapping[str, int]
    features: tuple[str, ...]

    @property
    def cpus(self) -> int:
        """Slurm's CPUs of one node: hardware threads."""
        return self.sockets * self.cores_per_socket * self.threads_per_core


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition over whole node groups; `options` are in slurm.conf's own words."""

    name: str
    groups: tuple[NodeGroup, ...]
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A cluster."""

    groups: tuple[NodeGroup, ...]
    partitions: tuple[Partition, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node's name, in Slurm's node order."""
        return tuple(node for group in self.groups for node in group.nodes)


def load(name: str) -> Shape:
    """Read the shape called `name`, or that of a file whose path ends in `.json` (see `written`)."""
    if name.endswith(".json"):
        table = json.loads(Path(name).read_text(encoding="utf-8"))
    else:
        table = tomllib.loads((SHAPES / f"{name}.toml").read_text(encoding="utf-8"))
    groups: dict[str, NodeGroup] = {}
    numbered = 0
    for entry in table["node"]:
        count = entry["count"]
        names = tuple(f"cn{numbered + i + 1:04d}" for i in range(count))
        groups[entry["name"]] = _group(entry, names)
        numbered += count
    partitions = tuple(
        Partition(entry["name"], tuple(groups[each] for each in entry["nodes"]), entry["options"])
        for entry in table["partition"]
    )
    return Shape(tuple(groups.values()), partitions)


def written(shape: Shape) -> str:
    """Return a shape as the text of a file that `load` reads."""
    nodes = [
        {
            "name": group.name,
            "count": len(group.nodes),
            "sockets": group.sockets,
            "cores_per_socket": group.cores_per_socket,
            "threads_per_core": group.threads_per_core,
            "memory": group.memory,
            "gpus": dict(group.gpus),
            "gres": dict(group.gres),
            "features": list(group.features),
        }
        for group in shape.groups
    ]
    partitions = [
        {"name": each.name, "nodes": [group.name for group in each.groups], "options": dict(each.options)}
        for each in shape.partitions
    ]
    return json.dumps({"node": nodes, "partition": partitions}, indent=1)


def _group(entry: Mapping[str, Any], nodes: tuple[str, ...]) -> NodeGroup:
    return NodeGroup(
        name=entry["name"],
        nodes=nodes,
        sockets=entry["sockets"],
        cores_per_socket=entry["cores_per_socket"],
        threads_per_core=entry["threads_per_core"],
        memory=entry["memory"],
        gpus=entry.get("gpus", {}),
        gres=entry.get("gres", {}),
        features=tuple(entry["features"]),
    )
