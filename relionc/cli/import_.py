"""`relionc import`: a job file of RELION as a spec."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from relionc import catalog
from relionc.cli import files, say
from relionc.cli.files import CallError
from relionc.ir import SpecFile
from relionc.source import jobfile
from relionc.spec.carry import carry, versions_of
from relionc.spec.jobfile import resolve

if TYPE_CHECKING:
    from relionc.diag import Diagnostic, Finding
    from relionc.source.jobfile import JobText
    from relionc.spec.jobfile import Job

CLUSTER = "local"


def run(
    path: str, *, out: str | None, relion: str | None, cluster: str | None, job_number: int | None
) -> int:
    """Write a spec of one job file, or print it; returns the exit code."""
    from relionc.store.paths import StoreError

    try:
        text = jobfile.read(files.read_spec(path), path)
        version, *others = _versions(text, relion)
        job, findings = resolve(text, version)
        _show(text, findings)
        if job is None:
            return 1
        chosen = cluster or _default_cluster(out or path)
        source = os.path.basename(path) + "".join(
            f", which RELION {other} may have written too" for other in others
        )
        spec = spec_file(job, source=source, cluster=chosen, output=_output(path, job, job_number))
        _write(spec, out)
    except jobfile.NotRead as refusal:
        _print([refusal.diagnostic], "")
        return 1
    except (CallError, StoreError) as error:
        say.trouble(error)
        return 2
    return 0


def spec_file(job: Job, *, source: str, cluster: str, output: str) -> SpecFile:
    """Return the spec of a job, whose build gives the commands of the job file."""
    from relionc.diag.clean import printable

    carried = carry(job)
    left_out = tuple((name, printable(text), printable(why)) for name, text, why in carried.left_out)
    is_continue = (("continue", "yes"),) if job.is_continue else ()
    return SpecFile(
        header=(
            f"From {printable(source)}. What is not said here has the default of RELION {job.type.version}.",
            "`relionc cluster list` names the profiles for `cluster`.",
        ),
        facts=(("cluster", cluster), ("relion", f"{job.type.version}")),
        job=job.type.name,
        job_facts=(("type", job.type.name), *is_continue, ("output", output)),
        pins=carried.pins,
        options=carried.options,
        extra_args=carried.extra_args,
        left_out=left_out,
    )


def _versions(text: JobText, relion: str | None) -> tuple[str, ...]:
    """Return the version of the call, or those that may have written the file; raises CallError."""
    if relion is None:
        if found := versions_of(text):
            return found
        raise CallError(f"no RELION version writes such a job file as {text.path}; name one with --relion")
    version = catalog.series(relion)
    if version is None:
        raise CallError(f"RELION {relion} is not in the catalogue; it has {', '.join(catalog.versions())}")
    return (version,)


def _output(path: str, job: Job, number: int | None) -> str:
    """Return the folder of the job: of the number that is asked for, or the one that the file lies in."""
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    if number is None and folder.startswith("job") and folder[3:].isdecimal():
        return f"{job.type.job_dir}/{folder}/"
    return f"{job.type.job_dir}/job{number or 1:03d}/"


def _default_cluster(path: str) -> str:
    found = files.settings(path)
    return (found.cluster if found else None) or CLUSTER


def _show(text: JobText, findings: list[Finding]) -> None:
    from relionc.diag.locate import locate_all

    if findings:
        _print(locate_all(findings, text), text.text)


def _print(diagnostics: list[Diagnostic], source: str) -> None:
    from relionc.cli.build import colored
    from relionc.diag import render

    sources = {diagnostic.path: source for diagnostic in diagnostics}
    say.diagnostics(render.text(diagnostics, sources, color=colored()))


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
