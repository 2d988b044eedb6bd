"""Random small sites and demands, as plain data; and what the solver is asked of them.

An instance is `{"site": …, "demand": …}` of dicts, lists, numbers and texts. Memory of nodes and pins is in MiB, that
of ranks in GiB (quarters, so that sums are exact), scratch in GiB, time in seconds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from relionc.catalog.types import RankRule
from relionc.plan.demand import Amounts, Demand
from relionc.plan.model import Term
from relionc.plan.on_site import DemandOnSite
from relionc.plan.pins import Pins
from relionc.site.types import Cluster, NodeType, Partition, Policy

if TYPE_CHECKING:
    from random import Random

SHARE = 1 if os.environ.get("RELIONC_SOAK") == "1" else 2
"""Of the sites of a soak, a usual run looks at one in so many."""
MODES = ("heterogeneous", "homogeneous", "homogeneous+1", "one-task-per-node", "hetjob")
FEATURES = ("a", "b", "c")
GPU_TYPES = ("k", "p")


def instance(draw: Random) -> dict[str, Any]:
    """Return a site and a demand on it; about two in five have no layout."""
    site = _site(draw)
    return {"site": site, "demand": _demand(draw, site)}


# --- the site -------------------------------------------------------------------------------------------------


def _site(draw: Random) -> dict[str, Any]:
    nodes = [_node_type(draw, f"n{i}") for i in range(draw.randint(1, 3))]
    for node in nodes[1:]:
        if draw.random() < 0.25:  # the same again, but for what is drawn anew
            node |= {key: nodes[0][key] for key in draw.sample(sorted(set(node) - {"name"}), len(node) - 2)}
    names = [node["name"] for node in nodes]
    partitions = [_partition(draw, f"p{i}", names) for i in range(draw.randint(1, 2))]
    partitions[draw.randrange(len(partitions))]["default"] = draw.random() < 0.5
    modes = list(draw.sample(MODES, draw.randint(3, 5)))
    return {
        "node_types": nodes,
        "partitions": partitions if draw.random() < 0.95 else [],
        "slurm": True,
        "modes": modes,
        "memory_flag": draw.choice(["either", "either", "either", "per_node"]),
        "policy": {
            "gpu_threads": draw.choice([1, 2]),
            "mem_per_cpu": draw.choice([512, 1024, 2048]),
            "ntasks": draw.randint(1, 12),
            "idle_cpus": {mode: draw.randint(0, 6) for mode in modes if draw.random() < 0.3},
        },
    }


def _node_type(draw: Random, name: str) -> dict[str, Any]:
    core = draw.choice([1, 2])
    gpus = draw.choice([0, 0, 1, 2, 3, 4])
    return {
        "name": name,
        "count": draw.randint(1, 5),
        "cpus": core * draw.randint(1, 10 // core),
        "core": core,
        "memory": draw.choice([4, 8, 12, 16, 32]) * 1024,
        "scratch": draw.choice([0, 50, 200]),
        "gpus": gpus,
        "gpu_type": draw.choice(GPU_TYPES) if gpus else "",
        "vram": draw.choice([0, 4, 8, 16]) if gpus else 0,
        "cpus_per_gpu": draw.choice([0, 0, 0, 2, 4]) if gpus else 0,
        "gpu_threads": draw.choice([0, 1, 2]) if gpus else 0,
        "features": sorted(draw.sample(FEATURES, draw.randint(0, 3))),
    }


def _partition(draw: Random, name: str, nodes: list[str]) -> dict[str, Any]:
    def limit(*values: int) -> int | None:
        return draw.choice(values) if draw.random() < 0.12 else None

    return {
        "name": name,
        "node_types": sorted(draw.sample(nodes, draw.randint(1, len(nodes)))),
        "default": False,
        "max_time": limit(3600, 7200),
        "max_nodes": limit(1, 2, 3),
        "min_nodes": limit(1, 2, 3),
        "max_cpus_per_node": limit(2, 3, 4, 8),
        "max_mem_per_node": limit(1024, 4096, 8192),
        "max_mem_per_cpu": limit(512, 1024, 2048),
    }


# --- the demand -----------------------------------------------------------------------------------------------


def _demand(draw: Random, site: dict[str, Any]) -> dict[str, Any]:
    gpu = any(node["gpus"] for node in site["node_types"]) and draw.random() < 0.6
    serial = draw.random() < 0.1
    one_rank_per_gpu = gpu and not serial and draw.random() < 0.15
    leader = not serial and not one_rank_per_gpu and draw.random() < 0.6
    return {
        "leader": leader,
        "serial": serial,
        "threads": draw.random() < 0.8,
        "gpu": gpu,
        "one_rank_per_gpu": one_rank_per_gpu,
        "single_gpu": gpu and draw.random() < 0.05,
        "interactive": draw.random() < 0.08,
        "items": draw.randint(1, 12) if not serial and draw.random() < 0.25 else None,
        "usual_cpus": draw.choice([1, 2, 4]),
        "rules": [] if serial else _rules(draw),
        "memory": _memory(draw),
        "scratch": draw.choice([0, 0, 0, 20, 60]),
        "pins": _pins(draw, site, gpu=gpu),
    }


def _rules(draw: Random) -> list[dict[str, Any]]:
    if draw.random() < 0.7:
        return []
    rule = {"minimum": draw.choice([1, 2, 3]), "maximum": None, "odd": draw.random() < 0.5}
    if draw.random() < 0.3:
        rule["maximum"] = rule["minimum"] + draw.randint(0, 5)
    return [rule] if draw.random() < 0.8 else [rule, {"minimum": 1, "maximum": 9, "odd": False}]


def _memory(draw: Random) -> dict[str, float]:
    """GiB of a worker, more for each thread, and of a leader; on a GPU; each sure or assumed."""

    def some(most: int) -> float:
        return draw.randint(1, most) / 4 if draw.random() < 0.3 else 0.0

    return {
        "worker": some(24),
        "worker_per_thread": some(4),
        "worker_assumed": some(12),
        "leader": some(24),
        "leader_assumed": some(8),
        "vram": some(24),
        "vram_per_thread": some(4),
        "vram_assumed": some(12),
    }


def _pins(draw: Random, site: dict[str, Any], *, gpu: bool) -> dict[str, Any]:
    makers = {
        "nodes": lambda: draw.randint(1, 6),
        "ntasks": lambda: draw.randint(1, 14),
        "ntasks_per_node": lambda: draw.randint(1, 6),
        "cpus_per_task": lambda: draw.randint(1, 6),
        "threads": lambda: draw.randint(1, 4),
        "layout": lambda: draw.choice(MODES),
        "constraint": lambda: draw.choice(["a", "a|b", "a&b", "[a|b]", "[a*1&b*2]", "c"]),
        "mem_per_cpu": lambda: draw.choice([512, 1024, 3072]),
        "mem": lambda: draw.choice([2048, 6144, 12288]),
        "scratch": lambda: draw.choice([10, 60, 150]),
        "time": lambda: draw.choice([1800, 5400, 10000]),
        "exclusive": lambda: True,
        "partition": lambda: draw.choice([p["name"] for p in site["partitions"]] or ["p0"]),
    }
    if gpu:
        makers |= {
            "gpu_type": lambda: draw.choice(GPU_TYPES),
            "gpus_per_node": lambda: draw.randint(1, 5),
            "gpus": lambda: draw.randint(1, 8),
            "ranks_per_gpu": lambda: draw.randint(1, 3),
            "gpu_ids": lambda: draw.choice(["0", "0:1", "0:1:2:3", "0,1:2,3", "1:0", "0,1", "0:0:1"]),
        }
    names = draw.sample(sorted(makers), draw.choice([0, 0, 0, 1, 1, 1, 2, 2, 3]))
    pins = {name: makers[name]() for name in names}
    if "mem" in pins:  # what the compiler refuses before it asks the solver
        pins.pop("mem_per_cpu", None)
    if site["memory_flag"] == "per_node":
        pins.pop("mem_per_cpu", None)
    if not site["partitions"]:
        pins.pop("partition", None)
    return pins


# --- what the solver is asked ---------------------------------------------------------------------------------


def asked(given: dict[str, Any]) -> DemandOnSite:
    """Return the demand on the cluster, as the compiler makes them from a spec and a profile."""
    return DemandOnSite(_as_demand(given["demand"]), _as_cluster(given["site"]))


def _as_cluster(site: dict[str, Any]) -> Cluster:
    policy = site["policy"]
    return Cluster(
        name="random",
        title="",
        scheduler="slurm" if site["slurm"] else "none",
        node_types={node["name"]: _as_node(node) for node in site["node_types"]},
        partitions={each["name"]: _as_partition(each) for each in site["partitions"]},
        launchers={},
        scratch=None,
        policy=Policy(
            cpu_threads=1,
            gpu_threads=policy["gpu_threads"],
            memory_per_cpu_mib=policy["mem_per_cpu"],
            ntasks=policy["ntasks"],
            mode_cpus=tuple(policy["idle_cpus"].items()),
        ),
        modules={},
        sources={},
        memory_flag=site["memory_flag"],
        modes=tuple(site["modes"]),
    )


def _as_node(node: dict[str, Any]) -> NodeType:
    return NodeType(
        name=node["name"],
        count=node["count"],
        cpus=node["cpus"],
        threads_per_core=node["core"],
        memory_mib=node["memory"],
        scratch_gib=node["scratch"],
        gpu_type=node["gpu_type"],
        gpus=node["gpus"],
        vram_gib=node["vram"],
        gpu_threads=node["gpu_threads"],
        cpus_per_gpu=node["cpus_per_gpu"],
        features=tuple(node["features"]),
    )


def _as_partition(each: dict[str, Any]) -> Partition:
    return Partition(
        name=each["name"],
        node_types=tuple(each["node_types"]),
        default=each["default"],
        max_time_s=each["max_time"],
        max_nodes=each["max_nodes"],
        min_nodes=each["min_nodes"],
        max_cpus_per_node=each["max_cpus_per_node"],
        max_memory_per_node_mib=each["max_mem_per_node"],
        max_memory_per_cpu_mib=each["max_mem_per_cpu"],
    )


def _as_demand(given: dict[str, Any]) -> Demand:
    memory = given["memory"]

    def amounts(threads: int) -> Amounts:
        def terms(name: str) -> tuple[Term, ...]:
            sure = memory[name] + memory.get(f"{name}_per_thread", 0) * threads
            return (Term("sure", sure), Term("assumed", memory[f"{name}_assumed"], "", True))

        found = (
            terms("worker"),
            terms("leader") if given["leader"] else (),
            terms("vram") if given["gpu"] else (),
        )
        return Amounts.of(*(tuple(term for term in each if term.gib) for each in found))

    routes = {name: ("jobs", "a", "resources", name) for name in given["pins"]}
    rules = tuple(RankRule(code="RL211", when=("const", True), message="", **rule) for rule in given["rules"])
    return Demand(
        leader=given["leader"],
        serial=given["serial"],
        threads=given["threads"],
        gpu=given["gpu"],
        one_rank_per_gpu=given["one_rank_per_gpu"],
        single_gpu=given["single_gpu"],
        gpu_by_rank=given["one_rank_per_gpu"],
        all_gpus=False,
        interactive=given["interactive"],
        items=given["items"],
        usual_cpus=given["usual_cpus"],
        rank_rules=rules,
        amounts=amounts,
        scratch=(Term("particles", given["scratch"]),) if given["scratch"] else (),
        pins=Pins(**given["pins"], routes=routes),
        not_checked=(),
    )
