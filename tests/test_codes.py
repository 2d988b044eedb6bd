"""Every diagnostic code that the code uses is explained, and every code that is explained is used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from relionc.diag.codes import CODES
from relionc.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"\bRL\d{3}\b")
TABLE = ROOT / "relionc" / "diag" / "codes.py"


def _used() -> set[str]:
    """Return the codes in the compiler and in the catalogue's data."""
    files = [file for pattern in ("*.py", "*.yaml") for file in (ROOT / "relionc").rglob(pattern)]
    return {code for file in files if file != TABLE for code in CODE.findall(file.read_text())}


def test_every_code_in_use_is_in_the_table() -> None:
    assert sorted(_used() - set(CODES)) == []


def test_every_code_of_the_table_is_in_use() -> None:
    assert sorted(set(CODES) - _used()) == []


def test_no_code_is_given_twice() -> None:
    keys = [
        key.value
        for node in ast.walk(ast.parse(TABLE.read_text()))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert [code for code, times in Counter(keys).items() if times > 1] == []
    assert [code for code, times in Counter(rule.CODE for rule in RULES).items() if times > 1] == []


def test_a_meaning_is_one_short_sentence_of_its_own() -> None:
    assert [code for code, meaning in CODES.items() if not 10 < len(meaning) < 120 or "\n" in meaning] == []
    assert [meaning for meaning, times in Counter(CODES.values()).items() if times > 1] == []


def test_the_page_of_codes_is_fresh_and_lists_all() -> None:
    done = subprocess.run(
        [sys.executable, "tools/build_code_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = (ROOT / "docs" / "diagnostic-codes.md").read_text()
    assert set(CODE.findall(page)) == set(CODES)
