"""How Slurm 22.05.8 spread tasks over empty nodes when only tasks, CPUs and memory were asked: seen on a real one."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.site.types import NodeType
from relionc.slurm.allocation import heterogeneous_shares, tasks_that_fit

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


THIN = NodeType("thin", 100, 16, 2, 32 * GIB)
WIDE = NodeType("wide", 100, 12, 1, 96 * GIB)
POWER = NodeType("power", 100, 32, 4, 60 * GIB)
NINE = {"cpus": 9}  # a partition's limit on CPUs, which is no multiple of a core's

SEEN_ELSEWHERE = [
    # node, tasks, CPUs per task, fewest nodes of the partition, exclusive, tasks on each node
    (WIDE, 14, 1, 1, False, (12, 2)),
    (WIDE, 7, 3, 1, False, (4, 3)),
    (POWER, 33, 1, 1, False, (29, 4)),
    (POWER, 17, 2, 1, False, (15, 2)),
    (POWER._replace(**NINE), 11, 1, 1, False, (7, 4)),
    (POWER._replace(**NINE), 18, 1, 1, False, (9, 9)),
    (NODE._replace(**NINE), 19, 1, 1, False, (9, 8, 2)),
    (THIN, 5, 1, 2, False, (3, 2)),
    (THIN, 16, 1, 2, False, (14, 2)),
    (THIN, 9, 2, 2, False, (8, 1)),
    (THIN, 4, 1, 3, False, (2, 1, 1)),
    (THIN, 19, 1, 3, False, (15, 2, 2)),
    (THIN, 11, 2, 3, False, (8, 2, 1)),
    (WIDE, 13, 1, 3, False, (11, 1, 1)),
    (WIDE, 5, 5, 3, False, (2, 2, 1)),
    (POWER, 6, 1, 2, False, (3, 3)),
    (POWER, 13, 1, 2, False, (9, 4)),
    (THIN, 20, 1, 1, True, (10, 10)),
    (THIN, 20, 2, 1, True, (7, 7, 6)),
    (WIDE, 5, 5, 1, True, (2, 2, 1)),
    (THIN, 17, 1, 3, True, (6, 6, 5)),
]


@pytest.mark.parametrize(("node", "tasks", "cpus", "least", "exclusive", "shares"), SEEN_ELSEWHERE)
def test_what_slurm_did_on_other_nodes(node, tasks, cpus, least, exclusive, shares):
    assert heterogeneous_shares(node, cpus, 256, tasks, least=least, exclusive=exclusive) == shares


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
