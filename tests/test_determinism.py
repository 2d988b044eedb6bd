"""The same spec gives the same bytes, whoever builds it, wherever and in whatever process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from own_cache import own_cache

ROOT = Path(__file__).resolve().parents[1]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
MAIN = "from relionc.__main__ import main; main()"

# Two people on two machines: nothing of this may be seen in what is built.
ONE = {"HOME": "/home/ada", "USER": "ada", "TZ": "UTC", "LANG": "C", "PYTHONHASHSEED": "1", "COLUMNS": "80"}
OTHER = {
    "HOME": "/root",
    "USER": "root",
    "TZ": "Asia/Kathmandu",
    "LANG": "de_DE.UTF-8",
    "PYTHONHASHSEED": "77",
}


def _build(spec: str, out: str, cwd: Path, env: dict[str, str]) -> None:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELIONC_NO_CACHE": "1"}
    base["XDG_CACHE_HOME"] = own_cache((cwd / out).resolve().with_name(f"of {Path(out).name}"))
    argv = [sys.executable, "-c", MAIN, "build", spec, "-o", out]
    done = subprocess.run(argv, cwd=cwd, env=base | env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.parent.name}-{spec.stem}")
def test_two_people_get_the_same_bytes(spec: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specs", tmp_path / "copy" / "specs")
    _build(str(spec), str(tmp_path / "a"), ROOT, ONE)
    _build(f"./{spec.name}", "../../../b", tmp_path / "copy" / spec.parent.relative_to(ROOT), OTHER)
    first, second = _bytes(tmp_path / "a"), _bytes(tmp_path / "b")
    assert len(first) >= 5
    assert first == second


def test_nothing_of_the_machine_is_written(tmp_path: Path) -> None:
    _build(str(SPECS[0]), str(tmp_path / "out"), tmp_path, ONE)
    words = [str(tmp_path), str(ROOT), os.uname().nodename, "/home/ada"]
    for name, content in _bytes(tmp_path / "out").items():
        found = [word for word in words if word.encode() in content]
        assert not found, f"{name} holds {found}"
