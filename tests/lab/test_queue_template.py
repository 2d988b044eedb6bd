"""Scripts from a site's queue template are accepted by a real Slurm, and it does what the warnings say it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .building import SPECS, build

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Lab

pytestmark = pytest.mark.lab
TEMPLATE = SPECS / "biowulf-2018" / "qsub.sh"
GOOD = "#!/bin/bash\n#SBATCH --partition=gpu --ntasks=1\n#SBATCH --output=out.txt\n"


@pytest.mark.parametrize("name", ["class3d-ribosome", "heterogeneous", "homogeneous-plus-1", "preread"])
def test_scripts_from_a_template_are_accepted(name: str, lab_2018: Lab, tmp_path: Path) -> None:
    spec = SPECS / "biowulf-2018" / f"{name}.yaml"
    built = build(spec, tmp_path, "--relion", "3.1", "--template", str(TEMPLATE))
    for job in built.jobs:
        asked = lab_2018.test_only(built.folder / job / "run_submit.script", tmp_path)
        assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD + "#SBATCH --gres=\ntrue\n", id="RL706 an empty value"),
        pytest.param(GOOD.removeprefix("#!/bin/bash\n") + "true\n", id="RL709 no shell"),
        pytest.param(GOOD + "#SBATCH --mem=1G --mem-per-cpu=1G\ntrue\n", id="RL718 memory in two ways"),
        pytest.param(GOOD + "#SBATCH --time=two\ntrue\n", id="RL717 a value that is none"),
        pytest.param(GOOD + "true\r\n", id="RL709 the line ends of Windows"),
    ],
)
def test_slurm_refuses_what_relionc_says_it_refuses(text: str, lab: Lab, tmp_path: Path) -> None:
    assert _asked(lab, GOOD + "true\n", tmp_path) == 0
    assert _asked(lab, text, tmp_path) != 0


@pytest.mark.parametrize(
    "line",
    [
        *("--gres=gpu:0", "--gres=gpu:0,lscratch:5", "--gres=gpu:k80:0", "--gpus-per-node=0", "--gpus=0"),
        *("--constraint=", "--account=", "--qos=", "--gpus=", "--exclude=", "--reservation=", "--mail-user="),
        *("--gres=lscratch:5 --gpus-per-node=k80:2", "--mem=0"),
    ],
)
def test_slurm_takes_what_a_template_may_be_filled_with(line: str, lab: Lab, tmp_path: Path) -> None:
    assert _asked(lab, f"{GOOD}#SBATCH {line}\ntrue\n", tmp_path) == 0


def test_of_equal_options_slurm_takes_the_last(lab: Lab, tmp_path: Path) -> None:
    assert _asked(lab, GOOD + "#SBATCH --mem=9000G\n#SBATCH --mem=1G\ntrue\n", tmp_path) == 0
    assert _asked(lab, GOOD + "#SBATCH --mem=1G\n#SBATCH --mem=9000G\ntrue\n", tmp_path) != 0


def test_slurm_reads_no_directive_after_the_first_command(lab: Lab, tmp_path: Path) -> None:
    assert _asked(lab, GOOD + "#SBATCH --mem=9000G\ntrue\n", tmp_path) != 0
    assert _asked(lab, GOOD + "true\n#SBATCH --mem=9000G\n", tmp_path) == 0


def test_slurm_takes_a_blank_in_a_value_only_in_quotes(lab: Lab, tmp_path: Path) -> None:
    assert _asked(lab, GOOD + "#SBATCH --job-name=one two\ntrue\n", tmp_path) != 0
    assert _asked(lab, GOOD + '#SBATCH --job-name="one two"\ntrue\n', tmp_path) == 0


def _asked(lab: Lab, text: str, folder: Path) -> int:
    script = folder / "job.sh"
    script.write_bytes(text.encode())
    return lab.test_only(script, folder).returncode
