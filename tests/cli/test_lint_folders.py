"""`relionc lint DIR`: all specs are found, and what could not be looked at is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relionc.cli import lint

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t/sub").mkdir(parents=True)
    shutil.copy(SPEC, "t/sub/good.yaml")


def linted(capsys, *paths, form="json"):
    """Return the status and the diagnostics as (path, code)."""
    status = lint.run(paths or ["t"], cluster=None, format=form)
    lines = capsys.readouterr().err.splitlines()
    return status, [(each["path"], each["code"]) for each in map(json.loads, lines)]


def test_a_good_folder(capsys):
    assert linted(capsys) == (0, [])


ODD = {
    "pipe": os.mkfifo,
    "link to itself": lambda path: os.symlink("x.yaml", path),
    "link to nowhere": lambda path: os.symlink("nowhere", path),
    "link to a device": lambda path: os.symlink("/dev/zero", path),
}


@pytest.mark.parametrize("plant", ODD.values(), ids=ODD)
def test_what_cannot_be_looked_at_is_an_error_and_the_rest_is_linted(plant, capsys):
    plant("t/x.yaml")
    Path("t/bad.yaml").write_text("relionc: 1\n")
    status, found = linted(capsys)
    assert status == 1
    assert ("t/x.yaml", "RL011") in found
    assert ("t/bad.yaml", "RL021") in found


def test_of_a_stranger_no_link_out_of_the_repository_is_opened(capsys, monkeypatch, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    shutil.copy(SPEC, outside / "spec.yaml")
    (outside / "secret.yaml").write_text("password: 1\n")
    (outside / "folder.yaml").mkdir()
    names = ["folder.yaml", "secret.yaml", "spec.yaml"]
    for name in names:
        os.symlink(outside / name, f"t/{name}")
    os.symlink("sub/good.yaml", "t/inside.yaml")
    os.symlink(outside, "t/linked")
    Path(".git").mkdir()
    opened: list[str] = []
    with monkeypatch.context() as patched:
        for name in ("open", "scandir", "stat"):
            patched.setattr(os, name, _noting(getattr(os, name), opened))
        status = lint.run(["t"], cluster=None, format="json", untrusted=True)
    found = [(each["path"], each["code"]) for each in map(json.loads, capsys.readouterr().err.splitlines())]
    assert (status, found) == (1, [(f"t/{name}", "RL920") for name in names])
    assert "t/inside.yaml" in opened
    assert not [path for path in opened if os.path.realpath(path).startswith(str(outside))]
    status, found = linted(capsys)
    assert ("t/secret.yaml", "RL920") not in found, "of one's own folder, links to files are followed"


def _noting(real, opened):
    def call(path, *rest, **named):
        opened.append(str(path))
        return real(path, *rest, **named)

    return call


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_files_and_folders_without_permission(capsys):
    os.chmod("t/sub", 0)
    Path("t/x.yaml").touch(0)
    status, found = linted(capsys)
    os.chmod("t/sub", 0o700)
    assert (status, found) == (1, [("t/sub", "RL011"), ("t/x.yaml", "RL011")])


def test_a_folder_that_cannot_be_opened_is_said(capsys, monkeypatch):
    real = os.scandir

    def refuse(path):
        if path == "t/sub":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert linted(capsys) == (1, [("t/sub", "RL011")])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"relionc: 1\n# \xff\n", "RL002"),
        ("relionc: 1\n".encode("utf-16"), "RL002"),
        ("\ufeffrelionc: 1\n".encode("utf-16-be"), "RL002"),
        ("\ufeffrelionc: 1\n".encode(), "RL021"),
        (b'{"relionc": 1}\n', "RL021"),
        (b"'relionc' : 1\n", "RL021"),
        (b"a: 1\rrelionc: 1\r", "RL021"),
    ],
)
def test_a_spec_is_known_in_any_spelling(content, code, capsys):
    Path("t/x.yaml").write_bytes(content)
    status, found = linted(capsys)
    assert status == 1
    assert ("t/x.yaml", code) in found


@pytest.mark.parametrize(
    "content", [b"", b"services:\n  relionc: 1\n", b"# relionc: 1\n", b"relionc-like: 1\n", b"\0" * 9]
)
def test_other_yaml_is_left_alone(content, capsys):
    Path("t/x.yaml").write_bytes(content)
    assert linted(capsys) == (0, [])


def test_links_to_folders_are_not_followed_and_dotted_folders_not_entered(capsys):
    os.symlink("..", "t/sub/up")
    Path("t/.git").mkdir()
    Path("t/.git/x.yaml").write_text("relionc: 1\n")
    Path("t/folder.yaml").mkdir()
    assert linted(capsys) == (0, [])


def test_a_name_that_is_not_text(capsys):
    shutil.copy(SPEC, "t/\udcff.yaml")
    assert linted(capsys) == (0, [])
    Path("t/\udcff.yaml").write_text("relionc: 1\n")
    for form in ("text", "json", "github", "sarif", "junit"):
        assert lint.run(["t"], cluster=None, format=form) == 1
    assert "udcff" in capsys.readouterr().err


def test_deep_folders(capsys):
    top = os.getcwd()
    os.chdir("t")
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    Path("x.yaml").write_text("relionc: 1\n")
    os.chdir(top)
    try:
        status, found = linted(capsys)
    finally:  # pytest cannot remove it
        subprocess.run(["rm", "-rf", "t"], check=True)
    assert status == 1
    assert found[0][0].endswith("d/x.yaml")


def test_a_folder_of_too_many_files(capsys, monkeypatch):
    monkeypatch.setattr(lint, "MOST_NAMES", 1)
    assert lint.run(["t"], cluster=None, format="text") == 2
    assert "name folders nearer to the specs" in capsys.readouterr().err


def test_nothing_to_lint(capsys):
    Path("empty").mkdir()
    assert lint.run(["empty"], cluster=None, format="text") == 2
    assert capsys.readouterr().err == "relionc: no specs below empty\n"
