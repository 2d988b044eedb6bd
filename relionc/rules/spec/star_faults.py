"""A data file whose text RELION stops on, or takes otherwise than it looks."""

from __future__ import annotations

from relionc.catalog.starfiles import star_files
from relionc.diag import ERROR, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.data.facts import FileFacts, StarFault
    from relionc.site.types import Cluster
    from relionc.spec.model import InputFile, ResolvedJob

CODE = "RL151"
_STOPS = "stops"
_PARTICLES = "particles"


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
        if 0 in (each.file.particles, each.file.micrographs, each.file.tomograms):
            yield _empty(job, key, each.file)
        if each.file.from_zero:
            yield _from_zero(job, key, each, each.file.from_zero)
        if star_files().by_name[job.type.version]:
            yield from _ungrouped(job, key, each.file)


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


def _ungrouped(job: ResolvedJob, key: str, file: FileFacts) -> Iterator[Finding]:
    """Yield what is wrong with the optics groups of a list; programs that only join and split lists take any."""
    route, version = job.given.get(key, job.route), job.type.version
    if file.undefined:
        yield _undefined(job, key, file)
    if not job.type.traits.items or file.rows != _PARTICLES:
        return
    if file.lacks:
        message = f"{file.path} has no optics groups, and no {' and no '.join(file.lacks)} to make them of"
        advice = "it is a list of before 3.1, which RELION converts: add the columns"
        yield Finding(CODE, f"{message}: RELION {version} stops", route, help=advice)
    if file.ungrouped:
        column = star_files().columns.optics_group
        message = f"{file.path} has optics groups, and its particles lack the column {column}"
        yield Finding(CODE, f"{message}: RELION {version} stops", route, help="give each particle its group")


def _undefined(job: ResolvedJob, key: str, file: FileFacts) -> Finding:
    more = f" and {len(file.undefined) - 1} more" if file.undefined[1:] else ""
    group = f"optics group {file.undefined[0][:20]}{more}"
    return Finding(
        code=CODE,
        message=f"{file.path} has particles of {group}, which its optics table lacks",
        route=job.given.get(key, job.route),
        help="RELION stops; add the group, or give the particles one that is there",
    )


def _from_zero(job: ResolvedJob, key: str, each: InputFile, stack: str) -> Finding:
    """RELION takes image 0 for the first in silence (src/image.h, Image::_read, the same from 2.1 to 5.0.1)."""
    return Finding(
        code=CODE,
        severity=WARNING,
        message=f"{each.path} names image 0 of {stack}, and RELION counts from 1: it takes image 0 for the first",
        route=job.given.get(key, job.route),
        help="add 1 to the numbers of all images: with these, each particle but the first has the image before its own",
    )


def _empty(job: ResolvedJob, key: str, file: FileFacts) -> Finding:
    stops = file.particles == 0
    return Finding(
        code=CODE,
        severity=ERROR if stops else WARNING,
        message=f"{file.path} has no {file.rows}: {'RELION stops' if stops else 'there is nothing to do'}",
        route=job.given.get(key, job.route),
    )
