"""`relionc build --template` keeps a site's queue template, with the plan's numbers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from site_templates import SPEC, WHOLE, build, script

if TYPE_CHECKING:
    from pathlib import Path


def test_the_script_says_what_the_plan_decided(tmp_path: Path) -> None:
    done = build(tmp_path, WHOLE)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    head, command, end = script(tmp_path).rsplit("\n", 2)[0].rpartition("\nsrun --mpi=pmi2 ")
    assert head.splitlines() == [
        "#!/bin/bash",
        "#SBATCH --ntasks=17",
        "#SBATCH --partition=gpu",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH --error=Class3D/fine/run.err",
        "#SBATCH --output=Class3D/fine/run.out",
        "#SBATCH --time=1-00:00:00",
        "#SBATCH --mem-per-cpu=6206M",
        "#SBATCH --gres=gpu:p100:4,lscratch:200",
        "#SBATCH --nodes=4 --ntasks-per-node=5 --mail-type=END",
        "module load RELION",
    ]
    assert command == "\nsrun --mpi=pmi2 "
    assert end.startswith("`which relion_refine_mpi` --o Class3D/fine/run ")
    assert end.rstrip("\n").endswith(" --pipeline_control Class3D/fine/")


def test_it_takes_the_place_of_our_own_script(tmp_path: Path) -> None:
    assert build(tmp_path, WHOLE).returncode == 0
    names = {path.name for path in (tmp_path / "build" / "site" / "fine").iterdir()}
    assert names == {"run_submit.script", "commands.txt", "hostfile", "job.star"}
    submit = (tmp_path / "build" / "site" / "submit.sh").read_text("utf-8")
    assert "queue fine Class3D/fine/ fine/run_submit.script '' sbatch --parsable\n" in submit
    job_file = (tmp_path / "build" / "site" / "fine" / "job.star").read_text("utf-8").split("\n")
    values = dict(line.split()[:2] for line in job_file if len(line.split()) == 2)
    assert (values["queuename"], values["min_dedicated"], values["do_queue"]) == ("gpu", "9", "Yes")


def test_a_project_folder_is_gone_to_by_sbatch(tmp_path: Path) -> None:
    assert build(tmp_path, WHOLE, spec=SPEC + "    project: /data/run\n").returncode == 0
    submit = (tmp_path / "build" / "site" / "submit.sh").read_text("utf-8")
    assert (
        "queue fine /data/run/Class3D/fine/ fine/run_submit.script '' sbatch --parsable --chdir=/data/run\n"
        in submit
    )


def test_a_value_of_the_call_wins(tmp_path: Path) -> None:
    done = build(tmp_path, WHOLE, "--extra", "1=12:00:00", "--stdout")
    assert done.returncode == 0, done.stderr
    assert "#SBATCH --time=12:00:00\n" in done.stdout
    assert not (tmp_path / "build").exists()


def test_the_job_file_and_the_manifest_know_the_template(tmp_path: Path) -> None:
    assert build(tmp_path, WHOLE).returncode == 0
    manifest = (tmp_path / "build" / "site" / "manifest.json").read_text("utf-8")
    assert '"qsub.sh": {"sha256"' in manifest


@pytest.mark.parametrize(
    ("number", "code", "place", "said"),
    [
        ("x=1", 2, "--extra", "is not like 1=12:00:00"),
        ("3=", 1, "qsub.sh:9:9: error[RL706]", "`--gres=` is left without a value"),
    ],
)
def test_a_wrong_value_is_said(tmp_path: Path, number: str, code: int, place: str, said: str) -> None:
    done = build(tmp_path, WHOLE, "--extra", number)
    assert done.returncode == code
    assert place in done.stderr
    assert said in done.stderr


def test_a_template_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    done = build(tmp_path, WHOLE, "--template", "other.sh")
    assert done.returncode == 2
    assert done.stderr == "relionc: cannot read other.sh: No such file or directory\n"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    done = build(tmp_path, "#!/bin/bash\necho \udce9\n")
    assert done.returncode == 1
    assert "qsub.sh:1:1: error[RL002]" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("map.mrc", '"a;b.mrc"', "site.yaml:9:15: error[RL904]"),
        ("map.mrc", '"$(id).mrc"', "site.yaml:9:15: error[RL902]"),
        ("nr_classes: 6", "queuename: norm", "site.yaml:10:18: error[RL108]"),
        ("nr_classes: 6", "min_dedicated: 100", "site.yaml:10:22: warning[RL711]"),
        ("nr_classes: 6", "min_dedicated: 0", "error[RL129]"),
    ],
)
def test_what_does_not_go_with_a_template_is_said_of_the_spec(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    done = build(tmp_path, WHOLE, spec=SPEC.replace(old, new))
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if "error" in said else 0)


def test_a_template_that_leaves_out_a_part_of_the_plan_warns(tmp_path: Path) -> None:
    done = build(tmp_path, WHOLE.replace("#SBATCH XXXextra4XXX\n", ""))
    assert done.returncode == 0
    left_out = "`nodes`, `ntasks-per-node`, `mail-type`"
    assert (
        f"site.yaml:5:3: warning[RL708]: the template omits what the plan decided: {left_out}\n"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "XXXthreadsXXX",
            "1",
            "qsub.sh:4:9: warning[RL712]: `--cpus-per-task` is 1 here, and the plan has 2",
        ),
        (
            "XXXextra1XXX",
            "12:00:00",
            "qsub.sh:7:9: warning[RL712]: `--time` is 12:00:00 here, and the plan has 1-",
        ),
        (
            "XXXqueueXXX",
            "norm",
            "qsub.sh:3:9: warning[RL712]: `--partition` is norm here, and the plan has gpu",
        ),
    ],
)
def test_a_template_that_says_something_else_than_the_plan_warns(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    done = build(tmp_path, WHOLE.replace(old, new))
    assert done.returncode == 0
    assert said in done.stderr


def test_the_same_time_in_other_words_is_the_same(tmp_path: Path) -> None:
    assert build(tmp_path, WHOLE.replace("XXXextra1XXX", "24:00:00")).stderr == ""
