"""The wheel is whole: installed in an empty environment it works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_sdist

from relionc import __version__

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"


def _run(*argv: str | Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([*map(str, argv)], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        ROOT,
        cwd=folder,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that holds the wheel and what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    _run(
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        wheel,
        cwd=folder,
    )
    return folder / "bin" / "relionc"


def test_the_wheel_carries_schemas_templates_data_and_licence(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"relionc/_data/schemas/{file.name}" for file in (ROOT / "schemas").glob("*.json")}
    wanted |= {f"relionc/_data/templates/{file.name}" for file in (ROOT / "templates").glob("*.j2")}
    for pattern in ("*.py", "*.yaml", "*.lark", "*.typed"):
        wanted |= {file.relative_to(ROOT).as_posix() for file in (ROOT / "relionc").rglob(pattern)}
    wanted.add(f"relionc-{__version__}.dist-info/licenses/LICENSE")
    assert sorted(wanted - names) == []
    assert not [
        name for name in names if not name.startswith(("relionc/", f"relionc-{__version__}.dist-info/"))
    ]


def test_the_installed_command_builds_from_any_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(SPEC.read_text())
    assert "wrote build/my/" in _run(installed, "build", "my.yaml", cwd=tmp_path)
    script = (tmp_path / "build" / "my" / "class3d" / "run.sbatch").read_text()
    assert "relion_refine_mpi" in script


def test_the_installed_command_finds_its_schema_and_its_profiles(installed: Path, tmp_path: Path) -> None:
    assert __version__ in _run(installed, "--version", cwd=tmp_path)
    assert (
        _run(installed, "schema", "spec", cwd=tmp_path)
        == (ROOT / "schemas" / "spec.v1.schema.json").read_text()
    )
    assert "p100" in _run(installed, "cluster", "show", "biowulf-2018", cwd=tmp_path)


def test_the_installed_command_explains_a_bad_spec(installed: Path, tmp_path: Path) -> None:
    """The explaining side needs jsonschema and the schema file, which a good spec never does."""
    (tmp_path / "bad.yaml").write_text(SPEC.read_text().replace("    resources:", "    resorces:"))
    done = subprocess.run(
        [installed, "lint", "bad.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "`resources`" in done.stderr


def test_the_source_distribution_holds_what_builds_the_wheel(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        name = build_sdist(str(tmp_path))
    finally:
        os.chdir(before)
    with tarfile.open(tmp_path / name) as archive:
        held = {member.partition("/")[2] for member in archive.getnames()}
    assert {"LICENSE", "pyproject.toml", "schemas/spec.v1.schema.json", "templates/body.j2"} <= held
