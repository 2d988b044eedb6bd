"""Values become words, never shell code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc import catalog
from relionc.catalog.compiler.fragments import FragmentError, read
from relionc.expr import refs
from relionc.ir import Glob, ShellRef, Word
from relionc.lower.commands import RelionCommands, relion_commands

CLASS3D = catalog.load("class3d", "3.1")
NEEDED = {"fn_img": "particles.star", "fn_ref": "None"}


def made(**options: refs.AnyText) -> RelionCommands:
    return relion_commands(CLASS3D, {**NEEDED, **options}, output="Class3D/a/", is_continue=False)


def words(made: RelionCommands) -> tuple[Word, ...]:
    return made.commands[0].words


def after(made: RelionCommands, flag: str) -> Word:
    return words(made)[words(made).index((flag,)) + 1]


@pytest.mark.parametrize(
    "value", ["a;rm", "$(id)", "`id`", "a&&b", "a>b", "a'b", 'a"b', "a\\b", "a|b", "*.star", "#x"]
)
def test_shell_code_in_a_value_stays_literal_text(value: str) -> None:
    assert after(made(fn_img=value), "--i") == (value,)
    assert after(made(use_gpu="Yes", gpu_ids=value), "--gpu") == (value,)


def test_white_space_separates_words_only_outside_quotes() -> None:
    split = words(made(fn_img="two words"))
    assert split[split.index(("--i",)) + 1 :][:2] == (("two",), ("words",))
    assert after(made(use_gpu="Yes", gpu_ids="0 1"), "--gpu") == ("0 1",)
    assert after(made(use_gpu="Yes", gpu_ids=""), "--gpu") == ("",)


def test_an_empty_value_outside_quotes_is_no_word() -> None:
    assert after(made(sym_name=""), "--sym") == ("--norm",)


def test_a_shell_reference_stays_one_and_keeps_its_place_in_the_word() -> None:
    result = made(scratch_dir=refs.braced("/lscratch/${SLURM_JOB_ID}/${USER}"))
    assert after(result, "--scratch_dir") == (
        "/lscratch/",
        ShellRef("SLURM_JOB_ID", integer=True),
        "/",
        ShellRef("USER"),
    )
    assert "--scratch_dir /lscratch/${SLURM_JOB_ID}/${USER} " in result.texts[0]


def test_further_arguments_are_read_with_their_quotes() -> None:
    result = made(other_args="--a 'b c' --d \"e f\" --g $(h) --empty ''")
    tail = words(result)[words(result).index(("--a",)) :]
    assert tail[:8] == (("--a",), ("b c",), ("--d",), ("e f",), ("--g",), ("$(h)",), ("--empty",), ("",))


def test_an_open_quote_in_further_arguments_is_refused() -> None:
    (refusal,) = made(other_args="--a 'b").refusals
    assert (refusal.code, refusal.option) == ("RL131", "other_args")


def test_only_the_commands_of_the_shell_expand_wildcards() -> None:
    importing = relion_commands(catalog.load("import", "2.1"), {}, output="Import/a/", is_continue=False)
    echo, header, listing = importing.commands
    assert listing.words == (("ls",), (Glob("Micrographs/*.mrcs"),))
    assert (listing.stdout, listing.append) == (("Import/a/movies.star",), True)
    assert (header.stdout, header.append) == (("Import/a/movies.star",), False)
    assert echo.stdout is None


def test_coordinates_leave_the_folder_of_an_earlier_job_behind() -> None:
    options = {
        "node_type": "2D/3D particle coordinates (*.box, *_pick.star)",
        "fn_in": "AutoPick/job012/mics/*_a.star",
    }
    result = relion_commands(
        catalog.load("import", "2.1"), options, output="Import/job025/", is_continue=False
    )
    assert result.texts == (
        "echo importing...",
        "mkdir -p Import/job025/mics",
        "cp AutoPick/job012/mics/*_a.star Import/job025/mics",
        ' echo \\"AutoPick/job012/mics/*.mrc\\" > Import/job025/coords_suffix_a.star',
    )
    assert result.commands[3].words == (("echo",), ('"AutoPick/job012/mics/', Glob("*.mrc"), '"'))


def test_commands_that_run_under_mpi_are_marked() -> None:
    assert made(nr_mpi="5").parallel == (True,)
    assert made(nr_mpi="1").parallel == (False,)
    assert made(nr_mpi="1").templated == (True,)
    importing = relion_commands(catalog.load("import", "2.1"), {}, output="Import/a/", is_continue=False)
    assert importing.parallel == (False, False, False)
    assert importing.templated == (False, True, False)


def test_a_value_that_is_no_number_is_refused_with_its_option() -> None:
    (refusal,) = made(ini_high="sixty").refusals
    assert (refusal.code, refusal.option) == ("RL105", "ini_high")
    assert refusal.message == "`sixty` is not a number"
    (refusal,) = made(ini_high=refs.braced("${HIGH}")).refusals
    assert refusal.message == "`${HIGH}` is not a number"


def test_more_ranks_than_relion_starts_without_a_queue_are_refused() -> None:
    assert [refusal.code for refusal in made(nr_mpi="33").refusals] == ["RL130"]
    assert not made(nr_mpi="33", do_queue="Yes").refusals
    assert not made(nr_mpi="32").refusals


@given(st.dictionaries(st.sampled_from(sorted(CLASS3D.options)), st.text(max_size=30)))
def test_any_text_gives_commands_or_refusals(options: dict[str, str]) -> None:
    result = relion_commands(CLASS3D, options, output="C/", is_continue=False)
    assert len(result.commands) == len(result.texts) == 1
    assert all(part for word in words(result) if word != ("",) for part in word)


@pytest.mark.parametrize("text", ['--a "b', "--a {b", "--a {1 +}", "--a {b c}"])
def test_a_broken_fragment_is_named(text: str) -> None:
    with pytest.raises(FragmentError):
        read(text, in_shell=False, is_extra=lambda _: False)


def test_a_fragment_is_read_as_a_shell_reads_it() -> None:
    pieces = read('`which prog{n}` -a "{x} b" \\"c*.mrc >> {f}', in_shell=True, is_extra=lambda _: False)
    kinds = [piece[0] for piece in pieces]
    assert " ".join(kinds) == ("lit split lit gap lit gap lit value lit gap lit glob gap to gap split")
    assert pieces[0] == ("lit", "`which prog", "prog")
    assert pieces[10] == ("lit", '\\"', '"')
    assert pieces[13] == ("to", ">>", True)


def test_single_quotes_keep_everything_and_a_command_may_read_a_file() -> None:
    pieces = read('awk \'{if (a<1) "b"}\' < {f} "it\'s"', in_shell=True, is_extra=lambda _: False)
    assert pieces[2] == ("lit", "'{if (a<1) \"b\"}'", '{if (a<1) "b"}')
    assert [piece[0] for piece in pieces[3:]] == ["gap", "from", "gap", "split", "gap", "lit"]
    assert pieces[-1] == ("lit", '"it\'s"', "it's")
