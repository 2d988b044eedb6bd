"""Names in a profile are names: what a shell, sbatch or a terminal would read as more is refused, with its place."""

from __future__ import annotations

from typing import Any

import pytest
from test_own_profile import BATCH, NODE, profile

from relionc.pipeline.profile import from_value

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
    cluster, findings = from_value(made(text))
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
        cluster, findings = from_value(value)
        assert cluster is None
        assert {each.code for each in findings} == {"RL655"}


def test_a_feature_may_have_a_value() -> None:
    cluster, findings = from_value(profile(node_types__a100={**NODE, "features": ["gpu=3090"]}))
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
    cluster, findings = from_value(profile(directives=said))
    assert cluster is None
    assert [(each.code, each.route) for each in findings] == [(code, ("directives", next(iter(said))))]


def test_a_site_may_give_an_account() -> None:
    cluster, findings = from_value(profile(directives={"account": "ours", "requeue": True}))
    assert cluster is not None
    assert findings == []


HIDDEN = [
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u200b",
    "\u202e",
    "\u2028",
    "\u3164",
    "\u2800",
    "\t",
    "\x7f",
    "\ufeff",
]
WORDS: list[tuple[str, Any]] = [
    ("argv", lambda text: profile(launchers__batch={"argv": ["srun", "-n", "{ntasks}", text]})),
    ("program", lambda text: profile(launchers__batch={"argv": [text, "-n", "{ntasks}"]})),
    ("exports", lambda text: profile(launchers__batch={**BATCH, "exports": {"A": text}})),
    ("allocation", lambda text: profile(allocation=["salloc", text])),
    ("environment", lambda text: profile(environment={"A": text})),
    ("modules", lambda text: profile(modules={"*": [text]})),
    ("scratch", lambda text: profile(scratch={"path": f"/l/{text}/${{SLURM_JOB_ID}}"})),
    ("directives", lambda text: profile(directives={"comment": text})),
]


@pytest.mark.parametrize("sign", HIDDEN)
@pytest.mark.parametrize(("place", "made"), WORDS)
def test_what_nobody_sees_is_in_no_word(place: str, made: Any, sign: str) -> None:
    for text in (sign, f"a{sign}b", f"{sign}a", f"a{sign}"):
        cluster, findings = from_value(made(text))
        assert cluster is None
        assert [each.code for each in findings] == ["RL670"]
        assert f"U+{ord(sign):04X}" in findings[0].message


@pytest.mark.parametrize(
    "path", ["/a b", "/a;b", "/$(x)", "/$X", "$TMPDIR", "/a*", "/a'b", '/a"b', "/a\\b", "/${X:-y}", "/~"]
)
def test_a_scratch_folder_stands_in_commands_of_relion(path: str) -> None:
    cluster, findings = from_value(profile(scratch={"path": path}))
    assert cluster is None
    assert "RL655" in {each.code for each in findings}


@pytest.mark.parametrize("path", ["/l/${SLURM_JOB_ID}", "${TMPDIR}", "/scratch-2/größe/j${SLURM_JOB_ID}.x"])
def test_a_usual_scratch_folder_is_fine(path: str) -> None:
    cluster, findings = from_value(profile(scratch={"path": path}))
    assert cluster is not None
    assert findings == []


def test_a_command_is_a_list() -> None:
    for value in (
        profile(launchers__batch={"argv": "srun -n {ntasks}"}),
        profile(allocation="salloc -p gpu"),
    ):
        cluster, findings = from_value(value)
        assert cluster is None
        assert [each.code for each in findings] == ["RL670"]
        assert "[s" in findings[0].help
