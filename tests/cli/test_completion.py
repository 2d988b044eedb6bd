"""What a shell offers next: by asking relionc as its script does, and by pressing the key in bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relionc.cli import app
from relionc.cli.app import RELIONC
from relionc.cli.completion import FILE, candidates

ROOT = Path(__file__).resolve().parents[2]


def offered(line):
    """Return the texts that may stand at the end of a line."""
    *done, begun = line.split(" ")
    return ["(file)" if each is FILE else each.text for each in candidates(RELIONC, done, begun)]


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("c", ["cancel", "catalog", "cluster", "commands", "completion"]),
        ("catalog ", ["check", "diff", "list", "show"]),
        ("catalog sh", ["show"]),
        ("build --c", ["--check", "--cluster"]),
        ("build a.yaml --format ", ["text", "json", "github"]),
        ("build --format=", ["--format=text", "--format=json", "--format=github"]),
        ("build --format j", ["json"]),
        ("build a.yaml ", ["(file)"]),
        ("build --output ", ["(file)"]),
        ("build --check ", ["(file)"]),
        ("build -- --c", ["(file)"]),
        ("plan a.yaml ", []),
        ("completion ", ["bash", "zsh", "fish"]),
        ("catalog show class3", ["class3d"]),
        ("commands --relion 3", ["3.0", "3.1"]),
        ("rule RL40", ["RL401", "RL402", "RL403", "RL404", "RL405", "RL406"]),
        ("cluster show bio", ["(file)", "biowulf", "biowulf-2018"]),
        ("nonsense ", []),
    ],
)
def test_what_may_come_next(line, texts):
    assert offered(line)[: len(texts)] == texts
    assert texts or not offered(line)


@pytest.mark.parametrize(
    ("shell", "words", "at", "printed"),
    [
        ("bash", "relionc\nlint\n--form", "2", "plain,--format\n"),
        ("bash", "relionc\nlint\n--format\n=\nsa", "4", "plain,sarif\n"),
        ("bash", "relionc\nlint\n--format\n=", "3", "plain,text\nplain,json\nplain,github\nplain,sarif\nplain,junit\n"),
        ("bash", "relionc\nlint\n'a b", "2", "file,\n"),
        ("zsh", "relionc schema c", "2", "plain\ncluster\n_\n"),
        ("fish", "relionc catalog l", "l", "plain,list\tList the job types of each version.\n"),
        ("fish", "relionc catalog ", "", "plain,check\tCompare the catalogue with your own RELION.\n"),
    ],
)  # fmt: skip
def test_a_script_is_answered_in_its_own_form(capsys, monkeypatch, shell, words, at, printed):
    monkeypatch.setenv("_RELIONC_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", at)
    assert app.run([]) == 0
    assert capsys.readouterr().out.startswith(printed)


def test_a_shell_that_nobody_knows_gets_no_answer(monkeypatch):
    monkeypatch.setenv("_RELIONC_COMPLETE", "tcsh_complete")
    assert app.run([]) == 2


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "at", "reply"),
    [
        ("relionc com", 1, "commands completion"),
        ("relionc build --fo", 2, "--force --format"),
        ("relionc catalog ''", 2, "check diff list show"),
    ],
)
def test_bash_offers_it(tmp_path, words, at, reply):
    relionc = tmp_path / "relionc"
    relionc.write_text(f'#!/bin/sh\nexec {sys.executable} -m relionc "$@"\n')
    relionc.chmod(0o755)
    typed = f"""
eval "$(relionc completion bash)"
compopt() {{ :; }}
COMP_WORDS=({words}) COMP_CWORD={at}
_relionc_completion relionc
echo "${{COMPREPLY[*]}}"
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", typed], env=env, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == (reply, "")
