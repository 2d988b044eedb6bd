"""What `build` and `plan` say of the layouts that no usual launcher can start, on hand-made plans."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "lower"))

from lowering_plans import SLURM, hetjob, job, one_task_per_node, plus_1

from relionc.cli import plan as plan_command
from relionc.cli.summary import job_lines
from relionc.pipeline import Compiled
from relionc.plan.model import Term
from relionc.spec.points import NO_POINTS

PER_NODE = " · memory per node: 96 asked for, 120 there (GiB) · scratch per node: 200 asked for (GiB)"


def shown(plan):
    """What `relionc plan` prints for one job, without the blanks that make columns."""
    text = plan_command._job(plan, Compiled(diagnostics=(), sources={}, cluster=SLURM), others=False)
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_build_says_where_the_leader_is_and_what_it_takes() -> None:
    assert job_lines([hetjob()]).splitlines() == [
        "class3d  hetjob  1 x x2680 + 2 x p100  9 ranks (1 leader + 8 workers) x 4 CPUs  8 GPUs  1-00:00:00",
        "         the leader's node: 8 CPUs, 160 of 240 GiB" + PER_NODE,
    ]


def test_a_build_says_the_one_task_of_each_node() -> None:
    assert job_lines([one_task_per_node(leader=False)]).splitlines() == [
        "class3d  one-task-per-node  4 x p100  16 ranks x 4 CPUs  16 GPUs  1-00:00:00",
        "         one task of 16 CPUs per node" + PER_NODE,
    ]


def test_a_plan_shows_the_leaders_node_with_its_own_size() -> None:
    lines = shown(hetjob(memory=(Term("particles", 10.0),)))
    assert "node[0] 0 leader - 8 of 56 -" in lines
    assert "node[1] 1-4 workers 0 ▇ 1 ▇ 2 ▇ 3 ▇ 16 of 56 40.0 GiB" in lines
    assert "memory asked for 6,144 MiB per CPU x 16 CPUs = 96.0 GiB" in lines
    assert "memory there 120.0 GiB on each p100 node" in lines
    assert "for the leader 160.0 GiB on a x2680 node of its own" in lines


def test_a_table_of_several_jobs_counts_the_nodes_of_each_kind() -> None:
    text = plan_command._overview(
        [hetjob(), one_task_per_node(job=job("second")), plus_1(job=job("third"))], NO_POINTS
    )
    rows = [" ".join(line.split()) for line in text.splitlines()[3:]]
    assert rows == [
        "class3d class3d 1 x x2680 + 2 x p100 9 4 8 1-00:00:00 -",
        "second class3d 4 x p100 17 4 16 1-00:00:00 -",
        "third class3d 4 x p100 17 4 16 1-00:00:00 -",
    ]
