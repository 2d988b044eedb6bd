"""The functions made of a job type's program, against its steps and trees: a yes of theirs has to be right."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from golden_rows import KINDS, RELEASES, rows_of, version_of, with_references

from relionc import catalog
from relionc.catalog import fast
from relionc.catalog.filefacts import DATA, FILE_FACTS
from relionc.catalog.program import Repeating
from relionc.expr import refs
from relionc.lower.commands import relion_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.catalog import JobType, Option
    from relionc.expr.refs import AnyText, Value

ROWS, DRAWS, ENOUGH = 60, 40, 1e9
OUTPUTS = ("X/job001/", "X/a b/", "X/\ue000/")
"""Folders that jobs write to: a usual one, two words, one with the first character that may stand for a reference."""
FACTS: tuple[Value, ...] = (0, 1, 2, 64, 128, 300, 1.1, 2.5, True, False, "a", None)
NUMBERS = ("-1", "0", "0.5", "1", "2", "3", "10", "400", "33", "1e30", "-1e40", "x", "3x", "", "0x10", ".5")
WORDS = (
    *(
        "",
        "None",
        "a.star",
        "b/c.mrc",
        "x/run_it012_optimiser.star",
        "C1",
        "D07",
        "0:1",
        "Extract/job012/mics/*.box",
    ),
    *(
        "-a",
        "%1",
        "a b",
        " a",
        "${HOME}/a b",
        "${A}.mrc",
        "${B}.mrc",
        "--x 'y",
        "--split_random_halves",
        "ä.mrc",
    ),
)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "WORTH", 0)


def value(option: Option, draw: random.Random) -> AnyText:
    if option.kind == "bool":
        return draw.choice(("Yes", "No"))
    if option.kind == "list" and draw.random() < 0.9:
        return draw.choice(option.choices)
    return refs.braced(
        draw.choice((*NUMBERS, option.default) if option.kind == "number" else (*WORDS, option.default))
    )


def given(job_type: JobType, release: str) -> Iterator[dict[str, AnyText]]:
    """Yield options that RELION was asked about, and some that are drawn: few of each, or hardly any would be fine."""
    defaults: dict[str, AnyText] = {key: option.default for key, option in job_type.options.items()}
    yield defaults
    for kind in KINDS:
        for row in rows_of(release, kind, job_type)[:ROWS]:
            yield {
                **defaults,
                **{key: with_references(text) for key, text in row["set"].items() if key in defaults},
            }
    draw = random.Random(f"{job_type.name} {job_type.version}")
    for _ in range(DRAWS):
        some = draw.sample(sorted(defaults), draw.randint(0, len(defaults)) // 4)
        names = {key: "in.mrc" for key, option in job_type.options.items() if option.kind == "node"}
        yield {**defaults, **names, **{key: value(job_type.options[key], draw) for key in some}}


def said(job_type: JobType, options: Mapping[str, AnyText], *, goes_on: bool) -> tuple[bool, float]:
    """Return whether the steps have nothing to say about options, and how often they were repeated."""
    with Repeating(ENOUGH) as repeating:
        made = relion_commands(job_type, options, output="X/job001/", is_continue=goes_on)
    return not (made.refusals or made.no_file), ENOUGH - repeating.left


@pytest.mark.parametrize("release", RELEASES)
def test_what_the_functions_accept_the_steps_accept(release: str) -> None:
    fine = accepted = 0
    for name in catalog.types(version_of(release)):
        job_type = catalog.load(name, version_of(release))
        for number, options in enumerate(given(job_type, release)):
            goes_on = number % 5 == 4
            with Repeating(ENOUGH) as repeating:
                yes = fast.accepts(job_type, options, output="X/job001/", is_continue=goes_on)
            is_fine, repeated = said(job_type, options, goes_on=goes_on)
            assert is_fine or not yes, (name, options)
            assert ENOUGH - repeating.left == (repeated if yes else 0), (name, options)
            fine, accepted = fine + is_fine, accepted + yes
    assert accepted > 0.85 * fine > 1_000


@pytest.mark.parametrize("release", RELEASES)
def test_the_functions_write_what_the_steps_write(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = written = 0
    for name in catalog.types(version_of(release)):
        job_type = catalog.load(name, version_of(release))
        for number, options in enumerate(given(job_type, release)):
            asked: dict[str, Any] = {"output": OUTPUTS[number % len(OUTPUTS)], "is_continue": number % 5 == 4}
            with Repeating(ENOUGH) as by_functions:
                made = relion_commands(job_type, options, **asked)
            with monkeypatch.context() as by_steps, Repeating(ENOUGH) as repeating:
                by_steps.setattr(fast, "written", lambda *_, **__: None)
                expected = relion_commands(job_type, options, **asked)
            assert made == expected, (name, options)
            assert by_functions.left == repeating.left, (name, options)
            fine += not (expected.refusals or expected.no_file)
            written += fast.written(job_type, options, **asked) is not None
    assert written > 0.85 * fine > 1_000


@pytest.mark.parametrize("release", RELEASES)
def test_the_functions_give_the_needs_that_the_trees_give(release: str) -> None:
    asked = answered = 0
    for name in catalog.types(version_of(release)):
        job_type = catalog.load(name, version_of(release))
        for number, options in enumerate(given(job_type, release)):
            found = fast.needs(job_type, options, is_continue=number % 5 == 4)
            asked += 1
            if found is not None:
                answered += 1
                trees = catalog._by_trees(job_type, options, is_continue=number % 5 == 4)
                *conditions, numbers, ranks, runs = trees
                assert (*conditions, numbers, list(map(bool, ranks)), list(map(bool, runs))) == (
                    *found[:-2],
                    *(list(map(bool, rules)) for rules in found[-2:]),
                ), (name, options)
                assert all(type(value) is bool for value in found[: len(fast.CONDITIONS)]), name
    assert answered > 0.75 * asked > 1_000


@pytest.mark.parametrize("release", RELEASES)
def test_where_no_path_of_another_site_is_said_to_be_in_a_command_none_is(release: str) -> None:
    none = some = 0
    for name in catalog.types(version_of(release)):
        job_type = catalog.load(name, version_of(release))
        paths = [option.default for option in job_type.options.values() if option.is_elsewhere]
        for options in given(job_type, release) if paths else ():
            sure = fast.nothing_elsewhere(job_type, options, output="X/job001/", is_continue=False)
            made = relion_commands(job_type, options, output="X/job001/", is_continue=False)
            typed = {refs.show(text) for key, text in options.items() if text not in paths}
            held = any(path in text.split() for text in made.texts for path in paths if path not in typed)
            assert not (sure and held), (name, options)
            none, some = none + sure, some + held
    assert none > 20
    assert some > 20


def known(job_type: JobType, draw: random.Random) -> dict[str, dict[str, Value]]:
    """Return some facts of some of the files at which rules of a type look."""
    return {
        option: {
            name: draw.choice(FACTS)
            for name in draw.sample(sorted(FILE_FACTS), draw.randint(0, len(FILE_FACTS)))
        }
        for option in (*job_type.traits.asks, DATA)
        if draw.random() < 0.8
    }


@pytest.mark.parametrize("release", RELEASES)
def test_where_no_rule_about_files_is_said_to_hold_none_does(
    release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = none = some = 0
    for name in catalog.types(version_of(release)):
        job_type = catalog.load(name, version_of(release))
        draw = random.Random(f"{name} {release}")
        for options in given(job_type, release) if job_type.traits.data_rules else ():
            facts = known(job_type, draw)
            said = fast.nothing_judged(job_type, options, facts, is_continue=False)
            with monkeypatch.context() as by_trees:
                by_trees.setattr(fast, "nothing_judged", lambda *_, **__: False)
                found = catalog.judged(job_type, options, facts, is_continue=False)
            assert not (said and found), (name, options, facts)
            sure, none, some = sure + said, none + (not found), some + bool(found)
    assert sure > 0.8 * none > 100
    assert some > 100


def test_a_changed_job_type_has_no_functions() -> None:
    job_type = catalog.load("postprocess", "3.1")
    options: dict[str, AnyText] = {key: option.default for key, option in job_type.options.items()}
    options["fn_in"] = "run_half1_class001_unfil.mrc"
    options["fn_mask"] = "mask.mrc"
    assert fast.accepts(job_type, options, output="P/job001/", is_continue=False)
    other = job_type._replace(program={**job_type.program, "steps": ()})
    assert not fast.accepts(other, options, output="P/job001/", is_continue=False)
    assert fast.needs(other, options, is_continue=False) is None


def test_functions_are_not_compiled_for_a_job_or_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "WORTH", 3)
    monkeypatch.setattr(fast, "_SEEN", {})
    job_type = catalog.load("maskcreate", "3.1")
    options: dict[str, AnyText] = {key: option.default for key, option in job_type.options.items()}
    answers = [fast.needs(job_type, options, is_continue=False) is not None for _ in range(5)]
    assert answers == [False, False, False, True, True]
