"""`resources:` of a job (and options that are resources) → pins."""

from __future__ import annotations

from relionc.diag import WARNING, Finding
from relionc.expr import Text, text_of
from relionc.slurm.gres import parse_gres
from relionc.slurm.sizes import parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import format_time, parse_time
from relionc.source.values import as_scalar
from relionc.spec.model import Pin, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.expr import AnyText, Value
    from relionc.source.values import Plain
    from relionc.spec.scope import SpecScope

    Routed = dict[str, tuple[Plain, Route]]
    """Key → its value and where it stands (a job's own, or the spec's defaults)."""
    Pins = dict[str, Pin[Any]]
    """Pins by the names of `Resources`, which says the type of each."""


MIB_PER_GIB = 1024
MOST = 16384
"""The most nodes, ranks, CPUs or GPUs: more than any RELION job has had, and no more than a plan can list."""
LONGEST = 40
"""The most characters of an amount."""


class _WrongError(ValueError):
    """A value that a key cannot take; `help` is what it could."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.help = advice


def resolve(raw: Routed, scope: SpecScope) -> Pins:
    """Return the pins of `resources:`, by the names of `Resources`."""
    pins: Pins = {}
    for key, (value, route) in raw.items():
        if key == "gpus":
            pins.update(_gpus(value, route, scope))
            continue
        known = scope.value(as_scalar(value), route)
        if known is None:
            continue
        try:
            pins[key] = Pin(_READERS[key](known), route)
            if key == "time":
                scope.findings += _short_times(_short(known), route)
        except (_WrongError, SlurmSyntaxError) as error:
            scope.report("RL107", f"{key}: {error}", route, error.help)
    return pins


MOST_HOURS = 96
"""A plain number up to this may be meant as hours; Slurm takes it for minutes."""


def _short_times(text: str, route: Route) -> Iterator[Finding]:
    """Yield a warning for a limit of minutes that looks like one of hours."""
    if text.strip("0:-") == "" and any(mark in text for mark in "0"):
        advice = "write UNLIMITED if that is meant"
        yield Finding("RL615", f"`{text}` is no limit at all to Slurm", route, severity=WARNING, help=advice)
        return
    minutes, colon, seconds = text.partition(":")
    if not minutes.isdecimal() or int(minutes) > MOST_HOURS or not (seconds.isdecimal() or not colon):
        return
    said = f"{int(minutes)} minute{'' if int(minutes) == 1 else 's'}"
    yield Finding(
        code="RL615",
        severity=WARNING,
        message=f"`{text}` is {said}{f' and {seconds} seconds' if colon else ''} to Slurm",
        route=route,
        help=f"write {format_time(int(minutes) * 3600)} for hours, or {format_time(parse_time(text))} if it is meant",
    )


def _short(value: Value) -> str:
    """Return the text of an amount or a flag, which the plan has to know; none has very many characters."""
    text = text_of(value)
    if isinstance(text, Text):
        raise _WrongError(
            f"`{text}` is known only when the job runs", "write the value, which the plan needs"
        )
    if len(text) > LONGEST:
        raise _WrongError(f"`{text[:LONGEST]}…` is far too long for an amount")
    return text


def _count(value: Value) -> int:
    text = _short(value)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise _WrongError(f"`{text}` is not a count", "write a whole number, at least 1")
    if int(text) > MOST:
        raise _WrongError(f"no cluster has {text} of them", f"write a number up to {MOST}")
    return int(text)


def _word(value: Value) -> str:
    text = text_of(value)
    if isinstance(text, Text) or not text or any(ord(c) < 0x20 for c in text):
        raise _WrongError("it must be text on one line, without shell references")
    return text


def _memory(value: Value) -> int:
    return parse_size(_short(value), "M")


def _scratch(value: Value) -> int:
    return -(-parse_size(_short(value), "G") // MIB_PER_GIB)


def _flag(value: Value) -> bool:
    word = _short(value).lower()
    if word not in ("true", "yes", "false", "no"):
        raise _WrongError(f"`{word}` is neither yes nor no")
    return word in ("true", "yes")


_READERS: dict[str, Callable[[Value], str | int | bool]] = {
    "partition": _word,
    "constraint": _word,
    "nodes": _count,
    "ntasks": _count,
    "ntasks_per_node": _count,
    "cpus_per_task": _count,
    "ranks_per_gpu": _count,
    "mem_per_cpu": _memory,
    "mem": _memory,
    "scratch": _scratch,
    "time": lambda value: parse_time(_short(value)),
    "exclusive": _flag,
    "account": _word,
    "qos": _word,
}


def _gpus(value: Plain, route: Route, scope: SpecScope) -> Pins:
    """Read a type, `type:count` per node, a count in all, or {type, per_node}."""
    if isinstance(value, dict):
        names = {"type": "gpu_type", "per_node": "gpus_per_node", "count": "gpus"}
        found = {
            key: (scope.value(as_scalar(item), (*route, key)), (*route, key)) for key, item in value.items()
        }
        try:
            return {
                names[key]: Pin(_word(item) if key == "type" else _count(item), here)
                for key, (item, here) in found.items()
                if item is not None
            }
        except _WrongError as error:
            scope.report("RL107", f"gpus: {error}", route, error.help)
            return {}
    known = scope.value(as_scalar(value), route)
    if known is None:
        return {}
    try:
        text = _short(known)
        if text.isdigit():
            return {"gpus": Pin(_count(known), route)}
        kind, colon, per_node = text.partition(":")
        parse_gres(f"gpu:{text}")
        pins: Pins = {"gpu_type": Pin(_word(kind), route)}
        if colon:
            pins["gpus_per_node"] = Pin(_count(per_node), route)
    except (_WrongError, SlurmSyntaxError) as error:
        scope.report("RL107", f"gpus: {error}", route, "a type, type:count for each node, or a count in all")
        return {}
    return pins


_ROLE_PINS = {
    "ranks": "ntasks",
    "threads": "threads",
    "use_gpu": "use_gpu",
    "gpu_ids": "gpu_ids",
    "scratch_dir": "scratch_dir",
}


def from_options(
    job_type: JobType, options: Mapping[str, AnyText], given: Mapping[str, Route], scope: SpecScope
) -> Pins:
    """Return the pins that the user set through RELION's own options (`nr_mpi`, `gpu_ids` …)."""
    pins: Pins = {}
    for role, name in _ROLE_PINS.items():
        option = job_type.option_of_role(role)
        if option is None or option.key not in given:
            continue
        text, route = options[option.key], given[option.key]
        if role in ("ranks", "threads"):
            try:
                pins[name] = Pin(_count(text), route)
            except _WrongError as error:
                scope.report("RL107", f"{option.key}: {error}", route, error.help)
        elif role == "use_gpu":
            pins[name] = Pin(text == "Yes", route)
        else:
            pins[name] = Pin(text, route)
    return pins


def merged(pins: Pins, options: Pins, scope: SpecScope) -> Resources:
    """Return all pins; the same value given twice must be the same, unless one is a default of the spec."""
    for name, pin in options.items():
        other = pins.get(name)
        if other is not None and _is_default(other):
            pins[name] = pin
        elif other is not None and other.value != pin.value:
            message = f"`{pin.route[-1]}` says {pin.value}, and `{other.route[-1]}` says {other.value}"
            scope.report("RL108", message, pin.route, "keep one of them")
        pins.setdefault(name, pin)
    return Resources(**pins)


def meaningful(pins: Resources, *, gpu: bool, mpi: bool) -> Resources:
    """Return the pins without defaults of the spec that mean nothing for this job.

    Those are GPUs for a job that uses none, and numbers of nodes and ranks for a program that is one process.
    """
    idle = [*(() if gpu else _GPU_PINS), *(() if mpi else _RANK_PINS)]
    found = pins.pinned()
    return pins._replace(**{name: None for name in idle if name in found and _is_default(found[name])})


_GPU_PINS = ("gpu_type", "gpus_per_node", "gpus", "ranks_per_gpu")
_RANK_PINS = ("nodes", "ntasks", "ntasks_per_node")


def _is_default(pin: Pin[object]) -> bool:
    return pin.route[0] == "defaults"
