"""RELION's own rank-to-device rules, on the placements that users reported."""

from __future__ import annotations

import pytest

from relionc.plan.gpus import highest, parse_ids, rank_devices, worker_devices


def mapping(hosts: list[int], gpus: int, *, threads: int = 1, ids: str = "") -> list[list[tuple[int, ...]]]:
    """Return, for each host, the devices of its workers in rank order; `hosts[i]` is the host of rank i, 0 leads."""
    on_host = [hosts[1:].count(host) for host in range(max(hosts) + 1)]
    found: list[list[tuple[int, ...]]] = [[] for _ in on_host]
    for worker, host in enumerate(hosts[1:]):
        found[host].append(worker_devices(ids, worker, on_host[host], gpus, threads))
    return found


def singles(*numbers: int) -> list[tuple[int, ...]]:
    return [(number,) for number in numbers]


def blocks(*counts: int) -> list[int]:
    return [host for host, count in enumerate(counts) for _ in range(count)]


def cyclic(ranks: int, hosts: int) -> list[int]:
    return [rank % hosts for rank in range(ranks)]


def test_a_leader_beside_equal_workers_uses_every_device_of_every_host():
    assert mapping(blocks(5, 4, 4, 4), 4) == [singles(0, 1, 2, 3)] * 4


def test_equal_ranks_without_a_hostfile_double_a_device():
    """--ntasks-per-node=5 in blocks: the first host has four workers, the others five."""
    first, *others = mapping(blocks(5, 5, 5, 5), 4)
    assert first == singles(0, 1, 2, 3)
    assert others[0] == singles(3, 0, 0, 1, 2)
    for host in others:
        assert sorted(device for (device,) in host) == [0, 0, 1, 2, 3]


def test_cyclic_ranks_leave_three_quarters_of_the_devices_idle():
    hosts = mapping(cyclic(17, 4), 4)
    assert hosts[1:] == [singles(0, 0, 0, 0), singles(1, 1, 1, 1), singles(2, 2, 2, 2)]
    assert hosts[0] == singles(3, 3, 3, 3)


def test_seven_ranks_on_each_of_six_hosts_share_two_devices():
    first, *others = mapping(blocks(7, 7, 7, 7, 7, 7), 2)
    assert sorted(device for (device,) in first) == [0, 0, 0, 1, 1, 1]
    assert all(
        sorted(device for (device,) in host) in ([0] * 4 + [1] * 3, [0] * 3 + [1] * 4) for host in others
    )


def test_five_cyclic_ranks_on_two_hosts_double_one_device_and_idle_the_other():
    assert mapping(cyclic(5, 2), 2) == [singles(1, 1), singles(0, 0)]


def test_threads_of_one_worker_straddle_two_devices():
    """Six workers of eight threads on four devices: worker 2 has threads on two of them, counting from 1."""
    (host,) = mapping(blocks(7), 4, threads=8)
    assert host == [(0,), (0, 1), (1,), (2,), (2, 3), (3,)]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("0:1:2:3", singles(0, 1, 2, 3)),
        ("0:1", singles(0, 1, 0, 1)),
        ("0,1,2,3", [(0, 1, 2, 3)] * 4),
        ("2", singles(2, 2, 2, 2)),
        ("0,1:2,3", [(0, 1), (2, 3), (0, 1), (2, 3)]),
        (" 0:1", singles(0, 1, 2, 3)),  # does not begin with a digit: automatic
        ("GPU-8932f937", singles(0, 1, 2, 3)),
        ("", singles(0, 1, 2, 3)),
    ],
)
def test_a_list_is_repeated_over_the_workers(ids, expected):
    (host,) = mapping(blocks(5), 4, threads=4, ids=ids)
    assert host == expected


def test_a_worker_uses_no_more_devices_of_its_list_than_it_has_threads():
    assert worker_devices("0,1,2,3", 0, 1, 4, 2) == (0, 1)


def test_one_rank_per_device_counts_global_ranks():
    assert [rank_devices("", rank, 4) for rank in range(8)] == singles(0, 1, 2, 3, 0, 1, 2, 3)
    assert [rank_devices("0:1:0:1", rank, 2) for rank in range(4)] == singles(0, 1, 0, 1)
    assert rank_devices("0:1", 2, 2) == (), "a list is not repeated here"
    assert rank_devices("", 0, 0) == ()


@pytest.mark.parametrize(
    ("ids", "most"), [("", -1), ("0:1", 1), ("3", 3), ("0,7:2", 7), ("x5", -1), ("0:", 0)]
)
def test_the_highest_device_of_a_list(ids, most):
    assert highest(ids) == most


def test_parse_ids_separates_ranks_and_threads():
    assert parse_ids("0,1:2") == (("0", "1"), ("2",))
    assert parse_ids("all") == ()
