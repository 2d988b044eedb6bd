"""`relionc import`: a job file of RELION as a spec."""

from __future__ import annotations

import os

from relionc import catalog
from relionc.cli import files, say
from relionc.cli.job_folder import job_folder
from relionc.cli.options import CallError
from relionc.data.skim import Skim, TooMuch
from relionc.diag.kept import Kept
from relionc.pipeline.jobfile import NoVersion, import_job, spec_file
from relionc.pipeline.project import NoJobs, import_project, in_folder, is_project, variables_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.diag import Diagnostic
    from relionc.ir import SpecFile
    from relionc.pipeline.jobfile import Imported

CLUSTER = "local"


def run(
    path: str, *, out: str | None, relion: str | None, cluster: str | None, job_number: int | None
) -> int:
    """Write a spec of one job file, or print it; returns the exit code."""
    from relionc.store.paths import StoreError

    try:
        path = in_folder(path) if os.path.isdir(path) else path
        if is_project(path):
            return _project(path, out=out, relion=relion, cluster=cluster)
        scheme = variables_beside(path, Skim())
        found = import_job(path, files.read_spec(path), relion, scheme)
        _show(found)
        if found.job is None:
            return 1
        source = os.path.basename(path) + "".join(
            f", which RELION {other} may have written too" for other in found.others
        )
        chosen = cluster or _default_cluster(out or path)
        output = f"{found.job.type.job_dir}/{job_folder(path, job_number)}/"
        _write(spec_file(found.job, source=source, cluster=chosen, output=output, known=scheme), out)
    except NoVersion as error:
        say.trouble(f"{error}; name one with --relion")
        return 2
    except (CallError, StoreError, NoJobs, catalog.UnknownVersion) as error:
        say.trouble(error)
        return 2
    return 0


def _project(path: str, *, out: str | None, relion: str | None, cluster: str | None) -> int:
    """Write one spec of all jobs of a project or a scheme, or print it."""
    chosen = cluster or _default_cluster(out or path)
    try:
        found = import_project(path, files.read, Skim(), relion=relion, cluster=chosen)
    except (OSError, TooMuch) as error:
        raise CallError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is too large'}"
        ) from None
    _say(found.diagnostics, found.sources)
    _write(found.spec, out)
    return 0


def _default_cluster(path: str) -> str:
    found = files.settings(path)
    return (found.cluster if found else None) or CLUSTER


def _show(found: Imported) -> None:
    _say(found.diagnostics, {diagnostic.path: found.source for diagnostic in found.diagnostics})


def _say(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
    from relionc.cli.told import colored
    from relionc.diag import render
    from relionc.diag.excerpts import lines_shown

    kept = Kept()
    kept += diagnostics
    shown = kept.shown()
    if shown:
        say.diagnostics(render.text(shown, lines_shown(shown, sources), color=colored()))


def _write(spec: SpecFile, out: str | None) -> None:
    from relionc.emit.shell import pasted_path
    from relionc.emit.specfile import render
    from relionc.store.new_file import create

    text = render(spec)
    if out is None:
        say.exact(text.encode(), instead="write it to a file with -o")
    else:
        create(out, text.encode())
        say.result(f"wrote {say.on_one_line(out)}  next: relionc build {pasted_path(out)}\n")
