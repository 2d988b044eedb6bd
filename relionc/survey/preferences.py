"""Preferences for a profile whose people have said none: ranks, CPUs and memory that fit the cluster."""

from __future__ import annotations

from relionc.slurm.sizes import format_memory
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import format_time, parse_time
from relionc.survey import knowledge
from relionc.survey.hardware import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.site.types import Plain
    from relionc.survey.hardware import NodeKind
    from relionc.survey.told import Survey


_USUAL = 4096
"""MiB of a CPU where nobody says how much nodes have."""
_LEAST = 1024
"""MiB: a site that gives a CPU less does so to make jobs say what they need."""


def policy(
    told: Survey,
    found: Sequence[NodeKind],
    partitions: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, Plain], dict[str, str]]:
    """Return the preferences, and where those come from that are no guess."""
    usual = knowledge.section("policy")
    plain = [kind for kind in found if not kind.machine.gpus] or list(found)
    largest = max(plain, key=lambda kind: len(kind.nodes) * kind.machine.cpus)
    threads = _at_most(int(_real(usual["cpu_threads"])), largest.machine.cpus)
    values: dict[str, Plain] = {"cpu_threads": threads}
    if any(kind.machine.gpus for kind in found):
        values["gpu_threads"] = int(_real(usual["gpu_threads"]))
    memory, why = _memory(told, largest, partitions)
    values["memory_per_cpu"] = format_memory(memory)
    values["ntasks"] = _ranks(largest, threads, usual)
    values["time"] = _time(str(usual["time"]), partitions)
    by_type = usual["threads"]
    if isinstance(by_type, dict):
        values["threads"] = {
            name: _at_most(int(_real(each)), largest.machine.cpus) for name, each in by_type.items()
        }
    return values, ({"memory_per_cpu": why} if why else {})


def gpu_threads(kind: NodeKind) -> tuple[int, int]:
    """Return how many CPUs a rank on a GPU can have, if each GPU has one and one more leads; and the usual number."""
    usual = int(_real(knowledge.section("policy")["gpu_threads"]))
    gpus = kind.machine.gpus[0].count if kind.machine.gpus else 0
    return _at_most(usual, max(kind.machine.cpus // (gpus + 1), 1)), usual


def _real(value: Plain) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _at_most(threads: int, cpus: int) -> int:
    while threads > 1 and threads > cpus:
        threads //= 2
    return threads


def _ranks(largest: NodeKind, threads: int, usual: Mapping[str, Plain]) -> int:
    """Return an odd number, since one of them leads: as usual, or what a share of the nodes can hold."""
    cpus = len(largest.nodes) * largest.machine.cpus
    fit = int(cpus * _real(usual["share"])) // max(threads, 1)
    ranks = min(int(_real(usual["ntasks"])), max(fit, int(_real(usual["fewest"]))))
    ranks = min(ranks, max(cpus // max(threads, 1), 1))
    return ranks if ranks % 2 or ranks == 0 else ranks - 1


def _memory(told: Survey, largest: NodeKind, partitions: Mapping[str, Mapping[str, str]]) -> tuple[int, str]:
    """Return MiB of a CPU: what Slurm gives a job that asks for nothing, else what the largest nodes have of it."""
    default = next((each for each in partitions.values() if each.get("Default", "").upper() == "YES"), {})
    share = (
        max(largest.machine.memory_mib // largest.machine.cpus, 1) if largest.machine.memory_mib else _USUAL
    )
    for record, where in ((default, "DefMemPerCPU of the default partition"), (told.config, "DefMemPerCPU")):
        given = number(record.get("DefMemPerCPU"))
        if _LEAST <= given <= share:
            return given, where
    return share, ""


def _time(usual: str, partitions: Mapping[str, Mapping[str, str]]) -> str:
    """Return the usual time, or the longest that some partition allows."""
    longest = 0
    for record in partitions.values():
        try:
            longest = max(longest, parse_time(record.get("MaxTime") or "UNLIMITED"))
        except SlurmSyntaxError:
            longest = max(longest, parse_time("UNLIMITED"))
    return format_time(min(parse_time(usual), longest))
