"""The compiler: bytes of a spec → diagnostics and the files of its build. The only room that sees every other.

    bytes ─source→ Tree ─schema→ Tree ─spec→ ResolvedSpec ─rules→ (same) ─plan→ JobPlan* ─lower→ Bundle ─emit→ files

Each stage collects all it finds. A job with an error goes no further, the others do; nothing is lowered to files
unless nothing at all was an error.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from relionc import __version__, emit, spec
from relionc.diag import ERROR, Diagnostic, Finding
from relionc.diag.locate import Lines, locate_all
from relionc.diag.near import Guessing
from relionc.lower import plan_json, script
from relionc.lower.commands import make as make_commands
from relionc.lower.decided import options as decided_options
from relionc.lower.jobfile import make as make_job_file
from relionc.pipeline.profile import cluster_of, load_profile
from relionc.pipeline.run import Compiled, Disk, Kind, QueueTemplate, Request, Run, Stop
from relionc.pipeline.size import too_large
from relionc.plan import Known, plan_job
from relionc.schema import INCOMPLETE
from relionc.schema import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relionc.expr import AnyText
    from relionc.ir import Bundle, QueueScript
    from relionc.lower.commands import Made
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.source import Tree
    from relionc.spec.model import ResolvedJob, ResolvedSpec

__all__ = ["Compiled", "Disk", "QueueTemplate", "Request", "compile_spec", "load_profile"]

_TEMPLATE = re.compile(r"\A#!|^#SBATCH |\{[{%#]|XXX\w+?XXX", re.MULTILINE)
SPEC = Kind("relionc", b"", "RL923", "this file is not a spec of relionc", "begin with `relionc: 1`")


def compile_spec(request: Request, disk: Disk) -> Compiled:
    """Return the diagnostics of a spec and, where nothing is wrong, the files of its build."""
    run = Run(disk)
    try:
        with Guessing():
            return _compile(request, run)
    except Stop:
        return Compiled(diagnostics=run.diagnostics.shown(), sources=run.sources)


def _compile(request: Request, run: Run) -> Compiled:
    tree = run.load(request.path, request.data, SPEC)
    size = too_large(tree.value)
    if size is not None:
        run.refuse(size, tree)
    cluster = cluster_of(request, tree, run) if isinstance(tree.value, dict) else None
    resolved = _resolve(request, tree, run)
    if cluster is None or resolved is None:
        raise Stop
    run.add(_rules(run.sound(resolved.jobs), cluster), tree)
    plans = _plans(run.sound(resolved.jobs), cluster, tree, run, why=request.why)
    options = {p.job.name: _decided(p, request, cluster) for p in plans}
    made = _commands(plans, options, tree, run)
    run.stop_on_error()
    templated = _from_template(request, plans, options, made, cluster, tree, run)
    run.report(script.check([p for p in plans if p.job.name not in templated], cluster), tree)
    plan = plan_json.plan_object(plans, spec=request.name, cluster=cluster.name, relion=resolved.relion)
    files = None
    if request.emit:
        bundle = _bundle(plans, options, made, templated, cluster, request)._replace(plan=plan)
        files = _files(bundle, request, run)
    return Compiled(
        diagnostics=run.diagnostics.shown(),
        sources=run.sources,
        tree=tree,
        cluster=cluster,
        plans=plans,
        plan=plan,
        files=files,
        inputs=_inputs(request, run),
        not_checked=tuple(dict.fromkeys(text for p in plans for text in p.why.not_checked)),
    )


def _bundle(
    plans: Sequence[JobPlan],
    options: Mapping[str, Mapping[str, AnyText]],
    made: Mapping[str, Made],
    templated: Mapping[str, QueueScript],
    cluster: Cluster,
    request: Request,
) -> Bundle:
    """Return what will be written, as data."""
    job_files = {
        p.job.name: make_job_file(p.job.type, options[p.job.name], is_continue=p.job.is_continue)
        for p in plans
    }
    bundle = script.bundle(plans, made, job_files, cluster, origin=script.Origin(request.name, __version__))
    if not templated:
        return bundle
    from relionc.queue_template import plans as in_template

    return in_template.put_in(bundle, templated, plans)


def _files(bundle: Bundle, request: Request, run: Run) -> dict[str, bytes]:
    """Return the files of the build: path below its directory → content."""
    if request.template is None or not request.template.of_jinja:
        return emit.files(bundle)
    return _by_script_template(bundle, request.template, run)


def _by_script_template(bundle: Bundle, template: QueueTemplate, run: Run) -> dict[str, bytes]:
    """Return the files with the scripts that a site's own template makes; stops where it cannot."""
    from relionc.emit.site_template import TemplateError

    text = _template_text(template.path, template.data, run)
    try:
        return emit.files(bundle, text)
    except TemplateError as error:
        line = max(error.line, 1)
        width = len([*text.splitlines(), ""][min(line, len(text.splitlines())) - 1]) + 1
        found = Finding(
            code="RL713",
            message=f"the script template cannot be filled in: {error.message}",
            route=(line, 1, max(width, 2)),
            help="templates/*.j2 of relionc say what a template is given, and are a start for one's own",
        )
        run.diagnostics += locate_all([found], Lines(template.path))
        raise Stop from error


def _decided(plan: JobPlan, request: Request, cluster: Cluster) -> dict[str, AnyText]:
    """Return RELION's text for every option, with what the plan decided; a template is for a queue."""
    if request.template is None or request.template.of_jinja:
        return decided_options(plan, queued=cluster.scheduler != "none")
    from relionc.queue_template import plans as in_template

    return in_template.options(plan, decided_options(plan, queued=True))


def _from_template(
    request: Request,
    plans: Sequence[JobPlan],
    options: Mapping[str, Mapping[str, AnyText]],
    made: Mapping[str, Made],
    cluster: Cluster,
    tree: Tree,
    run: Run,
) -> dict[str, QueueScript]:
    """Return the submission scripts that RELION's own template makes of the jobs, by name."""
    if request.template is None or request.template.of_jinja:
        return {}
    from relionc.queue_template import plans as in_template

    path, data, extras = request.template
    template = in_template.Template(_template_text(path, data, run), extras)
    scripts, of_template, of_jobs = in_template.fill(plans, options, made, template, cluster)
    run.diagnostics += locate_all(of_template, Lines(path))
    run.report(of_jobs, tree)
    return scripts


def _template_text(path: str, data: bytes, run: Run) -> str:
    """Return the text of a template; stops where it is none, and then shows nothing of it."""
    text = data.decode("utf-8", "replace")
    if _TEMPLATE.search(text) is None:
        advice = "templates begin with `#!`, have directives, or names such as RELION or jinja2 replace"
        run.diagnostics.add(Diagnostic("RL715", ERROR, "this file is not a template", path, None, advice))
        raise Stop
    run.sources[path] = text
    run.disk.files[path] = data
    if "\ufffd" in text or "\0" in text:
        found = Finding(code="RL002", message="a template is UTF-8 text", route=(1, 1, 1))
        run.diagnostics += locate_all([found], Lines(path))
        raise Stop
    return text


def _resolve(request: Request, tree: Tree, run: Run) -> ResolvedSpec | None:
    """Return the typed spec with the jobs that can be made out; None where nothing can be."""
    wrong = check_schema("spec", tree.value)
    run.add(wrong, tree)
    if any(finding.code == INCOMPLETE for finding in wrong):
        raise Stop
    value, left_out = _readable(tree.value, wrong)
    if not value.get("jobs"):
        return None
    resolved, findings = spec.resolve(
        value,
        path=request.path,
        relion=request.relion,
        file_facts=run.disk.file_facts,
        left_out=left_out,
    )
    run.add(findings, tree)
    if resolved is None or not _has_jobs(request, value["jobs"], tree, run):
        return None
    return _only(resolved, request.jobs)


def _readable(value: Any, wrong: Sequence[Finding]) -> tuple[dict[str, Any], list[str]]:
    """Return what of a spec has the right shape, and the names of the jobs that had to be left out."""
    if not wrong:
        return value, []
    from relionc.schema.prune import pruned

    rest = pruned(value, wrong) or {}
    jobs = value.get("jobs") if isinstance(value, dict) else None
    kept = rest.get("jobs") or {}
    return rest, [name for name in jobs if name not in kept] if isinstance(jobs, dict) else []


def _has_jobs(request: Request, jobs: Mapping[str, Any], tree: Tree, run: Run) -> bool:
    missing = [name for name in request.jobs if name not in jobs]
    if missing:
        known = ", ".join(f"`{name}`" for name in jobs)
        message = f"there is no job `{missing[0]}` in this spec"
        found = Finding(code="RL801", message=message, route=("jobs",), on_key=True, help=f"it has {known}")
        run.add([found], tree)
    return not missing


def _only(resolved: ResolvedSpec, names: Sequence[str]) -> ResolvedSpec:
    """Return the spec with the named jobs alone; a job no longer waits for one that is not built."""
    if not names:
        return resolved
    kept = [
        job._replace(after=tuple(other for other in job.after if other in names))
        for job in resolved.jobs
        if job.name in names
    ]
    return resolved._replace(jobs=tuple(kept))


def _rules(jobs: Sequence[ResolvedJob], cluster: Cluster) -> list[Finding]:
    from relionc.rules import spec as rules

    return rules.check(jobs, cluster)


def _plans(
    jobs: Sequence[ResolvedJob], cluster: Cluster, tree: Tree, run: Run, *, why: bool
) -> tuple[JobPlan, ...]:
    plans: list[JobPlan] = []
    known = Known(why=why)
    for job in jobs:
        plan, found = plan_job(job, cluster, known)
        run.add(found, tree)
        if plan is not None:
            plans.append(plan)
    return tuple(plans)


def _commands(
    plans: Sequence[JobPlan], options: Mapping[str, Mapping[str, AnyText]], tree: Tree, run: Run
) -> dict[str, Made]:
    """Return the commands of each job; what RELION itself would refuse is an error here."""
    made: dict[str, Made] = {}
    findings: list[Finding] = []
    for plan in plans:
        job = plan.job
        result = make_commands(job.type, options[job.name], output=job.output, is_continue=job.is_continue)
        made[job.name] = result
        findings += [_refusal(job, refusal) for refusal in result.refusals]
    run.add(findings, tree)
    return made


def _refusal(job: ResolvedJob, refusal: Any) -> Finding:
    """Point at the option that RELION refuses, or at the job where the option was left out."""
    route = job.given.get(refusal.option)
    return Finding(
        code=refusal.code,
        message=refusal.message,
        route=route or (*job.route, "options"),
        on_key=route is None,
        help=refusal.help,
    )


def _inputs(request: Request, run: Run) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Return what the build came from, for the manifest: files by digest, data files by what they said."""
    from relionc.store.digest import of_bytes

    files = {request.path: request.data, **run.disk.files}
    found: list[tuple[str, Mapping[str, object]]] = [
        (path.rpartition("/")[2], {"sha256": of_bytes(data)}) for path, data in files.items()
    ]
    paths = [path for path, _ in run.disk.facts]
    for (path, project), facts in sorted(run.disk.facts.items()):
        if facts is not None:
            name = path if paths.count(path) == 1 else os.path.join(project, path)
            found.append((name, facts.said()))
    return tuple(found)
