"""Names and texts that a terminal or a CI service would obey, in every place that commands print."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from relionc import __main__
from relionc.cli import say
from relionc.cli.options import CallError
from relionc.cli.summary import built
from relionc.emit.shell import pasted_path

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "specs" / "biowulf-2018" / "class3d-ribosome.yaml"
NAMES = [
    "e\x1b[31m",
    "::set-output name=a::b",
    "a\n::error::b",
    "##[error]x",
    "a\r##vso[x]",
    "\u202egpj",
    "x\udcffy",
    "-x",
    "a b'c",
]
"""Of folders and files."""
PRINTING = {
    f"sys.{name}{buffer}.{how}"
    for name in ("stdout", "stderr")
    for buffer in ("", ".buffer")
    for how in ("write", "writelines")
}
PRINTING |= {"os.write"}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    monkeypatch.delenv("RELIONC_NO_CACHE", raising=False)
    shutil.copy(SPEC, "good.yaml")
    return tmp_path


def called(capsys, *words):
    """Return status and all that is printed."""
    status = __main__._guarded(list(words))
    out, err = capsys.readouterr()
    return status, out + err


def assert_harmless(text):
    for line in text.split("\n"):
        assert not line.strip().startswith("::"), line
        assert "##[" not in line, line
        assert "##vso[" not in line, line
        assert not any(
            ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in line.replace("\t", "")
        ), line


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "words",
    [
        ["lint", "{}"],
        ["lint", "./{}.yaml"],
        ["lint", "./{}.yaml", "--format", "json"],
        ["lint", "./{}.yaml", "--format", "sarif"],
        ["lint", "./{}.yaml", "--format", "junit"],
        ["plan", "./{}.yaml"],
        ["plan", "./{}.yaml", "--format", "json"],
        ["build", "./{}.yaml"],
        ["build", "./{}.yaml", "--check"],
        ["build", "./{}.yaml", "--stdout"],
        ["build", "good.yaml", "-o", "./{}"],
        ["build", "good.yaml", "-o", "./{}", "--check"],
        ["build", "good.yaml", "--job", "{}"],
        ["build", "good.yaml", "--cluster", "{}"],
        ["build", "good.yaml", "--cluster", "./{}.yaml"],
        ["build", "good.yaml", "--relion", "{}"],
        ["build", "good.yaml", "--template", "./{}.yaml"],
        ["build", "good.yaml", "--format", "{}"],
        ["import", "./{}.yaml"],
        ["commands", "--relion", "3.1", "./{}.yaml"],
        ["commands", "--relion", "{}", "good.yaml"],
        ["cluster", "show", "{}"],
        ["catalog", "show", "{}"],
        ["catalog", "diff", "3.1", "{}"],
        ["rule", "{}"],
        ["schema", "{}"],
        ["schema", "--relion", "{}"],
        ["{}"],
    ],
    ids=" ".join,
)
def test_no_name_is_obeyed_and_none_is_a_bug_of_ours(name, words, capsys):
    shutil.copy(SPEC, f"{name}.yaml")
    status, said = called(capsys, *(word.replace("{}", name) for word in words))
    assert status in (0, 1, 2), said
    assert "bug of ours" not in said
    assert_harmless(said)
    again, more = called(capsys, *(word.replace("{}", name) for word in words))  # what the cache says too
    assert (again in (0, 1, 2), "bug of ours" in more) == (True, False)
    assert_harmless(more)


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", "::error::x", "##[group]x", "a\rb", "\udcff"])
def test_an_old_artifact_is_not_obeyed_when_its_difference_is_shown(text, capsys):
    assert called(capsys, "build", "good.yaml")[0] == 0
    script = next(Path("build/good").rglob("run.sbatch"))
    script.write_bytes(f"one\n{text}\n".encode(errors="surrogateescape") + script.read_bytes())
    status, said = called(capsys, "build", "good.yaml", "--check")
    assert status == 1
    assert "-one\n" in said
    assert_harmless(said)


@pytest.mark.parametrize("name", [*NAMES, "\x9b", "a\tb", "~root", "$(touch x)", "#\x1b##[x"])
def test_what_is_to_be_pasted_names_the_same_path(name):
    line = f"printf %s {pasted_path(name)}"
    assert_harmless(line)
    said = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    ).stdout
    assert said in (name.encode("utf-8", "surrogateescape"), b"./" + name.encode("utf-8", "surrogateescape"))
    assert not said.startswith(b"-")


def test_the_last_line_of_a_build_can_be_pasted():
    assert built("b x/a", None, 7).endswith("next: bash 'b x/a/submit.sh'\n")
    assert built("build/a", None, 7).endswith("next: bash build/a/submit.sh\n")


@pytest.mark.parametrize("content", [b"a\n::error::x\n", b"\x1b[1m", b"a\xff", b" ##[x]"])
def test_a_script_that_would_be_obeyed_is_not_printed(content, capsysbinary):
    with pytest.raises(CallError, match="look at the file"):
        say.exact(content, instead="look at the file")
    assert capsysbinary.readouterr().out == b""


def test_a_script_is_printed_byte_for_byte(capsysbinary):
    content = "#!/bin/bash\n\techo 'é\u00a0'\n".encode()
    say.exact(content, instead="")
    assert capsysbinary.readouterr().out == content


def test_nothing_else_prints():
    """One module prints; what the cache keeps was made harmless before it was kept."""
    mine = {"relionc/cli/say.py", "relionc/__main__.py"}
    found = set()
    for path in sorted((ROOT / "relionc").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == "print":
                found.add((str(path.relative_to(ROOT)), "print"))
            if isinstance(called, ast.Attribute) and ast.unparse(called) in PRINTING:
                found.add((str(path.relative_to(ROOT)), ast.unparse(called)))
    assert {each for each in found if each[0] not in mine} == {
        ("relionc/cli/app.py", "sys.stdout.write"),
        ("relionc/cli/app.py", "sys.stderr.write"),
        (
            "relionc/emit/site_template.py",
            "os.write",
        ),  # to the parent of the process that fills in a template
        ("relionc/store/paths.py", "os.write"),  # to a file that it has just made
    }


def test_a_result_printed_again_stands_where_the_last_one_stood(capsys):
    say.result_again("a\nx ::error::\n", lines=2)
    first, rest = capsys.readouterr().out.split("a\n")
    assert first == "\x1b[2A\x1b[J"
    assert_harmless(rest)
