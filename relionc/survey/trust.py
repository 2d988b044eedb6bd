"""How far the facts of a profile are to be trusted: not checked, old, gone by, or not said at all."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.survey import knowledge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster

UNVERIFIED, OLD, GONE, NOT_SAID = "not checked", "old", "over", "not said"


class Doubt(NamedTuple):
    """A fact of a profile by its path, why it is in doubt, and what is known of it or how to find it out."""

    path: str
    why: str
    known: str


def doubts(cluster: Cluster, today: str) -> Iterator[Doubt]:
    """Yield what of a profile is in doubt. `today` is a date as 2026-11-30."""
    for name, node in cluster.node_types.items():
        if node.until and node.until < today[: len(node.until)]:
            yield Doubt(f"node_types.{name}", GONE, f"such nodes were there until {node.until}")
    yield from _not_said(cluster)
    for path, each in cluster.sources.items():
        if each.unverified:
            yield Doubt(path or "everything else", UNVERIFIED, each.text)
    yield from _old(cluster, today)


def _old(cluster: Cluster, today: str) -> Iterator[Doubt]:
    limit = f"{int(today[:4]) - int(str(knowledge.section('trust')['years'])):04}{today[4:]}"
    dates = {path: each.date for path, each in cluster.sources.items() if each.date}
    dates.setdefault("", cluster.date)
    for path, date in dates.items():
        if date and date < limit[: len(date)]:
            yield Doubt(path or "everything else", OLD, f"of {date}")


def _not_said(cluster: Cluster) -> Iterator[Doubt]:
    """Yield what a plan has to do without."""
    if cluster.scheduler == "slurm":
        yield from _of_queue(cluster)
    if not cluster.modules and not cluster.wrapper:
        yield Doubt("modules", NOT_SAID, _how("modules"))
    if cluster.scratch is None and any(node.scratch_gib for node in cluster.node_types.values()):
        yield Doubt("scratch", NOT_SAID, _how("scratch"))
    for name, node in cluster.node_types.items():
        if node.gpus and not node.vram_gib:
            yield Doubt(f"node_types.{name}.vram", NOT_SAID, _how("vram"))


def _of_queue(cluster: Cluster) -> Iterator[Doubt]:
    if not cluster.slurm:
        yield Doubt("slurm", NOT_SAID, _how("slurm"))
    if not cluster.mpi:
        yield Doubt("mpi", NOT_SAID, _how("mpi"))
    if not cluster.date:
        yield Doubt("date", NOT_SAID, _how("date"))
    says = "account" in cluster.require or any(name == "account" for name, _ in cluster.directives)
    if not says:
        yield Doubt("require", NOT_SAID, _how("account"))


def _how(key: str) -> str:
    return str(knowledge.section("how")[key])
