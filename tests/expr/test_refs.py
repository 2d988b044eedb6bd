"""Shell references are parts of a text that no function of the language can cut, change or make."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.expr import Budget, ExprError, Ref, Text, evaluate, interpolate, parse
from relionc.expr.functions import CARRYING, FUNCTIONS
from relionc.expr.refs import AnyText, Units, braced, joined, masked, parts_of, show

NAMES = ("A", "HOME", "SLURM_JOB_ID")
_REFS = st.sampled_from(NAMES).map(Ref)
_LITERALS = st.text("aA/._j0b$ {}\ue000\U000f0000", max_size=6)
TEXTS = st.lists(st.one_of(_LITERALS, _REFS), max_size=6).map(joined)


def of_spec(text: str, **names: Any) -> Any:
    """Return what a scalar of a spec becomes: `env.X` is a reference, other names are given."""

    def lookup(parts: tuple[str, ...]) -> Any:
        return joined([Ref(parts[1])]) if parts[0] == "env" else names[parts[0]]

    return interpolate(text, lookup, Budget())


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A}", 'A}";touch x;"', "A B", "É", "a\n", "A\x02"])
def test_a_reference_has_a_name_that_a_shell_takes(name: str) -> None:
    with pytest.raises(ExprError, match="cannot be the name of a shell variable"):
        Ref(name)


def test_a_text_is_neither_a_string_nor_a_list_and_does_not_change() -> None:
    text = joined(["a", Ref("A"), "", "b", "c"])
    assert text == Text(("a", Ref("A"), "bc"))
    assert text != "a${A}bc"
    assert hash(text) == hash(Text(("a", Ref("A"), "bc")))
    assert not isinstance(text, str | tuple)
    with pytest.raises(AttributeError):
        text.parts = ()  # type: ignore[union-attr,misc]
    assert (show(text), str(text), masked(text)) == ("a${A}bc", "a${A}bc", "a\ufffcbc")
    assert joined(["a", "b"]) == "ab"


@given(TEXTS, TEXTS)
def test_texts_are_joined_part_by_part(one: AnyText, other: AnyText) -> None:
    both = joined([one, other])
    assert show(both) == show(one) + show(other)
    assert isinstance(both, str) == (isinstance(one, str) and isinstance(other, str))
    parts = parts_of(both)
    assert all(parts)
    assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(parts))


@given(TEXTS, TEXTS)
def test_a_reference_is_one_character_and_comes_back(one: AnyText, other: AnyText) -> None:
    units = Units(one, other)
    for text in (one, other):
        entered = units.enter(text)
        assert len(entered) == sum(len(part) if isinstance(part, str) else 1 for part in parts_of(text))
        assert units.leave(entered) == text


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a value with other names in its references."""
    if isinstance(value, Text):
        return Text(tuple(Ref(names[part.name]) if isinstance(part, Ref) else part for part in value.parts))
    return value


def outcome(name: str, arguments: list[Any]) -> Any:
    """Return what a function of the catalogue makes of values, or that it makes nothing."""
    values = {f"v{place}": argument for place, argument in enumerate(arguments)}
    tree = parse(f"{name}({', '.join(values)})")
    try:
        return evaluate(tree, lambda parts: values[parts[0]])
    except ExprError:
        return ExprError


@given(
    st.sampled_from(sorted(FUNCTIONS)), st.lists(st.one_of(TEXTS, st.integers(0, 9)), min_size=3, max_size=3)
)
def test_the_names_of_references_mean_nothing_to_the_catalogues_functions(
    name: str, values: list[Any]
) -> None:
    """With other names in the references the result is the same, but for those names: nothing looks inside."""
    other = {"A": "UPPER_lower_0", "HOME": "J", "SLURM_JOB_ID": "job001"}
    arguments = values[: FUNCTIONS[name][1][0]]
    expected = renamed(outcome(name, arguments), other)
    assert outcome(name, [renamed(value, other) for value in arguments]) == expected


@given(TEXTS, TEXTS)
def test_the_catalogue_compares_references_as_units(one: AnyText, other: AnyText) -> None:
    names = {"a": one, "b": other, "both": joined([one, other])}

    def value(text: str) -> Any:
        return evaluate(parse(text), lambda parts: names[parts[0]])

    assert value("a == b") == (one == other)
    assert value("a in both") is True
    assert value("contains(both, b)") is True
    assert value("startswith(both, a)") is True
    assert value("endswith(both, b)") is True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("${{ env.A }}", "${A}"),
        ("x${{ env.A }}y", "x${A}y"),
        ("${{ env.A + '/' + env.B }}", "${A}/${B}"),
        ("${{ str(env.A) }}", "${A}"),
        ("${{ join([env.A, 1, 'x'], env.B) }}", "${A}${B}1${B}x"),
        ("${{ [env.A, 2] }}!", "${A}, 2!"),
        ("${{ env.A if true else env.B }}", "${A}"),
    ],
)
def test_a_spec_may_put_references_into_texts(text: str, shown: str) -> None:
    assert show(of_spec(text)) == shown


_TWO = {name for name, (_, (least, most)) in FUNCTIONS.items() if least <= 2 <= most}


@pytest.mark.parametrize(
    "expression",
    [
        """replace(env.A, "A", 'HOME}";{touch,canary};:"')""",
        "env.A == 'x'",
        "env.A == env.A",
        "env.A != ''",
        "'x' in env.A",
        "env.A in 'x'",
        "env.A in ['x']",
        "'x' in [[env.A]]",
        "[env.A] == ['x']",
        "index([env.A], 'x')",
        "env.A < 'x'",
        "mid('x' + env.A, 0, 1)",
        "replace('abc', 'b', env.A)",
        *[
            f"{name}(env.A{', 1' * (FUNCTIONS[name][1][0] - 1)})"
            for name in sorted(set(FUNCTIONS) - CARRYING)
        ],
    ],
)
def test_everything_else_refuses_a_reference(expression: str) -> None:
    with pytest.raises(ExprError, match="a shell reference is known only when the job runs"):
        of_spec(f"${{{{ {expression} }}}}")


@pytest.mark.parametrize("name", ["1A", "A-B", "0"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ExprError, match="cannot be the name of a shell variable"):
        of_spec(f"${{{{ env.{name} }}}}")


def test_only_plain_names_in_braces_are_references_of_a_profile() -> None:
    assert parts_of(braced("/l/${A}/${B}x")) == ("/l/", Ref("A"), "/", Ref("B"), "x")
    for text in ("$A", "${}", "${1}", "${É}", "${A;b}", "${A", "${A:-x}"):
        assert braced(text) == text
