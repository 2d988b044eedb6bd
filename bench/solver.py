"""What one layout costs: the solver beside CP-SAT on the same problem, and beside itself where the site is larger.

Sites are random, of as many node types as a line says; both are asked the same of the same site, each from plain data
to the costs of the best layout (which are compared). CP-SAT is OR-tools', with one worker, and the model is the one
that the tests check the solver with (`tests/oracle`). Times are the processor's.

Usage: python bench/solver.py [rounds]
"""

from __future__ import annotations

import statistics
import sys
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "oracle"), str(ROOT / "tests" / "plan")]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SITES = 12
SWEEP, SOLVED = 10_000, 200
MEMORY = (
    "worker",
    "worker_per_thread",
    "worker_assumed",
    "leader",
    "leader_assumed",
    "vram",
    "vram_per_thread",
    "vram_assumed",
)
LIMITS = ("max_time", "max_nodes", "min_nodes", "max_cpus_per_node", "max_mem_per_node", "max_mem_per_cpu")


class Line(NamedTuple):
    """One line of the table: seconds of what is measured on each site, and of what it is compared with."""

    name: str
    ours: list[float]
    other: list[float]
    than: str


# --- sites and jobs -------------------------------------------------------------------------------------------


def node_type(draw: Random, name: str) -> dict[str, Any]:
    """A kind of node as clusters have them; every second one has GPUs."""
    gpus = draw.choice([0, 0, 0, 2, 4, 8])
    cpus = draw.choice([32, 56, 72, 128])
    return {
        "name": name, "count": draw.randint(4, 100), "cpus": cpus, "core": 2,
        "memory": cpus * draw.choice([2, 4, 8]) * 1024, "scratch": draw.choice([400, 800, 1600]),
        "gpus": gpus, "gpu_type": draw.choice(["k", "p", "v"]) if gpus else "",
        "vram": draw.choice([12, 16, 32]) if gpus else 0, "cpus_per_gpu": draw.choice([0, 14]) if gpus else 0,
        "gpu_threads": draw.choice([0, 4, 7]) if gpus else 0, "features": [],
    }  # fmt: skip


def site(seed: int, kinds: int) -> dict[str, Any]:
    """A site of so many node types, in three partitions."""
    draw = Random(seed)
    nodes = [node_type(draw, f"n{i:03d}") for i in range(kinds)]
    names = [[node["name"] for node in nodes[part::3]] for part in range(3)]
    partitions = [
        {"name": f"p{i}", "node_types": some, "default": i == 0} for i, some in enumerate(names) if some
    ]
    return {
        "node_types": nodes,
        "partitions": [dict.fromkeys(LIMITS) | each for each in partitions],
        "slurm": True,
        "modes": ["heterogeneous", "homogeneous", "homogeneous+1", "hetjob", "one-task-per-node"],
        "memory_flag": "either",
        "policy": {"gpu_threads": 2, "mem_per_cpu": 2048, "ntasks": 64, "idle_cpus": {"hetjob": 16}},
    }


def job(*, gpu: bool, **pins: Any) -> dict[str, Any]:
    """A classification with a leader and these wishes."""
    gib = {"worker": 6.0, "worker_per_thread": 0.25, "leader": 4.0, "vram": 6.0, "vram_per_thread": 0.25}
    return {
        "leader": True, "serial": False, "threads": True, "gpu": gpu, "one_rank_per_gpu": False, "single_gpu": False,
        "interactive": False,
        "items": 105_247, "usual_cpus": 4, "rules": [{"minimum": 2, "maximum": None, "odd": False}], "scratch": 200,
        "memory": dict.fromkeys(MEMORY, 0.0) | gib, "pins": pins,
    }  # fmt: skip


JOBS = {
    "on CPUs": job(gpu=False),  # as many ranks as usual
    "on GPUs": job(gpu=True),
    "24 GPUs": job(gpu=True, gpus=24),
    "4 nodes with GPUs": job(gpu=True, nodes=4),
}


# --- what is measured -----------------------------------------------------------------------------------------


def by_relionc(given: dict[str, Any]) -> dict[str, float] | None:
    """Solve an instance from plain data."""
    from instances import asked

    from relionc.plan.problem import problem
    from relionc.solve import Solution, search

    whole = problem(asked(given))
    found = search(whole)
    names = [objective.name for objective in whole.objectives]
    return dict(zip(names, found.costs, strict=True)) if isinstance(found, Solution) else None


def conflict(given: dict[str, Any]) -> tuple[str, ...]:
    """Return the plainest conflict of an instance."""
    from instances import asked

    from relionc.plan.plainest import plainest_conflict
    from relionc.plan.problem import problem
    from relionc.solve import Refutation, search

    whole = problem(asked(given))
    found = search(whole)
    if not isinstance(found, Refutation):
        sys.exit("the instance has a layout, so there is no conflict to time")
    return plainest_conflict(whole, found).labels


def seconds(action: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of an action."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return statistics.median(found)


def on_sites(kinds: int, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a job on sites of so many node types."""
    return [{"site": site(seed, kinds), "demand": wanted} for seed in range(SITES)]


def of_each(
    action: Callable[[dict[str, Any]], object], given: list[dict[str, Any]], rounds: int
) -> list[float]:
    """Return the seconds of an action on each site."""
    return [seconds(partial(action, each), rounds) for each in given]


def beside_cp_sat(kinds: int, rounds: int) -> Iterator[Line]:
    """One ask of each kind of job on sites of so many node types."""
    from by_cpsat import best

    for words, wanted in JOBS.items():
        given = on_sites(kinds, wanted)
        for each in given:
            costs, same = by_relionc(each), best(each)
            if (costs is None) != (same is None) or any(
                same.get(k, 0) != v for k, v in (costs or {}).items()
            ):
                sys.exit(f"relionc and CP-SAT disagree:\n{costs}\n{same}")
        ours, theirs = of_each(by_relionc, given, rounds), of_each(best, given, 1)
        yield Line(f"{kinds} node types, {words}", ours, theirs, "CP-SAT")


def many_kinds(rounds: int) -> Iterator[Line]:
    """Sites of 1,000 node types, beside those of 200."""
    for words, wanted in JOBS.items():
        more, fewer = (of_each(by_relionc, on_sites(kinds, wanted), rounds) for kinds in (1000, 200))
        yield Line(f"1,000 node types, {words}", more, fewer, "200 node types")


def many_nodes(rounds: int) -> Iterator[Line]:
    """A site of 10,000 equal nodes, beside one of 10."""
    for gpu in (False, True):
        sizes = []
        for count in (10, 10_000):
            nodes = site(0, 1)
            gpus = {"gpus": 4, "gpu_type": "p", "vram": 16} if gpu else {"gpus": 0, "gpu_type": "", "vram": 0}
            nodes["node_types"][0] |= {"count": count, **gpus}
            sizes.append(
                seconds(
                    partial(by_relionc, {"site": nodes, "demand": JOBS["24 GPUs" if gpu else "on CPUs"]}),
                    5 * rounds,
                )
            )
        yield Line(f"10,000 nodes, {'24 GPUs' if gpu else 'on CPUs'}", sizes[1:], sizes[:1], "10 nodes")


def refused(rounds: int) -> Iterator[Line]:
    """An ask that no layout meets, with its conflict, beside one that has a layout."""
    for kinds in (20, 200):
        fine = {"site": site(0, kinds), "demand": JOBS["24 GPUs"]}
        unmet = {"site": site(0, kinds), "demand": job(gpu=True, nodes=2, gpus=24)}
        ours, other = seconds(partial(conflict, unmet), rounds), seconds(partial(by_relionc, fine), rounds)
        yield Line(f"{kinds} node types, conflict", [ours], [other], "a layout")


def sweep() -> Line:
    """Ten thousand jobs that are alike but for a name: asked of one memory, and (from a part of them) each anew."""
    from asking import compiled, spec

    from relionc import site as sites
    from relionc.plan import Known

    cluster = sites.builtin("biowulf")
    wanted = spec({"type": "class3d", "resources": {"gpus": 16}, "data": {"particles": 105_247, "box": 360}})
    (plan,) = compiled(wanted).plans
    known = Known()
    start = time.process_time()
    for _ in range(SWEEP):
        known.answer(plan.job, cluster)
    middle = time.process_time()
    for _ in range(SOLVED):
        Known().answer(plan.job, cluster)
    each = (time.process_time() - middle) * SWEEP / SOLVED
    return Line(f"{SWEEP:,} asks of a sweep", [middle - start], [each], f"solving each (from {SOLVED})")


def lines(rounds: int) -> Iterator[Line]:
    for kinds in (20, 200):
        yield from beside_cp_sat(kinds, rounds)
    yield from many_kinds(rounds)
    yield from many_nodes(rounds)
    yield from refused(rounds)
    yield sweep()


def main(argv: list[str]) -> int:
    """Measure and print."""
    rounds = max(3, int(argv[0])) if argv else 5
    print(
        f"medians of {rounds} rounds on {SITES} sites; x = the other's time over relionc's, the least of a site\n"
    )
    print(f"{'':34} {'ms':>9} {'worst site':>11} {'ms, other':>11} {'x':>8}   other")
    for name, ours, other, than in lines(rounds):
        least = min(theirs / mine for mine, theirs in zip(ours, other, strict=True))
        medians = 1000 * statistics.median(ours), 1000 * max(ours), 1000 * statistics.median(other)
        print(
            f"{name:34} {medians[0]:9.2f} {medians[1]:11.2f} {medians[2]:11.2f} {least:8.2f}   {than}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
