"""A site's own RELION against the catalogue: options, defaults, and the commands that both make of the same jobs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from relionc import catalog
from relionc.lower.commands import relion_commands
from relionc.pipeline.pipeliner import NUMBER, Pipeliner, we_make
from relionc.pipeline.questions import base, questions
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog import JobType
    from relionc.pipeline.pipeliner import Made
    from relionc.pipeline.questions import Question


class Disagreement(NamedTuple):
    """A job of which both make something else: what was asked, and what each makes of it."""

    question: Question
    program: Made
    catalogue: Made


class Compared(NamedTuple):
    """What differs in a job type: options that only one has, defaults (name, program's, catalogue's), and jobs."""

    name: str
    asked: int
    unknown: Mapping[str, str] = {}
    missing: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str, str], ...] = ()
    jobs: tuple[Disagreement, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.unknown or self.missing or self.defaults or self.jobs)


def compare_all(command: tuple[str, ...], folder: str, job_types: Sequence[JobType]) -> list[Compared]:
    """Return in what a program and the catalogue differ about job types; one is asked about on each CPU."""

    def one(job_type: JobType) -> Compared:
        own = os.path.join(folder, job_type.name)
        os.mkdir(own)
        return compare(Pipeliner(command, own), job_type)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(one, job_types))


def compare(pipeliner: Pipeliner, job_type: JobType, *, pairs: bool = False, drawn: int = 5) -> Compared:
    """Return in what a program and the catalogue differ about a job type."""
    fixed = {key: text for key, text in pipeliner.facts.queued.items() if key in job_type.options}
    usual = base(job_type, fixed, refused_for)
    found: list[Disagreement] = []
    known: Mapping[str, str] = {}
    asked = 0
    for question in questions(job_type, usual, fixed, pairs=pairs, drawn=drawn):
        theirs, ours = (
            pipeliner.makes(job_type, question.options),
            we_make(job_type, question.options, pipeliner.folder),
        )
        asked += 1
        if theirs.commands != ours.commands:
            found.append(Disagreement(question, theirs, ours))
        if question.kind == "usual":
            known = defaults_of(pipeliner, job_type)
    own = {key: option.default for key, option in job_type.options.items() if key not in fixed}
    given = {key for key in known if key not in fixed}
    return Compared(
        job_type.name,
        asked,
        unknown={key: known[key] for key in sorted(given - own.keys())},
        missing=tuple(sorted(own.keys() - known.keys())) if known else (),
        defaults=tuple((key, known[key], own[key]) for key in own if key in given and known[key] != own[key]),
        jobs=tuple(found),
    )


def defaults_of(pipeliner: Pipeliner, job_type: JobType) -> Mapping[str, str]:
    """Return the options that a program knows for a job type, with their defaults; nothing where it cannot be told.

    A job that RELION takes gets a file with all of its options: those that it was not given have their defaults.
    """
    fixed = {key: text for key, text in pipeliner.facts.queued.items() if key in job_type.options}
    needed = base(job_type, fixed, refused_for)
    bare = job_type._replace(options={key: o for key, o in job_type.options.items() if key in needed})
    found = dict(pipeliner.makes(bare, needed).options)
    given = found.keys() & needed.keys() - fixed.keys()  # their defaults are not seen
    return {**found, **{key: job_type.options[key].default for key in given}}


def refused_for(job_type: JobType, options: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the option for which the catalogue refuses a job, empty where it names none, and why."""
    output = f"{job_type.job_dir}/job{NUMBER:03}/"
    made = relion_commands(job_type, options, output=output, is_continue=False)
    return (made.refusals[0].option, made.refusals[0].message) if made.refusals else None


def new_types(pipeliner: Pipeliner, version: str) -> Iterator[str]:
    """Yield the names of job types that a program takes jobs of and the catalogue does not have."""
    if not catalog.has_labels(version):
        return
    loaded = [catalog.load(name, version) for name in catalog.types(version)]
    some, known = loaded[0], {each.type_id for each in loaded}
    for label in sorted(pipeliner.labels() - known):
        made = pipeliner.makes(some._replace(type_id=label, options={}), {})
        if pipeliner.facts.unknown_type not in made.why:
            yield label
