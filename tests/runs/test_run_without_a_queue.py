"""`relionc submit` where there is no queue: the jobs run here, in order, and a failure is explained."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stub_slurm import Site

SPEC = """\
relionc: 1
cluster: local
relion: "3.1"
jobs:
  first:
    type: class3d
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 1}
  second:
    type: class3d
    after: [first]
    options: {fn_img: particles.star, fn_ref: reference.mrc, particle_diameter: 200, use_gpu: no}
    data: {particles: 100, box: 32}
    resources: {ntasks: 1}
"""
WELL = "#!/bin/bash\necho ran $PPID\ntouch RELION_JOB_EXIT_SUCCESS Class3D/{first,second}/RELION_JOB_EXIT_SUCCESS\n"
BADLY = '#!/bin/bash\nprintf "ERROR: \\nBad thing in file x\\n" >>Class3D/first/run.err\nexit 1\n'


@pytest.fixture
def here(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The project with a build without a queue, whose scripts a test replaces."""
    (site.here / "local.yaml").write_text(SPEC)
    assert site.run("build", "local.yaml")[0] == 0
    monkeypatch.setenv("RELIONC_EDITED", "yes")
    for folder in ("first", "second"):
        (site.here / "Class3D" / folder).mkdir(parents=True)
    return site


def scripts(site: Site, text: str) -> None:
    for name in ("first", "second"):
        (site.here / f"build/local/{name}/run.sh").write_text(text)


def test_jobs_run_in_order_and_are_not_run_twice(here: Site) -> None:
    scripts(here, WELL)
    assert here.run("submit", "build/local")[:2] == (0, "first\nsecond\n")
    code, out, _ = here.run("status", "build/local")
    assert code == 0
    assert [line.split("  ")[-1] for line in out.splitlines()] == ["COMPLETED", "COMPLETED"]
    assert here.run("submit", "build/local")[:2] == (
        0,
        "first is finished already\nsecond is finished already\n",
    )
    assert here.calls("sbatch") == []
    assert here.calls("scontrol") == []


def test_a_script_alone_makes_its_job_one_of_the_project(site: Site) -> None:
    """Also where the script is named as seen from another folder than the project."""
    project = site.here / "project"
    project.mkdir()
    text = SPEC.replace("jobs:", "first_job: 7\ndefaults: {project: project}\njobs:").replace("[first]", "[]")
    (site.here / "local.yaml").write_text(text)
    assert site.run("build", "local.yaml")[0] == 0
    (project / "default_pipeline.star").write_text("\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 7\n\n")
    done = subprocess.run(
        [os.environ.get("RELIONC_BASH", "bash"), "build/local/first/run.sh"],
        cwd=site.here,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 69, done.stdout + done.stderr  # there are no particles
    table = (project / "default_pipeline.star").read_text()
    assert re.search(r"^Class3D/job007/ Class3D/first/ +9 +3 *$", table, re.MULTILINE)
    assert (project / "Class3D/first").resolve() == project / "Class3D/job007"
    assert "Class3D/job008/" not in table


def test_a_failure_ends_it_with_its_post_mortem(here: Site) -> None:
    scripts(here, BADLY)
    code, out, _ = here.run("submit", "build/local")
    assert code == 1
    assert out.startswith("first\nfirst  job local-")
    assert "reason   RELION stopped with an error of its own" in out
    assert "seen     run.err:2: Bad thing in file x" in out
    assert "second" not in out
