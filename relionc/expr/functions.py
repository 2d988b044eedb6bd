"""The functions of the expression language. Each takes and returns text, numbers, true/false and lists.

Some answer as C and C++ do, because RELION's own job code is written in them: `num` reads a number as
`sscanf("%f")`, `format` writes one as a default `ostream` does, `single` rounds to 32 bits, `round` rounds
halves away from zero.
"""

from __future__ import annotations

import re
import struct

from relionc.expr import blanks
from relionc.expr.refs import AnyText, Text, joined
from relionc.expr.tree import ExprError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from relionc.expr.refs import Value

Arity = tuple[int, int]

# Patterns are compiled by `re` at their first use, so that a run that needs none pays for none.
_C_FLOAT = r"[ \t\n\v\f\r]*([+-]?(?!0[xX])(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]+))?"
_C_HEX_FLOAT = (
    r"[ \t\n\v\f\r]*([+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]{1,4})?)"
)
_JOB_FOLDER = r"(?:(job[0-9]{3})|[0-9]{6}[.-][0-9]{6})"
_FLOAT_MAX = 3.4028234663852886e38
_MAX_TEXT = 65536
_LONGEST_QUOTE = 80


def text_of(value: Value) -> AnyText:
    """Return a value as it reads inside a text: true/false, numbers as typed, others without a needless `.0`.

    References stay what they are.

    A number that stands in a spec may have a `text` of its own: `007` and `3.10` mean what the user typed.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and (typed := getattr(value, "text", None)):
        return str(typed)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, tuple):
        return _joined(value, ", ")
    return value if isinstance(value, Text) else str(value)


def _joined(items: tuple[Value, ...], mark: AnyText) -> AnyText:
    """Return the texts of a list with a mark between them."""
    pieces = [piece for item in items for piece in (mark, text_of(item))]
    return joined(pieces[1:])


def kind_of(value: Value) -> str:
    """Return what a value is, in words that finish "cannot add …"."""
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, (int, float)):
        return "a number"
    if value is None:
        return "nothing"
    return "text" if isinstance(value, (str, Text)) else "a list"


def _quoted(text: str) -> str:
    """Return a text to quote in a message, without what is too long to read."""
    return repr(text) if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]!r}…"


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise ExprError("text is needed here")
    return value


def _number(value: Value) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ExprError("a number is needed here; num() makes one of text")
    return value


def _whole(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExprError("a whole number is needed here; int() makes one")
    return value


def _int(value: Value) -> int:
    """Drop the fraction of a number, or read text that is a whole number."""
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value):
            raise ExprError(f"{_quoted(value)} is not a whole number")
        return int(value)
    return int(_number(value))


def _float(value: Value) -> float:
    """Read text that is a number and nothing else."""
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*", value):
            raise ExprError(f"{_quoted(value)} is not a number")
        return float(value)
    return float(_number(value))


def _num(value: Value) -> int | float:
    """Read the number that text begins with, in 32 bits; empty text and scheduler variables (`$$x`) are 0."""
    if not isinstance(value, str):
        return _number(value)
    if not value or value.startswith("$$"):
        return 0.0
    if value.removeprefix("-").isdecimal() and value.isascii() and len(value) < 10:
        return _single(float(value))
    return _single(max(-_FLOAT_MAX, min(_FLOAT_MAX, _scanned(value))))


def _scanned(text: str) -> float:
    """Read a number as the C library does: an exponent without digits is none, `0x10` is 16."""
    if found := re.match(_C_FLOAT, text):
        exponent = int(max(-999.0, min(999.0, float(found[2] or 0))))  # it may have any number of digits
        return float(f"{found[1]}e{exponent}")
    if found := re.match(_C_HEX_FLOAT, text):
        try:
            return float.fromhex(found[1])
        except OverflowError:
            return -_FLOAT_MAX if found[1].startswith("-") else _FLOAT_MAX
    raise ExprError(f"{_quoted(text)} is not a number")


def _is_number(text: Value) -> bool:
    """Return whether num() can read a number from text."""
    try:
        _num(_text(text))
    except ExprError:
        return False
    return True


def _single(value: Value) -> float:
    number = _number(value)
    if abs(number) > _FLOAT_MAX:
        raise ExprError("the number does not fit in 32 bits")
    return float(struct.unpack("f", struct.pack("f", number))[0])


def _format(value: Value) -> str:
    return f"{_single(value):g}"


def _round(value: Value) -> int:
    number = _number(value)
    return int(number + 0.5) if number > 0 else int(number - 0.5)


def _min(*values: Value) -> int | float:
    return min(map(_number, values))


def _max(*values: Value) -> int | float:
    return max(map(_number, values))


def _len(value: Value) -> int:
    if not isinstance(value, (str, tuple)):
        raise ExprError("text or a list is needed here")
    return len(value)


def _pad(value: Value, width: Value) -> str:
    """Write a whole number with leading zeros, at least `width` characters."""
    return f"{_whole(value):0{max(1, min(_whole(width), 64))}d}"


def _replace(text: Value, old: Value, new: Value) -> str:
    whole, part, other = _text(text), _text(old), _text(new)
    if not part:
        raise ExprError("the text to replace is empty")
    if len(whole) + whole.count(part) * (len(other) - len(part)) > _MAX_TEXT:
        raise ExprError("the result is too long")
    return whole.replace(part, other)


def _replace_first(text: Value, old: Value, new: Value) -> str:
    return _text(text).replace(_text(old), _text(new), 1)


def _basename(path: Value) -> str:
    return _text(path).rpartition("/")[2]


def _dirname(path: Value) -> str:
    return _text(path).rpartition("/")[0]


def _stem(path: Value) -> str:
    """Return the name of a file without folder and extension."""
    name = _basename(path)
    return name.rpartition(".")[0] or name


def _before_last(text: Value, mark: Value) -> str:
    """Return what stands before the last `mark`; all of it where there is none."""
    whole = _text(text)
    before, found, _ = whole.rpartition(_text(mark) or "\0")
    return before if found else whole


def _after_last(text: Value, mark: Value) -> str:
    """Return what stands after the last `mark`; all of it where there is none."""
    return _text(text).rpartition(_text(mark) or "\0")[2]


def _find(text: Value, part: Value) -> int:
    return _text(text).find(_text(part))


def _rfind(text: Value, part: Value) -> int:
    return _text(text).rfind(_text(part))


def _mid(text: Value, start: Value, count: Value) -> str:
    """Return `count` characters from `start` (the first is 0)."""
    return _text(text)[max(0, _whole(start)) :][: max(0, _whole(count))]


def _index(items: Value, item: Value) -> int:
    """Return where `item` stands in a list (the first is 0), or -1."""
    if not isinstance(items, tuple):
        raise ExprError("a list is needed here")
    return next((place for place, each in enumerate(items) if each == item), -1)


def _join(items: Value, mark: Value) -> AnyText:
    if not isinstance(items, tuple):
        raise ExprError("a list is needed here")
    if not isinstance(mark, (str, Text)):
        raise ExprError("text is needed here")
    if isinstance(mark, str) and len(mark) * len(items) > _MAX_TEXT:
        raise ExprError("the result is too long")
    return _joined(items, mark)


def _only(text: Value, characters: Value) -> bool:
    """Return whether `text` has no other character than ASCII letters, digits and `characters`."""
    return all(c in _text(characters) or (c.isascii() and c.isalnum()) for c in _text(text))


def _path_in_job(path: Value) -> str:
    """Return what follows the folder of a pipeline job in a path, or the whole path where there is none."""
    whole = _text(path)
    rest = _after_job_folder(whole)
    return whole if rest is None else rest


def _in_job_folder(path: Value) -> bool:
    """Return whether a path goes through the folder of a pipeline job."""
    return _after_job_folder(_text(path)) is not None


def _after_job_folder(path: str) -> str | None:
    """Look after each slash, then at the start, for `jobNNN` or the date and time that old jobs had instead."""
    found = re.search(rf"(?s:(?<=.)/){_JOB_FOLDER}", path) or re.match(_JOB_FOLDER, path)
    if found is None:
        return None
    return path[found.end() - 1 :].partition("/")[2] if found[1] else path[found.end() + 1 :]


def _spelled(text: Value, forms: Value) -> bool:
    """Return whether text is one of several words, in which `#` is any digit; upper and lower case are alike."""
    shape = "".join("#" if c.isascii() and c.isdigit() else c for c in _text(text).upper())
    known = blanks.words(_text(forms).upper())
    return shape in known or _text(text).upper() in known


def _word_after(text: Value, word: Value) -> str:
    """Return the word that follows the last of its kind; nothing where there is none."""
    words = blanks.words(_text(text))
    places = [place for place, each in enumerate(words[:-1]) if each == _text(word)]
    return words[places[-1] + 1] if places else ""


FUNCTIONS: dict[str, tuple[Callable[..., Value], Arity]] = {
    "after_last": (_after_last, (2, 2)),
    "basename": (_basename, (1, 1)),
    "before_last": (_before_last, (2, 2)),
    "contains": (lambda text, part: _text(part) in _text(text), (2, 2)),
    "dirname": (_dirname, (1, 1)),
    "endswith": (lambda text, end: _text(text).endswith(_text(end)), (2, 2)),
    "find": (_find, (2, 2)),
    "float": (_float, (1, 1)),
    "format": (_format, (1, 1)),
    "has_part": (lambda text, parts: any(part in _text(text) for part in blanks.words(_text(parts))), (2, 2)),
    "has_word": (lambda text, word: _text(word) in blanks.words(_text(text)), (2, 2)),
    "in_job_folder": (_in_job_folder, (1, 1)),
    "index": (_index, (2, 2)),
    "int": (_int, (1, 1)),
    "is_number": (_is_number, (1, 1)),
    "join": (_join, (2, 2)),
    "len": (_len, (1, 1)),
    "lower": (lambda text: _text(text).lower(), (1, 1)),
    "max": (_max, (1, 16)),
    "mid": (_mid, (3, 3)),
    "min": (_min, (1, 16)),
    "num": (_num, (1, 1)),
    "only": (_only, (2, 2)),
    "pad": (_pad, (2, 2)),
    "path_in_job": (_path_in_job, (1, 1)),
    "replace": (_replace, (3, 3)),
    "replace_first": (_replace_first, (3, 3)),
    "rfind": (_rfind, (2, 2)),
    "round": (_round, (1, 1)),
    "single": (_single, (1, 1)),
    "spelled": (_spelled, (2, 2)),
    "startswith": (lambda text, start: _text(text).startswith(_text(start)), (2, 2)),
    "stem": (_stem, (1, 1)),
    "str": (text_of, (1, 1)),
    "upper": (lambda text: _text(text).upper(), (1, 1)),
    "word_after": (_word_after, (2, 2)),
}
"""Name → the function and how many arguments it takes (least, most)."""

CARRYING = frozenset(("join", "str"))
"""Functions that carry shell references from what they are given to what they return."""
SEARCHING = frozenset(
    (
        "after_last",
        "before_last",
        "contains",
        "find",
        "has_part",
        "has_word",
        "only",
        "replace",
        "replace_first",
        "rfind",
        "word_after",
    )
)
"""Functions that look for their second text in their first."""
