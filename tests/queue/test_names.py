"""The numbers, the site's own entries and the lines of a template are read as RELION reads them."""

from __future__ import annotations

import pytest

from relionc import catalog
from relionc.catalog.queue import load_queue
from relionc.emit.queue_script import render
from relionc.expr import ExprError
from relionc.ir import QueueScript
from relionc.lower.commands import RelionCommands
from relionc.queue_template import placeholders

NAMES = ("XXXmpinodesXXX", "XXXthreadsXXX", "XXXcoresXXX", "XXXdedicatedXXX", "XXXnodesXXX")
MADE = RelionCommands(
    commands=(),
    texts=("`which relion_a_mpi` --x 1", "rm -f done", "`which relion_b` --y 2"),
    parallel=(True, False, False),
    templated=(True, False, False),
    refusals=(),
    input_nodes=(),
    output_nodes=(),
)


def numbers(**options: str) -> list[str]:
    facts = load_queue("3.1")
    texts = {name: options[role] for role, (name, _) in facts.options.items() if role in options}
    replacing = placeholders.replacements(facts, placeholders.values(facts, texts, "X/job001/"), {})
    return [replacing[name] for name in NAMES]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ranks": "17", "threads": "4", "dedicated": "16"}, ["17", "4", "68", "16", "5"]),
        ({"ranks": "4", "threads": "4", "dedicated": "16"}, ["4", "4", "16", "16", "1"]),
        ({"ranks": "2.9", "threads": "3abc", "dedicated": "1"}, ["2", "3", "6", "1", "6"]),
        ({"dedicated": "24"}, ["1", "1", "1", "24", "1"]),
        ({"ranks": "0", "threads": "8", "dedicated": "4"}, ["0", "8", "0", "4", "0"]),
        ({"ranks": "-3", "threads": "1", "dedicated": "2"}, ["-3", "1", "-3", "2", "-1"]),
        ({"ranks": "2000", "threads": "1000", "dedicated": "1"}, ["2000", "1000", "2e+06", "1", "2e+06"]),
    ],
)
def test_numbers_are_worked_out_as_relion_does(options: dict[str, str], expected: list[str]) -> None:
    assert numbers(**options) == expected


@pytest.mark.parametrize("dedicated", ["0", "many"])
def test_what_cannot_be_worked_out_is_said(dedicated: str) -> None:
    with pytest.raises(ExprError):
        numbers(dedicated=dedicated)


@pytest.mark.parametrize(
    ("version", "count", "expected"),
    [
        ("3.1", None, [1, 2]),
        ("3.1", "3", [1, 2, 3]),
        ("3.1", " 4x", [1, 2, 3, 4]),
        ("5.0", "1", [1]),
        ("3.0", "0", []),
        ("4.0", "many", []),
        ("4.0", "200", []),  # one byte with a sign
        ("2.1", "4", [1, 2]),
    ],
)
def test_entries_of_a_site_are_counted_as_relion_does(
    version: str, count: str | None, expected: list[int]
) -> None:
    declared = {f"RELION_QSUB_EXTRA{number}": "label" for number in range(1, 6)}
    environment = declared | ({} if count is None else {"RELION_QSUB_EXTRA_COUNT": count})
    assert list(placeholders.site_extras(load_queue(version), {}, environment)) == expected


def test_an_entry_is_there_only_if_it_is_declared() -> None:
    environment = {"RELION_QSUB_EXTRA2": "Memory", "RELION_QSUB_EXTRA2_DEFAULT": "6g"}
    facts = load_queue("4.0")
    assert placeholders.site_extras(facts, {}, environment) == {2: "6g"}
    assert placeholders.site_extras(facts, {"qsub_extra2": "8g"}, environment) == {2: "8g"}
    assert placeholders.site_extras(facts, {"qsub_extra2": "8g"}, {}) == {}


def test_names_are_replaced_in_their_order() -> None:
    replacing = {"XXXaXXX": "XXXbXXX", "XXXbXXX": "XXXaXXX"}
    assert placeholders.replaced("XXXaXXX XXXbXXX", replacing) == "XXXaXXX XXXaXXX"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", "\n"),
        ("a", "a\n\n"),
        ("a\n\n", "a\n\n\n"),
        ("a\r\n", "a\r\n\n"),
        (
            "srun XXXcommandXXX &\n",
            "srun `which relion_a_mpi` --x 1 &\nrm -f done\n`which relion_b` --y 2\n\n",
        ),
    ],
)
def test_lines_end_as_relion_ends_them(template: str, expected: str) -> None:
    assert render(placeholders.fill(template, MADE, load_queue("3.1"), {})) == expected


def test_only_the_first_place_of_a_line_takes_the_command() -> None:
    script = QueueScript(("a C b C",), "C", (("x", True), ("y", False)))
    assert render(script) == "a x b C\ny\n\n"


def test_every_version_has_its_names() -> None:
    for version in catalog.versions():
        facts = load_queue(version)
        assert {facts.output, facts.errors} <= set(facts.names)
        assert facts.warns_of_uneven_cores == (version < "5")
        assert facts.extras_most == (2 if version < "3" else 127)
