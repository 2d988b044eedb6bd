"""Golden cases: specs and what comes of them (README.md beside this file)."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from relionc.cli import files
from relionc.diag import render
from relionc.diag.summary import summary
from relionc.pipeline import Compiled, Disk, Request, compile_spec

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILT = HERE / "built"
GOOD = sorted([*ROOT.glob("specs/**/*.yaml"), *HERE.glob("ok/*.yaml")])
BAD = sorted(HERE.glob("err/*.yaml"))


def compiled(spec: Path, monkeypatch: pytest.MonkeyPatch) -> Compiled:
    monkeypatch.chdir(spec.parent)  # so that messages and particle files do not depend on where pytest runs
    return compile_spec(Request(path=spec.name, data=spec.read_bytes()), Disk(files.read, files.file_facts))


def kept(spec: Path) -> Path:
    folder = spec.relative_to(ROOT / "specs") if (ROOT / "specs") in spec.parents else Path("ok", spec.name)
    return BUILT / folder.with_suffix("")


def compare(expected: Path, actual: str, accept: bool) -> str:
    """Return the difference from the kept text, empty if there is none; with `accept`, keep the new one."""
    if accept:
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(actual)
        return ""
    before = expected.read_text() if expected.exists() else ""
    names = str(expected.relative_to(ROOT)), "now"
    return "".join(difflib.unified_diff(before.splitlines(True), actual.splitlines(True), *names))


@pytest.mark.parametrize("spec", GOOD, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_good_spec_builds_what_it_did(spec, monkeypatch, pytestconfig):
    result = compiled(spec, monkeypatch)
    shown = render.text(result.diagnostics, result.sources, color=False)
    assert result.files is not None, f"it does not build:\n{shown}"
    accept = pytestconfig.getoption("--accept")
    folder = kept(spec)
    # The same in every build, and kept where it is made: templates/relionc-runtime.sh.
    result.files.pop("relionc-runtime.sh")
    drift = [compare(folder / name, content.decode(), accept) for name, content in result.files.items()]
    stale = {path for path in folder.rglob("*") if path.is_file()} - {folder / name for name in result.files}
    for path in stale if accept else ():
        path.unlink()
    assert not any(drift), "run with --accept if this is what it should be\n" + "".join(drift)
    assert accept or not stale


def test_every_kept_build_has_its_spec():
    folders = {kept(spec) for spec in GOOD}
    kept_files = [path for path in BUILT.rglob("*") if path.is_file()]
    assert kept_files
    assert not [path for path in kept_files if not folders & set(path.parents)]


@pytest.mark.parametrize("spec", BAD, ids=lambda path: path.stem)
def test_a_bad_spec_gets_what_it_got(spec, monkeypatch, pytestconfig):
    result = compiled(spec, monkeypatch)
    assert result.diagnostics, "nothing is found wrong with it"
    text = render.text(result.diagnostics, result.sources, color=False)
    text += summary(result.diagnostics, 1, list(result.not_checked)) + "\n"
    drift = compare(spec.with_suffix(".txt"), text, pytestconfig.getoption("--accept"))
    assert not drift, "run with --accept if this is what it should be\n" + drift


@pytest.mark.parametrize("spec", BAD, ids=lambda path: path.stem)
def test_every_diagnostic_has_a_place_a_code_and_a_listed_meaning(spec, monkeypatch):
    from relionc.diag.codes import CODES

    for diagnostic in compiled(spec, monkeypatch).diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.span is not None
        assert diagnostic.path == spec.name
