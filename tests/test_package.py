"""The wheel is whole: installed in an empty environment it works from any folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from relionc import __version__, catalog

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("relionc/catalog/data/", "relionc/catalog/compiler/")
"""What a wheel has compiled."""
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"


def _run(*argv: str | Path, cwd: Path) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([*map(str, argv)], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _wheel_of(source: str | Path, folder: Path) -> Path:
    """Return the wheel that pip makes of a folder, an archive or an address, with the tools that are here."""
    _run(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index",
        "-w", folder, source, cwd=folder,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone of a repository that holds what is tracked here, as it is now."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is not a checkout")
    folder = tmp_path_factory.mktemp("repository")
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / "origin" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "origin" / name)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "All of it")):
        _run(*git, *words, cwd=folder / "origin")
    _run("git", "clone", "-q", folder / "origin", folder / "clone", cwd=folder)
    return folder / "clone"


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = _wheel_of(clone, tmp_path_factory.mktemp("wheel"))
    assert _run("git", "status", "--porcelain", cwd=clone) == "", "building leaves nothing in the tree"
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that holds the wheel and what it requires, and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    _install_requirements(folder)
    _pip(folder, "install", "-q", "--no-index", "--no-deps", wheel)
    return folder / "bin" / "relionc"


def _pip(environment: Path, *argv: str | Path) -> str:
    """Run the pip that is here for another environment."""
    python = environment / "bin" / "python"
    words = ("-m", "pip", "--python", python, "--disable-pip-version-check")
    return _run(sys.executable, *words, *argv, cwd=environment)


def _install_requirements(environment: Path, *more: str) -> None:
    """Link what relionc requires into an environment, from this one, and `more`: no network is needed."""
    (site,) = (environment / "lib").glob("python*/site-packages")
    for name in _required("relionc").union(more, *map(_required, more)):
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))


def _required(name: str) -> set[str]:
    """Return the distributions that one requires, and those that they require."""
    found: set[str] = set()
    for line in distribution(name).requires or ():
        required = re.match(r"[\w.-]+", line)
        if required and "extra ==" not in line and required[0] not in found and _is_here(required[0]):
            found |= {required[0]} | _required(required[0])
    return found


def _is_here(name: str) -> bool:
    try:
        return bool(distribution(name))
    except PackageNotFoundError:  # for another Python or another system
        return False


def test_the_wheel_carries_schemas_templates_data_and_licence(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"relionc/_data/schemas/{file.name}" for file in (ROOT / "schemas").glob("*.json")}
    wanted |= {f"relionc/_data/templates/{file.name}" for file in (ROOT / "templates").glob("*.j2")}
    wanted.add("relionc/catalog/compiled.jsonl")
    wanted |= {f"relionc/_data/docs/codes/{file.name}" for file in (ROOT / "docs" / "codes").glob("RL*.md")}
    for pattern in ("*.py", "*.yaml", "*.lark", "*.typed"):
        files = (file.relative_to(ROOT).as_posix() for file in (ROOT / "relionc").rglob(pattern))
        wanted |= {file for file in files if not file.startswith(SOURCES)}
    assert not [name for name in names if name.startswith(SOURCES)]
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
    for kind in ("spec", "cluster"):
        shipped = (ROOT / "schemas" / f"{kind}.v1.schema.json").read_text()
        assert _run(installed, "schema", kind, cwd=tmp_path) == shipped
    assert "p100" in _run(installed, "cluster", "show", "biowulf-2018", cwd=tmp_path)


def test_the_installed_command_prints_the_page_of_a_code(installed: Path, tmp_path: Path) -> None:
    shown = _run(installed, "rule", "rl402", cwd=tmp_path)
    assert shown.startswith("RL402: ")
    assert "error[RL402]" in shown


def test_the_installed_command_explains_a_bad_spec(installed: Path, tmp_path: Path) -> None:
    """The explaining side needs jsonschema and the schema file, which a good spec never does."""
    (tmp_path / "bad.yaml").write_text(SPEC.read_text().replace("    resources:", "    resorces:"))
    done = subprocess.run(
        [installed, "lint", "bad.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "`resources`" in done.stderr


@pytest.fixture(scope="module")
def archive(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of the clone."""
    folder = tmp_path_factory.mktemp("sdist")
    program = f"from hatchling.build import build_sdist; print(build_sdist({str(folder)!r}))"
    return folder / _run(sys.executable, "-c", program, cwd=clone).split()[-1]


def test_the_source_distribution_holds_what_builds_the_wheel(
    archive: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(archive) as members:
        held = {member.partition("/")[2] for member in members.getnames()}
    assert {"LICENSE", "pyproject.toml", "schemas/spec.v1.schema.json", "templates/body.j2"} <= held
    assert _wheel_of(archive, tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_can_be_had_from_a_repository(clone: Path, wheel: Path, tmp_path: Path) -> None:
    made = _wheel_of(f"git+file://{clone}", tmp_path)
    assert made.read_bytes() == wheel.read_bytes()


def test_the_installed_catalogue_is_that_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    """And it is read where it is: nothing is compiled, nothing goes to the cache."""
    code = (
        "import sys; from relionc import catalog\n"
        "for version in catalog.versions():\n"
        "    for name in catalog.types(version): print(catalog.load(name, version))\n"
        "assert 'relionc.catalog.checkout' not in sys.modules\n"
    )
    said = _run(installed.with_name("python"), "-c", code, cwd=tmp_path)
    here = "".join(f"{catalog.load(name, v)}\n" for v in catalog.versions() for name in catalog.types(v))
    assert said == here


def test_an_editable_installation_follows_the_yaml(clone: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    _install_requirements(tmp_path / "venv", "hatchling")
    _pip(tmp_path / "venv", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-e", clone)
    python = tmp_path / "venv" / "bin" / "python"
    code = "from relionc import catalog; print(catalog.load('external', '5.0').title)"
    before = _run(python, "-c", code, cwd=tmp_path)
    data = clone / "relionc" / "catalog" / "data" / "external.yaml"
    data.write_text(re.sub(r"(?m)^title: .*$", "title: Other", data.read_text("utf-8")), "utf-8")
    try:
        assert _run(python, "-c", code, cwd=tmp_path) == "Other\n" != before
    finally:
        _run("git", "checkout", "-q", ".", cwd=clone)
