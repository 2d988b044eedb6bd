"""What a job is started by: the words of any launcher, the hostfile it reads, and the container between the two."""

from __future__ import annotations

import pytest
from lowering_plans import (
    JOB_FILE,
    SLURM,
    WORKSTATION,
    Commands,
    heterogeneous,
    hetjob,
    homogeneous,
    job,
    one_task_per_node,
    plus_1,
    refused,
)

from relionc.ir import ShellRef
from relionc.lower import script
from relionc.lower.script import Origin
from relionc.site.types import Launcher, NodeType

ORIGIN = Origin("specs/ribosome.yaml", "0.1.0")
PATH = ("Class3D/class3d/", "relionc/hostfile")
SERIAL = Launcher(argv=("srun", "-n", "1"))


def made(plan, cluster):
    return script.bundle([plan], {"class3d": Commands()}, {"class3d": JOB_FILE}, cluster, origin=ORIGIN).jobs[
        0
    ]


def with_batch(**launcher):
    return SLURM._replace(launchers={"batch": Launcher(**launcher), "serial": SERIAL})


def texts(words):
    return [word[0] if len(word) == 1 else word for word in words]


HYDRA = ("mpiexec.hydra", "-n", "{ntasks}")
IN_ARGV = with_batch(argv=("mpiexec.hydra", "-f", "{hostfile}", "-n", "{ntasks}"))
FOR_PLACING = with_batch(argv=HYDRA, arbitrary=("-f", "{hostfile}"), hostfile_row="{host}:{count}")
BY_COUNTS = with_batch(argv=HYDRA, exports=(("SLURM_TASKS_PER_NODE", "{tasks_per_node}"), ("A", "b")))


def test_a_hostfile_among_the_words_is_written_for_every_layout():
    for plan, shares in ((plus_1(), (5, 4, 4, 4)), (homogeneous(nodes=2), (4, 4)), (heterogeneous(), ())):
        assert refused([plan], IN_ARGV) == []
        job_script = made(plan, IN_ARGV).script
        assert (job_script.hostfile.shares, job_script.hostfile.path) == (shares, PATH)
        assert texts(job_script.steps[0].launcher) == [*HYDRA[:1], "-f", PATH, "-n", str(plan.ntasks)]
        assert texts(job_script.steps[1].launcher) == ["srun", "-n", "1"]


def test_words_for_placing_are_said_only_where_ranks_are_placed():
    job_script = made(plus_1(), FOR_PLACING).script
    assert texts(job_script.steps[0].launcher) == ["mpiexec.hydra", "-n", "17", "-f", PATH]
    assert job_script.hostfile.row == "{host}:{count}"
    for plan in (homogeneous(), heterogeneous()):
        job_script = made(plan, FOR_PLACING).script
        assert job_script.hostfile is None
        assert texts(job_script.steps[0].launcher) == ["mpiexec.hydra", "-n", str(plan.ntasks)]


def test_tasks_of_each_node_are_said_unless_slurm_decides_them():
    assert refused([plus_1(), heterogeneous()], BY_COUNTS) == []
    assert dict(made(plus_1(), BY_COUNTS).script.exports)["SLURM_TASKS_PER_NODE"] == ("5,4(x3)",)
    assert made(plus_1(), BY_COUNTS).script.hostfile is None
    exports = dict(made(heterogeneous(), BY_COUNTS).script.exports)
    assert "SLURM_TASKS_PER_NODE" not in exports
    assert exports["A"] == ("b",)


def test_a_number_of_ranks_that_slurm_decides_cannot_be_a_word():
    cluster = with_batch(argv=(*HYDRA, "-ppn", "{ranks_per_node}"))
    (finding,) = refused([heterogeneous()], cluster)
    assert finding.code == "RL651"
    assert "`mpiexec.hydra`" in finding.message
    assert refused([homogeneous(), heterogeneous(ntasks=1, nodes=1)], cluster) == []


@pytest.mark.parametrize("cluster", [IN_ARGV, FOR_PLACING, BY_COUNTS])
def test_daemons_get_all_cpus_of_a_node(cluster):
    """Otherwise the ranks of a node would share the CPUs of one of them (Slurm 22.05, tried)."""
    assert dict(made(plus_1(), cluster).script.exports)["SRUN_CPUS_PER_TASK"] == ("20",)
    assert "SRUN_CPUS_PER_TASK" not in dict(made(heterogeneous(), cluster).script.exports)
    alone = heterogeneous(ntasks=1, nodes=1, slots=1)
    assert dict(made(alone, cluster).script.exports)["SRUN_CPUS_PER_TASK"] == ("4",)


def test_a_rankfile_has_the_cores_of_each_rank():
    cluster = with_batch(
        argv=("mpirun", "-n", "{ntasks}"),
        arbitrary=("--rankfile", "{hostfile}"),
        hostfile_row="rank {rank}={host} slot={cores}",
    )._replace(node_types={"p100": NodeType("p100", 4, 56, 2, 122880)})
    rule = made(plus_1(), cluster).script.hostfile
    assert (rule.row, rule.cpus_per_rank, rule.cpus_per_core) == ("rank {rank}={host} slot={cores}", 4, 2)


CONTAINER = ("apptainer", "exec", "--nv", "${IMAGES}/relion.sif")
INSIDE = ["apptainer", "exec", "--nv", (ShellRef("IMAGES"), "/relion.sif")]
PLANS = {
    "heterogeneous": heterogeneous(),
    "homogeneous": homogeneous(),
    "homogeneous+1": plus_1(),
    "hetjob": hetjob(),
    "one-task-per-node": one_task_per_node(),
    "interactive": homogeneous(nodes=1, job=job(interactive=True)),
}


@pytest.mark.parametrize("serial", [{}, {"serial": SERIAL}])
@pytest.mark.parametrize("name", PLANS)
def test_a_container_stands_between_launcher_and_program(name, serial):
    plain = SLURM._replace(launchers={**SLURM.launchers, **serial})
    inside = plain._replace(wrapper={"2.1": CONTAINER, "*": ("false",)})
    bare, wrapped = (made(PLANS[name], cluster) for cluster in (plain, inside))
    for before, after in zip(bare.script.steps, wrapped.script.steps, strict=True):
        assert texts(after.launcher) == [*texts(before.launcher), *INSIDE]
        assert texts(after.second) == ([*texts(before.second), *INSIDE] if before.second else [])
        assert after.command == before.command
    assert wrapped.commands == bare.commands


def test_a_container_is_that_of_the_version_or_of_all_others():
    later = job(type=job().type._replace(version="4.0"))
    cluster = WORKSTATION._replace(wrapper={"2.1": ("one",), "*": ("other",)})
    for plan, word in ((plus_1(nodes=1), "one"), (plus_1(nodes=1, job=later), "other")):
        steps = made(plan, cluster).script.steps
        assert [texts(step.launcher)[-1] for step in steps] == [word, word]
