"""Slurm's small grammars: round trips for anything, and the words people type."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc.slurm.constraint import (
    constraint_allows,
    format_constraint,
    parse_constraint,
)
from relionc.slurm.gres import Gres, parse_gres
from relionc.slurm.hostlist import parse_hostlist
from relionc.slurm.sizes import format_memory, parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, format_time, parse_time

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
HOSTS = st.tuples(st.sampled_from(["cn", "gpu-", "a1b", ""]), st.integers(0, 120), st.integers(0, 4)).map(
    lambda part: f"{part[0]}{str(part[1]).zfill(part[2])}"
)


# --- times ---


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 5400),
        ("90:30", 5430),
        ("12:00:00", 43200),
        ("1-12", 129600),
        ("1-12:30", 131400),
        ("1-00:00:00", 86400),
        ("5-00:00:01", 432001),
        ("90:00:00", 324000),  # Slurm does not mind more than 24 hours
        ("0", UNLIMITED),
        ("UNLIMITED", UNLIMITED),
        ("infinite", UNLIMITED),
    ],
)
def test_time_forms_of_sbatch(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    ("text", "advice"),
    [("24h", "1-00:00:00"), ("2 days", "2-00:00:00"), ("90min", "01:30:00"), ("12 hours", "12:00:00")],
)
def test_a_time_in_words_is_refused_with_slurms_spelling(text: str, advice: str) -> None:
    with pytest.raises(SlurmSyntaxError) as error:
        parse_time(text)
    assert text in error.value.message
    assert advice in error.value.help


@pytest.mark.parametrize(
    "text", ["", "1-", "-5", "1:2:3:4", "1-2-3", ":30", "5:", " 5", "1-2:3:4:5", "٣", "9" * 20]
)
def test_no_time(text: str) -> None:
    with pytest.raises(SlurmSyntaxError):
        parse_time(text)


@given(st.integers(1, 400 * 86400))
def test_a_formatted_time_reads_back(seconds: int) -> None:
    assert parse_time(format_time(seconds)) == seconds


def test_unlimited_is_longer_than_every_time_and_reads_back() -> None:
    assert parse_time("9999-00:00:00") < UNLIMITED
    assert parse_time(format_time(UNLIMITED)) == UNLIMITED


# --- sizes ---


@pytest.mark.parametrize(
    ("text", "unit", "mib"),
    [
        ("4200", "M", 4200),
        ("200", "G", 204800),
        ("200G", "M", 204800),
        ("200g", "M", 204800),
        ("200GB", "M", 204800),  # Slurm takes the B and still means GiB
        ("2T", "G", 2097152),
        ("1K", "M", 1),  # rounded up
        ("1025K", "M", 2),
        ("0", "M", 0),
    ],
)
def test_sizes(text: str, unit: str, mib: int) -> None:
    assert parse_size(text, unit) == mib


@pytest.mark.parametrize(
    ("text", "advice"),
    [("1.5G", "1536M"), ("200 G", "200G"), ("200GiB", "200G"), ("0.5T", "512G"), ("6 x", "K, M")],
)
def test_a_size_slurm_refuses_comes_with_one_it_takes(text: str, advice: str) -> None:
    with pytest.raises(SlurmSyntaxError) as error:
        parse_size(text)
    assert advice in error.value.help


@given(st.integers(0, 2**40))
def test_a_formatted_size_reads_back(mib: int) -> None:
    assert parse_size(format_memory(mib)) == mib


# --- gres ---


def test_gres_of_a_job_and_of_sinfo() -> None:
    wanted = (Gres("gpu", "k80", 4), Gres("lscratch", "", 200))
    assert parse_gres("gpu:k80:4,lscratch:200") == wanted
    assert parse_gres("gpu:k80:4(S:0-1),lscratch:200(IDX:0,2)") == wanted
    assert list(map(str, wanted)) == ["gpu:k80:4", "lscratch:200"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("gpu", "gpu:1"), ("gpu:2", "gpu:2"), ("gpu:a100", "gpu:a100:1"), ("lscratch:2K", "lscratch:2048")],
)
def test_short_gres(text: str, shown: str) -> None:
    assert list(map(str, parse_gres(text))) == [shown]


@pytest.mark.parametrize("text", ["none", "", "(null)"])
def test_no_gres(text: str) -> None:
    assert parse_gres(text) == ()


@pytest.mark.parametrize("text", ["gpu:", "gpu::4", "gpu:k80:x", "gpu:k80:4,", "gpu k80", "gpu:k80:4(S:0"])
def test_wrong_gres(text: str) -> None:
    with pytest.raises(SlurmSyntaxError):
        parse_gres(text)


@given(
    st.lists(
        st.builds(
            Gres, NAMES, st.just("") | st.from_regex("[a-z]{3,8}", fullmatch=True), st.integers(0, 9999)
        )
    )
)
def test_gres_reads_back(items: list[Gres]) -> None:
    assert list(parse_gres(",".join(map(str, items)))) == items


# --- host lists ---


@given(st.lists(HOSTS, max_size=30))
def test_a_host_list_reads_back_in_order(hosts: list[str]) -> None:
    hosts = [host for host in hosts if host]
    assert parse_hostlist(",".join(hosts)) == hosts


def test_a_run_of_hosts_is_unfolded() -> None:
    hosts = parse_hostlist("cn[0001-0008,0012],gpu1")
    assert hosts[:2] == ["cn0001", "cn0002"]
    assert hosts[-2:] == ["cn0012", "gpu1"]
    assert len(hosts) == 10
    assert parse_hostlist("cn[9-10,010]") == ["cn9", "cn10", "cn010"]


@pytest.mark.parametrize(
    "text", ["a[3-1]", "a[]", "a[1,]", "a[1--2]", "a[0x]", "a[1-3]-ib", "a[1-2", "a]", "a[[1]]", "a b"]
)
def test_no_host_list(text: str) -> None:
    with pytest.raises(SlurmSyntaxError):
        parse_hostlist(text)


@pytest.mark.parametrize(
    "text", ["a[0-99999999]", "a[0-999]b[0-999]", ",".join(["a[0-40000]"] * 2), "a[0-999999999999999999999]"]
)
def test_a_list_of_too_many_hosts_is_refused_at_once(text: str) -> None:
    with pytest.raises(SlurmSyntaxError):
        parse_hostlist(text)


# --- constraints ---


@pytest.mark.parametrize(
    ("text", "features", "allowed"),
    [
        ("x2695", {"x2695"}, True),
        ("x2695", {"x2680"}, False),
        ("gpua100|gpuv100", {"gpuv100"}, True),
        ("x2680&g256", {"x2680"}, False),
        ("x2680,g256", {"x2680", "g256"}, True),
        ("x2680|x2695&gpuk80", {"x2680"}, False),  # from left to right: (x2680|x2695)&gpuk80
        ("gpuk80&x2695|x2680", {"x2680"}, True),
        ("x2680|(x2695&gpuk80)", {"x2680"}, True),
        ("[rack1|rack2]", {"rack2"}, True),
        ("[rack1|rack2]&g256", {"rack2"}, False),
        ("[rack1*2&rack2*4]", {"rack2"}, True),
        ("[rack1*2&rack2*4]", {"rack3"}, False),
        ("[rack1*2]", {"rack3"}, False),
        ("graphics*4", {"plain"}, True),  # four nodes with it, the others free
        ("graphics*4&fast", {"plain"}, False),
        ("[(knl&flat)*4&haswell*1]", {"knl"}, False),
    ],
)
def test_which_nodes_a_constraint_allows(text: str, features: set[str], allowed: bool) -> None:
    assert constraint_allows(parse_constraint(text), features) is allowed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a&",
        "|a",
        "a b",
        "(a",
        "a)",
        "((a))",
        "(a|(b&c))",
        "[a&b]",
        "[a*2|b*2]",
        "[a*2&b]",
        "[a|b]*2",
        "[a|b",
        "a*0",
        "a*",
        "*3",
        "!a",
        "a:b",
    ],
)
def test_a_constraint_slurm_refuses(text: str) -> None:
    with pytest.raises(SlurmSyntaxError) as error:
        parse_constraint(text)
    assert error.value.help


CHAIN = st.tuples(
    st.lists(NAMES, min_size=1, max_size=4), st.lists(st.sampled_from("&|"), min_size=3, max_size=3)
).map(
    lambda pair: "".join(
        name + sign for name, sign in zip(pair[0], [*pair[1][: len(pair[0]) - 1], ""], strict=False)
    )
)
GROUP = CHAIN.map(lambda text: f"({text})")
BRACKETS = st.lists(NAMES | GROUP, min_size=1, max_size=3).map(
    lambda parts: f"[{'|'.join(parts)}]"
) | st.lists(NAMES | GROUP, min_size=2, max_size=3).map(
    lambda parts: f"[{'&'.join(f'{part}*2' for part in parts)}]"
)
CONSTRAINTS = st.tuples(
    NAMES | GROUP | BRACKETS, st.sampled_from("&|"), NAMES | GROUP, st.sampled_from("&|"), CHAIN
).map("".join)


@given(CONSTRAINTS)
def test_a_formatted_constraint_reads_back(text: str) -> None:
    tree = parse_constraint(text)
    assert parse_constraint(format_constraint(tree)) == tree


@given(st.text(alphabet="ab&|()[]*,2 -:", max_size=12))
def test_no_text_breaks_a_reader(text: str) -> None:
    """Anything but a `SlurmSyntaxError` would be a traceback for the user."""
    readers = (
        parse_constraint,
        parse_hostlist,
        parse_gres,
        parse_time,
        parse_size,
    )
    for read in readers:
        with contextlib.suppress(SlurmSyntaxError):
            read(text)
