"""What a person reads on the terminal."""

from __future__ import annotations

from relionc.diag import Diagnostic, Fix, Place, Suggestion, TextSpan
from relionc.diag.excerpts import lines_shown
from relionc.diag.render import text
from relionc.diag.summary import summary

SPEC = """\
relionc: 1
cluster: biowulf-2018
jobs:
  class3d:
    options:
      K: 6
      do_preread_images: yes
    resources:
      ntasks_per_node: 6
"""


def found(message: str, span: TextSpan | None, code: str = "RL104", **more: object) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, path="specs/ribo.yaml", span=span, **more)  # type: ignore[arg-type]


def show(*diagnostics: Diagnostic, source: str = SPEC, color: bool = False) -> str:
    return text(diagnostics, lines_shown(diagnostics, {"specs/ribo.yaml": source}), color=color)


def test_a_mistake() -> None:
    one = found(
        "RELION 3.1 has no option `K` for class3d",
        TextSpan(6, 7, 6, 8),
        help="the option is called `nr_classes` (it becomes `--K 6`)",
        why="flags are not option names",
    )
    assert show(one) == (
        "specs/ribo.yaml:6:7: error[RL104]: RELION 3.1 has no option `K` for class3d\n"
        "    6 |       K: 6\n"
        "      |       ^\n"
        "   help: the option is called `nr_classes` (it becomes `--K 6`)\n"
        "   why: flags are not option names\n"
    )


def test_a_conflict_shows_each_line_and_what_would_fit() -> None:
    no = found(
        "these requirements cannot be met together",
        TextSpan(9, 24, 9, 25),
        code="RL402",
        why="6 x 45.6 = 273.8 GiB > 240 GiB",
        conflict=(
            Place(message="6 ranks on the first node", span=TextSpan(9, 24, 9, 25)),
            Place(message="45.6 GiB per rank", span=TextSpan(7, 26, 7, 29)),
            Place(
                message="gpuk80 nodes have 240 GiB", span=TextSpan(2, 10, 2, 22), source="profile, 2018-05"
            ),
            Place(message="a node keeps 2 GiB for itself", span=None, source="measured"),
        ),
        suggestions=(
            Suggestion(
                changes=((("jobs", "class3d", "resources", "ntasks_per_node"), "5"),), result="17 ranks"
            ),
            Suggestion(
                changes=(
                    (("jobs", "class3d", "resources", "nodes"), "6"),
                    (("jobs", "class3d", "resources", "ntasks_per_node"), "4"),
                ),
                result="21 ranks",
            ),
        ),
    )
    assert show(no) == (
        "specs/ribo.yaml:9:24: error[RL402]: these requirements cannot be met together\n"
        "    9 |       ntasks_per_node: 6      6 ranks on the first node\n"
        "    7 |       do_preread_images: yes  45.6 GiB per rank\n"
        "    2 | cluster: biowulf-2018         gpuk80 nodes have 240 GiB  [profile, 2018-05]\n"
        "      =                               a node keeps 2 GiB for itself  [measured]\n"
        "   why: 6 x 45.6 = 273.8 GiB > 240 GiB\n"
        "   nearest that fits:\n"
        "     a) ntasks_per_node: 5            17 ranks\n"
        "     b) nodes: 6, ntasks_per_node: 4  21 ranks\n"
    )


def test_carets_stay_under_what_they_mean() -> None:
    line = "\tä:\t漢字 = 'x'\te\u0301 end"
    begin = line.index("'x'") + 1
    last = line.index("end") + 1
    shown = show(
        found("a", TextSpan(1, begin, 1, begin + 3)), found("b", TextSpan(1, last, 1, last + 3)), source=line
    )
    _, first, under, _, second, under_too = shown.splitlines()
    assert first == second == "    1 |     ä:  漢字 = 'x'  e\u0301 end"
    cells = [2 if char in "漢字" else 0 if char == "\u0301" else 1 for char in first]
    assert under.index("^") == sum(cells[: first.index("'x'")])
    assert under.count("^") == 3
    assert under_too.index("^") == sum(cells[: first.index("end")])


def test_a_wide_word_is_underlined_whole() -> None:
    assert show(found("a", TextSpan(1, 4, 1, 6)), source="a: 漢字").splitlines()[2] == "      |    ^^^^"


def test_an_empty_span_and_one_over_lines_get_a_caret() -> None:
    assert show(found("a", TextSpan(3, 6, 3, 6))).splitlines()[2] == "      |      ^"
    assert show(found("a", TextSpan(4, 3, 9, 25))).splitlines()[2] == "      |   ^^^^^^^^"


def test_a_very_long_line_is_shown_in_part() -> None:
    line = "a: " + "x" * 500 + " HERE " + "y" * 500
    at = line.index("HERE") + 1
    shown = show(found("a", TextSpan(1, at, 1, at + 4)), source=line).splitlines()
    assert len(shown[1]) < 200
    assert shown[1][shown[2].index("^") :].startswith("HERE")


def test_nothing_from_a_file_reaches_the_terminal_raw() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\r\x00"
    path = f"specs/{evil}.yaml"
    one = Diagnostic(
        code="RL010",
        severity="error",
        message=f"no `{evil}`",
        path=path,
        span=TextSpan(1, 1, 1, 2),
        help=evil,
        why=evil,
        conflict=(Place(message=evil, span=TextSpan(2, 1, 2, 2), source=evil),),
        suggestions=(Suggestion(changes=(((evil,), evil),), result=evil),),
    )
    shown = text([one], lines_shown([one], {path: f"{evil}\n{evil}\n"}), color=False)
    assert shown.replace("\n", "").isprintable()
    assert r"\x1b[2J" in shown


def test_order_is_by_place_and_each_is_told_once() -> None:
    three = [
        found("late", TextSpan(9, 1, 9, 2)),
        found("early", TextSpan(1, 1, 1, 2)),
        found("whole file", None),
    ]
    lines = [line for line in show(*three, *three).splitlines() if "error" in line]
    assert [line.rpartition(": ")[2] for line in lines] == ["whole file", "early", "late"]
    assert lines[0].startswith("specs/ribo.yaml: error[RL104]")


def test_without_the_source_the_words_remain() -> None:
    assert text([found("a", TextSpan(3, 1, 3, 2), help="b")], {}, color=False).splitlines() == [
        "specs/ribo.yaml:3:1: error[RL104]: a",
        "   help: b",
    ]


def test_a_place_behind_the_end_of_the_text_is_no_trouble() -> None:
    assert "error[RL104]: a" in show(found("a", TextSpan(99, 1, 99, 2)))


def test_colour_is_only_added() -> None:
    one = found("a", TextSpan(6, 7, 6, 8), help="b")
    colored = show(one, color=True)
    assert "\x1b[" in colored
    bare = colored
    for code in ("31;1", "1", "0"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert bare == show(one)


def test_summary() -> None:
    two = [found("a", TextSpan(1, 1, 1, 2)), found("b", TextSpan(1, 1, 1, 2))]
    warning = Diagnostic(code="RL300", severity="warning", message="c", path="p", span=None)
    assert summary([*two, *two, warning], 1) == "2 errors, 1 warning in 1 spec"
    assert (
        summary([], 3, ["Slurm (offline)", "STAR"])
        == "no problems in 3 specs; not checked: Slurm (offline), STAR"
    )


def test_fixes_do_not_change_the_text() -> None:
    assert show(found("a", None, fixes=(Fix("t", ("a",), 1),))) == show(found("a", None))
