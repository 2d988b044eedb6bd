"""Findings speak of routes; diagnostics of places."""

from __future__ import annotations

from relionc.diag import Finding, Fix, Related, TextSpan
from relionc.diag.locate import locate, locate_all
from relionc.source import load

TREE = load(b"jobs:\n  a:\n    nodes: 4\n    time: 60\n", "specs/a.yaml").tree
assert TREE is not None


def test_everything_a_finding_says_is_kept() -> None:
    finding = Finding(
        code="RL200",
        message="m",
        route=("jobs", "a", "nodes"),
        severity="warning",
        help="h",
        why="w",
        fixes=(Fix("t", ("jobs", "a", "nodes"), 5),),
        conflict=(Related("key", ("jobs", "a", "time"), on_key=True), Related("fact", source="page")),
    )
    assert TREE is not None
    found = locate(finding, TREE)
    assert (found.code, found.severity, found.message, found.help, found.why) == (
        "RL200",
        "warning",
        "m",
        "h",
        "w",
    )
    assert (found.path, found.span, found.fixes) == ("specs/a.yaml", TextSpan(3, 12, 3, 13), finding.fixes)
    key, fact = found.conflict
    assert (key.message, key.span, key.source) == ("key", TextSpan(4, 5, 4, 9), "")
    assert (fact.message, fact.span, fact.source) == ("fact", None, "page")


def test_a_finding_about_what_is_missing_points_to_where_it_would_be() -> None:
    assert TREE is not None
    (found,) = locate_all([Finding(code="RL200", message="m", route=("jobs", "a", "resources", "mem"))], TREE)
    assert found.span == TextSpan(2, 3, 2, 4)
