"""A plan in RELION's own submission template: what its names stand for, and what it cannot say."""

from __future__ import annotations

from itertools import islice

from relionc.catalog.queue import load_queue
from relionc.diag import ERROR, Finding
from relionc.lower.modes import mode_of
from relionc.lower.modes.base import route_of_mode
from relionc.lower.shell_words import path_word
from relionc.queue_template import placeholders
from relionc.queue_template.entries import texts_for
from relionc.queue_template.filled import FilledTemplate, Wish, options_read
from relionc.queue_template.job import JobInTemplate
from relionc.queue_template.reading import Reading
from relionc.record import NamedTuple
from relionc.rules.submission import check as check_job
from relionc.rules.template import check
from relionc.slurm.quoting import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.ir import Bundle, JobArtifacts, QueueScript, Submission
    from relionc.lower.commands import RelionCommands
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.slurm.directives import Said


class Template(NamedTuple):
    """A site's template: its text, and values for its own entries that the call gives.

    They are by job (empty: every one that has none of its own) and number.
    """

    text: str
    extras: Mapping[tuple[str, int], str]

    def given(self, job: str) -> dict[int, str]:
        """Return what the call gives for a job."""
        return {
            number: text for name in ("", job) for (of, number), text in self.extras.items() if of == name
        }


class Filled(NamedTuple):
    """The scripts of jobs by name, what is wrong with the template (routes are places in it), and with the jobs."""

    scripts: dict[str, QueueScript]
    of_template: tuple[Finding, ...]
    of_jobs: tuple[Finding, ...]


class _Allowance:
    """What all jobs together may still take: characters of scripts, and options of directives."""

    def __init__(self) -> None:
        self._characters = _MOST_CHARACTERS
        self._options = _MOST_OPTIONS

    def read(self, options: Iterable[Said]) -> tuple[Said, ...]:
        """Return options as they are read; raises TemplateTooLarge where there are too many."""
        found = tuple(islice(options, self._options + 1))
        self._options -= len(found)
        if self._options < 0:
            raise placeholders.TemplateTooLarge(
                f"the scripts together have more than {_MOST_OPTIONS:,} options"
            )
        return found

    def take(self, script: QueueScript) -> None:
        """Count a script; raises TemplateTooLarge where all are too large."""
        self._characters -= sum(map(len, script.lines))
        if self._characters < 0:
            raise placeholders.TemplateTooLarge(
                f"the scripts together have more than {_MOST_CHARACTERS:,} characters"
            )


_MOST_OF_ALL = 8 << 20
"""The work of a template, in characters, once for each job of a spec."""
_MOST_OPTIONS, _MOST_CHARACTERS = 100_000, 16 << 20


def options(plan: JobPlan, texts: Mapping[str, AnyText]) -> dict[str, AnyText]:
    """Return RELION's texts with the plan's partition and cores per node, where the spec does not give them."""
    cores = plan.ntasks * plan.threads
    values = {"queue": plan.workers.partition, "dedicated": str(-(-cores // max(plan.nodes, 1)))}
    found = dict(texts)
    for role, value in values.items():
        name, _ = load_queue(plan.job.type.version).options[role]
        if value and name in plan.job.type.options and name not in plan.job.given:
            found[name] = value
    return found


def fill(
    plans: Sequence[JobPlan],
    texts: Mapping[str, Mapping[str, AnyText]],
    commands: Mapping[str, RelionCommands],
    template: Template,
    cluster: Cluster,
) -> Filled:
    """Return the submission scripts of all jobs but the interactive ones; `texts` and `commands` are by job name."""
    scripts: dict[str, QueueScript] = {}
    of_template: list[Finding] = []
    of_jobs: list[Finding] = []
    if no := _why_not(placeholders.size_of(template.text), len(plans)):
        return Filled({}, (_too_large(no),), ())
    allowance, lines = _Allowance(), placeholders.lines_of(template.text)
    there, reading = tuple(options_read(lines)), Reading(lines)
    for plan in plans:
        name = plan.job.name
        if plan.job.interactive:
            continue
        if lacks := mode_of(plan).template_lacks:
            of_jobs.append(_beyond(plan, lacks))
            continue
        job = JobInTemplate(plan, texts[name], commands[name], cluster, template.text, there)
        try:
            script, problems = _filled(job, template, reading, allowance)
        except placeholders.ExprError as error:
            message = f"RELION cannot fill in a template: {error.message}"
            of_jobs.append(Finding(code="RL129", message=message, route=plan.job.route, on_key=True))
            continue
        except placeholders.TemplateTooLarge as error:
            of_template.append(_too_large(str(error)))
            break
        scripts[name] = script
        of_template += problems
        of_jobs += check_job(job)
    return Filled(scripts, tuple(dict.fromkeys(of_template)), tuple(of_jobs))


def _why_not(size: placeholders.Size, jobs: int) -> str:
    """Return why a template of this size is not filled in for so many jobs; empty where it is."""
    if size.too_large:
        most = f"{placeholders.MOST_LINES:,} lines and {placeholders.MOST_NAMES:,} names"
        return f"a template has at most {most} to replace"
    if size.work * jobs > _MOST_OF_ALL:
        of = f"{size.characters:,} characters in {size.lines:,} lines with {size.names:,} names"
        return f"{jobs:,} jobs by a template of {of} are too many"
    return ""


def _too_large(message: str) -> Finding:
    return Finding(code="RL716", message=message, route=(1, 1, 1), help="take out what is there many times")


def _beyond(plan: JobPlan, lacks: str) -> Finding:
    message = f"a template of RELION's cannot say a {plan.mode} layout, which needs {lacks}"
    advice = "use another `layout:`, or build without RELION's template"
    return Finding(code="RL714", message=message, route=route_of_mode(plan), help=advice)


def _filled(
    job: JobInTemplate, template: Template, reading: Reading, allowance: _Allowance
) -> tuple[QueueScript, list[Finding]]:
    """Return a script and what is wrong with the template; the job gets the options of its directives."""
    known = placeholders.values(job.queue, job.texts, job.plan.job.output)
    own = placeholders.replacements(job.queue, known, {})
    wishes = tuple(_wishes(job, own))
    extras = {each.number: each.text for each in reversed(wishes)} | template.given(job.plan.job.name)
    extras = {number: text for number, text in extras.items() if 0 < number <= job.queue.extras_most}
    replacing = placeholders.replacements(job.queue, known, extras)
    script = placeholders.fill(template.text, job.commands, job.queue, replacing)
    allowance.take(script)
    job.options = allowance.read(options_read(script.lines))
    filled = FilledTemplate(
        lines=placeholders.lines_of(template.text),
        after=script.lines,
        queue=job.queue,
        replacing=replacing,
        version=job.plan.job.type.version,
        slurm=job.slurm,
        there=job.said,
        options=job.options,
        asked=job.asked,
        ranks=job.plan.ntasks,
        commands=script.commands,
        reading=reading,
        wishes=[each for each in wishes if each.number not in template.given(job.plan.job.name)],
        free=job.free,
    )
    problems = check(filled)
    job.misread = any(each.severity == ERROR for each in problems)
    return script, problems


def _wishes(job: JobInTemplate, own: Mapping[str, str]) -> Iterator[Wish]:
    """Yield what the site's entries have to be where they are values of sbatch options, or parts of values.

    An entry that is a directive by itself gets the options of the plan that the template does not say.
    """
    entry = job.queue.extra
    rest = dict(job.asked.rest({each.name for each in job.said}))
    for each in job.said:
        value = placeholders.replaced(each.value or "", own)
        alone = entry.fullmatch(value)
        if each.name:
            texts = texts_for(value, each.name, job.asked.texts(each.name), entry)
            if not texts and alone and not job.asked.value(each.name):
                texts = {int(alone[1]): ""}
            for number, text in texts.items():
                yield Wish(each, number, text)
        elif alone:
            text = " ".join(written(name, value or None) for name, value in rest.items())
            yield Wish(each, int(alone[1]), text)
            rest = {}


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
