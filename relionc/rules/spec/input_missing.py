"""An input that is not in the project's folder."""

from __future__ import annotations

from relionc.diag import ERROR, WARNING, Finding
from relionc.diag.near import has_guessed, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.data.missing import Lookup
    from relionc.site.types import Cluster
    from relionc.spec.model import InputFile, ResolvedJob

CODE = "RL150"
_ALIKE = 0.6
_SCHEME = "://"
_FILES = ("node", "file")


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a warning for each file that the spec names and that is missing where others of the project are."""
    others = any(each.found and each.found.there for each in job.inputs.values())
    yield from _addresses(job)
    for key, each in job.inputs.items():
        yield from _members(job, key, each)
        if (
            _SCHEME in each.path
            or key not in job.given
            or each.found is None
            or each.found.there
            or each.path.startswith("/")
        ):
            continue
        near = _near(each.path, each.found)
        if not (near or others or each.found.in_project or _has_own_folder(each, each.found)):
            continue  # nothing of the project is on this machine
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"`{each.path}` {_where(each.found)}",
            route=job.given[key],
            help=f"did you mean {near}?" if near else "",
        )


def _addresses(job: ResolvedJob) -> Iterator[Finding]:
    """Yield an error for each path that is an address of the web: RELION takes it for a file's name."""
    for key, route in job.given.items():
        text, option = job.options[key], job.type.options.get(key)
        if option is None or option.kind not in _FILES or not isinstance(text, str):
            continue
        scheme, mark, path = text.partition(_SCHEME)
        if mark and scheme.isalnum():
            local = scheme.lower() == "file"
            advice = f"write `{path}`" if local else "fetch the file, and write its path"
            message = f"`{text}` is an address, and RELION reads files"
            yield Finding(CODE, message, route, severity=ERROR, help=advice)


def _members(job: ResolvedJob, key: str, each: InputFile) -> Iterator[Finding]:
    """Yield a warning for each file that a data file names and that is not there: the data file itself is."""
    for path, found in each.missing:
        near = _near(path, found)
        yield Finding(
            code=CODE,
            severity=WARNING,
            message=f"`{path}`, which `{each.path}` names, {_where(found)}",
            route=job.given.get(key, job.route),
            help=f"did you mean {near}?" if near else "RELION looks for it as seen from the project folder",
        )


def _where(found: Lookup) -> str:
    if not found.folder:
        return "is not there, and its folder is not either"
    return "is not in this folder" if found.folder == "." else f"is not in {found.folder}"


def _has_own_folder(each: InputFile, found: Lookup) -> bool:
    return bool(found.folder) and "/" in each.path.removeprefix("./")


def _near(path: str, found: Lookup) -> str:
    """Return the path in the folder that is most like the missing one, of the same kind of file."""
    folder, slash, name = path.rpartition("/")
    if has_guessed():
        return ""
    stem, dot, ending = name.rpartition(".")
    stems = [other.removesuffix(dot + ending) for other in found.names if other.endswith(dot + ending)]
    near = nearest(stem, stems, _ALIKE) if stems else None
    return f"`{folder}{slash}{near}{dot}{ending}`" if near else ""
