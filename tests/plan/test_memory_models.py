"""What the memory models say of jobs: how amounts grow, what is not known, leaders, pre-reading, GPUs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relionc import catalog
from relionc.plan import amounts, refine_memory
from relionc.plan.refine_memory import Refinement
from relionc.site.types import Builds
from relionc.spec.model import Data, Fact, Needs, Pin, ResolvedJob, Resources


def job(kind, options=None, *, version="3.1", box=256, particles=100_000, ranks=None, is_continue=False):
    job_type = catalog.load(kind, version)
    options = options or {}
    assert set(options) <= set(job_type.options)
    return ResolvedJob(
        name="job",
        route=(),
        type=job_type,
        options=options,
        given={},
        output="Job/job/",
        is_continue=is_continue,
        resources=Resources(ntasks=Pin(ranks, ()) if ranks else None),
        layout=None,
        data=Data(
            particles=Fact(particles, "spec") if particles else None, box=Fact(box, "spec") if box else None
        ),
        needs=Needs(**catalog.needs(job_type, options, is_continue=is_continue)),
    )


def total(terms):
    return sum(term.gib for term in terms)


def worker(*args, threads=1, **more):
    terms, missing = amounts.memory_terms(job(*args, **more), threads)
    assert not missing
    return total(terms)


def leader(*args, **more):
    return total(amounts.leader_terms(job(*args, **more)))


def on_gpu(kind, options=None, *, threads=1, **more):
    terms, missing = amounts.vram_terms(job(kind, {"use_gpu": "Yes", **(options or {})}, **more), threads)
    assert not missing
    return total(terms)


BOXES = st.integers(32, 400).map(lambda half: 2 * half)


@given(BOXES, st.sampled_from([1, 2]), st.integers(1, 8), st.booleans(), st.booleans())
def test_more_is_never_less(box, padding, classes, gridding, combines):
    small = Refinement(
        box, box, padding=padding, classes=classes, gridding=gridding, combines=combines, buffer=671010000,
        points=1000 * classes, shifts=84,
    )  # fmt: skip
    larger = [
        small._replace(box=box + 2, size=box + 2),
        small._replace(classes=classes + 1),
        small._replace(threads=4),
        small._replace(padding=padding + 1),
        small._replace(combines=True),
        small._replace(masked_fsc=True),
        small._replace(sets=2),
        small._replace(transforms=3),
    ]
    least = sum(part.size for part in refine_memory.worker(small))
    assert all(sum(part.size for part in refine_memory.worker(each)) >= least for each in larger)
    at_half = small._replace(size=2 * (box // 4))
    assert sum(part.size for part in refine_memory.worker(at_half)) <= least


@given(BOXES)
def test_terms_are_positive_and_say_how_they_were_made(box):
    for terms in (
        amounts.memory_terms(job("refine3d", box=box), 4)[0],
        amounts.leader_terms(job("refine3d", box=box)),
        amounts.vram_terms(job("refine3d", {"use_gpu": "Yes"}, box=box), 4)[0],
    ):
        assert terms
        assert all(term.gib > 0 and term.formula and term.label for term in terms)


def test_a_refinement_grows_with_the_cube_of_the_box():
    small, large = (worker("refine3d", box=box, particles=1) for box in (400, 800))
    assert large / small == pytest.approx(8, rel=0.05)


def test_padding_takes_up_to_eight_times():
    """Maps themselves are not padded."""
    padded, plain = (worker("refine3d", {"do_pad1": text}, box=800, particles=1) for text in ("No", "Yes"))
    assert 4 < padded / plain < 8


def test_a_refinement_at_full_size_takes_nine_arrays_of_its_sums():
    """RELION's own count of the maximisation (ml_optimiser.cpp), and what was measured."""
    half = Refinement(256, 256).half
    assert worker("refine3d", particles=1) == pytest.approx(9 * half * 8 / 1024**3, rel=0.1)


def test_sums_of_classes_are_packed_in_pieces_as_large_as_the_version_has_them():
    """671,010,000 numbers until 3.1, a tenth from 4.0 on (ml_model.cpp, MAX_PACK_SIZE)."""
    many = {"nr_classes": "300"}
    old = worker("class2d", many, box=400)
    new = worker("class2d", {**many, "do_em": "Yes", "do_grad": "No"}, box=400, version="4.0")
    assert old > 1.5 * new
    assert worker("class2d", many, box=400, ranks=2) < old / 1.5, "one worker has nothing to add up"


def test_threads_take_more_on_cpus_and_not_on_gpus():
    options = {"sampling": "3.7 degrees"}
    assert worker("class3d", options, threads=16) > 1.5 * worker("class3d", options)
    on = {**options, "use_gpu": "Yes"}
    assert worker("class3d", on, threads=16) == worker("class3d", on)


def test_a_search_around_the_last_orientation_weighs_fewer():
    near = refine_memory.fine_points({"order": 4, "cone": 5, "shift_radius": 5, "shift_step": 2})
    everywhere = refine_memory.fine_points({"order": 4, "shift_radius": 5, "shift_step": 2})
    assert near[0] < everywhere[0] / 1000
    assert near[1] == everywhere[1] == 84


@pytest.mark.parametrize(("order", "orientations"), [(0, 576), (1, 4608), (2, 36864)])
def test_orientations_are_counted_as_relion_prints_them(order, orientations):
    assert refine_memory.fine_points({"order": order})[0] == orientations


def test_the_leader_keeps_references_and_no_sums():
    assert leader("refine3d") < worker("refine3d") / 5
    masked = {"fn_mask": "mask.mrc", "do_solvent_fsc": "Yes"}
    assert leader("refine3d", masked) > 3 * leader("refine3d")
    assert worker("refine3d", masked) > worker("refine3d")
    assert amounts.leader_terms(job("motioncorr")) == ()


PREREAD = {"do_preread_images": "Yes"}


def preread(terms):
    return total(term for term in terms if term.label == "pre-read particles")


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1", "4.0", "5.0"])
def test_all_ranks_pre_read_or_the_leader_alone(version):
    """relion#514: without parallel disc I/O the leader took 250 GB, the others did not."""
    expected = 100_000 * 256 * 256 * 4 / 1024**3
    every = job("refine3d", {**PREREAD, "do_parallel_discio": "Yes"}, version=version)
    alone = job("refine3d", {**PREREAD, "do_parallel_discio": "No"}, version=version)
    assert preread(amounts.memory_terms(every, 1)[0]) == pytest.approx(expected)
    assert preread(amounts.leader_terms(every)) == pytest.approx(expected)
    assert preread(amounts.memory_terms(alone, 1)[0]) == 0
    assert preread(amounts.leader_terms(alone)) == pytest.approx(expected)


def test_a_single_rank_pre_reads_for_itself():
    one = job("class3d", {**PREREAD, "do_parallel_discio": "No"}, ranks=1)
    assert preread(amounts.memory_terms(one, 1)[0]) > 0


def missing(*args, **more):
    return " ".join(amounts.memory_terms(job(*args, **more), 1)[1])


def test_what_is_not_known_is_said_and_counts_nothing():
    terms, texts = amounts.memory_terms(job("refine3d", box=None), 4)
    assert terms == ()
    assert texts == ("memory of references (box size not known)",)
    assert "number of classes" in missing("class3d", is_continue=True)
    assert "number of particles" in missing("class3d", particles=None)
    assert "not modelled for subtomograms" in missing("refine3d_tomo", version="5.0")
    assert "RELION chooses" in missing("initialmodel", version="4.0")
    for kind in ("subtract", "autopick", "postprocess", "ctffind"):
        assert "not modelled" in missing(kind)
    assert "width of micrographs" in missing("polish", version="5.1")
    assert "more than two bodies" in missing("multibody")


def test_an_option_that_is_no_number_is_not_guessed():
    assert "number of classes" in missing("class3d", {"nr_classes": "many"})


@pytest.mark.parametrize("version", ["2.1", "3.0", "3.1", "4.0", "5.0"])
@pytest.mark.parametrize("kind", ["class2d", "class3d", "refine3d", "initialmodel"])
def test_every_version_has_the_numbers_of_the_models(kind, version):
    found = job(kind, {"use_gpu": "Yes"}, version=version)
    assert found.needs.quantities.keys() >= {
        "dimensions",
        "classes",
        "reach",
        "padding",
        "gridding",
        "message",
    }
    texts = [*amounts.memory_terms(found, 4)[1], *amounts.vram_terms(found, 4)[1]]
    assert all("RELION chooses" in text for text in texts)


@pytest.mark.parametrize(("box", "gigabytes"), [(300, 2.38), (450, 8.02), (600, 19.0)])
def test_gpu_memory_of_a_refinement_is_relion_s_own_estimate(box, gigabytes):
    """1.1e-8 * (2 N)^3 GB (error.h), and what does not grow with the box."""
    fixed = (
        refine_memory.GPU_THREAD_BYTES + refine_memory.GPU_POOL_BYTES + refine_memory.GPU_CONTEXT_BYTES
    ) / 1e9
    ours = on_gpu("refine3d", box=box) * 1024**3 / 1e9
    assert gigabytes * 0.85 < ours < gigabytes + fixed


def test_gpu_memory_grows_with_classes_threads_and_padding():
    """relion#846: more threads need more."""
    assert on_gpu("refine3d", threads=4) - on_gpu("refine3d") == pytest.approx(0.6e9 / 1024**3)
    assert on_gpu("class3d", {"nr_classes": "6"}) > on_gpu("class3d")
    assert on_gpu("refine3d", {"do_pad1": "Yes"}, box=800) < on_gpu("refine3d", box=800) / 4


def test_a_job_without_gpus_takes_none_of_their_memory():
    assert amounts.vram_terms(job("refine3d"), 4) == ((), ())


def test_safety_is_for_what_is_modelled_and_not_for_what_is_counted():
    of = job("refine3d", PREREAD)
    least, _ = amounts.band_of(of.type)
    terms = amounts.memory_terms(of, 1)[0]
    exact = preread(terms)
    assert exact > 0
    assert total(amounts.with_margin(terms, least)) == pytest.approx(exact + (total(terms) - exact) / least)


def host(glibc="", precision=""):
    return amounts.host_of(catalog.load("refine3d", "3.1"), Builds(precision=precision, glibc=glibc))


@pytest.mark.parametrize(
    ("glibc", "pixel", "assumed"),
    [("2.17", 4, False), ("2.28", 8, False), ("2.36", 8, False), ("2.39", 4, False), ("2.43", 4, False), ("", 8, True)],
)  # fmt: skip
def test_pre_read_particles_take_what_the_c_library_makes_of_them(glibc, pixel, assumed):
    """Measured: 2.31 and 2.36 leave as much empty as the images take, 2.41 and 2.43 nothing."""
    of = job("refine3d", PREREAD, particles=1024, box=512)
    for terms in (amounts.memory_terms(of, 1, host(glibc))[0], amounts.leader_terms(of, host(glibc))):
        shares = [term for term in terms if term.label in ("pre-read particles", amounts.GAPS)]
        assert total(shares) == pytest.approx(pixel / 4)
        assert any(term.assumed for term in shares) is assumed


def test_a_build_in_single_precision_takes_half_for_its_numbers():
    of = job("class3d", {"dont_skip_align": "No"})
    double, single = (amounts.memory_terms(of, 1, host(precision=each))[0] for each in ("double", "single"))
    program = refine_memory.PROGRAM_BYTES / 1024**3
    listed = sum(term.gib for term in double if term.label == amounts.LIST)
    assert total(single) - program - listed == pytest.approx((total(double) - program - listed) / 2)
    assert amounts.memory_terms(of, 1, host())[0] == double


def test_a_leader_of_the_newest_transforms_a_reference_before_it_begins():
    """6.6 GiB at box 360, and not the 1.1 of versions before 4.0: two padded maps of 8 x 720^3 bytes more."""
    before, now = (leader("refine3d", version=version, box=360) for version in ("3.1", "4.0"))
    assert now - before == pytest.approx(2 * 8 * 720**3 / 1024**3, rel=0.02)
    assert leader("refine3d", version="5.1", box=360) == pytest.approx(now, rel=0.02)
    assert leader("class2d", version="4.0", box=360) < 1.01 * leader("class2d", version="3.1", box=360) + 0.05
