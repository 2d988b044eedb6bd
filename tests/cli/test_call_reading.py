"""How the words of a call are read: one table of commands for the reading, the help and the complaints."""

from __future__ import annotations

import pytest

from relionc.cli import app
from relionc.cli.app import CHECK, CLUSTER, EXTRAS, FOLDER, JOBS, NUMBER_OR_OWN, RELIONC, SPECS
from relionc.cli.options import WrongCall, called


def commands(command=RELIONC):
    """Yield every command, and those below."""
    yield command
    for each in command.commands.values():
        yield from commands(each)


def build(*words):
    """Return what a call of `build` gives."""
    return called(RELIONC, ["build", *words])[1]


@pytest.mark.parametrize(
    "words",
    [
        ["a.yaml", "-o", "out", "b.yaml", "--check"],
        ["-oout", "--check", "a.yaml", "b.yaml"],
        ["--output=out", "a.yaml", "--check", "b.yaml"],
        ["--check", "--output", "out", "--", "a.yaml", "b.yaml"],
        ["--output", "other", "a.yaml", "-o", "out", "b.yaml", "--check"],
    ],
    ids=" ".join,
)
def test_options_and_arguments_come_in_any_order_and_form(words):
    given = build(*words)
    assert (SPECS.of(given), FOLDER.of(given), CHECK.of(given)) == (("a.yaml", "b.yaml"), "out", True)


def test_what_is_left_out_has_its_default():
    given = build("a.yaml")
    assert (FOLDER.of(given), CHECK.of(given), CLUSTER.of(given), JOBS.of(given)) == (
        "build",
        False,
        None,
        (),
    )
    assert given.has_only(SPECS, FOLDER)
    assert NUMBER_OR_OWN.of(called(RELIONC, ["commands", "job.star", "--relion", "3.1"])[1]) is None


def test_options_that_may_be_repeated_keep_all_their_words():
    given = build("a.yaml", "--job", "x", "--job=y", "--extra", "1=a=b", "--extra=x:2=")
    assert JOBS.of(given) == ("x", "y")
    assert EXTRAS.of(given) == (("", 1, "a=b"), ("x", 2, ""))


def test_a_word_after_an_option_is_its_own_and_one_after_two_dashes_is_an_argument():
    assert CLUSTER.of(build("--cluster", "--check", "a.yaml")) == "--check"
    assert SPECS.of(build("--", "--check", "-")) == ("--check", "-")
    assert SPECS.of(build("-")) == ("-",)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("build", "Missing argument 'SPEC...'."),
        ("build a -o", "Option '-o' requires an argument."),
        ("build a --check=yes", "Option '--check' does not take a value."),
        ("build a --chek", "No such option '--chek'. Did you mean '--check'?"),
        ("build a --out b", "No such option '--out'. Did you mean '--output'?"),
        ("build a --c", "No such option '--c'. Did you mean '--check' or '--cluster'?"),
        ("build a -q", "No such option '-q'."),
        ("build a --format xml", "Invalid value for '--format': 'xml' is not one of 'text', 'json', 'github'."),
        ("build a --extra x", "Invalid value for '--extra': 'x' is not like 1=12:00:00"),
        ("plan a b c", "Got unexpected extra arguments (b c)"),
        ("commands f", "Missing option '--relion'."),
        ("commands f --relion 3.1 --job-number 0", "Invalid value for '--job-number': '0' is not a number from 1 on."),
        ("commands f --relion 3.1 --job-number ²", "Invalid value for '--job-number': '²' is not a number from 1 on."),
        ("completion tcsh", "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'."),
        ("completion", "Missing argument '{bash|zsh|fish}'. It is one of 'bash', 'zsh', 'fish'."),
        ("buidl", "No such command 'buidl'. Did you mean 'build'?"),
        ("catalog frobnicate", "No such command 'frobnicate'. There are check, diff, list, show."),
        ("--nope", "No such option '--nope'."),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_what_is_wrong_with_it(call, said):
    """Nor is an abbreviation taken: with the next option it would mean another, or none."""
    with pytest.raises(WrongCall) as wrong:
        called(RELIONC, call.split())
    assert str(wrong.value) == said


def test_a_complaint_says_how_the_command_is_called(capsys):
    assert app.run(["catalog", "diff", "4.0"]) == 2
    assert capsys.readouterr().err == (
        "Usage: relionc catalog diff [OPTIONS] OLD NEW [JOB_TYPE]\n"
        "Try 'relionc catalog diff --help' for help.\n\n"
        "Error: Missing argument 'NEW'.\n"
    )


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", [*commands()], ids=lambda command: command.path)
def test_every_command_has_help_that_names_all_it_takes(capsys, monkeypatch, command, flag):
    monkeypatch.setenv("COLUMNS", "60")
    assert app.run([*command.path.split()[1:], flag]) == 0
    page, err = capsys.readouterr()
    words = " ".join(page.split())
    assert err == ""
    assert max(map(len, page.splitlines())) <= 60
    for parameter in (*command.arguments, *command.options):
        assert all(flag in page for flag in parameter.flags)
        assert parameter.value in page
        assert parameter.help in words
    assert all(f"{each.name} " in page and each.summary in words for each in command.commands.values())


@pytest.mark.parametrize("call", ["", "catalog", "cluster"])
def test_a_call_that_stops_before_its_command_is_shown_the_commands(capsys, call):
    assert app.run(call.split()) == 2
    out, err = capsys.readouterr()
    assert (out, "Commands:" in err) == ("", True)


def test_help_is_given_for_a_call_in_which_something_is_missing(capsys):
    assert app.run(["build", "--help"]) == app.run(["build", "-h", "a.yaml", "--format", "no"]) == 0
    first, second = capsys.readouterr().out.split("Usage: ")[1:]
    assert first == second


def test_the_version_is_shown(capsys):
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("relionc, version ")


def test_no_two_parameters_of_a_command_share_a_flag_and_each_takes_its_default():
    for command in commands():
        flags = [flag for option in command.options for flag in option.flags]
        assert len(flags) == len(set(flags)), command.path
        for each in (*command.arguments, *command.options):
            assert not each.default or each.refused(each.default) is None
            assert each.many or not each.is_path or each.takes_word
