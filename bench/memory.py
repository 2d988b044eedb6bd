"""How far the memory models are from a real RELION: python bench/memory.py [RELEASE] [--write | --page | --quick].

RELEASE is 3.1.3, which is installed, or 5.1.0, which `tools/unpack_relion.sh` unpacks, or 4.0.2 or 5.0.1, built
by hand (tests/memory/measuring.py). Runs short jobs of growing
boxes, classes and threads, prints what RELION estimates itself (--verb 2), what its ranks took, and what the model
says.
`--write` puts what was measured into tests/data/memory, which the tests read, and into docs/memory.md; `--page` writes
the page again from what is recorded. It takes half an hour, and up to 6 GiB.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "memory"))

import measuring  # noqa: E402  # the folder is named above
from measuring import BUILDS, BUILT, INSTALLED, Build, Case  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = {name: ROOT / "tests" / "data" / "memory" / f"relion-{name}.json" for name in BUILDS}
PAGE = ROOT / "docs" / "memory.md"
STILL = {"dont_skip_align": "No"}  # one orientation, so that only maps and sums count
PAD1 = {"do_pad1": "Yes"}
COARSE = {"sampling": "30 degrees", "auto_local_sampling": "3.7 degrees"}
CONVERGE = "--force_converge"  # of a run that goes on; others converge by themselves
BY_EM = {"do_em": "Yes", "do_grad": "No"}  # as before 4.0, which has no other way
BY_GRADIENTS = {"do_em": "No", "do_grad": "Yes", "nr_iter_grad": "2"}
MANY = 60


def cases(build: Build) -> Iterator[Case]:
    """Yield what is measured of a release: 3.1.3 iterates gridding, 5.1.0 has gradient descent and other leaders."""
    if build in BUILT:
        yield from _few()
        return
    if build == INSTALLED:
        yield from _maps(64, 96, 128, 192, 256)
        yield Case("class3d", 128, {**STILL, "skip_gridding": "No"})
        yield Case("class3d", 192, {**STILL, **PAD1, "skip_gridding": "No"})
        yield from _averages(64, 128, 256)
        yield from _refinements(64, 96, 128, 192)
    else:
        yield from _maps(64, 96, 128, 144)
        yield from _leaders()
        yield from _gradients()
        yield from _refinements(64, 96)
        yield from _averages(64, 128, 192)
    yield from _threads()
    yield from _preread()


def _few() -> Iterator[Case]:
    """Yield what tells whether a build is as others: leaders and workers, all of several ranks."""
    for box in (96, 128, 192):
        yield Case("class3d", box, STILL, ranks=3)
    yield Case("class3d", 192, {**STILL, **PAD1}, ranks=3)
    yield Case("class3d", 128, {**STILL, "nr_classes": "4"}, ranks=3)
    yield Case("class3d", 128, {**STILL, **PAD1, "nr_classes": "2"}, ranks=3)
    yield Case("class3d", 144, {**STILL, "ini_high": "60"}, ranks=3)
    yield Case("class3d", 64, {"sampling": "15 degrees", "nr_classes": "4"}, threads=2, ranks=3)
    preread = {**STILL, **PAD1, "ini_high": "60", "do_preread_images": "Yes"}
    yield Case("class3d", 128, preread, ranks=3, particles=1500)
    still = {"nr_classes": "50", **STILL, **BY_EM}
    yield Case("class2d", 128, still, ranks=3, extra="--ini_high 2", particles=MANY)
    yield from (Case("refine3d", box, COARSE, ranks=3) for box in (96, 128))


def _preread() -> Iterator[Case]:
    """Yield runs that read their particles at the start, which depends on the C library more than on RELION."""
    options = {**STILL, **PAD1, "ini_high": "60", "do_preread_images": "Yes"}
    for box, particles in ((64, 4000), (128, 1500), (256, 400)):
        yield Case("class3d", box, options, particles=particles)
    yield Case("class3d", 128, options, ranks=3, particles=1000)
    yield Case("class3d", 128, {**options, "do_parallel_discio": "No"}, ranks=3, particles=1000)


def _maps(*boxes: int) -> Iterator[Case]:
    for box in boxes:
        yield Case("class3d", box, STILL)
        yield Case("class3d", box, {**STILL, **PAD1})
    for classes in ("2", "4"):
        yield Case("class3d", 96, {**STILL, "nr_classes": classes})
        yield Case("class3d", 128, {**STILL, **PAD1, "nr_classes": classes})
        for disc in ("Yes", "No"):
            options = {**STILL, "nr_classes": classes, "do_combine_thru_disc": disc}
            yield Case("class3d", boxes[2], options, ranks=3)
    yield Case("class3d", boxes[-2], STILL, ranks=3)
    yield Case("class3d", boxes[-1], {**STILL, **PAD1, "nr_classes": "2"}, ranks=3)
    for box in (*boxes[1:3], boxes[-1]):  # coarse resolution: the padded map counts
        yield Case("class3d", box, {**STILL, "ini_high": "60"})
    yield Case("class3d", boxes[-2], {**STILL, "ini_high": "60", "nr_classes": "4"}, ranks=3)


def _threads() -> Iterator[Case]:
    for threads in (1, 2, 4):
        yield Case("class3d", 64, {"sampling": "7.5 degrees", **PAD1}, threads=threads)
        yield Case("class3d", 128, {"sampling": "15 degrees", **PAD1}, threads=threads)
    yield Case("class3d", 64, {"sampling": "15 degrees", "nr_classes": "4"}, threads=2, ranks=3)


def _averages(*boxes: int) -> Iterator[Case]:
    """Yield 2D classifications by expectation and maximisation: RELION 5.1 stops where a class gets no particle."""
    for box in boxes:
        fine = f"--ini_high {2 * measuring.EXTENT / box}"  # the job has no option for it
        for classes in ("1", "10", "50"):
            options = {"nr_classes": classes, "psi_sampling": "12", **BY_EM}
            yield Case("class2d", box, options, threads=2, extra=fine, particles=MANY)
    options = {"nr_classes": "50", "psi_sampling": "12", **BY_EM}
    yield Case("class2d", 128, options, threads=4, extra="--ini_high 2", particles=MANY)
    still = {"nr_classes": "50", **STILL, **BY_EM}
    fine = f"--ini_high {2 * measuring.EXTENT / boxes[-1]}"
    yield Case("class2d", boxes[-1], still, ranks=3, extra=fine, particles=MANY)
    yield Case("class2d", 128, still, ranks=3, particles=MANY)


def _gradients() -> Iterator[Case]:
    """Yield what descends along gradients: 2D classification and initial models of one process."""
    for box in (64, 128, 192):
        fine = f"--ini_high {2 * measuring.EXTENT / box}"
        for classes in ("10", "50"):
            search = {"psi_sampling": "12"} if box == 128 else STILL
            options = {"nr_classes": classes, **search, **BY_GRADIENTS}
            yield Case("class2d", box, options, threads=2, extra=fine, particles=MANY)
    for box, classes, threads in ((64, "4", 1), (96, "1", 1), (96, "2", 2), (128, "1", 1), (128, "3", 2)):
        fine = f"--ini_high {2 * measuring.EXTENT / box}"
        options = {"nr_iter": "2", "nr_classes": classes, "sym_name": "C1"}
        yield Case("initialmodel", box, options, threads=threads, extra=fine, particles=40)


def _leaders() -> Iterator[Case]:
    for box in (96, 144, 192):
        yield Case("class3d", box, {**STILL, "ini_high": "60"}, ranks=2)
    for box, classes in ((128, "6"), (160, "2")):
        yield Case("class3d", box, {**STILL, **PAD1, "ini_high": "60", "nr_classes": classes}, ranks=3)


def _refinements(*boxes: int) -> Iterator[Case]:
    for box in boxes:
        yield Case("refine3d", box, COARSE, ranks=3, extra=CONVERGE)
    yield Case("refine3d", 128, {**COARSE, **PAD1}, ranks=5, extra=CONVERGE)
    masked = {"fn_mask": "reference.mrc", "do_solvent_fsc": "Yes"}
    yield Case("refine3d", 96, {**COARSE, **masked}, ranks=3, extra=CONVERGE)
    if len(boxes) > 2:
        yield Case("refine3d", 128, COARSE, ranks=5, extra=CONVERGE)
        options = {**COARSE, "auto_local_sampling": "7.5 degrees"}
        yield Case("refine3d", 96, options, ranks=3, threads=4, extra=CONVERGE)
        yield Case("refine3d", 128, {**COARSE, **masked}, ranks=3, extra=CONVERGE)


def main() -> None:
    named = [each for each in sys.argv[1:] if not each.startswith("-")]
    build = BUILDS[named[0]] if named else INSTALLED
    if "--page" in sys.argv:  # from the recorded tables, after a change of the model
        write_page()
        return
    chosen = list(cases(build))[:: 6 if "--quick" in sys.argv else 1]
    rows = [row for case in chosen if (row := _measured(case, build))]
    ratios = [model / peak for row in rows for _, model, peak in _pairs(row, build)]
    print(
        f"model / measured: {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} ranks of {len(rows)} runs"
    )
    if "--write" in sys.argv:
        head = {
            "relion": build.release,
            "date": datetime.now(tz=UTC).date().isoformat(),
            "build": f"{'its source' if build in BUILT else 'Debian'}, CPU, {build.precision} precision",
            "unit": "printed GiB, peaks MiB",
        }
        lines = ",\n  ".join(json.dumps(row) for row in rows)
        table = TABLES[build.release]
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(f'{json.dumps(head)[:-1]}, "rows": [\n  {lines}\n]}}\n', "utf-8")
        write_page()


def write_page() -> None:
    """Put the tables of what was measured into docs/memory.md, each between its marks."""
    text = PAGE.read_text("utf-8")
    for release, table in TABLES.items():
        rows = json.loads(table.read_text("utf-8"))["rows"]
        mark = f"<!-- table of {release}: written by bench/memory.py -->\n"
        before, begin, rest = text.partition(mark)
        _, end, after = rest.partition(f"<!-- end of the table of {release} -->\n")
        text = before + begin + measuring.table(rows, BUILDS[release]) + end + after
    PAGE.write_text(text, "utf-8")


def _measured(case: Case, build: Build) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = measuring.measure(case, Path(folder), build)
        except (AssertionError, TimeoutExpired) as error:
            print(f"failed: {case}\n{str(error)[-1500:]}", file=sys.stderr)
            return None
    row = {**case._asdict(), **found._asdict()}
    for name, model, peak in _pairs(row, build):
        estimate = " ".join(f"{step[:3]} {1024 * gib:6.0f}" for step, gib in found.printed.items())
        options = " ".join(f"{key}={text}" for key, text in case.options.items())
        print(
            f"{case.type:8} box {case.box:3} size {found.size:3} ranks {case.ranks} threads {case.threads} {name:6} "
            f"model {model:7.0f} peak {peak:7.0f} ratio {model / peak:5.2f}  RELION: {estimate:22} {options}",
            flush=True,
        )
    return row


def _pairs(row: dict[str, Any], build: Build) -> list[tuple[str, float, float]]:
    found = measuring.Measured(row["size"], row["printed"], row["peaks"])
    return measuring.pairs(measuring.case_of(row), found, build)


if __name__ == "__main__":
    main()
