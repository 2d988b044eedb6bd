"""The hooks that other repositories get from here do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
SPEC = (ROOT / "specs" / "biowulf-2018" / "homogeneous.yaml").read_text()
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


def _run(entry: str, *files: str, cwd: Path) -> int:
    command, *words = shlex.split(entry)
    assert command == "relionc"
    argv = [sys.executable, "-m", "relionc", *words, *files]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, check=False).returncode


def test_lint_passes_good_specs_and_stops_bad_ones(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SPEC)
    (tmp_path / "bad.yaml").write_text(SPEC.replace("nodes:", "node:"))
    entry = HOOKS["relionc-lint"]["entry"]
    assert _run(entry, "good.yaml", cwd=tmp_path) == 0
    assert _run(entry, "good.yaml", "bad.yaml", cwd=tmp_path) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bad.yaml", "good.yaml"]


def test_the_build_check_passes_committed_builds_until_the_spec_changes(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(SPEC)
    entry = HOOKS["relionc-build-check"]["entry"]
    assert _run(entry, "good.yaml", cwd=tmp_path) == 1
    assert _run("relionc build", "good.yaml", cwd=tmp_path) == 0
    assert _run(entry, "good.yaml", cwd=tmp_path) == 0
    (tmp_path / "good.yaml").write_text(SPEC.replace("patch_x: 5", "patch_x: 7"))
    assert _run(entry, "good.yaml", cwd=tmp_path) == 1


@pytest.mark.parametrize("path", ["specs/a.yaml", "data/set1/specs/deep/b.yml", "ribosome.relion.yaml"])
@pytest.mark.parametrize("hook", HOOKS)
def test_the_hooks_look_at_specs(hook: str, path: str) -> None:
    assert re.search(HOOKS[hook]["files"], path)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hooks_leave_other_yaml_alone(hook: str) -> None:
    assert not re.search(HOOKS[hook]["files"], ".github/workflows/test.yaml")
