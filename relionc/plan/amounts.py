"""How much memory and scratch a job takes: the models, each term with its formula.

Which models count for a job, and the numbers that they take from its options, are the catalogue's (traits `memory`,
`vram`, `quantities` and `arrays`). docs/memory.md has the models in words, and how far they are from what was measured.
"""

from __future__ import annotations

from relionc.plan import array_memory, refine_memory
from relionc.plan.model import Term
from relionc.plan.particles import PIXEL, preread_particles, scratch_particles
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relionc.catalog import JobType
    from relionc.plan.refine_memory import Part, Refinement
    from relionc.site.types import Builds
    from relionc.spec.model import ResolvedJob

    Found = tuple[tuple[Term, ...], tuple[str, ...]]

GIB = 1024**3
RESERVE_GIB = 10.0
"""What RELION leaves free on the scratch disk (its `keep_free_scratch`, 10 by default, ml_optimiser.cpp)."""
SLACK_GIB = 40 / 1024
"""Differences below this are not judged by a band; programs are larger or smaller by as much."""
GAPS = "gaps between them"
"""The term of what the C library leaves empty between pre-read particles."""
FITTED = frozenset(kind.label for kind in array_memory.KINDS.values() if not kind.counted) - {"program"}
"""Terms that were fitted to small runs of programs beside refinement."""
LIST, MARGIN = "particle list", "margin"
EXACT = ("pre-read particles", "movie frames", GAPS)
"""Terms that are counted from the data and not modelled: these need no safety."""


class Host(NamedTuple):
    """What memory depends on beside the job: bytes of a number, and of the gap beside each pixel that is pre-read.

    `gap` is None where nobody says which C library there is; then `widest` is assumed.
    """

    real: int = 8
    gap: int | None = 0
    widest: int = 0


USUAL = Host()
"""A build in double precision, with a C library that leaves no gaps."""


def host_of(job_type: JobType, builds: Builds) -> Host:
    """Return what is known of RELION's builds on a site, by what the catalogue says of them."""
    known = job_type.program["memory"]
    numbers = known["precision"]
    gaps = known["gaps"]
    found = [each["bytes"] for each in gaps if _version(each["glibc"]) <= _version(builds.glibc)]
    return Host(
        real=numbers[builds.precision or known["usual"]],
        gap=found[-1] if builds.glibc and found else None,
        widest=max(each["bytes"] for each in gaps),
    )


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("."))) if text else ()


def band_of(job_type: JobType) -> tuple[float, float]:
    """Return model over measured memory of a rank, from the least to the most (docs/memory.md, tests/data/memory).

    It is that of the release nearest to the job's version of those that were measured.
    """
    band = job_type.program["memory"]["band"]
    return band["least"], band["most"]


def with_margin(terms: tuple[Term, ...], least: float) -> tuple[Term, ...]:
    """Return the terms with what the models may be too low by; what is counted needs no margin.

    `least`: the least of model over measured. What is assumed has a margin of its own, which is assumed too.
    """
    found, safety = list(terms), 1 / least
    for assumed in (False, True):
        modelled = sum(t.gib for t in terms if t.assumed == assumed and t.label not in EXACT)
        if modelled:
            said = f"models may be {safety - 1:.0%} low"
            found.append(Term(MARGIN, modelled * (safety - 1), said, assumed))
    return tuple(found)


def gib(value: float) -> str:
    """Return an amount of GiB with one decimal, as people compare them; in MiB where nothing would be left of it."""
    if 0 < value < 0.05:
        return f"{max(1, round(value * 1024))} MiB"
    return f"{value:,.1f} GiB"


def sum_of(terms: Iterable[Term]) -> str:
    """Return a sum in words, each term with its formula."""
    return " + ".join(f"{term.label} {gib(term.gib)} ({term.formula})" for term in terms)


def memory_terms(job: ResolvedJob, threads: int, host: Host = USUAL) -> Found:
    """Return the terms of the memory of one rank with so many threads, and what could not be counted.

    The rank is a worker, or any where all are alike. GiB.
    """
    return _counted(_MODELS[name](job, threads, host) for name in job.needs.memory)


def leader_terms(job: ResolvedJob, host: Host = USUAL) -> tuple[Term, ...]:
    """Return the terms of the memory of rank 0 of a program with a leader, in GiB; nothing for other programs.

    A leader keeps the list of particles and the references, and reads all particles where it is asked to; it has no
    projectors and no sums (ml_optimiser_mpi.cpp), and nothing for each thread. What cannot be counted is what
    `memory_terms` names.
    """
    if not job.needs.leader:
        return ()
    models = (_LEADERS[name] for name in job.needs.memory if name in _LEADERS)
    return _counted(model(job, 1, host) for model in models)[0]


def vram_terms(job: ResolvedJob, threads: int) -> Found:
    """Return the terms of the memory that one worker takes on its GPU, in GiB, and what could not be counted."""
    if not job.needs.gpu:
        return (), ()
    return _counted(_GPU_MODELS[name](job, threads, USUAL) for name in job.needs.vram)


def scratch_terms(job: ResolvedJob) -> Found:
    """Return the terms of the scratch a node needs: all particles, and what RELION keeps free."""
    images = scratch_particles(job.data, repeats=job.needs.copies_repeats)
    if images is None:
        return (), ("scratch space (number of particles or box size not known)",)
    kept_free = Term("kept free", RESERVE_GIB, f"RELION leaves {RESERVE_GIB:.0f} GiB of the disk free")
    return (images, kept_free), ()


def _counted(results: Iterable[Iterable[Term | str]]) -> Found:
    """Split what models give into terms and the texts of what they could not count, each once."""
    found = [each for result in results for each in result]
    missing = (each for each in found if isinstance(each, str))
    return tuple(each for each in found if isinstance(each, Term)), tuple(dict.fromkeys(missing))


def _preread(job: ResolvedJob, _: int, host: Host) -> Iterable[Term | str]:
    """All particles in memory: of every rank, or without parallel disc I/O of rank 0 alone (ml_optimiser.cpp)."""
    if not job.needs.preread or not (_every_rank_reads(job) or _alone(job)):
        return ()
    return _stack_in_memory(job, host)


def _stack_in_memory(job: ResolvedJob, host: Host) -> Iterable[Term | str]:
    images = preread_particles(job.data)
    if images is None:
        return ("memory of pre-reading (number of particles or box size not known)",)
    gap = host.widest if host.gap is None else host.gap
    if not gap:
        return (images,)
    known = "glibc before 2.39" if host.gap else "glibc not known"
    return images, Term(GAPS, images.gib * gap / PIXEL, f"{gap} B a pixel, {known}", assumed=host.gap is None)


def _preread_of_leader(job: ResolvedJob, _: int, host: Host) -> Iterable[Term | str]:
    return _stack_in_memory(job, host) if job.needs.preread else ()


def _every_rank_reads(job: ResolvedJob) -> bool:
    return job.needs.quantities.get("every_rank_reads", 1) > 0


def _alone(job: ResolvedJob) -> bool:
    """Whether one process does everything: no other is possible, or one rank is pinned."""
    ranks = job.resources.ntasks
    return not job.needs.mpi or (ranks is not None and ranks.value <= 1)


def _motioncorr(job: ResolvedJob, threads: int, _: Host) -> Iterable[Term | str]:
    """Width * height * (frames + 2 + threads) * 4 bytes (NIH's RELION page, relion#695)."""
    data = job.data
    if data.micrograph_width is None or data.micrograph_height is None or data.frames is None:
        return ("memory of motion correction (movie size or number of frames not known)",)
    width, height, frames = data.micrograph_width.value, data.micrograph_height.value, data.frames.value
    planes = frames + 2 + threads
    formula = f"{width} x {height} x {planes} planes x 4 B"
    return (Term("movie frames", width * height * planes * 4 / GIB, formula),)


def _metadata(job: ResolvedJob, _: int, __: Host) -> Iterable[Term | str]:
    if job.data.box is None:  # the larger part is not known then, and `refine` says so
        return ()
    if job.data.particles is None:
        return ("memory of the list of particles (number of particles not known)",)
    return (_term(refine_memory.particles(job.data.particles.value), assumed=True),)  # fitted


def _refine(job: ResolvedJob, threads: int, host: Host) -> Iterable[Term | str]:
    return _modelled(job, threads, host, refine_memory.worker, "memory of references")


def _refine_of_leader(job: ResolvedJob, threads: int, host: Host) -> Iterable[Term | str]:
    return _modelled(job, threads, host, refine_memory.leader, "memory of references")


def _refine_on_gpu(job: ResolvedJob, threads: int, host: Host) -> Iterable[Term | str]:
    return _modelled(job, threads, host, refine_memory.on_gpu, "GPU memory")


def _modelled(
    job: ResolvedJob, threads: int, host: Host, model: Callable[[Refinement], tuple[Part, ...]], what: str
) -> Iterable[Term | str]:
    """Return the terms of a model of refinement, or what it would have to know."""
    if job.type.is_tomo:
        return (f"{what} (not modelled for subtomograms)",)
    unknown = _unknown(job)
    if unknown:
        return (f"{what} ({' and '.join(unknown)} not known)",)
    # below 1: how far the resolution goes is not known, only assumed; what does not depend on it is certain
    assumed = job.needs.quantities.get("reach", 1) < 1
    parts = model(_refinement(job, threads, host))
    terms = tuple(_term(part, assumed=assumed and not part.fixed) for part in parts if part.size)
    if not refine_memory.has_search(job.needs.quantities) and model is not refine_memory.leader:
        return (*terms, "weights of orientations (RELION chooses their sampling)")
    return terms


def _unknown(job: ResolvedJob) -> list[str]:
    found = job.needs.quantities
    unknown = [] if job.data.box is not None else ["box size"]
    if found.get("classes", 0) < 1:
        unknown.append("number of classes")
    if found.get("padding", 0) < 1:
        unknown.append("padding")
    return unknown


_LAST: list[tuple[ResolvedJob, dict[int, Refinement]]] = []
"""What the models take of the job that was asked for last, by the bytes of a number: it is asked for many threads."""


def _refinement(job: ResolvedJob, threads: int, host: Host) -> Refinement:
    """Return what the models take, of a job whose box and classes are known."""
    if not _LAST or _LAST[0][0] is not job:
        _LAST[:] = [(job, {})]
    known = _LAST[0][1]
    if host.real not in known:
        known[host.real] = _of_one_thread(job, host)
    return known[host.real]._replace(threads=threads)


def _of_one_thread(job: ResolvedJob, host: Host) -> Refinement:
    found, ranks = job.needs.quantities, job.resources.ntasks
    if found.get("bodies", 0) and (bodies := _bodies_listed(job)):
        found = {**found, "bodies": bodies, "classes": bodies}
    return refine_memory.refinement(
        found,
        box=job.data.box.value if job.data.box else 0,
        threads=1,
        gpu=job.needs.gpu,
        combines=job.needs.mpi and (ranks is None or ranks.value > 2),
        real=host.real,
    )


def _arrays(job: ResolvedJob, threads: int, _: Host) -> Iterable[Term | str]:
    """Arrays of known sizes: what is counted is certain, what was fitted to small runs is assumed."""
    found = list(array_memory.arrays(job.needs.quantities, job.data, threads))
    for each in found:
        if not isinstance(each, str):
            yield Term(each.label, each.size / GIB, each.formula, assumed=not each.counted)
    unknown = dict.fromkeys(each for each in found if isinstance(each, str))
    if unknown and job.needs.memory[0] == "arrays":  # else the model before has said so
        yield f"memory of {_title(job)} ({', '.join(unknown)} not known)"


def _blush(job: ResolvedJob, _: int, __: Host) -> Iterable[Term | str]:
    """Blush runs a network in a process of its own (relion_python_blush), of which nothing is known here."""
    return ("memory of Blush (not modelled)",) if job.needs.quantities.get("blush", 0) else ()


def _more_bodies(job: ResolvedJob, _: int, __: Host) -> Iterable[Term | str]:
    return () if _bodies_listed(job) else ("memory of more than two bodies (their number stands in a file)",)


def _bodies_listed(job: ResolvedJob) -> int:
    """Return how many bodies a file lists that is there, 0 where none is."""
    return next((facts["bodies"] for facts in job.known.values() if "bodies" in facts), 0)


def _unmodelled(job: ResolvedJob, _: int, __: Host) -> Iterable[Term | str]:
    unknown = job.needs.quantities.get("unmodelled", 1) > 0
    return (f"memory of {_title(job)} (not modelled)",) if unknown else ()


def _title(job: ResolvedJob) -> str:
    """Return the title of a job's type inside a sentence; CTF stays CTF."""
    title = job.type.title
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _term(part: Part, *, assumed: bool) -> Term:
    return Term(part.label, part.size / GIB, part.formula, assumed)


_MODELS = {
    "preread": _preread,
    "motioncorr": _motioncorr,
    "metadata": _metadata,
    "refine": _refine,
    "arrays": _arrays,
    "blush": _blush,
    "more_bodies": _more_bodies,
    "unmodelled": _unmodelled,
}
_LEADERS = {"preread": _preread_of_leader, "metadata": _metadata, "refine": _refine_of_leader}
_GPU_MODELS = {"refine": _refine_on_gpu, "unmodelled": _unmodelled}
