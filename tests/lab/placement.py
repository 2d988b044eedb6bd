"""What really happened to the ranks of a job, and whether it is what plan.json says.

Independent of relionc on purpose: only the probe's lines, RELION's device formula and the plan's JSON meet here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One rank as it found itself: `cpus` are its own, `gpus` is how many `devices` it could see.

    `scratch`: whether its scratch folder was there (`yes` or `no`; empty: it was given none).
    """

    rank: int
    size: int
    host: str
    cpus: int
    cpus_on_node: int
    gpus: int
    devices: str = ""
    scratch: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """One rank of a plan, or of a run in the plan's terms: `node` counts from 0 in the allocation's order."""

    rank: int
    role: str
    node: int
    cpus: int
    gpus: tuple[int, ...]


def rows(text: str) -> list[Row]:
    """Read the probe's lines, in rank order."""
    found = []
    for line in text.splitlines():
        if line.startswith("PROBE "):
            facts = dict(word.split("=", 1) for word in line.split()[1:])
            devices = [device for device in facts["gpus"].split(",") if device]
            found.append(
                Row(
                    rank=int(facts["rank"]),
                    size=int(facts["size"]),
                    host=facts["host"],
                    cpus=int(facts["cpus"] or 0),
                    cpus_on_node=int(facts["cpus_on_node"] or 0),
                    gpus=len(devices),
                    devices=facts["gpus"],
                    scratch=facts["scratch"],
                )
            )
    return sorted(found, key=lambda row: row.rank)


def happened(found: Sequence[Row], nodes: Sequence[str], job: Mapping[str, Any]) -> list[Placed]:
    """Return where the ranks were; of `job`, only what was asked of RELION counts: leader, threads, GPU use."""
    has_leader = any(rank["role"] == "leader" for rank in job["ranks"])
    workers = Counter(row.host for row in found if not (has_leader and row.rank == 0))
    placed = []
    for row in found:
        role = _role(row.rank, has_leader=has_leader, alone=row.size == 1)
        devices: tuple[int, ...] = ()
        if job["use_gpu"] and role == "worker":
            devices = worker_devices(row.rank, workers[row.host], row.gpus, job["threads"])
        elif job["use_gpu"] and role == "peer":
            devices = (row.rank % row.gpus,)
        placed.append(Placed(row.rank, role, nodes.index(row.host), row.cpus, devices))
    return placed


def _role(rank: int, *, has_leader: bool, alone: bool) -> str:
    if not has_leader or alone:
        return "peer"
    return "leader" if rank == 0 else "worker"


def worker_devices(rank: int, on_host: int, devices: int, threads: int) -> tuple[int, ...]:
    """Return the devices of a refine-type worker when RELION maps them itself.

    With R workers on the host (the leader not counted), thread i of a rank uses device
    `devices * (((rank - 1) % R) * threads + i) / (R * threads)`, rounded down; the rank is the global one.
    """
    place = (rank - 1) % on_host
    return tuple(sorted({devices * (place * threads + i) // (on_host * threads) for i in range(threads)}))


def planned(job: Mapping[str, Any]) -> list[Placed]:
    """Return the ranks of one job of plan.json."""
    return [
        Placed(each["rank"], each["role"], each["node"], each["cpus"], tuple(each["gpus"]))
        for each in job["ranks"]
    ]


def differences(wanted: Iterable[Placed], real: Iterable[Placed]) -> list[str]:
    """Compare rank by rank; an empty list is agreement."""
    plan = {each.rank: each for each in wanted}
    run = {each.rank: each for each in real}
    return [
        f"rank {rank}: planned {plan.get(rank)}, was {run.get(rank)}"
        for rank in sorted(plan.keys() | run.keys())
        if plan.get(rank) != run.get(rank)
    ]
