"""Time limits, as `--time` takes them."""

from __future__ import annotations

from relionc.slurm.syntax import SlurmSyntaxError, is_number, number_and_unit

UNLIMITED = 0xFFFFFFFF * 60
"""Seconds that stand for "no limit": more than any other time, so comparisons need no special case."""


def parse_time(text: str) -> int:
    """Return the seconds of a time limit: `minutes`, `m:s`, `h:m:s`, `d-h`, `d-h:m`, `d-h:m:s`.

    `UNLIMITED`, `INFINITE`, `-1` and a limit of zero (which Slurm reads as none) give `UNLIMITED`.
    """
    if text.upper() in ("UNLIMITED", "INFINITE", "-1"):
        return UNLIMITED
    days, dash, clock = text.rpartition("-")
    fields = clock.split(":")
    if not all(map(is_number, fields)) or len(fields) > 3 or (dash and not is_number(days)):
        raise SlurmSyntaxError(f"`{text}` is not a time limit", _time_advice(text))
    if dash:
        unit_seconds: tuple[int, ...] = (3600, 60, 1)
    else:
        unit_seconds = {1: (60,), 2: (60, 1), 3: (3600, 60, 1)}[len(fields)]
    seconds = sum(int(field) * unit for field, unit in zip(fields, unit_seconds, strict=False))
    seconds += int(days) * 86400 if dash else 0
    if seconds >= UNLIMITED:
        raise SlurmSyntaxError(f"`{text}` is longer than any time limit", "write UNLIMITED for no limit")
    return seconds or UNLIMITED


def format_time(seconds: int) -> str:
    """Return `D-HH:MM:SS`, without the days where there are none; `UNLIMITED` for no limit."""
    if seconds >= UNLIMITED:
        return "UNLIMITED"
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def _time_advice(text: str) -> str:
    """Return how to write a time such as `24h`, `2 days` or `90 min`, else the forms there are."""
    number, letters = number_and_unit(text)
    unit = {"d": 86400, "h": 3600, "m": 60, "s": 1}.get(letters[:1].lower(), 0)
    if number and len(number) < 7 and unit:
        return f"write {format_time(max(int(number) * unit, 60))}"
    return "write days-hours:minutes:seconds, as 1-00:00:00 or 08:00:00; a plain number is minutes"
