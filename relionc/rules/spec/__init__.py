"""Rules over the jobs of a spec, before anything is planned: their options, and what they ask for."""

from __future__ import annotations

from relionc.rules.spec import (
    constant_scratch,
    continue_left_out,
    data_contradicted,
    files_do_not_fit,
    gpu_list_for_all,
    gpu_spaces,
    gpu_words,
    input_missing,
    other_content,
    path_spaces,
    preread_and_scratch,
    program_elsewhere,
    short_stack,
    star_faults,
    stops_at_run,
    version_not_installed,
    window_in_queue,
    wrong_kind,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

    class JobRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, job: ResolvedJob, cluster: Cluster, /) -> Iterable[Finding]:
            """Return what is wrong with a job on a cluster."""


RULES: tuple[JobRule, ...] = (
    path_spaces,
    gpu_spaces,
    gpu_words,
    gpu_list_for_all,
    constant_scratch,
    continue_left_out,
    preread_and_scratch,
    stops_at_run,
    program_elsewhere,
    version_not_installed,
    window_in_queue,
    input_missing,
    star_faults,
    short_stack,
    data_contradicted,
    files_do_not_fit,
    wrong_kind,
    other_content,
)


def check(jobs: Iterable[ResolvedJob], cluster: Cluster) -> list[Finding]:
    """Return what the rules find, job by job."""
    return [finding for job in jobs for rule in RULES for finding in rule.check(job, cluster)]
