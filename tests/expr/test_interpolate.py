"""Expressions inside the scalars of a spec."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from relionc.expr import Budget, ExprError, Text, has_expressions, references_in
from relionc.expr import interpolate as interpolate_with
from relionc.expr.refs import Ref, joined

if TYPE_CHECKING:
    from relionc.expr import Lookup

ROOT = Path(__file__).parent.parent.parent


def interpolate(text: str, lookup: Lookup) -> Any:
    return interpolate_with(text, lookup, Budget())


def lookup(parts: tuple[str, ...]) -> Any:
    if parts[0] == "env":
        return joined([Ref(parts[1])])
    return {("vars", "n"): 6, ("vars", "star"): "a.star", ("vars", "half"): 0.5, ("vars", "on"): True}[parts]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$ {{ no }}", "$ {{ no }}"),
        ("${{ vars.n }}", 6),
        ("${{vars.n}}", 6),
        ("${{ vars.n * 2 }}", 12),
        ("${{ vars.on }}", True),
        ("n=${{ vars.n }}", "n=6"),
        ("${{ vars.n }} ", "6 "),
        ("${{ vars.half }}/${{ vars.n / 2 }}", "0.5/3"),
        ("${{ vars.on }}!", "true!"),
        ("/lscratch/${{ env.SLURM_JOB_ID }}", Text(("/lscratch/", Ref("SLURM_JOB_ID")))),
        ("${{ '}}' }}", "}}"),
        ("${{ \"a}}\" + 'b' }}", "a}}b"),
        ("${{ vars.star }}${{ vars.star }}", "a.stara.star"),
    ],
)
def test_scalars(text: str, result: Any) -> None:
    assert interpolate(text, lookup) == result
    assert type(interpolate(text, lookup)) is type(result)
    assert has_expressions(text) == ("${{" in text)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("x ${{ vars.n", "this ${{ has no closing }}", 2),
        ("x ${{ 'a }}", "this ${{ has no closing }}", 2),
        ("x ${{ }}", "the expression is empty", 5),
        ("x ${{ 1 + vars.m }}", "there is no 'vars.m'", 10),
        ("x ${{ vars.n + 'b' }}", "cannot add a number and text", 13),
        ("x ${{ vars.n 2 }}", "did not expect '2' here", 13),
    ],
)
def test_offsets_of_mistakes_count_in_the_scalar(text: str, message: str, offset: int) -> None:
    with pytest.raises(ExprError) as caught:
        interpolate(text, lookup)
    assert (caught.value.message, caught.value.offset) == (message, offset)


def test_references_are_found_in_all_expressions() -> None:
    text = "${{ vars.a }}/${{ jobs.x.outputs.map + vars.a }}"
    assert references_in(text, Budget()) == (("vars", "a"), ("jobs", "x", "outputs", "map"))
    assert references_in("plain", Budget()) == ()


def test_names_and_literals_are_read_without_lark() -> None:
    code = (
        "import sys; from relionc.expr import Budget, interpolate, references_in; b = Budget()\n"
        "for text in ['plain', '${{ vars.n }}', 'a/${{ jobs.class3d-x.outputs.map }}/${{ env.X }}',\n"
        "             '${{ 4 }}', '${{ 1.5 }}', \"${{ 'text' }}\", '${{ true }}']:\n"
        "    interpolate(text, lambda parts: 'x', b); references_in(text, b)\n"
        "print('lark' in sys.modules); interpolate('${{ 1 + 1 }}', dict().get, b); print('lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
