"""Inert options: nothing of a job depends on them but words of its commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relionc import catalog
from relionc.catalog.inert import inert
from relionc.catalog.types import RunRule
from relionc.lower.commands import relion_commands

if TYPE_CHECKING:
    from relionc.catalog import JobType

TYPES = [(name, version) for version in catalog.versions() for name in catalog.types(version)]


def without_words(job_type: JobType, text: str, key: str) -> tuple[object, list[list[str]]]:
    """Return all that a job type makes of a value, and of its commands the words, the value as `#`."""
    options = {name: option.default for name, option in job_type.options.items()} | {key: text}
    known = []
    words: list[list[str]] = []
    for is_continue in (False, True):
        for gates in ("No", "Yes"):
            texts = options | {
                name: gates for name, option in job_type.options.items() if option.kind == "bool"
            }
            given = {"output": "X/job001/", "is_continue": is_continue}
            made = relion_commands(job_type, texts, **given)  # type: ignore[arg-type]
            needs = {**catalog.needs(job_type, texts, is_continue=is_continue), "run_rules": ()}
            known.append(
                (made.refusals, made.input_nodes, made.output_nodes, made.parallel, made.no_file, needs)
            )
            outputs = catalog.made(job_type, texts, **given)  # type: ignore[arg-type]
            known.append((outputs, catalog.gpu_arguments(job_type, texts, is_continue=is_continue)))
            words += [
                ["".join(map(str, word)).replace(text, "#") for word in command.words]
                for command in made.commands
            ]
    return repr(known), words


@pytest.mark.parametrize(("name", "version"), TYPES)
def test_nothing_depends_on_an_inert_option_but_words(name: str, version: str) -> None:
    job_type = catalog.load(name, version)
    for key in inert(job_type).options:
        one, other = without_words(job_type, "771234", key), without_words(job_type, "0.00331", key)
        assert one == other, key


@pytest.mark.parametrize("version", ["3.1", "4.0", "5.0", "5.1"])
def test_what_people_sweep_is_known(version: str) -> None:
    found = inert(catalog.load("class3d", version))
    assert "tau_fudge" in found.options
    assert found.arguments
    assert not found.options.keys() & {"nr_classes", "nr_iter", "particle_diameter", "nr_mpi", "sigma_angles"}
    assert [rule.option for rule in found.options["tau_fudge"]] == ["tau_fudge"]
    assert not inert(catalog.load("refine3d", version)).arguments  # which asks for the value of a flag


def test_a_condition_that_names_an_option_takes_it_away() -> None:
    job_type = catalog.load("class3d", "3.1")
    name = ("name", 0, ("tau_fudge",))
    asks = ("binary", 0, "==", name, ("const", "4"))
    assert "tau_fudge" not in inert(job_type._replace(traits=job_type.traits._replace(window=asks))).options
    sums = {**job_type.traits.quantities, "more": name}
    assert (
        "tau_fudge" not in inert(job_type._replace(traits=job_type.traits._replace(quantities=sums))).options
    )
    program = {**job_type.program, "more": [["when", name]]}
    assert "tau_fudge" not in inert(job_type._replace(program=program)).options
    rule = RunRule(
        ("call", 0, "word_after", (("name", 0, ("other_args",)), ("const", "--maxsig"))), "", "", ""
    )
    rules = (*job_type.traits.run_rules, rule)
    assert not inert(job_type._replace(traits=job_type.traits._replace(run_rules=rules))).arguments
