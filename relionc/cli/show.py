"""The commands that show what relionc knows: schemas, catalogue, profiles, codes."""

from __future__ import annotations

import os

from relionc import catalog, resources, site
from relionc.cli import say
from relionc.cli.options import CallError
from relionc.cli.table import table
from relionc.spec.options import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from relionc.catalog.types import Option


def schema(kind: str, relion: str | None) -> int:
    """Print a JSON Schema; that of specs may be narrowed to one RELION version."""
    from relionc.cli.files import read

    text = read(os.path.join(resources.folder("schemas"), f"{kind}.v1.schema.json"))
    if relion is None:
        say.exact(text, instead="it is in schemas/")
        return 0
    try:
        version = catalog.version(relion)
    except catalog.UnknownVersion as error:
        return _fail(error)
    if kind != "spec":
        return _fail(f"the schema of a {kind} is the same for every RELION version")
    import json

    from relionc.catalog.json_schema import of_version

    narrowed = of_version(json.loads(text), version)
    say.json(json.dumps(narrowed, indent=1, ensure_ascii=False) + "\n")
    return 0


def catalog_list(relion: str | None) -> int:
    """Print each job type with the versions that have it."""
    try:
        versions = (catalog.version(relion),) if relion else catalog.versions()
    except catalog.UnknownVersion as error:
        return _fail(error)
    names = dict.fromkeys(name for version in versions for name in catalog.types(version))
    rows = [("type", "RELION", "title")]
    for name in names:
        having = [version for version in versions if name in catalog.types(version)]
        rows.append((name, " ".join(having), catalog.load(name, having[-1]).title))
    say.result(table(rows))
    return 0


def catalog_show(job_type: str, relion: str | None) -> int:
    """Print the options of a job type."""
    try:
        version = catalog.version(relion) if relion else _newest(job_type)
    except catalog.UnknownVersion as error:
        return _fail(error)
    if version is None or job_type not in catalog.types(version):
        return _fail(
            f"there is no job type `{job_type}`"
            + (f" in RELION {relion}" if relion else "")
            + near_type(job_type, [version] if version else catalog.versions())
        )
    found = catalog.load(job_type, version)
    say.result(f"{job_type}: {found.title}, RELION {version}; writes to {found.job_dir}/\n")
    if found.outputs:
        say.result(f"outputs: {', '.join(found.outputs)}\n")
    say.result(f"all versions side by side: {page(found)}\n")
    for option in found.options.values():
        say.result(f"\n  {option.key}: {_shown(option)}\n      {option.label}\n")
        say.result(f"      {option.description}\n")
    return 0


def _shown(option: Option) -> str:
    parts = [option.kind if not option.choices else " | ".join(option.choices)]
    parts.append(f"default {option.default or '(empty)'}")
    if option.unit:
        parts.append(option.unit)
    if option.flag:
        parts.append(f"becomes {option.flag}")
    return ", ".join(parts)


def near_type(job_type: str, versions: Iterable[str]) -> str:
    """Return a question after the type of these versions that is most like `job_type`; empty if none is."""
    from relionc.diag.near import nearest

    names = dict.fromkeys(name for version in versions for name in catalog.types(version))
    near = nearest(job_type.lower(), names, 0.6)
    return f"; did you mean `{near}`?" if near else ""


def _newest(job_type: str) -> str | None:
    having = [version for version in catalog.versions() if job_type in catalog.types(version)]
    return having[-1] if having else None


def cluster_list() -> int:
    """Print the built-in profiles, and those that are found by name."""
    from relionc.cli import files

    rows = [("name", "title")]
    rows += [(name, site.builtin(name).title) for name in site.names()]
    try:
        rows += [(name, path) for name, path in files.profiles_here()]
    except CallError as error:
        return _fail(error)
    say.result(table(rows))
    return 0


def cluster_show(name: str) -> int:
    """Print a profile: built-in, or a file."""
    from relionc.cli import files
    from relionc.pipeline import Disk, load_profile

    try:
        folders = files.profile_folders(files.settings("spec"))
        profile = load_profile(name, Disk(files.read, files.file_facts), folders)
    except CallError as error:
        return _fail(error)
    except OSError as error:
        near = site.nearest(name)
        return _fail(
            f"there is no profile {name} ({error.strerror})" + (f"; did you mean {near}?" if near else "")
        )
    if profile.cluster is None:
        from relionc.cli.told import show

        show([profile], "text")
        return 1
    for i, each in enumerate(site.describe(profile.cluster)):
        say.result(("\n" if i else "") + say.on_one_line(each.title) + "\n")
        say.result(table([each.header, *each.rows], indent="  "))
    return 0


def rule(code: str) -> int:
    """Print the page of a diagnostic code."""
    from relionc.diag import pages
    from relionc.diag.codes import RETIRED

    code = code.upper()
    code = f"RL{code}" if code.isdecimal() else code
    page = pages.read(code) if code.isalnum() else None
    if page is not None:
        say.result(pages.plain(page.markdown))
        return 0
    if code in RETIRED:
        say.result(f"{code} is retired. It said: {RETIRED[code]}\n")
        return 0
    return _fail(f"there is no code {code}; codes are RL001 and so on, as diagnostics print them")


def _fail(why: object) -> int:
    say.trouble(why)
    return 2
