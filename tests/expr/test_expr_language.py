"""The expression language: what expressions mean, and what is said about wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from relionc.expr import ExprError, evaluate, parse, references, show
from relionc.expr.functions import FUNCTIONS

NAMES: dict[tuple[str, ...], Any] = {
    ("a",): 3,
    ("yes",): True,
    ("vars", "star"): "Particles/shiny.star",
    ("jobs", "class3d-fine", "outputs", "map"): "map.mrc",
}


def value(text: str) -> Any:
    return evaluate(parse(text), NAMES.__getitem__)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 // 2 + 7 % 2", 4),
        ("1 / 4", 0.25),
        ("-a + 1", -2),
        ("- 2 * 3", -6),
        ("2 < 3 and not (2 >= 3)", True),
        ("false and (1 / 0 == 1)", False),
        ("true or false and false", True),
        ("1 if a > 2 else 0", 1),
        ("1 if a > 9 else 2 if a > 2 else 3", 2),
        ("'x' in ['x', 'y']", True),
        ("'x' not in ['x', 'y']", False),
        ("'hin' in vars.star", True),
        ("1 == '1'", False),
        ("1 == true", False),
        ("1 == 1.0", True),
        ('"a\\n\\"b\\""', 'a\n"b"'),
        ("[1, 2] + [3]", (1, 2, 3)),
        ("[]", ()),
        ("jobs.class3d-fine.outputs.map", "map.mrc"),
        ("jobs.class3d-fine.outputs.map + '.gz'", "map.mrc.gz"),
        ("1e3 + 0.5", 1000.5),
        ("index(['a', 'b'], 'b')", 1),
        ("index(['a', 'b'], 'c')", -1),
        ("trues", None),
    ],
)
def test_values(text: str, result: Any) -> None:
    if result is None:
        with pytest.raises(ExprError, match="there is no 'trues'"):
            value(text)
    else:
        assert value(text) == result
        assert type(value(text)) is type(result)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("basename(vars.star)", "shiny.star"),
        ("dirname(vars.star)", "Particles"),
        ("dirname('x')", ""),
        ("stem(vars.star)", "shiny"),
        ("stem('.hidden')", ".hidden"),
        ("before_last('a*b*c', '*')", "a*b"),
        ("before_last('abc', '*')", "abc"),
        ("after_last('a*b*c', '*')", "c"),
        ("after_last('abc', '*')", "abc"),
        ("replace('aXbX', 'X', '-')", "a-b-"),
        ("replace_first('aXbX', 'X', '-')", "a-bX"),
        ("startswith('abc', 'ab') and endswith('abc', 'bc') and contains('abc', 'b')", True),
        ("lower('AbC') + upper('x')", "abcX"),
        ("join(['a', 2, 0.5], ':')", "a:2:0.5"),
        ("len('abc') + len([1])", 4),
        ("int('42') + int(3.9) + int(-3.9)", 42),
        ("float('1e2')", 100.0),
        ("str(2.0) + str(0.5) + str(true)", "20.5true"),
        ("pad(7, 3) + pad(1234, 3) + pad(-5, 3)", "0071234-05"),
        ("min(3, 1, 2) + max(1, 4)", 5),
        ("mid('run_it025_optimiser', 6, 6)", "025_op"),
        ("mid('abc', -1, 2)", "ab"),
        ("find('abcb', 'b') * 10 + rfind('abcb', 'b')", 13),
        ("rfind('abc', 'z')", -1),
        ("only('ab-9', '-') and not only('ab_9', '-')", True),
        ("in_job_folder('Extract/job012/mics') and not in_job_folder('Raw/jobs')", True),
        ("path_in_job('Extract/job012/mics/a')", "mics/a"),
        ("path_in_job('Extract/job012')", ""),
        ("path_in_job('job012/mics')", "mics"),
        ("path_in_job('Raw/mics')", "Raw/mics"),
        ("path_in_job('/job012/mics/job013/x')", "x"),
        ("path_in_job('Extract/170101.120000/mics')", "mics"),
        ("is_number('5x') and not is_number('x5')", True),
    ],
)
def test_functions(text: str, result: Any) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("12", 12.0),
        ("  -1.5e2xyz", -150.0),
        ("025_op", 25.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("", 0.0),
        ("$$myvar", 0.0),
        ("0.1", 0.10000000149011612),
        ("1e999", 3.4028234663852886e38),
        ("1e-999", 0.0),
        ("1e", 1.0),
        ("-2e+x", -2.0),
        ("0x10", 16.0),
        (" -0x.8p1x", -1.0),
        ("0x1p9999", 3.4028234663852886e38),
    ],
)
def test_num_reads_as_scanf_does(text: str, result: float) -> None:
    assert FUNCTIONS["num"][0](text) == result


@pytest.mark.parametrize("text", ["x", "-", ".", "+x1", "e5", "0x", "0xg", ".e1"])
def test_num_refuses_what_scanf_does_not_read(text: str) -> None:
    with pytest.raises(ExprError, match="is not a number"):
        FUNCTIONS["num"][0](text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("format(5 / 3)", "1.66667"),
        ("format(2.0)", "2"),
        ("format(0)", "0"),
        ("format(1234567)", "1.23457e+06"),
        ("format(0.00001)", "1e-05"),
        ("format(num('-0') * 2)", "-0"),
        ("format(num('0.1') * 2)", "0.2"),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(single(num('4') / num('1.277')))", 3),
    ],
)
def test_numbers_are_written_as_cpp_writes_them(text: str, result: Any) -> None:
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("'a' + 1", "cannot add text and a number", 4),
        ("1 + true", "cannot add a number and true/false", 2),
        ("[1] * 2", "cannot multiply a list and a number", 4),
        ("'a' * 99", "cannot multiply text and a number", 4),
        ("1 / (a - 3)", "cannot divide by zero", 2),
        ("a and true", "true or false is needed here, not a number; compare it", 2),
        ("1 if a else 2", "true or false is needed here, not a number; compare it", 2),
        ("'a' < 1", "cannot compare text with a number", 4),
        ("1 in 2", "cannot look for a number in a number", 2),
        ("a-1", "there is no 'a-1'; a minus sign needs spaces around it", 0),
        ("2 + vars.sta", "there is no 'vars.sta'", 4),
        ("lenn('x')", "there is no function 'lenn'", 0),
        ("len()", "len() takes 1 value, not 0", 0),
        ("max()", "max() takes 1 to 16 values, not 0", 0),
        ("1 + int('x')", "'x' is not a whole number", 4),
        ("1 +", "the expression ends too early", 3),
        ("", "the expression is empty", 0),
        ("1 2", "did not expect '2' here", 2),
        ("a = 3", "did not expect '=' here; write == to compare", 2),
        ("1 + 'x", "the text that starts here has no closing quote", 4),
        ("__import__('os')", "there is no function '__import__'", 0),
        ("a.__class__", "there is no 'a.__class__'", 0),
        ("1 + len(jobs['A/b-c'].d)", "there is no 'jobs[\"A/b-c\"].d'", 8),
        ("jobs[A/b].c", "did not expect '[' here; a job in brackets stands in quotes, as jobs[", 4),
        ("vars['a']", "did not expect '[' here", 4),
        ("99999999999999999999 + 1", "99999999999999999999 is too large a number", 0),
    ],
)
def test_mistakes_are_told_in_the_users_words(text: str, message: str, offset: int) -> None:
    with pytest.raises(ExprError) as caught:
        value(text)
    assert caught.value.message.startswith(message)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "9000000000000000000 * 9000000000000000000",
        "replace('" + "a" * 2000 + "', 'a', '" + "b" * 2000 + "')",
        "(" * 3000 + "1" + ")" * 3000,
        "1" + " + 1" * 2000,
        "-" * 100 + "1",
        "not " * 100 + "true",
    ],
)
def test_work_is_bounded(text: str) -> None:
    with pytest.raises(ExprError):
        value(text)


def test_names_are_listed_once_in_the_order_of_use() -> None:
    tree = parse("b.c + (a if x in [b.c, y] else max(z, a))")
    assert references(tree) == (("b", "c"), ("x",), ("y",), ("a",), ("z",))


@pytest.mark.parametrize("text", ['jobs["S/j012"].outputs.a-b', "jobs['a\"b']", "jobs.S.outputs.x"])
def test_the_name_of_a_job_may_stand_in_quotes(text: str) -> None:
    """As a whole and within more, which lark reads."""
    for each in (text, f" {text} ", f"[{text}]"):
        assert references(parse(each)) == references(parse(show(parse(each))))
    assert references(parse(text)) == references(parse(f"x if true else {text}"))[1:]
    assert references(parse('jobs["S/j012"].outputs.a-b')) == (("jobs", "S/j012", "outputs", "a-b"),)


def test_a_tree_is_shown_as_text_that_means_the_same() -> None:
    assert show(parse("1+2*a if not x.y in ['q'] else -f(2)")) == (
        '((1 + (2 * a)) if (not (x.y in ["q"])) else (- f(2)))'
    )
