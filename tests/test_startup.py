"""What a process imports: `relionc build` starts fast because it loads little, and this is where that is held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from relionc import catalog

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"

# Runs the command line like the console script does, and says at its end which modules it loaded that Python had not.
PROGRAM = """
import atexit, sys
def say():
    loaded = sorted(set(sys.modules) - before)
    import json
    print(json.dumps(loaded), file=sys.stderr, flush=True)
before = set(sys.modules)
atexit.register(say)
from relionc.__main__ import main
main()
"""

# Slower to load than everything we gain by them: each needs a reason to be loaded, and a good spec is none.
HEAVY = {
    "argparse", "asyncio", "concurrent", "dataclasses", "datetime", "difflib", "email", "glob", "hashlib", "html",
    "http", "importlib.metadata", "importlib.resources", "inspect", "jinja2", "jsonschema", "lark", "logging",
    "multiprocessing", "pathlib", "platform", "random", "ruamel.yaml.main", "shutil", "socket", "ssl", "string",
    "subprocess", "tempfile", "threading", "tomllib", "typing", "unittest", "urllib", "uuid", "zipfile",
}  # fmt: skip
# Rooms for when something is wrong, or for commands other than `build`.
ASIDE = {
    "relionc.catalog.compiler", "relionc.cli.completion", "relionc.cli.lint", "relionc.cli.plan", "relionc.cli.show",
    "relionc.cli.usage", "relionc.diag.clean", "relionc.diag.codes", "relionc.diag.render",
    "relionc.emit.site_template", "relionc.expr.lark_parser", "relionc.plan.picture", "relionc.rules.profile",
    "relionc.schema.explain", "relionc.site.overlay", "relionc.site.read", "relionc.site.show",
    "relionc.source.syntax",
}  # fmt: skip
PACKAGES = {"ruamel", "_ruamel_yaml"}  # all that a good spec needs from outside the standard library
# `_ruamel_yaml` is made by Cython, which adds a module of its own.
BY_CYTHON = ("cython_runtime", "_cython_")

UNCHANGED = {
    "__future__", "atexit", "gc", "marshal",
    "relionc", "relionc.__main__", "relionc.cli", "relionc.cli.app", "relionc.cli.options", "relionc.cli.remember",
    "relionc.store", "relionc.store.cache", "relionc.store.digest",
}  # fmt: skip
SHA256 = {"_sha256", "_sha2"}  # one of them, by the version of Python


def _loaded(*argv: str, env: dict[str, str] | None = None) -> set[str]:
    """Return what `relionc argv…` loads that `python -c pass` does not; the call must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def _tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    out = tmp_path_factory.mktemp("cold")
    catalog.versions()  # a checkout compiles its catalogue once
    return _loaded("build", str(SPEC), "-o", str(out), env={"RELIONC_NO_CACHE": "1"})


def test_a_cold_build_loads_nothing_heavy(cold: set[str]) -> None:
    assert not (cold | _tops(cold)) & HEAVY


def test_a_cold_build_needs_one_package_only(cold: set[str]) -> None:
    foreign = {
        name
        for name in _tops(cold) - {"relionc"}
        if name not in sys.stdlib_module_names and not name.startswith(BY_CYTHON)
    }
    assert foreign <= PACKAGES


def test_a_cold_build_leaves_the_explaining_rooms_alone(cold: set[str]) -> None:
    missing = {name for name in ASIDE if find_spec(name) is None}
    assert not missing, "these modules have moved: the list must follow"
    assert not cold & ASIDE


def test_an_unchanged_build_loads_the_cache_and_nothing_else(tmp_path: Path) -> None:
    argv = ("build", str(SPEC), "-o", str(tmp_path))
    _loaded(*argv)
    again = _loaded(*argv)
    assert again - SHA256 <= UNCHANGED
    assert len(again & SHA256) == 1


def test_lint_of_a_good_spec_needs_no_schema_library() -> None:
    loaded = _loaded("lint", str(SPEC))
    assert not _tops(loaded) & {"jsonschema", "lark", "jinja2"}


def test_what_was_said_of_a_spec_is_said_again_without_the_compiler(tmp_path: Path) -> None:
    spec = tmp_path / "warned.yaml"
    text = SPEC.read_text("utf-8").replace('relion: "2.1"', 'relion: "4.0"')
    spec.write_text(text.replace("      ctf_corrected_ref: yes\n", ""), "utf-8")
    first, again = (_loaded("lint", str(spec)) for _ in range(2))
    assert "relionc.diag.render" in first & again
    assert "relionc.pipeline" in first - again
    assert not again & {"relionc.spec", "relionc.plan", "relionc.source", "relionc.cli.build", "ruamel"}


def test_a_shell_that_completes_a_line_waits_for_little() -> None:
    asked = {"_RELIONC_COMPLETE": "bash_complete", "COMP_WORDS": "relionc\nbuild\n--f", "COMP_CWORD": "2"}
    assert not _loaded(env=asked) & {"ruamel", "relionc.source", "relionc.pipeline", "relionc.catalog"}
