"""A plan in RELION's own submission template: what its names stand for, and what it cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from relionc.catalog.queue import load_queue
from relionc.diag import WARNING, Finding
from relionc.lower import directives, queue, queue_check
from relionc.lower.queue_directives import said
from relionc.lower.queue_shell import misread
from relionc.lower.words import path_word
from relionc.plan.model import HETEROGENEOUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.catalog.queue import Queue
    from relionc.diag import Route
    from relionc.ir import Bundle, Directive, JobArtifacts, QueueScript, Submission
    from relionc.lower.commands import Made
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster


class Template(NamedTuple):
    """A site's template: its text, and values for its own entries that the call gives, by their numbers."""

    text: str
    extras: Mapping[int, str]


class Filled(NamedTuple):
    """The scripts of jobs by name, what is wrong with the template (routes are places in it), and with the jobs."""

    scripts: dict[str, QueueScript]
    of_template: tuple[Finding, ...]
    of_jobs: tuple[Finding, ...]


class _Job(NamedTuple):
    """One job of a template: `texts` is RELION's text by option."""

    plan: JobPlan
    texts: Mapping[str, str]
    made: Made
    cluster: Cluster

    @property
    def slurm(self) -> bool:
        return self.cluster.scheduler == "slurm"

    @property
    def queue(self) -> Queue:
        return load_queue(self.plan.job.type.version)


_OURS = ("job-name", "open-mode", "output")
_SHAPE = {"nodes", "ntasks-per-node"}


def options(plan: JobPlan, texts: Mapping[str, str]) -> dict[str, str]:
    """Return RELION's texts with the plan's partition and cores per node, where the spec does not give them."""
    cores = plan.ntasks * plan.threads
    values = {"queue": plan.partition, "dedicated": str(-(-cores // max(plan.nodes, 1)))}
    found = dict(texts)
    for role, value in values.items():
        name, _ = load_queue(plan.job.type.version).options[role]
        if value and name in plan.job.type.options and name not in plan.job.given:
            found[name] = value
    return found


def fill(
    plans: Sequence[JobPlan],
    texts: Mapping[str, Mapping[str, str]],
    made: Mapping[str, Made],
    template: Template,
    cluster: Cluster,
) -> Filled:
    """Return the submission scripts of all jobs but the interactive ones; `texts` and `made` are by job name."""
    scripts: dict[str, QueueScript] = {}
    of_template: list[Finding] = []
    of_jobs: list[Finding] = []
    for plan in plans:
        name = plan.job.name
        if plan.job.interactive:
            continue
        try:
            scripts[name], problems = _filled(_Job(plan, texts[name], made[name], cluster), template)
        except queue.ExprError as error:
            message = f"RELION cannot fill in a template: {error.message}"
            of_jobs.append(Finding(code="RL129", message=message, route=plan.job.route, on_key=True))
            continue
        of_template += problems
        of_jobs += _about(_Job(plan, texts[name], made[name], cluster), scripts[name])
    return Filled(scripts, tuple(dict.fromkeys(of_template)), tuple(of_jobs))


def _filled(job: _Job, template: Template) -> tuple[QueueScript, list[Finding]]:
    known = queue.values(job.queue, job.texts, job.plan.job.output)
    replacing = queue.replacements(job.queue, known, _extras(job, template))
    script = queue.fill(template.text, job.made, job.queue, replacing)
    lines, version = queue.lines_of(template.text), job.plan.job.type.version
    return script, queue_check.check(
        queue_check.Filled(lines, script.lines, job.queue, replacing, version, job.slurm)
    )


def _about(job: _Job, script: QueueScript) -> list[Finding]:
    """Return what is wrong with a job in a template."""
    return [*_partition(job), *_uneven(job), *_layout(job, script), *_values(job)]


def _extras(job: _Job, template: Template) -> dict[int, str]:
    """Return the site's entries: as the call gives them, else by the sbatch option that they are the value of.

    An entry that is a directive by itself gets the options of the plan that the template does not say.
    """
    entry = re.compile(re.escape(job.queue.extra_name).replace(r"\{n\}", "([0-9]+)"))
    asked = {each.name: each.value or "" for each in _asked(job)}
    there = list(said(queue.lines_of(template.text)))
    rest = {name: asked[name] for name in asked if name not in {*_OURS, *(each.name for each in there)}}
    found: dict[int, str] = {}
    for each in there:
        number = entry.fullmatch(each.value or "")
        if number and each.name:
            found.setdefault(int(number[1]), asked.get(each.name, ""))
        elif number:
            found.setdefault(int(number[1]), " ".join(_option(*item) for item in rest.items()))
            rest = {}
    found |= template.extras
    return {number: text for number, text in found.items() if 0 < number <= job.queue.extras_most}


def _asked(job: _Job) -> tuple[Directive, ...]:
    return directives.batch(job.plan, job.cluster) if job.slurm else ()


def _option(name: str, value: str) -> str:
    if not value:
        return f"--{name}"
    quoted = (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if re.search(r"[\s\"'\\#]", value)
        else value
    )
    return f"--{name}={quoted}"


def _partition(job: _Job) -> list[Finding]:
    name, _ = job.queue.options["queue"]
    given, planned = job.plan.job.given.get(name), job.plan.partition
    if given is None or not planned or job.texts[name] == planned:
        return []
    message = f"`{name}` is `{job.texts[name]}`, but the job is planned for partition `{planned}`"
    advice = f"leave `{name}` out, and say `resources: {{partition: …}}`"
    return [Finding(code="RL108", message=message, route=given, help=advice)]


def _uneven(job: _Job) -> list[Finding]:
    name, _ = job.queue.options["dedicated"]
    plan, route = job.plan, job.plan.job.given.get(name)
    if route is None or not queue.is_uneven(job.queue, job.texts, plan.job.output):
        return []
    message = f"{plan.ntasks} ranks of {plan.threads} threads do not fill nodes of {job.texts[name]} cores"
    advice = "RELION advises a multiple of the cores of a node"
    return [Finding(code="RL711", message=message, route=route, severity=WARNING, help=advice)]


def _layout(job: _Job, script: QueueScript) -> list[Finding]:
    """Warn where Slurm would place ranks otherwise than the plan does, for want of a directive."""
    plan, names = job.plan, {each.name for each in said(script.lines)}
    if not job.slurm or plan.mode == HETEROGENEOUS or plan.nodes == 1 or names & _SHAPE:
        return []
    where = f"{plan.ntasks} ranks on {plan.nodes} nodes ({plan.mode})"
    message = f"the plan places {where}, and the template does not say so"
    entry = job.queue.name_of_extra(job.queue.extras_usual)
    advice = f"add `#SBATCH {entry}` to the template for what is missing, or pin `layout: heterogeneous`"
    route = plan.job.route
    return [Finding(code="RL708", message=message, route=route, on_key=True, severity=WARNING, help=advice)]


def _values(job: _Job) -> list[Finding]:
    """Refuse values that a shell would read as more than a value: RELION does not quote them."""
    findings = []
    for text, command in zip(job.made.texts, job.made.commands, strict=True):
        word = misread(text, command)
        if word:
            message = f"RELION's script does not quote {word!r}, and a shell would read more in it"
            advice = "use a name without such characters, or build without a template"
            route = _route_of(word, job)
            findings.append(Finding(code="RL904", message=message, route=route, help=advice))
    return findings


def _route_of(word: str, job: _Job) -> Route:
    """Return the route of the option that a word of a command comes from; else that of the job's options."""
    given = job.plan.job.given
    inside = (route for key, route in given.items() if job.texts[key] and job.texts[key] in word)
    return next(inside, (*job.plan.job.route, "options"))


def put_in(bundle: Bundle, scripts: Mapping[str, QueueScript], plans: Sequence[JobPlan]) -> Bundle:
    """Return a bundle in which these jobs (by name) have their scripts from a template."""
    by_name = {plan.job.name: plan for plan in plans}
    return bundle._replace(
        jobs=tuple(
            _artifacts(job, scripts[job.job], by_name[job.job]) if job.job in scripts else job
            for job in bundle.jobs
        ),
        submissions=tuple(
            _submission(each, by_name[each.job]) if each.job in scripts else each
            for each in bundle.submissions
        ),
    )


def _artifacts(job: JobArtifacts, script: QueueScript, plan: JobPlan) -> JobArtifacts:
    return job._replace(script_name=load_queue(plan.job.type.version).script, queue_script=script)


def _submission(each: Submission, plan: JobPlan) -> Submission:
    """Return a submission of a script that does not go to the project folder by itself."""
    script = f"{each.job}/{load_queue(plan.job.type.version).script}"
    command = each.command
    if plan.job.project and each.queued and command:
        command = (*command, ("--chdir=", *path_word(plan.job.project)))
    return each._replace(script=script, command=command, note=each.note.replace(each.script, script))
