"""`relionc import`: a job file of RELION as a spec."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from relionc import catalog
from relionc.cli import files, say
from relionc.cli.options import CallError
from relionc.pipeline.jobfile import NoVersion, import_job, spec_file

if TYPE_CHECKING:
    from relionc.ir import SpecFile
    from relionc.pipeline.jobfile import Imported
    from relionc.spec.job_from_file import Job

CLUSTER = "local"


def run(
    path: str, *, out: str | None, relion: str | None, cluster: str | None, job_number: int | None
) -> int:
    """Write a spec of one job file, or print it; returns the exit code."""
    from relionc.store.paths import StoreError

    try:
        found = import_job(path, files.read_spec(path), relion)
        _show(found)
        if found.job is None:
            return 1
        source = os.path.basename(path) + "".join(
            f", which RELION {other} may have written too" for other in found.others
        )
        chosen = cluster or _default_cluster(out or path)
        output = _output(path, found.job, job_number)
        _write(spec_file(found.job, source=source, cluster=chosen, output=output), out)
    except NoVersion as error:
        say.trouble(f"{error}; name one with --relion")
        return 2
    except (CallError, StoreError, catalog.UnknownVersion) as error:
        say.trouble(error)
        return 2
    return 0


def _output(path: str, job: Job, number: int | None) -> str:
    """Return the folder of the job: of the number that is asked for, or the one that the file lies in."""
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    if number is None and folder.startswith("job") and folder[3:].isdecimal():
        return f"{job.type.job_dir}/{folder}/"
    return f"{job.type.job_dir}/job{number or 1:03d}/"


def _default_cluster(path: str) -> str:
    found = files.settings(path)
    return (found.cluster if found else None) or CLUSTER


def _show(found: Imported) -> None:
    from relionc.cli.build import colored
    from relionc.diag import render

    if found.diagnostics:
        sources = {diagnostic.path: found.source for diagnostic in found.diagnostics}
        say.diagnostics(render.text(found.diagnostics, sources, color=colored()))


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
