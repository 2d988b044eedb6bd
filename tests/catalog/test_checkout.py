"""A checkout compiles its catalogue when it is new, and trusts what it kept only where that is whole and its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.catalog import checkout
from relionc.catalog.compiled import Archive, DamagedError, pack
from relionc.catalog.compiler import CatalogError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
FEW = ("versions", "shared", "queue", "pipeliner", "starfiles", "pipelines", "programs", "external")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose catalogue has one job type, and a cache folder of its own."""
    package = tmp_path / "package"
    for folder in checkout._SOURCES:
        (package / folder).mkdir(parents=True, exist_ok=True)
    for name in FEW:
        shutil.copy(ROOT / "relionc" / "catalog" / "data" / f"{name}.yaml", package / "catalog" / "data")
    monkeypatch.setattr(checkout, "_PACKAGE", str(package))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return package


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows by one with each time that the YAML is compiled."""
    times: list[str] = []
    real = checkout.parts
    monkeypatch.setattr(checkout, "parts", lambda: times.append("") or real())
    return times


def kept(package: Path) -> Path:
    (file,) = (package.parent / "cache" / "relionc").iterdir()
    return file


def label(archive: Archive) -> str:
    return str(archive.part("3.1/external")["title"])


def edit(package: Path, old: str = "External", new: str = "Outside1") -> None:
    """Change a file and keep its length and time of modification."""
    file = package / "catalog" / "data" / "external.yaml"
    before = file.stat()
    text = file.read_text("utf-8")
    assert old in text
    assert len(old) == len(new)
    file.write_text(text.replace(old, new), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_it_compiles_once(package: Path, compiled: list[str]) -> None:
    assert label(checkout.compiled()) == label(checkout.compiled())
    assert len(compiled) == 1
    assert kept(package).stat().st_mode & 0o777 == 0o600


def test_an_edit_counts_at_once_and_leaves_nothing_behind(package: Path, compiled: list[str]) -> None:
    before = label(checkout.compiled())
    edit(package)
    assert label(checkout.compiled()) == before.replace("External", "Outside1") != before
    assert len(compiled) == 2
    kept(package)


@pytest.mark.parametrize("folder", checkout._SOURCES)
def test_a_new_file_of_the_compiler_counts_too(package: Path, compiled: list[str], folder: str) -> None:
    checkout.compiled()
    (package / folder / "new.py").write_text("")
    checkout.compiled()
    assert len(compiled) == 2


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"\xff" * 5000),
        lambda file: file.write_bytes(b"0" * 64 + b" ffffffff\n{}"),
        lambda file: file.write_bytes(file.read_bytes()[:60]),
        lambda file: file.write_bytes(file.read_bytes()[:500]),
        lambda file: file.write_bytes(file.read_bytes().replace(b'"index"', b'"idnex"')),
        lambda file: file.chmod(0o666),
        lambda file: (file.rename(file.with_name("other")), file.symlink_to("other")),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), os.mkfifo(file, 0o600)),
    ],
    ids=["empty", "noise", "long table", "short head", "short table", "edited", "writable", "link", "folder", "pipe"],
)  # fmt: skip
def test_what_is_not_whole_or_not_ones_own_is_compiled_anew(
    package: Path, compiled: list[str], harm: Callable[[Path], object]
) -> None:
    before = label(checkout.compiled())
    harm(kept(package))
    assert label(checkout.compiled()) == before
    assert len(compiled) == 2


def test_a_part_that_is_damaged_is_found_when_it_is_read(package: Path) -> None:
    checkout.compiled()
    file = kept(package)
    file.write_bytes(file.read_bytes().replace(b"External", b"Internal"))
    with pytest.raises(DamagedError):
        label(checkout.compiled())


def test_a_program_that_finds_a_part_damaged_goes_on(tmp_path: Path) -> None:
    code = "from relionc import catalog; print(catalog.load('sort', '2.1').job_dir)"
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}

    def said() -> str:
        return subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout

    assert said() == "Sort\n"
    (file,) = (tmp_path / "relionc").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"job_dir":"Sort"', b'"job_dir":"Tros"'))
    assert said() == "Sort\n"
    assert file.read_bytes() == whole


def test_processes_may_start_together(tmp_path: Path) -> None:
    code = "from relionc import catalog; print(catalog.load('class3d', '5.0').title)"
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
    assert [process.returncode for process in started] == [0] * 4
    assert len(list((tmp_path / "relionc").iterdir())) == 1


@pytest.mark.parametrize("place", ["file/cache", "file", "/proc/nowhere"])
def test_without_a_place_to_keep_it_each_process_compiles(
    package: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (package.parent / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(package.parent / place))
    assert label(checkout.compiled()) == label(checkout.compiled())
    assert len(compiled) == 2


def test_without_a_home_too(package: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "nowhere")
    checkout.compiled()
    checkout.compiled()
    assert len(compiled) == 2


def test_what_is_edited_while_it_is_compiled_is_not_kept(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checkout.parts

    def edited() -> object:
        made = real()
        edit(package)
        return made

    monkeypatch.setattr(checkout, "parts", edited)
    checkout.compiled()
    assert not (package.parent / "cache").exists()


def test_a_mistake_in_the_yaml_names_the_file(package: Path) -> None:
    edit(package, "label", "lable")
    with pytest.raises(CatalogError, match=r"external\.yaml, version 3\.1"):
        checkout.compiled()
    (package / "catalog" / "data" / "external.yaml").write_text("a: 'b")
    with pytest.raises(CatalogError, match=r"^external\.yaml: "):
        checkout.compiled()


def test_parts_come_back_as_they_were() -> None:
    made = {"a": {"x": [1, 2.5, True, None, "é\n"]}, "b": [], "c": {}}
    archive = Archive(pack(made, "state"))
    assert {name: archive.part(name) for name in made} == made
    assert archive.state == "state"
    with pytest.raises(KeyError):
        archive.part("d")
