"""Each rule of what Slurm allocates says on which versions it was seen."""

from __future__ import annotations

import inspect
import re

import pytest

from relionc.site.types import NodeType
from relionc.slurm import allocation

TRIED = {"20.11.4", "22.05.8", "24.11.5", "26.05.5"}
RULES = [
    each
    for name, each in vars(allocation).items()
    if inspect.isfunction(each) and each.__module__ == allocation.__name__ and not name.startswith("_")
]


def test_there_are_rules() -> None:
    assert {"whole_cores", "heterogeneous_shares"} <= {each.__name__ for each in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda each: str(each.__name__))
def test_a_rule_says_on_which_versions_it_was_seen(rule: object) -> None:
    last = (inspect.getdoc(rule) or "").rpartition("\n\n")[2]
    assert last.startswith("Seen on ")
    assert last.endswith(".")
    versions = set(re.findall(r"\d+\.\d+\.\d+", last))
    assert versions
    assert versions <= TRIED


@pytest.mark.parametrize(
    ("cpus", "threads_per_core", "allocated"),
    [(1, 2, 2), (3, 2, 4), (5, 2, 6), (9, 2, 10), (9, 1, 9), (4, 2, 4)],
)
def test_nobody_shares_a_core(cpus: int, threads_per_core: int, allocated: int) -> None:
    assert allocation.whole_cores(cpus, threads_per_core) == allocated


def test_only_tasks_that_share_a_node_wait_for_a_core() -> None:
    assert allocation.cpus_beyond_cores(3, 2, 7) == 1
    assert allocation.cpus_beyond_cores(3, 2, 1) == 0
    assert allocation.cpus_beyond_cores(1, 2, 7) == 0
    assert allocation.cpus_beyond_cores(4, 2, 7) == 0


def test_an_exclusive_job_takes_the_node() -> None:
    node, small = NodeType("big", 1, 56, 2, 1024), NodeType("small", 1, 28, 2, 1024)
    assert allocation.cpus_of_node_limit(node, 5, exclusive=False) == 5
    assert allocation.cpus_of_node_limit(node, 5, exclusive=True) == 56
    assert allocation.cpus_of_memory_limit(5, (small, node), exclusive=False) == 5
    assert allocation.cpus_of_memory_limit(5, (small, node), exclusive=True) == 56
    assert allocation.gpus_unasked(4, 1, in_step=True) == 0
    assert allocation.gpus_unasked(4, 1, in_step=False) == 3
    assert allocation.gpus_unasked(4, 5, in_step=False) == 0


def test_memory_by_node_is_divided_by_what_is_asked_for() -> None:
    """5 CPUs of a node with two threads a core are 6 that are allocated."""
    assert allocation.mib_of_cpu_limit(30_000, 5) == 6000
