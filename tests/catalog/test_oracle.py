"""The installed RELION 3.1 reads our job file and makes the commands that we make of the same options."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relionc import catalog
from relionc.emit.jobfile import render
from relionc.expr import refs
from relionc.lower import jobfile
from relionc.lower.commands import make

if TYPE_CHECKING:
    from pathlib import Path

    from relionc.catalog import JobType, Option

PIPELINER = shutil.which("relion_pipeliner")
DRAWS = int(os.environ.get("RELIONC_ORACLE_DRAWS", "12"))  # per job type
VERSION = "3.1"
JOB = 25

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        PIPELINER is None and os.environ.get("RELIONC_REQUIRE_LAB") != "1", reason="RELION is not installed"
    ),
]

# Through its queue RELION writes the commands to a script and starts nothing.
QUEUED = {"do_queue": "Yes", "qsub": "true", "qsubscript": "template.sh"}
NEEDED = {
    "import": {"fn_in_raw": "Micrographs/*.tiff"},
    "motioncorr": {"input_star_mics": "Import/job001/movies.star"},
    "ctffind": {"input_star_mics": "MotionCorr/job002/corrected_micrographs.star", "use_ctffind4": "Yes"},
    "class2d": {"fn_img": "Extract/job012/particles.star"},
    "class3d": {"fn_img": "Extract/job012/particles.star", "fn_ref": "InitialModel/job015/initial_model.mrc"},
    "refine3d": {"fn_img": "Extract/job012/particles.star", "fn_ref": "None"},
}
CHOSEN = [
    ("class3d", {"nr_classes": "6", "nr_mpi": "17", "use_gpu": "Yes", "gpu_ids": "0:1:2:3"}),
    ("class3d", {"do_helix": "Yes", "helical_tube_outer_diameter": "180", "range_rot": "9.5"}),
    ("class3d", {"scratch_dir": "/lscratch/" + refs.encode("SLURM_JOB_ID"), "other_args": "--random_seed 0"}),
    ("class3d", {"dont_skip_align": "No", "use_gpu": "Yes"}),
    ("class3d", {"fn_ref": ""}),
    ("class2d", {"nr_classes": "50", "psi_sampling": "6.1", "offset_step": "0.333333333"}),
    ("refine3d", {"fn_mask": "mask one.mrc", "do_solvent_fsc": "Yes", "auto_local_sampling": "0.9 degrees"}),
    ("refine3d", {"sampling": "17 degrees"}),
    ("motioncorr", {"do_own_motioncor": "No", "other_motioncor2_args": '-Tol 0.5 "quoted"', "nr_mpi": "4"}),
    ("motioncorr", {"do_save_ps": "Yes", "dose_per_frame": "1.277", "fn_gain_ref": "gain.mrc"}),
    ("ctffind", {"use_gctf": "Yes", "other_gctf_args": "--phase_shift_H 3"}),
    ("import", {"do_raw": "No", "do_other": "Yes", "node_type": "Unfiltered half-map (unfil.mrc)",
                "fn_in_other": "maps/run_half1_class001_unfil.mrc"}),
]  # fmt: skip

# The pipeline itself, not the commands, fails on names that cannot be files.
_WORD = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,6}(/[a-z0-9_]{1,4}){0,2}", fullmatch=True)
_TEXT = st.lists(_WORD, min_size=1, max_size=3).map(" ".join)
_NUMBER = st.one_of(
    st.integers(-5, 400).map(str),
    st.floats(-20, 500, allow_nan=False).map(lambda number: f"{number:.4f}"),
    st.sampled_from(["0.1", "1.50", ".5", "5.", "1e2", "3abc", "-1", "+2", "0"]),
)


def relion_makes(job_type: JobType, options: dict[str, str], folder: Path) -> list[str] | None:
    """Return the lines of RELION's submission script for our job file, or None if it refuses."""
    assert PIPELINER, "RELIONC_REQUIRE_LAB=1, but relion_pipeliner is not installed"
    table = f"\ndata_pipeline_general\n\n_rlnPipeLineJobCounter {JOB}\n\n"
    (folder / "default_pipeline.star").write_text(table, "utf-8")
    (folder / "template.sh").write_text("XXXcommandXXX\n", "utf-8")
    text = render(jobfile.make(job_type, options, is_continue=False))
    (folder / "job.star").write_text(text, "utf-8")
    command = [PIPELINER, "--addJobFromStar", "job.star", "--addJobOptions", "do_queue == Yes"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=20, check=False)
    script = folder / job_type.job_dir / f"job{JOB:03}" / "run_submit.script"
    if done.returncode or not script.exists():
        return None
    return script.read_text("utf-8").splitlines()[:-1]  # RELION ends it with an empty line


def we_make(job_type: JobType, options: dict[str, str]) -> list[str] | None:
    made = make(job_type, options, output=f"{job_type.job_dir}/job{JOB:03}/", is_continue=False)
    return None if made.refusals else list(made.texts)


@pytest.mark.parametrize(("name", "options"), CHOSEN)
def test_relion_makes_the_same_commands(name: str, options: dict[str, str], tmp_path: Path) -> None:
    job_type = catalog.load(name, VERSION)
    full = {**NEEDED[name], **options, **QUEUED}
    assert we_make(job_type, full) == relion_makes(job_type, full, tmp_path)


def values(option: Option) -> st.SearchStrategy[str]:
    if option.role == "ranks":
        return st.integers(1, 32).map(str)
    if option.kind == "bool":
        return st.sampled_from(["Yes", "No"])
    if option.kind == "list":
        return st.sampled_from(option.choices)
    if option.kind == "number" or option.unit:
        return _NUMBER
    return (
        _TEXT if option.role == "extra_args" else st.one_of(_WORD, st.sampled_from([option.default or "x"]))
    )


def drawn_options(job_type: JobType) -> st.SearchStrategy[dict[str, str]]:
    free = {key: values(option) for key, option in job_type.options.items() if key not in QUEUED}
    return st.fixed_dictionaries({}, optional=free).map(
        lambda drawn: {**NEEDED[job_type.name], **drawn, **QUEUED}
    )


@pytest.mark.parametrize("name", catalog.types(VERSION))
def test_relion_makes_the_same_commands_of_drawn_options(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    job_type = catalog.load(name, VERSION)

    @settings(max_examples=DRAWS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(options=drawn_options(job_type))
    def agree(options: dict[str, str]) -> None:
        folder = tmp_path_factory.mktemp("draw")
        assert we_make(job_type, options) == relion_makes(job_type, options, folder)
        shutil.rmtree(folder)

    agree()
