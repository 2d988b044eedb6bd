"""Sweeps in tables: which are, that both forms run the same commands, and what is wrong with one."""

from __future__ import annotations

import random
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from asking import compiled

from relionc.diag import ERROR
from relionc.spec import matrix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from relionc.pipeline import Compiled

HEAD = 'relionc: 1\ncluster: lab\nrelion: "{version}"\njobs:\n'
CLASSES = "fn_img: p.star, fn_ref: r.mrc, particle_diameter: 300"
INPUTS = {
    "class3d": CLASSES,
    "class2d": "fn_img: p.star, particle_diameter: 300",
    "initialmodel": "fn_img: p.star, particle_diameter: 300",
    "maskcreate": "fn_in: r.mrc",
    "postprocess": "fn_in: half1.mrc, fn_mask: mask.mrc",
    "refine3d": CLASSES,
}
DATA = "    data: {particles: 1000, box: 64}\n"


def sweep(
    axes: str, options: str = "", *, kind: str = "class3d", more: str = "", version: str = "3.1"
) -> str:
    text = HEAD.format(version=version) + f"  a:\n    type: {kind}\n    matrix: {axes}\n"
    text += f"    options: {{{', '.join(filter(None, [INPUTS[kind], options]))}}}\n"
    data = DATA if "fn_img" in INPUTS[kind] else ""
    return text + data + (f"    {more}\n" if more else "")


def tables(text: str) -> dict[str, int]:
    """Return how many points there are in each table."""
    result = compiled(text)
    assert result.ok, result.diagnostics
    return {name: len(table.names) for name, table in result.points.tables.items()}


def errors(text: str) -> list[tuple[str, str, str]]:
    result = compiled(text)
    lines = text.splitlines()
    return [
        (d.code, d.message, lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1])
        for d in result.diagnostics
        if d.severity == ERROR and d.span
    ]


# --- what is in a table ---------------------------------------------------------------------------

TAU = "tau_fudge: '${{ matrix.tau }}'"
MANY = "{from: 1, to: 101}"


@pytest.mark.parametrize(
    ("axes", "options", "more", "expected"),
    [
        (f"{{tau: {MANY}}}", TAU, "", {"a": 101}),
        ("{tau: {from: 1, to: 100}}", TAU, "", {}),
        (f"{{seed: {MANY}}}", "", "extra_args: --random_seed ${{ matrix.seed }}", {"a": 101}),
        (f"{{seed: {MANY}}}", "other_args: '--random_seed ${{ matrix.seed }} --pad_ctf'", "", None),
        (
            f"{{tau: {MANY}, K: [2, 4]}}",
            TAU + ", nr_classes: '${{ matrix.K }}'",
            "",
            {"a-K2": 101, "a-K4": 101},
        ),
        (f"{{again: {MANY}}}", "", "", {"a": 101}),
        (
            f"{{zip: {{tau: {MANY}, seed: {MANY}}}}}",
            TAU,
            "extra_args: --random_seed ${{ matrix.seed }}",
            {"a": 101},
        ),
        # one of those that go together decides more than a word
        (f"{{zip: {{tau: {MANY}, m: {MANY}}}}}", TAU + ", fn_mask: 'm${{ matrix.m }}.mrc'", "", {}),
        # the whole value, and no part of an expression
        (f"{{tau: {MANY}}}", "tau_fudge: '${{ matrix.tau + 1 }}'", "", {}),
        (f"{{tau: {MANY}}}", TAU, "slurm: {comment: 'tau ${{ matrix.tau }}'}", {}),
        (f"{{tau: {MANY}}}", TAU, "output: 'Class3D/t${{ matrix.tau }}'", {}),
        (f"{{tau: {MANY}}}", TAU, "slurm: {array: 0-3}", None),
        # which flag it is behind is not known, or it is that of an option
        (f"{{s: {MANY}}}", "", "extra_args: '${{ matrix.s }}'", {}),
        (f"{{s: {MANY}}}", "", "extra_args: '--tau2_fudge ${{ matrix.s }}'", {}),
        (f"{{s: {MANY}}}", "", "extra_args: \"'--random_seed ${{ matrix.s }}'\"", None),
    ],
)
def test_points_that_differ_in_words_alone_are_in_a_table(
    axes: str, options: str, more: str, expected: dict[str, int] | None
) -> None:
    result = compiled(sweep(axes, options, more=more))
    found = {name: len(table.names) for name, table in result.points.tables.items()}
    assert found == (expected or {}), result.diagnostics
    assert result.ok or expected is None


def test_who_goes_by_points_has_none_in_a_table() -> None:
    one = sweep(f"{{tau: {MANY}}}", TAU)
    follow = (
        "  b:\n    type: class2d\n    {}\n    options: {{fn_img: {}, particle_diameter: 300}}\n"
        + DATA.replace("{", "{{").replace("}", "}}")
    )
    assert tables(one + follow.format("after: [a]", "p.star")) == {"a": 101}
    assert tables(one + follow.format("after: [a-tau7]", "p.star")) == {}
    assert tables(one + follow.format("each: a", "p.star")) == {}
    assert tables(one.replace("jobs:\n", "first_job: 25\njobs:\n", 1)) == {}
    assert tables(one + follow.format("", "'${{ jobs.a-tau7.outputs.data }}'")) == {}


def test_outputs_of_all_points_are_a_list_up_to_a_bound() -> None:
    join = "  b:\n    type: joinstar\n    options: {{do_part: yes, fn_part1: '${{{{ {} }}}}', fn_part2: q.star}}\n"
    few, many = (sweep(f"{{tau: {{from: 1, to: {n}}}}}", TAU) for n in (101, 1001))
    first = compiled(few + join.format("len(jobs.a.outputs.data)"))
    assert "101" in str([each.message for each in first.diagnostics]) or first.ok
    listed = errors(few + join.format("jobs.a.outputs.data"))
    assert [code for code, *_ in listed] == ["RL105"]  # one value, not several
    told = errors(many + join.format("jobs.a.outputs.data"))
    assert ("RL030", "`a` has 1,001 points, and a list has at most 1,000 outputs") in [
        each[:2] for each in told
    ]


def test_points_are_left_out_by_kinds_and_by_rows() -> None:
    axes = "{tau: {from: 1, to: 60}, K: [2, 4, 6], exclude: [{K: 4}, {K: 6, tau: 5}, {tau: 7}]}"
    assert tables(sweep(axes, TAU + ", nr_classes: '${{ matrix.K }}'")) == {"a-K2": 59, "a-K6": 58}
    axes = "{tau: {from: 1, to: 101}, exclude: [{tau: 1}]}"
    result = compiled(sweep(axes, TAU))
    assert result.points.tables["a"].names[0] == "a-tau2"
    assert result.plans[0].job.output == "Class3D/a-tau2/"
    assert result.plans[0].job.options["tau_fudge"] == "2"


def test_points_are_called_as_their_matrix_says() -> None:
    axes = "{{tau: {{from: 1, to: 101}}, K: [2, 3], name: '{}'}}"
    options = TAU + ", nr_classes: '${{ matrix.K }}'"
    plain = compiled(sweep(axes.format("x${{ matrix.K }}-${{ matrix.tau }}"), options)).points.tables
    assert [plain[kind].names[1] for kind in ("a-K2", "a-K3")] == ["x2-2", "x3-2"]
    worked_out = compiled(sweep(axes.format("x${{ matrix.K * 1000 + matrix.tau }}"), options)).points.tables
    assert [worked_out[kind].names[1] for kind in ("a-K2", "a-K3")] == ["x2002", "x3002"]
    same = errors(sweep(axes.format("x${{ matrix.tau }}"), options))
    assert [(code, message) for code, message, _ in same] == [
        ("RL034", "two points or jobs would be called `x1`")
    ]


# --- what is wrong --------------------------------------------------------------------------------


def test_each_value_of_a_column_is_looked_at_where_it_stands() -> None:
    values = ", ".join(map(str, [*range(1, 101), 0, -3]))
    found = errors(sweep(f"{{tau: [{values}]}}", TAU))
    assert [(code, where) for code, _, where in found] == [("RL135", "0")]
    assert found[0][1].startswith("at 2 of 102 values of tau (the first: 0): tau_fudge of 0 or less")
    alone = errors(sweep(f"{{tau: [{values.replace(', -3', '')}]}}", TAU))
    assert alone[0][1].startswith("at tau=0: tau_fudge of 0 or less")
    first = errors(sweep(f"{{tau: [-1, {values.removesuffix(', 0, -3')}, 200]}}", TAU))
    assert [(code, where) for code, _, where in first] == [("RL135", "-1")]


def test_a_column_is_said_once() -> None:
    text = sweep(f"{{tau: {MANY}}}", TAU, more="extra_args: --tau2_fudge 3")
    assert [each[0] for each in errors(text)] == ["RL108"]


@pytest.mark.parametrize("name", ["point", "of_tau", "first"])
def test_a_variable_of_the_shell_is_not_taken_for_one_of_the_script(name: str) -> None:
    text = sweep(f"{{tau: {MANY}}}", TAU + f", fn_mask: '${{{{ env.{name} }}}}/m.mrc'")
    (found,) = errors(text)
    assert found[:2] == (
        "RL034",
        f"`env.{name}` is a variable of the script for 101 points, and not that of the shell",
    )


def test_a_folder_of_a_point_is_no_other_jobs() -> None:
    other = "  b:\n    type: class3d\n    output: Class3D/a-tau7/\n    options: {" + CLASSES + "}\n" + DATA
    (found,) = errors(sweep(f"{{tau: {MANY}}}", TAU) + other)
    assert found[:2] == ("RL804", "`b` would write over a point of `a` in Class3D/a-tau7/")


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ("{tau: {from: 1, to: 10001}}", "10,001 values"),
        ("{tau: {from: 1, to: 200}, s: {from: 1, to: 51}}", "10,200 points"),
        ("{tau: {from: 1, to: 11}, K: {from: 1, to: 1001}}", "11,011 points"),
        ("{K: {from: 1, to: 1001}}", "1,001 points"),
    ],
)
def test_there_are_bounds(axes: str, said: str) -> None:
    options = TAU + ", fn_mask: 'm${{ matrix.K }}.mrc'"
    (found,) = [each for each in errors(sweep(axes, options)) if each[0] == "RL028"]
    assert said in found[1]


def test_hostile_sweeps_are_answered_soon() -> None:
    """Generous, for a machine that does other things: each takes a tenth of a second to a second alone."""
    long = "x" * 50
    excluded = ", ".join(f"{{tau: {n}, s: {n}}}" for n in range(1, 201))
    texts = [
        sweep(
            "{tau: {from: 1, to: 100}, s: {from: 1, to: 100}, name: '"
            + long
            + "${{ matrix.tau }}-${{ matrix.s }}'}",
            TAU,
        ),
        sweep(
            "{tau: {from: 1, to: 100}, s: {from: 1, to: 100}, name: 'n${{ matrix.tau * 1000 + matrix.s }}'}",
            TAU,
        ),
        sweep(f"{{tau: {{from: 1, to: 100}}, s: {{from: 1, to: 100}}, exclude: [{excluded}]}}", TAU),
        sweep("{tau: {from: 0, to: -9999, step: -1}}", TAU),
        sweep("{tau: [" + ", ".join(map(str, range(1, 10001))) + "]}", TAU),
    ]
    for text in texts:
        began = time.process_time()
        compiled(text)
        assert time.process_time() - began < 5


# --- both forms -----------------------------------------------------------------------------------

INERT: Mapping[str, tuple[str, ...]] = {
    "class3d": ("tau_fudge",),
    "class2d": ("tau_fudge",),
    "maskcreate": ("inimask_threshold", "extend_inimask", "width_mask_edge"),
    "postprocess": ("low_pass", "autob_lowres", "mtf_angpix"),
    "refine3d": ("offset_range",),
    "initialmodel": ("tau_fudge",),
}
GUARD = """\
relionc_begin() { :; }
relionc_run() {
  from=FROM
  srun() { while (($#)) && [[ $1 != relion* ]]; do shift; done; printf '%s\\0' "$@"; }
  for name in relion_{refine{,_mpi},mask_create,postprocess}; do eval "${name}() { srun ${name} \\"\\$@\\"; }"; done
  mpirun() { srun "$@"; }
  for name in job output root program resume ranks; do printf '%s=%s\\0' "${name}" "${plan[${name}]-}"; done
  printf 'in %s\\0' "${inputs[@]}"; printf 'out %s\\0' "${results[@]}"
  echo new; new
  if declare -F resume >/dev/null; then echo resume; resume; fi
}
"""


def ran(folder: Path, script: str, task: int | None = None, first: int = 0) -> bytes:
    """Run a script with a guard that prints what it would start, each word for itself."""
    task_of = {} if task is None else {"SLURM_ARRAY_TASK_ID": str(task)}
    done = subprocess.run(
        ["bash", folder / script, *([str(first)] if first else [])],
        env={"PATH": "/usr/bin:/bin", "SLURM_JOB_ID": "7", "HOME": "/home/u", **task_of},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def built(text: str, folder: Path, most_alone: int, monkeypatch: pytest.MonkeyPatch) -> Compiled:
    monkeypatch.setattr(matrix, "MOST_ALONE", most_alone)
    result = compiled(text)
    assert result.ok, result.diagnostics
    assert result.files is not None
    for path, content in result.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / "relionc-runtime.sh").write_text(GUARD)
    return result


def without_widths(text: str) -> list[list[str]]:
    """Return a job file as words: its columns are padded."""
    return [line.split() for line in text.splitlines()]


def drawn(draw: random.Random) -> str:
    """Draw a sweep whose axes are words of commands, some of them beside one that is not."""
    kind = draw.choice([*INERT])
    version = draw.choice(["3.0", "3.1", "4.0", "5.0", "5.1"])
    if kind == "initialmodel" and version in ("3.0", "3.1"):
        kind = "class2d"
    axes, options, more = [], [], ""
    for number, key in enumerate(draw.sample(INERT[kind], draw.randint(1, len(INERT[kind])))):
        values = draw.sample(["1", "2.50", "+3", "0.1", "12", "5e1", "7", "007"], draw.randint(1, 3))
        axes.append(f"o{number}: [{', '.join(each for each in values if each != '5e1')} , 9]")
        options.append(f"{key}: '${{{{ matrix.o{number} }}}}'")
    if draw.random() < 0.5 and kind in ("class3d", "class2d"):
        axes.append("seed: {from: 1, to: 3}")
        more = "extra_args: " + draw.choice(["", "--verb 1 "]) + "--random_seed ${{ matrix.seed }}"
        more += draw.choice(["", " --maxsig 5", " --verb 2"] if "verb" not in more else ["", " --maxsig 5"])
    if draw.random() < 0.5 and kind in ("class3d", "class2d"):
        axes.append("K: [2, 4]")
        options.append("nr_classes: '${{ matrix.K }}'")
    if draw.random() < 0.3:
        axes.append("exclude: [{o0: 9, seed: 2}]" if "seed" in str(axes) else "exclude: [{o0: 1}]")
    if draw.random() < 0.3:
        axes.append("limit: 3")
    return sweep("{" + ", ".join(axes) + "}", ", ".join(options), kind=kind, more=more, version=version)


@pytest.mark.parametrize("seed", range(24))
def test_both_forms_run_the_same_commands(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(random.Random(seed))
    alone = built(text, tmp_path / "alone", 10**9, monkeypatch)
    tabled = built(text, tmp_path / "tabled", 0, monkeypatch)
    assert not alone.points.tables
    assert tabled.points.tables
    assert sorted(name for table in tabled.points.tables.values() for name in table.names) == sorted(
        alone.points.named
    )
    for kind, table in tabled.points.tables.items():
        for number, name in enumerate(table.names):
            expected = ran(tmp_path / "alone", f"{name}/run.sbatch")
            assert ran(tmp_path / "tabled", f"{kind}/run.sbatch", number) == expected, text
            (job_file,) = (tmp_path / "alone" / name).glob("*job*")
            of_all = (tmp_path / "tabled" / kind / job_file.name).read_text()
            for column, value in zip(table.columns, table.rows[number], strict=True):
                of_all = of_all.replace(f"${{{column.variable}}}", value)
            assert without_widths(of_all) == without_widths(job_file.read_text()), text
        assert ran(tmp_path / "tabled", f"{kind}/run.sbatch", 0, len(table.names) - 1) == expected


def test_a_task_without_a_row_and_a_table_that_was_changed_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(sweep("{tau: [1, 2]}", TAU), tmp_path, 0, monkeypatch)

    def refused(**more: str) -> str:
        done = subprocess.run(
            ["bash", tmp_path / "a/run.sbatch"],
            env={"PATH": "/usr/bin:/bin", "SLURM_JOB_ID": "7", **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 78
        return done.stderr

    assert "points.tsv has no point 2" in refused(SLURM_ARRAY_TASK_ID="2")
    assert "as a task of a job array" in refused()
    table = tmp_path / "a/points.tsv"
    table.write_text(table.read_text().replace("\t2", "\t3"))
    assert "is not what was submitted" in refused(SLURM_ARRAY_TASK_ID="1")


def test_points_of_a_table_have_identities_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in which another value was computed is not gone on with, whatever the points are called."""
    files = built(sweep("{tau: [1, 2]}", TAU), tmp_path, 0, monkeypatch).files
    assert files is not None
    (line,) = [each for each in files["a/run.sbatch"].splitlines() if b"[identity]=" in each]
    assert line.endswith(b'-${of_tau}"')


def test_what_points_make_is_no_input_that_has_to_be_there_before() -> None:
    made = "Class3D/a-tau7/run_it025_data.star"
    other = (
        f"  b:\n    type: class2d\n    after: [a]\n    options: {{fn_img: {made}, particle_diameter: 300}}\n"
    )
    bundle = compiled(sweep(f"{{tau: {MANY}}}", TAU) + other + DATA).bundle
    assert bundle is not None
    of_a, of_b = bundle.submissions
    assert of_a.inputs == (("p.star",), ("r.mrc",))
    assert of_b.inputs == ()
