"""The text of a site's own entries, where one is the value of an sbatch option or a part of it: the plan's.

`--gres=gpu:XXXextra1XXX` wants what comes after `gpu:`, `--time=XXXextra1XXX:00:00` hours. Where the plan's value has
no such form, a number that is large enough does.
"""

from __future__ import annotations

import re

from relionc.slurm.options import GRES, OPTIONS, SIZE, TIME
from relionc.slurm.sizes import format_memory, parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MOST_ENTRIES = 6  # of one value


def texts_for(value: str, name: str, planned: Sequence[str], entry: re.Pattern[str]) -> dict[int, str]:
    """Return the texts of the entries in a value of an option, by their numbers, so that it says what the plan does.

    `planned` are values that do, the first one before the others; nothing comes of it where none fits. `entry` finds
    the entries; its group is the number.
    """
    numbers = {int(each) for each in entry.findall(value)}
    if len(numbers) > _MOST_ENTRIES:
        return {}
    form = OPTIONS[name].form if name in OPTIONS else ""
    parse = _NUMBERS.get(form) if len(numbers) == 1 else None
    for text in planned:
        found = next(filter(None, (_matched(value, other, entry) for other in _forms(form, text))), None)
        if found is not None:
            return found
        found = _in_any_order(value, text, entry) if form == GRES else None
        if found is not None:
            return found
        least = _least(parse, value, text, entry) if parse else None
        if least is not None:
            return {next(iter(numbers)): str(least)}
    return {}


def _matched(value: str, text: str, entry: re.Pattern[str]) -> dict[int, str] | None:
    """Return what each entry of a value has to be for the value to be this text; None where it cannot."""
    pattern, seen, end = "", set[int](), 0
    for found in entry.finditer(value):
        number = int(found[1])
        pattern += re.escape(value[end : found.start()])
        pattern += f"(?P=n{number})" if number in seen else f"(?P<n{number}>.+?)"
        seen.add(number)
        end = found.end()
    match = re.fullmatch(pattern + re.escape(value[end:]), text) if seen else None
    return None if match is None else {number: match[f"n{number}"] for number in seen}


def _in_any_order(value: str, text: str, entry: re.Pattern[str]) -> dict[int, str] | None:
    """Match the parts of a list with those of another, whose order means nothing; each has to be used once."""
    left, found = text.split(","), dict[int, str]()
    for part in value.split(","):
        for other in left:
            matched = _matched(part, other, entry) if entry.search(part) else {} if part == other else None
            if matched is not None and found.items() | matched.items() == (found | matched).items():
                left.remove(other)
                found |= matched
                break
        else:
            return None
    return None if left else found


def _least(parse: Callable[[str], int], value: str, text: str, entry: re.Pattern[str]) -> int | None:
    """Return the least whole number that makes a value as much as a text; None where a number cannot stand there."""

    def read(number: int) -> int:
        return parse(entry.sub(str(number), value))

    try:
        one, two, wanted = read(1), read(2), parse(text)
        if two <= one or UNLIMITED in (wanted, two):
            return None
        number = max(1, -(-(wanted - one) // (two - one)) + 1)
        return number if read(number) >= wanted else None
    except SlurmSyntaxError:
        return None


def _forms(form: str, text: str) -> Iterator[str]:
    """Yield the forms of a value, at first as it is; one that Slurm would not read has no others."""
    yield text
    try:
        yield from _FORMS[form](text) if form in _FORMS else ()
    except SlurmSyntaxError:
        return


def _times(text: str) -> Iterator[str]:
    """Yield a time limit as people write it."""
    seconds = parse_time(text)
    if seconds >= UNLIMITED:
        return
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    clock = f"{minute:02}:{second:02}"
    yield f"{hours}:{clock}"
    yield f"{hours:02}:{clock}"
    for hour in (str(hours % 24), f"{hours % 24:02}"):
        yield f"{hours // 24}-{hour}:{clock}"
        yield from (f"{hours // 24}-{hour}:{minute:02}",) if not second else ()
        yield from (f"{hours // 24}-{hour}",) if not seconds % 3600 else ()


def _sizes(text: str) -> Iterator[str]:
    """Yield a size as people write it."""
    mib = parse_size(text)
    yield format_memory(mib)
    for factor, units in ((1024, ("G", "g", "GB", "gb")), (1, ("M", "m", "MB", "mb", ""))):
        yield from (f"{mib // factor}{unit}" for unit in units if mib % factor == 0)


_NUMBERS: dict[str, Callable[[str], int]] = {TIME: parse_time, SIZE: parse_size}
_FORMS: dict[str, Callable[[str], Iterator[str]]] = {TIME: _times, SIZE: _sizes}
