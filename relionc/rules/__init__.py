"""Lint rules over resolved jobs, one file each, listed here; a rule finds what no limit of RELION or Slurm does.

A rule module has CODE and `check(job, cluster)`, which yields findings. Adding one: write the file, list it in
RULES, and write the page of its code (`docs/codes/`): its title, why, and a wrong and a right example, which are run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.rules import (
    constant_scratch,
    continue_left_out,
    gpu_list_for_all,
    gpu_spaces,
    path_spaces,
    preread_and_scratch,
    stops_at_run,
    version_not_installed,
    window_in_queue,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.diag import Finding
    from relionc.site.types import Cluster
    from relionc.spec.model import ResolvedJob

RULES = (
    path_spaces,
    gpu_spaces,
    gpu_list_for_all,
    constant_scratch,
    continue_left_out,
    preread_and_scratch,
    stops_at_run,
    version_not_installed,
    window_in_queue,
)


def run(jobs: Iterable[ResolvedJob], cluster: Cluster) -> list[Finding]:
    """Return what the rules find, job by job."""
    return [finding for job in jobs for rule in RULES for finding in rule.check(job, cluster)]
