"""Random requests on the built-in clusters: a plan that an independent checker accepts, or a finding that helps."""

from __future__ import annotations

from typing import Any

from asking import MOTIONCOR2, changed, compiled, plan, profile, spec
from checker import complaints
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from relionc.diag import ERROR
from relionc.diag.codes import CODES

CLUSTERS = ("biowulf", "biowulf-2018", "lab", "local")
COUNTS = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 16, 17, 33])
GPU_TYPES = {
    "biowulf": ("a100", "p100", "l40", "h200"),
    "biowulf-2018": ("k80", "p100"),
    "lab": ("k80", "p100"),
}


def optional(keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def gpus(cluster: str) -> st.SearchStrategy[Any]:
    kinds = st.sampled_from(GPU_TYPES.get(cluster, ("any",)))
    per_node = st.integers(1, 9)
    return st.one_of(
        st.integers(1, 20),
        kinds,
        st.builds("{}:{}".format, kinds, per_node),
        st.builds(lambda kind, count: {"type": kind, "per_node": count}, kinds, per_node),
        st.builds(lambda count: {"per_node": count}, per_node),
    )


def resources(cluster: str) -> st.SearchStrategy[dict[str, Any]]:
    names = [*profile(cluster).partitions] or ["none"]
    memory = st.sampled_from(["2G", "4200M", "30G", "120G"])
    return optional(
        {
            "partition": st.sampled_from(names),
            "nodes": st.one_of(COUNTS, st.just(500)),
            "ntasks": st.one_of(COUNTS, st.sampled_from([64, 257])),
            "ntasks_per_node": COUNTS,
            "cpus_per_task": st.sampled_from([1, 2, 3, 4, 8, 16, 60]),
            "gpus": gpus(cluster),
            "ranks_per_gpu": st.integers(1, 3),
            "mem_per_cpu": memory,
            "mem": memory,
            "scratch": st.sampled_from(["5G", "100G", "900G", "9000G"]),
            "time": st.sampled_from(["30", "1-00:00:00", "20-0", "UNLIMITED"]),
            "exclusive": st.booleans(),
        }
    )


OPTIONS = {
    "nr_mpi": COUNTS,
    "nr_threads": st.sampled_from([1, 2, 4, 12]),
    "gpu_ids": st.sampled_from(["0", "0:1", "0:1:2:3", "0,1:2,3", "1:3", "0,1,2,3"]),
    "do_preread_images": st.booleans(),
}
HAS = {
    "import": (),
    "motioncorr": ("nr_mpi", "nr_threads", "gpu_ids"),
    "ctffind": ("nr_mpi",),
    "class2d": tuple(OPTIONS),
    "class3d": tuple(OPTIONS),
    "refine3d": tuple(OPTIONS),
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    cluster = draw(st.sampled_from(CLUSTERS))
    kind = draw(st.sampled_from([*HAS, "class3d", "refine3d"]))
    wishes = draw(resources(cluster))
    options = draw(optional({name: OPTIONS[name] for name in HAS[kind]}))
    if kind == "motioncorr" and draw(st.booleans()):
        options |= MOTIONCOR2
    job: dict[str, Any] = {"type": kind, "options": options, "resources": few(draw, wishes)}
    if draw(st.integers(0, 3)) == 0:
        job["layout"] = draw(st.sampled_from(["heterogeneous", "homogeneous", "homogeneous+1", "auto"]))
    if draw(st.booleans()):
        job["data"] = {"particles": draw(st.sampled_from([1000, 105247, 2000000])), "box": 360}
    return spec(job, cluster=cluster)


def few(draw: st.DrawFn, wishes: dict[str, Any]) -> dict[str, Any]:
    """Most requests name a few resources; a dozen at once nearly always contradict each other."""
    most = draw(st.integers(0, 5))
    return dict(list(draw(st.permutations(sorted(wishes.items(), key=lambda item: item[0]))))[:most])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_a_request_gives_a_sound_plan_or_a_finding_with_a_place(value):
    result = compiled(value)
    note(str([(d.code, d.message) for d in result.diagnostics]))
    if result.plan is not None:
        assert complaints(plan(result), profile(value["cluster"]), value["jobs"]["a"]) == []
        return
    errors = [found for found in result.diagnostics if found.severity == ERROR]
    assert errors
    for found in errors:
        assert found.code in CODES
        assert found.span is not None
        assert not any(word in found.message for word in ("need:", "site:", "pin:", "None"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_every_suggestion_builds_when_it_is_followed(value):
    result = compiled(value)
    for found in result.diagnostics:
        if found.severity != ERROR or len(result.diagnostics) > 1:
            continue
        for suggestion in found.suggestions:
            new = value
            for route, said in suggestion.changes:
                new = changed(new, route, said)
            again = compiled(new)
            assert again.plan is not None, (suggestion, [(d.code, d.message) for d in again.diagnostics])
            made = plan(again)
            assert f"{made['mode']}: {made['nodes']} node" in suggestion.result
            assert f"{made['ntasks']} rank" in suggestion.result
