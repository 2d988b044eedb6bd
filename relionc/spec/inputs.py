"""The files that a job's options name: who makes them, what they say, whether they are there."""

from __future__ import annotations

from relionc import catalog
from relionc.catalog import kinds
from relionc.catalog.filefacts import COUNTS, DATA
from relionc.expr import Text
from relionc.spec.model import Fact, InputFile, MissingFile, Product, ProjectJob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping
    from typing import Any, Protocol

    from relionc.catalog.types import JobType, Option
    from relionc.data.facts import FileFacts
    from relionc.data.missing import Lookup
    from relionc.expr import AnyText
    from relionc.spec.model import Data

    class ProjectFiles(Protocol):
        """The files of projects."""

        def file_facts(self, path: str, project: str, /) -> FileFacts | None:
            """Return what a data file says."""

        def look(self, path: str, project: str, /) -> Lookup | None:
            """Return whether a file is there; None where nobody may look."""

        def project_job(self, name: str, project: AnyText, version: str, /) -> ProjectJob:
            """Return a job of RELION's own, by the name of its folder or its alias, or why there is none."""

    Makers = Mapping[str, Callable[[str], Product | None]]
    """By the output folder of each job so far: says which of its files a path is."""

ROLES = ("micrographs", "tomograms", "optimisation_set", "particles")
"""Roles of options that name data files. Each may count what another is about: its own file comes first."""
_KINDS = ("node", "file")
_NO_INPUTS = ("pattern", "queue")
_OF_IMAGE = ("float16", "planes", "micrograph_width", "micrograph_height", "frames")
"""Facts from the header of an image that the STAR file names."""
_PLANES = "planes"
"""But for stacks of tilt images, whose rows say which images they have."""


class NoFiles:
    """The project's files where nobody looks at them."""

    def file_facts(self, _path: str, _project: str) -> FileFacts | None:
        """Return nothing."""

    def look(self, _path: str, _project: str) -> Lookup | None:
        """Return nothing."""

    def project_job(self, _name: str, _project: AnyText, _version: str) -> ProjectJob:
        """Return none."""
        return ProjectJob(why="nobody looks into the project here")


def inputs(
    job_type: JobType,
    texts: Mapping[str, AnyText],
    given: Container[str],
    project: AnyText,
    makers: Makers,
    disk: ProjectFiles,
) -> dict[str, InputFile]:
    """Return the files that the `given` options name, by option: those that name data first, in the order of ROLES."""
    found: dict[str, InputFile] = {}
    for option in _options(job_type):
        if option.key not in given:
            continue
        path = texts[option.key]
        if path and not isinstance(path, Text):
            maker = makers.get(path[: path.rfind("/") + 1])
            made = maker(path) if maker else None
            reads = option.role in ROLES or option.key in job_type.traits.asks or _is_map(option, job_type)
            if isinstance(project, Text):
                found[option.key] = InputFile(path, made, facts=made.facts if made else {})
            else:
                found[option.key] = _input(path, made, project, disk, reads=reads)
    return found


def _is_map(option: Option, job_type: JobType) -> bool:
    kind = kinds.kind_of(option.node_type, job_type.version) if option.node_type else None
    return kind is not None and kinds.is_image(kind)


def _options(job_type: JobType) -> Iterator[Option]:
    options = job_type.options.values()
    for role in ROLES:
        yield from (option for option in options if option.role == role)
    yield from (
        option for option in options if option.kind in _KINDS and option.role not in (*ROLES, *_NO_INPUTS)
    )


def _input(path: str, made: Product | None, project: str, disk: ProjectFiles, *, reads: bool) -> InputFile:
    found = None if made else disk.look(path, project)
    facts: dict[str, Fact[Any]] = {}
    file = None
    missing: tuple[MissingFile, ...] = ()
    if reads and (found is None or found.there):
        within = found.project if found else project
        file = disk.file_facts(path, within)
        facts = _of_file(path, file)
        missing = tuple(_missing(file, within, disk)) if file else ()
        for each in file.members if file else ():
            facts = {**_of_file(each, disk.file_facts(each, within)), **facts}
    return InputFile(path, made, file, found, {**facts, **(made.facts if made else {})}, missing)


def _missing(file: FileFacts, project: str, disk: ProjectFiles) -> Iterator[MissingFile]:
    """Yield the files that a data file names and that are not there; of images the first stands for all."""
    for path in (*file.members, *([file.image] if file.image and file.first is None else [])):
        there = disk.look(path, project)
        if there is not None and not there.there:
            yield MissingFile(path, there)


def _of_file(path: str, file: FileFacts | None) -> dict[str, Fact[Any]]:
    """Return what a file says, each fact with the file that says it."""
    if file is None:
        return {}
    said = file.said()
    of_image = [key for key in _OF_IMAGE if not (key == _PLANES and file.stacks)]
    facts = {key: Fact(value, file.image if key in of_image else path) for key, value in said.items()}
    if file.optics:
        sizes = {
            "first_box": file.optics[0].box,
            "first_angpix": file.optics[0].angpix,
            "boxes": len({group.box for group in file.optics}),
            "pixel_sizes": len({group.angpix for group in file.optics}),
        }
        facts.update((key, Fact(value, path)) for key, value in sizes.items() if value is not None)
    facts.update((name, Fact(there, path)) for name, there in (file.marks or {}).items())
    if file.bodies is not None:
        facts["bodies"] = Fact(file.bodies, path)
    for first, all_ in (("first_box", "box"), ("first_angpix", "angpix")):
        if first not in facts and all_ in facts:
            facts[first] = facts[all_]
    return facts


def values(job_type: JobType, found: Mapping[str, InputFile], data: Data) -> dict[str, dict[str, Any]]:
    """Return the facts of files as the catalogue's expressions ask for them, and under DATA those of all data together.

    What the spec says of the data counts more.
    """
    said = {
        name: fact for name, fact in data._asdict().items() if fact is not None and fact.route is not None
    }
    sizes = {f"first_{name}": said[name] for name in ("box", "angpix") if name in said}
    own = {name: fact.value for name, fact in {**sizes, **said}.items()}
    known = {key: {name: fact.value for name, fact in each.facts.items()} for key, each in found.items()}
    known[DATA] = own
    for key in found:
        if job_type.options[key].role in ROLES:
            known[DATA] = {**known[key], **known[DATA]}
            known[key].update(own)
    return known


def made_by(
    job: str,
    job_type: JobType,
    texts: Mapping[str, AnyText],
    output: str,
    known: Mapping[str, Mapping[str, Any]],
    *,
    is_continue: bool,
) -> Callable[[str], Product | None]:
    """Return what says which file of a job a path is; the files are worked out when somebody asks."""
    files: dict[AnyText, catalog.MadeFile] = {}

    def of(path: str) -> Product | None:
        if not files:
            made = catalog.made(job_type, texts, output=output, is_continue=is_continue)
            files.update((file.path, file) for file in reversed(made))
        file = files.get(path)
        if file is None:
            return None
        passed = catalog.passed(job_type, texts, known, file.name, is_continue=is_continue)
        origin = f"job `{job}`"
        facts = {key: Fact(value, origin, at_most=key in COUNTS) for key, value in passed.items()}
        return Product(job, file.name, file.node_type, facts)

    return of
