"""Functions composed at random around shell references: the program gets what was asked, or the build is refused."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from standins import CANARY
from test_specs_of_strangers import SLURM, compiled, local, ran

SOAK = os.environ.get("RELIONC_SOAK") == "1"

ENVIRONMENT = {"HOME": "/home/somebody", **SLURM}
NICE = ("ab", "/", ".mrc", "_1", "HOME", "SLURM", "job001/")
NASTY = (
    f'HOME}}";{{touch,{CANARY}}};:"', "}", "${", '"', "'", "\\", "`", f"$(touch {CANARY})", "\x01", "\x02",
    "\ue000", "\ufffc", ";", "\x01HOME\x02", "{HOME}", "$",
)  # fmt: skip


class Asked(NamedTuple):
    """An expression, and the text it means when the job runs; None where it asks what nobody knows before."""

    text: str
    meant: str | None
    refers: bool


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def literal(text: str) -> Asked:
    return Asked(quoted(text), text, refers=False)


def reference(name: str) -> Asked:
    return Asked(f"env.{name}", ENVIRONMENT[name], refers=True)


def added(one: Asked, other: Asked) -> Asked:
    return _carried(f"({one.text} + {other.text})", "", one, other)


def put_together(one: Asked, other: Asked, mark: Asked) -> Asked:
    refers = one.refers or other.refers or mark.refers
    known = [part.meant for part in (one, mark, other)]
    meant = None if None in known else "".join(map(str, known))
    return Asked(f"join([{one.text}, {other.text}], {mark.text})", meant, refers)


def chosen(one: Asked, other: Asked) -> Asked:
    return one._replace(text=f"({one.text} if 1 < 2 else {other.text})")


def _carried(text: str, between: str, *parts: Asked) -> Asked:
    known = [part.meant for part in parts]
    meant = None if None in known else between.join(map(str, known))
    return Asked(text, meant, any(part.refers for part in parts))


def as_text(one: Asked) -> Asked:
    return one._replace(text=f"str({one.text})")


def cut(function: str, one: Asked, other: Asked, third: Asked) -> Asked:
    """Return a function that looks at characters: of literal texts it is not asked here what it means."""
    count = {
        "lower": 1,
        "upper": 1,
        "basename": 1,
        "dirname": 1,
        "stem": 1,
        "before_last": 2,
        "after_last": 2,
    }
    arguments = (one, other, third)[: count.get(function, 3)]
    refers = any(argument.refers for argument in arguments)
    text = f"{function}({', '.join(argument.text for argument in arguments)})"
    if function == "mid":
        text, refers = f"mid({one.text}, 1, 4)", one.refers
    meant = None if refers else _of_literals(function, *(argument.meant for argument in (one, other, third)))
    return Asked(text, meant, refers=False)


def _of_literals(function: str, one: Any, other: Any, third: Any) -> str | None:
    if one is None or (function == "replace" and (not other or third is None)):
        return None
    if function in ("lower", "upper"):
        return str(getattr(one, function)())
    if function == "mid":
        return str(one[1:5])
    return str(one.replace(other, third)) if function == "replace" else None


FUNCTIONS = ("lower", "upper", "basename", "dirname", "stem", "before_last", "after_last", "mid", "replace")
LEAVES = st.one_of(
    st.sampled_from(NICE).map(literal),
    st.sampled_from(sorted(ENVIRONMENT)[:2]).map(reference),
    st.sampled_from(NASTY).map(literal),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(added, inner, inner),
        st.builds(added, inner, inner),
        st.builds(put_together, inner, inner, inner),
        st.builds(chosen, inner, inner),
        st.builds(as_text, inner),
        st.builds(cut, st.sampled_from(FUNCTIONS), inner, inner, inner),
    ),
    max_leaves=6,
)


def arrived(texts: str) -> list[str] | None:
    """Return the words that the program gets of a job with this mask; None where the build is refused."""
    result = compiled(local({"options": {"fn_mask": texts}}))
    if result.files is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        (words,) = ran(result, Path(name), ".")
    return words


@settings(deadline=None, max_examples=5000 if SOAK else 150, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS, st.sampled_from(["m", "m/"]))
@example(Asked(f'replace(env.HOME, "HOME", {quoted(NASTY[0])})', None, refers=False), "m")
@example(added(reference("HOME"), literal(NASTY[0])), "m")
def test_what_was_asked_arrives_or_the_build_is_refused(asked: Asked, before: str) -> None:
    words = arrived(f"{before}${{{{ {asked.text} }}}}")
    event("refused" if words is None else "ran")
    if words is not None and asked.meant is not None:
        assert before + asked.meant in words


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(NICE[:4]).map(literal), st.just(reference("HOME"))), min_size=1))
def test_references_put_together_with_usual_texts_are_built(parts: list[Asked]) -> None:
    asked = parts[0]
    for part in parts[1:]:
        asked = added(asked, part)
    words = arrived(f"m${{{{ {asked.text} }}}}")
    assert words is not None
    assert f"m{asked.meant}" in words


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_that_looks_at_characters_is_refused(function: str) -> None:
    asked = cut(function, reference("HOME"), literal("HOME"), literal(NASTY[0]))
    result = compiled(local({"options": {"fn_mask": f"${{{{ {asked.text} }}}}"}}))
    assert result.files is None
    assert [found.code for found in result.diagnostics] == ["RL030"]
    assert "known only when the job runs" in json.dumps([found.message for found in result.diagnostics])
