"""The commands as a shell runs them: exit codes, streams, files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  class3d:
    type: class3d
    options: {fn_img: particles.star, fn_ref: ref.mrc, nr_classes: 4}
    resources: {gpus: k80, nodes: 2}
"""
CONFLICT = GOOD.replace("nodes: 2", "nodes: 2, ntasks_per_node: 5, cpus_per_task: 12")
TYPING = GOOD.replace("nr_classes", "nr_clases")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run relionc in a folder of its own; `run.write` makes files there."""
    monkeypatch.chdir(tmp_path)

    def call(*words, **env):
        command = [sys.executable, "-m", "relionc", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
        return subprocess.run(command, capture_output=True, check=False, text=True, env=environment)

    def write(name, text=GOOD):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    call.write = write
    return call


def tree() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


def test_a_build_writes_and_says_what(run):
    run.write("spec.yaml")
    done = run("build", "spec.yaml")
    assert done.returncode == 0
    assert re.fullmatch(r"no problems in 1 spec; not checked: memory of references [^\n]*\n", done.stderr)
    assert "homogeneous+1" in done.stdout
    assert "wrote build/spec/" in done.stdout
    assert {"build/spec/manifest.json", "build/spec/class3d/run.sbatch"} <= set(tree())
    again = run("build", "spec.yaml")
    assert (again.returncode, again.stderr) == (0, done.stderr)
    assert "unchanged build/spec/" in again.stdout


def test_exit_1_for_a_wrong_spec_and_nothing_is_written(run):
    run.write("spec.yaml", TYPING)
    before = tree()
    done = run("build", "spec.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "spec.yaml:7:56: error[RL104]" in done.stderr
    assert tree() == before


def test_a_wrong_spec_among_good_ones_writes_nothing_for_any(run):
    run.write("a.yaml")
    run.write("b.yaml", TYPING)
    run.write("c.yaml")
    before = tree()
    done = run("build", "a.yaml", "b.yaml", "c.yaml")
    assert done.returncode == 1
    assert tree() == before


@pytest.mark.parametrize(
    "words",
    [
        ("build", "missing.yaml"),
        ("lint", "missing.yaml"),
        ("plan", "missing.yaml"),
        ("build", "folder"),
        ("plan", "folder"),
        ("lint", "folder"),  # no specs in it
        ("build",),
        ("lint",),
        ("build", "spec.yaml", "--nonsense"),
        ("build", "spec.yaml", "-o"),
        ("nonsense",),
        ("rule", "RL999"),
        ("catalog", "show", "nonsense"),
        ("cluster", "show", "nonsense"),
        ("completion", "tcsh"),
    ],
)
def test_exit_2_for_a_wrong_call(run, words):
    run.write("spec.yaml")
    Path("folder").mkdir()
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("build").exists()


def test_exit_2_for_an_unreadable_file(run):
    run.write("spec.yaml")
    done = run("lint", "spec.yaml/below")  # root reads whatever has no rights, but not below a file
    assert done.returncode == 2
    assert "spec.yaml/below" in done.stderr


def test_exit_2_where_the_output_cannot_be_written(run):
    run.write("spec.yaml")
    run.write("build", "a file where the folder should be")
    done = run("build", "spec.yaml")
    assert done.returncode == 2
    assert "build" in done.stderr


def test_exit_3_for_a_bug_of_ours_with_what_to_do(run):
    run.write("spec.yaml")
    run.write(
        "sitecustomize.py", "import relionc.pipeline\nrelionc.pipeline.compile_spec = lambda *_: 1 / 0\n"
    )
    done = run("lint", "spec.yaml", PYTHONPATH=f"{ROOT}:{Path.cwd()}")
    assert done.returncode == 3
    assert "ZeroDivisionError" in done.stderr
    assert "report it" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_shows_the_drift_and_writes_nothing(run):
    run.write("spec.yaml")
    assert run("build", "spec.yaml", "--check").returncode == 1, "nothing is built yet"
    run("build", "spec.yaml")
    same = run("build", "spec.yaml", "--check")
    assert (same.returncode, same.stdout, same.stderr) == (0, "", "")
    run.write("spec.yaml", GOOD.replace("nr_classes: 4", "nr_classes: 6"))
    before = tree()
    drift = run("build", "spec.yaml", "--check")
    assert drift.returncode == 1
    assert "--- a/build/spec/class3d/run.sbatch" in drift.stdout
    assert "-    --K 4 \\\n+    --K 6 \\\n" in drift.stdout
    assert tree() == before


def test_stdout_is_the_script_and_nothing_else(run):
    run.write("spec.yaml")
    done = run("build", "spec.yaml", "--stdout")
    assert (done.returncode, done.stderr) == (0, "")
    assert not Path("build").exists()
    run("build", "spec.yaml")
    assert done.stdout == Path("build/spec/class3d/run.sbatch").read_text()
    checked = subprocess.run(["bash", "-n"], input=done.stdout, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


TWO = GOOD + "  class2d:\n    type: class2d\n    options: {fn_img: particles.star}\n"


def test_stdout_wants_one_job(run):
    run.write("spec.yaml", TWO)
    assert run("build", "spec.yaml", "--stdout").returncode == 2
    done = run("build", "spec.yaml", "--stdout", "--job", "class2d")
    assert done.returncode == 0
    assert "--job-name=class2d" in done.stdout


def test_one_job_of_several(run):
    run.write("spec.yaml", TWO)
    assert run("build", "spec.yaml", "--job", "class2d").returncode == 0
    assert Path("build/spec/class2d/run.sbatch").exists()
    assert not Path("build/spec/class3d").exists()
    missing = run("build", "spec.yaml", "--job", "class4d")
    assert missing.returncode == 1
    assert "RL801" in missing.stderr


def test_the_call_may_choose_cluster_and_version(run):
    run.write("spec.yaml")
    local = run("build", "spec.yaml", "--cluster", "biowulf-2018", "--relion", "2.1")
    assert local.returncode == 0, local.stderr
    made = json.loads(Path("build/spec/plan.json").read_text())
    assert (made["cluster"], made["relion"]) == ("biowulf-2018", "2.1")
    wrong = run("build", "spec.yaml", "--cluster", "biowulff")
    assert wrong.returncode == 1
    assert "did you mean `biowulf`?" in wrong.stderr
    assert run("build", "spec.yaml", "--relion", "9.9").returncode == 1


def test_diagnostics_as_json_are_one_object_per_line(run):
    run.write("a.yaml", CONFLICT)
    run.write("b.yaml", TYPING)
    done = run("lint", "a.yaml", "b.yaml", "--format", "json")
    assert (done.returncode, done.stdout) == (1, "")
    conflict, typing = (json.loads(line) for line in done.stderr.splitlines())
    keys = {
        "code",
        "severity",
        "message",
        "path",
        "line",
        "column",
        "end_line",
        "end_column",
        "help",
        "fixes",
    }
    assert keys <= set(typing) <= keys | {"why"}
    assert (typing["path"], typing["line"], typing["column"]) == ("b.yaml", 7, 56)
    assert typing["fixes"]
    assert keys | {"conflict", "suggestions"} <= set(conflict)
    assert conflict["suggestions"]
    assert conflict["conflict"]


def test_diagnostics_for_github(run):
    run.write("a.yaml", TYPING)
    done = run("lint", "a.yaml", "--format", "github")
    assert done.returncode == 1
    assert done.stderr.startswith("::error file=a.yaml,line=7,")


def test_lint_looks_for_specs_below_a_folder(run):
    run.write("specs/a.yaml")
    run.write("specs/deep/b.yml", TYPING)
    run.write("specs/other.yaml", "not: a spec\n")
    run.write("specs/.hidden/c.yaml", TYPING)
    done = run("lint", "specs")
    assert done.returncode == 1
    assert "specs/deep/b.yml" in done.stderr
    assert "other" not in done.stderr
    assert "hidden" not in done.stderr
    assert "in 2 specs" in done.stderr


def test_a_default_cluster_is_found_upward_and_the_spec_wins(run):
    without = GOOD.replace("cluster: lab\n", "")
    run.write("deep/down/spec.yaml", without)
    assert "RL608" in run("lint", "deep/down/spec.yaml").stderr
    run.write("relionc.toml", 'cluster = "biowulf-2018"\n')
    assert run("build", "deep/down/spec.yaml").returncode == 0
    assert json.loads(Path("build/spec/plan.json").read_text())["cluster"] == "biowulf-2018"
    run.write("deep/down/spec.yaml")
    run("build", "deep/down/spec.yaml")
    assert json.loads(Path("build/spec/plan.json").read_text())["cluster"] == "lab"


@pytest.mark.parametrize("text", ["cluster = 1\n", "clutser = 'lab'\n", "not toml"])
def test_settings_that_cannot_be_read_are_a_wrong_call(run, text):
    run.write("spec.yaml")
    run.write("relionc.toml", text)
    done = run("build", "spec.yaml")
    assert done.returncode == 2
    assert "relionc.toml" in done.stderr


def test_a_plan_as_json_is_the_built_one_and_says_why(run):
    run.write("spec.yaml")
    run("build", "spec.yaml")
    done = run("plan", "spec.yaml", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    why = {reason["name"]: reason for reason in plan["jobs"]["class3d"].pop("reasons")}
    assert plan == json.loads(Path("build/spec/plan.json").read_text())
    assert why["nodes"]["how"] == "pinned"
    assert why["gpus_per_node"] == {
        "name": "gpus_per_node",
        "value": "4",
        "how": "best",
        "because": "3 would leave 2 GPUs of its nodes unused, not 0",
    }


def test_all_layouts_are_listed_with_what_they_waste(run):
    run.write("spec.yaml")
    done = run("plan", "--all", "spec.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    table = done.stdout.partition(" all layouts")[2].splitlines()
    rows = {line.split()[0]: line.split() for line in table[2:] if line.startswith((" h", " o"))}
    assert rows["homogeneous+1"][1:4] == ["2", "x", "k80"]
    assert rows["hetjob"][1:6] == ["1", "+", "2", "x", "k80"]
    assert "heterogeneous: not possible (GPUs are asked for by node)" in done.stdout


def test_a_plan_for_people_shows_ranks_sums_and_reasons(run):
    run.write("spec.yaml")
    done = run("plan", "spec.yaml")
    assert done.returncode == 0
    for words in ("leader", "node[1]", "why", "pinned", "spec.yaml:8"):
        assert words in done.stdout
    assert run("plan", str(run.write("bad.yaml", CONFLICT))).returncode == 1


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        (("lnt",), "Did you mean 'lint'?"),
        (("frobnicate",), "There are build, cancel, catalog, cluster,"),
        (("catalog", "shw"), "Did you mean 'show'?"),
        (("catalog", "show", "clas3d"), "did you mean `class3d`?"),
        (("catalog", "show", "class3d", "--relion", "9.9"), "it has 2.1, 3.0"),
        (("catalog", "diff", "4.0", "5.0", "polsh"), "did you mean `polish`?"),
        (("cluster", "show", "biowolf"), "did you mean biowulf?"),
    ],
    ids=" ".join,
)
def test_a_wrong_name_in_a_call_gets_the_right_one(run, typed, advice):
    done = run(*typed)
    assert done.returncode == 2
    assert advice in done.stderr


def test_a_code_is_found_by_its_number(run):
    assert run("rule", "402").stdout == run("rule", "RL402").stdout != ""


def test_a_plan_of_several_jobs_begins_with_all_of_them(run):
    spec = Path(__file__).parents[2] / "specs/biowulf/spa-pipeline.yaml"
    shown = run("plan", str(spec)).stdout
    overview, first, *_ = shown.split("\n\n")[1:]
    rows = [line.split() for line in overview.splitlines()]
    names = [row[0] for row in rows[1:]]
    assert (names[0], names[-1], len(names)) == ("movies", "polish", 16)
    assert dict(zip(names, rows[1:], strict=True))["sharpen"][-2:] == ["refine,", "mask"]
    assert first.startswith("movies: Import")
    alone = run("plan", str(spec), "--job", "class3d").stdout
    assert alone.startswith("class3d: 3D classification")
    assert "rank  role" in alone


def test_ranks_that_are_all_alike_are_shown_by_node(run):
    spec = Path(__file__).parents[2] / "specs/biowulf/spa-pipeline.yaml"
    shown = run("plan", str(spec), "--job", "motion").stdout
    assert "node[0]  0-5    peers" in shown
    assert "rank  role" not in shown


@pytest.mark.parametrize(("shell", "check"), [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")])
def test_completion_scripts(run, shell, check):
    done = run("completion", shell)
    assert done.returncode == 0
    assert "_RELIONC_COMPLETE" in done.stdout
    if shutil.which(check):
        parsed = subprocess.run([check, "-n"], input=done.stdout, text=True, capture_output=True, check=False)
        assert (parsed.returncode, parsed.stderr) == (0, "")


def test_colour_is_for_terminals_whose_owners_want_it(run):
    import pty

    run.write("spec.yaml", TYPING)
    shown = {}
    for no_color in ("", "1"):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "relionc", "lint", "spec.yaml"]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": no_color, "TERM": "xterm"}
        subprocess.run(command, stderr=theirs, env=env, check=False)
        os.close(theirs)
        shown[no_color] = os.read(ours, 100_000)
        os.close(ours)
    assert b"\x1b[" in shown[""]
    assert b"\x1b[" not in shown["1"]
    assert "\x1b[" not in run("lint", "spec.yaml").stderr


def test_a_reader_that_goes_away_is_no_bug(run):
    command = f"{sys.executable} -m relionc schema | head -c 10"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, text=True, env=env)
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_two_specs_of_the_same_name_would_overwrite_each_other(run):
    run.write("a/spec.yaml")
    run.write("b/spec.yaml")
    done = run("build", "a/spec.yaml", "b/spec.yaml")
    assert done.returncode == 2
    assert "would both be built in build/spec" in done.stderr
    assert not Path("build").exists()


def test_a_spec_from_standard_input(run):
    command = [sys.executable, "-m", "relionc", "build", "-", "--stdout"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=GOOD, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0
    assert done.stdout.startswith("#!/bin/bash\n")


def test_an_own_profile_is_seen_from_the_spec(run):
    run.write("sites/mine.yaml", "profile: 1\nname: mine\nextends: lab\n")
    run.write("specs/spec.yaml", GOOD.replace("cluster: lab", "cluster: ../sites/mine.yaml"))
    assert run("build", "specs/spec.yaml").returncode == 0
    run.write("specs/spec.yaml", GOOD.replace("cluster: lab", "cluster: ./nowhere.yaml"))
    done = run("build", "specs/spec.yaml")
    assert done.returncode == 1
    assert "RL609" in done.stderr


def test_a_build_for_strangers_reads_no_profile_of_theirs_and_is_not_remembered(run):
    run.write("sites/mine.yaml", "profile: 1\nname: mine\nextends: lab\n")
    run.write("spec.yaml", GOOD.replace("cluster: lab", "cluster: sites/mine.yaml"))
    done = run("build", "spec.yaml", "--check", "--untrusted")
    assert (done.returncode, "RL920" in done.stderr) == (1, True)
    run.write("spec.yaml")
    assert run("build", "spec.yaml", "--untrusted").returncode == 0
    assert run("build", "spec.yaml", "--untrusted", "--check").returncode == 0
