"""A profile is imported from the lab, live, as from any cluster; a change of the lab changes just that."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relionc import site, source
from relionc.site.overlay import to_value

from .client import ROOT, started
from .conftest import need_in
from .generations import HOME

if TYPE_CHECKING:
    import subprocess

    from .client import Lab
    from .generations import Generation

HERE = Path(sys.executable)
SPEC = """\
relionc: 1
cluster: quarry
relion: "3.1"
jobs:
  class3d:
    type: class3d
    options: {fn_img: particles.star, fn_ref: map.mrc, do_preread_images: false}
    data: {particles: 10000, box: 64}
    resources: {gpus: k80, nodes: 2}
"""


def _relionc(lab: Lab, folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run relionc among the lab's programs, which may be those of another root."""
    programs = folder / "bin"
    if lab.enter and not programs.exists():
        programs.mkdir()
        for name in ("scontrol", "srun", "sinfo", "sacctmgr", "sbatch", "squeue"):
            words_before = " ".join(f"'{word}'" for word in lab.enter)
            (programs / name).write_text(
                f'#!/bin/sh\nexec {words_before} env PATH=/usr/bin:/bin {name} "$@"\n'
            )
            (programs / name).chmod(0o755)
    own = {"PYTHONPATH": str(ROOT), "PATH": f"{programs}:{os.environ['PATH']}", **env}
    here = lab if not lab.enter else type(lab)(lab.env, (), lab.generation)
    return here.run([HERE, "-m", "relionc", *words], folder, own)


def _values(path: Path) -> dict[str, Any]:
    loaded = source.load(path.read_bytes(), path.name)
    assert loaded.tree is not None
    assert isinstance(loaded.tree.value, dict)
    return loaded.tree.value


@pytest.mark.every_slurm
def test_the_lab_gives_the_facts_of_its_profile(generation: Generation, tmp_path: Path) -> None:
    need_in(generation, "slurmctld", "scontrol", "srun")
    with started("lab", generation) as lab:
        done = _relionc(lab, tmp_path, "cluster", "import", "--no-input")
        assert done.returncode == 0, done.stderr
        found = _values(tmp_path / "site-imported.yaml")
        again = _relionc(lab, tmp_path, "cluster", "import", "--update")
        collect = _relionc(lab, tmp_path, "cluster", "collect", "folder")
        assert collect.returncode == 0, collect.stderr
        from_folder = _relionc(lab, tmp_path, "cluster", "import", "folder", "--no-input", "-o", "sent.yaml")
    assert again.stdout == "unchanged site-imported.yaml\n"
    assert from_folder.returncode == 0, from_folder.stderr
    sent = _values(tmp_path / "sent-imported.yaml")
    assert {**sent, "source": ""} == {**found, "source": ""}
    lab_profile = to_value(site.builtin("lab"))
    assert found["slurm"] == generation.slurm
    wanted = lab_profile["node_types"]
    assert isinstance(wanted, dict)
    assert {
        name: (each["count"], each["cpus"], each["features"]) for name, each in found["node_types"].items()
    } == {name: (each["count"], each["cpus"], each["features"]) for name, each in wanted.items()}
    partitions = lab_profile["partitions"]
    assert isinstance(partitions, dict)
    assert {name: each["node_types"] for name, each in found["partitions"].items()} == {
        name: each["node_types"] for name, each in partitions.items()
    }


def test_a_change_of_the_lab_changes_just_that(tmp_path: Path) -> None:
    need_in(HOME, "slurmctld", "scontrol", "srun")
    with started("lab") as lab:
        assert _relionc(lab, tmp_path, "cluster", "import", "--no-input").returncode == 0
        for change in (
            ("update", "partitionname=quick", "maxtime=06:00:00"),
            ("update", "nodename=cn0009", "state=down", "reason=broken"),
            (
                "update",
                "nodename=cn[0013-0020]",
                "features=cpu56,core28,g256,x2680,hdr",
                "activefeatures=hdr",
            ),
            ("delete", "partitionname=multinode"),
        ):
            assert lab.run(["scontrol", *change], tmp_path).returncode == 0, change
        done = _relionc(lab, tmp_path, "cluster", "import", "--update")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert lines == [
        "+#| 1 of the nodes p100 are down and not counted.",
        "-    count: 4",
        "+    count: 3",
        "-    features: [cpu56, core28, g256, x2680, ibfdr]",
        "+    features: [cpu56, core28, g256, x2680, hdr]",
        "-  multinode:",
        "-    node_types: [x2680, x2695]",
        "-    max_time: 10-00:00:00",
        "-    default_time: 08:00:00",
        "-    max_time: 04:00:00",
        "+    max_time: 06:00:00",
    ]


def test_from_nothing_to_a_checked_build_on_an_unknown_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four commands, with no line of people's knowledge: where scratch is, has nobody to say here. Says the seconds."""
    need_in(HOME, "slurmctld", "scontrol", "srun", "sbatch")
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "Class3D" / "class3d").mkdir(parents=True)
    folders = {"RELIONC_CLUSTERS": str(tmp_path)}
    calls = (
        "cluster import --no-input --name quarry -o quarry.yaml",
        "cluster check quarry --live",
        "build spec.yaml",
        "submit --test-only build/spec",
    )
    seconds = []
    with started("lab") as lab:
        for call in calls:
            begin = time.monotonic()
            done = _relionc(lab, tmp_path, *call.split(), **folders)
            seconds.append(time.monotonic() - begin)
            assert done.returncode == 0, (call, done.stdout + done.stderr)
            if call.startswith("cluster check"):
                assert "\nSlurm says nothing else\n" in done.stdout
    with capsys.disabled():
        print("\nfrom nothing to a checked build, seconds of wall clock:")
        print("".join(f"  {each:5.1f}  relionc {call}\n" for each, call in zip(seconds, calls, strict=True)))
