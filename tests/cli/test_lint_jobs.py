"""`relionc lint --jobs`: the same words in the same order, whoever looked at which spec."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app, shares

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SPEC = """\
relionc: 1
cluster: {cluster}
relion: "{relion}"
jobs:
  j{number}:
    type: class2d
    options: {{fn_img: particles.star, particle_diameter: 200, nr_classes: {number}}}
    data: {{particles: 1000, box: 64}}
    resources: {{ntasks: 3, cpus_per_task: 2, partition: {partition}}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve specs: fine ones, warnings and errors by turns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(shares, "WORTH", 2)
    monkeypatch.setattr(shares, "BLOCK", 1)
    (tmp_path / "specs").mkdir()
    for number in range(1, 13):
        partition = "multinode" if number % 3 else "nowhere"
        text = SPEC.format(cluster="lab", relion="3.1", number=number, partition=partition)
        if number % 4 == 0:
            text = text.replace("resources: {", "resources: {time: oops, ")
        (tmp_path / f"specs/s{number:02}.yaml").write_text(text)
    return tmp_path


def lint(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Return the exit code and what was printed."""
    capsys.readouterr()
    code = app.run(["lint", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "junit"])
def test_the_same_is_said(
    form: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    alone = lint(capsys, "specs", "--format", form, "--jobs", "1")
    assert alone[0] == 1
    assert "RL" in alone[1] + alone[2]
    forks = _counted(monkeypatch)
    assert lint(capsys, "specs", "--format", form, "--jobs", "3") == alone
    assert len(forks) == 2


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets an item for each process that is started."""
    started: list[int] = []
    fork = os.fork

    def counting() -> int:
        pid = fork()
        started.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", counting)
    return started


@pytest.mark.usefixtures("folder")
def test_what_was_said_is_remembered_wherever_it_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    first = lint(capsys, "specs", "--jobs", "3")
    again = lint(capsys, "specs", "--jobs", "1")
    assert again == first
    for path in ("specs/s03.yaml", "specs/s04.yaml"):
        assert path in first[2]
    from relionc import __version__
    from relionc.cli import remember
    from relionc.store.verdicts import Verdicts

    known = Verdicts(["None", *remember.places()], __version__)
    for number in range(1, 13):
        path = f"specs/s{number:02}.yaml"
        with open(path, "rb") as stream:
            verdict = known.of(path, stream.read())
        assert verdict is not None
        assert bool(verdict.packed) == (not (number % 3 and number % 4))


@pytest.mark.usefixtures("folder")
def test_a_share_that_is_lost_is_done_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    alone = lint(capsys, "specs", "--jobs", "1")
    here = os.getpid()
    from relionc.cli import build

    usual = build.compile_one

    def dying(*args: object, **named: object) -> object:
        if os.getpid() != here:
            os._exit(9)
        return usual(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "compile_one", dying)
    assert lint(capsys, "specs", "--jobs", "3") == alone


def test_what_a_call_cannot_go_on_from_is_told_from_any_share(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "specs/deep").mkdir()
    text = (folder / "specs/s01.yaml").read_text()
    (folder / "specs/deep/other.yaml").write_text(text)
    (folder / "specs/deep/relionc.toml").write_text("clutser = 3\n")
    alone = lint(capsys, "specs", "--jobs", "1")
    assert alone[0] == 2
    assert "relionc.toml" in alone[2]
    assert lint(capsys, "specs", "--jobs", "3") == alone
    assert lint(capsys, "specs", "--jobs", "2") == alone


def test_few_pieces_of_work_are_done_at_once() -> None:
    seen: list[Sequence[int]] = []

    def do(share: Sequence[int]) -> list[int]:
        seen.append(share)
        return [2 * each for each in share]

    work = list(range(shares.WORTH * 2 - 1))
    assert shares.in_processes(8, work, do) == [2 * each for each in work]
    assert seen == [work]


def test_many_come_back_in_order() -> None:
    work = list(range(shares.WORTH * 3 + 5))
    assert shares.in_processes(3, work, lambda share: [2 * each for each in share]) == [2 * n for n in work]
