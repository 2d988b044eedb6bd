"""The table of endings is one: in the data, in the shell, in the page."""

from __future__ import annotations

import re
import runpy
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from guarded import BASH
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
GUARD = ROOT / "templates" / "relionc-runtime.sh"
ENDINGS = YAML(typ="safe").load((ROOT / "relionc/runtime/endings.yaml").read_text())["endings"]


def test_the_guard_has_the_data_of_the_yaml():
    tool = runpy.run_path(str(ROOT / "tools/build_runtime.py"))
    text = GUARD.read_text()
    assert tool["text"](text) == text, "run python tools/build_runtime.py"


def test_the_page_has_every_ending():
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \| (\S+) \| (\S+) \| (.*) \|$",
        (ROOT / "docs/runtime.md").read_text(),
        re.MULTILINE,
    )
    assert rows == [
        (name, str(each["status"]), each.get("marker", "-"), _code(each), each["say"])
        for name, each in ENDINGS.items()
    ]


def _code(ending: Mapping[str, str]) -> str:
    return f"[{ending['code']}](codes/{ending['code']}.md)" if "code" in ending else "-"


def test_every_code_that_the_guard_names_has_a_page():
    named = set(re.findall(r"RL\d{3}", GUARD.read_text()))
    assert named >= {"RL402", "RL610"}
    assert [code for code in sorted(named) if not (ROOT / f"docs/codes/{code}.md").exists()] == []


def test_no_two_endings_but_the_good_ones_have_the_same_status():
    bad = [each["status"] for each in ENDINGS.values() if each["status"]]
    assert len(set(bad)) == len(bad)
    assert {name for name, each in ENDINGS.items() if not each["status"]} == {"finished", "finished_before"}


def test_every_ending_that_the_guard_names_is_one():
    named = set(
        re.findall(r"relionc_end ([a-z]\w+)|relionc_again \w+ ([a-z]\w+)|rc_why=(\w+)", GUARD.read_text())
    )
    words = {word for each in named for word in each if word} - {"killed"}  # the first is tried again
    assert words <= ENDINGS.keys()
    assert ENDINGS.keys() - words <= {"wrong_run", "no_guard", "not_ours"}


def test_bash_reads_the_guard():
    done = subprocess.run([BASH, "-n", GUARD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
