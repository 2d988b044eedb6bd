"""How large a spec may be: just below each bound it is read, just above it is refused with the code of the bound."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from asking import compiled

from relionc import pipeline
from relionc.catalog.program import Repeating
from relionc.diag import ERROR
from relionc.diag.kept import MOST
from relionc.pipeline.size import MOST_JOBS, MOST_KEYS, MOST_REPEATED
from relionc.plan import MOST_RANKS, SEARCH_VISITS, Known
from relionc.rules.request.long_gpu_list import MOST_ENTRIES
from relionc.slurm.constraint import MAX_CONSTRAINT, MAX_FEATURES
from relionc.solve import Effort, Problem, TooHard, Variable, search
from relionc.source import load
from relionc.source.build import MAX_EXPANDED_TEXT, MAX_TEXT, MAX_VALUES
from relionc.spec.resolve import MOST_CHARACTERS, MOST_WORDS

HEAD = 'relionc: 1\ncluster: lab\nrelion: "3.1"\n'
OPTIONS = "options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 300}"

BAD = ", options: 7"  # no further stage looks at such a job


def spec(jobs: list[str], top: str = "") -> str:
    """Return a spec of jobs that each say some more than a class3d job has to."""
    lines = (f"  j{i}: {{type: class3d{more}}}\n" for i, more in enumerate(jobs))
    return f"{HEAD}{top}jobs:\n{''.join(lines)}"


def codes(text: str) -> list[str]:
    return [each.code for each in compiled(text).diagnostics if each.severity == ERROR]


def many(count: int, one: str = "x") -> str:
    return ",".join(one for _ in range(count))


def defaults(characters: int) -> str:
    """Return defaults whose keys and texts have so many characters."""
    keys = len("slurm") + len("comment")
    return f"defaults: {{slurm: {{comment: {'x' * (characters - keys)}}}}}\n"


BOUNDS = {
    "jobs": (spec([BAD] * MOST_JOBS), spec([BAD] * (MOST_JOBS + 1)), "RL028"),
    "items": (
        spec([f", after: [{many(MOST_KEYS)}]"]),
        spec([f", after: [{many(MOST_KEYS + 1)}]"]),
        "RL028",
    ),
    "defaults": (
        spec([BAD] * MOST_JOBS, defaults(MOST_REPEATED // MOST_JOBS)),
        spec([BAD] * MOST_JOBS, defaults(MOST_REPEATED // MOST_JOBS + 1)),
        "RL028",
    ),
    "words": (
        spec([f", {OPTIONS}, extra_args: '--a{' x' * 5_000}'"] * (MOST_WORDS // 5_000)),
        spec([f", {OPTIONS}, extra_args: '--a{' x' * 5_000}'"] * (MOST_WORDS // 5_000 + 1)),
        "RL028",
    ),
    "list of GPUs": (
        spec([f", {OPTIONS[:-1]}, use_gpu: true, gpu_ids: '{':'.join('0' * MOST_ENTRIES)}'}}"]),
        spec([f", {OPTIONS[:-1]}, use_gpu: true, gpu_ids: '{':'.join('0' * (MOST_ENTRIES + 1))}'}}"]),
        "RL033",
    ),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_bound_refuses_what_is_above_it_and_nothing_below(bound):
    below, above, code = BOUNDS[bound]
    assert code not in codes(below)
    assert code in codes(above)


def test_files_for_each_class_are_counted_over_all_jobs(monkeypatch):
    # a sweep over 1 to 1,000 classes makes half a million maps
    monkeypatch.setattr(pipeline, "Repeating", lambda: Repeating(40))
    job = ", options: {fn_img: p.star, fn_ref: r.mrc, particle_diameter: 300, nr_classes: 10}"
    assert codes(spec([job] * 2)) == []  # each lists them twice; what is built is not counted
    assert codes(spec([job] * 3)) == ["RL028"]


def test_what_is_too_large_is_refused_alone():
    assert codes(spec([", options: 7"] * (MOST_JOBS + 1))) == ["RL028"]


def test_texts_that_references_repeat_count_once_for_each_job():
    top = f"vars: {{v: {'x' * 5_000}}}\n"
    job = ", options: {fn_img: '${{ vars.v }}', fn_ref: r.mrc}"
    assert "RL028" in codes(spec([job] * (MOST_CHARACTERS // 5_000 + 1), top))
    assert "RL028" not in codes(spec([job] * 100, top))


@pytest.mark.parametrize(
    ("below", "above"),
    [
        (f"a: {'x' * MAX_TEXT}", f"a: {'x' * (MAX_TEXT + 1)}"),
        (f"? {'x' * MAX_TEXT}\n: 1", f"? {'x' * (MAX_TEXT + 1)}\n: 1"),
        (f"[{many(MAX_VALUES - 2)}]", f"[{many(MAX_VALUES + 2)}]"),
        (
            f"a: &a {'x' * MAX_TEXT}\nb: [{many(MAX_EXPANDED_TEXT // MAX_TEXT, '*a')}]",
            f"a: &a {'x' * MAX_TEXT}\nb: [{many(MAX_EXPANDED_TEXT // MAX_TEXT + 1, '*a')}]",
        ),
        (
            f"a: &a [&b {'x' * MAX_TEXT}, *b]\nb: [{many(MAX_EXPANDED_TEXT // MAX_TEXT // 2 - 1, '*a')}]",
            f"a: &a [&b {'x' * MAX_TEXT}, *b]\nb: [{many(MAX_EXPANDED_TEXT // MAX_TEXT // 2 + 1, '*a')}]",
        ),
    ],
    ids=["text", "key", "values", "aliases", "aliases of aliases"],
)
def test_a_file_has_bounds(below, above):
    assert [each.code for each in load(below.encode(), "f").diagnostics] == []
    assert [each.code for each in load(above.encode(), "f").diagnostics] == ["RL028"]


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("|".join(f"f{i}" for i in range(MAX_FEATURES)), "no node of lab has the features"),
        ("|".join(f"f{i}" for i in range(MAX_FEATURES + 1)), f"it may name {MAX_FEATURES}"),
        ("x" * MAX_CONSTRAINT, "no node of lab has the features"),
        ("x" * (MAX_CONSTRAINT + 1), f"it may have {MAX_CONSTRAINT:,}"),
    ],
)
def test_a_constraint_has_bounds(constraint, words):
    (found,) = compiled(spec([f", {OPTIONS}, resources: {{constraint: '{constraint}'}}"])).diagnostics
    assert found.code == "RL602"
    assert words in found.message


def test_all_ranks_of_a_spec_have_a_bound():
    job = f", resources: {{ntasks: 400, cpus_per_task: 1}}, {OPTIONS}"
    count = codes(spec([job] * 400)).count("RL032")
    assert count == 400 - MOST_RANKS // 400


def test_an_alias_that_names_nothing_is_told_a_hundred_times():
    found = load(f"[{many(MOST + 200, '*a')}]".encode(), "f").diagnostics
    assert len(found) == MOST + 1
    assert (found[-1].code, found[-1].left_out) == ("RL029", (("error", 200),))
    assert found[-1].message == "and 200 more (200 errors)"


def test_findings_of_many_jobs_are_counted():
    codes_found = codes(spec([", option: 1"] * 900))
    assert codes_found == ["RL020"] * (MOST - 1) + ["RL029"]


def test_a_time_in_braces_does_not_slow_a_large_file_down():
    text = HEAD + "vars: {t: 12:00:00}\n#" + ("x" * 100 + "\n#") * 30_000 + "\njobs: {a: {type: class3d}}\n"
    begin = time.process_time()
    found = load(text.encode(), "f")
    assert found.tree is not None
    assert found.tree.value["vars"] == {"t": "12:00:00"}
    assert time.process_time() - begin < 2


def endless() -> Problem:
    """Return a problem with two million assignments, none better than another until all have been seen."""
    from relionc.solve import Constraint

    names = [f"v{i}" for i in range(21)]
    odd = Constraint("odd", tuple(names), lambda it: sum(vars(it).values()), low=22, high=30)
    return Problem(SimpleNamespace, tuple(Variable(name, lambda _: (0, 1)) for name in names), (odd,), ())


def test_a_search_ends_when_its_visits_are_spent():
    effort = Effort(1_000)
    with effort, pytest.raises(TooHard):
        search(endless())
    with effort, pytest.raises(TooHard):  # and so does every later one
        search(endless())


def test_a_layout_that_nobody_finds_in_time_is_refused_with_its_place(monkeypatch):
    monkeypatch.setattr("relionc.plan.ANSWER_VISITS", 35)
    (found,) = compiled(spec([f", {OPTIONS}"])).diagnostics
    assert found.code == "RL031"
    assert found.span is not None


def test_a_refusal_without_time_for_more_names_the_requirements_alone(monkeypatch):
    text = spec([f", {OPTIONS}, data: {{box: 200}}, resources: {{nodes: 1, ntasks: 400}}"])
    (whole,) = (each for each in compiled(text).diagnostics if each.severity == ERROR)
    monkeypatch.setattr("relionc.plan.SEARCH_VISITS", 0)
    (short,) = (each for each in compiled(text).diagnostics if each.severity == ERROR)
    assert whole.suggestions
    assert short.conflict
    assert not short.suggestions


def test_later_answers_leave_less_for_explanations():
    known = Known()
    before = known.reasons.left
    assert before == SEARCH_VISITS
    known.decided(Problem(SimpleNamespace, (Variable("a", lambda _: (1,)),), (), ()))
    assert known.reasons.left == before - 2
