"""How far the memory models are from the installed RELION: python bench/memory.py [--write | --page | --quick].

Runs short jobs of growing boxes, classes and threads, prints what RELION estimates itself (--verb 2), what its ranks
took, and what the model says. `--write` puts what was measured into tests/data/memory, which the tests read, and into
docs/memory.md; `--page` writes the page again from what is recorded. It takes a quarter of an hour, and up to 6 GiB.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "memory"))

import measuring  # noqa: E402  # the folder is named above
from measuring import Case  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = ROOT / "tests" / "data" / "memory" / f"relion-{measuring.RELEASE}.json"
PAGE = ROOT / "docs" / "memory.md"
STILL = {"dont_skip_align": "No"}  # one orientation, so that only maps and sums count
PAD1 = {"do_pad1": "Yes"}
COARSE = {"sampling": "30 degrees", "auto_local_sampling": "3.7 degrees"}
CONVERGE = "--force_converge"


def cases() -> Iterator[Case]:
    for box in (64, 96, 128, 192, 256):
        yield Case("class3d", box, STILL)
        yield Case("class3d", box, {**STILL, **PAD1})
    yield Case("class3d", 128, {**STILL, "skip_gridding": "No"})
    yield Case("class3d", 192, {**STILL, **PAD1, "skip_gridding": "No"})
    for classes in ("2", "4"):
        yield Case("class3d", 96, {**STILL, "nr_classes": classes})
        yield Case("class3d", 128, {**STILL, **PAD1, "nr_classes": classes})
        for disc in ("Yes", "No"):
            yield Case(
                "class3d", 128, {**STILL, "nr_classes": classes, "do_combine_thru_disc": disc}, ranks=3
            )
    yield Case("class3d", 192, STILL, ranks=3)
    yield Case("class3d", 256, {**STILL, **PAD1, "nr_classes": "2"}, ranks=3)
    for box in (96, 128, 256):  # coarse resolution: the padded map counts
        yield Case("class3d", box, {**STILL, "ini_high": "60"})
    yield Case("class3d", 192, {**STILL, "ini_high": "60", "nr_classes": "4"}, ranks=3)
    for threads in (1, 2, 4):
        yield Case("class3d", 64, {"sampling": "7.5 degrees", **PAD1}, threads=threads)
        yield Case("class3d", 128, {"sampling": "15 degrees", **PAD1}, threads=threads)
    yield Case("class3d", 64, {"sampling": "15 degrees", "nr_classes": "4"}, threads=2, ranks=3)
    for box in (64, 128, 256):
        fine = f"--ini_high {2 * measuring.EXTENT / box}"  # the job has no option for it
        for classes in ("1", "10", "50"):
            yield Case("class2d", box, {"nr_classes": classes, "psi_sampling": "12"}, threads=2, extra=fine)
    yield Case("class2d", 128, {"nr_classes": "50", "psi_sampling": "12"}, threads=4, extra="--ini_high 2")
    yield Case("class2d", 256, {"nr_classes": "50", **STILL}, ranks=3, extra="--ini_high 1")
    yield Case("class2d", 128, {"nr_classes": "50", **STILL}, ranks=3)
    for box in (64, 96, 128, 192):
        yield Case("refine3d", box, COARSE, ranks=3, extra=CONVERGE)
    yield Case("refine3d", 128, {**COARSE, **PAD1}, ranks=5, extra=CONVERGE)
    yield Case("refine3d", 128, COARSE, ranks=5, extra=CONVERGE)
    yield Case(
        "refine3d", 96, {**COARSE, "auto_local_sampling": "7.5 degrees"}, ranks=3, threads=4, extra=CONVERGE
    )
    masked = {"fn_mask": "reference.mrc", "do_solvent_fsc": "Yes"}
    yield Case("refine3d", 96, {**COARSE, **masked}, ranks=3, extra=CONVERGE)
    yield Case("refine3d", 128, {**COARSE, **masked}, ranks=3, extra=CONVERGE)


def main() -> None:
    if "--page" in sys.argv:  # from the recorded table, after a change of the model
        write_page(json.loads(TABLE.read_text("utf-8"))["rows"])
        return
    chosen = list(cases())[:: 6 if "--quick" in sys.argv else 1]
    rows = [row for case in chosen if (row := _measured(case))]
    ratios = [model / peak for row in rows for _, model, peak in _pairs(row)]
    print(
        f"model / measured: {min(ratios):.2f} to {max(ratios):.2f} over {len(ratios)} ranks of {len(rows)} runs"
    )
    if "--write" in sys.argv:
        head = {
            "relion": measuring.RELEASE,
            "date": datetime.now(tz=UTC).date().isoformat(),
            "build": "Debian, CPU, double precision",
            "unit": "printed GiB, peaks MiB",
        }
        lines = ",\n  ".join(json.dumps(row) for row in rows)
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(f'{json.dumps(head)[:-1]}, "rows": [\n  {lines}\n]}}\n', "utf-8")
        write_page(rows)


def write_page(rows: list[dict[str, Any]]) -> None:
    """Put the table into docs/memory.md, between its marks."""
    before, begin, rest = PAGE.read_text("utf-8").partition("<!-- table: written by bench/memory.py -->\n")
    _, end, after = rest.partition("<!-- end of the table -->\n")
    PAGE.write_text(before + begin + measuring.table(rows) + end + after, "utf-8")


def _measured(case: Case) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = measuring.measure(case, Path(folder))
        except AssertionError as error:
            print(f"failed: {case}\n{str(error)[-1500:]}", file=sys.stderr)
            return None
    row = {**case._asdict(), **found._asdict()}
    for name, model, peak in _pairs(row):
        estimate = " ".join(f"{step[:3]} {1024 * gib:6.0f}" for step, gib in found.printed.items())
        options = " ".join(f"{key}={text}" for key, text in case.options.items())
        print(
            f"{case.type:8} box {case.box:3} size {found.size:3} ranks {case.ranks} threads {case.threads} {name:6} "
            f"model {model:7.0f} peak {peak:7.0f} ratio {model / peak:5.2f}  RELION: {estimate:22} {options}",
            flush=True,
        )
    return row


def _pairs(row: dict[str, Any]) -> list[tuple[str, float, float]]:
    found = measuring.Measured(row["size"], row["printed"], row["peaks"])
    return measuring.pairs(measuring.case_of(row), found)


if __name__ == "__main__":
    main()
