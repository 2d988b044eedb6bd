"""A file that is there and is not what its name, or the option that names it, says."""

from __future__ import annotations

from math import inf

from relionc import catalog
from relionc.catalog import kinds
from relionc.catalog.starfiles import EMPTY, MRC, OTHER, star_files
from relionc.diag import ERROR, WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.data.facts import FileFacts
    from relionc.data.images import Content, Image
    from relionc.site.types import Cluster
    from relionc.spec.model import InputFile, ResolvedJob

CODE = "RL156"
_STACK = ".mrcs"
_PARTICLES, _REFERENCES = "particles", "references"
_SAME = 0.01
"""Values that are as near to each other as this are meant to be the same."""
_STOPS = "stops"
_MAP_NAME = "a map has a name that ends in .mrc"
_NOTHING = "nothing"


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield the first thing that is wrong with each file; what an earlier job makes is not there yet."""
    for key, each in job.inputs.items():
        if each.made:
            continue
        found = next(
            _of_file(job, key, each, each.file) if each.file else _by_name(job, key, each.path), None
        )
        if found:
            message, severity, advice = found
            route = job.given.get(key, job.route)
            yield Finding(code=CODE, severity=severity, message=message, route=route, help=advice)


def _of_file(job: ResolvedJob, key: str, each: InputFile, file: FileFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a file: the message, how bad it is, and what helps."""
    version = job.type.version
    if file.content:
        yield from _content(each.path, file.content, version)
    node = job.type.options[key].node_type
    wanted = kinds.kind_of(node, version) if node else None
    if wanted is None:
        return
    if kinds.is_image(wanted):
        yield from _as_map(key, wanted, each.path, file)
        yield from _as_maps(key, wanted, file)
    yield from _as_list(job, key, wanted, file)
    if file.image:
        yield from _image(file, version)


def _by_name(job: ResolvedJob, key: str, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a file that nobody has looked into: a stack is one by its name."""
    node = job.type.options[key].node_type
    wanted = kinds.kind_of(node, job.type.version) if node else None
    if wanted and kinds.is_image(wanted) and path.endswith(_STACK):
        message = (
            f"`{key}` wants {kinds.in_words(wanted)}, and RELION reads `{path}` as a stack of flat images"
        )
        yield message, ERROR, _MAP_NAME


def _content(path: str, held: Content, version: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a file for whoever takes it for what its name says."""
    taken_for = _form_by_name(path, version)
    known = star_files().forms
    if held.form == EMPTY:  # perhaps one that stands for a file that is still to come
        yield f"`{path}` is empty", WARNING, "RELION stops where it reads it"
    elif taken_for and held.form != taken_for and not _is_plausible(held, taken_for):
        advice = "the file may be damaged, or have got another name"
        message = f"`{path}` is read as {known[taken_for]['is_']}, and is {known[held.form]['is_']} by what it holds"
        yield message, ERROR, advice
    mode = star_files().modes.get(str(held.mode))
    if mode and version in mode["does"]:
        does = mode["does"][version]
        message = f"`{path}` holds {mode['is_']} (mode {held.mode}): RELION {version} {does}"
        yield message, ERROR if does == _STOPS else WARNING, "convert it with a program that reads them"
    if held.image and not held.whole:
        message = f"`{path}` ends before the {held.image.planes:,} planes of which its header speaks"
        yield message, WARNING, "RELION goes on with what it has; copy the file again"


def _is_plausible(held: Content, taken_for: str) -> bool:
    """Whether numbers without a mark may be what they are taken for."""
    return taken_for == MRC and held.image is not None


def _form_by_name(path: str, version: str) -> str:
    """Return the form that a version takes a file for, nothing for none of those that are known here."""
    known = star_files().forms.items()
    return next((name for name, form in known if path.endswith(form["endings"].get(version, ()))), "")


def _as_map(key: str, wanted: str, path: str, file: FileFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a file where a map is wanted."""
    words, held = kinds.in_words(wanted), file.content
    if held and held.form not in (MRC, OTHER, EMPTY):
        yield f"`{key}` wants {words}, and `{path}` is {star_files().forms[held.form]['is_']}", ERROR, ""
    image = held.image if held else None
    if image is None:
        return
    yield from _values(key, wanted, path, image)
    if path.endswith(_STACK):
        message = (
            f"`{key}` wants {words}, and RELION reads `{path}` as a stack of {image.planes:,} flat images"
        )
        yield message, ERROR, _MAP_NAME
    size = f"{image.width} x {image.height}"
    if image.planes == 1:
        yield f"`{key}` wants {words}, and `{path}` is one flat image of {size} pixels", ERROR, ""
    if not image.width == image.height == image.planes:
        message = f"`{path}` is no cube, but {size} x {image.planes} pixels; RELION's maps are cubes"
        yield message, WARNING, ""


def _as_maps(key: str, wanted: str, file: FileFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a list of references where maps are wanted: those of a 2D classification are flat."""
    held = file.first.image if file.first else None
    if file.rows == _REFERENCES and (file.image.endswith(_STACK) or (held and held.planes == 1)):
        message = (
            f"`{key}` wants {kinds.in_words(wanted)}, and `{file.path}` lists flat images, of `{file.image}`"
        )
        yield message, ERROR, "take the file of a 3D classification or an initial model, or a map"


def _values(key: str, wanted: str, path: str, image: Image) -> Iterator[tuple[str, str, str]]:
    """Yield what the values say that the header has, by the values that maps of a kind have."""
    words, ranges = kinds.in_words(wanted), star_files().ranges
    if image.lowest is None or image.highest is None:
        return
    least, most = ranges.get(wanted, (-inf, inf))
    if image.lowest < least - _SAME or image.highest > most + _SAME:
        values = f"from {image.lowest:g} to {image.highest:g} by its header"
        message = f"`{path}` has values {values}, and {words} has some from {least:g} to {most:g}"
        yield message, WARNING, "a refinement cuts off the rest; post-processing stops"
    for other, limits in ranges.items():
        if other != wanted and (image.lowest, image.highest) == limits:
            values = f"from {limits[0]:g} to {limits[1]:g} by its header, as {kinds.in_words(other)} has"
            yield f"`{key}` wants {words}, and `{path}` has values {values}", WARNING, ""


def _as_list(job: ResolvedJob, key: str, wanted: str, file: FileFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a file that lists something else than is wanted."""
    if file.optics and not star_files().by_name[job.type.version]:
        reads = f"RELION {job.type.version} reads the first table only"
        advice = "files are written like that from 3.1 on: take that version, or a file of before"
        yield f"`{file.path}` begins with a table of optics groups, and {reads}", ERROR, advice
    lists, is_map = star_files().lists, kinds.is_image(wanted)
    listable = is_map or any(wanted in fitting for fitting in lists.values())
    if not file.rows or not listable or any(kinds.fits(each, wanted) for each in lists[file.rows]):
        return
    severity = ERROR if star_files().by_name[job.type.version] or is_map else WARNING
    message = f"`{key}` wants {kinds.in_words(wanted)}, and `{file.path}` is a list of {_listed(file.rows)}"
    yield message, severity, ""


def _listed(rows: str) -> str:
    return "nothing that RELION looks for" if rows == _NOTHING else rows.replace("_", " ")


def _image(file: FileFacts, version: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the first image that a list names."""
    name, known = file.image, star_files()
    having = [
        each
        for each in catalog.versions()
        if any(name.endswith(form["endings"].get(each, ())) for form in known.forms.values())
    ]
    if name.endswith(known.never) or (having and version not in having):
        ending = name[name.rfind("/") + 1 :].partition(".")[2]
        advice = catalog.having(having) if having else "convert it to MRC or TIFF"
        yield (
            f"`{file.path}` names `{name}`, and RELION {version} does not read files of .{ending}",
            ERROR,
            advice,
        )
    elif (
        file.rows == _PARTICLES
        and file.numbered
        and _form_by_name(name, version) == MRC
        and not name.endswith(_STACK)
    ):
        message = f"`{file.path}` names images of `{name}`, and RELION reads stacks that end in {_STACK} only"
        yield message, ERROR, "rename the stacks, and their names in the STAR file"
    elif file.first:
        yield from _content(name, file.first, version)
        yield from _particle(file, file.first)


def _particle(file: FileFacts, held: Content) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the size of the first particle."""
    image = held.image
    if file.rows != _PARTICLES or image is None:
        return
    size = f"{image.width} x {image.height} pixels"
    boxes = sorted({group.box for group in file.optics if group.box})
    if image.width != image.height:
        yield f"images of `{file.image}` have {size}: RELION takes square ones only", ERROR, ""
    elif boxes and image.width not in boxes:
        said = f"have {size}, and the optics groups of `{file.path}` say {' and '.join(map(str, boxes))}"
        yield f"images of `{file.image}` {said}", WARNING, "one of them is of another extraction"
