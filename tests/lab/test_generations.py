"""Labs in the roots of other generations: what is said where one is missing, and that a root is whole or not there."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relionc.slurm import versions

from . import generations, launches
from .client import ROOT, started
from .conftest import need_in

if TYPE_CHECKING:
    from .client import Lab
    from .generations import Generation

TOOL = ROOT / "tools" / "unpack_slurm.sh"


def of(asked: str) -> Generation:
    return next(each for each in generations.every() if each.asked == asked and each.profile)


def unpack(roots: Path, *suites: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the tool for a folder of its own."""
    env = {**os.environ, "RELIONC_LAB_ROOTS": str(roots), **environment}
    return subprocess.run([TOOL, *suites], env=env, capture_output=True, text=True, check=False)


@pytest.mark.lab
@pytest.mark.every_slurm
def test_the_lab_runs_the_slurm_that_it_says(lab: Lab, tmp_path: Path) -> None:
    said = lab.run(["srun", "sinfo", "--version"], tmp_path).stdout
    assert said.split()[-1].startswith(f"{lab.generation.slurm}.")


@pytest.mark.lab
@pytest.mark.every_slurm
def test_what_is_true_of_a_generation_was_seen_there(lab: Lab, tmp_path: Path) -> None:
    release = versions.taken_as(lab.generation.slurm)
    assert versions.numbers(release)[:2] == versions.numbers(lab.generation.slurm)


@pytest.mark.lab
def test_a_lab_in_a_root_writes_nothing_into_it(tmp_path: Path) -> None:
    """What jobs and daemons make is in memory or in /tmp, and none of it stays."""
    generation = of("always")
    need_in(generation)
    root = generation.root
    assert root is not None
    before = sorted(root.rglob("*"))
    with started("pair", generation) as lab:
        done = lab.run(["srun", "touch", "/usr/made", "/etc/made"], tmp_path)
        assert done.stderr.count("Read-only file system") == 2
        assert lab.run(["srun", "touch", "/var/made"], tmp_path).returncode == 0
    assert sorted(root.rglob("*")) == before
    assert str(root) not in Path("/proc/mounts").read_text("utf-8")


def test_a_root_that_is_not_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "ROOTS", tmp_path)
    stable = replace(of("always"), slurm="99.11")
    (tmp_path / f"{stable.suite}-0123.making").mkdir()
    (tmp_path / stable.suite).symlink_to(f"{stable.suite}-0123.making")
    assert stable.root is None
    (tmp_path / f"{stable.suite}-0123.making" / "unpacked").touch()
    assert stable.root == tmp_path / f"{stable.suite}-0123.making"


@pytest.mark.parametrize("asked", ["always", "soak", "moving"])
def test_a_missing_generation_skips_unless_it_is_stable_and_required(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "ROOTS", tmp_path)
    missing = replace(of(asked), slurm="99.11")
    said = "needs root" if os.geteuid() else f"not unpacked here .*{missing.suite}"
    monkeypatch.delenv("RELIONC_REQUIRE_LAB", raising=False)
    with pytest.raises(pytest.skip.Exception, match=said):
        need_in(missing)
    monkeypatch.setenv("RELIONC_REQUIRE_LAB", "1")
    with pytest.raises(pytest.fail.Exception if asked == "always" else pytest.skip.Exception, match=said):
        need_in(missing)


def test_without_apt_the_tool_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "cat", "sha256sum", "mkdir", "flock", "id"):
        path = next(folder for folder in ("/usr/bin", "/bin") if os.path.exists(f"{folder}/{name}"))
        (tools / name).symlink_to(f"{path}/{name}")
    done = unpack(tmp_path / "roots", "trixie", PATH=str(tools))
    assert done.returncode == 1
    assert ("no apt-get" if os.geteuid() == 0 else "Only root") in done.stderr
    assert [each.name for each in (tmp_path / "roots").iterdir()] == ["lock"]


@pytest.mark.skipif(not os.path.exists("/usr/bin/apt-get"), reason="there is no apt-get here")
@pytest.mark.skipif(os.geteuid() != 0, reason="the tool needs root")
def test_without_network_the_tool_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    done = unpack(tmp_path / "roots", "trixie", DEBIAN_MIRROR="http://127.0.0.1:9/debian")
    assert done.returncode == 1
    assert "mirror does not answer" in done.stderr
    assert [each.name for each in (tmp_path / "roots").iterdir()] == ["lock"]


def test_make_unpacks_the_generations_of_the_table() -> None:
    """Those of every run for `make test`, the others for `make soak`."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for each in generations.every():
        if each != generations.HOME:
            target = "test" if each.asked == "always" else "soak"
            lines = makefile.partition(f"\n{target}:")[2].partition("\n\n")[0]
            newest = "--newest " if each.asked == "moving" else ""
            assert f"tools/unpack_slurm.sh {newest}{each.suite}" in lines


def test_the_page_says_what_becomes_of_each_mode_with_each_launcher() -> None:
    """On every Slurm; test_launch_matrix.py finds it out, in a soak."""
    table = launches.told()
    assert list(table) == [(mode, launcher) for mode in launches.MODES for launcher in launches.LAUNCHERS]
    found = [cell for cells in table.values() for cell in cells.values()]
    assert all(cell == "placed" or re.fullmatch(r"RL\d{3}", cell) for cell in found), found
