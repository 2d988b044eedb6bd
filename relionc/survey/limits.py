"""Limits and prices of partitions, as QOS and TRESBillingWeights say them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from relionc.survey.told import Survey

_WEIGHT = re.compile(r"([A-Za-z]+(?:/\w+(?::[\w.+-]+)?)?)=(\d+(?:\.\d+)?)([KMGT]?)", re.IGNORECASE)
_PER_GIB = {"": 1024.0, "K": 1024.0 * 1024, "M": 1024.0, "G": 1.0, "T": 1 / 1024}
_TRES = {
    "MaxTRES": "a job may have",
    "MaxTRESPerNode": "a job may have on a node",
    "MaxTRESPU": "a user may have",
    "MinTRES": "a job must have at least",
}


_NUMBERS = {
    "min_gpus": ("MinTRES", re.compile(r"(?:^|,)gres/gpu=(\d{1,9})(?:,|$)")),
    "max_gpus": ("MaxTRES", re.compile(r"(?:^|,)gres/gpu=(\d{1,9})(?:,|$)")),
    "max_cpus": ("MaxTRES", re.compile(r"(?:^|,)cpu=(\d{1,9})(?:,|$)")),
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
    try:
        seconds = parse_time(row.get("MaxWall", "")) if row.get("MaxWall") else UNLIMITED
    except SlurmSyntaxError:
        seconds = UNLIMITED
    values = {
        key: int(found[1])
        for key, (column, form) in _NUMBERS.items()
        if (found := form.search(row.get(column, "")))
    }
    parts = [f"{text} {row[key][:100]}" for key, text in _TRES.items() if row.get(key)]
    parts += [f"a user may have {row['MaxJobsPU'][:20]} jobs"] if row.get("MaxJobsPU") else []
    note = f"{'; '.join(parts)} (QOS {partition['QoS'][:60]})." if parts else ""
    return QosLimits(None if seconds >= UNLIMITED else seconds, note, values)


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
