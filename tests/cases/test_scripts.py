"""Every script that a build makes is read by bash, and shellcheck has nothing to say of it that is not meant."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.cli.app import run as call

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BASH = os.environ.get("RELIONC_BASH", "bash")
KINDS = (".sh", ".sbatch", ".script")
GUARD = "relionc-runtime.sh"
"""The same in every build, and checked in tests/runtime."""
SWEEP = """\
relionc: 1
cluster: biowulf-2018
relion: "3.1"
first_job: 7
jobs:
  class3d:
    type: class3d
    matrix: {K: [2, 4], limit: 1}
    options: {fn_img: p.star, fn_ref: r.mrc, nr_classes: "${{ matrix.K }}", particle_diameter: 360}
    data: {particles: 105247, box: 360}
    resources: {gpus: p100, time: 1-0}
  refine:
    type: refine3d
    each: class3d
    options: {fn_img: "${{ jobs.class3d.outputs.data }}", fn_ref: r.mrc, particle_diameter: 360}
    data: {particles: 105247, box: 360}
    resources: {gpus: p100, time: 2-0}
"""
OF_THE_GUARD = {"2034": "plan|inputs|results|wrapper", "2154": "from"}
"""Variables that a script sets for the guard, or has from it: shellcheck does not see both files."""
REFERENCE = re.compile(r"\$\{[A-Z][A-Z0-9_]*\}")
"""A variable of the environment in a word: RELION does not quote it either, so it is as many words as its value has."""


def built(folder: str, *words: str) -> list[Path]:
    assert call(["build", *words, "-o", folder]) == 0
    return scripts(Path(folder).resolve())


def scripts(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.suffix in KINDS and each.name != GUARD)


@pytest.fixture(scope="module")
def every_script(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """All that test_cases and tests/emit keep, and those of a sweep, for RELION's window, and by a template."""
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "sweep.yaml").write_text(SWEEP)
    specs = ROOT / "specs/biowulf-2018"
    ribosome = str(specs / "class3d-ribosome.yaml")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        others = [
            built("sweep", "sweep.yaml"),
            built("window", ribosome, "--gui"),
            built("template", ribosome, "--relion", "3.1", "--template", str(specs / "qsub.sh")),
        ]
    assert {"array.sbatch", "gui.sh", "run_submit.script"} <= {each.name for some in others for each in some}
    kept = [*scripts(HERE / "built"), *scripts(ROOT / "tests/emit/cases")]
    assert {"run.sbatch", "run.sh", "submit.sh", "allocate.sh"} <= {each.name for each in kept}
    return [*kept, *(each for some in others for each in some)]


def test_bash_reads_them(every_script: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """RELIONC_BASH names another bash than this machine's: they have to be read by 4.2."""
    lines = 'for script; do bad=$("$BASH" -n "$script" 2>&1) && [[ -z $bad ]] || echo "$script: $bad"; done'
    done = subprocess.run(
        [BASH, "-c", lines, "bash", *map(str, every_script)], capture_output=True, text=True, check=False
    )
    with capsys.disabled():
        print(f"\n{len(every_script)} scripts")
    assert (done.stdout, done.stderr) == ("", "")


def test_shellcheck_has_nothing_to_say_of_them(every_script: list[Path]) -> None:
    found = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, "it is among the tools of a developer"
    ours = [
        str(each) for each in every_script if each.suffix != ".script"
    ]  # those are RELION's, word for word
    command = [found, "--exclude=SC1091", "--format=json1", *ours]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)["comments"]
    left = [f"{c['file']}:{c['line']}: SC{c['code']} {c['message']}" for c in said if not meant(c)]
    assert not left, "\n".join(left)
    assert len(said) > 100  # of what is meant: it has looked


def meant(comment: dict[str, object]) -> bool:
    code, message = str(comment["code"]), str(comment["message"])
    if code in OF_THE_GUARD:
        return re.match(rf"({OF_THE_GUARD[code]}) ", message) is not None
    line = Path(str(comment["file"])).read_text().splitlines()[int(str(comment["line"])) - 1]
    place = line[int(str(comment["column"])) - 1 : int(str(comment["endColumn"])) - 1]
    return code == "2086" and REFERENCE.fullmatch(place) is not None
