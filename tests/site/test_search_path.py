"""Profiles that extend files, and profiles that are found by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relionc.cli import app, files
from relionc.pipeline import Disk, load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from relionc.pipeline import Compiled

BASE = """\
profile: 1
extends: lab
name: base
source: our administrators
date: 2026-11
node_types: {k80: {memory: 230G}}
"""
OURS = "profile: 1\nextends: base.yaml\nname: ours\npolicy: {ntasks: 9}\n"
SPEC = """\
relionc: 1
cluster: ours
relion: "3.1"
jobs:
  class3d:
    type: class3d
    options: {fn_img: particles.star, fn_ref: map.mrc}
    data: {particles: 1000, box: 64}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which a test works, with a home of its own and no search path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("RELIONC_CLUSTERS", raising=False)
    return tmp_path


def _written(folder: Path, **profiles: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in profiles.items():
        (folder / f"{name}.yaml").write_text(text)


def _read(name: str) -> Compiled:
    return load_profile(
        name, Disk(files.read, files.file_facts), files.profile_folders(files.settings("spec"))
    )


def test_a_profile_may_extend_a_file_beside_it(here: Path) -> None:
    _written(here / "site", base=BASE, ours=OURS)
    found = _read("site/ours.yaml")
    assert found.diagnostics == ()
    assert found.cluster is not None
    assert (found.cluster.name, found.cluster.policy.ntasks) == ("ours", 9)
    assert found.cluster.node_types["k80"].memory_mib == 230 * 1024
    assert found.cluster.node_types["p100"].memory_mib == 120 * 1024


def test_facts_of_the_file_below_keep_their_source(here: Path) -> None:
    _written(here, base=BASE, ours=OURS)
    found = _read("./ours.yaml").cluster
    assert found is not None
    source = found.source_of("node_types.k80.memory")
    assert source is not None
    assert (source.text, source.date) == ("our administrators", "2026-11")


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ({"ours": OURS}, "base.yaml, which this profile extends, cannot be read: No such file"),
        ({"ours": OURS.replace("base.yaml", "./ours.yaml")}, "ours.yaml extends itself"),
        (
            {"ours": OURS, "base": BASE.replace("lab", "./ours.yaml")},
            "ours.yaml extends itself by way of others",
        ),
        ({"ours": OURS.replace("base.yaml", "bsae")}, "no built-in profile `bsae`"),
        ({"ours": OURS, "base": BASE.replace("230G", "230X")}, "`230X` is not a size"),
        (
            {"ours": OURS, "base": BASE.replace("profile: 1", "relionc: 1")},
            "this file is not a cluster profile",
        ),
        (
            {"ours": OURS.replace("base", "p1")}
            | {f"p{i}": BASE.replace("lab", f"./p{i + 1}.yaml") for i in range(1, 12)},
            "more than 8 profiles extend each other",
        ),
    ],
    ids=["not there", "itself", "in a ring", "no such name", "a wrong value", "not a profile", "too many"],
)
def test_what_is_wrong_with_the_file_below_is_said(here: Path, profiles: dict[str, str], said: str) -> None:
    _written(here, **profiles)
    found = _read("./ours.yaml")
    assert found.cluster is None
    assert said in " ".join(each.message for each in found.diagnostics)


def test_the_first_folder_of_the_search_path_counts(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = OURS.replace("base.yaml", "lab")
    places = [here / "first", here / "second", here / "project", here / "home" / "relionc" / "clusters"]
    (here / "relionc.toml").write_text('cluster = "lab"\nclusters = "project"\n')
    for place in reversed(places):
        _written(place, ours=own.replace("ours", place.name))
        monkeypatch.setenv("RELIONC_CLUSTERS", f"{places[0]}:{places[1]}:")
        found = _read("ours").cluster
        assert found is not None
        assert found.name == place.name


def test_no_file_takes_the_place_of_a_built_in_profile(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _written(here / "c", biowulf=OURS.replace("base.yaml", "lab"))
    monkeypatch.setenv("RELIONC_CLUSTERS", str(here / "c"))
    found = _read("biowulf").cluster
    assert found is not None
    assert found.name == "biowulf"


@pytest.mark.parametrize("name", ["../ours", "..", "", "a/b", "ours\0", "-x", "o" * 300])
def test_what_is_no_name_is_never_looked_for(here: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _written(here, ours=OURS)
    monkeypatch.setenv("RELIONC_CLUSTERS", str(here / "c"))
    (here / "c").mkdir()
    with pytest.raises(OSError, match=r".*"):
        _read(name)


def test_a_build_takes_a_profile_by_name_and_notices_its_changes(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _written(here / "c", base=BASE, ours=OURS)
    (here / "spec.yaml").write_text(SPEC)
    monkeypatch.setenv("RELIONC_CLUSTERS", str(here / "c"))
    assert app.run(["build", "spec.yaml"]) == 0
    assert app.run(["build", "spec.yaml"]) == 0
    assert "unchanged build/spec/" in capsys.readouterr().out
    _written(here / "c", ours=OURS.replace("9", "7"))
    assert app.run(["build", "spec.yaml"]) == 0
    assert "7 ranks" in capsys.readouterr().out
    monkeypatch.delenv("RELIONC_CLUSTERS")
    assert app.run(["build", "spec.yaml"]) == 1
    assert "there is no cluster profile `ours`" in capsys.readouterr().err
    assert str(here) not in "".join(
        file.read_text() for file in (here / "build").rglob("*") if file.is_file()
    )


def test_of_strangers_specs_no_name_is_looked_up(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _written(here / "c", base=BASE, ours=OURS)
    (here / "spec.yaml").write_text(SPEC)
    monkeypatch.setenv("RELIONC_CLUSTERS", str(here / "c"))
    assert app.run(["lint", "--untrusted", "spec.yaml"]) == 1
    assert "RL608" in capsys.readouterr().err


def test_the_list_has_what_is_found_by_name(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _written(here / "c", **{"base": BASE, "ours": OURS, "ours-imported": BASE, "lab": BASE})
    monkeypatch.setenv("RELIONC_CLUSTERS", f"{here / 'c'}:{here / 'nowhere'}")
    assert app.run(["cluster", "list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["name", "biowulf", "biowulf-2018", "lab", "local", "base", "ours"]


@pytest.mark.parametrize("text", ['clusters = "a"\nclusters = "b"', "clusters = a", 'folder = "a"'])
def test_other_settings_are_refused(here: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (here / "relionc.toml").write_text(text + "\n")
    (here / "spec.yaml").write_text(SPEC)
    assert app.run(["lint", "spec.yaml"]) == 2
    assert "are known here" in capsys.readouterr().err
