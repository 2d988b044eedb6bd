"""A RELION version that does not exist, added as docs/adding-a-relion-version.md says: by an edit of data only."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.catalog.compiled import part
from relionc.catalog.compiler import catalogue

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "adding-a-relion-version.md"
SPEC = """
relionc: 1
cluster: local
relion: "9.1"
jobs:
  sort:
    type: class3d
    options: {fn_img: a.star, fn_ref: b.mrc, do_blush: yes, blush_strength: 0.25, particle_diameter: 180}
    data: {particles: 1000, box: 64}
"""


def edits() -> list[tuple[str, str, str]]:
    """Return the changes that the page shows: the file, the lines before, the lines after."""
    found = []
    for name, body in re.findall(r"```diff\n--- (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        lines = body.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        after = "".join(line[1:] for line in lines if line[0] != "-")
        found.append((name, before, after))
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the page's changes, compiled."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in ("relionc", "tools", "schemas", "templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, before, after in edits():
        text = (copy / name).read_text("utf-8")
        assert text.count(before) == 1, f"{name} does not hold these lines once:\n{before}"
        (copy / name).write_text(text.replace(before, after), "utf-8")
    run(copy, "tools/build_catalog.py", "--check")
    return copy


def run(tree: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(tree: Path, expression: str) -> object:
    """Return what the copy says to an expression over its catalogue."""
    code = f"import json; from relionc import catalog; print(json.dumps({expression}))"
    return json.loads(run(tree, "-c", code))


def test_the_page_edits_only_data() -> None:
    names = {name for name, _, _ in edits()}
    assert len(names) > 4
    assert all(re.fullmatch(r"relionc/catalog/data/\w+\.yaml", name) for name in names)


def test_the_new_version_has_the_types_of_the_one_it_is_like_but_for_those_that_are_gone(tree: Path) -> None:
    assert told(tree, "catalog.versions()[-1]") == "9.1"
    assert told(tree, "sorted(set(catalog.types('5.0')) - set(catalog.types('9.1')))") == ["dynamight"]
    assert told(tree, "sorted(set(catalog.types('9.1')) - set(catalog.types('5.0')))") == []


def test_what_the_page_changes_is_different_from_that_version_on(tree: Path) -> None:
    pools = "[catalog.load('refine3d', v).options['nr_pool'].default for v in ('5.0', '9.1')]"
    assert told(tree, pools) == ["3", "30"]
    assert told(tree, "catalog.load('external', '5.0').type_id") == "relion.external"
    assert told(tree, "catalog.load('external', '9.1').type_id") == "relion.outside"
    assert told(tree, "catalog.versions_with('class3d_tomo', 'blush_strength')") == ["9.1"]
    assert told(tree, "catalog.load('class3d', '9.1').options['blush_strength'].flag") == "--blush_strength"
    assert "RELION 9.1.2," in str(told(tree, "catalog.load('import', '9.1').source"))


def test_older_versions_stay_what_they_were(tree: Path) -> None:
    types = {
        name: part(name) for name in catalogue(str(ROOT / "relionc" / "catalog" / "data")) if "/" in name
    }
    assert len(types) > 100
    parts = "relionc.catalog.compiled"
    assert told(tree, f"[__import__({parts!r}, fromlist=['part']).part(name) for name in {[*types]}]") == [
        *types.values()
    ]


def test_a_job_of_the_new_version_is_built(tree: Path) -> None:
    (tree / "new.yaml").write_text(SPEC, "utf-8")
    run(tree, "-m", "relionc", "build", "new.yaml")
    (command,) = (tree / "build" / "new" / "sort" / "commands.txt").read_text("utf-8").splitlines()
    assert "--pool 30 " in command
    assert "--blush --blush_model v1.0 --blush_strength 0.25 --" in command
    job_file = (tree / "build" / "new" / "sort" / "job.star").read_text("utf-8")
    assert "# version 90001" in job_file
    assert "_rlnJobTypeLabel             relion.class3d" in job_file
