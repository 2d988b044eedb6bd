"""What the guard looks at before RELION, what stays on the nodes beside it, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from guarded import BASH, GUARD, HEAD, call, iteration, mrc, program

LOOK = "bad() { echo BAD $1; }; warn() { echo WARN $1; }; "


def test_the_log_begins_with_why_the_job_ended(tmp_path: Path) -> None:
    """The line is written over in its place: what was written behind it stays, whoever wrote it."""
    log = tmp_path / "log"
    begins = "exec {rc_log}>>log; rc_log_file=$PWD/log plan[job]=class3d; "
    call(
        begins + "relionc_head 'it runs'; echo from Slurm >>log; relionc_lock; relionc_end memory x", tmp_path
    )
    first, second, third = log.read_text().splitlines()
    assert first.rstrip() == (
        "relionc: job 7, class3d: memory, status 79: a node or a GPU had not enough memory: x (RL402)"
    )
    assert (second, "had not enough memory: x (RL402)" in third) == ("from Slurm", True)
    again = "relionc_head 'it runs again'; relionc_head \"$(printf '%400s' long)\""
    call(begins + again, tmp_path, RESTART="1")
    assert log.read_text().splitlines()[1:3] == [second, third]
    assert log.read_text().splitlines()[0].endswith(" ...")


def test_without_a_queue_the_last_words_are_shown(tmp_path: Path) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    (tmp_path / "Run/job/run.err").write_text("of before\n" + "".join(f"line {i}\n\n" for i in range(20)))
    script = "relionc_lock; rc_launched=1 rc_err_at=10; relionc_end relion_error 'a bad file'"
    done = call(script, tmp_path, JOB="local-5")
    said = [line.split("relionc: ")[1] for line in done.stdout.splitlines()]
    assert said[:-1] == [f"  Run/job/run.err: line {i}" for i in range(10, 20)]
    assert said[-1] == "RELION stopped with an error: a bad file (RL133)"
    assert "line" not in call(script, tmp_path, SLURM_JOB_ID="7", JOB="7").stdout


CANCELLED = "slurmstepd: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48{} ***"


@pytest.mark.parametrize(
    ("due", "markers"),
    [("", {"RELION_JOB_EXIT_ABORTED"}), (" DUE TO JOB REQUEUE", set()), (" DUE TO TIME LIMIT", set())],
)
def test_a_cancelled_job_is_marked_before_its_ranks_have_ended(
    due: str, markers: set[str], tmp_path: Path
) -> None:
    (tmp_path / "log").write_text("")
    script = f"relionc_lock; rc_log_file=log; relionc_foretell; echo '{CANCELLED.format(due)}' >>log; relionc_foretell"
    call(script, tmp_path, SLURM_JOB_ID="7")
    assert {path.name for path in (tmp_path / "Run/job").glob("RELION_JOB_*")} == markers


def test_a_clock_that_is_set_is_no_time_without_a_sign_of_life(tmp_path: Path) -> None:
    done = call("for s in 1 3 -86400 86400 2; do relionc_tick $s; done; echo $rc_clock", tmp_path)
    assert done.stdout == "8\n"


def test_a_folder_is_lost_to_another_start_or_when_it_is_gone_for_long(tmp_path: Path) -> None:
    script = (
        "relionc_lock; relionc_lost || echo mine; rm Run/job/relionc/lock/token;"
        "for i in {1..10}; do relionc_lost && echo too soon; done; relionc_lost && echo gone;"
        "rc_unseen=0; echo another >Run/job/relionc/lock/token; relionc_lost && echo another"
    )
    assert call(script, tmp_path).stdout.split() == ["mine", "gone", "another"]


@pytest.mark.parametrize(
    ("facts", "env", "said"),
    [
        ("[cpus]=34", {"SLURM_JOB_CPUS_PER_NODE": "10,8(x3)"}, ""),
        (
            "[cpus]=34",
            {"SLURM_JOB_CPUS_PER_NODE": "10,8(x2)"},
            "planned for 34 CPUs, but this allocation has 26",
        ),
        ("[memory_mib]=20000", {"SLURM_JOB_CPUS_PER_NODE": "10,8", "SLURM_MEM_PER_CPU": "2048"}, ""),
        ("[memory_mib]=20500", {"SLURM_JOB_CPUS_PER_NODE": "10,8", "SLURM_MEM_PER_CPU": "2048"}, "has 20480"),
        ("[memory_mib]=20500", {"SLURM_JOB_CPUS_PER_NODE": "10", "SLURM_MEM_PER_NODE": "4096"}, "has 4096"),
        ("[memory_mib]=20500", {"SLURM_JOB_CPUS_PER_NODE": "10"}, ""),  # all of the node, or nobody counts it
        (
            "[cpus]=10",
            {
                "SLURM_HET_SIZE": "2",
                "SLURM_JOB_CPUS_PER_NODE_HET_GROUP_0": "2",
                "SLURM_JOB_CPUS_PER_NODE_HET_GROUP_1": "4(x2)",
            },
            "",
        ),
    ],
)
def test_slurm_gave_what_was_planned(facts: str, env: dict[str, str], said: str, tmp_path: Path) -> None:
    done = call(f"plan+=({facts}); relionc_allocation", tmp_path, SLURM_JOB_ID="7", **env)
    assert (bool(done.stdout), said in done.stdout) == (bool(said), True), done.stdout


def test_a_node_has_the_memory_that_the_ranks_need(tmp_path: Path) -> None:
    done = call(LOOK + "plan[memory_mib]=999999999; relionc_look_at_memory", tmp_path, SLURM_JOB_ID="7")
    assert done.stdout.startswith("BAD the ranks need 999999999 MiB, but the node has ")
    assert call(LOOK + "plan[memory_mib]=1; relionc_look_at_memory", tmp_path, SLURM_JOB_ID="7").stdout == ""
    done = call(LOOK + "plan[cpus]=100000; relionc_look_at_memory", tmp_path)
    assert done.stdout.startswith("WARN planned for 100000 CPUs, and there are ")


def test_programs_of_python_and_the_place_of_their_models_are_looked_for(tmp_path: Path) -> None:
    new = "new() { launch relion_refine_mpi --i relion_python_topaz --blush --o x; }; "
    look = LOOK + "rc_python=$(relionc_pythons); relionc_look_at_python"
    done = call(new + look, tmp_path, TORCH_HOME="/nowhere")
    said = sorted(line.partition(" on PATH")[0] for line in done.stdout.splitlines())
    assert said[0].startswith("BAD TORCH_HOME is /nowhere, which cannot be read")
    assert said[1:] == [
        "BAD there is no program relion_python_blush",
        "WARN there is no program relion_python_topaz",
    ]
    program(tmp_path, "relion_python_blush", "")
    program(tmp_path, "relion_python_topaz", "")
    assert call(new + look, tmp_path, TORCH_HOME=str(tmp_path)).stdout == ""
    without = "new() { launch relion_refine_mpi --o no--blush; }; "
    assert call(without + look, tmp_path, TORCH_HOME="/nowhere").stdout == ""


def test_a_start_of_ranks_that_hangs_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    script = "launch() { sleep 100; }; relionc_within 1 launch; echo $?; relionc_within 5 echo well; echo $?"
    assert call(script, tmp_path).stdout.split() == ["124", "well", "0"]
    assert time.monotonic() - began < 20


def test_an_output_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "Run").mkdir()
    (tmp_path / "Run/job").symlink_to(tmp_path / "disk")
    iteration(tmp_path, 1)
    done = call("plan[overwrite]=yes; relionc_lock; relionc_folder; echo $rc_aside", tmp_path)
    assert done.stdout.splitlines()[-1] == "Run/job/relionc/old.7.1"
    assert not list((tmp_path / "disk").glob("run_it*"))
    assert len(list((tmp_path / "disk/relionc/old.7.1").glob("run_it*"))) == 5


def test_tables_with_other_line_ends_are_read(tmp_path: Path) -> None:
    for number in range(3):
        iteration(tmp_path, number)
    for path in (tmp_path / "Run/job").glob("*.star"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert call("relionc_newest", tmp_path).stdout == "Run/job/run_it002_optimiser.star\n"


@pytest.mark.parametrize("harm", ["class001.mrc", "data.star"])
def test_results_are_whole_or_it_is_no_success(harm: str, tmp_path: Path) -> None:
    for number in range(3):
        iteration(tmp_path, number)
    (tmp_path / "Run/job/RELION_JOB_EXIT_SUCCESS").touch()
    results = " ".join(
        f"Run/job/run_it002_{name}" for name in ("optimiser.star", "data.star", "class001.mrc")
    )
    script = f"results=({results}); rc_status=0; relionc_diagnose; echo $rc_why"
    assert call(script, tmp_path).stdout == "finished\n"
    path = tmp_path / "Run/job" / f"run_it002_{harm}"
    path.write_bytes(mrc(cut=1) if harm.endswith("mrc") else path.read_bytes().rpartition(b"000003@")[0])
    assert call(script, tmp_path).stdout == "incomplete\n"


def test_an_old_marker_that_cannot_be_removed_is_no_success_later(tmp_path: Path) -> None:
    (tmp_path / "Run/job/RELION_JOB_EXIT_SUCCESS/x").mkdir(parents=True)
    done = call("relionc_lock; relionc_launch", tmp_path)
    assert (done.returncode, "an old marker of RELION in Run/job/ cannot be removed" in done.stdout) == (
        69,
        True,
    )


def test_a_marker_of_failure_beside_that_of_success_is_a_failure(tmp_path: Path) -> None:
    iteration(tmp_path, 2)
    for kind in ("SUCCESS", "FAILURE"):
        (tmp_path / f"Run/job/RELION_JOB_EXIT_{kind}").touch()
    done = call('rc_status=0; relionc_diagnose; echo "$rc_why: $rc_detail"', tmp_path)
    assert done.stdout == "relion_error: it left RELION_JOB_EXIT_FAILURE\n"


def test_where_nothing_can_be_written_the_disk_is_to_blame(tmp_path: Path) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    done = call('rc_state=/nowhere; relionc_diagnose; echo "$rc_why: $rc_detail"', tmp_path)
    assert done.stdout == "disk: cannot write to Run/job/: No such file or directory\n"


def stay(folder: Path) -> subprocess.Popen[str]:
    """Start what stays on a node, with a scratch folder and a rank beside it."""
    scratch = folder / "scratch/7"
    (scratch / "relion_volatile").mkdir(parents=True)
    (scratch / ".made-by-relionc").touch()
    script = "relionc_lock; echo $rc_token; sleep() { command sleep 0.02; }; export RELIONC_RUN=$rc_token;"
    rank = f"(exec -a relion_refine {folder}/bin/relion_refine 100) & echo $!;"
    (folder / "bin").mkdir()
    (folder / "bin/relion_refine").write_bytes(Path("/bin/sleep").read_bytes())
    (folder / "bin/relion_refine").chmod(0o755)
    plan = f"plan[scratch]={scratch} plan[program]=relion_refine; {rank} relionc_stay"
    return subprocess.Popen(
        [BASH, "-c", HEAD.format(guard=GUARD) + script + plan],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("told", ["by Slurm", "by the lock"])
def test_what_is_left_on_a_node_is_ended_and_cleared(told: str, tmp_path: Path) -> None:
    with stay(tmp_path) as process:
        assert process.stdout
        process.stdout.readline()
        rank = int(process.stdout.readline())
        time.sleep(1)
        assert process.poll() is None
        if told == "by Slurm":
            process.terminate()
        else:
            (tmp_path / "Run/job/relionc/lock/token").write_text("another start\n")
        process.wait(timeout=30)
    assert not (tmp_path / "scratch/7").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(rank, 0)
