"""Shapes of templates as sites have them: taken, filled in from the plan, or refused for what is true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.pipeline import Compiled, Disk, QueueTemplate, Request, compile_spec

if TYPE_CHECKING:
    from relionc.diag import Diagnostic

SHAPES = Path(__file__).parent.parent / "data" / "queue_templates"

CLASSES = """\
  cls:
    type: class3d
    options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 180}
    data: {particles: 50000, box: 200, angpix: 1.1}
    resources: {gpus: "a100:4", nodes: 1, time: 12:00:00}
"""
MOVIES = """\
  mc:
    type: motioncorr
    options: {input_star_mics: Import/job001/movies.star, dose_per_frame: 1}
    resources: {ntasks: 4}
"""
HEAD = 'relionc: 1\ncluster: biowulf\nrelion: "5.0"\njobs:\n'
REST = "--partition=gpu --nodes=1 --ntasks-per-node=5 --cpus-per-task=4 "
MEMORY, GRES, TIME = "--mem-per-cpu=4200M", "--gres=gpu:a100:4,lscratch:18", "--time=12:00:00"


def built(template: str, jobs: str = CLASSES, extras: dict[tuple[str, int], str] | None = None) -> Compiled:
    """Build jobs with a template, in this process."""
    disk = Disk(lambda path: b"", lambda *_: None)
    asked = QueueTemplate("qsub.sh", template.encode(), extras or {})
    return compile_spec(Request("site.yaml", (HEAD + jobs).encode(), template=asked), disk)


def codes(result: Compiled) -> set[str]:
    return {each.code for each in result.diagnostics}


def place(diagnostic: Diagnostic) -> str:
    assert diagnostic.span
    return f"{diagnostic.path}:{diagnostic.span.line}:{diagnostic.span.column}"


def directives(result: Compiled, job: str = "cls") -> list[str]:
    """Return the directives of a job's script, but those of its output."""
    assert result.files is not None, result.diagnostics
    lines = result.files[f"{job}/run_submit.script"].decode().splitlines()
    return [line for line in lines if line.startswith("#SBATCH") and "run." not in line]


def shape(*lines: str, rest: str = "#SBATCH XXXextra8XXX", last: str = "srun XXXcommandXXX") -> str:
    """Return a template with these directives among the usual ones."""
    head = ["#!/bin/bash", "#SBATCH -n XXXmpinodesXXX", "#SBATCH -o XXXoutfileXXX -e XXXerrfileXXX"]
    return "\n".join([*head, *(f"#SBATCH {line}" for line in lines), rest, last, ""])


TAKEN = {
    "t1-comment": ["--ntasks=5", f"{REST}{MEMORY} {GRES} {TIME}"],
    "t10-gpn": ["--ntasks=5", "--gpus-per-node=a100:4", f"{REST}{MEMORY} --gres=lscratch:18 {TIME}"],
    "t12-cont": ["--ntasks=5", f"{REST}{MEMORY} {GRES} {TIME}"],
    "t13-commented": ["--ntasks=5", f"{REST}{MEMORY} {GRES} {TIME}"],
    "t15-memspace": ["--ntasks=5", "--mem 84000M", f"{REST}{GRES} {TIME}"],
    "t16-twice": ["--ntasks=5", "-t 1:00:00", "-t 12:00:00", f"{REST}{MEMORY} {GRES}"],
    "t18-indent": ["--ntasks=5", f"{REST}{MEMORY} {GRES} {TIME}"],
    "t2-gres": ["--ntasks=5", GRES, f"{REST}{MEMORY} {TIME}"],
    "t26-hours": [TIME, f"{REST.replace(' --ntasks-', ' --ntasks=5 --ntasks-')}{MEMORY} {GRES}"],
    "t8-hours": ["--ntasks=5", "-t 12:00:00", f"{REST}{MEMORY} {GRES}"],
}
SAID = {
    "t11-quoted": ["qsub.sh:6:6 RL721 error"],
    "t22-badtime": ["qsub.sh:4:9 RL717 error"],
    "t23-badopt": ["qsub.sh:4:9 RL680 error"],
    "t4-typo": [
        *(f"qsub.sh:{line}:1 RL720 warning" for line in (3, 4, 5)),
        *("qsub.sh:7:6 RL707 warning" for _ in range(2)),
    ],
    "t5-queue": ["qsub.sh:5:9 RL705 error"],
    "t6-membytes": ["qsub.sh:5:9 RL712 warning"],
    "t7-same": ["qsub.sh:6:9 RL719 error", "qsub.sh:7:9 RL719 error"],
}


@pytest.mark.parametrize("name", sorted(path.stem for path in SHAPES.iterdir()))
def test_a_shape_is_taken_or_refused_for_a_true_reason(name: str) -> None:
    result = built((SHAPES / f"{name}.sh").read_text())
    if name in TAKEN:
        assert result.diagnostics == ()
        assert directives(result) == [f"#SBATCH {line}" for line in TAKEN[name]]
    else:
        found = [place(each) + f" {each.code} {each.severity}" for each in result.diagnostics]
        assert found == SAID[name]


FILLED = [
    ("--gres=gpu:XXXextra1XXX:XXXextra2XXX,lscratch:XXXextra3XXX", GRES),
    ("--gres=lscratch:XXXextra2XXX,gpu:XXXextra1XXX", "--gres=lscratch:18,gpu:a100:4"),
    ("--gres=gpu:a100:XXXextra1XXX", GRES),
    ("--gres gpu:XXXextra1XXX", "--gres gpu:a100:4,lscratch:18"),
    ('--gres="gpu:XXXextra1XXX"', '--gres="gpu:a100:4,lscratch:18"'),
    ("--gres=XXXextra1XXX", GRES),
    ("--gpus=XXXextra1XXX", "--gpus=a100:4"),
    ("-G XXXextra1XXX", "-G a100:4"),
    ("--gpus-per-node=a100:XXXextra1XXX", "--gpus-per-node=a100:4"),
    ("--gpus-per-node=XXXextra1XXX:XXXextra2XXX", "--gpus-per-node=a100:4"),
    ("--mem=XXXextra1XXX", "--mem=84000M"),
    ("--mem XXXextra1XXXM", "--mem 84000M"),
    ("--mem=XXXextra1XXXmb", "--mem=84000mb"),
    ("--mem-per-cpu XXXextra1XXX", "--mem-per-cpu 4200M"),
    ("--mem-per-gpu=XXXextra1XXX", "--mem-per-gpu=21000M"),
    ("-t XXXextra1XXX", "-t 12:00:00"),
    ("--time=XXXextra1XXX:XXXextra2XXX:00", TIME),
    ("--time=0-XXXextra1XXX", "--time=0-12:00:00"),
    ("--time=0-XXXextra1XXX:00", "--time=0-12:00:00"),
    ("--time XXXextra1XXX:00:00", "--time 12:00:00"),
    ("-N XXXextra1XXX", "-N 1"),
    ("-c XXXextra1XXX -p XXXextra2XXX", "-c 4 -p gpu"),
    ("--tasks-per-node=XXXextra1XXX", "--tasks-per-node=5"),
    ('--constraint="XXXextra1XXX"', '--constraint=""'),
    ("--account=XXXextra1XXX", "--account="),
    ("-p XXXqueueXXX -c XXXextra1XXX --time=XXXextra3XXX", "-p gpu -c 4 --time=12:00:00"),
]


@pytest.mark.parametrize(("line", "expected"), FILLED)
def test_a_value_or_a_part_of_one_is_filled_in(line: str, expected: str) -> None:
    result = built(shape(line))
    assert [each for each in result.diagnostics if each.code != "RL681"] == []
    found = directives(result)
    assert found[1] == f"#SBATCH {expected}"
    assert ("gpu:a100" in found[-1]) != any(mark in line for mark in ("gpus", "gres", "-G"))
    assert ("--mem-per-cpu=4200M" in found[-1]) != ("--mem" in line)


ROUNDED = [
    ("--mem=XXXextra1XXXG", "--mem=83G", "84000M"),
    ("--mem-per-cpu=XXXextra1XXXg", "--mem-per-cpu=5g", "4200M"),
    ("--time=XXXextra1XXX-00:00:00", "--time=1-00:00:00", "12:00:00"),
    ("--time=XXXextra1XXX-0", "--time=1-0", "12:00:00"),
]


@pytest.mark.parametrize(("line", "expected", "planned"), ROUNDED)
def test_a_form_that_cannot_say_it_exactly_says_more_and_a_warning_tells(
    line: str, expected: str, planned: str
) -> None:
    result = built(shape(line))
    (finding,) = result.diagnostics
    assert finding.code == "RL712"
    assert finding.message.endswith(f"the plan has {planned}")
    assert directives(result)[1] == f"#SBATCH {expected}"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "--gres=shard:XXXextra1XXX",
            "the plan has `--gres=gpu:a100:4,lscratch:18`, which is not of this form",
        ),
        (
            "--gres=gpu:k80:XXXextra1XXX",
            "the plan has `--gres=gpu:a100:4,lscratch:18`, which is not of this form",
        ),
        ("--licenses=relion:XXXextra1XXX", "the plan says nothing by `--licenses`"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_the_reason(line: str, why: str) -> None:
    (finding,) = (each for each in built(shape(line)).diagnostics if each.code == "RL703")
    assert finding.message == f"nothing replaces XXXextra1XXX: {why}"
    assert finding.help == "give it a value: `--extra 1=VALUE`"


@pytest.mark.parametrize(
    ("line", "gpus", "none"),
    [
        ("--gres=gpu:XXXextra1XXX", "--gres=gpu:a100:4,lscratch:18", "--gres=gpu:0,lscratch:5"),
        ("--gpus-per-node=XXXextra1XXX", "--gpus-per-node=a100:4", "--gpus-per-node=0"),
        ("--gpus=XXXextra1XXX", "--gpus=a100:4", "--gpus=0"),
        ("--mem XXXextra1XXX", "--mem 84000M", "--mem 134400M"),
        ("-C XXXextra1XXX -p XXXqueueXXX", "", "-C x2680 -p norm"),
    ],
)
def test_each_job_has_its_own_text(line: str, gpus: str, none: str) -> None:
    if gpus:
        result = built(shape(line), CLASSES + MOVIES)
        assert directives(result)[1] == f"#SBATCH {gpus}"
    else:  # a short option has no way to say nothing
        assert codes(built(shape(line))) == {"RL706"}
        result = built(shape(line), MOVIES)
    assert directives(result, "mc")[1] == f"#SBATCH {none}"


def test_the_call_gives_a_text_for_all_jobs_or_for_one() -> None:
    template = shape("--comment=XXXextra1XXX --time=XXXextra2XXX:00:00")
    extras = {("", 1): "all", ("mc", 1): "one", ("mc", 2): "3"}
    result = built(template, CLASSES + MOVIES, extras)
    assert directives(result)[1] == "#SBATCH --comment=all --time=12:00:00"
    assert directives(result, "mc")[1] == "#SBATCH --comment=one --time=3:00:00"


def test_no_entry_is_proposed_twice() -> None:
    result = built(
        shape(
            "-N XXXextra1XXX",
            "--gres=XXXextra1XXX",
            "-c XXXextra1XXX",
            "-t 1",
            rest="",
            last="srun XXXcommandXXX\n",
        )
    )
    helps = [each.help for each in result.diagnostics]
    numbers = [text.partition("XXXextra")[2].partition("XXX")[0] for text in helps if "XXXextra" in text]
    assert len(numbers) == len({*numbers}) == 3


def test_an_entry_may_stand_twice_where_it_means_the_same() -> None:
    assert codes(built(shape("-N XXXextra1XXX --use-min-nodes", "-N XXXextra1XXX"))) == set()
