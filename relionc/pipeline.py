"""The compiler: bytes of a spec → diagnostics and the files of its build. The only module that sees every room.

    bytes ─source→ Tree ─schema→ Tree ─spec→ ResolvedSpec ─rules→ (same) ─plan→ JobPlan* ─lower→ Bundle ─emit→ files

Each stage collects all it finds; the next one runs only when nothing in it was an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from relionc import __version__, emit, site, source, spec
from relionc.diag import ERROR, Diagnostic, Finding
from relionc.diag.locate import Lines, locate_all
from relionc.lower import plan_json, script
from relionc.lower.commands import make as make_commands
from relionc.lower.decided import options as decided_options
from relionc.lower.jobfile import make as make_job_file
from relionc.plan import plan_job
from relionc.schema import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relionc.ir import QueueScript
    from relionc.lower.commands import Made
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.source import Tree
    from relionc.spec.data import FileFacts
    from relionc.spec.model import ResolvedJob, ResolvedSpec


class Disk:
    """What a compilation reads besides the spec; records it, so that the manifest and the cache know.

    `read` returns the bytes of a file (raises OSError); `facts` skims a particle file of a project folder.
    """

    def __init__(self, read: Callable[[str], bytes], facts: Callable[[str, str], FileFacts | None]) -> None:
        self._read = read
        self._facts = facts
        self.files: dict[str, bytes] = {}
        self.facts: dict[str, FileFacts | None] = {}
        self.looked_at: list[str] = []

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raises OSError."""
        self.files[path] = data = self._read(path)
        return data

    def spec(self, path: str, data: bytes) -> bytes:
        """Record the spec itself, and return its bytes."""
        self.files[path] = data
        return data

    def particle_facts(self, path: str, project: str) -> FileFacts | None:
        """Return what a particle file says, None where it is not there."""
        if path not in self.facts:
            self.looked_at.append(f"{project}/{path}" if project else path)
            self.facts[path] = self._facts(path, project)
        return self.facts[path]


class QueueTemplate(NamedTuple):
    """A template of RELION's for submission scripts, and values for the entries that a site has added, by number."""

    path: str
    data: bytes
    extras: Mapping[int, str]


class Request(NamedTuple):
    """What to compile: a spec, and what the call says on top of it."""

    path: str  # as the user gave it: for messages
    data: bytes
    cluster: str | None = None
    default_cluster: str | None = None  # of relionc.toml, for specs that name none
    relion: str | None = None
    jobs: tuple[str, ...] = ()
    emit: bool = True  # False: only to see what is wrong
    template: QueueTemplate | None = None  # for scripts as RELION itself would make them

    @property
    def name(self) -> str:
        """The spec's file name: what artifacts call it, the same from whatever folder it is built."""
        return self.path.rpartition("/")[2]


class Compiled(NamedTuple):
    """What came of a spec. `files` is None where there was an error; `sources` are for the renderers.

    `tree` gives the lines of the spec's keys.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    tree: Tree | None = None
    cluster: Cluster | None = None
    plans: tuple[JobPlan, ...] = ()
    plan: Mapping[str, object] | None = None
    files: Mapping[str, bytes] | None = None
    inputs: tuple[tuple[str, Mapping[str, object]], ...] = ()
    not_checked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return not any(diagnostic.severity == ERROR for diagnostic in self.diagnostics)


class _Stop(Exception):  # noqa: N818 - not an error: the end of a compilation with its diagnostics
    """The stage that just ran found errors."""


class _Run:
    """One compilation: the diagnostics so far and the files they speak of."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, str] = {}

    def load(self, path: str, data: bytes) -> Tree:
        """Read a YAML file; stops when it cannot be read."""
        loaded = source.load(data, path)
        self.diagnostics += loaded.diagnostics
        self.sources[path] = loaded.tree.text if loaded.tree else data.decode("utf-8", "replace")
        if loaded.tree is None:
            raise _Stop
        return loaded.tree

    def report(self, findings: Sequence[Finding], tree: Tree) -> None:
        """Add what a stage found; stops when any of it, or anything before, is an error."""
        self.diagnostics += locate_all(findings, tree)
        if any(diagnostic.severity == ERROR for diagnostic in self.diagnostics):
            raise _Stop

    def refuse(self, finding: Finding, tree: Tree) -> NoReturn:
        """Add the one error that ends the compilation."""
        self.diagnostics += locate_all([finding], tree)
        raise _Stop


def compile_spec(request: Request, disk: Disk) -> Compiled:
    """Return the diagnostics of a spec and, where nothing is wrong, the files of its build."""
    run = _Run(disk)
    try:
        return _compile(request, run)
    except _Stop:
        return Compiled(diagnostics=tuple(run.diagnostics), sources=run.sources)


def _compile(request: Request, run: _Run) -> Compiled:
    tree = run.load(request.path, request.data)
    run.report(check_schema("spec", tree.value), tree)
    cluster = _cluster(request, tree, run)
    resolved = _resolve(request, tree, run)
    run.report(_rules(resolved, cluster), tree)
    plans = _plans(resolved, cluster, tree, run)
    options = {p.job.name: _decided(p, request, cluster) for p in plans}
    made = _commands(plans, options, tree, run)
    templated = _from_template(request, plans, options, made, cluster, tree, run)
    run.report(script.check([p for p in plans if p.job.name not in templated], cluster), tree)
    plan = plan_json.plan_object(plans, spec=request.name, cluster=cluster.name, relion=resolved.relion)
    return Compiled(
        diagnostics=tuple(run.diagnostics),
        sources=run.sources,
        tree=tree,
        cluster=cluster,
        plans=plans,
        plan=plan,
        files=_files(plans, options, made, templated, cluster, request, plan) if request.emit else None,
        inputs=_inputs(request, run),
        not_checked=tuple(dict.fromkeys(text for p in plans for text in p.not_checked)),
    )


def _files(
    plans: Sequence[JobPlan],
    options: Mapping[str, Mapping[str, str]],
    made: Mapping[str, Made],
    templated: Mapping[str, QueueScript],
    cluster: Cluster,
    request: Request,
    plan: Mapping[str, object],
) -> dict[str, bytes]:
    """Return the files of the build: path below its directory → content."""
    job_files = {
        p.job.name: make_job_file(p.job.type, options[p.job.name], is_continue=p.job.is_continue)
        for p in plans
    }
    bundle = script.bundle(plans, made, job_files, cluster, origin=script.Origin(request.name, __version__))
    if templated:
        from relionc.lower import queue_plan

        bundle = queue_plan.put_in(bundle, templated, plans)
    return emit.files(bundle._replace(plan=plan))


def _decided(plan: JobPlan, request: Request, cluster: Cluster) -> dict[str, str]:
    """Return RELION's text for every option, with what the plan decided; a template is for a queue."""
    if request.template is None:
        return decided_options(plan, queued=cluster.scheduler != "none")
    from relionc.lower import queue_plan

    return queue_plan.options(plan, decided_options(plan, queued=True))


def _from_template(
    request: Request,
    plans: Sequence[JobPlan],
    options: Mapping[str, Mapping[str, str]],
    made: Mapping[str, Made],
    cluster: Cluster,
    tree: Tree,
    run: _Run,
) -> dict[str, QueueScript]:
    """Return the submission scripts that RELION's own template makes of the jobs, by name."""
    if request.template is None:
        return {}
    from relionc.lower import queue_plan

    path, data, extras = request.template
    template = queue_plan.Template(_template_text(path, data, run), extras)
    scripts, of_template, of_jobs = queue_plan.fill(plans, options, made, template, cluster)
    run.diagnostics += locate_all(of_template, Lines(path))
    run.report(of_jobs, tree)
    return scripts


def _template_text(path: str, data: bytes, run: _Run) -> str:
    """Return the text of a template; stops where it is none."""
    run.sources[path] = text = data.decode("utf-8", "replace")
    run.disk.files[path] = data
    if "\ufffd" in text or "\0" in text:
        found = Finding(code="RL002", message="a template is UTF-8 text", route=(1, 1, 1))
        run.diagnostics += locate_all([found], Lines(path))
        raise _Stop
    return text


def load_profile(name: str, disk: Disk) -> Compiled:
    """Return a profile by built-in name or path, in `cluster`, or what is wrong with it."""
    run = _Run(disk)
    try:
        cluster = site.builtin(name) if name in site.names() else _own_profile(name, disk.read(name), run)
    except _Stop:
        cluster = None
    return Compiled(diagnostics=tuple(run.diagnostics), sources=run.sources, cluster=cluster)


def _cluster(request: Request, tree: Tree, run: _Run) -> Cluster:
    """Return the profile: of the call, of the spec, or of relionc.toml; built-in by name, or a file."""
    from_spec = tree.value.get("cluster")
    name = request.cluster or from_spec or request.default_cluster
    if name is None:
        run.refuse(Finding(code="RL608", message="no cluster is named", help=_clusters()), tree)
    if name in site.names():
        return site.builtin(name)
    if not _is_path(name):
        run.refuse(_unknown_cluster(name, from_spec=request.cluster is None), tree)
    path = name if request.cluster else _beside(request.path, name)
    try:
        data = run.disk.read(path)
    except OSError as error:
        message = f"the cluster profile {path} cannot be read: {error.strerror or error}"
        run.refuse(Finding(code="RL609", message=message, route=("cluster",), help=_clusters()), tree)
    return _own_profile(path, data, run)


def _own_profile(path: str, data: bytes, run: _Run) -> Cluster:
    profile = run.load(path, data)
    run.report(check_schema("cluster", profile.value), profile)
    cluster, findings = site.from_value(profile.value)
    run.report(findings, profile)
    assert cluster is not None  # noqa: S101 - from_value gives errors or a cluster
    return cluster


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _beside(spec_path: str, name: str) -> str:
    """Return a path of the spec as seen from where the command runs: relative to the spec's folder."""
    folder = spec_path.rpartition("/")[0]
    return name if name.startswith("/") or not folder else f"{folder}/{name}"


def _clusters() -> str:
    return f"built-in profiles are {', '.join(site.names())}; a path to a profile file works too"


def _unknown_cluster(name: str, *, from_spec: bool) -> Finding:
    near = site.nearest(name)
    text = f"did you mean `{near}`?" if near else _clusters()
    route = ("cluster",) if from_spec else ()
    return Finding(code="RL608", message=f"there is no cluster profile `{name}`", route=route, help=text)


def _resolve(request: Request, tree: Tree, run: _Run) -> ResolvedSpec:
    resolved, findings = spec.resolve(
        tree.value, path=request.path, relion=request.relion, file_facts=run.disk.particle_facts
    )
    run.report(findings, tree)
    assert resolved is not None  # noqa: S101 - resolve gives errors or a spec
    missing = [name for name in request.jobs if name not in {job.name for job in resolved.jobs}]
    if missing:
        known = ", ".join(f"`{job.name}`" for job in resolved.jobs)
        message = f"there is no job `{missing[0]}` in this spec"
        run.report(
            [Finding(code="RL801", message=message, route=("jobs",), on_key=True, help=f"it has {known}")],
            tree,
        )
    return _only(resolved, request.jobs)


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


def _rules(resolved: ResolvedSpec, cluster: Cluster) -> list[Finding]:
    from relionc import rules

    return rules.run(resolved, cluster)


def _plans(resolved: ResolvedSpec, cluster: Cluster, tree: Tree, run: _Run) -> tuple[JobPlan, ...]:
    plans: list[JobPlan] = []
    findings: list[Finding] = []
    for job in resolved.jobs:
        plan, found = plan_job(job, cluster)
        findings += found
        if plan is not None:
            plans.append(plan)
    run.report(findings, tree)
    return tuple(plans)


def _commands(
    plans: Sequence[JobPlan], options: Mapping[str, Mapping[str, str]], tree: Tree, run: _Run
) -> dict[str, Made]:
    """Return the commands of each job; what RELION itself would refuse is an error here."""
    made: dict[str, Made] = {}
    findings: list[Finding] = []
    for plan in plans:
        job = plan.job
        result = make_commands(job.type, options[job.name], output=job.output, is_continue=job.is_continue)
        made[job.name] = result
        findings += [_refusal(job, refusal) for refusal in result.refusals]
    run.report(findings, tree)
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


def _inputs(request: Request, run: _Run) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Return what the build came from, for the manifest: files by digest, data files by what they said."""
    from relionc.store.digest import of_bytes

    files = {request.path: request.data, **run.disk.files}
    found: list[tuple[str, Mapping[str, object]]] = [
        (path.rpartition("/")[2], {"sha256": of_bytes(data)}) for path, data in files.items()
    ]
    for path, facts in sorted(run.disk.facts.items()):
        if facts is not None:
            said = {"particles": facts.particles, "box": facts.box, "angpix": facts.angpix}
            found.append((path, {key: value for key, value in said.items() if value is not None}))
    return tuple(found)
