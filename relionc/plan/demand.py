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


class LocalLimit(NamedTuple):
    """RELION's bound on MPI ranks of jobs that go through no queue; reads like a rule of the catalogue."""

    maximum: int
    message: str
    minimum: int = 1
    odd: bool = False
    source: str = ""
    code: str = "RL130"


class Demand(NamedTuple):
    """The demand of one job on a site. Memory of one rank in GiB by term; scratch of one node likewise.

    `leader`: rank 0 computes nothing and needs no GPU. `pins` are the user's values by their names in the spec.
    """

    leader: bool
    serial: bool
    threads: bool  # it can use more than one CPU per rank
    gpu: bool
    one_rank_per_gpu: bool
    interactive: bool
    rank_rules: tuple[RankRule | LocalLimit, ...]
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

    @property
    def gpu_ids(self) -> str:
        """The devices of each rank in RELION's spelling, empty for its own choice."""
        return self.pin("gpu_ids") or ""

    def pin(self, name: str) -> Any:
        """Return the pinned value of `name`, or None."""
        pin = self.pins.get(name)
        return None if pin is None else pin.value


QUEUE_ONLY = ("partition", "constraint")
"""Wishes that only a scheduler could meet."""


def demand_of(job: ResolvedJob, cluster: Cluster) -> Demand:
    """Return what `job` needs on `cluster`."""
    needs = job.needs
    pins = job.resources.pinned()
    if job.layout is not None and job.layout.value != "auto":
        pins["layout"] = job.layout
    if cluster.scheduler != "slurm":  # `plan.check` says so
        pins = {name: pin for name, pin in pins.items() if name not in QUEUE_ONLY}
    memory, missing = memory_terms(job, _threads(job, cluster))
    scratch: tuple[Term, ...] = ()
    if _copies_to_scratch(job, cluster):
        scratch, more = scratch_terms(job)
        missing += more
    return Demand(
        leader=needs.leader and needs.mpi,
        serial=not needs.mpi,
        threads=needs.threads,
        gpu=needs.gpu,
        one_rank_per_gpu=needs.one_rank_per_gpu,
        interactive=job.interactive,
        rank_rules=(*needs.rank_rules, *_local_limit(job, cluster)),
        memory=memory,
        scratch=scratch,
        pins=pins,
        not_checked=missing,
    )


def _local_limit(job: ResolvedJob, cluster: Cluster) -> tuple[LocalLimit, ...]:
    if cluster.scheduler == "slurm" or job.type.option_of_role("ranks") is None:
        return ()
    most = job.type.program["local_mpi_limit"]
    return (LocalLimit(most, f"RELION starts at most {most} MPI ranks without a queue"),)


def _threads(job: ResolvedJob, cluster: Cluster) -> int:
    """Return the threads of a rank as far as they are known before its layout: pinned, or the site's usual."""
    pin = job.resources.threads or job.resources.cpus_per_task
    if pin is not None:
        return pin.value
    return cluster.policy.gpu_threads if job.needs.gpu else cluster.policy.cpu_threads


def _copies_to_scratch(job: ResolvedJob, cluster: Cluster) -> bool:
    """Whether RELION will copy particles to node-local disk: pre-reading switches it off (relion#721)."""
    if not job.needs.scratch or job.needs.preread or cluster.scratch is None:
        return False
    wanted = job.resources.scratch is not None or job.resources.scratch_dir is not None
    return wanted or cluster.scratch.required
