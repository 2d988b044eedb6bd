"""A data file whose text RELION stops on, or takes otherwise than it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.catalog.starfiles import star_files
from relionc.diag import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.data.facts import FileFacts, StarFault
    from relionc.site.types import Cluster
    from relionc.spec.model import InputFile, ResolvedJob

CODE = "RL151"
_STOPS = "stops"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a finding for each kind of fault that matters to this version; an earlier job's file will be another."""
    for key, each in job.inputs.items():
        if each.file is None or each.made:
            continue
        told: set[str] = set()
        for fault in each.file.faults:
            what = star_files().faults[fault.kind]["is_"]
            if what not in told and (finding := _finding(job, key, fault)):
                told.add(what)
                yield finding
        if each.file.particles == 0:
            yield _empty(job, key, each)
        if each.file.undefined and star_files().by_name[job.type.version]:
            yield _undefined(job, key, each.file)


def _finding(job: ResolvedJob, key: str, fault: StarFault) -> Finding | None:
    known = star_files().faults[fault.kind]
    does = known["does"].get(job.type.version)
    if does is None:
        return None
    return Finding(
        code=CODE,
        severity=ERROR if does.startswith(_STOPS) else WARNING,
        message=f"line {fault.line:,} of {fault.path} is {known['is_']}: RELION {job.type.version} {does}",
        route=job.given.get(key, job.route),
        help=known["help"],
    )


def _undefined(job: ResolvedJob, key: str, file: FileFacts) -> Finding:
    more = f" and {len(file.undefined) - 1} more" if file.undefined[1:] else ""
    group = f"optics group {file.undefined[0][:20]}{more}"
    return Finding(
        code=CODE,
        message=f"{file.path} has particles of {group}, which its optics table lacks",
        route=job.given.get(key, job.route),
        help="RELION stops; add the group, or give the particles one that is there",
    )


def _empty(job: ResolvedJob, key: str, each: InputFile) -> Finding:
    return Finding(
        code=CODE,
        message=f"{each.path} has no particles: RELION stops",
        route=job.given.get(key, job.route),
    )
