"""What programs read: JSON lines, GitHub annotations, SARIF, JUnit."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from relionc.diag import Diagnostic, Fix, Place, Suggestion, TextSpan
from relionc.diag.codes import CODES
from relionc.diag.render import github, json_lines
from relionc.diag.reports import junit, sarif

NO = Diagnostic(
    code="RL003",
    severity="error",
    message="100 % of `é`: a, b\nc",
    path="a dir/x,y:z.yaml",
    span=TextSpan(2, 3, 2, 5),
    help="do <this> & that",
    why="because",
    fixes=(Fix("set it", ("jobs", "a", 0), 3),),
    conflict=(
        Place(message="first", span=TextSpan(1, 1, 1, 2), source="page"),
        Place(message="fact", span=None),
    ),
    suggestions=(Suggestion(changes=((("jobs", "a", "nodes"), "4"),), result="fits"),),
)
NOTE = Diagnostic(code="RL001", severity="note", message="m", path="b.yaml", span=None)


def test_json_has_the_documented_keys_in_order() -> None:
    first, second = (json.loads(line) for line in json_lines([NOTE, NO]).splitlines())
    assert first == {
        "code": "RL003",
        "severity": "error",
        "message": "100 % of `é`: a, b\nc",
        "path": "a dir/x,y:z.yaml",
        "line": 2,
        "column": 3,
        "end_line": 2,
        "end_column": 5,
        "help": "do <this> & that",
        "why": "because",
        "fixes": [{"title": "set it", "route": ["jobs", "a", 0], "value": 3}],
        "conflict": [
            {"message": "first", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "source": "page"},
            {
                "message": "fact",
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
                "source": "",
            },
        ],
        "suggestions": [{"changes": [{"route": ["jobs", "a", "nodes"], "value": "4"}], "result": "fits"}],
    }
    assert list(first)[:4] == ["code", "severity", "message", "path"]
    assert second["line"] is None
    assert set(second) == set(first) - {"conflict", "suggestions"}


def test_json_is_plain_ascii_whatever_the_spec_held() -> None:
    evil = Diagnostic(code="RL010", severity="error", message="\x1b[2J\u202e\x9b\x7f", path="p", span=None)
    assert json_lines([evil]).strip().isprintable()
    assert json_lines([evil]).isascii()


def test_github_escapes_as_the_runner_unescapes() -> None:
    assert github([NO]) == (
        "::error file=a dir/x%2Cy%3Az.yaml,line=2,endLine=2,col=3,endColumn=5,title=RL003"
        "::100 %25 of `é`: a, b%0Ac%0Ahelp: do <this> & that%0Athis fits: nodes: 4 (fits)\n"
    )
    assert github([NOTE]) == "::notice file=b.yaml,title=RL001::m\n"


def test_a_message_cannot_forge_a_second_annotation() -> None:
    forged = Diagnostic(
        code="RL010", severity="error", message="x\n::error::y\r::z\x1b[2J", path="p\n::a", span=None
    )
    assert github([forged]).count("\n") == 1
    assert github([forged]).strip().isprintable()


def test_sarif() -> None:
    log = json.loads(sarif([NOTE, NO], version="1.2.3"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["RL001", "RL003"]
    assert run["tool"]["driver"]["rules"][1]["shortDescription"]["text"] == CODES["RL003"]
    help_ = run["tool"]["driver"]["rules"][1]["help"]
    assert help_["markdown"].startswith("# RL003: ")
    assert "error[RL003]" in help_["text"]
    assert "```" not in help_["text"]
    error, note = run["results"]
    assert (error["ruleId"], error["ruleIndex"], error["level"], note["level"]) == (
        "RL003",
        1,
        "error",
        "note",
    )
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20dir/x%2Cy%3Az.yaml"
    assert place["region"] == {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 5}
    assert [related["message"]["text"] for related in error["relatedLocations"]] == ["first"]
    assert "region" not in note["locations"][0]["physicalLocation"]


def test_junit() -> None:
    evil = Diagnostic(code="RL010", severity="error", message='\x1b"<&', path=NO.path, span=None)
    suite = ET.fromstring(junit([NO, NOTE, evil], ["b.yaml", NO.path]))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, bad = suite
    assert (good.get("name"), len(good)) == ("b.yaml", 0)
    (failure,) = bad
    assert failure.get("message") == '[RL010] \\x1b"<&'
    first, second, *cures = (failure.text or "").splitlines()
    assert first.endswith('[RL010] \\x1b"<&')
    assert "[RL003]" in second
    assert cures == ["  help: do <this> & that", "  this fits: nodes: 4 (fits)"]


@pytest.mark.parametrize("code", CODES)
def test_codes_have_the_form_that_users_see(code: str) -> None:
    assert code.startswith("RL")
    assert code[2:].isdigit()
    assert len(code) == 5
    assert CODES[code]


def test_the_reference_names_every_key() -> None:
    text = (Path(__file__).resolve().parent.parent.parent / "docs" / "diagnostics.md").read_text(
        encoding="utf-8"
    )
    data = json.loads(json_lines([NO]))
    keys = {
        *data,
        *data["fixes"][0],
        *data["conflict"][0],
        *data["suggestions"][0],
        *data["suggestions"][0]["changes"][0],
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
