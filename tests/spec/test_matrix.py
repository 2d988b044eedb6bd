"""`matrix` and `each`: which points a sweep has, what they are called, and how what is wrong with them is told."""

from __future__ import annotations

from typing import Any

import pytest
from asking import compiled

from relionc.diag import ERROR
from relionc.source import text_of

CLASSES = "fn_mask: 'm${{ matrix.K }}.mrc'"
HEAD = 'relionc: 1\ncluster: lab\nrelion: "3.1"\njobs:\n'


def job(matrix: str, options: str = "", name: str = "a", more: str = "") -> str:
    lines = ["type: class3d", f"matrix: {matrix}" if matrix else "", more]
    lines.append(f"options: {{fn_img: p.star, fn_ref: r.mrc, particle_diameter: 300, {options}}}")
    lines.append("data: {particles: 1000, box: 64}")
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines if line)


def points(text: str) -> dict[str, dict[str, str]]:
    result = compiled(HEAD + text)
    assert result.spec is not None, result.diagnostics
    return {
        name: {axis: text_of(value) for axis, value in point.values.items()}
        for name, point in result.spec.points.named.items()
    }


def errors(text: str) -> list[tuple[str, str, str]]:
    """Return the code and message of each error with the text of the spec that it points at."""
    result = compiled(HEAD + text)
    lines = (HEAD + text).splitlines()
    found = [d for d in result.diagnostics if d.severity == ERROR]
    return [
        (d.code, d.message, lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1]) for d in found
    ]


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ("{K: [2, 4]}", {"a-K2": "2", "a-K4": "4"}),
        ("{K: {from: 2, to: 4}}", {"a-K2": "2", "a-K3": "3", "a-K4": "4"}),
        ("{K: {from: 0.1, to: 0.3, step: 0.1}}", {"a-K0p1": "0.1", "a-K0p2": "0.2", "a-K0p3": "0.3"}),
        ("{K: {from: 4, to: 1, step: -2}}", {"a-K4": "4", "a-K2": "2"}),
        ("{K: {from: 1, to: 2, step: 0.75}}", {"a-K1": "1", "a-K1p75": "1.75"}),
        ("{K: [-0.5, 3.10]}", {"a-Km0p5": "-0.5", "a-K3p10": "3.10"}),
        ("{K: '${{ [1 + 1, 4] }}'}", {"a-K2": "2", "a-K4": "4"}),
        ("{K: [sets/one.star, two.mrc.star]}", {"a-Kone": "sets/one.star", "a-Ktwo_mrc": "two.mrc.star"}),
        ("{K: [2, 4], name: 'run${{ matrix.K * 10 }}'}", {"run20": "2", "run40": "4"}),
    ],
)
def test_values_of_an_axis(matrix: str, expected: dict[str, str]) -> None:
    assert points(job(matrix)) == {name: {"K": value} for name, value in expected.items()}


def test_axes_multiply_zipped_ones_go_together_and_some_points_are_left_out() -> None:
    found = points(job("{K: [2, 4], zip: {s: [x, y], t: [1, 2]}, exclude: [{K: 4, s: x}]}"))
    assert list(found) == ["a-K2-sx-t1", "a-K2-sy-t2", "a-K4-sy-t2"]
    assert found["a-K4-sy-t2"] == {"K": "4", "s": "y", "t": "2"}


def test_a_point_is_a_job_with_its_values() -> None:
    result = compiled(HEAD + job("{K: [2, 4]}", 'nr_classes: "${{ matrix.K }}"'))
    assert result.ok
    made = {plan.job.name: plan.job for plan in result.plans}
    assert [(name, one.options["nr_classes"], one.output) for name, one in made.items()] == [
        ("a-K2", "2", "Class3D/a-K2/"),
        ("a-K4", "4", "Class3D/a-K4/"),
    ]
    alone = compiled(HEAD + job("", "nr_classes: 4", name="a-K4"))
    assert alone.files is not None
    assert result.files is not None
    same = [name for name in alone.files if name.startswith("a-K4/")]
    assert same
    assert {name: result.files[name] for name in same} == {name: alone.files[name] for name in same}


def test_a_job_waits_for_all_points_follows_each_or_takes_one() -> None:
    text = job("{K: [2, 4]}")
    text += job("", name="all", more="after: [a]")
    text += job("", name="e", more="each: a").replace("p.star", '"${{ jobs.a.outputs.data }}"')
    text += job("{t: [1, 2]}", name="f", more="each: e").replace("p.star", '"${{ jobs.e.outputs.data }}"')
    text += job("", name="one").replace("p.star", '"${{ jobs.f-K4-t2.outputs.data }}"')
    result = compiled(HEAD + text)
    assert result.ok, result.diagnostics
    jobs = {plan.job.name: plan.job for plan in result.plans}
    assert jobs["all"].after == ("a-K2", "a-K4")
    assert jobs["e-K4"].after == ("a-K4",)
    assert jobs["e-K4"].options["fn_img"] == "Class3D/a-K4/run_it025_data.star"
    assert set(jobs["f-K2-t1"].after) == {"e-K2", "a-K2"}
    assert jobs["f-K2-t1"].options["fn_img"] == "Class3D/e-K2/run_it025_data.star"
    assert jobs["one"].after == ("f-K4-t2",)
    assert len(jobs) == 2 + 1 + 2 + 4 + 1


def test_what_is_wrong_is_told_once_with_the_points_of_which_it_is_true() -> None:
    some = errors(job("{K: [2, many, 4]}", 'nr_classes: "${{ matrix.K }}"'))
    assert some == [("RL105", "at K=many: `nr_classes` is a number, not `many`", '"${{ matrix.K }}"')]
    everywhere = errors(job("{K: [2, 4]}", "nr_classes: many"))
    assert everywhere == [("RL105", "`nr_classes` is a number, not `many`", "many")]
    two = errors(job("{K: [2, 3, 4]}", "sym_name: \"${{ 'C1' if matrix.K == 2 else 'Z9' }}\""))
    assert len(two) == 1
    assert two[0][1].startswith("at 2 of 3 points (K=3; K=4): ")


@pytest.mark.parametrize(
    ("matrix", "code", "said", "place"),
    [
        ("{exclude: []}", "RL034", "no axis", "{exclude: []}"),
        ("{K: [2], zip: {K: [3]}}", "RL034", "an axis already", "[3]"),
        ("{zip: {x: [1, 2], y: [1]}}", "RL034", "x 2, y 1", "{x: [1, 2], y: [1]}"),
        ("{K: [2, 2]}", "RL034", "`2` is there twice", "[2, 2]"),
        ("{K: [2], exclude: [{K: 2}]}", "RL034", "leaves no point", "[{K: 2}]"),
        ("{K: [2], exclude: [{k: 2}]}", "RL034", "no axis `k`", "2"),
        ("{K: {from: 2, to: 1}}", "RL034", "no steps of 1", "{from: 2, to: 1}"),
        ("{K: {from: 1, to: 2, step: 0}}", "RL034", "no steps of 0", "{from: 1, to: 2, step: 0}"),
        ("{K: [u/a, v/a]}", "RL034", "would be called `a-Ka`, as that of K=u/a is", "{K: [u/a, v/a]}"),
        ("{K: [2], name: '${{ matrix.K }}'}", "RL034", "cannot be the name of a point", "'${{ matrix.K }}'"),
        ("{K: [2], name: 'a${{ matrix.L }}'}", "RL030", "no axis `L`", "'a${{ matrix.L }}'"),
        ("{K: {from: 1, to: 100000}}", "RL028", "100,000 values", "{from: 1, to: 100000}"),
        ("{K: {from: 1, to: 900}, L: {from: 1, to: 900}}", "RL028", "810,000 points", None),
    ],
)
def test_a_matrix_that_makes_no_points_is_refused(
    matrix: str, code: str, said: str, place: str | None
) -> None:
    ((found, message, where),) = errors(job(matrix))
    assert found == code
    assert said in message
    assert place is None or where == place


def test_names_of_a_matrix_are_for_its_job_alone() -> None:
    text = job("{K: [2, 4]}") + job("", 'nr_classes: "${{ matrix.K }}"', name="b")
    assert [(code, said) for code, said, _ in errors(text)] == [("RL030", "this job has no `matrix`")]
    text = 'vars: {n: "${{ matrix.K }}"}\n' + job("{K: [2, 4]}", 'nr_classes: "${{ vars.n }}"')
    result = compiled(HEAD.replace("jobs:\n", "") + text.replace("  a:", "jobs:\n  a:"))
    (found,) = [d for d in result.diagnostics if d.severity == ERROR]
    assert "a variable is the same for all jobs" in found.message


def test_one_value_is_not_several() -> None:
    text = job("{K: [2, 4]}") + job("", name="b").replace("p.star", '"${{ jobs.a.outputs.data }}"')
    result = compiled(HEAD + text)
    (found,) = [d for d in result.diagnostics if d.severity == ERROR]
    assert (found.code, found.message) == ("RL105", "`fn_img` takes one value, not several")
    assert "each: a" in found.help


def test_a_sweep_that_cannot_be_made_out_is_told_once_and_its_followers_are_quiet() -> None:
    text = job("{K: [2, 2]}")
    text += job("", name="b", more="each: a") + job("", name="c", more="after: [a]")
    text += job("", name="d").replace("p.star", '"${{ jobs.a.outputs.data }}"')
    assert [code for code, *_ in errors(text)] == ["RL034"]
    assert errors(job("", name="b", more="each: a") + job("{K: [2]}"))[0][1] == "`a` comes further down"
    assert "no job `q` with a `matrix`" in errors(job("{K: [2]}") + job("", name="b", more="each: q"))[0][1]


@pytest.mark.parametrize(
    ("defaults", "jobs", "repeated", "more"),
    [
        ("", [job("{K: {from: 1, to: 1000}}", CLASSES + ", other_args: '" + 16000 * "x" + "'")], "16,", ""),
        (
            "defaults: {slurm: {comment: '" + 16000 * "x" + "'}}\n",
            [job("{K: {from: 1, to: 500}}", CLASSES)],
            "8,",
            "",
        ),
        (
            "defaults: {slurm: {comment: '" + 9000 * "x" + "'}}\n",
            [job("{K: {from: 1, to: 400}}", CLASSES), job("{K: {from: 1, to: 400}}", CLASSES, name="b")],
            "3,",
            " together with the points above",
        ),
    ],
)
def test_what_points_repeat_has_a_bound(defaults: str, jobs: list[str], repeated: str, more: str) -> None:
    result = compiled(defaults + HEAD + "".join(jobs))
    (error,) = (each for each in result.diagnostics if each.severity == ERROR)
    assert error.code == "RL028"
    assert f" times, has {repeated}" in error.message
    assert error.message.endswith(f"it may have 4,194,304{more}")


def arrays(text: str) -> dict[str, Any]:
    """Return the array of each point that is a task of one: its script and number."""
    result = compiled(text)
    assert result.plan is not None, result.diagnostics
    jobs: dict[str, Any] = result.plan["jobs"]  # type: ignore[assignment]
    return {
        name: (row["array"]["script"].split("/")[0], row["array"]["task"], row["array"]["limit"])
        for name, row in jobs.items()
        if "array" in row
    }


CPUS = "use_gpu: no, nr_classes: '${{ matrix.K }}'"
FOR_TWO = 'resources: {ntasks: 3, cpus_per_task: "${{ matrix.c }}", mem_per_cpu: 2G, partition: multinode}'
HELD = "resources: {ntasks: 3, cpus_per_task: 2, mem_per_cpu: 2G, partition: multinode}"


def test_points_with_one_layout_are_one_array() -> None:
    found = arrays(HEAD + job("{K: [2, 4, 6], limit: 2}", CPUS, more=HELD))
    assert found == {"a-K2": ("a-K2", 0, 2), "a-K4": ("a-K2", 1, 2), "a-K6": ("a-K2", 2, 2)}


def test_points_with_other_layouts_are_other_arrays_and_one_alone_is_none() -> None:
    found = arrays(HEAD + job("{c: [1, 2, 3], K: [2, 4], exclude: [{c: 3, K: 4}]}", CPUS, more=FOR_TWO))
    assert found == {
        "a-c1-K2": ("a-c1-K2", 0, None),
        "a-c1-K4": ("a-c1-K2", 1, None),
        "a-c2-K2": ("a-c2-K2", 0, None),
        "a-c2-K4": ("a-c2-K2", 1, None),
    }


@pytest.mark.parametrize("more", ["interactive: yes", "layout: hetjob"])
def test_what_cannot_be_an_array_is_none(more: str) -> None:
    text = HEAD + job("{K: [2, 4]}", "nr_classes: '${{ matrix.K }}'", more=more)
    if "layout" in more:
        text = text.replace("    data:", "    resources: {gpus: 8, nodes: 2}\n    data:")
    assert arrays(text) == {}


def test_who_follows_each_point_is_no_array() -> None:
    text = HEAD + job("{K: [2, 4]}", CPUS, more=HELD) + job("", "use_gpu: no", "b", f"each: a\n    {HELD}")
    assert set(arrays(text)) == {"a-K2", "a-K4"}
