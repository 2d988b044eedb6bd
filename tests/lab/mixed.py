"""A cluster of mixed nodes, and random demands on it: feasible ones by chance, infeasible ones by kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from relionc.pipeline import Compiled, Disk, Request, compile_spec
from relionc.pipeline.profile import from_value

from .by_hand import WITHOUT_MPI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from relionc.site.types import Cluster

MODES = ("heterogeneous", "homogeneous", "homogeneous+1", "hetjob", "one-task-per-node")
HERE = "./mixed.yaml"
"""The cluster as specs name it."""

PROFILE: dict[str, Any] = {
    "profile": 1,
    "name": "mixed",
    "scheduler": "slurm",
    "modes": [*MODES],
    "node_types": {
        "thin": {
            "count": 5,
            "cpus": 16,
            "threads_per_core": 2,
            "memory": "32G",
            "scratch": 100,
            "features": ["x86", "thin", "ib"],
        },
        "wide": {
            "count": 4,
            "cpus": 12,
            "threads_per_core": 1,
            "memory": "96G",
            "scratch": 300,
            "features": ["x86", "wide", "ib"],
        },
        "fat": {
            "count": 3,
            "cpus": 48,
            "threads_per_core": 2,
            "memory": "250G",
            "scratch": 800,
            "features": ["x86", "fat", "big"],
        },
        "power": {
            "count": 3,
            "cpus": 32,
            "threads_per_core": 4,
            "memory": "60G",
            "scratch": 150,
            "features": ["power", "ib"],
        },
        "gold": {
            "count": 3,
            "cpus": 32,
            "threads_per_core": 2,
            "memory": "128G",
            "gpus": 4,
            "gpu_type": "a100",
            "vram": "40G",
            "gpu_threads": 4,
            "scratch": 400,
            "features": ["x86", "gold", "ib"],
        },
        "old": {
            "count": 4,
            "cpus": 10,
            "threads_per_core": 1,
            "memory": "40G",
            "gpus": 2,
            "gpu_type": "k20",
            "vram": "12G",
            "gpu_threads": 2,
            "scratch": 50,
            "features": ["x86", "old"],
        },
    },
    "partitions": {
        "main": {"node_types": ["thin", "wide", "fat"], "default": True, "max_time": "2-00:00:00"},
        "short": {
            "node_types": ["thin", "wide", "power"],
            "max_time": "1:00:00",
            "max_memory_per_cpu": "4G",
            "max_nodes": 4,
        },
        "many": {"node_types": ["thin", "power"], "min_nodes": 2, "max_time": "1-00:00:00"},
        "part": {"node_types": ["wide", "fat"], "max_cpus_per_node": 10, "max_nodes": 3},
        "lean": {"node_types": ["fat", "power"], "max_memory_per_node": "48G"},
        "gpu": {"node_types": ["gold", "old"], "max_time": "4-00:00:00"},
        "slice": {
            "node_types": ["gold", "old", "wide"],
            "max_cpus_per_node": 8,
            "max_memory_per_node": "36G",
            "max_time": "12:00:00",
        },
        "pairs": {"node_types": ["old"], "min_nodes": 2, "max_nodes": 3},
    },
    "scratch": {"path": "/lscratch/${SLURM_JOB_ID}", "gres": "lscratch"},
    "policy": {"cpu_threads": 2, "memory_per_cpu": "1G", "ntasks": 5, "time": "0:30:00"},
}
"""Six kinds of nodes, with one, two or four threads in a core, and two kinds of GPUs; partitions that mix them.

Between them the partitions have every limit. The launchers are those of the lab's own profile, for programs without
MPI."""

INPUTS = {
    "motioncorr": {"input_star_mics": "movies.star"},
    "class2d": {"fn_img": "particles.star", "particle_diameter": 200},
    "class3d": {"fn_img": "particles.star", "fn_ref": "reference.mrc", "particle_diameter": 200},
    "refine3d": {"fn_img": "particles.star", "fn_ref": "reference.mrc", "particle_diameter": 200},
}
MOTIONCOR2 = {"do_own_motioncor": False, "fn_motioncor2_exe": "MotionCor2"}
ROOM = {kind: node["count"] for kind, node in PROFILE["node_types"].items()}


def cluster(slurm: str) -> Cluster:
    """Return the cluster, with this version of Slurm."""
    made, findings = from_value(profile(slurm))
    assert made is not None, findings
    return made


def profile(slurm: str) -> dict[str, Any]:
    """Return the whole profile, of a cluster with this version of Slurm."""
    launchers = {}
    for name, launcher in WITHOUT_MPI.launchers.items():
        said = {key: value for key, value in launcher._asdict().items() if value}
        launchers[name] = said | {key: dict(said[key]) for key in ("exports", "variables") if key in said}
    return {**PROFILE, "slurm": slurm, "launchers": launchers}


def compiled(job: Mapping[str, Any], slurm: str) -> Compiled:
    """Compile a spec of one job, `probed`, beside a file of the profile."""

    def read(path: str) -> bytes:
        if path.endswith("mixed.yaml"):
            return json.dumps(profile(slurm)).encode()
        raise FileNotFoundError(2, "No such file or directory", path)

    spec = {"relionc": 1, "cluster": HERE, "relion": "3.1", "jobs": {"probed": job}}
    return compile_spec(Request("spec.yaml", json.dumps(spec).encode()), Disk(read, lambda *_: None))


def job_of(kind: str, resources: Mapping[str, Any], *, gpu: bool, layout: str = "auto") -> dict[str, Any]:
    """Return a job of a spec that knows how few its data are, so that memory is the user's choice."""
    switch: dict[str, Any] = {"use_gpu": gpu}
    if kind == "motioncorr":
        switch = MOTIONCOR2 if gpu else {}
    job = {
        "type": kind,
        "options": {**INPUTS[kind], **switch},
        "resources": dict(resources),
        "layout": layout,
    }
    return job if kind == "motioncorr" else {**job, "data": {"particles": 1000, "box": 64}}


# --- demands that may fit -----------------------------------------------------------------------------------


def draw(rng: Random, layout: str) -> dict[str, Any]:
    """Return a random job; whether it fits is not looked at."""
    kind, gpu = rng.choice(["class2d", "class3d", "refine3d", "motioncorr"]), rng.random() < 0.45
    wishes = {**_amounts(rng), **_memory(rng), **(_gpus(rng, kind) if gpu else {})}
    for share, name, choices in (
        (
            0.6,
            "partition",
            ["gpu", "slice", "pairs"] if gpu else ["main", "short", "many", "part", "lean", "slice"],
        ),
        (
            0.25,
            "constraint",
            ["thin", "wide", "x86", "ib", "x86&ib", "thin|wide", "[thin|power]", "[gold|old]"],
        ),
        (0.25, "scratch", ["20G", "50G", "200G"]),
        (0.2, "exclusive", [True]),
        (0.2, "time", ["10", "1:00:00", "8:00:00"]),
    ):
        if rng.random() < share:
            wishes[name] = rng.choice(choices)
    return job_of(kind, wishes, gpu=gpu, layout=layout)


def _amounts(rng: Random) -> dict[str, int]:
    ranges = {"nodes": (0.4, 1, 4), "ntasks": (0.4, 1, 24), "ntasks_per_node": (0.1, 1, 6)}
    found = {
        name: rng.randint(low, high) for name, (share, low, high) in ranges.items() if rng.random() < share
    }
    return found | ({"cpus_per_task": rng.choice([1, 1, 2, 3, 4, 5, 8])} if rng.random() < 0.5 else {})


def _memory(rng: Random) -> dict[str, str]:
    dice = rng.random()
    if dice < 0.3:
        return {"mem_per_cpu": rng.choice(["512M", "1500M", "2G", "3G", "5G", "7G"])}
    return {"mem": rng.choice(["10G", "17G", "30G", "47G"])} if dice < 0.5 else {}


def _gpus(rng: Random, kind: str) -> dict[str, Any]:
    found = {"gpus": rng.choice(["a100", "k20", "a100:1", "a100:2", "k20:2", {"per_node": 2}, 4])}
    return found | ({"ranks_per_gpu": 2} if kind != "motioncorr" and rng.random() < 0.2 else {})


# --- demands that no Slurm could meet -----------------------------------------------------------------------


def infeasible(kind: str, rng: Random) -> dict[str, Any]:
    """Return a random job that asks for more than nodes or partitions have, of one kind of `KINDS`."""
    wishes = KINDS[kind](rng)
    gpu = "gpus" in wishes
    return job_of("motioncorr" if gpu else "class2d", wishes, gpu=gpu, layout="homogeneous")


def _nodes_there(rng: Random) -> dict[str, Any]:
    partition = rng.choice(["main", "many", "lean"])
    there = sum(ROOM[kind] for kind in PROFILE["partitions"][partition]["node_types"])
    return {"partition": partition, "nodes": there + rng.randint(1, 9)}


def _cpus_of_node(rng: Random) -> dict[str, Any]:
    partition, most = rng.choice([("main", 48), ("short", 32), ("many", 32)])
    cpus = rng.choice([2, 4, 8])
    return {
        "partition": partition,
        "nodes": 2,
        "ntasks_per_node": most // cpus + rng.randint(1, 5),
        "cpus_per_task": cpus,
    }


def _cpus_of_partition(rng: Random) -> dict[str, Any]:
    partition, most = rng.choice([("part", 10), ("slice", 8)])
    cpus = rng.choice([1, 2])
    return {"partition": partition, "nodes": 2, "ntasks_per_node": most // cpus + 1, "cpus_per_task": cpus}


def _memory_of_cpus(rng: Random) -> dict[str, Any]:
    cpus, gib = rng.choice([(4, 70), (8, 40), (12, 22)])
    return {
        "partition": "main",
        "nodes": 1,
        "ntasks_per_node": 1,
        "cpus_per_task": cpus,
        "mem_per_cpu": f"{gib}G",
    }


KINDS = {
    "more nodes than there are": _nodes_there,
    "more nodes than MaxNodes": lambda rng: {"partition": "short", "nodes": rng.randint(5, 9)},
    "fewer nodes than MinNodes": lambda rng: {"partition": rng.choice(["many", "pairs"]), "nodes": 1},
    "more CPUs than a node has": _cpus_of_node,
    "more CPUs than MaxCPUsPerNode": _cpus_of_partition,
    "whole nodes beyond MaxCPUsPerNode": lambda rng: {
        "partition": rng.choice(["part", "slice"]),
        "nodes": rng.randint(1, 2),
        "exclusive": True,
    },
    "more memory than a node has": lambda rng: {
        "partition": "main",
        "nodes": 1,
        "mem": f"{rng.randint(251, 900)}G",
    },
    "more memory than CPUs of a node leave": _memory_of_cpus,
    "more memory than MaxMemPerNode": lambda rng: {
        "partition": "lean",
        "nodes": 2,
        "mem": f"{rng.randint(49, 60)}G",
    },
    "more GPUs than a node has": lambda rng: {
        "partition": "gpu",
        "nodes": 1,
        "gpus": f"{rng.choice(['a100', 'k20'])}:{rng.randint(5, 8)}",
    },
    "GPUs of a type that the partition has not": lambda rng: {
        "partition": "pairs",
        "nodes": 2,
        "gpus": f"a100:{rng.randint(1, 2)}",
    },
    "features that the partition has not": lambda rng: {
        "partition": rng.choice(["main", "part"]),
        "nodes": 1,
        "constraint": rng.choice(["power", "gold", "ib&big", "old|gold"]),
    },
    "more time than MaxTime": lambda rng: {
        "partition": "short",
        "nodes": 1,
        "time": f"{rng.randint(2, 20)}:00:00",
    },
    "more scratch than a node has": lambda rng: {
        "partition": "main",
        "nodes": 1,
        "scratch": f"{rng.randint(801, 3000)}G",
    },
}
"""Why Slurm refuses a demand, and a demand that it refuses for that."""


def naive(job: Mapping[str, Any]) -> str:
    """Return the script that somebody writes who puts the same wishes into sbatch's words, without relionc."""
    wishes = dict(job["resources"])
    gres = [f"gpu:{wishes.pop('gpus')}"] if "gpus" in wishes else []
    if "scratch" in wishes:
        gres.append(f"lscratch:{wishes.pop('scratch')[:-1]}")
    options = [f"{name.replace('_', '-')}={value}" for name, value in wishes.items() if value is not True]
    options += [name for name, value in wishes.items() if value is True]
    options += [f"gres={','.join(gres)}"] if gres else []
    return "\n".join(["#!/bin/bash", *(f"#SBATCH --{option}" for option in options), "true", ""])
