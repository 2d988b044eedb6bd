"""Completion for bash, zsh and fish: a script for each, which asks relionc at each press of the key.

So a script stays right when relionc gets new options. It sets `_RELIONC_COMPLETE` to the shell, `COMP_WORDS` to the
words so far and `COMP_CWORD` to the number of the word to complete (in fish, to that word), and gets candidates:
`plain` ones with their text, or `file`, which the shell completes itself.
"""

from __future__ import annotations

import shlex

from relionc.cli import say
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from relionc.cli.options import Command, Parameter

_BASH = """\
_relionc_completion() {
    local IFS=$'\\n' type value
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case "$type" in
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" _RELIONC_COMPLETE=bash_complete "$1")
}
complete -o nosort -F _relionc_completion relionc
"""
_ZSH = """\
#compdef relionc
_relionc_completion() {
    local -a answer names
    local type value meaning
    answer=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) _RELIONC_COMPLETE=zsh_complete $words[1])}")
    for type value meaning in "${answer[@]}"; do
        case "$type" in
            file) _path_files -f ;;
            plain) [[ "$meaning" == _ ]] && names+=("$value") || names+=("$value:$meaning") ;;
        esac
    done
    (( $#names )) && _describe -V relionc names
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _relionc_completion "$@"
else
    compdef _relionc_completion relionc
fi
"""
_FISH = """\
function _relionc_completion
    set -lx _RELIONC_COMPLETE fish_complete
    set -lx COMP_WORDS (commandline -cp)
    set -lx COMP_CWORD (commandline -t)
    for candidate in (relionc)
        set -l parts (string split -m 1 "," -- $candidate)
        switch $parts[1]
            case file
                __fish_complete_path $COMP_CWORD
            case plain
                echo $parts[2]
        end
    end
end
complete --no-files --command relionc --arguments "(_relionc_completion)"
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


class Candidate(NamedTuple):
    """What may come next: a word with what it means, or `file` for any file."""

    text: str = ""
    meaning: str = ""
    kind: str = "plain"


FILE = Candidate(kind="file")


def script(shell: str) -> int:
    """Print the completion script of a shell."""
    say.result(_SCRIPTS[shell])
    return 0


def answer(root: Command, environment: Mapping[str, str]) -> int:
    """Print the candidates that a script asks for; one that cannot be understood gets none."""
    shell = environment["_RELIONC_COMPLETE"].partition("_")[0]
    if shell not in _SHOWN:
        return 2
    words = _split(environment.get("COMP_WORDS", ""))[1:]
    at = environment.get("COMP_CWORD", "")
    done, begun = _of_fish(words, at) if shell == "fish" else _at_number(words, at)
    say.result("".join(f"{_SHOWN[shell](each)}\n" for each in candidates(root, done, begun)))
    return 0


_SHOWN: Mapping[str, Callable[[Candidate], str]] = {
    "bash": lambda each: f"{each.kind},{each.text}",
    "zsh": lambda each: f"{each.kind}\n{each.text}\n{each.meaning.replace(':', ';') or '_'}",
    "fish": lambda each: f"{each.kind},{each.text}" + (f"\t{each.meaning}" if each.meaning else ""),
}


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # inside a quotation
        return line.split()


def _of_fish(words: list[str], begun: str) -> tuple[list[str], str]:
    return (words[:-1] if begun and words[-1:] == [begun] else words), begun


def _at_number(words: list[str], number: str) -> tuple[list[str], str]:
    """Return the words before one, and that one; bash takes `=` for a word of its own."""
    at = int(number) - 1 if number.isdecimal() and len(number) < 10 else len(words)
    done, begun = words[:at], words[at] if 0 <= at < len(words) else ""
    if begun == "=":
        return done, ""
    return (done[:-1] if done[-1:] == ["="] else done), begun


def candidates(root: Command, done: Sequence[str], begun: str) -> list[Candidate]:
    """Return what may stand in a call after the words that are `done`, beginning like `begun`."""
    return [each for each in _possible(root, done, begun) if each.text.startswith(begun) or each is FILE]


def _possible(command: Command, done: Sequence[str], begun: str) -> Iterator[Candidate]:
    places, open_option, only_places = 0, None, False
    for word in done:
        if open_option is not None:
            open_option = None
        elif word == "--":
            only_places = True
        elif word.startswith("-") and word != "-" and not only_places:
            open_option = _option(command, word)
        elif word in command.commands:
            command = command.commands[word]
        else:
            places += 1
    if open_option is not None:
        yield from _words_of(open_option)
    elif begun.startswith("-") and not only_places:
        yield from _options(command, begun)
    elif not (command.commands and places):
        yield from (Candidate(name, each.summary) for name, each in command.commands.items())
        yield from _words_at(command, places)


def _option(command: Command, flag: str) -> Parameter | None:
    """Return the option of this flag that takes the next word, None where there is none."""
    return next((each for each in command.options if flag in each.flags and each.takes_word), None)


def _options(command: Command, begun: str) -> Iterator[Candidate]:
    flag, equals, _ = begun.partition("=")
    if not equals:
        yield from (Candidate(flag, each.help) for each in command.options for flag in each.flags)
    elif option := _option(command, flag):
        words = (each for each in _words_of(option) if each is not FILE)
        yield from (Candidate(f"{flag}={each.text}") for each in words)


def _words_at(command: Command, place: int) -> Iterator[Candidate]:
    for number, argument in enumerate(command.arguments):
        if number == place or (argument.many and number < place):
            yield from _words_of(argument)


def _words_of(parameter: Parameter) -> Iterator[Candidate]:
    yield from [FILE] * parameter.is_path
    yield from map(Candidate, parameter.choices or parameter.names())
