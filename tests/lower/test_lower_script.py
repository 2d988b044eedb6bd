"""Plans become directives, launcher words, hostfiles and submissions as Slurm wants them."""

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

from relionc.ir import CommandLine, ShellRef
from relionc.lower import directives, script
from relionc.lower.script import Origin
from relionc.plan.model import PEER
from relionc.site.types import Launcher
from relionc.spec.model import Pin

ORIGIN = Origin("specs/ribosome.yaml", "0.1.0")
JOB_ID = ShellRef("SLURM_JOB_ID", integer=True)


def bundle(*plans, cluster=SLURM):
    names = [plan.job.name for plan in plans]
    return script.bundle(
        plans, dict.fromkeys(names, Commands()), dict.fromkeys(names, JOB_FILE), cluster, origin=ORIGIN
    )


def options(plan, cluster=SLURM):
    return [(each.name, each.value) for each in directives.batch(plan, cluster)]


def shape(plan, cluster=SLURM):
    """The options of a plan without those that every script has."""
    return [
        option
        for option in options(plan, cluster)
        if option[0] not in ("job-name", "output", "open-mode", "requeue")
    ]


def test_homogeneous_plus_1_allocates_a_slot_more_on_every_node():
    assert options(plus_1()) == [
        ("job-name", "class3d"),
        ("output", "class3d-%j.out"),
        ("open-mode", "append"),
        ("requeue", None),
        ("partition", "gpu"),
        ("nodes", "4"),
        ("ntasks", "20"),
        ("ntasks-per-node", "5"),
        ("cpus-per-task", "4"),
        ("mem-per-cpu", "6G"),
        ("gres", "gpu:p100:4,lscratch:200"),
        ("time", "1-00:00:00"),
    ]


def test_heterogeneous_leaves_the_nodes_to_slurm():
    assert shape(heterogeneous()) == [
        ("partition", "multinode"),
        ("constraint", "x2695"),
        ("ntasks", "513"),
        ("cpus-per-task", "4"),
        ("mem-per-cpu", "10G"),
        ("gres", "lscratch:200"),
        ("time", "1-00:00:00"),
    ]


def test_homogeneous_fixes_nodes_and_tasks_per_node_and_takes_one_memory_flag():
    assert shape(homogeneous(exclusive=True)) == [
        ("partition", "gpu"),
        ("nodes", "8"),
        ("ntasks", "32"),
        ("ntasks-per-node", "4"),
        ("cpus-per-task", "2"),
        ("mem", "240G"),
        ("gres", "gpu:k80:4,lscratch:200"),
        ("time", "1-00:00:00"),
        ("exclusive", None),
    ]


def test_nothing_asked_gives_no_empty_directive():
    bare = heterogeneous(partition="", constraint="", mem_per_cpu_mib=None, scratch_gib=0, time_s=None)
    assert shape(bare) == [("ntasks", "513"), ("cpus-per-task", "4")]


def test_profile_and_user_add_options_and_everything_generic_stays_in_one_gres():
    cluster = SLURM._replace(directives=(("export", "NONE"), ("gres", "ib:1"), ("open-mode", "truncate")))
    user = (
        ("mail-type", "END"),
        ("gres", "fs:2"),
        ("job-name", "ribosome"),
        ("requeue", None),
        ("licenses", ""),
    )
    made = options(plus_1(job=job(slurm=user)), cluster)
    assert dict(made)["gres"] == "gpu:p100:4,lscratch:200,ib:1,fs:2"
    assert made[0] == ("job-name", "ribosome")
    assert ("open-mode", "truncate") in made
    assert made[-3:] == [("export", "NONE"), ("mail-type", "END"), ("requeue", None)]
    assert len({name for name, _ in made}) == len(made)
    assert "no-requeue" not in dict(options(plus_1(job=job(slurm=user, restart=False))))


def test_account_and_qos_are_passed_on():
    pins = job().resources._replace(account=Pin("em", ()), qos=Pin("high", ()))
    assert options(plus_1(job=job(resources=pins)))[-2:] == [("account", "em"), ("qos", "high")]


def test_a_launcher_that_cannot_place_ranks_is_refused_for_several_nodes_only():
    launchers = {"batch": SLURM.launchers["batch"]._replace(arbitrary=(), hostfile_variable="")}
    cluster = SLURM._replace(launchers=launchers)
    assert [finding.code for finding in refused([plus_1(nodes=2)], cluster)] == ["RL651"]
    assert refused([plus_1(nodes=1), homogeneous()], cluster) == []
    assert refused([plus_1(nodes=2)], SLURM) == []


@pytest.mark.parametrize("nodes", [1, 2, 8])
def test_homogeneous_plus_1_places_its_ranks_by_a_hostfile(nodes):
    made = bundle(plus_1(nodes=nodes)).jobs[0]
    rule = made.script.hostfile
    assert (rule.shares, rule.leader, rule.row) == ((5, *[4] * (nodes - 1)), True, "{host}")
    assert rule.path == ("Class3D/class3d/", "relionc/hostfile")
    assert (rule.variable, rule.unset) == ("SLURM_HOSTFILE", ("SLURM_NTASKS_PER_NODE",))
    words = [word for (word,) in made.script.steps[0].launcher]
    ntasks = str(4 * nodes + 1)
    assert words == ["srun", "--mpi=pmi2", "-n", ntasks, "-c", "4", "--distribution=arbitrary"]
    assert made.hostfile[:6] == ("node[0]",) * 5 + (("node[1]",) if nodes > 1 else ())
    assert len(made.hostfile) == 4 * nodes + 1


def test_other_modes_need_no_hostfile_and_a_serial_command_no_launcher():
    made = bundle(heterogeneous()).jobs[0].script
    assert made.hostfile is None
    assert [word for (word,) in made.steps[0].launcher] == ["srun", "--mpi=pmi2", "-n", "513", "-c", "4"]
    assert made.steps[1].launcher == ()


def test_a_serial_command_with_a_launcher_does_not_follow_the_hostfile():
    serial = Launcher(name="serial", argv=("srun", "-n", "1"))
    made = bundle(plus_1(), cluster=SLURM._replace(launchers={**SLURM.launchers, "serial": serial})).jobs[0]
    words = [word for (word,) in made.script.steps[1].launcher]
    assert words == ["env", "-u", "SLURM_HOSTFILE", "srun", "-n", "1"]


def test_a_launcher_may_take_the_hostfile_as_a_word():
    launcher = SLURM.launchers["batch"]._replace(arbitrary=("--hostfile={hostfile}",), hostfile_variable="")
    made = bundle(plus_1(), cluster=SLURM._replace(launchers={"batch": launcher})).jobs[0].script
    assert made.steps[0].launcher[-1] == ("--hostfile=", "Class3D/class3d/", "relionc/hostfile")


def test_hosts_that_the_user_names_stand_in_the_hostfile():
    named = bundle(plus_1(nodes=2, workers=1, job=job(slurm=(("nodelist", "cn[0002,0001]"),))))
    assert named.jobs[0].hostfile == ("cn0001", "cn0001", "cn0002")
    too_many = bundle(plus_1(nodes=2, workers=1, job=job(slurm=(("nodelist", "cn[0001-0003]"),))))
    assert too_many.jobs[0].hostfile == ("node[0]", "node[0]", "node[1]")


def test_the_profile_sets_up_the_script():
    made = bundle(plus_1()).jobs[0].script
    assert made.environment == ("module load RELION/2.1",)
    assert dict(made.exports) == {
        "TMPDIR": ("/lscratch/", JOB_ID),
        "PMI_DEBUG": ("0",),
        "SRUN_CPUS_PER_TASK": ("4",),
    }
    other = plus_1(job=job(type=job().type._replace(version="3.1")))
    assert bundle(other).jobs[0].script.environment == ("module load RELION",)


def test_a_workstation_gets_a_plain_script():
    made = bundle(plus_1(nodes=1), cluster=WORKSTATION)
    artifacts = made.jobs[0]
    assert artifacts.script_name == "run.sh"
    assert (artifacts.script.directives, artifacts.script.hostfile, artifacts.script.exports) == (
        (),
        None,
        (),
    )
    assert artifacts.script.needs == ""
    assert [word for (word,) in artifacts.script.steps[0].launcher] == ["mpirun", "-n", "5"]
    assert (made.submissions[0].command, made.submissions[0].queued) == ((("bash",),), False)


def test_an_interactive_job_is_allocated_and_started_by_the_user():
    plan = homogeneous(nodes=1, job=job(interactive=True))
    made = bundle(plan)
    artifacts = made.jobs[0]
    assert artifacts.script_name == "run.sh"
    assert (artifacts.script.directives, artifacts.script.needs) == ((), "SLURM_JOB_ID")
    assert artifacts.script.steps[0].launcher[-1] == (ShellRef("SLURM_NTASKS", integer=True),)
    assert [word for (word,) in artifacts.allocation.command] == [
        "sinteractive",
        "--partition=gpu",
        "--nodes=1",
        "--ntasks=4",
        "--ntasks-per-node=4",
        "--cpus-per-task=2",
        "--mem=240G",
        "--gres=gpu:k80:4,lscratch:200",
        "--time=1-00:00:00",
    ]
    assert made.submissions[0].command == ()
    assert "class3d/allocate.sh" in made.submissions[0].note


def test_jobs_wait_for_those_they_need():
    first, second = plus_1(job=job("first")), plus_1(job=job("second", after=("first", "elsewhere")))
    waits = bundle(first, second).submissions[1]
    assert waits.after == ("first",)
    assert waits.dependency == ("--dependency=afterok:{ids}", "--kill-on-invalid-dep=yes")


def test_what_needs_an_interactive_job_is_not_submitted_before_it():
    hand = homogeneous(nodes=1, job=job("hand", interactive=True))
    second = plus_1(job=job("second", after=("hand",)))
    third = plus_1(job=job("third", after=("second",)))
    last = plus_1(job=job("last", after=("second", "third")))
    made = bundle(hand, second, third, last)
    notes = {each.job: each.note for each in made.submissions if not each.command}
    assert notes["second"] == "second: start second/run.sbatch when hand has finished"
    assert notes["third"] == "third: start third/run.sbatch when second has finished"
    assert notes["last"] == "last: start last/run.sbatch when second and third have finished"


def test_a_project_folder_is_entered_and_a_tilde_is_the_users_home():
    made = bundle(plus_1(job=job(project="~/em data")))
    assert made.jobs[0].script.project == (ShellRef("HOME"), "/em data")
    assert made.submissions[0].output_dir == (ShellRef("HOME"), "/em data/Class3D/class3d/")


# --- hetjob ---


def test_a_hetjob_allocates_the_leader_and_the_workers_in_two_groups():
    assert options(hetjob()) == [
        ("job-name", "class3d"),
        ("output", "class3d-%j.out"),
        ("open-mode", "append"),
        ("requeue", None),
        ("partition", "multinode"),
        ("constraint", "x2680"),
        ("nodes", "1"),
        ("ntasks", "1"),
        ("ntasks-per-node", "1"),
        ("cpus-per-task", "8"),
        ("mem-per-cpu", "20G"),
        ("gres", "lscratch:5"),
        ("time", "1-00:00:00"),
        ("", "hetjob"),
        ("partition", "gpu"),
        ("nodes", "2"),
        ("ntasks", "8"),
        ("ntasks-per-node", "4"),
        ("cpus-per-task", "4"),
        ("mem-per-cpu", "6G"),
        ("gres", "gpu:p100:4,lscratch:200"),
        ("time", "1-00:00:00"),
    ]


def by_group(plan, cluster=SLURM):
    """The options of each group of a hetjob."""
    made = options(plan, cluster)
    middle = made.index(("", "hetjob"))
    return dict(made[:middle]), dict(made[middle + 1 :])


def test_options_about_nodes_go_to_both_groups_and_those_of_the_job_to_the_first():
    cluster = SLURM._replace(directives=(("gres", "ib:1"), ("reservation", "em")))
    user = (("mail-type", "END"), ("exclude", "cn0007"), ("job-name", "ribosome"), ("requeue", None))
    pins = job().resources._replace(account=Pin("em", ()), qos=Pin("high", ()))
    first, second = by_group(hetjob(job=job(slurm=user, resources=pins), exclusive=True), cluster)
    assert first.keys() - second.keys() == {
        "constraint",
        "job-name",
        "mail-type",
        "open-mode",
        "output",
        "requeue",
    }
    assert second.keys() - first.keys() == {"exclusive"}
    assert first["job-name"] == "ribosome"
    for group in (first, second):
        assert (group["account"], group["qos"], group["reservation"], group["exclude"]) == (
            "em",
            "high",
            "em",
            "cn0007",
        )
        assert group["gres"].endswith("ib:1")


def test_one_command_starts_both_groups_each_with_its_own_cpus():
    made = bundle(hetjob()).jobs[0]
    step = made.script.steps[0]
    assert [word for (word,) in step.launcher] == [
        "srun",
        "--mpi=pmix",
        "--het-group=0",
        "-n",
        "1",
        "-c",
        "8",
    ]
    assert [word for (word,) in step.second] == [":", "--het-group=1", "-n", "8", "-c", "4"]
    assert (made.script.hostfile, made.script.steps[1].launcher, made.script.steps[1].second) == (
        None,
        (),
        (),
    )
    assert "SRUN_CPUS_PER_TASK" not in dict(made.script.exports)
    assert made.hostfile == ("node[0]",) + ("node[1]",) * 4 + ("node[2]",) * 4


def test_a_serial_command_of_a_hetjob_has_the_leaders_node():
    serial = Launcher(name="serial", argv=("srun", "-n", "1", "-c", "{cpus_per_task}"))
    cluster = SLURM._replace(launchers={**SLURM.launchers, "serial": serial})
    step = bundle(hetjob(), cluster=cluster).jobs[0].script.steps[1]
    assert ([word for (word,) in step.launcher], step.second) == (["srun", "-n", "1", "-c", "8"], ())


def test_the_scratch_folder_of_a_hetjob_is_the_one_on_the_workers_nodes():
    scratch = ("/lscratch/", JOB_ID)
    command = CommandLine((("refine_mpi",), ("--o",), ("run", JOB_ID), ("--scratch_dir",), scratch))
    theirs = ("/lscratch/", ShellRef("SLURM_JOB_ID_HET_GROUP_1", integer=True))
    made = script.bundle(
        [hetjob()], {"class3d": Commands((command,), (True,))}, {"class3d": JOB_FILE}, SLURM, origin=ORIGIN
    ).jobs[0]
    for words in (made.commands[0].words, made.script.steps[0].command.words):
        assert words == (("refine_mpi",), ("--o",), ("run", JOB_ID), ("--scratch_dir",), theirs)
    same = script.bundle(
        [plus_1()], {"class3d": Commands((command,), (True,))}, {"class3d": JOB_FILE}, SLURM, origin=ORIGIN
    ).jobs[0]
    assert same.commands == (command,)


BY_NODE = hetjob().leader._replace(mem_per_cpu_mib=None, mem_per_node_mib=40960)


@pytest.mark.parametrize(
    ("plan", "route", "said"),
    [
        (hetjob(job=job(interactive=True)), ("jobs", "class3d"), "interactive"),
        (
            hetjob(job=job(slurm=(("nodelist", "cn[1-3]"),))),
            ("jobs", "class3d", "slurm", "nodelist"),
            "`nodelist`",
        ),
        (hetjob(leader=BY_NODE), ("jobs", "class3d"), "memory"),
    ],
)
def test_what_does_not_go_with_two_groups_is_refused(plan, route, said):
    (finding,) = refused([plan], SLURM)
    assert (finding.code, finding.route) == ("RL653", route)
    assert said in finding.message


def test_two_groups_may_both_ask_for_memory_by_node():
    plan = hetjob(mem_per_cpu_mib=None, mem_per_node_mib=122880, leader=BY_NODE)
    assert refused([plan, hetjob()], SLURM) == []
    assert [group["mem"] for group in by_group(plan)] == ["40G", "120G"]


@pytest.mark.parametrize("plan", [hetjob(), one_task_per_node(), one_task_per_node(nodes=1)])
@pytest.mark.parametrize("cluster", [SLURM, WORKSTATION])
def test_a_mode_without_a_launcher_is_refused(plan, cluster):
    assert refused([plan], SLURM) == []
    pinned = plan._replace(job=job(layout=Pin(plan.mode, ("jobs", "class3d", "layout"))))
    without = cluster._replace(launchers={"batch": cluster.launchers["batch"]})
    (finding,) = refused([pinned], without)
    assert (finding.code, finding.route) == ("RL651", ("jobs", "class3d", "layout"))
    assert plan.mode in finding.message


# --- one task per node ---


def test_one_task_per_node_allocates_one_slot_of_all_cpus():
    assert shape(one_task_per_node()) == [
        ("partition", "gpu"),
        ("nodes", "4"),
        ("ntasks", "4"),
        ("ntasks-per-node", "1"),
        ("cpus-per-task", "20"),
        ("mem-per-cpu", "6G"),
        ("gres", "gpu:p100:4,lscratch:200"),
        ("time", "1-00:00:00"),
    ]


@pytest.mark.parametrize("nodes", [1, 2, 8])
def test_homogeneous_plus_1_of_ranks_that_are_all_alike_has_a_row_for_each(nodes):
    ranks = [rank._replace(role=PEER) for rank in plus_1(nodes=nodes).ranks]
    made = bundle(plus_1(nodes=nodes, ranks=tuple(ranks))).jobs[0]
    rule = made.script.hostfile
    assert not rule.leader
    assert rule.shares == (5, *[4] * (nodes - 1))
    spread = {1: "5 ranks on 1 node", 2: "5 on the first and 4 on each other"}.get(
        nodes, "8 nodes, 5 on the first"
    )
    assert spread in made.script.header[1]


@pytest.mark.parametrize("leader", [True, False])
@pytest.mark.parametrize("nodes", [1, 2, 8])
def test_mpirun_starts_the_ranks_inside_by_a_hostfile(nodes, leader):
    made = bundle(one_task_per_node(nodes=nodes, leader=leader)).jobs[0]
    rule = made.script.hostfile
    assert (rule.shares, rule.leader) == ((4 + leader, *[4] * (nodes - 1)), leader)
    assert (rule.variable, rule.unset) == ("", ())
    ntasks = str(4 * nodes + leader)
    path = ("Class3D/class3d/", "relionc/hostfile")
    assert made.script.steps[0].launcher == (("mpirun",), ("-n",), (ntasks,), ("--hostfile",), path)
    assert made.script.steps[1].launcher == ()
    exports = dict(made.script.exports)
    others = {1: "", 2: ",4", 8: ",4(x7)"}[
        nodes
    ]  # exact: a node that is in the hostfile once gets what stands here
    equal = {1: "4", 2: "4(x2)", 8: "4(x8)"}[nodes]
    assert exports["SLURM_TASKS_PER_NODE"] == ((f"5{others}" if leader else equal),)
    assert exports["SRUN_CPUS_PER_TASK"] == (str(4 * (4 + leader)),)
    assert made.hostfile == tuple(f"node[{n}]" for n in range(nodes) for _ in range(4 + (leader and n == 0)))


INSIDE = "4 CPUs each, in one task of {} CPUs per node, 4 p100 GPUs per node"
LED, GPUS = "5 on the first (rank 0 leads)", "4 CPUs each, 4 p100 GPUs per node"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (plus_1(), f"homogeneous+1: 17 ranks on 4 nodes, {LED} and 4 on each other, {GPUS}"),
        (plus_1(nodes=1, workers=4), f"homogeneous+1: 5 ranks on 1 node, {LED}, {GPUS}"),
        (
            hetjob(),
            f"hetjob: 9 ranks, rank 0 leads on a x2680 node of its own with 8 CPUs, 4 on each of 2 others, {GPUS}",
        ),
        (
            one_task_per_node(),
            f"one-task-per-node: 17 ranks on 4 nodes, {LED} and 4 on each other, {INSIDE.format(20)}",
        ),
        (
            one_task_per_node(leader=False),
            f"one-task-per-node: 16 ranks, 4 on each of 4 nodes, {INSIDE.format(16)}",
        ),
        (heterogeneous(), "heterogeneous: 513 ranks wherever Slurm finds room, 4 CPUs each"),
        (homogeneous(), "homogeneous: 32 ranks, 4 on each of 8 nodes, 2 CPUs each, 4 k80 GPUs per node"),
        (homogeneous(nodes=1), "homogeneous: 4 ranks on 1 node, 2 CPUs each, 4 k80 GPUs per node"),
        (heterogeneous(ntasks=1, cpus_per_task=1), "heterogeneous: one task with 1 CPU"),
    ],
)
def test_the_layout_is_said_in_words(plan, words):
    assert script.describe(plan) == words


def test_the_header_says_what_made_the_script_and_from_what():
    header = bundle(plus_1()).jobs[0].script.header
    assert header[0] == "class3d: 3D classification of RELION 2.1, from specs/ribosome.yaml"
    assert header[1].startswith("homogeneous+1: 17 ranks on 4 nodes")
    assert header[2] == "Made by relionc 0.1.0: do not edit, change the spec and build again."


def test_no_script_names_a_folder_of_this_machine():
    here = Origin("/home/somebody/specs/ribosome.yaml", "0.1.0")
    made = script.bundle([plus_1()], {"class3d": Commands()}, {"class3d": JOB_FILE}, SLURM, origin=here)
    assert "somebody" not in repr(made)
    assert "from ribosome.yaml" in made.jobs[0].script.header[0]
