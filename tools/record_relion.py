"""Record what a RELION makes of jobs, asked from outside, and print what the catalogue would have to say about it.

python tools/record_relion.py FOLDER [--out DIR] [--like VERSION] [--type TYPE]… [--drawn N]

FOLDER has RELION's files as a package has them (`/` for an installed one, or where `tools/unpack_relion.sh` unpacked
one). VERSION is the version of the catalogue to start from: that of the release, else the newest. Writes
DIR/joboptions/RELEASE.json (options and defaults) and DIR/golden/RELEASE.fuzz.jsonl.gz (one option at a time, each
switch with everything else changed, pairs of switches, N random ones of each type), in the forms of tests/data.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from relionc import catalog  # noqa: E402 - the tree itself must be found first
from relionc.catalog.compare import flags  # noqa: E402
from relionc.catalog.pipeliner import load_pipeliner  # noqa: E402
from relionc.catalog.types import JobType, Option  # noqa: E402
from relionc.pipeline.own_build import defaults_of, new_types, refused_for  # noqa: E402
from relionc.pipeline.pipeliner import NUMBER, Pipeliner, from_folder, we_make  # noqa: E402
from relionc.pipeline.questions import base, questions  # noqa: E402

FLAG = re.compile(r"(?<=\s)--?[A-Za-z][\w-]*")


class Recorded(NamedTuple):
    """A job type as the program has it: its options and defaults, and what it made of jobs."""

    job_type: JobType
    known: Mapping[str, str]
    rows: list[dict[str, Any]]
    differ: int

    @property
    def added(self) -> list[str]:
        """Options that the catalogue does not have."""
        return [key for key in self.known if key not in self.job_type.options]

    @property
    def gone(self) -> list[str]:
        """Options that only the catalogue has."""
        return [key for key in self.job_type.options if key not in self.known]

    def changed(self) -> Iterator[tuple[str, str, str]]:
        """Yield options with another default: name, the catalogue's, the program's."""
        for key, option in self.job_type.options.items():
            if key in self.known and self.known[key] != option.default:
                yield key, option.default, self.known[key]


def record(pipeliner: Pipeliner, job_type: JobType, release: str, drawn: int) -> Recorded:
    """Ask a program about a job type of the catalogue, with the options that the program has."""
    fixed = {key: text for key, text in pipeliner.facts.queued.items() if key in job_type.options}
    known = {**{key: job_type.options[key].default for key in fixed}, **defaults_of(pipeliner, job_type)}
    known |= {key: job_type.options[key].default for key in fixed}
    theirs = job_type._replace(options=dict(_as_known(job_type, known)))
    usual = base(job_type, fixed, refused_for)
    rows, differ = [], 0
    for question in questions(theirs, usual, fixed, pairs=True, drawn=drawn):
        made = pipeliner.makes(theirs, question.options)
        ours = we_make(job_type, question.options, pipeliner.folder)
        differ += made.commands != ours.commands
        rows.append(_row(theirs, release, question.kind, question.options, made))
    return Recorded(job_type, known, rows, differ)


def _as_known(job_type: JobType, known: Mapping[str, str]) -> Iterator[tuple[str, Option]]:
    """Yield the options that a program has: those of the catalogue with its defaults, others as these look."""
    for key, default in known.items():
        option = job_type.options.get(key)
        yield (
            key,
            option._replace(default=default) if option else Option(key, key, _kind(default), default, ""),
        )


def _kind(default: str) -> str:
    if default in ("Yes", "No"):
        return "bool"
    return "number" if re.fullmatch(r"-?\d+(\.\d+)?", default) else "text"


def _row(job_type: JobType, release: str, kind: str, options: Mapping[str, str], made: Any) -> dict[str, Any]:
    defaults = {key: option.default for key, option in job_type.options.items()}
    return {
        "version": release,
        "kind": kind,
        "job_type_id": job_type.type_id,
        "job_type": job_type.type_id,
        "is_tomo": bool(job_type.is_tomo),
        "is_continue": False,
        "outputname": f"{job_type.job_dir}/job{NUMBER:03}/",
        "set": {key: text for key, text in options.items() if text != defaults.get(key)},
        "ok": made.commands is not None,
        "error": made.why,
        "commands": list(made.commands or ()),
    }


def implied(found: list[Recorded], more: list[str], release: str, like: str) -> Iterator[str]:
    """Yield what the data of the catalogue would have to say, file by file; nothing where it is as it is."""
    series = ".".join(release.split(".")[:2])
    since = f'">={series}"'
    if series not in catalog.versions():
        yield from ("versions.yaml", f'+  "{series}":', f'+    like: "{like}"', f"+    tag: {release}",
                    f"+    observed: {load_pipeliner().program} {release}")  # fmt: skip
    for label in more:
        yield f"a new file for the job type {label}"
    for each in found:
        lines = list(_of_type(each, since, series))
        if lines:
            yield f"{each.job_type.name}.yaml"
            yield from lines


def _of_type(each: Recorded, since: str, series: str) -> Iterator[str]:
    for key in each.added:
        becomes = ", ".join(_becomes(each, key)) or "nothing that was seen"
        default = json.dumps(each.known[key])
        yield f"+    {key}: {{versions: {since}, kind: {_kind(each.known[key])}, default: {default}}} # {becomes}"
    for key in each.gone:
        yield f'     {key}: versions: "<{series}"'
    for key, old, new in each.changed():
        yield f"     {key}: by_version: {{{since}: {{default: {json.dumps(new)}}}}} # was {json.dumps(old)}"
    written = {flag for row in each.rows for text in row["commands"] for flag in FLAG.findall(text)}
    for flag in sorted(written - set(flags(each.job_type))):
        yield f"+    a step that writes {flag}"
    if each.differ:
        yield f"     {each.differ} of {len(each.rows)} jobs get other commands"


def _becomes(each: Recorded, key: str) -> Iterator[str]:
    """Yield the flags that appear where an option is all that was changed."""
    usual = next((row["commands"] for row in each.rows if row["kind"] == "usual"), [])
    before = Counter(word for text in usual for word in text.split())
    seen = set()
    for row in each.rows:
        if row["kind"] == "one" and key in row["set"]:
            words = Counter(word for text in row["commands"] for word in text.split())
            seen |= {word for word in words - before if word.startswith("-")}
    yield from sorted(seen)


def write(out: Path, release: str, found: list[Recorded]) -> None:
    """Write the options and the rows in the forms of tests/data."""
    jobs = [
        {
            "job_type_id": each.job_type.type_id,
            "job_type_label": each.job_type.type_id,
            "job_dir": each.job_type.job_dir,
            "is_tomo": bool(each.job_type.is_tomo),
            "options": [{"key": key, "default": text} for key, text in sorted(each.known.items())],
        }
        for each in found
    ]
    note = "keys and defaults, as the pipeliner writes them for a job that names its type"
    table = {"version": release, "note": note, "jobs": jobs}
    for folder in ("joboptions", "golden"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    (out / "joboptions" / f"{release}.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    lines = "".join(json.dumps(row) + "\n" for each in found for row in each.rows)
    packed = gzip.compress(lines.encode(), mtime=0)
    (out / "golden" / f"{release}.fuzz.jsonl.gz").write_bytes(packed)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("--out", type=Path, default=Path("recorded"))
    parser.add_argument("--like")
    parser.add_argument("--type", action="append")
    parser.add_argument("--drawn", type=int, default=20)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        pipeliner = Pipeliner(from_folder(given.folder, load_pipeliner().program), folder)
        release = pipeliner.release()
        like = given.like or catalog.series(release) or catalog.versions()[-1]
        found = []
        for name in given.type or catalog.types(like):
            found.append(record(pipeliner, catalog.load(name, like), release, given.drawn))
            print(
                f"{name}: {len(found[-1].rows)} rows, {found[-1].differ} differ", file=sys.stderr, flush=True
            )
        more = [] if given.type else list(new_types(pipeliner, like))
    write(given.out, release, found)
    lines = list(implied(found, more, release, like))
    print("\n".join(lines) if lines else f"RELION {release} is as the catalogue says of {like}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
