"""How large a spec may be: what is refused before any of its jobs is looked at."""

from __future__ import annotations

from relionc.catalog.program import MOST_REPEATS
from relionc.diag import Finding
from relionc.source.values import as_mapping, characters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.diag import Route
    from relionc.site.types import Cluster
    from relionc.source.values import Plain

MOST_JOBS = 1_000
"""The most jobs that one spec may have."""
MOST_KEYS = 1_000
"""The most options, or other things of one kind, that a job may have; and so the defaults of all jobs."""
MOST_REPEATED = 1 << 22
"""The most characters of `defaults`, counted once for each job: every job has them."""

MOST_POOLS, _BEFORE_ANY_JOB = 1_000_000, 50
"""The most kinds of nodes in all partitions together, once for each job; to know them takes as long as some jobs."""


def too_large(value: Plain) -> Finding | None:
    """Return what is too large in the values of a spec, of any shape; None where nothing is."""
    jobs = as_mapping(as_mapping(value).get("jobs"))
    defaults = as_mapping(as_mapping(value).get("defaults"))
    if len(jobs) > MOST_JOBS:
        return _finding(f"this spec has {len(jobs):,} jobs; it may have {MOST_JOBS:,}", ("jobs",))
    parts = [*_parts(defaults, ("defaults",))]
    parts += [part for name, job in jobs.items() for part in _parts(as_mapping(job), ("jobs", name))]
    for route, count in parts:
        if count > MOST_KEYS:
            message = f"`{route[-1]}` of `{route[-2]}` has {count:,} items; it may have {MOST_KEYS:,}"
            return _finding(message, route)
    repeated = len(jobs) * characters(defaults)
    if repeated > MOST_REPEATED:
        message = f"the defaults, written into all {len(jobs):,} jobs, have {repeated:,} characters"
        return _finding(f"{message}; they may have {MOST_REPEATED:,}", ("defaults",))
    return None


def site_too_large(cluster: Cluster, jobs: Sequence[object]) -> Finding | None:
    """Return a finding where all jobs together weigh too many kinds of nodes, in all partitions."""
    pools = sum(len(partition.node_types) for partition in cluster.partitions.values())
    if (_BEFORE_ANY_JOB + len(jobs)) * pools <= MOST_POOLS:
        return None
    message = f"{len(jobs):,} jobs on {pools:,} kinds of nodes in partitions are too many to weigh"
    advice = "leave partitions and node types that no job needs out of the profile, or split the spec"
    return Finding(code="RL028", message=message, route=("jobs",), on_key=True, help=advice)


def too_many_files() -> Finding:
    """Return what is said where jobs make more files, one for each class or subset, than there is time to list."""
    message = (
        f"the jobs of this spec make too many files, one for each class or subset: over {MOST_REPEATS:,}"
    )
    return _finding(message, ("jobs",))


def _parts(mapping: dict[str, Plain], route: Route) -> Iterator[tuple[Route, int]]:
    for key, value in mapping.items():
        if isinstance(value, (dict, list)):
            yield (*route, key), len(value)


def _finding(message: str, route: Route) -> Finding:
    return Finding(code="RL028", message=message, route=route, on_key=True, help="split it")
