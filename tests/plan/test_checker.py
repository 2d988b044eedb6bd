"""The checker of plans is not satisfied with plans that are spoilt: it has a word for every number of a layout."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from asking import compiled, plan, profile, spec
from checker import complaints

if TYPE_CHECKING:
    from collections.abc import Callable

PARTICLES = {"particles": 105247, "box": 360}
JOBS: dict[str, dict[str, Any]] = {
    "heterogeneous": {"resources": {"ntasks": 9}},
    "homogeneous": {"type": "ctffind", "resources": {"nodes": 2, "ntasks_per_node": 4}},
    "homogeneous+1": {"data": PARTICLES, "resources": {"gpus": "p100", "nodes": 2}},
    "one-task-per-node": {"resources": {"gpus": "p100", "nodes": 2}},
    "hetjob": {"resources": {"gpus": "p100", "nodes": 2}},
}


@cache
def made(mode: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a sound plan of this mode, and the job that asked for it."""
    value = spec({"layout": mode, **JOBS[mode]}, cluster="lab")
    return plan(compiled(value)), value["jobs"]["a"]


def said(mode: str, spoil: Callable[[dict[str, Any]], None]) -> list[str]:
    sound, job = made(mode)
    spoilt = copy.deepcopy(sound)
    spoil(spoilt)
    return complaints(spoilt, profile("lab"), job)


@pytest.mark.parametrize("mode", JOBS)
def test_a_plan_as_it_is_made_is_sound(mode):
    assert made(mode)[0]["mode"] == mode
    assert said(mode, lambda _: None) == []


ONE_MORE = ("nodes", "ntasks", "ntasks_per_node", "cpus_per_slot", "slots")


@pytest.mark.parametrize("mode", JOBS)
@pytest.mark.parametrize("key", ONE_MORE)
def test_one_more_or_less_of_anything_is_found(mode, key):
    for change in (1, -1):
        assert said(mode, lambda each, change=change: each.update({key: each[key] + change})), change


@pytest.mark.parametrize("mode", JOBS)
def test_ranks_elsewhere_are_found(mode):
    def swap(each: dict[str, Any]) -> None:
        ranks = each["ranks"]
        ranks[0]["node"], ranks[-1]["node"] = ranks[-1]["node"], ranks[0]["node"]

    if made(mode)[0]["nodes"] > 1:
        assert said(mode, swap)
    assert said(mode, lambda each: each["ranks"].pop())


@pytest.mark.parametrize("mode", ["homogeneous+1", "one-task-per-node", "hetjob"])
def test_other_gpus_are_found(mode):
    def change(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
        return lambda each: each.update({key: value})

    assert said(mode, change("gpus_per_node", 9))
    assert said(mode, change("gpus_per_node", 3))
    assert said(mode, change("gpu_type", "k80"))
    assert said(mode, change("workers_per_gpu", 2))
    assert said(mode, lambda each: each["ranks"][-1].update(gpus=[]))
    assert said(mode, lambda each: each["vram_per_worker"].append({"what": "a map", "gib": 17}))


@pytest.mark.parametrize("mode", JOBS)
def test_memory_beyond_the_node_is_found(mode):
    def more(each: dict[str, Any]) -> None:
        key = "mem_per_cpu_mib" if each.get("mem_per_cpu_mib") else "mem_per_node_mib"
        each[key] *= 1000

    assert said(mode, more)
    assert said(mode, lambda each: each["memory_per_rank"].append({"what": "a map", "gib": 900}))
    assert said(mode, lambda each: each.update(mem_per_cpu_mib=1024, mem_per_node_mib=1024))


@pytest.mark.parametrize("mode", JOBS)
def test_time_disk_and_features_beyond_the_partition_are_found(mode):
    assert said(mode, lambda each: each.update(time_s=10**8))
    assert said(mode, lambda each: each.update(scratch_gib=10**6))
    assert said(mode, lambda each: each.update(constraint="nowhere"))


def test_more_workers_than_particles_are_found():
    sound, job = made("homogeneous+1")
    few = {**job, "data": {"particles": sound["ntasks"] - 2, "box": 360}}
    assert complaints(sound, profile("lab"), few)


def test_a_leader_in_the_wrong_place_is_found():
    assert said("hetjob", lambda each: each.update(leader_group=None))
    assert said("hetjob", lambda each: each["leader_group"].update(node_type=each["node_type"]))
    group = made("hetjob")[0]["leader_group"]
    assert said("homogeneous+1", lambda each: each.update(leader_group=group))
    assert said("hetjob", lambda each: each["leader_group"].update(cpus=99))
    assert said("homogeneous+1", lambda each: each["ranks"][1].update(role="leader"))
