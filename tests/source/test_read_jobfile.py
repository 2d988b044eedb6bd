"""RELION's job files are read as RELION reads them, down to its oddities."""

from __future__ import annotations

from pathlib import Path

import pytest

from relionc.source.jobfile import LONGEST_LINE, NotRead, read

DATA = Path(__file__).parent.parent / "data" / "jobstar"
HEAD = "\n# version 30001\n\ndata_job\n\n_rlnJobType    9\n_rlnJobIsContinue   1\n \n"
VALUES = "\ndata_joboptions_values\n\nloop_ \n_rlnJobOptionVariable #1 \n_rlnJobOptionValue #2 \n"


def values(rows: str, head: str = HEAD + VALUES) -> dict[str, str]:
    return {name: value for name, value, _ in read((head + rows).encode(), "job.star").rows}


def refusal(text: str | bytes) -> str:
    with pytest.raises(NotRead) as caught:
        read(text.encode() if isinstance(text, str) else text, "job.star")
    assert caught.value.diagnostic.code == "RL140"
    return str(caught.value)


def test_a_star_file_says_its_type_and_its_options() -> None:
    found = read((DATA / "5.0.1" / "10_Refine3D_tomo.job.star").read_bytes(), "x")
    assert (found.style, found.label, found.is_continue, found.is_tomo) == (
        "job.star",
        "relion.refine3d",
        False,
        True,
    )
    options = {name: value for name, value, _ in found.rows}
    assert options["sampling"] == "7.5 degrees"
    assert options["fn_mask"] == ""
    name, _, line = found.rows[3]
    assert found.text.split("\n")[line].split()[0] == name


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("data_2018/particles.star", "data_2018/particles.star"),  # no bare value in CIF
        ("$SCRATCH", "$SCRATCH"),
        ("_x", "_x"),
        ("it's", "it's"),
        ('mid"dle', 'mid"dle'),
        ('""', ""),
        ("''", ""),
        ('" -a b "', " -a b "),
        ('"two  blanks\tand a tab"', "two blanks and a tab"),
        ('"say "x"y"', 'say "x"y'),
        ("", ""),
        ("value # remark", "value"),
        ("a#b", "a#b"),
        ("\abell", "bell"),
    ],
)
def test_values_are_read_as_relion_reads_them(cell: str, value: str) -> None:
    assert values(f"fn_in {cell} \nnr_iter 5 \n") == {"fn_in": value, "nr_iter": "5"}


def test_the_table_ends_at_an_empty_line_and_columns_go_by_their_names() -> None:
    head = HEAD + "data_joboptions_values\nloop_\n_rlnJobOptionValue #1\n_rlnJobOptionVariable #2\n"
    assert values("5 nr_iter\n# a remark\n6 nr_classes\n \nx y\n", head) == {
        "nr_iter": "5",
        "": "",
        "nr_classes": "6",
    }


@pytest.mark.parametrize(("flag", "is_set"), [("1", True), ("0", False), ("2", True), ("Yes", False)])
def test_flags_are_numbers(flag: str, is_set: bool) -> None:
    text = HEAD.replace("_rlnJobIsContinue   1", f"_rlnJobIsContinue {flag}") + VALUES
    assert read(text.encode(), "x").is_continue == is_set


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no table data_job"),
        ("# nothing\n", "no table data_job"),
        (HEAD, "no table data_joboptions_values"),
        ("data_job\n_rlnJobType\n" + VALUES, "_rlnJobType has no value"),
        ("data_job\n_rlnJobIsContinue 0\n" + VALUES, "what type"),
        (HEAD + "data_joboptions_values\nloop_\n_rlnOther #1\n", "no columns"),
        (HEAD + VALUES + "fn_in two words\n", "3 values for 2 columns"),
        (HEAD + VALUES + 'fn_in "open\n', "a quote is not closed"),
        ((HEAD + VALUES).replace("\n", "\r\n"), "Windows"),
        (HEAD + VALUES + "fn_in a\x01b\n", "control characters"),
        (HEAD + VALUES + f"fn_in {'x' * LONGEST_LINE}\n", "over 16,384 characters"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_relion_stops_at_is_refused(text: str | bytes, words: str) -> None:
    assert words in refusal(text)


def test_a_run_job_goes_by_labels_and_the_first_line_that_begins_with_one() -> None:
    text = "job_type == 9\nis_continue == true\nMask: == a == b\nMask: == c\nMask edge: == 3\nBare:\n"
    found = read(text.encode(), "run.job")
    assert (found.style, found.number, found.is_continue) == ("run.job", "9", True)
    assert found.labelled("Mask:") == ("b", 2)  # behind the last mark
    assert found.labelled("Mask") == ("b", 2)  # a label that others begin with
    assert found.labelled("Mask edge:") == ("3", 4)
    assert found.labelled("Nothing") is None
    assert found.labelled("") is None
    assert [name for name, _, _ in found.rows] == ["Mask: == a", "Mask:", "Mask edge:"]


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_default_job_file_is_read(path: Path) -> None:
    found = read(path.read_bytes(), path.name)
    assert found.style == path.name.split("_")[-1].partition(".")[2]
    assert len(found.rows) > 5
    assert found.number or found.label
