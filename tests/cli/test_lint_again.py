"""Lint of specs that it has looked at says the same again without compiling, and never where anything has changed."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.cli import build, told
from relionc.cli.app import run
from relionc.store import cache, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = """\
relionc: 1
relion: "3.1"
{cluster}
jobs:
  class3d:
    type: class3d
    options: {{fn_img: parts/particles.star, fn_ref: ref.mrc, nr_classes: 4, particle_diameter: 200}}
    data: {{box: 256}}
    resources: {{gpus: {{type: p100, per_node: 4}}, nodes: 2, time: 4:00:00}}
"""
OWN = """\
profile: 1
name: ours
extends: {base}
"""
STAR = """\
# version 30001

data_optics

loop_
_rlnOpticsGroup #1
_rlnImagePixelSize #2
_rlnImageSize #3
1 1.77 256

data_particles

loop_
_rlnImageName #1
_rlnOpticsGroup #2
{rows}
"""


def star(particles: int) -> str:
    """A file of particles."""
    return STAR.format(rows="\n".join(f"{number:06d}@stack.mrcs 1" for number in range(1, particles + 1)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs: one of a cluster that is built in, one of a profile that extends another file."""
    home = tmp_path / "home"
    folder = home / "project"
    (folder / "specs").mkdir(parents=True)
    for name in ("RELIONC_NO_CACHE", "RELIONC_CLUSTERS", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    (folder / ".git").mkdir()
    (folder / "base.yaml").write_text(OWN.format(base="biowulf"), "utf-8")
    (folder / "ours.yaml").write_text(OWN.format(base="./base.yaml"), "utf-8")
    (folder / "specs" / "one.yaml").write_text(SPEC.format(cluster="cluster: biowulf"), "utf-8")
    (folder / "specs" / "two.yaml").write_text(SPEC.format(cluster="cluster: ../ours.yaml"), "utf-8")
    (folder / "relionc.toml").write_text('cluster = "biowulf"\n', "utf-8")
    (folder / "specs" / "three.yaml").write_text(SPEC.format(cluster=""), "utf-8")
    monkeypatch.chdir(folder)
    return folder


SAID = {
    "warned": SPEC.format(cluster="cluster: biowulf-2018").replace("3.1", "5.0"),
    "refused": SPEC.format(cluster="cluster: biowulf").replace("nodes: 2", "nodes: 2, mem_per_cpu: 900G"),
    "misspelt": SPEC.format(cluster="cluster: biowulf").replace("nr_classes", "nr_clases"),
    "shapeless": SPEC.format(cluster="cluster: biowulf").replace("data:", "datta:"),
    "broken": "relionc: 1\njobs: {a: [\n",
    "long": "relionc: 1\nrelion: '3.1'\njobs:\n"
    + "".join(f"  j{number}: {{type: no}}\n" for number in range(300)),
    "of_ours": SPEC.format(cluster="cluster: ../ours.yaml").replace("nr_classes: 4", "nr_classes: 0x"),
    "odd": SPEC.format(cluster="cluster: biowulf").replace("particles.star", "p\u00e4rt\u2003::error.star"),
}
"""Specs of which something is said."""
LOST = SPEC.format(cluster="cluster: ../gone.yaml")
"""A spec whose profile cannot be read: what that depends on is not known."""


@pytest.fixture
def said(project: Path) -> Path:
    """The same folder, with specs of which something is said."""
    for name, text in {**SAID, "lost": LOST}.items():
        (project / "specs" / f"{name}.yaml").write_text(text, "utf-8")
    return project


def printed(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """Lint the specs; returns the exit code and all that was printed."""
    code = run(["lint", "specs", *more])
    return code, *capsys.readouterr()


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize("color", [True, False])
def test_what_was_said_is_said_again_in_every_format(
    color: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(told, "colored", lambda: color)
    forms = [("--format", form) for form in ("text", "json", "github", "sarif", "junit")]
    with monkeypatch.context() as without:
        without.setenv("RELIONC_NO_CACHE", "1")
        fresh = [printed(capsys, *form) for form in forms]
    assert [code for code, *_ in fresh] == [1] * len(forms)
    lint(capsys)
    names = compiled(monkeypatch)
    assert [printed(capsys, *form) for form in forms] == fresh
    assert set(names) == {"lost.yaml"}
    assert [name for name in SAID if f"{name}.yaml" not in fresh[0][2]] == []


def test_what_is_long_is_worked_out_again(
    said: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (said / "specs" / "lost.yaml").unlink()
    monkeypatch.setattr(verdicts, "MOST_SAID", 2000)
    first = lint(capsys)
    names = compiled(monkeypatch)
    assert lint(capsys) == first
    assert names == ["long.yaml"]
    monkeypatch.setattr(verdicts, "MOST_SAID_OF_ALL", 800)
    (said / "specs" / "one.yaml").write_text(SAID["misspelt"] + "# changed\n", "utf-8")
    changed = lint(capsys)
    names.clear()
    assert lint(capsys) == changed
    assert "long.yaml" in names
    assert 1 < len(names) < len(SAID)


def lint(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    """Lint the specs; returns the exit code and what was said."""
    code = run(["lint", "specs", *more])
    return code, capsys.readouterr().err


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that names the specs that are compiled from now on."""
    names: list[str] = []
    compile_one = build.compile_one

    def noted(path: str, *args: object, **options: object) -> object:
        names.append(Path(path).name)
        return compile_one(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "compile_one", noted)
    return names


def test_what_was_fine_is_not_compiled_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = lint(capsys)
    names = compiled(monkeypatch)
    assert lint(capsys) == first
    assert names == []
    (project / "specs" / "four.yaml").write_text(SPEC.format(cluster="cluster: biowulf"), "utf-8")
    lint(capsys)
    assert names == ["four.yaml"]


def _write(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")

    return change


def _run_in_folder(folder: Path) -> None:
    (folder / "Class3D" / "class3d").mkdir(parents=True)
    (folder / "Class3D" / "class3d" / "RELION_JOB_EXIT_SUCCESS").touch()


CHANGES = {
    "a spec": _write("specs/one.yaml", SPEC.format(cluster="cluster: biowulf").replace("256", "wide")),
    "a profile": _write("ours.yaml", OWN.format(base="biowulf-2018") + "wrapper: [x]\n"),
    "what a profile extends": _write("base.yaml", OWN.format(base="nowhere")),
    "the settings": _write("relionc.toml", 'cluster = "nowhere"\n'),
    "settings nearer to the specs": _write("specs/relionc.toml", 'cluster = "nowhere"\n'),
    "an input": _write("parts/particles.star", star(3)),
    "an input beside the specs": _write("specs/parts/particles.star", star(3)),
    "the folder of an input": _write("parts/others.mrc", ""),
    "a file that was meant": _write("refs.mrc", ""),
    "a project": _write("default_pipeline.star", "\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 1\n"),
    "a run in the job's folder": _run_in_folder,
}
CHANGES_OF_SAID = {
    **{
        f"{name}, that is put right": _write(f"specs/{name}.yaml", LOST.replace("../gone.yaml", "biowulf"))
        for name in SAID
    },
    "a profile that could not be read": _write("gone.yaml", OWN.format(base="biowulf")),
    "what a profile could not extend": _write("nowhere.yaml", OWN.format(base="biowulf")),
}


@pytest.mark.parametrize("what", CHANGES_OF_SAID)
def test_a_change_of_what_was_wrong_is_seen(
    what: str, said: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (said / "base.yaml").write_text(OWN.format(base="./nowhere.yaml"), "utf-8")
    before = lint(capsys)
    CHANGES_OF_SAID[what](said)
    after = lint(capsys)
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    assert after == lint(capsys)
    assert after != before


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("specs", ["project", "said"])
def test_a_change_is_seen(
    what: str,
    specs: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = request.getfixturevalue(specs)
    before = lint(capsys)
    assert before[0] == (specs == "said")
    CHANGES[what](project)
    after = lint(capsys)
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    assert after == lint(capsys)
    assert after != before


def test_a_data_file_that_changes_is_read_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _write("parts/particles.star", star(3))(project)
    _write("ref.mrc", "")(project)
    before = lint(capsys)
    for text in (star(0), star(3).replace("256", "258")):
        _write("parts/particles.star", text)(project)
        after = lint(capsys)
        with monkeypatch.context() as without:
            without.setenv("RELIONC_NO_CACHE", "1")
            assert after == lint(capsys)
        assert after != before


@pytest.mark.parametrize("name", ["parts/particles.star", "specs/second.mrcs"])
def test_a_file_that_would_be_taken_before_another_is_seen(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = star(2).replace("000002@stack", "000002@second")
    _write("specs/parts/particles.star", rows)(project)
    (project / "specs" / "stack.mrcs").write_bytes(_mrc(2))
    before = lint(capsys)
    content = _mrc(2) if name.endswith(".mrcs") else star(5).encode()
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_bytes(content)
    after = lint(capsys)
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    assert after == lint(capsys)
    assert after != before


def _mrc(images: int) -> bytes:
    """Return a stack of so many images."""
    return struct.pack("<4i", 256, 256, images, 2) + bytes(1008) + bytes(256 * 256 * 4 * images)


@pytest.mark.usefixtures("said")
def test_another_relionc_looks_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lint(capsys)
    names = compiled(monkeypatch)
    monkeypatch.setattr(cache, "build_id", lambda version: f"another {version}")
    lint(capsys)
    assert len(names) == 3 + len(SAID) + 1


@pytest.mark.parametrize("option", [("--cluster", "lab"), ("--untrusted",)])
def test_other_options_look_again(
    option: tuple[str, ...],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lint(capsys)
    names = compiled(monkeypatch)
    lint(capsys, *option)
    assert len(names) == 3


def test_profiles_from_elsewhere_are_seen(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _write("more/special.yaml", OWN.format(base="biowulf").replace("ours", "special"))(project)
    _write("specs/four.yaml", SPEC.format(cluster="cluster: special"))(project)
    code, said = lint(capsys)
    assert code == 1
    assert "special" in said
    monkeypatch.setenv("RELIONC_CLUSTERS", str(project / "more"))
    assert lint(capsys)[0] == 0


def test_an_entry_that_somebody_changed_counts_for_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = lint(capsys)
    (entry,) = [
        path for path in (project.parent / "cache" / "relionc").iterdir() if "catalogue" not in path.name
    ]
    entry.write_bytes(entry.read_bytes()[:-1] + b"?")
    names = compiled(monkeypatch)
    assert lint(capsys) == first
    assert len(names) == 3


def test_reports_name_specs_that_were_not_compiled(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", "specs", "--format", "junit"])
    first = capsys.readouterr().out
    assert all(f"{name}.yaml" in first for name in ("one", "two", "three"))
    run(["lint", "specs", "--format", "junit"])
    assert capsys.readouterr().out == first
