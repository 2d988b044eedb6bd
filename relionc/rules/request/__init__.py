"""Rules over what a job asks of a cluster, right before its layout is looked for."""

from __future__ import annotations

from relionc.rules.request import (
    constraint,
    gpu_type,
    gpus_left_idle,
    gpus_not_used,
    layout,
    long_gpu_list,
    memory_flag,
    memory_twice,
    no_gpus,
    partition,
    qos,
    queue_only,
    required,
    scratch_nowhere,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

    class RequestRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, job: ResolvedJob, cluster: Cluster, /) -> Iterable[Finding]:
            """Return what is wrong with what a job asks for."""


RULES: tuple[RequestRule, ...] = (
    layout,
    partition,
    qos,
    constraint,
    queue_only,
    memory_twice,
    memory_flag,
    gpus_not_used,
    gpus_left_idle,
    gpu_type,
    no_gpus,
    long_gpu_list,
    scratch_nowhere,
    required,
)


def check(job: ResolvedJob, cluster: Cluster) -> list[Finding]:
    """Return what is wrong with what a job asks for."""
    return [finding for rule in RULES for finding in rule.check(job, cluster)]
