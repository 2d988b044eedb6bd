"""The guard, function by function."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from guarded import GUARD, call, iteration, mrc, program

if TYPE_CHECKING:
    from collections.abc import Callable

NEWEST = "relionc_newest"


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "Run/job" / name).unlink()


def write(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "Run/job" / name).write_bytes(data)


def cut(name: str) -> Callable[[Path], None]:
    def harm(folder: Path) -> None:
        path = folder / "Run/job" / name
        path.write_text(path.read_text().rpartition("000003@")[0])

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        remove("run_it002_model.star"),
        remove("run_it002_data.star"),
        remove("run_it002_sampling.star"),
        remove("run_it002_class001.mrc"),
        write("run_it002_class001.mrc", mrc(cut=1)),
        write("run_it002_class001.mrc", b""),
        write("run_it002_sampling.star", b""),
        write("run_it002_optimiser.star", b""),
        write("run_it002_model.star", b"data_model_general\n"),
        cut("run_it002_data.star"),
    ],
)
def test_an_iteration_is_whole_with_all_its_files_only(harm: Callable[[Path], None], tmp_path: Path) -> None:
    for number in range(3):
        iteration(tmp_path, number)
    assert call(NEWEST, tmp_path).stdout == "Run/job/run_it002_optimiser.star\n"
    harm(tmp_path)
    assert call(NEWEST, tmp_path).stdout == "Run/job/run_it001_optimiser.star\n"


def test_a_column_is_read_of_a_file_whose_name_has_an_equals_sign(tmp_path: Path) -> None:
    (tmp_path / "a=b").mkdir()
    (tmp_path / "a=b/run.star").write_text("data_x\n\n_rlnModelStarFile a=b/run_model.star\n")
    done = call("relionc_column '^_rlnModel' a=b/run.star </dev/null", tmp_path)
    assert done.stdout == "a=b/run_model.star\n"


def test_the_beginning_is_no_iteration(tmp_path: Path) -> None:
    iteration(tmp_path, 0)
    done = call(
        "relionc_choose; echo $rc_how $rc_from; resume() { :; }; relionc_choose; echo $rc_how", tmp_path
    )
    assert done.stdout == "new 0\nnew\n"


def test_what_is_newer_than_the_last_whole_iteration_is_moved_aside(tmp_path: Path) -> None:
    for number in range(4):
        iteration(tmp_path, number)
    remove("run_it003_data.star")(tmp_path)
    done = call("resume() { :; }; rc_again=1; relionc_choose; echo $rc_how $from", tmp_path)
    assert done.stdout == "resume Run/job/run_it002_optimiser.star\n"
    assert not list((tmp_path / "Run/job").glob("run_it003*"))
    assert len(list((tmp_path / "Run/job/relionc").glob("torn.7.1/run_it003*"))) == 4


@pytest.mark.parametrize(("mode", "size"), [(0, 1), (1, 2), (2, 4), (6, 2), (12, 2)])
def test_a_map_has_the_length_that_its_header_says(mode: int, size: int, tmp_path: Path) -> None:
    (tmp_path / "whole.mrc").write_bytes(mrc(mode=mode, size=size))
    (tmp_path / "cut.mrc").write_bytes(mrc(mode=mode, size=size, cut=1))
    (tmp_path / "text.mrc").write_text("not a map")
    script = "for f in whole cut text no; do relionc_map_is_whole $f.mrc; echo $?; done"
    assert call(script, tmp_path).stdout.split() == ["0", "1", "2", "2"]


DIAGNOSES = [
    ("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.0", 137, "memory"),
    ("srun: error: cn1: task 2: Out Of Memory", 137, "memory"),
    ("terminate called after throwing an instance of 'std::bad_alloc'", 134, "memory"),
    ("ERROR: out of memory in cuda_kernels.cu at line 12 (error-code 2)", 1, "memory"),
    ("fwrite: No space left on device", 1, "disk"),
    ("in: src/x.cpp, line 3\nERROR: \nFile p.star does not exist", 1, "relion_error"),
    ("ERROR!!! zero sum of weights....", 1, "relion_error"),
    ("srun: error: task 0 launch failed: Unspecified error", 0, "mpi_start"),
    (
        "srun: error: Unable to create step for job 7: More processors requested than permitted",
        1,
        "mpi_start",
    ),
    ("srun: error: Invalid MPI type 'foo', --mpi=list for acceptable types", 1, "mpi_start"),
    ("srun: error: invalid MPI type 'foo', --mpi=list for acceptable types", 1, "mpi_start"),
    ("There are not enough slots available in the system", 1, "mpi_start"),
    ("srun: error: cn0010: tasks 3-4: Killed", 143, "killed"),
    ("srun: error: cn0010: task 3: Segmentation fault", 139, "killed"),
    ("mpirun noticed that process rank 1 with PID 0 on node cn1 exited on signal 9 (Killed).", 137, "killed"),
    ("=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES", 9, "killed"),
    ("srun: error: Node failure on cn0010", 143, "killed"),
    ("", 137, "killed"),
    ("", 143, "killed"),
    ("some program: cannot do that", 3, "failed"),
    ("", 0, "incomplete"),
]


@pytest.mark.parametrize(("err", "status", "why"), DIAGNOSES)
def test_why_it_ended_is_read_from_what_was_said(err: str, status: int, why: str, tmp_path: Path) -> None:
    iteration(tmp_path, 0)
    (tmp_path / "Run/job/run.err").write_text(f"{err}\n")
    done = call(f"rc_status={status}; relionc_diagnose; echo $rc_why", tmp_path)
    assert (done.stdout.split(), done.stderr) == ([why], "")


def test_success_needs_the_exit_status_the_marker_and_the_files(tmp_path: Path) -> None:
    iteration(tmp_path, 2)
    script = "rc_status={}; relionc_diagnose; echo $rc_why"
    assert call(script.format(0), tmp_path).stdout.split() == ["incomplete"]
    (tmp_path / "Run/job/RELION_JOB_EXIT_SUCCESS").touch()
    assert call(script.format(0), tmp_path).stdout.split() == ["finished"]
    assert call(script.format(13), tmp_path).stdout.split() == ["failed"]
    (tmp_path / "Run/job/run_it002_data.star").write_text("")
    assert call(script.format(0), tmp_path).stdout.split() == ["incomplete"]


def test_an_error_of_relion_is_told_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    text = "in: ./src/metadata_table.cpp, line 1\nERROR: \nMetaDataTable::read: File p.star does not exist\n=== B\n"
    (tmp_path / "Run/job/run.err").write_text(text)
    done = call('relionc_diagnose; echo "$rc_detail"', tmp_path)
    assert done.stdout == "MetaDataTable::read: File p.star does not exist\n"


TAKEN = [
    (
        "slurmstepd-cn1: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO JOB REQUEUE ***",
        "requeued",
    ),
    (
        "[2026-11-29T03:03:48.006] error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO JOB REQUEUE ***",
        "requeued",
    ),
    (
        "slurmstepd: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO NODE FAILURE, SEE ***",
        "requeued",
    ),
    (
        "slurmstepd: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO PREEMPTION ***",
        "requeued",
    ),
    (
        "slurmstepd: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO TIME LIMIT ***",
        "time_limit",
    ),
    (
        "[2026-11-29T03:03:48.006] error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE TO TIME LIMIT ***",
        "time_limit",
    ),
    ("slurmstepd: error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 ***", "cancelled"),
    ("error: *** JOB 7 ON cn1 CANCELLED AT 2026-11-29T03:03:48 DUE to SIGNAL Terminated ***", "cancelled"),
]


@pytest.mark.parametrize(("line", "ending"), TAKEN)
def test_who_took_the_job_away_is_read_in_the_words_of_every_slurm(
    line: str, ending: str, tmp_path: Path
) -> None:
    (tmp_path / "log").write_text(f"{line}\n")
    lock = "rc_log_file=log; relionc_lock; relionc_taken"
    done = call(lock, tmp_path, SLURM_JOB_ID="7", SLURM_JOB_NUM_NODES="1")
    (*_, last) = (tmp_path / "Run/job/relionc/events.tsv").read_text().splitlines()
    assert last.split("\t")[6] == ending
    assert done.returncode == int(last.split("\t")[7])
    markers = {path.name for path in (tmp_path / "Run/job").glob("RELION_JOB_*")}
    wanted = {
        "requeued": set(),
        "time_limit": {"RELION_JOB_EXIT_FAILURE"},
        "cancelled": {"RELION_JOB_EXIT_ABORTED"},
    }
    assert markers == wanted[ending]


@pytest.mark.parametrize(("longest", "limit"), [(0, 7200), (1, 1200), (300, 1200), (1000, 4000)])
def test_the_limit_follows_the_longest_iteration(longest: int, limit: int, tmp_path: Path) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    (tmp_path / "Run/job/run.out").write_text("it has begun")
    assert call(f"rc_longest={longest}; relionc_limit", tmp_path).stdout == f"{limit}\n"


def test_ranks_that_never_say_a_word_are_not_waited_for_long(tmp_path: Path) -> None:
    assert call("relionc_limit", tmp_path).stdout == "900\n"


def test_half_written_files_are_removed_before_only_the_rest_is_done(tmp_path: Path) -> None:
    movies = tmp_path / "Run/job/Movies"
    movies.mkdir(parents=True)
    (movies / "old.mrc").write_bytes(mrc())
    (movies / "old.star").write_text("data_\n")
    (movies / "old_empty.mrc").touch()
    for name in ("old.mrc", "old.star", "old_empty.mrc"):
        subprocess.run(["touch", "-d", "10 minutes ago", movies / name], check=True)
    (movies / "new.mrc").write_bytes(mrc())
    (movies / "half.mrc").write_bytes(mrc(cut=100))
    (movies / "half.star").write_text("data_\n")
    (tmp_path / "Run/job/corrected.star").write_text("data_\n")
    assert call("relionc_half_files", tmp_path).returncode == 0
    assert sorted(path.name for path in movies.iterdir()) == ["new.mrc", "old.mrc", "old.star"]
    assert (tmp_path / "Run/job/corrected.star").exists()


def test_helper_steps_are_free_of_the_jobs_shape(tmp_path: Path) -> None:
    program(tmp_path, "srun", 'echo "$@"; env | grep -E "^(SLURM|SRUN)_" | cut -d = -f 1 | sort | xargs')
    shape = [
        *(
            "SLURM_HOSTFILE",
            "SLURM_NTASKS_PER_NODE",
            "SLURM_TASKS_PER_NODE",
            "SLURM_DISTRIBUTION",
            "SLURM_NTASKS",
        ),
        *(
            "SLURM_CPUS_PER_TASK",
            "SLURM_TRES_PER_TASK",
            "SRUN_CPUS_PER_TASK",
            "SLURM_GPUS_PER_TASK",
            "SLURM_NPROCS",
        ),
    ]
    kept = {"SLURM_JOB_ID": "7", "SLURM_JOB_NUM_NODES": "3", "SLURM_CONF": "x"}
    done = call("relionc_on_nodes 5 hostname", tmp_path, **dict.fromkeys(shape, "1"), **kept)
    words, left = done.stdout.splitlines()
    assert words == "--mpi=none -N 3 -n 3 --ntasks-per-node=1 -c 1 --kill-on-bad-exit=0 hostname"
    assert left == "SLURM_CONF SLURM_JOB_ID SLURM_JOB_NUM_NODES"
    groups = {
        "SLURM_HET_SIZE": "2",
        "SLURM_JOB_NUM_NODES_HET_GROUP_0": "1",
        "SLURM_JOB_NUM_NODES_HET_GROUP_1": "4",
    }
    done = call("rc_beside=1 relionc_on_nodes 5 hostname", tmp_path, **kept, **groups)
    assert [
        line.split()[0:1] + line.split()[5:7] for line in done.stdout.splitlines() if "--mpi" in line
    ] == [
        ["--het-group=0", "-N", "1"],
        ["--het-group=1", "-N", "4"],
    ]
    assert done.stdout.count("--overlap --mem=0 --gres=none") == 2


NEW = {
    "a nameref (4.3)": r"local -n|declare -n",
    "a transformation (4.4)": r"\$\{[\w\[\]@*]+@[QEPAa]\}",
    "an index from the end (4.3)": r"\[-\d+\]",
    "wait -n (4.3)": r"wait -n",
    "values of a declare -g (4.3)": r"declare -\w*g\w* \w+=",
    "mapfile -d (4.4)": r"(mapfile|readarray) [^|]*-d",
    "EPOCHSECONDS (5.0)": r"EPOCH(SECONDS|REALTIME)",
    "a case of a name (5.1)": r"\$\{[\w]+@[ULu]\}",
    "inherit_errexit (4.4)": r"inherit_errexit|local -$",
    "a case in a substitution of several lines (4.3)": r"\$\(\n(?:(?!\n *\)).)*\n *case (?:(?!\n *\)).)*\n *\)",
}


@pytest.mark.parametrize("what", NEW)
def test_nothing_is_newer_than_bash_4_2(what: str) -> None:
    assert not re.search(
        NEW[what], GUARD.read_text(), re.MULTILINE | (re.DOTALL if "(?!" in NEW[what] else 0)
    )


def test_shellcheck_has_nothing_to_say() -> None:
    found = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, "it is among the tools of a developer"
    done = subprocess.run([found, GUARD], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("command", "status"),
    [("bash -c 'exit 7'", 7), ("bash -c 'kill -9 $$'", 137), ("bash -c 'exit 7' | cat", 7)],
)
def test_the_status_of_what_runs_is_kept(command: str, status: int, tmp_path: Path) -> None:
    """In bash 4.2 too: by that of a killed program the guard knows that it may go on."""
    script = (
        f"set -o pipefail; RELIONC_TICK=0.1; new() {{ {command}; echo more; }}; relionc_launch; relionc_watch"
    )
    done = call(f'{script}; echo "status $rc_status"; cat Run/job/run.out', tmp_path)
    assert f"status {status}\n" in done.stdout
    assert "more" not in done.stdout


WRONG = "WARNING: Option --sgd\tis not a valid RELION argument"


@pytest.mark.parametrize(
    ("decided", "wrong"), [("", ""), ("end", "RELION ignores an argument that this version does not know")]
)
def test_a_warning_of_a_wrong_run_is_said_and_ends_it_where_the_profile_says_so(
    decided: str, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    (tmp_path / "Run/job/run.err").write_text(f"{WRONG}\n")
    script = f'plan[warnings]={decided}; relionc_first_words; relionc_first_words; echo "$rc_wrong"'
    said, ends = call(script, tmp_path).stdout.splitlines()
    assert (
        "RELION ignores an argument that this version does not know (RELION says: WARNING: Option --sgd"
        in said
    )
    assert ends == wrong


def test_another_number_of_ranks_than_planned_is_no_start(tmp_path: Path) -> None:
    (tmp_path / "Run/job").mkdir(parents=True)
    (tmp_path / "Run/job/run.out").write_text(" + Number of MPI processes                 = 1\n")
    done = call('relionc_first_words; relionc_diagnose; echo "$rc_why: $rc_detail"', tmp_path)
    assert done.stdout.startswith("mpi_start: planned for 5 ranks, but RELION counts 1: ")


def test_what_an_earlier_start_has_left_is_ended(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "RELIONC_OUTPUT": f"{tmp_path}/Run/job"}
    orphan = subprocess.Popen(["sleep", "100"], env={**env, "RELIONC_RUN": "7.0.other"})
    other = subprocess.Popen(
        ["sleep", "100"], env={**env, "RELIONC_OUTPUT": "/elsewhere", "RELIONC_RUN": "7.0.other"}
    )
    try:
        done = call("relionc_orphans", tmp_path)
        assert f"ended process {orphan.pid}, which an earlier start of this job had left" in done.stdout
        assert orphan.wait(timeout=10) == -9
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_where_a_site_forbids_a_requeue_another_job_goes_on(tmp_path: Path) -> None:
    """Jobs that wait for this one wait for that, and its id is kept as submit.sh keeps it."""
    for name in ("b/job", "b/state/job"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "b/job/run.sbatch").touch()
    program(
        tmp_path, "sbatch", 'echo "sbatch $* $RELIONC_BUILD ${SLURM_HOSTFILE-}" >>calls; echo "71;cluster"'
    )
    program(
        tmp_path, "squeue", 'printf "8 afterok:7(unfulfilled)\\n9 afterok:77(unfulfilled)\\n71 afterany:7\\n"'
    )
    program(
        tmp_path,
        "scontrol",
        'case $1 in requeue) echo "disabled" >&2; exit 1 ;; show) echo BatchFlag=1 ;; *) echo "$*" >>calls ;; esac',
    )
    script = "build=b plan[job]=job; relionc_lock; relionc_at_last; relionc_requeue 'the time limit is near'"
    done = call(script, tmp_path, SLURM_JOB_ID="7", SLURM_HOSTFILE="x")
    assert done.returncode == 85
    assert (tmp_path / "calls").read_text().splitlines() == [
        "sbatch --parsable --dependency=afterany:7 b/job/run.sbatch b ",
        "update JobId=8 Dependency=afterok:71",
    ]
    assert (tmp_path / "b/state/job/submitted").read_text().split()[1] == "71"


def test_a_point_of_a_table_goes_on_as_the_task_of_another_array(tmp_path: Path) -> None:
    (tmp_path / "b/state/sweep").mkdir(parents=True)
    (tmp_path / "b/sweep").mkdir()
    (tmp_path / "b/sweep/run.sbatch").touch()
    program(tmp_path, "sbatch", 'echo "sbatch $*" >>calls; echo 71')
    program(tmp_path, "squeue", ":")
    program(tmp_path, "scontrol", "case $1 in requeue) exit 1 ;; show) echo BatchFlag=1 ;; esac")
    point = "build=b plan[job]=sweep-tau2 plan[points]=sweep plan[first]=1000 rc_job=7_3"
    script = f"{point}; relionc_lock; relionc_at_last; relionc_requeue x"
    done = call(script, tmp_path, SLURM_JOB_ID="9", SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID="3")
    assert done.returncode == 85, done
    assert (tmp_path / "calls").read_text() == (
        "sbatch --parsable --dependency=afterany:7_3 --array=3 b/sweep/run.sbatch 1000\n"
    )
    assert (tmp_path / "b/state/sweep/submitted").read_text().split()[1] == "71_[3]+1000"


def test_a_point_of_a_table_has_its_job_file(tmp_path: Path) -> None:
    (tmp_path / "b/sweep").mkdir(parents=True)
    (tmp_path / "b/sweep/job.star").write_text(
        'tau_fudge  ${of_tau}\nother_args "--random_seed ${of_seed} ${HOME}"\n'
    )
    script = "rc_build=b plan[points]=sweep of_tau=2.5 of_seed=7; relionc_job_file"
    call(script, tmp_path)
    made = (tmp_path / "Run/job/job.star").read_text()
    assert made == 'tau_fudge  2.5\nother_args "--random_seed 7 ${HOME}"\n'


def test_a_requeue_that_ends_scontrol_itself_is_one(tmp_path: Path) -> None:
    """Slurm's SIGTERM reaches all processes of the job at once."""
    program(tmp_path, "scontrol", "case $1 in requeue) kill -TERM $PPID $$ ;; show) echo BatchFlag=1 ;; esac")
    program(tmp_path, "sbatch", "touch chained")
    (tmp_path / "b/job").mkdir(parents=True)
    (tmp_path / "b/job/run.sbatch").touch()
    script = "build=b plan[job]=job; relionc_lock; relionc_at_last; relionc_requeue x"
    done = call(script, tmp_path, SLURM_JOB_ID="7")
    assert (done.returncode, (tmp_path / "chained").exists()) == (85, False), done


def test_marks_older_than_an_iteration_are_of_others(tmp_path: Path) -> None:
    """RELION leaves its mark last; what somebody has put there before is not believed."""
    iteration(tmp_path, 1)
    for name in ("SUCCESS", "ABORTED"):
        (tmp_path / f"Run/job/RELION_JOB_EXIT_{name}").touch()
    os.utime(tmp_path / "Run/job/RELION_JOB_EXIT_SUCCESS", (1, 1))
    call("relionc_marks_of_others", tmp_path)
    assert [path.name for path in (tmp_path / "Run/job").glob("RELION_JOB_*")] == ["RELION_JOB_EXIT_ABORTED"]


def test_a_process_that_says_no_start_is_not_ended(tmp_path: Path) -> None:
    """One that ends just now, or becomes another program, shows no environment: it may be of this start."""
    script = """
    export RELIONC_OUTPUT=$rc_cwd/$output
    RELIONC_RUN=7.0.elsewhere.1.1 sleep 60 & old=$!
    RELIONC_RUN=$rc_token sleep 60 & own=$!
    sleep 60 & other=$!
    sleep 0.5; relionc_orphans; sleep 0.2
    for pid in $old $own $other; do kill -0 $pid 2>/dev/null && echo lives || echo gone; done
    kill $own $other
    """
    done = call(script, tmp_path)
    assert done.stdout.split()[-3:] == ["gone", "lives", "lives"], done.stdout + done.stderr
