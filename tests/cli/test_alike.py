"""Lint of many specs says of each what lint of it alone says, whatever was looked at before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from relionc.cli import files
from relionc.data.skim import Skim
from relionc.pipeline import LAST_TO_FIND, Compiled, Disk, Request, compile_spec
from relionc.pipeline.alike import Alike

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted(
    path
    for folder in ("specs", "tests/cases/ok")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.stat().st_size < 3_000 and path.read_text("utf-8").count("type:") == 1
)
OTHER_VALUES = ("1", "3", "yes", "no", "4G", "a b", "0", "missing.mrc")


def compiled(path: Path, text: str, alike: Alike | None) -> Compiled:
    """Compile a text as if it stood in a file."""
    disk = Disk(
        files.read,
        files.file_facts,
        lambda name, project: files.Lookups(str(path.parent)).look(name, project, Skim()),
    )
    return compile_spec(Request(path=str(path), data=text.encode(), alike=alike), disk, LAST_TO_FIND)


def variants(text: str, draw: Random) -> Iterator[str]:
    """Yield a text, the same with another name of its job, and each with one line left out or changed."""
    renamed = re.sub(r"(?m)^(jobs:\n(?: *#.*\n)*  )[\w-]+:", r"\1another:", text)
    lines = renamed.splitlines(keepends=True)
    yield from (text, renamed, text)
    for number in draw.sample(range(len(lines)), min(6, len(lines))):
        key, colon, _ = lines[number].partition(":")
        changed = f"{key}: {draw.choice(OTHER_VALUES)}\n" if colon else ""
        for line in ("", changed):
            yield "".join([*lines[:number], line, *lines[number + 1 :]])


@pytest.mark.parametrize("part", range(4))
def test_what_was_found_before_changes_nothing(part: int) -> None:
    draw, alike, hits = Random(part), Alike(), 0
    for path in SPECS[part::4]:
        for text in variants(path.read_text("utf-8"), draw):
            alone, among = compiled(path, text, None), compiled(path, text, alike)
            assert among.diagnostics == alone.diagnostics
            assert among.not_checked == alone.not_checked
            hits += alone.spec is not None and not among.plans and bool(alone.plans)
    assert hits, "nothing was known of any spec"


SPEC = (ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml").read_text("utf-8")
LOOKS_LIKE_A_JOB = SPEC.replace("vars:\n", 'vars:\n  odd: "\njobs:\n  class3d:\n"\n')


def hit(first: str, second: str) -> bool:
    """Return whether the second text is known by the first, and see to it that both are told as if alone."""
    path, alike = ROOT / "specs" / "biowulf-2018" / "other.yaml", Alike()
    for text in (first, second):
        assert compiled(path, text, alike).diagnostics == compiled(path, text, None).diagnostics
    again = compiled(path, second, alike)
    return bool(alike._looked) and again.spec is None and not again.diagnostics


def named(name: str, text: str = SPEC) -> str:
    return text.replace("  class3d:\n", f"  {name}:\n")


def test_a_spec_with_another_name_of_its_job_is_known() -> None:
    assert hit(SPEC, named("other-job_2"))
    assert hit(
        SPEC.replace("jobs:\n", "jobs:   # one\n\n  # it\n"),
        named("b", SPEC.replace("jobs:\n", "jobs:   # one\n\n  # it\n")),
    )
    assert hit(
        *(text.replace("type: class3d\n", "type: class3d\n    output: X/y\n") for text in (SPEC, named("b")))
    )


@pytest.mark.parametrize("name", ["null", "true", "1a", "a b", "", "a" * 65, "~"])
def test_a_word_that_is_no_name_is_not_taken_for_one(name: str) -> None:
    assert not hit(SPEC, named(name))


def test_a_text_that_looks_like_a_job_is_none() -> None:
    assert not hit(LOOKS_LIKE_A_JOB, LOOKS_LIKE_A_JOB.replace("class3d", "other", 1))


def test_a_name_that_an_expression_may_mean_is_not_left_out() -> None:
    text = SPEC.replace("vars:\n", "vars:\n  odd: ${{ jobs.other.outputs.data }}\n")
    assert not hit(text, named("other", text))


def test_another_folder_is_another_matter(tmp_path: Path) -> None:
    alike = Alike()
    compiled(ROOT / "specs" / "biowulf-2018" / "other.yaml", SPEC, alike)
    assert compiled(tmp_path / "other.yaml", named("b"), alike).spec is not None


def test_a_run_that_is_there_is_seen_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml").read_text("utf-8")
    path, alike = tmp_path / "spec.yaml", Alike()
    assert compiled(path, text, alike).diagnostics == ()
    (tmp_path / "Class3D" / "class3d").mkdir(parents=True)
    (tmp_path / "Class3D" / "class3d" / "RELION_JOB_EXIT_SUCCESS").touch()
    assert [each.code for each in compiled(path, text, alike).diagnostics] == ["RL806"]


def test_no_more_is_remembered_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relionc.pipeline.alike.MOST_KEPT", 3)
    path, alike = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml", Alike()
    text = path.read_text("utf-8")
    for number in range(2, 8):
        compiled(path, text.replace("nr_classes: 6", f"nr_classes: {number}"), alike)
        assert len(alike._looked) <= 3


@pytest.mark.parametrize("file", ["Class3D", "Class3D/class3d"])
def test_a_file_in_place_of_the_output_folder_is_said(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml").read_text("utf-8")
    path, alike = tmp_path / "spec.yaml", Alike()
    assert compiled(path, text, alike).diagnostics == ()
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    ((code, message),) = [(each.code, each.message) for each in compiled(path, text, alike).diagnostics]
    assert code == "RL807"
    assert message.endswith(f": {file} is a file")


@pytest.mark.parametrize(
    ("type_", "options"),
    [
        ("motioncorr", {"input_star_mics": "movies.star", "dose_per_frame": 1}),
        (
            "ctffind",
            {"input_star_mics": "mics.star", "use_ctffind4": "yes", "fn_ctffind_exe": "/opt/ctffind"},
        ),
        ("extract", {"star_mics": "mics.star", "coords_suffix": "pick.star"}),
    ],
)
def test_results_without_a_mark_are_seen(
    type_: str, options: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    job = {"type": type_, "output": "Job/one", "options": options}
    text = json.dumps({"relionc": 1, "cluster": "biowulf", "relion": "4.0", "jobs": {"a": job}})
    path, alike = tmp_path / "spec.yaml", Alike()

    def said() -> list[str]:
        return [each.message for each in compiled(path, text, alike).diagnostics if each.code == "RL806"]

    assert said() == []
    (tmp_path / "Job" / "one").mkdir(parents=True)
    (tmp_path / "Job" / "one" / "job.star").touch()
    assert said() == []
    (tmp_path / "Job" / "one" / "Movies").mkdir()
    assert said() == ["Job/one/ holds Movies/ of a run without a mark of its end: `a` writes into it"]
    (tmp_path / "Job" / "one" / "relionc").mkdir()
    assert said() == []
