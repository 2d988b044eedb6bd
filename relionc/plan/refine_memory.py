"""Memory of RELION's refinement program: which arrays it holds at once, by phase of an iteration.

The sizes are those of RELION's own arrays (files named at each function); `docs/memory.md` has them in words, with
the measurements. Lengths are in pixels, arrays in numbers (RELION's reals), results in bytes unless a name says GiB.
"""

from __future__ import annotations

from math import cos, floor, pi, radians

from relionc.plan.words import plural
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

GPU_BYTES = 4
"""Bytes of a number on a GPU: builds are in single precision there unless told otherwise (CMakeLists.txt)."""
PROGRAM_BYTES = 20 * 1024**2
"""The program and its libraries before it holds any data; fitted, see docs/memory.md."""
KEPT_BYTES = 64 * 1024**2
"""What a thread's allocator keeps of freed memory for the next time: glibc's largest M_TRIM_THRESHOLD."""
LEADER_MAPS = 2
"""Maps that a leader holds beside the references; fitted, see docs/memory.md."""
PARTICLE_BYTES = 900
"""What is known of one particle (its row of the STAR file), in each rank; fitted, see docs/memory.md."""
MASKED_FSC_MAPS = 10
"""Maps and their transforms in the leader while it corrects the FSC for a mask; fitted, see docs/memory.md."""
BODY_MAPS = 8
"""Maps in a leader for each body of a multi-body refinement; fitted, see docs/memory.md."""
FURTHER_BODY, FIRST_BODY = 20, 5
"""Half-transforms in a worker for each body but the first, and for that; fitted, see docs/memory.md."""
GROWING, READ = 2.5, 1
"""Maps while references are read one by one, for each that the list held as it last grew, and beside; fitted."""
GPU_THREAD_BYTES = 200 * 1000**2
"""Left free on a GPU for each thread (GPU_THREAD_MEMORY_OVERHEAD_MB, acc/cuda/cuda_settings.h)."""
GPU_POOL_BYTES = 200 * 1000**2
"""With less for its weights RELION warns that it might be too little (ml_optimiser.cpp, expectation)."""
GPU_CONTEXT_BYTES = 300 * 1000**2
"""What CUDA takes for a process; a usual amount, not RELION's and not measured here."""


class Part(NamedTuple):
    """Something that is held: what, how many bytes, and the sum in the user's numbers.

    `fixed`: as much whatever the resolution.
    """

    label: str
    size: float
    formula: str
    fixed: bool = False


_PROGRAM = Part("program", PROGRAM_BYTES, "measured", fixed=True)


class Refinement(NamedTuple):
    """What the memory of one rank depends on, from the catalogue's quantities and the box.

    `size`: image size of the iteration that counts, in pixels of the box. `sets`: sums that are kept apart for
    gradient descent. `maps`, `transforms`: momenta of a class as maps, and as padded transforms. `buffer`: numbers of
    the largest message in which sums are combined, 0 where they go through files. `points`: combinations of class,
    orientation and shift that are weighed in the fine pass; `shifts`: of them, the shifts. `gradients`: numbers
    for each point of a sum that are held beside it on the host while it becomes a gradient. `start`: padded maps in a
    leader before the first iteration. `real`: bytes of a number on the host. `bodies` of a multi-body refinement.
    """

    box: int
    size: int
    dimensions: int = 3
    padding: float = 2
    classes: int = 1
    sets: int = 1
    maps: float = 0
    transforms: float = 0
    gridding: bool = False
    masked_fsc: bool = False
    combines: bool = False
    buffer: float = 0
    points: float = 0
    shifts: float = 0
    pool: int = 1
    threads: int = 1
    gpu: bool = False
    gradients: float = 0
    start: float = 0
    real: int = 8
    bodies: int = 0

    @property
    def voxels(self) -> int:
        """Numbers of a map, or of a class average."""
        return int(self.box**self.dimensions)

    @property
    def padded(self) -> int:
        """Numbers of a padded map, and nearly those of its transform (projector.cpp, computeFourierTransformMap)."""
        edge = round(self.padding * self.box)
        return int((edge + edge % 2) ** self.dimensions)

    @property
    def half(self) -> int:
        """Points of a half-transform up to the resolution of `size` (projector.cpp, initialiseData)."""
        edge = 2 * (floor(self.padding * (self.size // 2) + 0.5) + 1) + 1
        return int(edge ** (self.dimensions - 1) * (edge // 2 + 1))

    @property
    def shape(self) -> str:
        """The box and the padding, in words for a formula."""
        at = f"{self.size}" if self.size == self.box else f"{self.size} of {self.box}"
        return f"({at} x {self.padding:g})^{self.dimensions}"


def worker(job: Refinement) -> tuple[Part, ...]:
    """Return what a rank that refines holds at the worst moment of an iteration."""
    phases = [
        (_reading(job, job.classes),),
        _expectation(job),
        (*_transform(job), *_kept(job)),
        (*_reconstruction(job), *_kept(job)),
    ]
    if job.combines:
        phases.append((*_combination(job), *_kept(job)))
    if job.bodies:
        phases.append((_bodies(job),))
    return (*_always(job), *max(phases, key=_sum))


def leader(job: Refinement) -> tuple[Part, ...]:
    """Return what a leader holds: the references and a pair of maps, and what it does at the worst moment.

    It has no projectors and no sums (ml_optimiser_mpi.cpp, expectation).
    """
    held = job.classes + LEADER_MAPS
    moments = (_reading(job, held), _masked_fsc(job), _first_transform(job), _maps_of_bodies(job, held))
    worst = max(moments, key=lambda part: part.size)
    parts = (_references(job, held), worst, _PROGRAM)
    return tuple(part for part in parts if part.size)


def _bodies(job: Refinement) -> Part:
    """Return what a worker holds as it puts the maps of all bodies together."""
    halves = FURTHER_BODY * (job.bodies - 1) + FIRST_BODY
    return Part(
        "sums and maps of the bodies", halves * job.half * job.real, f"{halves} x {job.half:,} x {job.real} B"
    )


def _maps_of_bodies(job: Refinement, held: int) -> Part:
    """Return the maps of the bodies in a leader, beside those that are held anyway."""
    maps = max(0, BODY_MAPS * job.bodies - held)
    formula = f"{maps} x {job.box}^3 x {job.real} B"
    return Part("maps of the bodies", maps * job.voxels * job.real, formula, fixed=True)


def _reading(job: Refinement, held: int) -> Part:
    """Return what is held beside so many maps while references are read: a list that grows is copied to twice its room.

    ml_model.cpp, initialiseFromImages: the copies are there at 2, 3, 5, 9, 17 … classes. 2D classes are not read.
    """
    several = job.classes > 1 and job.dimensions > 2
    room = 2 ** ((job.classes - 1).bit_length() - 1) if several else 0
    maps = max(0.0, GROWING * room + READ - held) if room else 0.0
    formula = f"{maps:g} x {job.box}^{job.dimensions} x {job.real} B"
    return Part("references being read", maps * job.voxels * job.real, formula, fixed=True)


def _masked_fsc(job: Refinement) -> Part:
    """Return the maps with which a leader corrects the FSC for a mask."""
    maps = MASKED_FSC_MAPS if job.masked_fsc else 0
    formula = f"{maps} maps of {job.box}^3 x {job.real} B"
    return Part("maps for the masked FSC", maps * job.voxels * job.real, formula, fixed=True)


def _first_transform(job: Refinement) -> Part:
    """Return the padded map and its transform in a leader before the first iteration, in versions that have them."""
    formula = f"{job.start:g} x {job.padded:,} x {job.real} B"
    return Part("transform at the start", job.start * job.padded * job.real, formula, fixed=True)


def on_gpu(job: Refinement) -> tuple[Part, ...]:
    """Return what a worker holds on a GPU (acc/acc_projector_impl.h, acc_backprojector_impl.h).

    Projectors are pairs of numbers and sums are three, for each class: the 2.5 numbers of a padded voxel of which
    RELION's own estimate is made (cuda_ml_optimiser.cu, checkFixedSizedObjects; error.h: 1.1e-8 (2 N)^3 GB).
    """
    point = job.half * job.classes * GPU_BYTES
    weights = max(GPU_POOL_BYTES, job.threads * job.points * GPU_BYTES / 2 ** (2 * job.dimensions - 1))
    return (
        Part("projectors on the GPU", 2 * point, f"{_classes(job)}{job.shape} x {GPU_BYTES} B"),
        Part("sums on the GPU", 3 * job.sets * point, f"{_classes(job)}{job.shape} x 1.5 x {GPU_BYTES} B"),
        Part("weights on the GPU", weights, "at least 200 MB, or RELION warns"),
        Part(
            "thread reserve",
            job.threads * GPU_THREAD_BYTES,
            f"{plural(job.threads, 'thread')} x 200 MB",
            fixed=True,
        ),
        Part("CUDA", GPU_CONTEXT_BYTES, "usual, not measured", fixed=True),
    )


def particles(count: int) -> Part:
    """Return what is known of all particles, which every rank reads (exp_model.cpp, read)."""
    return Part("particle list", count * PARTICLE_BYTES, f"{count:,} particles x {PARTICLE_BYTES} B")


def _sum(parts: tuple[Part, ...]) -> float:
    return sum(part.size for part in parts)


def _classes(job: Refinement) -> str:
    return f"{job.classes} x " if job.classes > 1 else ""


def _always(job: Refinement) -> tuple[Part, ...]:
    parts = [_references(job, job.classes * (1 + job.maps))]
    if job.transforms:  # ml_model.cpp from 4.0 on: Igrad1 and Igrad2
        size = job.transforms * job.classes * job.padded * job.real
        formula = f"{job.transforms:g} x {job.classes} x {job.padded:,} x {job.real} B"
        parts.append(Part("momenta", size, formula, fixed=True))
    return (*parts, _PROGRAM)


def _references(job: Refinement, maps: float) -> Part:
    return Part(
        "references",
        maps * job.voxels * job.real,
        f"{maps:g} x {job.box}^{job.dimensions} x {job.real} B",
        fixed=True,
    )


def _projectors(job: Refinement, classes: int) -> Part:
    """Return the projectors: one complex half-transform for each class (projector.h)."""
    size = 2 * job.half * classes * job.real
    return Part("projectors", size, f"{classes} x {job.shape} x {job.real} B")


def _sums(job: Refinement, label: str = "sums", more: int = 0) -> Part:
    """Return the weighted sums: a complex and a real half-transform for each class (backprojector.h)."""
    count = job.classes * job.sets + more
    return Part(label, 3 * job.half * count * job.real, f"{count} x 1.5 x {job.shape} x {job.real} B")


def _transform(job: Refinement) -> tuple[Part, ...]:
    """Return what is held as the last reference is transformed, with the sums of the iteration before.

    A copy of the reference (ml_model.cpp, setFourierTransformMaps), the padded map and its transform (projector.cpp,
    computeFourierTransformMap).
    """
    work = job.voxels + job.padded + max(job.padded, 2 * job.half)
    formula = f"{work:,} x {job.real} B"
    return (
        _sums(job),
        _projectors(job, job.classes - 1),
        Part("transform", work * job.real, formula, fixed=2 * job.half <= job.padded),
    )


def _expectation(job: Refinement) -> tuple[Part, ...]:
    """Return what is held while particles are compared with the references (ml_optimiser.cpp).

    With GPUs, sums and projectors pass through single-precision copies, of one class at a time, and what threads
    need is on the GPU.
    """
    model = (_sums(job), _projectors(job, job.classes))
    if job.gpu:
        return (
            *model,
            Part("copies for GPUs", 3 * job.half * GPU_BYTES, f"1.5 x {job.shape} x {GPU_BYTES} B"),
        )
    return (*model, _weights(job), _images(job))


def _weights(job: Refinement) -> Part:
    """Return the weights of one particle and their sorted copy, of every thread (exp_Mweight, sorted_weight)."""
    size = 2 * job.points * job.threads * job.real
    return Part(
        "weights", size, f"2 x {job.points:,.0f} points x {plural(job.threads, 'thread')} x {job.real} B"
    )


def _images(job: Refinement) -> Part:
    """Return an image under every shift, masked and not, of every thread, and the pool of images.

    Half-transforms of complex numbers (precalculateShiftedImagesCtfsAndInvSigma2s).
    """
    image = job.size * (job.size + 2) * job.real
    shifted, pooled = 2 * job.shifts * job.threads, job.pool * job.threads
    formula = f"{shifted + pooled:,.0f} x {job.size}^2 x {job.real} B"
    return Part("shifted images", image * shifted + pooled * job.box**2 * job.real, formula)


def _kept(job: Refinement) -> tuple[Part, ...]:
    """Return what of the memory of threads is not given back when they are done."""
    if job.gpu or not job.points:
        return ()
    size = min((_weights(job).size + _images(job).size) / job.threads, KEPT_BYTES)
    return (Part("freed but kept", size * job.threads, f"{plural(job.threads, 'thread')} x at most 64 MiB"),)


def _combination(job: Refinement) -> tuple[Part, ...]:
    """Return what is held as ranks add up their sums: packed twice for the network, once for files.

    The network's packs have a largest size (ml_model.cpp, MAX_PACK_SIZE; ml_optimiser_mpi.cpp,
    combineAllWeightedSums and combineAllWeightedSumsViaFile).
    """
    numbers = 3 * job.half * job.classes * job.sets
    packed = 2 * min(numbers, job.buffer) if job.buffer else numbers
    return (_sums(job), Part("packed sums", packed * job.real, f"{packed:,.0f} x {job.real} B"))


def _reconstruction(job: Refinement) -> tuple[Part, ...]:
    """Return what is held while one class is reconstructed (backprojector.cpp, reconstruct).

    Beside the sums: a half-transform of weights, and the transform with its windowed copy or with the map. With
    gridding, first the transform, its convolution and two arrays of weights. For an FSC that is corrected for a mask
    the sums are copied (ml_optimiser_mpi.cpp, reconstructUnregularisedMapAndCalculateSolventCorrectedFSC).
    """
    work = job.padded + max(2 * job.half, job.padded)
    if job.gridding:
        work = max(work, 6 * job.half)
    parts = [
        _sums(job),
        Part("reconstruction", work * job.real, f"{work:,} x {job.real} B", fixed=work == 2 * job.padded),
    ]
    if not job.gridding:
        formula = f"{job.half:,} x {job.real} B"
        parts.append(Part("weights of the reconstruction", job.half * job.real, formula))
    if job.masked_fsc:
        parts.append(_sums(job._replace(classes=0), "copy of the sums", 1))
    if job.gradients:
        size = job.gradients * job.half * job.classes * job.real
        formula = f"{job.gradients:g} x {job.classes} x {job.half:,} x {job.real} B"
        parts.append(Part("gradients", size, formula))
    return tuple(parts)


def fine_points(quantities: Mapping[str, float]) -> tuple[float, float]:
    """Return how many orientations and shifts are weighed for one class and particle in the fine pass.

    3D: 12 * 4^n directions of HEALPix and 6 * 2^n rotations, one order above the coarse ones; 2D: rotations by the fine
    step (healpix_sampling.cpp). Shifts on the coarse grid in a circle, with four fine ones each. A `cone` limits
    directions and rotations to so many degrees around the last ones.
    """
    if quantities.get("order", 0) < 0:
        return 1.0, 1.0
    shifts = 4.0 * _in_circle(quantities.get("shift_radius", 0), quantities.get("shift_step", 1))
    if "rotation_step" in quantities:
        return 360 / max(quantities["rotation_step"], 0.1), shifts
    order = quantities.get("order", 0) + 1
    cone = min(max(quantities.get("cone", 180), 0), 180)
    part = (1 - cos(radians(cone))) / 2 * cone / 180
    return max(1.0, 12 * 4**order * 6 * 2**order * part), shifts


def _in_circle(radius: float, step: float) -> int:
    """Count the points of a square grid in a circle around one of them."""
    reach = max(radius, 0) / max(step, 0.1)
    if reach > 1000:  # nobody's search
        return round(pi * reach**2)
    most = int(reach)
    return sum(2 * int((reach**2 - i**2) ** 0.5) + 1 for i in range(-most, most + 1))


def has_search(quantities: Mapping[str, float]) -> bool:
    """Return whether it is known how orientations are searched."""
    return "order" in quantities or "rotation_step" in quantities


def refinement(
    quantities: Mapping[str, float], *, box: int, threads: int, gpu: bool, combines: bool, real: int
) -> Refinement:
    """Return what the memory depends on, of the catalogue's quantities (docs/memory.md lists them) and the box.

    `combines`: more than one rank adds to the sums of a map, so that they have to be put together. `real`: bytes of a
    number on the host.
    """
    get = quantities.get
    orientations, shifts = fine_points(quantities) if has_search(quantities) else (0.0, 0.0)
    classes = max(1, round(get("classes", 1)))
    return Refinement(
        box=box,
        size=min(box, 2 * round(box * get("reach", 1) / 2)),
        dimensions=round(get("dimensions", 3)),
        padding=get("padding", 2),
        classes=classes,
        sets=round(get("sets", 1)),
        maps=get("maps", 0),
        transforms=get("transforms", 0),
        gridding=get("gridding", 0) > 0,
        masked_fsc=get("masked_fsc", 0) > 0,
        combines=combines,
        buffer=get("message", 0),
        points=classes * orientations * shifts,
        shifts=shifts,
        pool=max(1, round(get("pool", 1))),
        threads=threads,
        gpu=gpu,
        gradients=get("gradients", 0),
        start=get("start", 0),
        real=real,
        bodies=round(get("bodies", 0)),
    )
