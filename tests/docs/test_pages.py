"""README and docs say what happens: their commands are run, their specs are linted, their links lead somewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pages import CODES, PAGES, ROOT, blocks, errors, says, steps

if TYPE_CHECKING:
    from pathlib import Path

ACCEPT = bool(os.environ.get("RELIONC_ACCEPT"))
WITH_COMMANDS = [page for page in PAGES if any(block.kind == "console" for block in blocks(page.read_text()))]
SPECS = [
    pytest.param(block.text, id=f"{page.name}:{block.line}")
    for page in PAGES
    if page.parent != CODES  # their commands say it, with the files that are meant
    for block in blocks(page.read_text())
    if block.is_spec and not block.wrong
]


LONG = 200


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _is_written(page: Path) -> bool:
    """Whether people write it: tools make the pages of job types and the list of codes."""
    return page.parent.name != "jobs" and page.name != "diagnostic-codes.md"


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of a reader: `relionc` on the path, no colour, and the cache of this run of the tests."""
    command = tmp_path / "bin" / "relionc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m relionc "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"
    cache = os.environ["XDG_CACHE_HOME"]  # in a checkout the catalogue is compiled once for all
    return {
        "PATH": path,
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": cache,
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
    }


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=_name)
def test_the_commands_of_a_page_print_what_it_says(page: Path, tmp_path: Path, shell: dict[str, str]) -> None:
    work = tmp_path / "work"
    work.mkdir()
    text = page.read_text()
    for folder in ("specs", "schemas") if page.parent != CODES else ():
        shutil.copytree(ROOT / folder, work / folder)
    wrong: list[str] = []
    news: list[tuple[int, int, str]] = []
    code = 0
    for block in blocks(text):
        if block.file:
            (work / block.file).parent.mkdir(parents=True, exist_ok=True)
            (work / block.file).write_text(block.text)
        for step in steps(block) if block.kind == "console" else ():
            done = subprocess.run(
                ["bash", "-c", f"(exit {code})\n{step.command}"],
                cwd=work, env=shell, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            code = done.returncode
            assert code != 3, (
                f"{_name(page)}:{step.line}: {step.command}\n{done.stdout}"
            )  # never to be accepted
            if not says(step.printed, done.stdout):
                news.append((step.start, step.end, done.stdout))
                wrong.append(
                    f"{_name(page)}:{step.line}: {step.command}\n--- says\n{step.printed}--- prints\n{done.stdout}"
                )
    if ACCEPT:
        for start, end, printed in reversed(news):
            text = text[:start] + printed + text[end:]
        page.write_text(text)
        return
    assert not wrong, "\n".join(wrong) + "\n(RELIONC_ACCEPT=1 writes this into the page)"


@pytest.mark.parametrize("text", SPECS)
def test_the_specs_of_the_pages_have_no_errors(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if _is_written(page)], ids=_name)
def test_the_lines_of_a_page_can_be_read_and_compared(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) >= LONG] == []


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", index)}
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")} - {
        "README.md"
    }
    # the pages of the job types and of the decisions have an index of their own
    folders = {"/".join(page.split("/")[:-1]) + "/" for page in pages if "/" in page}
    assert {page for page in pages if "/" not in page} <= linked
    assert all(any(target.startswith(folder.rstrip("/")) for target in linked) for folder in folders)
