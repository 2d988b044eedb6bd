"""Words → bash. The only place of relionc that quotes.

Whatever the parts of a word are, bash reads the rendered text as exactly that word; text stays bare where it
can, so that scripts remain readable.
"""

from __future__ import annotations

import re

from relionc.ir import CommandLine, Glob, Part, ShellRef, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
_DIGITS = frozenset("0123456789")
_RESERVED = frozenset(
    ["case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select"]
)
_RESERVED |= frozenset(["then", "time", "until", "while"])
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "'": "\\'"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
WIDTH = 100
"""A command longer than this many characters goes on several lines."""


def text(value: str) -> str:
    """Quote literal text where bash would not take it as it stands."""
    if not value:
        return '""'  # as RELION itself writes it: --gpu ""
    if _SAFE.issuperset(value):
        return value
    if "\0" in value:
        raise ValueError("an argument cannot hold a NUL character")
    if any(character < " " or character == "\x7f" for character in value):
        return _ansi(value)
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _ansi(value: str) -> str:
    """Quote text with control characters, so that it stays on one line."""
    return (
        "$'"
        + "".join(_ESCAPES.get(c, c if c >= " " and c != "\x7f" else f"\\{ord(c):03o}") for c in value)
        + "'"
    )


def pasted_path(path: str) -> str:
    """Quote a path for a line that a person copies from a terminal: every character can be seen, none is obeyed."""
    path = f"./{path}" if path.startswith("-") else path
    if path.isprintable() and "##" not in path:
        return text(path)
    return "$'" + "".join(map(_seen, path)) + "'"


def _seen(char: str) -> str:
    """Spell a character for bash's quotes; a byte that is no text stands in Python as U+DC80 to U+DCFF."""
    number = ord(char)
    if char in _ESCAPES or (char.isprintable() and char != "#"):
        return _ESCAPES.get(char, char)
    if 0xDC80 <= number <= 0xDCFF:
        return f"\\x{number - 0xDC00:02x}"
    return f"\\{number:03o}" if number < 0x80 else f"\\U{number:08x}"


def word(parts: Word) -> str:
    """Render one argument."""
    if len(parts) == 1 and isinstance(parts[0], str):  # as nearly all are
        return text(parts[0])
    if all(isinstance(part, str) for part in parts):
        return text("".join(str(part) for part in parts))
    if _wants_double_quotes(parts):
        return '"' + "".join(map(_inside_double, parts)) + '"'
    return "".join(map(_part, _merged(parts)))


def _merged(parts: Word) -> list[Part]:
    """Join neighbouring texts and drop empty ones, so that each is quoted once."""
    out: list[Part] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return out


def _wants_double_quotes(parts: Word) -> bool:
    """Tell whether one pair of double quotes around everything is possible and needed."""
    needed = False
    for part in parts:
        if isinstance(part, Glob):
            return False
        if isinstance(part, ShellRef):
            needed = needed or not part.integer
        elif any(character < " " or character == "\x7f" for character in part):
            return False
        else:
            needed = needed or not _SAFE.issuperset(part)
    return needed


def _inside_double(part: Part) -> str:
    if isinstance(part, ShellRef):
        return _reference(part)
    return "".join("\\" + c if c in '\\"$`' else c for c in str(part))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a text in double quotes in which bash puts values, each an expansion, in place of their `{names}`."""
    parts = re.split(r"\{(\w+)\}", template)
    inside = [values[part] if i % 2 else _inside_double(part) for i, part in enumerate(parts)]
    return f'"{"".join(inside)}"'


def _reference(ref: ShellRef) -> str:
    """Render a reference; a name that bash would not read as a variable's is never written (ValueError)."""
    if not _NAME.match(ref.name):
        raise ValueError(f"{ref.name!r} is no name of a shell variable")
    return f"${{{ref.name}}}"


def _part(part: Part) -> str:
    if isinstance(part, ShellRef):
        return _reference(part) if part.integer else f'"{_reference(part)}"'
    if isinstance(part, Glob):
        return _glob(part.pattern)
    return text(part)


def _glob(pattern: str) -> str:
    """Quote all of a pattern but the characters that make it one."""
    out, plain = "", ""
    for index, character in enumerate(pattern):
        negation = character in "!^" and index > 0 and pattern[index - 1] == "["
        if character in "*?[]" or negation:
            out += (text(plain) if plain else "") + character
            plain = ""
        else:
            plain += character
    return out + (text(plain) if plain else "")


def words(line: Sequence[Word]) -> list[str]:
    """Render the words of a command; the first one is never taken for an assignment or a bash keyword."""
    if line and line[0] and isinstance(line[0][0], str) and line[0][0].startswith("%"):
        raise ValueError(f"bash takes {line[0][0]!r} for one of its jobs, not for a program")
    rendered = [word(parts) for parts in line]
    if rendered and (rendered[0] in _RESERVED or "=" in rendered[0]):
        rendered[0] = "''" + rendered[0]
    return rendered


def redirection(command: CommandLine) -> list[str]:
    """Return the words that give a command files of its own to read and to write, if it has any."""
    found = [] if command.stdin is None else ["<" + word(command.stdin)]
    if command.stdout is not None:
        found.append((">>" if command.append else ">") + word(command.stdout))
    return found


def one_line(command: CommandLine) -> str:
    """Render a command on one line, without launcher."""
    return " ".join([*words(command.words), *redirection(command)])


def lines(groups: Iterable[list[str]], indent: str = "  ") -> list[str]:
    """Lay words out for people: one line if short, else one group per line with backslashes."""
    filled = [" ".join(group) for group in groups if group]
    joined = " ".join(filled)
    if len(joined) <= WIDTH:
        return [joined]
    last = len(filled) - 1
    return [(indent if i else "") + line + (" \\" if i < last else "") for i, line in enumerate(filled)]


def step_lines(launcher: Sequence[Word], command: CommandLine, second: Sequence[Word] = ()) -> list[str]:
    """Render a step: launcher, program, then every flag with its values on a line of its own."""
    if second:
        return _twice(launcher, command, second)
    front = words((*launcher, *command.words))
    started, program = front[: len(launcher)], front[len(launcher) :]
    return lines([started, *_flag_groups(program), redirection(command)])


def launch_lines(first: Sequence[Word], second: Sequence[Word]) -> list[str]:
    """Render what starts ranks of the program in a function's arguments; with `second`, in two groups of nodes."""
    again = ['"$@"']
    if not second:
        return [" ".join([*words(first), *again])]
    return lines([[*words(first), *again], [*map(word, second), *again]])


def _twice(launcher: Sequence[Word], command: CommandLine, second: Sequence[Word]) -> list[str]:
    """Render a step that names its command twice: an array holds it, so that it stands in the script once."""
    again = ['"${command[@]}"']
    array = [
        "command=(",
        *("  " + " ".join(group) for group in _flag_groups(list(map(word, command.words)))),
        ")",
    ]
    return [*array, *lines([[*words(launcher), *again], [*map(word, second), *again], redirection(command)])]


def _flag_groups(rendered: Sequence[str]) -> list[list[str]]:
    """Start a group at the program and at each word that looks like a flag (`-5` does not)."""
    groups: list[list[str]] = []
    for item in rendered:
        flag = len(item) > 1 and item[0] == "-" and item[1] not in _DIGITS and item[1] != "."
        if flag or not groups:
            groups.append([])
        groups[-1].append(item)
    return groups
