"""Numbers of a spec inside texts, and numbers that are too long for anything."""

from __future__ import annotations

import pytest
from asking import compiled

SPEC = 'relionc: 1\ncluster: lab\nrelion: "3.1"\n{top}jobs:\n  a:\n    type: class3d\n{job}\n'
OPTIONS = "    options: {fn_img: p.star, fn_ref: r.mrc}\n"
LONG = "9" * 5000


def built(job: str, top: str = ""):
    result = compiled(SPEC.format(top=top, job=job))
    assert result.plans, [each.message for each in result.diagnostics]
    return result.plans[0].job


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("007", "job007.star"),
        ("3.10", "job3.10.star"),
        ("2.0", "job2.0.star"),
        ("true", "jobtrue.star"),
        ("", "job.star"),
    ],
)
def test_a_variable_reads_inside_a_text_as_it_was_typed(value, path):
    job = built('    options: {fn_img: "job${{ vars.n }}.star", fn_ref: r.mrc}', top=f"vars:\n  n: {value}\n")
    assert job.options["fn_img"] == path


def test_a_computed_number_has_no_needless_fraction():
    job = built(
        '    options: {fn_img: "job${{ vars.n / 2 }}.star", fn_ref: r.mrc}\n'
        '    data: {particles: "${{ vars.n / 2 }}", box: 360}',
        top="vars: {n: 014}\n",
    )
    assert job.options["fn_img"] == "job7.star"
    assert job.data.particles is not None
    assert job.data.particles.value == 7


def test_folders_keep_the_spelling_of_a_number():
    job = built(
        OPTIONS + "    output: ${{ vars.job }}\n    project: ${{ vars.month }}",
        top="vars: {job: 010, month: 2018.10}\n",
    )
    assert (job.output, job.project) == ("010/", "2018.10")


@pytest.mark.parametrize("value", ["1_000", "2.5", LONG, "nothing"])
def test_a_fact_about_the_data_is_a_whole_number(value):
    text = SPEC.format(
        top=f'vars: {{n: "{value}"}}\n',
        job=f'{OPTIONS}    data: {{particles: "${{{{ vars.n }}}}", box: 360}}',
    )
    assert [(each.code, each.message) for each in compiled(text).diagnostics] == [
        ("RL109", "`particles` must be a whole number above 0")
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"slurm: {{nodelist: 'cn[{LONG}]'}}", ""),
        (f"resources: {{constraint: 'a*{LONG}'}}", "RL602"),
        (f"options: {{fn_img: p.star, fn_ref: r.mrc, nr_iter: 1e{LONG}}}", "RL129"),
    ],
)
def test_no_number_is_too_long_to_be_looked_at(line, code):
    text = SPEC.format(top="", job=(OPTIONS if "options" not in line else "") + f"    {line}")
    codes = [each.code for each in compiled(text).diagnostics if each.severity == "error"]
    assert codes == ([code] if code else [])


@pytest.mark.parametrize("value", ["4.0", "4.50", "0.0", "-1", "1e1"])
def test_the_number_of_an_option_is_passed_on_as_it_was_typed(value):
    job = built(f"    options: {{fn_img: p.star, fn_ref: r.mrc, ini_high: {value}}}")
    assert job.options["ini_high"] == value


def test_variables_that_lead_to_endless_others_are_told():
    top = (
        "vars:\n" + "".join(f'  v{n}: "${{{{ vars.v{n + 1} }}}}"\n' for n in range(500)) + "  v500: x.star\n"
    )
    text = SPEC.format(top=top, job='    options: {fn_img: "${{ vars.v0 }}", fn_ref: r.mrc}')
    assert [each.code for each in compiled(text).diagnostics] == ["RL030"]


@pytest.mark.parametrize("key", ["nodes", "gpus", "mem", "time", "scratch", "exclusive"])
def test_an_amount_is_not_left_to_the_shell(key):
    text = SPEC.format(top="", job=f'{OPTIONS}    resources: {{{key}: "${{{{ env.AMOUNT }}}}"}}')
    assert [(each.code, each.message) for each in compiled(text).diagnostics] == [
        ("RL107", f"{key}: `${{AMOUNT}}` is known only when the job runs")
    ]
