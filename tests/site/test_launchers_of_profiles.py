"""What a launcher can do: one answer for the profile and for scripts, and what contradicts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relionc import site
from relionc.pipeline.profile import from_value
from relionc.site.launchers import HOSTFILE, NOTHING, TASKS_PER_NODE, VARIABLE, has_daemons, places_by, start
from relionc.site.overlay import to_value

if TYPE_CHECKING:
    from relionc.site.types import Cluster, Launcher

HYDRA = ["mpiexec.hydra", "-n", "{ntasks}"]


def read(launcher: dict[str, Any], use: str = "batch", **more: Any) -> tuple[Cluster | None, list[Any]]:
    """Return what a small profile with this launcher is, and what is wrong with it."""
    batch = {"argv": ["srun", "-n", "{ntasks}"]}
    value = {
        "profile": 1,
        "name": "mine",
        "scheduler": "slurm",
        "node_types": {"a": {"count": 4, "cpus": 64, "memory": "243G"}},
        "partitions": {"p": {"node_types": ["a"], "default": True}},
        "launchers": {"batch": batch} | {use: launcher},
    }
    return from_value(value | more)


def good(launcher: dict[str, Any], use: str = "batch") -> Launcher:
    cluster, findings = read(launcher, use)
    assert findings == []
    assert cluster is not None
    assert from_value(to_value(cluster)) == (cluster, [])
    return cluster.launchers[use]


LAUNCHERS = {
    "srun": ({"arbitrary": ["-m", "arbitrary"], "hostfile_variable": "SLURM_HOSTFILE"}, VARIABLE, False),
    "a word of argv": ({"argv": ["mpiexec.hydra", "-f", "{hostfile}", "-n", "{ntasks}"]}, HOSTFILE, True),
    "words for placing": ({"argv": HYDRA, "arbitrary": ["-f", "{hostfile}"]}, HOSTFILE, True),
    "a variable alone": (
        {
            "argv": HYDRA,
            "hostfile_variable": "HYDRA_HOST_FILE",
            "places_ranks_by": "variable",
            "daemons": True,
        },
        VARIABLE,
        True,
    ),
    "tasks of each node": (
        {"argv": ["ibrun"], "exports": {"SLURM_TASKS_PER_NODE": "{tasks_per_node}"}},
        TASKS_PER_NODE,
        True,
    ),
    "nothing": ({"argv": HYDRA}, NOTHING, False),
    "one that says so": (
        {"argv": HYDRA, "places_ranks_by": "hostfile", "arbitrary": ["-f", "{hostfile}"], "daemons": False},
        HOSTFILE,
        False,
    ),
}


@pytest.mark.parametrize("name", LAUNCHERS)
def test_how_a_launcher_places_ranks_is_said_or_shown(name: str) -> None:
    said, way, daemons = LAUNCHERS[name]
    launcher = good({"argv": ["srun", "-n", "{ntasks}"]} | said)
    assert (places_by(launcher), has_daemons(launcher)) == (way, daemons)
    assert (start(launcher, placed=True, counted=True) is None) == (way == NOTHING)
    assert start(launcher, placed=False, counted=True) is not None


def test_the_words_and_the_variable_for_placing_are_there_only_where_ranks_are_placed() -> None:
    launcher = good({"argv": HYDRA, "arbitrary": ["-f", "{hostfile}"], "hostfile_row": "{host}:{count}"})
    placed, not_placed = (start(launcher, placed=placed, counted=True) for placed in (True, False))
    assert placed is not None
    assert not_placed is not None
    assert (placed.words[-2:], placed.row) == (("-f", "{hostfile}"), "{host}:{count}")
    assert (not_placed.words, not_placed.row) == (tuple(HYDRA), "")


def test_where_slurm_chooses_the_nodes_no_count_of_ours_is_given() -> None:
    by_words = good({"argv": [*HYDRA, "-ppn", "{ranks_per_node}"]})
    assert start(by_words, placed=False, counted=False) is None
    said = {"SLURM_TASKS_PER_NODE": "{tasks_per_node}", "A": "b"}
    by_variable = start(good({"argv": HYDRA, "exports": said}), placed=False, counted=False)
    assert by_variable is not None
    assert by_variable.exports == (("A", "b"),)


WRONG = [
    ({"places_ranks_by": "hostfil"}, "RL672", ("places_ranks_by",), "`hostfile`"),
    ({"places_ranks_by": "hostfile"}, "RL678", ("places_ranks_by",), "{hostfile}"),
    ({"places_ranks_by": "variable"}, "RL678", ("places_ranks_by",), "hostfile_variable"),
    ({"places_ranks_by": "tasks_per_node"}, "RL678", ("places_ranks_by",), "{tasks_per_node}"),
    ({"hostfile_variable": "HYDRA_HOST_FILE"}, "RL678", (), "places_ranks_by: variable"),
    ({"hostfile_row": "{host}"}, "RL678", ("hostfile_row",), "{hostfile}"),
    ({"arbitrary": ["-f", "{hostfile}"], "hostfile_row": "{hots}"}, "RL674", ("hostfile_row",), "{host}"),
    ({"arbitrary": ["-f", "{hostfile}"], "hostfile_row": "{rank}"}, "RL674", ("hostfile_row",), "{host}"),
    (
        {"arbitrary": ["-f", "{hostfile}"], "hostfile_row": "${A}{host}"},
        "RL655",
        ("hostfile_row",),
        "no variables",
    ),
    (
        {"arbitrary": ["-f", "{hostfile}"], "hostfile_row": "{host}$(id)"},
        "RL655",
        ("hostfile_row",),
        "no variables",
    ),
    ({"argv": ["mpiexec.hydra"]}, "RL674", ("argv",), "{ntasks}"),
]


@pytest.mark.parametrize(("changes", "code", "route", "advice"), WRONG, ids=lambda part: str(part)[:40])
def test_what_contradicts_itself_is_found(
    changes: dict[str, Any], code: str, route: tuple[str, ...], advice: str
) -> None:
    _, findings = read({"argv": HYDRA} | changes)
    assert [(f.code, f.route) for f in findings] == [(code, ("launchers", "batch", *route))]
    assert advice in findings[0].help


def test_a_launcher_inside_a_task_has_to_place_ranks() -> None:
    _, findings = read({"argv": ["mpirun", "-n", "{ntasks}"]}, "one_task_per_node")
    assert [f.code for f in findings] == ["RL674"]
    by_count = {"argv": ["mpirun", "-n", "{ntasks}"], "exports": {"SLURM_TASKS_PER_NODE": "{tasks_per_node}"}}
    assert places_by(good(by_count, "one_task_per_node")) == TASKS_PER_NODE


def test_nobody_writes_a_hostfile_without_a_scheduler() -> None:
    _, findings = read({"argv": [*HYDRA, "-f", "{hostfile}"]}, scheduler="none", partitions={})
    assert [(f.code, f.route) for f in findings] == [("RL674", ("launchers", "batch", "argv", 4))]


def test_a_wrapper_is_words_of_a_known_version() -> None:
    words = ["apptainer", "exec", "relion.sif"]
    launcher = {"argv": HYDRA}
    cluster, findings = read(launcher, wrapper={"4.0": words, "*": words}, versions=["4.0", "5.0"])
    assert findings == []
    assert cluster is not None
    assert cluster.wrapper == {"4.0": tuple(words), "*": tuple(words)}
    assert from_value(to_value(cluster)) == (cluster, [])
    shown = [row for table in site.describe(cluster) for row in table.rows]
    assert ("programs run in", "4.0: apptainer exec relion.sif; *: apptainer exec relion.sif") in shown
    _, (finding,) = read(launcher, wrapper={"3.0": words}, versions=["4.0", "5.0"])
    assert (finding.code, finding.route) == ("RL672", ("wrapper", "3.0"))
    _, (finding,) = read(launcher, wrapper={"*": ["apptainer exec relion.sif"]})
    assert (finding.code, finding.route) == ("RL670", ("wrapper", "*"))


SRUN = {
    "argv": ["srun", "-n", "{ntasks}"],
    "arbitrary": ["-m", "arbitrary"],
    "hostfile_variable": "SLURM_HOSTFILE",
}


@pytest.mark.parametrize("words", [["-N", "{nodes}"], ["-N4"], ["--nodes=4"], ["--nodes", "4"]])
@pytest.mark.parametrize("key", ["argv", "arbitrary"])
@pytest.mark.parametrize(
    ("slurm", "refused"),
    [("20.11", False), ("22.05", False), ("23.11", False), ("24.11", True), ("25.05", True), ("26.05", True)],
)
def test_a_number_of_nodes_beside_a_hostfile_is_refused_where_srun_refuses_it(
    words: list[str], key: str, slurm: str, refused: bool
) -> None:
    _, findings = read(SRUN | {key: [*SRUN[key], *(word.format(nodes=2) for word in words)]}, slurm=slurm)
    said = [finding for finding in findings if finding.code == "RL678"]
    assert [finding.route[:3] for finding in said] == [("launchers", "batch", key)] * refused
    assert all("hostfile" in finding.message for finding in said)


def test_a_number_of_nodes_is_fine_without_a_hostfile_of_srun() -> None:
    _, findings = read({"argv": ["srun", "-N", "2", "-n", "{ntasks}"]}, slurm="24.11")
    assert findings == []
