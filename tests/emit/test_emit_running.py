"""The scripts do what they say: run here by bash, with Slurm's programs replaced by ones that take notes."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from relionc import emit
from relionc.store import build_dir

CASES = Path(__file__).parent / "cases"
# A launcher that starts bash does so as often as it is told to, on the hosts of the hostfile; else it takes notes.
STARTS = """
if [[ $* = *" rm -rf "* ]]; then exit; fi # the guard clears the nodes
place=0 count=0 rows=(cn0007)
for word in "$@"; do
  case ${before-} in -n) count=$((count + word)) ;; --hostfile) SLURM_HOSTFILE=${word} ;; esac
  if [[ ${word} = bash && ${started-} != yes ]]; then
    started=yes
    [[ -z ${SLURM_HOSTFILE-} ]] || mapfile -t rows <"${SLURM_HOSTFILE}"
    command=("${@:place + 1}")
  fi
  place=$((place + 1)) before=${word}
done
if [[ ${started-} = yes ]]; then
  for ((i = 0; i < count; i++)); do SLURM_PROCID=${i} SLURMD_NODENAME=${rows[i]:-cn0009} bash -c "${command[2]}"; done
  exit
fi
"""
FAKES = {
    "scontrol": '[[ $1 == show ]] && printf "cn0007\\ncn0009\\n" || echo "$PWD: scontrol $*" >> calls',
    "srun": STARTS
    + 'cat "$SLURM_HOSTFILE" > rows; printf "%s\\n" "$@" > words; echo computed; echo warned >&2; exit 7',
    "mpirun": STARTS + 'echo "mpirun $*"; exit "${FAIL:-0}"',
    "relion_refine": 'echo "RELION version: 2.1"',
    "relion_refine_mpi": "",
    "relion_autopick": 'echo "picked $*"',
    "sinteractive": 'printf "%s\\n" "$@"',
    "sbatch": 'echo "$PWD: $*" >> calls; n=$(wc -l < calls); echo "10$n;cluster"',
    "relion_run_motioncorr_mpi": "",
    "relion_run_ctffind_mpi": "",
}


@pytest.fixture
def build(tmp_path):
    """Write a case's files below build/, and return a way to run one of its scripts in the project folder."""
    (tmp_path / "bin").mkdir()
    for name, body in FAKES.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{body}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    def write(case):
        bundle = runpy.run_path(str(CASES / f"{case}.py"))["BUNDLE"]
        build_dir.write(str(tmp_path / "build"), emit.files(bundle), inputs={}, version="0", force=True)

    def run(script, **env):
        env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), **env}
        command = ["bash", f"build/{script}"]
        return subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=env, text=True)

    write.run, write.here = run, tmp_path
    return write


SLURM = {"SLURM_JOB_ID": "4711", "SLURM_JOB_NUM_NODES": "2", "SLURM_JOB_NODELIST": "cn[0007,0009]"}


@pytest.fixture
def particles(build):
    """What the refinement reads."""
    (build.here / "Particles").mkdir()
    (build.here / "Particles/shiny.star").touch()


MODULE = {"BASH_FUNC_module%%": "() { :; }", "LOADEDMODULES": ""}


@pytest.mark.usefixtures("particles")
def test_a_batch_script_places_ranks_keeps_output_and_says_why_it_ended(build):
    build("homogeneous_plus_1")
    # A module command is a shell function that reads unset variables.
    functions = {"BASH_FUNC_module%%": '() { echo "module $*"; : "$NOT_SET_BY_ANYBODY"; }'}
    done = build.run("class3d/run.sbatch", **SLURM, **functions, LOADEDMODULES="x")
    assert (done.returncode, done.stderr) == (83, "")
    assert "\nmodule load RELION/2.1\nx\n" in done.stdout
    assert done.stdout.endswith("relionc: the program failed: exit status 7: warned\n")
    assert (build.here / "rows").read_text().split() == ["cn0007"] * 3 + ["cn0009"] * 2
    words = (build.here / "words").read_text().split("\n")
    assert words[:5] == ["--mpi=pmi2", "-n", "5", "--distribution=arbitrary", "relion_refine_mpi"]
    assert "/lscratch/4711" in words
    folder = build.here / "Class3D/class3d"
    start = "=== relionc: job 4711, start 0.0, from the beginning\n"
    assert (folder / "run.out").read_text() == f"{start}computed\n"
    assert (
        folder / "run.err"
    ).read_text() == f"{start}warned\nrelionc: the program failed: exit status 7: warned\n"
    assert (folder / "RELION_JOB_EXIT_FAILURE").exists()


@pytest.mark.usefixtures("particles")
def test_one_srun_starts_the_same_command_in_both_groups(build):
    build("two_groups")
    ids = {"SLURM_JOB_ID": "4711", "SLURM_JOB_ID_HET_GROUP_1": "4712", "SLURM_HOSTFILE": "/dev/null"}
    groups = {
        "SLURM_HET_SIZE": "2",
        "SLURM_JOB_NUM_NODES_HET_GROUP_0": "1",
        "SLURM_JOB_NUM_NODES_HET_GROUP_1": "2",
        "SLURM_JOB_NODELIST_HET_GROUP_0": "cn0007",
        "SLURM_JOB_NUM_NODES": "1",
        "CUDA_VISIBLE_DEVICES": "0,1,2,3",
    }
    done = build.run("class3d/run.sbatch", **ids, **groups, **MODULE)
    assert (done.returncode, done.stderr) == (83, "")
    words = (build.here / "words").read_text().split("\n")[:-1]
    middle = words.index(":")
    first, second = words[:middle], words[middle + 1 :]
    assert (first[:6], second[:5]) == (
        ["--mpi=pmix", "--het-group=0", "-n", "1", "-c", "8"],
        ["--het-group=1", "-n", "8", "-c", "4"],
    )
    assert first[6:] == second[5:]
    assert first[6:9] == ["relion_refine_mpi", "--o", "Class3D/class3d/run"]
    assert first[-4:] == ["--gpu", "", "--scratch_dir", "/lscratch/4712"]


@pytest.mark.usefixtures("particles")
def test_mpirun_gets_the_rows_of_its_ranks(build):
    build("ranks_inside")
    done = build.run("class3d/run.sbatch", **SLURM, **MODULE, FAIL="5", CUDA_VISIBLE_DEVICES="0,1,2,3")
    assert (done.returncode, done.stderr) == (83, "")
    folder = build.here / "Class3D/class3d"
    assert (folder / "relionc/hostfile").read_text().split() == ["cn0007"] * 5 + ["cn0009"] * 4
    started = "mpirun -n 9 --hostfile Class3D/class3d/relionc/hostfile relion_refine_mpi --o "
    assert (folder / "run.out").read_text().splitlines()[1].startswith(started)


@pytest.mark.usefixtures("particles")
def test_a_second_run_appends_to_the_output(build):
    build("homogeneous_plus_1")
    for job in ("4711", "4712"):
        build.run("class3d/run.sbatch", **SLURM | {"SLURM_JOB_ID": job}, **MODULE)
    assert (build.here / "Class3D/class3d/run.out").read_text() == (
        "=== relionc: job 4711, start 0.0, from the beginning\ncomputed\n"
        "=== relionc: job 4712, start 0.0, from the beginning\ncomputed\n"
    )


@pytest.mark.usefixtures("particles")
def test_an_allocation_of_another_size_is_refused_before_anything_runs(build):
    build("homogeneous_plus_1")
    done = build.run("class3d/run.sbatch", **{**SLURM, "SLURM_JOB_NUM_NODES": "3"}, **MODULE)
    assert done.returncode == 69
    assert "planned for 2 nodes, but this allocation has 3\n" in done.stdout
    assert not (build.here / "words").exists()


def test_submit_makes_the_folders_and_chains_the_jobs(build):
    build("homogeneous_plus_1")
    done = build.run("submit.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "import 101\nclass3d 102\n", "")
    here = build.here
    assert (here / "calls").read_text().splitlines() == [
        f"{here}: --parsable --hold {here}/build/import/run.sbatch",
        f"{here}: --parsable --dependency=afterok:101 --kill-on-invalid-dep=yes {here}/build/class3d/run.sbatch",
        f"{here}: scontrol release 101",
    ]
    assert (here / "Import/import").is_dir()
    assert (here / "Class3D/class3d").is_dir()


def test_submit_tells_of_variables_that_sbatch_takes_in_place_of_the_script(build):
    """They count more than directives, and nothing of what was built would say so."""
    build("homogeneous_plus_1")
    done = build.run("submit.sh", SBATCH_PARTITION="other", SBATCH_TIMELIMIT="5")
    assert done.returncode == 0
    assert [line.partition(" is set")[0] for line in done.stderr.splitlines()] == [
        "warning: SBATCH_PARTITION",
        "warning: SBATCH_TIMELIMIT",
    ]


def test_without_a_scheduler_jobs_run_in_order_and_a_failure_stops_them(build):
    build("workstation")
    (build.here / "my project").mkdir()
    done = build.run("submit.sh")
    assert (done.returncode, done.stderr) == (0, "")
    picked = build.here / "my project/AutoPick/pick/run.out"
    assert picked.read_text().endswith("\npicked --i CtfFind/ctf/micrographs_ctf.star\n")
    picked.unlink()
    shutil.rmtree(build.here / "my project/CtfFind")
    done = build.run("submit.sh", FAIL="3")
    assert done.returncode == 83
    assert "exit status 3" in done.stdout
    assert not picked.exists()


def test_an_interactive_job_runs_inside_its_allocation_only(build):
    build("interactive")
    outside = build.run("motion/run.sh")
    assert (outside.returncode, outside.stderr) == (
        1,
        "run this inside the allocation that allocate.sh gets\n",
    )
    inside = build.run("motion/run.sh", SLURM_JOB_ID="1", SLURM_NTASKS="4", SLURM_JOB_NUM_NODES="1")
    assert (inside.returncode, inside.stderr) == (0, "")
    ran = (build.here / "MotionCorr/motion/run.out").read_text()
    assert ran.endswith("\nmpirun -n 4 relion_run_motioncorr_mpi --i Import/movies.star\n")
    assert "--gres=gpu:k80:4,lscratch:200" in build.run("motion/allocate.sh").stdout.split()


@pytest.mark.parametrize(
    "harm",
    [
        "echo >> build/class3d/run.sbatch",
        "rm build/class3d/run.sbatch",
        "rm build/manifest.json",
        "echo {} > build/manifest.json",
    ],
)
def test_submit_refuses_a_build_that_is_not_whole(build, harm):
    build("homogeneous_plus_1")
    subprocess.run(["bash", "-c", harm], cwd=build.here, check=True)
    done = build.run("submit.sh")
    assert done.returncode != 0
    assert not (build.here / "calls").exists()
    if "rm " not in harm:
        assert "nothing was submitted" in done.stderr
        assert build.run("submit.sh", RELIONC_EDITED="yes").returncode == 0
        assert (build.here / "calls").exists()


def test_submit_only_talks_about_what_the_user_has_to_start(build):
    build("interactive")
    done = build.run("submit.sh")
    assert done.returncode == 0
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["motion is interactive", "ctf"]
    assert not (build.here / "calls").exists()
