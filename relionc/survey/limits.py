"""Limits and prices of partitions, as QOS and TRESBillingWeights say them."""

from __future__ import annotations

import re

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, format_time, parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.site.types import Plain
    from relionc.survey.told import Survey

_WEIGHT = re.compile(r"([A-Za-z]+(?:/\w+(?::[\w.+-]+)?)?)=(\d+(?:\.\d+)?)([KMGT]?)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+@:/-]*")
_PER_GIB = {"": 1024.0, "K": 1024.0 * 1024, "M": 1024.0, "G": 1.0, "T": 1 / 1024}
_TRES = {
    "MaxTRES": "a job may have",
    "MaxTRESPerNode": "a job may have on a node",
    "MaxTRESPU": "a user may have",
    "MaxTRESPA": "an account may have",
    "GrpTRES": "all jobs may have",
    "MinTRES": "a job must have at least",
}
_MOST = ("MaxTRES", "MaxTRESPU", "MaxTRESPA", "GrpTRES")
"""What bounds a job: one that is over what its user, its account or all jobs may have waits for ever."""
_NUMBERS = {
    "min_gpus": (("MinTRES",), re.compile(r"(?:^|,)gres/gpu=(\d{1,9})(?:,|$)")),
    "max_gpus": (_MOST, re.compile(r"(?:^|,)gres/gpu=(\d{1,9})(?:,|$)")),
    "max_cpus": (_MOST, re.compile(r"(?:^|,)cpu=(\d{1,9})(?:,|$)")),
    "max_nodes": (_MOST, re.compile(r"(?:^|,)node=(\d{1,9})(?:,|$)")),
}


class QosLimits(NamedTuple):
    """What the QOS of a partition allows: the longest time of a job in seconds, numbers by key, the rest to read."""

    max_time_s: int | None = None
    note: str = ""
    values: Mapping[str, int] = {}


def qos_limits(partition: Mapping[str, str], told: Survey) -> QosLimits:
    """Return the limits of a partition's QOS; none where it has none, or nobody told."""
    row = told.qos.get(partition.get("QoS", ""))
    if not row:
        return QosLimits()
    parts = [f"{text} {row[key][:100]}" for key, text in _TRES.items() if row.get(key)]
    parts += [f"a user may have {row['MaxJobsPU'][:20]} jobs"] if row.get("MaxJobsPU") else []
    note = f"{'; '.join(parts)} (QOS {partition['QoS'][:60]})." if parts else ""
    return QosLimits(_longest(row), note, dict(_numbers(row)))


def qos_values(told: Survey) -> dict[str, dict[str, Plain]]:
    """Return what each QOS limits of a job, as a profile says it; those that limit nothing, with nothing."""
    return {
        name: {
            **({"max_time": format_time(seconds)} if (seconds := _longest(row)) else {}),
            **dict(_numbers(row)),
        }
        for name, row in told.qos.items()
        if _NAME.fullmatch(name)
    }


def _longest(row: Mapping[str, str]) -> int | None:
    """Return the longest time of a job in seconds."""
    try:
        seconds = parse_time(row["MaxWall"]) if row.get("MaxWall") else UNLIMITED
    except SlurmSyntaxError:
        return None
    return None if seconds >= UNLIMITED else seconds


def _numbers(row: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the limits of a job that are numbers: of several the tightest."""
    for key, (columns, form) in _NUMBERS.items():
        limits = [int(found[1]) for column in columns if (found := form.search(row.get(column, "")))]
        if limits and any(limits):
            yield key, min(limit for limit in limits if limit)


def billing(text: str) -> Iterator[tuple[str, float]] | tuple[tuple[str, float], ...]:
    """Return what is charged for a CPU, a GiB and a GPU; of several prices of GPUs the highest."""
    found: dict[str, float] = {}
    for name, amount, unit in _WEIGHT.findall(text):
        kind, weight = name.lower(), float(amount[:15])
        if kind == "cpu":
            found["cpu"] = weight
        elif kind == "mem":
            found["memory"] = round(weight * _PER_GIB[unit.upper()], 6)
        elif kind == "gres/gpu":
            found["gpu"] = weight
        elif kind.startswith("gres/gpu:") and "gres/gpu=" not in text.lower():
            found["gpu"] = max(weight, found.get("gpu", 0.0))
    order = ("cpu", "memory", "gpu")
    return tuple((key, found[key]) for key in order if key in found)
