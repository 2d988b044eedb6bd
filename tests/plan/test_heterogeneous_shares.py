"""How Slurm 22.05.8 spread tasks over empty nodes when only tasks, CPUs and memory were asked: seen on a real one."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.plan.layout import heterogeneous_shares, tasks_that_fit
from relionc.site.types import NodeType

GIB = 1024
NODE = NodeType("node", 100, 56, 2, 240 * GIB)

SEEN = [
    # tasks, CPUs per task, GiB per CPU, tasks on each node: (tasks, nodes) in a row
    (257, 4, 8, [(7, 36), (5, 1)]),
    (57, 4, 8, [(7, 8), (1, 1)]),
    (20, 4, 8, [(7, 2), (6, 1)]),
    (15, 4, 8, [(7, 2), (1, 1)]),
    (8, 4, 8, [(7, 1), (1, 1)]),
    (40, 2, 5, [(24, 1), (16, 1)]),
    (57, 1, 4, [(55, 1), (2, 1)]),
    (113, 1, 4, [(56, 1), (55, 1), (2, 1)]),
    (61, 1, 4, [(55, 1), (6, 1)]),
    (31, 1, 9, [(25, 1), (6, 1)]),
    (53, 1, 9, [(26, 1), (25, 1), (2, 1)]),
]


@pytest.mark.parametrize(("tasks", "cpus", "gib", "nodes"), SEEN)
def test_what_slurm_did(tasks, cpus, gib, nodes):
    shares = heterogeneous_shares(NODE, cpus, gib * GIB, tasks)
    assert [(count, len(list(group))) for count, group in groupby(shares)] == nodes


@given(st.integers(1, 400), st.sampled_from([1, 2, 4, 6, 8, 28]), st.integers(1, 40))
def test_every_task_is_placed_and_no_node_overflows(tasks, cpus, gib):
    shares = heterogeneous_shares(NODE, cpus, gib * GIB, tasks)
    most = tasks_that_fit(NODE, cpus, gib * GIB, tasks)
    assert sum(shares) == tasks
    assert all(shares)
    if most:  # otherwise a task alone is too big for the node, which is another requirement's to say
        assert max(shares) <= most
        assert all(share * cpus <= 56 and -(-share * cpus // 2) * 2 * gib <= 240 for share in shares)


def test_an_unknown_node_takes_everything():
    unknown = NodeType("workstation", 1, 0, 1, 0)
    assert heterogeneous_shares(unknown, 3, 0, 5) == (5,)
