"""Hand-written bundles become exactly the files beside them.

A case is a module in cases/ with a BUNDLE, and a folder of the same name with what it must become. After a
change that is meant: RELIONC_ACCEPT=1 python -m pytest tests/emit, and read the diff.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from relionc import emit
from relionc.emit import _templates, scripts
from relionc.emit.site_template import TemplateError, environment, render
from relionc.resources import folder

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.py"))


def bundle_of(name):
    return runpy.run_path(str(CASES / f"{name}.py"))["BUNDLE"]


def made_of(name):
    """Return the files of a case but the guard, which is the shipped file."""
    made = emit.files(bundle_of(name))
    assert made.pop("relionc-runtime.sh") == Path(folder("templates"), "relionc-runtime.sh").read_bytes()
    return made


def accept(place, made):
    shutil.rmtree(place, ignore_errors=True)
    for path, content in made.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_becomes_these_files(name):
    made = made_of(name)
    if os.environ.get("RELIONC_ACCEPT"):
        accept(CASES / name, made)
    kept = {
        path.relative_to(CASES / name).as_posix(): path.read_text("utf-8")
        for path in (CASES / name).rglob("*")
        if path.is_file()
    }
    assert {path: content.decode() for path, content in made.items()} == kept


@pytest.mark.parametrize("name", NAMES)
def test_bash_accepts_every_script(name):
    for path, content in emit.files(bundle_of(name)).items():
        if content.startswith(b"#!"):
            done = subprocess.run(["bash", "-n"], input=content, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, b""), path


def test_the_order_of_files_is_fixed():
    assert list(emit.files(bundle_of("homogeneous_plus_1"))) == [
        "import/run.sbatch",
        "import/commands.txt",
        "import/hostfile",
        "import/run.job",
        "class3d/run.sbatch",
        "class3d/commands.txt",
        "class3d/hostfile",
        "class3d/run.job",
        "plan.json",
        "submit.sh",
        "relionc-runtime.sh",
    ]


def shipped(name):
    return Path(folder("templates"), f"{name}.j2").read_text("utf-8")


def views():
    """Yield a template's name and a view, for every script of every case."""
    for bundle in map(bundle_of, NAMES):
        for job in bundle.jobs:
            yield job.script_name, scripts.site_script_view(job.script, job.script_name)
            if job.allocation:
                yield "allocate.sh", scripts.allocate_view(job.allocation)
        yield "submit.sh", scripts.submit_view(bundle)


def test_the_compiled_templates_say_what_jinja2_says():
    seen = set()
    for name, view in views():
        seen.add(name)
        compiled = getattr(_templates, name.replace(".", "_"))
        assert compiled(view) == environment().from_string(shipped(name)).render(view)
    assert seen == {"run.sbatch", "run.sh", "allocate.sh", "submit.sh"}


def test_the_compiled_templates_are_fresh():
    built = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "build_templates.py"))
    path = Path(emit.__file__).with_name("_templates.py")
    assert path.read_text("utf-8") == built["module"](), "run python tools/build_templates.py"


def test_the_compiler_refuses_what_it_cannot_say():
    built = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "build_templates.py"))
    compiler = built["Compiler"]()
    body = compiler.env.parse("{{ name | upper }}").body
    with pytest.raises(built["UnsupportedError"], match="line 1: Filter"):
        compiler.block(body, 1, frozenset())


def test_a_sites_own_template_may_bring_the_shipped_body():
    bundle = bundle_of("homogeneous_plus_1")
    text = (
        "#!/bin/bash -l\n{% for d in directives %}\n#SBATCH {{ d }}\n{% endfor %}\n{% include 'body.j2' %}\n"
    )
    made = emit.files(bundle, text)["import/run.sbatch"].decode()
    ours = emit.files(bundle)["import/run.sbatch"].decode()
    assert made.startswith("#!/bin/bash -l\n#SBATCH --job-name=import\n")
    assert made.partition("set -euo")[2] == ours.partition("set -euo")[2]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a\n{{ directive }}", "'directive' is undefined", 2),
        ("a\nb\n{% if %}", "Expected an expression", 3),
        ("{{ header.append(1) }}", "unsafe", 1),
        ("{{ ''.__class__.__mro__ }}", "unsafe", 1),
        ("{% include 'other.j2' %}", "other.j2", 1),
        ("{{ 1 // 0 }}", "ZeroDivisionError", 1),
    ],
)
def test_a_wrong_template_is_named_with_its_line(text, message, line):
    with pytest.raises(TemplateError, match=message) as caught:
        render(text, [{"header": []}])
    assert caught.value.line == line


def test_a_directive_with_a_line_break_never_reaches_a_script():
    from relionc.ir import Directive

    with pytest.raises(ValueError, match="control character"):
        scripts.directive(Directive("comment", "a\n#SBATCH --exclusive"))
