"""Each way in which a spec's shape can be wrong is said once, at its place, with what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from relionc import schema
from relionc.diag.codes import CODES
from relionc.schema import check
from relionc.source import load

if TYPE_CHECKING:
    from relionc.diag import Finding, Route

JOB: Route = ("jobs", "a")
GPUS: Route = (*JOB, "resources", "gpus")


def findings(text: str) -> list[Finding]:
    loaded = load(text.encode(), "f")
    assert loaded.tree is not None
    assert not loaded.diagnostics
    return schema.check("spec", loaded.tree.value)


def job(lines: str) -> str:
    return "relionc: 1\njobs:\n  a:\n    type: class3d\n" + "".join(
        f"    {line}\n" for line in lines.split("\n")
    )


CASES: list[tuple[str, str, str, Route, bool, str]] = [
    # what, spec, code, route, on the key?, words of message or help
    ("top: no version", "jobs: {a: {type: x}}", "RL021", (), True, "add `relionc:`"),
    ("top: no jobs", "relionc: 1", "RL021", (), True, "add `jobs:`"),
    ("top: another version", "relionc: 2\njobs: {a: {type: x}}", "RL023", ("relionc",), False, "allowed: 1"),
    ("top: version in quotes", "relionc: '1'\njobs: {a: {type: x}}", "RL022", ("relionc",), False, "without quotes"),
    ("top: misspelled", "relionc: 1\nclustre: x\njobs: {a: {type: x}}", "RL020", ("clustre",), True, "`cluster`?"),
    ("top: a job's key", "relionc: 1\nlayout: auto\njobs: {a: {type: x}}", "RL020", ("layout",), True, "`jobs:`"),
    ("top: a list", "- relionc", "RL022", (), False, "take the `- ` away"),
    ("no jobs at all", "relionc: 1\njobs: {}", "RL026", ("jobs",), False, "is empty"),
    ("jobs without a value", "relionc: 1\njobs:", "RL022", ("jobs",), False, "is empty"),
    ("jobs as a list", "relionc: 1\njobs:\n- type: x", "RL022", ("jobs",), False, "take the `- ` away"),
    ("a name with a space", "relionc: 1\njobs: {a b: {type: x}}", "RL025", ("jobs", "a b"), True, "64 letters"),
    ("a name with a newline", 'relionc: 1\njobs: {"a\\n": {type: x}}', "RL025", ("jobs", "a\n"), True, "64 letters"),
    ("a name of 65", f"relionc: 1\njobs: {{{'a' * 65}: {{type: x}}}}", "RL025", ("jobs", "a" * 65), True, "64"),
    ("a job without a type", "relionc: 1\njobs: {a: {options: {}}}", "RL021", JOB, True, "add `type:`"),
    ("a resource beside", job("nodes: 4"), "RL020", (*JOB, "nodes"), True, "belongs under `resources:`"),
    ("its other name", job("walltime: 4"), "RL020", (*JOB, "walltime"), True, "`resources:`, as `time`"),
    ("a RELION option beside", job("nr_classes: 4"), "RL020", (*JOB, "nr_classes"), True, "under `options:`"),
    ("a fact beside", job("box: 360"), "RL020", (*JOB, "box"), True, "under `data:`"),
    ("resources: gpu", job("resources: {gpu: p100}"), "RL020", (*JOB, "resources", "gpu"), True, "called `gpus`"),
    ("dashes", job("resources: {mem-per-cpu: 6g}"), "RL020", (*JOB, "resources", "mem-per-cpu"), True, "`mem_per_cpu`"),
    ("a key of jobs", job("resources: {layout: auto}"), "RL020", (*JOB, "resources", "layout"), True, "one level up"),
    ("data's key there", job("resources: {box: 3}"), "RL020", (*JOB, "resources", "box"), True, "`data:` of `a`"),
    ("sbatch's key", job("resources: {mail-type: E}"), "RL020", (*JOB, "resources", "mail-type"), True, "`slurm:`"),
    ("a colon glued", job("data: {'box:360': 1}"), "RL020", (*JOB, "data", "box:360"), True, "`box: 360`"),
    ("a number in quotes", job("resources: {nodes: '4'}"), "RL022", (*JOB, "resources", "nodes"), False, "quotes: 4"),
    ("a word for a number", job("data: {box: big}"), "RL022", (*JOB, "data", "box"), False, "a whole number"),
    ("a fraction of a node", job("resources: {nodes: 1.5}"), "RL022", (*JOB, "resources", "nodes"), False, "whole"),
    ("no nodes", job("resources: {nodes: 0}"), "RL024", (*JOB, "resources", "nodes"), False, "at least 1"),
    ("a size below zero", job("data: {angpix: -1}"), "RL024", (*JOB, "data", "angpix"), False, "more than 0"),
    ("neither yes nor no", job("interactive: on"), "RL023", (*JOB, "interactive"), False, "yes, no"),
    ("a number for text", job("resources: {partition: 7}"), "RL022", (*JOB, "resources", "partition"), False, '"7"'),
    ("its spelling is kept", job("resources: {qos: 3.10}"), "RL022", (*JOB, "resources", "qos"), False, '"3.10"'),
    ("a list for a time", job("resources: {time: [3]}"), "RL022", (*JOB, "resources", "time"), False, "a list"),
    ("an unknown layout", job("layout: homogenous"), "RL023", (*JOB, "layout"), False, "`homogeneous`?"),
    ("a layout in capitals", job("layout: AUTO"), "RL023", (*JOB, "layout"), False, "`auto`?"),
    ("gpus: a bad part", job("resources: {gpus: {typ: x}}"), "RL020", (*GPUS, "typ"), True, "`type`?"),
    ("gpus: a bad count", job("resources: {gpus: {per_node: 0}}"), "RL024", (*GPUS, "per_node"), False, "at least 1"),
    ("gpus: a list", job("resources: {gpus: [a]}"), "RL022", (*JOB, "resources", "gpus"), False, "a mapping"),
    ("after: a word", job("after: b"), "RL022", (*JOB, "after"), False, "[b]"),
    ("after: a number", job("after: [b, 3]"), "RL022", (*JOB, "after", 1), False, "item 2 of `after`"),
    ("options as a list", job("options: [a]"), "RL022", (*JOB, "options"), False, "a mapping"),
    ("an option as a list", job("options: {a: [b]}"), "RL022", (*JOB, "options", "a"), False, "a list"),
    ("an empty text", job("project: ''"), "RL026", (*JOB, "project"), False, "is empty"),
    ("an empty job", "relionc: 1\njobs: {a: }", "RL022", JOB, False, "is empty"),
    ("vars: a name", "relionc: 1\nvars: {9x: 1}\njobs: {a: {type: x}}", "RL025", ("vars", "9x"), True, "begins with"),
    ("vars: a list", "relionc: 1\nvars: {x: [1]}\njobs: {a: {type: x}}", "RL022", ("vars", "x"), False, "a list"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "route", "on_key", "words"), [c[1:] for c in CASES], ids=[case[0] for case in CASES]
)
def test_finding(text: str, code: str, route: Route, on_key: bool, words: str) -> None:
    found = findings(text)
    assert len(found) == 1, found
    (one,) = found
    assert (one.code, one.route, one.on_key) == (code, route, on_key)
    assert words in f"{one.message}; {one.help}"
    assert "is not valid under" not in one.message
    assert one.code in CODES


@pytest.mark.parametrize("value", [None, [], "text", 3, True, {}])
def test_any_kind_of_document_gets_an_answer(value: Any) -> None:
    for kind in ("spec", "cluster"):
        assert schema.check(kind, value)


def test_all_problems_are_told_at_once() -> None:
    text = job(
        "nodes: 4\nlayuot: auto\nresources: {nodes: 0, gpu: 1, time: [1]}\nafter: x\ndata: {box: big, angpx: 1}"
    )
    assert len(findings(text)) == 8


def test_a_misspelled_key_is_not_also_called_missing() -> None:
    (found,) = findings("relionc: 1\njobs: {a: {tpye: class3d}}")
    assert found.help == "did you mean `type`?"


def test_a_fix_names_the_value_to_set() -> None:
    (found,) = findings(job("layout: homogenous"))
    (fix,) = found.fixes
    assert (fix.route, fix.value) == ((*JOB, "layout"), "homogeneous")


def test_relions_option_names_come_from_the_type_of_the_job() -> None:
    (found,) = findings("relionc: 1\njobs: {a: {type: import, nr_classes: 3}}")
    assert "options:" not in found.help


def test_what_is_told_of_many_unknown_keys_does_not_depend_on_their_hashes() -> None:
    wrong = {f"t{i}": {"cpus": "many"} for i in range(300)}
    found = check("cluster", {"profile": 1, "name": "x", "node_types": wrong})
    told = [finding.route[1] for finding in found if finding.route[:1] == ("node_types",)]
    assert len(told) > 50
    assert list(dict.fromkeys(told)) == [f"t{i}" for i in range(len(set(told)))]
