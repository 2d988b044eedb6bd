"""Kinds of nodes that cannot be."""

from __future__ import annotations

from relionc.rules.findings import IMPOSSIBLE, TWICE, impossible, names_differ, twice
from relionc.slurm.sizes import format_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Finding, Route
    from relionc.site.types import Cluster, NodeType, Profile

CODES = (TWICE, IMPOSSIBLE)
_LEAST_MEMORY_MIB, _MOST_MEMORY_MIB = 1024, 64 * 1024 * 1024


def check(profile: Profile) -> Iterator[Finding]:
    """Yield what is wrong with each kind of node."""
    cluster = profile.cluster
    for node in cluster.node_types.values():
        yield from _node(node, cluster)
    yield from names_differ("node_types", cluster.node_types)


def _node(node: NodeType, cluster: Cluster) -> Iterator[Finding]:
    route = ("node_types", node.name)
    yield from twice(node.features, (*route, "features"))
    if not node.known and cluster.scheduler == "slurm":
        message = f"node type {node.name} has no CPUs"
        yield impossible(
            message, (*route, "cpus"), "say how many CPUs Slurm counts (scontrol show node: CPUTot)"
        )
    if node.threads_per_core < 1 or node.cpus % max(node.threads_per_core, 1):
        message = f"{node.cpus} CPUs are not whole cores of {node.threads_per_core} threads"
        yield impossible(
            message, (*route, "threads_per_core"), "Slurm's CPUs are hardware threads: cores x threads"
        )
    yield from _memory(node, route)
    yield from _gpus(node, route)


def _memory(node: NodeType, route: Route) -> Iterator[Finding]:
    memory = node.memory_mib
    if 0 < memory < _LEAST_MEMORY_MIB:
        message = f"node type {node.name} has {format_memory(memory)} of memory"
        yield impossible(message, (*route, "memory"), f"a plain number is MiB; write {memory}G for GiB")
    elif memory > _MOST_MEMORY_MIB:
        message = f"node type {node.name} has {format_memory(memory)} of memory"
        yield impossible(message, (*route, "memory"), "write the memory of one node, as 243G")


def _gpus(node: NodeType, route: Route) -> Iterator[Finding]:
    name, colon, kind = node.gpu_type.partition(":")
    if colon:
        message = (
            f"`{node.gpu_type}` is more than a type of GPU: jobs would ask for {node.gpu_type}:{node.gpus}"
        )
        advice = f"write the type alone, as {kind.partition(':')[0] or name}; `gres_gpu` names the gres"
        yield impossible(message, (*route, "gpu_type"), advice)
    for key in ("gpu_type", "vram_gib", "gpu_threads", "cpus_per_gpu"):
        if getattr(node, key) and not node.gpus:
            name = key.removesuffix("_gib")
            message = f"node type {node.name} says `{name}` but has no GPUs"
            yield impossible(message, (*route, name), f"add `gpus:`, or remove `{name}:`")
    if node.cpus_per_gpu * node.gpus > node.cpus > 0:
        message = f"{node.gpus} GPUs x {node.cpus_per_gpu} CPUs are more than the {node.cpus} of the node"
        yield impossible(
            message, (*route, "cpus_per_gpu"), f"at most {node.cpus // node.gpus} go with each GPU"
        )
