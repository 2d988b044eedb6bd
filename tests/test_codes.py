"""Every diagnostic code that the code uses is explained, and every code that is explained is used."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from relionc.diag import pages
from relionc.diag.codes import CODES, RETIRED
from relionc.rules import STAGES

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"\bRL\d{3}\b")
TABLE = ROOT / "relionc" / "diag" / "codes.py"
PAGES = ROOT / "docs" / "codes"


def _used() -> set[str]:
    """Return the codes in the compiler and in the catalogue's data."""
    files = [file for pattern in ("*.py", "*.yaml") for file in (ROOT / "relionc").rglob(pattern)]
    return {code for file in files if file != TABLE for code in CODE.findall(file.read_text())}


def test_every_code_in_use_is_in_the_table() -> None:
    assert sorted(_used() - set(CODES)) == []


def test_every_code_of_the_table_is_in_use() -> None:
    assert sorted(set(CODES) - _used()) == []


def test_no_retired_code_is_in_use() -> None:
    assert sorted(_used() & set(RETIRED)) == []


def test_no_two_rules_share_a_code() -> None:
    """Those of a profile do: its codes are kinds of mistakes, which several of its parts can have."""
    stages = [stage for stage in STAGES if stage != "profile"]
    rules = [rule for stage in stages for rule in import_module(f"relionc.rules.{stage}").RULES]
    assert [code for code, times in Counter(rule.CODE for rule in rules).items() if times > 1] == []


def test_every_rule_is_listed_by_its_stage() -> None:
    """A file that is not in the table would be a rule that nobody applies."""
    folder = ROOT / "relionc" / "rules"
    assert {each.name for each in folder.iterdir() if (each / "__init__.py").exists()} == set(STAGES)
    for stage in STAGES:
        files = {file.stem for file in (folder / stage).glob("*.py")} - {"__init__"}
        listed = import_module(f"relionc.rules.{stage}").RULES
        assert {rule.__name__.rpartition(".")[2] for rule in listed} == files


def test_a_meaning_is_one_short_sentence_of_its_own() -> None:
    assert [code for code, meaning in CODES.items() if not 10 < len(meaning) < 120 or "\n" in meaning] == []
    assert [meaning for meaning, times in Counter(CODES.values()).items() if times > 1] == []


def test_every_code_has_a_page_and_the_list_has_all() -> None:
    assert {file.stem for file in PAGES.glob("RL*.md")} == set(CODES)
    listed = (ROOT / "docs" / "diagnostic-codes.md").read_text()
    assert set(CODE.findall(listed)) == set(CODES) | set(RETIRED)


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_of_a_page_has_the_code_and_the_right_one_no_error(code: str) -> None:
    """What stands below a command is all that it prints: tests/docs runs the commands of every page."""
    page = pages.read(code)
    assert page is not None
    assert (page.code, page.title) == (code, CODES[code])
    assert len(page.why) > 60, "a page says why"
    head, wrong, right = re.split(r"^## (?:Wrong|Right)$", page.markdown, flags=re.MULTILINE)
    assert "```console" not in head
    assert re.search(rf"(?:error|warning|note)\[{code}\]", _printed(wrong))
    assert f"[{code}]" not in _printed(right)
    assert "error[" not in _printed(right)
    assert "\n...\n" not in page.markdown, "the output is shown whole"


def _printed(part: str) -> str:
    """Return what the console blocks of a part show; each part has one, and each runs relionc."""
    blocks = re.findall(r"^```console\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    assert blocks
    assert all("$ relionc " in block for block in blocks)
    return "".join(blocks)


def test_pages_are_short_lines_for_people() -> None:
    texts = {file.name: pages.parse(file.read_text()).why for file in PAGES.glob("RL*.md")}
    assert [name for name, why in texts.items() if max(map(len, why.splitlines())) > 150] == []


def test_a_page_in_a_terminal_has_no_markdown_left() -> None:
    text = "# RL1: t\n\nwhy [a](b.md), [c](https://c)\n\n```yaml\n# file: x.yaml, wrong on purpose\na: 1\n\n# b\n```\n"
    shown = "RL1: t\n\nwhy a, c <https://c>\n\nx.yaml:\n    a: 1\n\n    # b\n"
    assert pages.plain(text) == shown
    assert pages.plain("```sh q.sh\n#!/bin/sh\n```\n") == "q.sh:\n    #!/bin/sh\n"
