"""Compare job types with what RELION itself made of the same options, straight from their YAML.

python tools/check_type.py TYPE…               every recorded row of these types, and their options
python tools/check_type.py TYPE… --show 20     with up to 20 differences of each version (5 unless told)

Only the files of these types are read, so an edit of one can be checked while another is not finished.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "relionc" / "catalog" / "data"


def read(name: str) -> Any:
    from relionc.source import load

    loaded = load((DATA / f"{name}.yaml").read_bytes(), f"{name}.yaml")
    if loaded.tree is None or loaded.diagnostics:
        sys.exit("\n".join(f"{name}.yaml: {each.span}: {each.message}" for each in loaded.diagnostics))
    return loaded.tree.value


def check(name: str, show: int) -> Iterator[str]:
    """Yield what is to say about one job type: a line per version, and the differences."""
    import golden_rows

    from relionc import catalog
    from relionc.catalog.compiler import CatalogError, compile_type

    data = {each: read(each) for each in ("versions", "shared", name)}
    if "like" in data[name]:
        data[data[name]["like"]] = read(data[name]["like"])
    for release in golden_rows.RELEASES:
        version = ".".join(release.split(".")[:2])
        if version not in data[name]["versions"]:
            continue
        try:
            job_type = catalog.from_data(compile_type(data, name, version))
        except CatalogError as error:
            yield str(error)
            continue
        yield from compared(golden_rows, job_type, release, show)


def compared(golden_rows: Any, job_type: Any, release: str, show: int) -> Iterator[str]:
    differences = []
    counts = []
    for kind in golden_rows.KINDS:
        rows = golden_rows.rows_of(release, kind, job_type)
        wrong = [(row, found) for row in rows if (found := golden_rows.difference(row, job_type))]
        counts.append(f"{kind} {len(rows) - len(wrong)}/{len(rows)}")
        differences += [f"  {kind} line {row['line']} {row['set']}\n    {found}" for row, found in wrong]
    facts = golden_rows.jobs(release).get((job_type.type_id, bool(job_type.is_tomo)))
    options = list(option_differences(facts, job_type)) if facts else ["RELION has no such job type"]
    yield f"{job_type.name} {release}: {', '.join(counts)}, options that differ: {len(options)}"
    yield from (f"  {line}" for line in options)
    yield from differences[:show]


def option_differences(job: Any, job_type: Any) -> Iterator[str]:
    """Yield the options that are not as RELION's own window has them."""
    import golden_rows

    theirs, ours = golden_rows.facts_of_relion(job), golden_rows.our_facts(job_type)
    for key in sorted(theirs.keys() | ours.keys()):
        if theirs.get(key) != ours.get(key):
            yield f"{key}: {ours.get(key)} is not {theirs.get(key)}"


def main(arguments: list[str]) -> int:
    show = 5
    if "--show" in arguments:
        place = arguments.index("--show")
        show = int(arguments[place + 1])
        del arguments[place : place + 2]
    if not arguments:
        sys.exit(__doc__)
    for name in arguments:
        for line in check(name, show):
            print(line)
    return 0


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "catalog")]
    sys.exit(main(sys.argv[1:]))
