"""`relionc cluster show` of any file says what is wrong with it, or shows it; what is printed is clean."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_profiles_of_strangers import profile
from test_specs_of_strangers import NASTY, TEXTS

from relionc.__main__ import _guarded

DRAWS = 1000 if os.environ.get("RELIONC_SOAK") else 60
WHOLE = profile(
    {
        "title": "t",
        "source": "s",
        "date": "2026",
        "mpi_plugins": ["pmix"],
        "modes": ["homogeneous"],
        "scratch": {"path": "/l/${SLURM_JOB_ID}", "gres": "l", "minimum": 5},
        "policy": {"threads": {"refine3d": 4}, "idle_cpus": {"hetjob": 8}, "time": "1-0"},
        "versions": ["3.1"],
        "modules": {"*": ["module load relion"]},
        "environment": {"A": "b"},
        "allocation": ["salloc"],
        "directives": {"account": "ours"},
        "notes": ["n"],
        "sources": {"partitions.p.node_types": {"source": "s", "unverified": True}},
    }
)
OVER = {
    "profile": 1,
    "extends": "biowulf",
    "name": "ours",
    "source": "s",
    "node_types": {"a100": {"memory": "240G", "source": "s"}, "l40": None},
    "partitions": {"gpu": {"max_time": "1-0", "node_types": ["a100"]}},
    "launchers": {"batch": {"exports": {"A": "b"}}},
    "sources": {"node_types.a100.memory": "s"},
    "directives": {"comment": "x"},
}
ODD = [None, True, 0, -1, 1e400, 10**30, [], {}, [[]], {"a": {"b": {}}}, [None], "", "x" * 3000]


def places(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the routes to all parts of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [route, *(deeper for key, part in inner for deeper in places(part, (*route, key)))]


def changed(value: Any, route: tuple[Any, ...], new: Any, *, key: bool) -> Any:
    """Return a copy with `new` at the route, or as the name of the key there."""
    if not route:
        return new
    out = copy.deepcopy(value)
    at = out
    for step in route[:-1]:
        at = at[step]
    if key and isinstance(at, dict):
        at[str(new)] = at.pop(route[-1])
    else:
        at[route[-1]] = new
    return out


@st.composite
def profiles(draw: st.DrawFn) -> Any:
    """Draw a profile, whole or on top of a built-in one, in which one or two things are something else."""
    value: Any = draw(st.sampled_from([WHOLE, OVER]))
    for _ in range(draw(st.integers(1, 2))):
        route = draw(st.sampled_from(places(value)))
        new = draw(st.one_of(TEXTS, st.sampled_from(ODD)))
        value = changed(value, route, new, key=draw(st.booleans()))
    return value


def shown(text: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    Path("profile.yaml").write_text(text, "utf-8", errors="surrogatepass")
    code = _guarded(["cluster", "show", "./profile.yaml"])
    out, errors = capfd.readouterr()
    return code, out + errors


@settings(deadline=None, max_examples=DRAWS, suppress_health_check=list(HealthCheck))
@given(value=profiles(), escaped=st.booleans())
def test_a_profile_is_shown_or_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    value: Any,
    *,
    escaped: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = shown(json.dumps(value, ensure_ascii=escaped), capfd)
    assert code in (0, 1), printed
    assert printed
    assert "Traceback" not in printed
    assert [sign for sign in printed if not sign.isprintable() and sign != "\n"] == []


@pytest.mark.parametrize("text", NASTY)
def test_an_unknown_base_is_explained(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = shown(json.dumps({"profile": 1, "name": "x", "extends": text}, ensure_ascii=False), capfd)
    assert code == 1
    assert "error[RL" in printed


@pytest.mark.parametrize(
    "text", ["", "\0", "- a", "a: [", "a: &x [*x]", "? [a]\n: b", "\ud800", "profile: 1\n" * 2, "5"]
)
def test_a_file_that_is_no_profile_is_explained(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = shown(text, capfd)
    assert code == 1
    assert "error[RL" in printed
