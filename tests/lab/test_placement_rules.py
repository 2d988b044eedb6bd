"""The judge of placements knows bad ones: shapes that users reported, by RELION's own formula."""

from __future__ import annotations

from typing import Any

from . import placement


def probe_line(rank: int, size: int, host: str) -> str:
    return f"PROBE program=x rank={rank} size={size} host={host} local=0 cpus=1 cpus_on_node=4 gpus=0,1,2,3 scratch="


def job(size: int) -> dict[str, Any]:
    roles = ["leader", *["worker"] * (size - 1)]
    ranks = [
        {"rank": i, "role": role, "node": 0, "cpus": 1, "gpus": [(i - 1) % 4] if i else []}
        for i, role in enumerate(roles)
    ]
    return {"ranks": ranks, "use_gpu": True, "threads": 1}


def devices(hosts: list[str]) -> list[tuple[int, ...]]:
    text = "\n".join(probe_line(rank, len(hosts), host) for rank, host in enumerate(hosts))
    nodes = sorted(set(hosts))
    return [each.gpus for each in placement.happened(placement.rows(text), nodes, job(len(hosts)))]


def test_blocks_of_four_workers_use_every_gpu() -> None:
    hosts = ["a"] * 5 + ["b"] * 4 + ["c"] * 4
    assert devices(hosts) == [(), *[(0,), (1,), (2,), (3,)] * 3]


def test_cyclic_workers_pile_up_on_one_gpu_of_each_node() -> None:
    used = devices([host for _ in range(4) for host in "abcd"] + ["a"])
    assert set(used[1::4]) == {(0,)}  # node b: ranks 1, 5, 9, 13
    assert set(used[2::4]) == {(1,)}


def test_threads_of_one_worker_may_straddle_two_devices() -> None:
    assert placement.worker_devices(rank=2, on_host=6, devices=4, threads=8) == (0, 1)


def test_a_rank_on_the_wrong_node_is_named() -> None:
    text = "\n".join(probe_line(rank, 5, "b" if rank == 3 else "a") for rank in range(5))
    plan = job(5)
    real = placement.happened(placement.rows(text), ["a", "b"], plan)
    named = [line.split(":")[0] for line in placement.differences(placement.planned(plan), real)]
    assert "rank 3" in named


def test_a_rank_that_never_ran_is_named() -> None:
    plan = job(5)
    text = "\n".join(probe_line(rank, 5, "a") for rank in range(4))
    real = placement.happened(placement.rows(text), ["a"], plan)
    assert any(
        line.startswith("rank 4:") and line.endswith("was None")
        for line in placement.differences(placement.planned(plan), real)
    )
