"""What a job needs, free of YAML and of RELION's option names: roles, bounds, memory, scratch, pins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.plan.amounts import memory_terms, scratch_terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.types import RankRule
    from relionc.plan.model import Term
    from relionc.site.types import Cluster
    from relionc.spec.model import Pin, ResolvedJob


class Demand(NamedTuple):
    """The demand of one job on a site. Memory of one rank in GiB by term; scratch of one node likewise.

    `leader`: rank 0 computes nothing and needs no GPU. `pins` are the user's values by their names in the spec.
    """

    leader: bool
    serial: bool
    gpu: bool
    one_rank_per_gpu: bool
    gpu_ids: str
    interactive: bool
    rank_rules: tuple[RankRule, ...]
    memory: tuple[Term, ...]
    scratch: tuple[Term, ...]
    pins: Mapping[str, Pin[Any]]
    not_checked: tuple[str, ...]

    @property
    def rank_gib(self) -> float:
        """GiB of memory of one rank."""
        return sum(term.gib for term in self.memory)

    @property
    def scratch_need_gib(self) -> float:
        """GiB of scratch of one node."""
        return sum(term.gib for term in self.scratch)

    def pin(self, name: str) -> Any:
        """Return the pinned value of `name`, or None."""
        pin = self.pins.get(name)
        return None if pin is None else pin.value


def demand_of(job: ResolvedJob, cluster: Cluster) -> Demand:
    """Return what `job` needs on `cluster`."""
    needs = job.needs
    pins = job.resources.pinned()
    if job.layout is not None and job.layout.value != "auto":
        pins["layout"] = job.layout
    memory, missing = memory_terms(job)
    scratch: tuple[Term, ...] = ()
    if _copies_to_scratch(job, cluster):
        scratch, more = scratch_terms(job)
        missing += more
    return Demand(
        leader=needs.leader and needs.mpi,
        serial=not needs.mpi,
        gpu=needs.gpu,
        one_rank_per_gpu=needs.one_rank_per_gpu,
        gpu_ids=job.resources.gpu_ids.value if job.resources.gpu_ids else "",
        interactive=job.interactive,
        rank_rules=needs.rank_rules,
        memory=memory,
        scratch=scratch,
        pins=pins,
        not_checked=missing,
    )


def _copies_to_scratch(job: ResolvedJob, cluster: Cluster) -> bool:
    """Whether RELION will copy particles to node-local disk: pre-reading switches it off (relion#721)."""
    if not job.needs.scratch or job.needs.preread or cluster.scratch is None:
        return False
    wanted = job.resources.scratch is not None or job.resources.scratch_dir is not None
    return wanted or cluster.scratch.required
