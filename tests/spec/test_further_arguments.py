"""Additional arguments: those that are options count as options, and what RELION makes of the others is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from relionc import catalog
from relionc.lower.commands import relion_commands
from relionc.pipeline import Disk, Request, compile_spec

SOURCE = """
// parser.getOption("--never", "a comment", "1");
void Program::parseInitial(int argc, char **argv)
{
    a = textToInteger(parser.getOption("--a", "an \\"a\\" // no comment", "1"));
    if (x) { b = parser.checkOption("--b", "one" + "two"); }
    c = parser.getOption("--c", "no default"); /* parser.checkOption("--nor", "x") */
}
void Program::parseContinue(int argc, char **argv) { d = parser.getOption("--d", "other", "OLD"); }
"""
GPUS = "resources: {gpus: 'a100:4', nodes: 1}"
SITE = """
profile: 1
name: somewhere
title: A cluster
date: 2026-11
source: made up
scheduler: slurm
slurm: "23.11"
mpi: Open MPI 4.1
mpi_plugins: [pmix, none]
node_types:
  a100: {count: 4, cpus: 64, memory: 500G, gpu_type: a100, gpus: 4, vram: 80G, gpu_threads: 4, features: [a100]}
partitions:
  gpu: {default: true, node_types: [a100], max_time: 3-00:00:00}
launchers:
  batch:
    mpi: pmix
    argv: [srun, --mpi=pmix, -n, "{ntasks}", -c, "{cpus_per_task}"]
    arbitrary: [--distribution=arbitrary]
    hostfile_variable: SLURM_HOSTFILE
"""


def compiled(
    arguments,
    options="",
    *,
    relion="5.0",
    kind="class3d",
    data="particles: 100000, box: 256",
    key="extra_args",
):
    base = "fn_img: p.star, fn_ref: r.mrc"
    more = f"  extra_args: {arguments}\n" if key == "extra_args" else ""
    inside = f", {key}: {arguments}" if key != "extra_args" else ""
    text = (
        f"relionc: 1\ncluster: ./site.yaml\nrelion: '{relion}'\njobs:\n a:\n  type: {kind}\n"
        f"  options: {{{base}{options}{inside}}}\n{more}  data: {{{data}}}\n  {GPUS}\n"
    )
    disk = Disk(lambda _: SITE.encode(), lambda *_: None)
    return compile_spec(Request(path="spec.yaml", data=text.encode()), disk, "commands")


def said(arguments, options="", **others):
    found = compiled(arguments, options, **others).diagnostics
    return {d.code: d.message for d in found if d.code != "RL922"}


def words(arguments, options="", **others):
    (plan,) = compiled(arguments, options, **others).plans
    made = relion_commands(plan.job.type, plan.job.options, output="Class3D/a/", is_continue=False)
    return [
        "".join(part if isinstance(part, str) else f"${part}" for part in word)
        for word in made.commands[0].words
    ]


def one_of(found, flag):
    assert found.count(flag) == 1
    return found[found.index(flag) + 1]


@pytest.mark.parametrize(
    ("arguments", "flag", "value"),
    [
        ("--K 3", "--K", "3"),
        ("--pad 1", "--pad", "1"),
        ("--healpix_order 3", "--healpix_order", "3"),
        ("--offset_step 3", "--offset_step", "3"),
        ("--tau2_fudge 8 --sym D2", "--sym", "D2"),
        ("--offset_range 7", "--offset_range", "7"),
    ],
)
def test_an_option_is_in_the_command_once_with_the_value_of_the_arguments(arguments, flag, value):
    assert one_of(words(arguments), flag) == value


def test_an_option_behind_another_switches_it_on():
    found = words("--sigma_ang 5")
    assert one_of(found, "--sigma_ang") == "5"
    assert "--relax_sym" not in found


def test_further_classes_take_the_memory_of_classes():
    asked = {d.code for d in compiled("--K 40", data="particles: 100000, box: 512").diagnostics}
    given = {
        d.code for d in compiled("''", ", nr_classes: 40", data="particles: 100000, box: 512").diagnostics
    }
    assert asked == given
    assert asked & {"RL402", "RL405", "RL406"}


def test_preread_particles_are_counted_and_the_layout_is_refused():
    found = compiled("--preread_images", data="particles: 1000000, box: 256")
    assert [d.code for d in found.diagnostics if d.severity == "error"] == ["RL402"]
    (refused,) = (d for d in found.diagnostics if d.severity == "error")
    changes = {route[-1]: value for each in refused.suggestions for route, value in each.changes}
    assert changes["extra_args"] == "(leave it out)"


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ("--j 12", "nr_threads"),
        ("--gpu 0", "gpu_ids"),
        ("--scratch_dir /tmp", "scratch_dir"),
        ("--o other/run", "output"),
        ("--i other.star", "fn_img"),
        ("--pipeline_control x/", "pipeline"),
    ],
)
def test_what_the_plan_decides_is_refused_with_the_key_to_use(arguments, key):
    (found,) = (d for d in compiled(arguments).diagnostics if d.code != "RL922")
    assert (found.code, found.severity) == ("RL111", "error")
    assert key in found.help


@pytest.mark.parametrize(
    ("relion", "which"),
    [("2.1", "first"), ("3.0", "first"), ("3.1", "last"), ("4.0", "last"), ("5.1", "last")],
)
def test_a_flag_given_twice_is_what_that_version_takes(relion, which):
    found = compiled("--K 3", ", nr_classes: 4", relion=relion)
    (warning,) = (d for d in found.diagnostics if d.code == "RL112")
    assert f"takes the {which} one" in warning.message
    assert (
        one_of(words("--K 3", ", nr_classes: 4", relion=relion), "--K") == {"first": "4", "last": "3"}[which]
    )


def test_two_of_the_same_among_the_arguments_are_told():
    assert "RL112" in said("--maxsig 500 --maxsig 600")
    assert "RL112" in said("--oversampling 0")
    assert said("--maxsig 500 --free_gpu_memory 100") == {}
    assert one_of(words("--K 2 --K 3"), "--K") == "3"
    assert one_of(words("--K 2 --K 3", relion="3.0"), "--K") == "2"


@pytest.mark.parametrize(
    ("arguments", "relion", "advice"),
    [
        ("--blush", "4.0", "RELION 5.0 and 5.1 have it"),
        ("--skip_gridding", "5.0", "RELION 2.1, 3.0 and 3.1 have it"),
        ("--maxsig500", "3.1", "did you mean `--maxsig 500`?"),
        ("--maxsig=500", "3.1", "did you mean `--maxsig 500`?"),
        ("--gpus_per_rank 2", "4.0", "no version"),
        ("--tau2_fugde 3", "5.1", "did you mean `--tau2_fudge`?"),
    ],
)
def test_a_flag_that_the_program_does_not_know_is_told_with_the_versions_that_do(arguments, relion, advice):
    (found,) = (d for d in compiled(arguments, relion=relion).diagnostics if d.code == "RL113")
    assert found.severity == "warning"
    assert advice in found.help


def test_further_arguments_in_options_are_read_alike():
    assert set(said("--j 12", key="other_args")) == {"RL111"}


def test_arguments_of_a_program_that_nobody_asked_are_left_alone():
    options = {"fn_exe": "mine.py", "other_args": "--colour red --j2 4"}
    kind = catalog.load("external", "5.0")
    command = relion_commands(kind, options, output="External/a/", is_continue=False).commands[0]
    assert [word[0] for word in command.words][-4:] == ["--colour", "red", "--j2", "4"]


def test_a_shell_reference_and_quotes_stay_what_they_are():
    found = words("'--K 2 --local_symmetry \"my file.star\" --maxsig ${{ env.MAX }}'")
    assert one_of(found, "--local_symmetry") == "my file.star"
    assert "MAX" in one_of(found, "--maxsig")


def test_flags_of_source_are_read_with_their_defaults():
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    from read_source_flags import CONTINUED_RUN, NEW_RUN, asked_for, body, without_comments

    text = without_comments(SOURCE)
    assert asked_for(body(text, NEW_RUN)) == {"--a": "1", "--b": False, "--c": None}
    assert asked_for(body(text, CONTINUED_RUN)) == {"--d": "OLD"}
    assert body(text, "nothing") == ""
