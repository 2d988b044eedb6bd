"""Random specs over the built-in clusters, of a few wishes each: many contradict themselves or the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asking import MOTIONCOR2, profile, spec

if TYPE_CHECKING:
    from random import Random

CLUSTERS = {"biowulf": 2, "biowulf-2018": 10, "lab": 6, "local": 2}
"""With how often: the larger a site, the longer a refusal takes."""
CARELESS = 0.1
"""How many specs may hold wishes that no cluster could understand, which are refused before any layout is sought."""
COUNTS = (1, 2, 3, 4, 5, 7, 8, 16, 17, 33)
MEMORY = ("2G", "4200M", "30G", "120G", "400G")
GPU_TYPES = {
    "biowulf": ("a100", "p100", "l40", "h200"),
    "biowulf-2018": ("k80", "p100"),
    "lab": ("k80", "p100"),
}
OPTIONS = {
    "nr_mpi": COUNTS,
    "nr_threads": (1, 2, 4, 12),
    "gpu_ids": ("0", "0:1", "0:1:2:3", "0,1:2,3", "1:3", "0,1,2,3"),
    "do_preread_images": (True, False),
}
HAS = {
    "import": (),
    "motioncorr": ("nr_mpi", "nr_threads", "gpu_ids"),
    "ctffind": ("nr_mpi",),
    "class2d": tuple(OPTIONS),
    "class3d": tuple(OPTIONS),
    "refine3d": tuple(OPTIONS),
}
LAYOUTS = ("heterogeneous", "homogeneous", "homogeneous+1", "auto")


def request(draw: Random) -> dict[str, Any]:
    """Return a spec of one job with up to five wishes for resources, up to two options, perhaps a layout and data."""
    cluster = draw.choices([*CLUSTERS], [*CLUSTERS.values()])[0]
    kind = draw.choice([*HAS, "class3d", "refine3d"])
    options = {name: draw.choice(OPTIONS[name]) for name in _some(draw, HAS[kind], 2)}
    if kind == "motioncorr" and draw.random() < 0.5:
        options |= MOTIONCOR2
    resources = _resources(draw, cluster)
    if draw.random() > CARELESS:
        uses_gpus = kind in ("class2d", "class3d", "refine3d") or "do_own_motioncor" in options
        resources = _understood(resources, cluster, uses_gpus=uses_gpus, ranks="nr_mpi" in options)
    job: dict[str, Any] = {"type": kind, "options": options, "resources": resources}
    if draw.random() < 0.25:
        job["layout"] = draw.choice(LAYOUTS)
    if draw.random() < 0.5:
        job["data"] = {"particles": draw.choice([1000, 105247, 2000000]), "box": draw.choice([200, 360, 700])}
    return spec(job, cluster=cluster)


def _some(draw: Random, names: tuple[str, ...], most: int) -> list[str]:
    return draw.sample(names, min(draw.randint(0, most), len(names)))


def _resources(draw: Random, cluster: str) -> dict[str, Any]:
    wishes = {
        "partition": lambda: draw.choice([*profile(cluster).partitions] or ["none"]),
        "nodes": lambda: draw.choice([*COUNTS, 500]),
        "ntasks": lambda: draw.choice([*COUNTS, 64, 257]),
        "ntasks_per_node": lambda: draw.choice(COUNTS),
        "cpus_per_task": lambda: draw.choice([1, 2, 3, 4, 8, 16, 60]),
        "gpus": lambda: _gpus(draw, cluster),
        "ranks_per_gpu": lambda: draw.randint(1, 3),
        "mem_per_cpu": lambda: draw.choice(MEMORY),
        "mem": lambda: draw.choice(MEMORY),
        "scratch": lambda: draw.choice(["5G", "100G", "900G", "9000G"]),
        "time": lambda: draw.choice(["30", "1-00:00:00", "20-0", "UNLIMITED"]),
        "exclusive": lambda: draw.random() < 0.5,
    }
    return {name: wishes[name]() for name in _some(draw, tuple(wishes), 5)}


def _understood(wishes: dict[str, Any], cluster: str, *, uses_gpus: bool, ranks: bool) -> dict[str, Any]:
    """Return the wishes that mean something there, and of two that say the same only one."""
    by_cpu = profile(cluster).memory_flag == "per_cpu" or "mem_per_cpu" in wishes
    queue = profile(cluster).scheduler == "slurm"
    without = {
        "mem": by_cpu,
        "ntasks": ranks,
        "gpus": not uses_gpus,
        "ranks_per_gpu": not uses_gpus or "gpus" not in wishes,
        "partition": not queue,
    }
    return {name: value for name, value in wishes.items() if not without.get(name)}


def _gpus(draw: Random, cluster: str) -> Any:
    kind, count = draw.choice(GPU_TYPES.get(cluster, ("any",))), draw.randint(1, 9)
    shapes = [
        draw.randint(1, 20),
        kind,
        f"{kind}:{count}",
        {"type": kind, "per_node": count},
        {"per_node": count},
    ]
    return draw.choice(shapes)
