"""Random sites of the size of real ones, and jobs for them; plain data as in `instances`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from instances import MODES

if TYPE_CHECKING:
    from random import Random

KINDS_OF_GPU = (("a100", 80), ("v100", 32), ("p100", 16))


def large(draw: Random, kinds: int, *, gpu: bool | None = None) -> dict[str, Any]:
    """Return a site of so many kinds of nodes with up to a thousand nodes each, and a job; `gpu` says on what."""
    nodes = [_node_type(draw, f"n{i:03}") for i in range(kinds)]
    if gpu:
        nodes[0] |= {"gpus": 4, "gpu_type": "v100", "vram": 32}
    some = any(node["gpus"] for node in nodes)
    on_gpu = some and draw.random() < 0.5 if gpu is None else gpu
    given = {"site": _site(draw, nodes), "demand": _demand(draw, gpu=on_gpu)}
    if given["site"]["memory_flag"] == "per_node":  # the compiler refuses it before it asks the solver
        given["demand"]["pins"].pop("mem_per_cpu", None)
    return given


def _node_type(draw: Random, name: str) -> dict[str, Any]:
    core = draw.choice([1, 2])
    cpus = draw.choice([16, 28, 32, 36, 48, 56, 64, 72, 96, 128])
    gpus = draw.choice([0, 0, 2, 4, 8])
    kind, vram = draw.choice(KINDS_OF_GPU) if gpus else ("", 0)
    return {
        "name": name,
        "count": draw.choice([1, 4, 9, 20, 64, 150, 333, 1000]),
        "cpus": cpus,
        "core": core,
        "memory": draw.choice([60, 120, 240, 250, 380, 500, 1000]) * 1024,
        "scratch": draw.choice([0, 400, 800, 3200]),
        "gpus": gpus,
        "gpu_type": kind,
        "vram": vram,
        "cpus_per_gpu": draw.choice([0, 0, cpus // gpus]) if gpus else 0,
        "gpu_threads": draw.choice([0, 1, 2, 4, 8]) if gpus else 0,
        "features": [kind] if kind else [],
    }


def _site(draw: Random, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    names = [node["name"] for node in nodes]
    on_gpus = [node["name"] for node in nodes if node["gpus"]]
    partitions = [_partition(draw, "all", names, default=True)]
    if on_gpus:
        partitions.append(_partition(draw, "gpu", on_gpus, default=False))
    modes = [*MODES[:3], *draw.sample(MODES[3:], draw.randint(0, 2))]
    draw.shuffle(modes)
    return {
        "node_types": nodes,
        "partitions": partitions,
        "slurm": True,
        "modes": modes,
        "memory_flag": draw.choice(["either", "either", "per_node"]),
        "policy": {
            "gpu_threads": draw.choice([1, 2, 4]),
            "mem_per_cpu": draw.choice([1024, 2048, 4096, 8192]),
            "ntasks": draw.choice([1, 16, 64, 257, 512]),
            "idle_cpus": {"hetjob": draw.choice([16, 64])} if "hetjob" in modes else {},
        },
    }


def _partition(draw: Random, name: str, nodes: list[str], *, default: bool) -> dict[str, Any]:
    def limit(*values: int) -> int | None:
        return draw.choice(values) if draw.random() < 0.2 else None

    return {
        "name": name,
        "node_types": nodes,
        "default": default,
        "max_time": limit(4 * 3600, 86400),
        "max_nodes": limit(8, 30, 100),
        "min_nodes": None,
        "max_cpus_per_node": limit(24, 60),
        "max_mem_per_node": None,
        "max_mem_per_cpu": limit(4096, 8192),
    }


def _demand(draw: Random, *, gpu: bool) -> dict[str, Any]:
    serial = draw.random() < 0.1
    leader = not serial and draw.random() < 0.7
    rule = {"minimum": draw.choice([2, 3]), "maximum": None, "odd": draw.random() < 0.4}
    return {
        "leader": leader,
        "serial": serial,
        "threads": True,
        "gpu": gpu,
        "one_rank_per_gpu": gpu and not serial and not leader,
        "single_gpu": False,
        "interactive": False,
        "items": draw.choice([None, None, 3, 40, 5000]) if not serial else None,
        "usual_cpus": draw.choice([1, 2, 4, 6]),
        "rules": [rule] if leader else [],
        "memory": _memory(draw),
        "scratch": draw.choice([0, 0, 120, 700]),
        "pins": _pins(draw, gpu=gpu),
    }


def _memory(draw: Random) -> dict[str, float]:
    """GiB of a worker, of the leader, on a GPU: quarters, sure or assumed."""

    def some(most: int) -> float:
        return draw.randint(1, 4 * most) / 4 if draw.random() < 0.5 else 0.0

    return {
        "worker": some(40),
        "worker_per_thread": some(1) if draw.random() < 0.5 else 0.0,
        "worker_assumed": some(20) if draw.random() < 0.3 else 0.0,
        "leader": some(60),
        "leader_assumed": 0.0,
        "vram": some(20),
        "vram_per_thread": 0.0,
        "vram_assumed": some(10) if draw.random() < 0.3 else 0.0,
    }


def _pins(draw: Random, *, gpu: bool) -> dict[str, Any]:
    makers = {
        "nodes": lambda: draw.choice([1, 2, 4, 10, 40]),
        "ntasks": lambda: draw.choice([2, 17, 33, 96, 257, 1025]),
        "ntasks_per_node": lambda: draw.choice([1, 4, 5, 8, 9, 28]),
        "cpus_per_task": lambda: draw.choice([1, 2, 4, 7, 8, 16]),
        "threads": lambda: draw.choice([1, 4, 8]),
        "layout": lambda: draw.choice(MODES),
        "time": lambda: draw.choice([3600, 12 * 3600, 3 * 86400]),
        "mem_per_cpu": lambda: draw.choice([2048, 6144, 20480]),
        "exclusive": lambda: True,
    }
    if gpu:
        makers |= {
            "gpu_type": lambda: draw.choice(KINDS_OF_GPU)[0],
            "gpus_per_node": lambda: draw.choice([1, 2, 4, 8]),
            "gpus": lambda: draw.choice([1, 4, 8, 32, 64]),
            "ranks_per_gpu": lambda: draw.choice([1, 2]),
        }
    names = draw.sample(sorted(makers), draw.choice([0, 0, 1, 1, 2, 3]))
    return {name: makers[name]() for name in names}
