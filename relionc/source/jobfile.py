"""RELION's own job files, read as RELION reads them: `job.star`, and `run.job` of before 3.1.

Just these two forms, line by line. A library for STAR files would be stricter than the program that wrote
them: in the grammar of CIF no bare value may look like `data_2018/particles.star` or `$SCRATCH`, and RELION
writes and reads both.
"""

from __future__ import annotations

from functools import lru_cache

from relionc.diag import Diagnostic, TextSpan
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.diag import Route

STAR, OLD = "job.star", "run.job"
NOT_READ = "RL140"
LONGEST_LINE = 1 << 14
"""Characters of a line; a spec made of the file could not say more in a value, either."""

_HEAD, _VALUES = "job", "joboptions_values"
_NUMBER, _LABEL = "rlnJobType", "rlnJobTypeLabel"
_CONTINUE, _TOMO = "rlnJobIsContinue", "rlnJobIsTomo"
_NAME, _VALUE = "rlnJobOptionVariable", "rlnJobOptionValue"
_BLANKS = str.maketrans({"\t": " ", "\v": None, "\b": None, "\r": None, "\f": None, "\a": None})
"""What RELION makes of control characters: tabs are blanks, the others vanish."""
_CARRIERS = frozenset("\x00\x01\x02\x1c\x1d\x1e\x1f")
_FORMS = f"a job of RELION is a STAR file with the tables data_{_HEAD} and data_{_VALUES}, or a {OLD}"


class JobText(NamedTuple):
    """What a job file says. `number` and `label` name its job type, as far as it has them.

    `rows` hold name, value and line number (from 0) of what it sets, in its order: options by name in a
    `job.star`, by label in a `run.job`.
    """

    path: str
    style: str
    number: str
    label: str
    is_continue: bool
    is_tomo: bool
    rows: tuple[tuple[str, str, int], ...]
    text: str

    def labelled(self, label: str) -> tuple[str, int] | None:
        """Return the value of an option of a `run.job` and its line number, by the label of the option.

        It is the first line that begins with the label, as RELION finds it, even where that is the line of an
        option with a longer label.
        """
        place = self.text.find("\n" + label)
        while label and place >= 0:
            end = self.text.find("\n", place + 1)
            line = self.text[place + 1 : end if end >= 0 else None]
            if line.rfind(label) == 0:
                return line[line.rfind("==") + 3 :], self.text.count("\n", 0, place) + 1
            place = self.text.find("\n" + label, place + 1)
        return None

    def span(self, route: Route, *, on_key: bool = False) -> TextSpan | None:
        """Return the place of the line whose number (from 0) is `route`; none for the file as a whole."""
        if not route or not isinstance(route[0], int):
            return None
        line = _lines_of(self.text)[route[0]].rstrip()
        start = len(line) - len(line.lstrip())
        end = line.find(" ", start) if on_key and self.style == STAR else len(line)
        return TextSpan(route[0] + 1, start + 1, route[0] + 1, max(end, start) + 1)


class NotRead(Exception):  # noqa: N818 - says what is wrong with a file, and is reported as that
    """A file that RELION could not read as a job, with the diagnostic."""

    def __init__(self, path: str, message: str, line: int | None = None, advice: str = _FORMS) -> None:
        super().__init__(message)
        span = None if line is None else TextSpan(line + 1, 1, line + 1, 2)
        self.diagnostic = Diagnostic(NOT_READ, "error", message, path, span, advice)


def read(data: bytes, path: str) -> JobText:
    """Read a job file, whatever its name is; raises NotRead."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotRead(path, "this file is not UTF-8 text") from None
    if not _CARRIERS.isdisjoint(text):
        raise NotRead(path, "this file has control characters that no text has")
    if (long := _first_long(text)) is not None:
        message = f"this line has over {LONGEST_LINE:,} characters, which is no value of RELION's"
        raise NotRead(path, message, long)
    if "\r\n" in text:
        message = "this file has the line ends of Windows; RELION would not find its job in it"
        raise NotRead(path, message, 0, "convert it, with dos2unix for instance")
    return _old(path, text) if text.startswith("job_type ==") else _star(path, text)


def _first_long(text: str) -> int | None:
    """Return the number, from 0, of the first line that is too long; None where none is."""
    if len(text) <= LONGEST_LINE:
        return None
    return next((number for number, line in enumerate(_lines_of(text)) if len(line) > LONGEST_LINE), None)


def _old(path: str, text: str) -> JobText:
    head, *lines = text.split("\n")
    rows = tuple(_labelled_rows(lines))
    is_continue = bool(lines) and lines[0].startswith("is_continue == true")
    number = head.partition("==")[2].strip()
    return JobText(path, OLD, number, "", is_continue, is_tomo=False, rows=rows, text=text)


@lru_cache(maxsize=1)
def _lines_of(text: str) -> list[str]:
    """Return the lines of a text, which many findings ask for."""
    return text.split("\n")


def _labelled_rows(lines: list[str]) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(lines[1:], 2):
        head, found, value = line.rpartition("==")
        if found:
            yield head.rstrip(), value.removeprefix(" "), number


def _star(path: str, text: str) -> JobText:
    lines = text.translate(_BLANKS).split("\n")
    head = _head(path, lines, _after(path, lines, _HEAD))
    if not head.keys() & {_NUMBER, _LABEL}:
        raise NotRead(path, "this file does not say what type its job is of")
    return JobText(
        path=path,
        style=STAR,
        number=head.get(_NUMBER, ""),
        label=head.get(_LABEL, ""),
        is_continue=_is_set(head.get(_CONTINUE, "0")),
        is_tomo=_is_set(head.get(_TOMO, "0")),
        rows=tuple(_rows(path, lines, _after(path, lines, _VALUES))),
        text=text,
    )


def _is_set(text: str) -> bool:
    """Read a flag as C++ does: any number but zero sets it, and no word does."""
    digits = text.removeprefix("+").removeprefix("-")
    return digits.isascii() and digits.isdigit() and digits.strip("0") != ""


def _after(path: str, lines: list[str], table: str) -> int:
    """Return the number of the line after the head of a table."""
    for number, line in enumerate(lines):
        if "data_" in line and line.strip(" ").partition("data_")[2] == table:
            return number + 1
    raise NotRead(path, f"this file has no table data_{table}")


def _head(path: str, lines: list[str], start: int) -> dict[str, str]:
    """Read the one row of the first table: from 5.0 on it may be a loop, which RELION reads all the same."""
    opening = next((line for line in lines[start:] if line.strip(" ")), "")
    if "loop_" not in opening:
        return _list(path, lines, start)
    columns, first = _columns(lines, start)
    return dict(zip(columns, _words(path, lines[first], first) if first < len(lines) else [], strict=False))


def _list(path: str, lines: list[str], start: int) -> dict[str, str]:
    """Read the names and values of a table without a loop: it ends where the next one begins."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines[start:], start):
        words = _words(path, line, number)
        if words and words[0].startswith(("loop_", "data_")):
            break
        if words and words[0].startswith("_"):
            if len(words) < 2:
                raise NotRead(path, f"{words[0]} has no value", number)
            found[words[0][1:]] = words[1]
    return found


def _rows(path: str, lines: list[str], start: int) -> Iterator[tuple[str, str, int]]:
    """Yield the options of a table with a loop: it ends at the first empty line."""
    columns, first = _columns(lines, start)
    if _NAME not in columns or _VALUE not in columns:
        raise NotRead(path, f"the table data_{_VALUES} has no columns {_NAME} and {_VALUE}", start)
    name, value = columns.index(_NAME), columns.index(_VALUE)
    for number, line in enumerate(lines[first:], first):
        words = _words(path, line, number)
        if not words and not line.strip(" "):
            break
        if len(words) > len(columns) or 2 < len(columns) != len(words):
            message = f"this line has {len(words)} values for {len(columns)} columns, and RELION stops at it"
            raise NotRead(path, message, number, "a value with spaces stands in double quotes")
        words += [""] * (len(columns) - len(words))
        yield words[name], words[value], number


def _columns(lines: list[str], start: int) -> tuple[list[str], int]:
    """Return the names of the columns of a loop, and the number of its first row."""
    columns: list[str] = []
    in_loop = False
    for number, line in enumerate(lines[start:], start):
        text = line.strip(" ")
        if not in_loop:
            in_loop = "loop_" in line
        elif text.startswith("_"):
            columns.append(text[1:].partition("#")[0].rstrip())
        elif text and text[0] not in "#;":
            return columns, number
    return columns, len(lines)


def _words(path: str, line: str, number: int) -> list[str]:
    """Split a line into its values; quotes count at the start of one only, and so does a comment."""
    words = line.split() if line.isascii() else [word for word in line.split(" ") if word]
    if '"' not in line and "'" not in line and "#" not in line:
        return words
    special = [word for word in words if word[0] in "\"'#"]
    if not special:
        return words
    if special == ['""'] * len(special):
        return ["" if word == '""' else word for word in words]
    return list(_quoted_words(path, " ".join(words), number))


def _quoted_words(path: str, line: str, number: int) -> Iterator[str]:
    """Yield the values of a line with quotes, in which RELION has made one blank of many."""
    rest = line.strip(" ")
    while rest and rest[0] != "#":
        if rest[0] in "\"'":
            word, rest = _quoted(path, rest, number)
        else:
            word, _, rest = rest.partition(" ")
        yield word
        rest = rest.lstrip(" ")


def _quoted(path: str, text: str, number: int) -> tuple[str, str]:
    """Split text at the quote that ends the value it begins with: one before a blank, or the last character."""
    mark = text[0]
    end = text.find(mark, 1)
    while end >= 0 and text[end + 1 : end + 2] not in ("", " "):
        end = text.find(mark, end + 1)
    if end < 0:
        raise NotRead(path, "a quote is not closed, and RELION stops at this line", number, "close the quote")
    return text[1:end], text[end + 1 :]
