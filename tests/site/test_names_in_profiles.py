"""Names in a profile are names: what a shell, sbatch or a terminal would read as more is refused, with its place."""

from __future__ import annotations

from typing import Any

import pytest
from test_own_profile import BATCH, NODE, profile

from relionc import site

MORE = ["a;touch canary", "a\tb", "a b", "$(x)", "`x`", "-x", "a,b", 'a"b', "a\nb", "\x1b[31m", ""]
PLACES: list[tuple[str, Any]] = [
    ("environment", lambda text: profile(environment={text: "x"})),
    ("exports", lambda text: profile(launchers__batch={**BATCH, "exports": {text: "x"}})),
    ("variables", lambda text: profile(launchers__batch={**BATCH, "variables": {text: "x"}})),
    ("partitions", lambda text: profile(partitions={text: {"node_types": ["a100"]}})),
]


@pytest.mark.parametrize("text", MORE)
@pytest.mark.parametrize(("place", "made"), PLACES)
def test_a_key_is_a_name(place: str, made: Any, text: str) -> None:
    cluster, findings = site.from_value(made(text))
    assert cluster is None
    assert [(each.code, each.route[-1], place in each.route) for each in findings] == [("RL655", text, True)]


@pytest.mark.parametrize("text", [each for each in MORE if each.isprintable() and each])
def test_a_value_is_a_name(text: str) -> None:
    for value in (
        profile(node_types__a100={**NODE, "features": [text]}),
        profile(node_types__a100={**NODE, "gpu_type": text}),
        profile(gres_gpu=text),
        profile(launchers__batch={**BATCH, "unset": [text]}),
    ):
        cluster, findings = site.from_value(value)
        assert cluster is None
        assert {each.code for each in findings} == {"RL655"}


def test_a_feature_may_have_a_value() -> None:
    cluster, findings = site.from_value(profile(node_types__a100={**NODE, "features": ["gpu=3090"]}))
    assert cluster is not None
    assert findings == []


DIRECTIVES = [
    ({"arr": "0-9"}, "RL654"),
    ({"nosuch": 1}, "RL654"),
    ({"a\nb": 1}, "RL654"),
    ({"wrap": "x"}, "RL654"),
    ({"chdir": "/"}, "RL650"),
    ({"nodes": 2}, "RL650"),
    ({"mem": 1}, "RL650"),
    ({"distribution": "cyclic"}, "RL650"),
    ({"time": 1}, "RL650"),
    ({"gpus-per-task": 1}, "RL654"),
    ({"mail-type": True}, "RL670"),
    ({"requeue": "x"}, "RL670"),
]


@pytest.mark.parametrize(("said", "code"), DIRECTIVES)
def test_directives_are_in_the_table(said: dict[str, Any], code: str) -> None:
    cluster, findings = site.from_value(profile(directives=said))
    assert cluster is None
    assert [(each.code, each.route) for each in findings] == [(code, ("directives", next(iter(said))))]


def test_a_site_may_give_an_account() -> None:
    cluster, findings = site.from_value(profile(directives={"account": "ours", "requeue": True}))
    assert cluster is not None
    assert findings == []
