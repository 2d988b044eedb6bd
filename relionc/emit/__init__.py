"""ir → bytes: sbatch and plain scripts, hostfile, command lines, RELION job files, JSON."""

from __future__ import annotations

from relionc.emit import jobfile, scripts, shell
from relionc.emit.json_text import document
from relionc.resources import folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.ir import Bundle, JobArray, JobArtifacts


RUNTIME = "relionc-runtime.sh"
PROJECT_JOB = "job_pipeline.star"
"""RELION's name for what one job has in the tables of its project."""
POINT = "run.sbatch"
"""The script of a point that is a task of an array."""


def files(bundle: Bundle, template: str | None = None) -> dict[str, bytes]:
    """Return every file of a build but the manifest: path below the build directory → content.

    The order is fixed: each job's files, then plan.json, submit.sh and relionc-runtime.sh. `template` is the text of a
    site's own script template; `relionc.emit.site_template.TemplateError` says what is wrong with it.
    """
    texts: dict[str, str] = {}
    own = _by_template(bundle, template) if template is not None else {}
    for job in bundle.jobs:
        texts |= {f"{job.job}/{name}": text for name, text in _job_files(job, own.get(job.job)).items()}
    texts |= {each.script: scripts.array(each, _digests(each, texts)) for each in bundle.arrays}
    texts["plan.json"] = document(bundle.plan or {})
    texts["submit.sh"] = scripts.submit(bundle)
    if any(job.queue_script is None for job in bundle.jobs):
        texts[RUNTIME] = runtime()
    return {path: text.encode() for path, text in texts.items()}


def _digests(array: JobArray, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the sha256 of the script of each point."""
    from hashlib import sha256

    return {name: sha256(texts[f"{name}/{POINT}"].encode()).hexdigest() for name in array.points}


def runtime() -> str:
    """Return the text of the guard that the scripts of a build share."""
    with open(f"{folder('templates')}/{RUNTIME}", encoding="utf-8") as stream:
        return stream.read()


def _by_template(bundle: Bundle, template: str) -> dict[str, str]:
    """Return the scripts that a site's own template makes, by job."""
    from relionc.emit.site_template import render

    jobs = [job for job in bundle.jobs if job.queue_script is None]
    texts = render(template, [scripts.site_script_view(job.script, job.script_name) for job in jobs])
    return dict(zip([job.job for job in jobs], texts, strict=True))


def _job_files(job: JobArtifacts, script: str | None) -> dict[str, str]:
    """Return the files of one job by name; `script` is the one that a site's own template made."""
    if job.queue_script is not None:
        from relionc.emit import queue_script

        texts = {job.script_name: queue_script.render(job.queue_script)}
    elif job.table is not None:
        from relionc.emit import table

        rows = table.text(job.table)
        view = table.view(job.table, rows)
        texts = {
            job.script_name: scripts.script(job.script, job.script_name, view),
            job.table.path.rpartition("/")[2]: rows,
        }
    else:
        texts = {job.script_name: scripts.script(job.script, job.script_name) if script is None else script}
    if job.window is not None:
        texts["gui.sh"] = scripts.window(job.window)
    if job.allocation is not None:
        texts["allocate.sh"] = scripts.allocate(job.allocation)
    texts["commands.txt"] = "".join(shell.one_line(command) + "\n" for command in job.commands)
    texts["hostfile"] = "".join(f"{row}\n" for row in job.hostfile)
    texts[job.job_file.style] = jobfile.render(job.job_file)
    if job.project_job:
        from relionc.emit import startable

        texts[PROJECT_JOB] = startable.render(job.project_job, job.job_file.star_version)
    return texts
