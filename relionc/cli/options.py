"""What a call may say: the kinds of options and arguments, commands made of them, and the reading of argv.

Which commands and options there are is data (`relionc.cli.app`); help, complaints and completion are made of the
same data. An unchanged build comes this way, so that nothing is imported here.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, whose import would be most of an unchanged build
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Parameter:
    """An option, by its flags; or an argument, which has none and is known by its place.

    `value` is what help calls the word that it takes, `names` gives words that it may be, for completion.
    """

    takes_word = True
    many = False

    def __init__(
        self,
        *flags: str,
        help: str = "",  # noqa: A002 - what it is called everywhere
        value: str = "",
        default: str = "",
        required: bool = False,
        choices: Sequence[str] = (),
        is_path: bool = False,
        names: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.flags, self.help, self.default, self.required = flags, help, default, required
        one_of = f"[{'|'.join(choices)}]" if flags else f"{{{'|'.join(choices)}}}"
        self.value = value or one_of if self.takes_word else ""
        self.choices, self.is_path, self.names = choices, is_path, names

    @property
    def title(self) -> str:
        """What a complaint calls it."""
        return self.flags[-1] if self.flags else self.usage

    @property
    def usage(self) -> str:
        """How an argument stands in the line of usage."""
        word = self.value + "..." * self.many
        return word if self.required else f"[{word}]"

    def refused(self, word: str) -> str | None:
        """Return what is wrong with a word for it, None where nothing is."""
        if not self.choices or word in self.choices:
            return None
        return f"{word!r} is not one of {', '.join(map(repr, self.choices))}."


class Flag(Parameter):
    """An option that is there or not."""

    takes_word = False

    def of(self, given: Given) -> bool:
        """Return whether a call has it."""
        return self in given.words


class TextOption(Parameter):
    """A text that there always is: one that has to be given, or has a default."""

    def of(self, given: Given) -> str:
        """Return its text in a call, the last where it is repeated."""
        return given.words.get(self, [self.default])[-1]


class OptionalText(Parameter):
    """A text that may be left out."""

    def of(self, given: Given) -> str | None:
        """Return its text in a call, the last where it is repeated."""
        words = given.words.get(self)
        return words[-1] if words else None


class Texts(Parameter):
    """Any number of texts."""

    many = True

    def of(self, given: Given) -> tuple[str, ...]:
        """Return the texts of a call."""
        return tuple(given.words.get(self, ()))


class OptionalNumber(Parameter):
    """A whole number from 1 on that may be left out."""

    def refused(self, word: str) -> str | None:
        """Return what is wrong with a word for it; a number is no longer than anybody would count."""
        if is_number(word) and int(word) > 0:
            return None
        return f"{word[:20]!r} is not a number from 1 on."

    def of(self, given: Given) -> int | None:
        """Return its number in a call."""
        word = given.words.get(self, [self.default])[-1]
        return int(word) if word else None


class NumberedTexts(Parameter):
    """Any number of `N=VALUE`, or of `NAME:N=VALUE` for one of several."""

    many = True

    def refused(self, word: str) -> str | None:
        """Return what is wrong with a word for it."""
        number, equals, _ = word.partition("=")
        number = number.rpartition(":")[2]
        return None if equals and is_number(number) else f"{word!r} is not like 1=12:00:00"

    def of(self, given: Given) -> tuple[tuple[str, int, str], ...]:
        """Return the names (empty: all), numbers and texts of a call."""
        found = []
        for word in given.words.get(self, ()):
            key, _, text = word.partition("=")
            name, _, number = key.rpartition(":")
            found.append((name, int(number), text))
        return tuple(found)


class NamedTexts(Parameter):
    """Any number of `a.dotted.name=VALUE`."""

    many = True

    def refused(self, word: str) -> str | None:
        """Return what is wrong with a word for it."""
        name, equals, _ = word.partition("=")
        good = equals and all(name.split("."))
        return None if good else f"{word!r} is not like jobs.class3d.options.nr_classes=4"

    def of(self, given: Given) -> tuple[tuple[str, str], ...]:
        """Return the names of a call with their texts."""
        pairs = (word.partition("=") for word in given.words.get(self, ()))
        return tuple((name, text) for name, _, text in pairs)


def is_number(word: str) -> bool:
    """Whether a word is a whole number that somebody may mean."""
    return word.isdecimal() and word.isascii() and len(word) < 10


class Given:
    """The words that a call has for each parameter; those that it leaves out are not there."""

    __slots__ = ("words",)

    def __init__(self) -> None:
        self.words: dict[Parameter, list[str]] = {}

    def add(self, parameter: Parameter, word: str) -> None:
        """Add a word for a parameter."""
        self.words.setdefault(parameter, []).append(word)

    def has_only(self, *parameters: Parameter) -> bool:
        """Whether nothing but these is given."""
        return all(parameter in parameters for parameter in self.words)


HELP = Flag("-h", "--help", help="Show this message and exit.")


class Command:
    """A command: what runs it and what it takes; or one that is only there for its own `commands`."""

    def __init__(
        self,
        name: str,
        *,
        summary: str,
        about: str = "",
        arguments: Sequence[Parameter] = (),
        options: Sequence[Parameter] = (),
        commands: Sequence[Command] = (),
        run: Callable[[Given], int] | None = None,
    ) -> None:
        self.name, self.summary, self.about, self.run = name, summary, about or summary, run
        self.arguments, self.options = arguments, (*options, HELP)
        self.commands = {command.name: command for command in commands}
        self.path = name
        for command in commands:
            command.stand_below(name)

    def stand_below(self, path: str) -> None:
        """Put the words of a path before one's own and those of the commands below."""
        self.path = f"{path} {self.path}"
        for command in self.commands.values():
            command.stand_below(path)


STDIN = "-"
"""What stands for standard input where a call names a file."""


class CallError(Exception):
    """The call or the environment is wrong: exit code 2."""


class WrongCall(CallError):  # noqa: N818 - what the caller did, as it is told
    """A call that does not fit its command."""

    def __init__(self, command: Command, message: str) -> None:
        super().__init__(message)
        self.command = command


def called(command: Command, words: Sequence[str]) -> tuple[Command, Given]:
    """Return the command that a call is for, and what the call gives; raises WrongCall."""
    while command.commands and words and not words[0].startswith("-"):
        known = command.commands.get(words[0])
        if known is None:
            raise WrongCall(command, _no_command(command, words[0]))
        command, words = known, words[1:]
    return command, read(command, words)


def read(command: Command, words: Sequence[str]) -> Given:
    """Return what the words after a command give; raises WrongCall."""
    given, rest = Given(), iter(words)
    places: list[str] = []
    for word in rest:
        if word == "--":
            places += rest
        elif word.startswith("-") and word != "-":
            _read_option(command, word, rest, given)
        elif command.commands:  # what follows is another command's, and without that one this call has no use
            break
        else:
            places.append(word)
    if not HELP.of(given):
        _read_arguments(command, places, given)
        _check(command, given)
    return given


def _read_option(command: Command, word: str, rest: Iterator[str], given: Given) -> None:
    """Read `--name`, `--name=word`, `--name word`, `-nword` or `-n word`."""
    is_long = word.startswith("--")
    name, equals, attached = word.partition("=") if is_long else (word[:2], word[2:], word[2:])
    option = next((option for option in command.options if name in option.flags), None)
    if option is None:
        raise WrongCall(command, _no_option(command, name))
    if option.takes_word:
        text = attached if equals else next(rest, None)
        if text is None:
            raise WrongCall(command, f"Option '{name}' requires an argument.")
        given.add(option, text)
    elif equals and is_long:
        raise WrongCall(command, f"Option '{name}' does not take a value.")
    else:
        given.add(option, "")
        if attached:  # more of one letter
            _read_option(command, f"-{attached}", rest, given)


def _read_arguments(command: Command, places: Sequence[str], given: Given) -> None:
    for argument in command.arguments:
        taken = len(places) if argument.many else 1
        for word in places[:taken]:
            given.add(argument, word)
        places = places[taken:]
    if places:
        raise WrongCall(
            command, f"Got unexpected extra argument{'s' * (len(places) > 1)} ({' '.join(places)})"
        )


def _check(command: Command, given: Given) -> None:
    for parameter in (*command.arguments, *command.options):
        words = given.words.get(parameter, ())
        if parameter.required and not words:
            raise WrongCall(command, _missing(parameter))
        for word in words:
            if parameter.takes_word and (wrong := parameter.refused(word)):
                raise WrongCall(command, f"Invalid value for '{parameter.title}': {wrong}")


def _missing(parameter: Parameter) -> str:
    kind = "option" if parameter.flags else "argument"
    of = f" It is one of {', '.join(map(repr, parameter.choices))}." if parameter.choices else ""
    return f"Missing {kind} '{parameter.title}'.{of}"


def _no_command(command: Command, name: str) -> str:
    advice = _nearest(name, command.commands) or f"There are {', '.join(command.commands)}."
    return f"No such command '{name}'. {advice}"


def _no_option(command: Command, name: str) -> str:
    near = _nearest(name, [flag for option in command.options for flag in option.flags])
    return f"No such option '{name}'. {near}".rstrip()


def _nearest(name: str, names: Iterable[str]) -> str:
    """Ask after the names that begin so, or else after the one most like it; nothing where none is near."""
    from relionc.diag.near import nearest

    names = list(names)
    begun = [other for other in names if other.startswith(name) and name.strip("-")]
    near = begun or list(filter(None, [nearest(name, names, 0.7)]))
    return f"Did you mean {' or '.join(map(repr, near))}?" if near else ""
