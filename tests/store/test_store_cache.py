"""The cache answers only when nothing has changed, trusts nobody else's files, and never gets in the way."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.store import cache
from relionc.store.build_dir import write

KEY = ("build", "specs/x.yaml", "/work folder")
FILES = {"submit.sh": b"#!/bin/bash\n", "class3d/hostfile": b"node[0]\n"}


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A build that was just remembered: its spec and its build directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("RELIONC_NO_CACHE", raising=False)
    spec = tmp_path / "x.yaml"
    spec.write_bytes(b"relionc: 1\n")
    write(str(tmp_path / "out"), FILES, inputs={}, version="0")
    remember(tmp_path)
    return tmp_path


def remember(here, **more):
    inputs = [
        cache.by_content(str(here / "x.yaml"), (here / "x.yaml").read_bytes()),
        cache.absent(str(here / "relionc.toml")),
        cache.by_stat(str(here / "x.yaml")),
    ]
    values = {"inputs": inputs, "root": str(here / "out"), "files": FILES, "summary": "3 files, unchanged"}
    cache.store(KEY, "0.1.0", **(values | more))


def entry(here):
    (path,) = (here / "cache/relionc").iterdir()
    return path


def found(key=KEY, version="0.1.0"):
    return cache.lookup(key, version)


def test_an_unchanged_build_is_known(built):
    assert found() == "3 files, unchanged"


@pytest.mark.parametrize(
    "change",
    [
        lambda here: (here / "x.yaml").write_bytes(b"relionc: 2\n"),
        lambda here: (here / "x.yaml").unlink(),
        lambda here: (here / "relionc.toml").write_bytes(b""),
        lambda here: (here / "relionc.toml").symlink_to("nowhere"),
        lambda here: (here / "out/submit.sh").write_bytes(b"#!/bin/sh\n"),
        lambda here: (here / "out/submit.sh").chmod(0o644),
        lambda here: (here / "out/class3d/hostfile").unlink(),
        lambda here: os.utime(here / "x.yaml", ns=(1, 1)),
    ],
    ids=["input", "input gone", "new input", "new link", "artifact", "mode", "artifact gone", "touched"],
)
def test_any_change_is_seen(built, change):
    change(built)
    assert found() is None


def test_an_artifact_behind_a_link_does_not_count(built):
    real = built / "out/class3d/hostfile"
    real.rename(built / "elsewhere")
    real.symlink_to(built / "elsewhere")
    assert found() is None


def test_other_arguments_and_another_relionc_are_other_builds(built, monkeypatch):
    assert found(("build", "specs/y.yaml", "/work folder")) is None
    assert found(("build", "specs/x.yaml/work", "folder")) is None
    assert found(version="0.2.0") is None
    monkeypatch.setattr(cache, "build_id", lambda _version: "another state of the package")
    assert found() is None


def test_the_build_id_follows_every_file_of_the_package(tmp_path):
    code = "import sys; sys.path.insert(0, sys.argv[1]); from relionc.store.cache import build_id; print(build_id('0'))"
    package = Path(cache.__file__).parents[1]
    for name in ("__init__.py", "store/__init__.py", "store/cache.py", "store/digest.py"):
        (tmp_path / "relionc" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "relionc" / name).write_bytes((package / name).read_bytes())

    def ident():
        command = [sys.executable, "-I", "-c", code, str(tmp_path)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    first = ident()
    assert ident() == first
    (tmp_path / "relionc/new.py").write_bytes(b"")
    second = ident()
    assert second != first
    os.utime(tmp_path / "relionc/new.py", ns=(1, 1))
    assert ident() != second


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content.replace(b"unchanged", b"unchecked"),
        lambda content: b"relionc-cache 0\n" + content,
        lambda content: os.urandom(200),
    ],
)
def test_a_damaged_entry_is_ignored(built, spoil):
    path = entry(built)
    path.write_bytes(spoil(path.read_bytes()))
    assert found() is None


@pytest.mark.parametrize("value", [None, 5, (), (KEY,), (KEY, "id", 3, 4, "x"), (KEY, "id", [1], [], "x")])
def test_an_entry_of_another_shape_is_ignored(built, value):
    body = marshal.dumps(value)
    entry(built).write_bytes(b"relionc-cache 1\n" + cache.of_bytes(body).encode() + body)
    assert found() is None


def test_an_entry_that_others_may_write_is_ignored(built):
    entry(built).chmod(0o622)
    assert found() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_entry_of_another_user_is_ignored(built):
    os.chown(entry(built), 65534, 65534)
    assert found() is None


def test_an_entry_behind_a_link_is_ignored(built):
    path = entry(built)
    path.rename(built / "elsewhere")
    path.symlink_to(built / "elsewhere")
    assert found() is None


def test_entries_are_the_users_alone(built):
    assert entry(built).stat().st_mode & 0o777 == 0o600
    assert entry(built).parent.stat().st_mode & 0o777 == 0o700


def test_storing_again_replaces_the_entry(built):
    remember(built, summary="newer")
    assert found() == "newer"
    assert entry(built)


def test_the_switch_turns_it_off(built, monkeypatch):
    monkeypatch.setenv("RELIONC_NO_CACHE", "1")
    assert found() is None
    entry(built).unlink()
    remember(built)
    assert list((built / "cache/relionc").iterdir()) == []


def test_without_a_place_for_it_nothing_breaks(built, monkeypatch):
    (built / "a file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(built / "a file"))
    remember(built)
    assert found() is None


def test_a_relative_cache_home_is_ignored_as_the_standard_asks(built, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(built / "home"))
    remember(built)
    assert found() == "3 files, unchanged"
    assert (built / "home/.cache/relionc").is_dir()


def test_a_lookup_imports_nothing_heavy(built):
    code = (
        "import sys; before = set(sys.modules)\n"
        f"sys.path[:] = {sys.path!r}\n"  # folders of packages count, and -S leaves them out
        "from relionc.store import cache\n"
        f"assert cache.lookup({KEY!r}, '0.1.0')\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split()) - {
        "relionc",
        "relionc.store",
        "relionc.store.cache",
        "relionc.store.digest",
    }
    # Of these -S alone keeps os and its friends from being there before; the rest is C.
    light = {"os", "stat", "_stat", "posixpath", "genericpath", "os.path", "_collections_abc", "abc", "_abc"}
    assert loaded - light <= {"_sha256", "_sha2", "__future__"}
