"""Calls functions of the guard in bash, without a job around them."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

GUARD = Path(__file__).resolve().parents[2] / "templates" / "relionc-runtime.sh"
BASH = os.environ.get("RELIONC_BASH", "bash")
"""The shell that reads the guard: it is to be read by bash 4.2 too, which hardly any machine has."""
HEAD = """\
declare -A plan=([output]=Run/job/ [root]=Run/job/run [resume]=iterations [marker]=yes [ranks]=5)
plan[restart]=auto plan[identity]=ab12
inputs=() results=(Run/job/run_it002_data.star) wrapper=()
. {guard}
exec {{rc_log}}>&1
rc_log_file='' rc_log_at=0 rc_out_at=0 rc_err_at=0 rc_status=1 rc_cause='' rc_last=''
rc_longest=0 rc_warned='' rc_starts=0 rc_tries=0
rc_locked='' rc_launched='' rc_cause_now='' rc_again='' rc_detail='' rc_how=new rc_from=0
rc_beside='' rc_leader_alone='' rc_unfit='' rc_wrong=''
rc_posted=() rc_clock=0 rc_unseen=0 rc_iterates='' rc_full=''
output=Run/job rc_state=Run/job/relionc rc_cwd=$PWD rc_host=$(uname -n) rc_job=${{JOB:-7}}
rc_restart=${{RESTART:-0}} rc_nodes=2
rc_rows=Run/job/relionc/hostfile
rc_token=$rc_job.$rc_restart.$rc_host.$$.$(relionc_began $$)
mkdir -p "$rc_state"
"""


def call(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run lines of bash behind what a job's script and `relionc_begin` set; programs in `folder`/bin come first."""
    path = f"{folder}/bin:{os.environ['PATH']}"
    return subprocess.run(
        [BASH, "-c", HEAD.format(guard=GUARD) + script],
        cwd=folder,
        env={"PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def program(folder: Path, name: str, body: str) -> None:
    """Put a program into the way of a real one."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / name).write_text(f"#!/bin/bash\n{body}\n")
    (folder / "bin" / name).chmod(0o755)


def mrc(box: int = 4, mode: int = 2, size: int = 4, cut: int = 0) -> bytes:
    """Return the bytes of a map, `cut` short by so many."""
    head = struct.pack("<4i", box, box, box, mode) + bytes(1024 - 16)
    return (head + bytes(box**3 * size))[: 1024 + box**3 * size - cut]


def iteration(folder: Path, number: int, rows: int = 3) -> None:
    """Write the files of an iteration as RELION does."""
    run = folder / "Run/job"
    run.mkdir(parents=True, exist_ok=True)
    root = f"Run/job/run_it{number:03d}"
    (folder / f"{root}_class001.mrc").write_bytes(mrc())
    (folder / f"{root}_model.star").write_text(
        "\ndata_model_general\n\n_rlnReferenceDimensionality 3\n\n"
        "data_model_classes\n\nloop_\n_rlnReferenceImage #1\n_rlnClassDistribution #2\n"
        f"{root}_class001.mrc 1.0\n\ndata_model_class_1\n\nloop_\n_rlnSpectralIndex #1\n0\n"
    )
    images = "".join(f"{i:06d}@Particles/p.mrcs 1\n" for i in range(1, rows + 1))
    (folder / f"{root}_data.star").write_text(
        "\ndata_optics\n\nloop_\n_rlnOpticsGroup #1\n1\n\n"
        f"data_particles\n\nloop_\n_rlnImageName #1\n_rlnClassNumber #2\n{images}\n"
    )
    (folder / f"{root}_sampling.star").write_text("data_sampling_general\n\n_rlnHealpixOrder 1\n")
    (folder / f"{root}_optimiser.star").write_text(
        "# RELION optimiser\n\ndata_optimiser_general\n\n"
        f"_rlnOutputRootName Run/job/run\n_rlnModelStarFile {root}_model.star\n"
        f"_rlnExperimentalDataStarFile {root}_data.star\n_rlnOrientSamplingStarFile {root}_sampling.star\n"
    )
