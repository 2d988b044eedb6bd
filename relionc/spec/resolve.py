"""A schema-checked tree → `ResolvedSpec`: every reference replaced, every default filled in."""

from __future__ import annotations

import re
from functools import partial
from itertools import count

from relionc import catalog
from relionc.allowance import Work
from relionc.diag import Finding, Fix
from relionc.expr import TooMuchWorkError, text_of
from relionc.expr.refs import MASK, joined, masked, show
from relionc.source import values
from relionc.source.values import as_mapping, as_scalar
from relionc.spec import options as job_options
from relionc.spec import resources as job_resources
from relionc.spec import sbatch
from relionc.spec.data import resolve as resolve_data
from relionc.spec.inputs import NoFiles, inputs, made_by
from relionc.spec.inputs import values as values_of
from relionc.spec.model import Needs, Pin, ProjectJob, ResolvedJob, ResolvedSpec
from relionc.spec.order import MOST_FINDINGS, in_order
from relionc.spec.placeholders import placeholders
from relionc.spec.scope import JobNeeds, SpecScope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from relionc.catalog.types import JobType
    from relionc.diag import Route
    from relionc.expr import AnyText
    from relionc.source.values import Plain
    from relionc.spec.columns import SweepTable
    from relionc.spec.inputs import ProjectFiles
    from relionc.spec.model import Product, Resources
    from relionc.spec.resources import Routed

_NO_FOLDER = frozenset(map(chr, range(0x21))) | frozenset(f"\x7f*?[]{MASK};&|<>(){{}}$`'\"\\")
"""What RELION, which quotes no folder of a job, would give to a shell as something else than a name."""
NO_PROJECT = "none"
"""In place of a project's folder: RELION's project is not to know the job."""
LONGEST_NAME = 255
"""The most bytes of the name of a file or folder."""
LONGEST_FOLDER = 3_000
"""The most bytes of the way to a job's folder: a whole path has at most 4,095, and project and files need some."""
JOB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")

MOST_CHARACTERS, MOST_WORDS = 1 << 22, 100_000
"""The most characters, and words, of what the jobs of a spec say all together, references replaced."""

_OF_JOB = 300_000
"""Units of work that a job takes at the least, beside its layout."""


def resolve(
    value: Mapping[str, Plain],
    *,
    path: str,
    relion: str | None = None,
    disk: ProjectFiles | None = None,
    left_out: Collection[str] = (),
    tables: bool = False,
) -> tuple[ResolvedSpec | None, list[Finding]]:
    """Return the typed spec with every job that can be made out, and what is wrong.

    There is no spec only where no RELION version can be made out, or the expressions are too much work.
    `relion` replaces the version of the spec;
    `disk` says what is in a file that is there; `left_out` names jobs that
    are not in `value` because their own trouble has been told: whatever refers to them is left out quietly.
    `tables`: there is a queue that takes many points of a sweep with one script.
    """
    scope = SpecScope({key: as_scalar(each) for key, each in as_mapping(value.get("vars")).items()})
    version = _version(value, relion, scope)
    scope.findings += placeholders({key: each for key, each in value.items() if key != "cluster"})
    try:
        jobs = _jobs(value, version, scope, disk or NoFiles(), left_out, tables=tables)
    except TooMuchWorkError as error:
        scope.report("RL030", str(error), error.route, "use fewer or simpler `${{ }}`, or several specs")
        return None, [*scope.points.told(scope.findings)]
    scope.budget.close()
    if version is None:
        return None, scope.findings
    return ResolvedSpec(path=path, relion=version, jobs=jobs, points=scope.points), scope.findings


def _jobs(
    value: Mapping[str, Plain],
    version: str | None,
    scope: SpecScope,
    disk: ProjectFiles,
    left_out: Collection[str],
    *,
    tables: bool,
) -> tuple[ResolvedJob, ...]:
    """Return every job that can be made out, in order; none without a version."""
    jobs = _with_points(value, version, scope, tables=tables)
    left_out = (*left_out, *scope.broken)
    needs = JobNeeds(as_mapping(value.get("vars")), scope.budget)
    order, after, wrong = in_order(jobs, scope.points, left_out, needs)
    scope.to_come = {*order}
    scope.findings += wrong
    scope.job_names = (*jobs, *left_out)
    if version is None:
        return ()
    Work.done(_OF_JOB * len(order))
    resolver = _Resolver(value, version, scope, disk)
    resolved: list[ResolvedJob] = []
    for name in order:
        if len(scope.findings) > MOST_FINDINGS:
            scope.report("RL029", "and more: the rest of the jobs was not looked at", ("jobs",))
            return ()
        job = resolver.job(name, jobs[name], after[name])
        resolved += () if job is None else (job,)
    too_long = [*_too_long(resolved)]
    scope.findings += too_long
    if too_long:
        return ()
    scope.findings += _same_output(resolved)
    return tuple(job for job in resolved if job.name not in scope.broken)


def _with_points(
    value: Mapping[str, Plain], version: str | None, scope: SpecScope, *, tables: bool
) -> Mapping[str, dict[str, Plain]]:
    """Return the jobs with every point of a sweep as one."""
    jobs = {name: as_mapping(job) for name, job in as_mapping(value["jobs"]).items()}
    if not any("matrix" in job or "each" in job for job in jobs.values()):
        return jobs
    from relionc.spec.matrix import spread

    in_tables = _InTables(value, version, scope) if tables and version else None
    defaults = as_mapping(value.get("defaults"))
    jobs_and_points = spread(jobs, defaults, scope, in_tables.type_of if in_tables else lambda _: None)
    scope.points = jobs_and_points.points
    return jobs_and_points.jobs


class _InTables:
    """Which sweeps of a spec may be in tables: those of jobs that have no number, no folder and no window of their own.

    Nor may another job go by their points one by one: they are submitted together.
    """

    def __init__(self, value: Mapping[str, Plain], version: str, scope: SpecScope) -> None:
        self.value, self.version = value, version
        self.jobs = {name: as_mapping(job) for name, job in as_mapping(value["jobs"]).items()}
        self.followed = {values.text_of(job["each"]) for job in self.jobs.values() if "each" in job}
        needs = JobNeeds(as_mapping(value.get("vars")), scope.budget)
        self.wanted = {
            name
            for job in self.jobs.values()
            for name in (*values.as_texts(job.get("after")), *needs.jobs(job))
            if name not in self.jobs and "/" not in name  # which are jobs of RELION's own
        }

    def type_of(self, name: str) -> JobType | None:
        """Return the type of a job whose points may be in tables; None for any other."""
        job = self.jobs[name]
        own = any(key in job for key in ("output", "interactive")) or "first_job" in self.value
        own = own or self._has_array(job)
        points_wanted = any(each.startswith(f"{name}-") for each in self.wanted) or (
            self.wanted and "name" in as_mapping(job.get("matrix"))
        )
        kind = values.text_of(job.get("type"))
        if own or points_wanted or name in self.followed or kind not in catalog.types(self.version):
            return None
        return catalog.load(kind, self.version)

    def _has_array(self, job: Mapping[str, Plain]) -> bool:
        """Whether it is an array already, by the user's own words."""
        of_all = as_mapping(as_mapping(self.value.get("defaults")).get("slurm"))
        return any(key in ("array", "a") for key in (*as_mapping(job.get("slurm")), *of_all))


def _version(value: Mapping[str, Plain], override: str | None, scope: SpecScope) -> str | None:
    text = override or values.text_of(value.get("relion"))
    if not text:
        known = ", ".join(catalog.versions())
        scope.report(
            "RL101", "no RELION version is named", (), f'write `relion: "3.1"`; the catalogue has {known}'
        )
        return None
    try:
        return catalog.version(text)
    except catalog.UnknownVersion as unknown:
        scope.report("RL101", unknown.message, ("relion",), unknown.help)
        return None


def _nobodys_yet(_: str) -> ProjectJob:
    return ProjectJob(why="which project it is has to be known before the jobs in it")


def _yes(value: Plain) -> bool:
    """Whether a flag is set; the schema lets pass true, false, yes and no."""
    return value is True or value == "yes"


def _on_request(needs: Needs, pins: Resources) -> Needs:
    """Return the needs of a job that uses GPUs if it is given some."""
    return needs._replace(gpu=True) if needs.gpu_on_request and _wants_gpus(pins) else needs


def _wants_gpus(pins: Resources) -> bool:
    return any(pin is not None for pin in (pins.gpu_type, pins.gpus_per_node, pins.gpus))


def _same_output(jobs: list[ResolvedJob]) -> list[Finding]:
    seen: dict[str, str] = {}
    found: list[Finding] = []
    for job in jobs:
        if job.output in seen:
            message = f"`{job.name}` would write over `{seen[job.output]}` in {job.output}"
            advice = "give one of them another `output`"
            found.append(Finding("RL804", message, (*job.route, "output"), help=advice))
        seen[job.output] = job.name
    tables = [job for job in jobs if job.table]
    for job in jobs if tables else ():
        other = next((each for each in tables if each is not job and _is_point_of(job.output, each)), None)
        if other:
            message = f"`{job.name}` would write over a point of `{other.name}` in {job.output}"
            advice = "give it another `output`"
            found.append(Finding("RL804", message, (*job.route, "output"), help=advice))
    return found


def _is_point_of(output: str, of: ResolvedJob) -> bool:
    """Whether a folder is that of a point of a job's table."""
    above, _, name = output.rstrip("/").rpartition("/")
    return of.table is not None and f"{above}/" == f"{of.type.job_dir}/" and name in of.table.names


def _too_long(jobs: list[ResolvedJob]) -> Iterator[Finding]:
    """Yield a finding at the job with which the texts of all, which every script repeats, get too long."""
    characters = words = 0
    for job in jobs:
        said = [job.output, job.project, *(job.options[key] for key in job.given)]
        texts = [show(text) for text in said]
        characters += sum(map(len, texts))
        words += sum(text.count(" ") for text in texts)
        if characters > MOST_CHARACTERS or words > MOST_WORDS:
            message = f"with `{job.name}` the jobs say more than {MOST_CHARACTERS:,} characters"
            message += f" or {MOST_WORDS:,} words"
            yield Finding(code="RL028", message=message, route=job.route, on_key=True, help="split the spec")
            return


def _of_project(disk: ProjectFiles, project: AnyText, version: str, name: str) -> ProjectJob:
    """Return the job of RELION's own with a name, as a job of the spec finds it that runs in a project."""
    return disk.project_job(name, project, version)


class _Resolver:
    """Resolves the jobs of one spec, one after another."""

    def __init__(
        self,
        value: Mapping[str, Plain],
        version: str,
        scope: SpecScope,
        disk: ProjectFiles,
    ) -> None:
        self.defaults = as_mapping(value.get("defaults"))
        self.version = version
        self.scope = scope
        self.disk = disk
        self.makers: dict[str, Callable[[str], Product | None]] = {}  # by output folder
        first = value.get("first_job")
        self.numbers = count(first) if isinstance(first, int) else None  # of the folders in RELION's project

    def job(self, name: str, raw: Mapping[str, Plain], after: tuple[str, ...]) -> ResolvedJob | None:
        """Return one job, or None when its type is not known or its name is not one."""
        route = ("jobs", name)
        self.scope.job, self.scope.point = name, self.scope.points.named.get(name)
        self.scope.to_come.discard(name)
        if not JOB_NAME.match(name):  # again: a schema pattern may let a line break pass
            advice = "letters, digits, _ and -, a letter first, at most 64"
            self.scope.report("RL025", f"{name!r} cannot be the name of a job", route, advice, on_key=True)
            return None
        job_type = self._type(raw, route) if "type" in raw else None  # the schema has said what is wrong
        return self._made_out(name, raw, after, job_type) if job_type is not None else None

    def _made_out(
        self, name: str, raw: Mapping[str, Plain], after: tuple[str, ...], job_type: JobType
    ) -> ResolvedJob:
        """Return a job of a type, with all that it says."""
        route = ("jobs", name)
        output = self._output(raw, name, job_type, route)
        self.scope.writers[output] = name
        self.scope.look_from(None, _nobodys_yet)
        project, in_project = self._project(raw, route)
        self.scope.look_from(project, partial(_of_project, self.disk, project, self.version))
        texts, given = job_options.resolve(
            as_mapping(raw.get("options")), job_type, (*route, "options"), self.scope
        )
        self._extra_args(raw, job_type, texts, given, route)
        table = self.scope.points.tables.get(name)
        if table:
            self._check_table(table, job_type, {**texts, "project": project}, route)
        is_continue = _yes(raw.get("continue"))
        self._understand_arguments(job_type, texts, given, output, is_continue=is_continue)
        own_pins = job_resources.resolve(self._merged("resources", raw, route), self.scope)
        pins = job_resources.merged(
            own_pins, job_resources.from_options(job_type, texts, given, self.scope), self.scope
        )
        self._ask_for_gpus(job_type, texts, given, pins, is_continue=is_continue)
        self.scope.output_folders[name] = output
        self.scope.outputs[name] = lambda folder: catalog.outputs(
            job_type, texts, output=folder, is_continue=is_continue
        )
        files = inputs(job_type, texts, given, project, self.makers, self.disk)
        data = resolve_data(as_mapping(raw.get("data")), job_type, texts, route, self.scope, files)
        known = values_of(job_type, files, data)
        self.makers[output] = made_by(name, job_type, texts, output, known, is_continue=is_continue)
        needs = _on_request(Needs(**catalog.needs(job_type, texts, is_continue=is_continue)), pins)
        further = self._merged("slurm", raw, route)
        pins = pins._replace(distribution=sbatch.distribution(further, needs.gpu, self.scope))
        return ResolvedJob(
            name=name,
            route=route,
            type=job_type,
            options=texts,
            given=given,
            output=output,
            is_continue=is_continue,
            resources=job_resources.meaningful(pins, gpu=needs.gpu, mpi=needs.mpi),
            layout=self._layout(raw, route),
            data=data,
            needs=needs,
            slurm=sbatch.resolve(further, self.scope),
            project=project,
            in_project=in_project,
            interactive=_yes(raw.get("interactive")),
            after=after,
            restart=values.text_of(raw.get("restart")) != "off",
            overwrite=_yes(raw.get("overwrite")),
            inputs=files,
            known=known,
            table=table,
        )

    def _type(self, raw: Mapping[str, Plain], route: Route) -> JobType | None:
        name = values.text_of(raw["type"])
        if name in catalog.types(self.version):
            return catalog.load(name, self.version)
        here = (*route, "type")
        elsewhere = [v for v in catalog.versions() if name in catalog.types(v)]
        if elsewhere:
            message = f"RELION {self.version} has no {name} job"
            self.scope.report("RL102", message, here, catalog.having(elsewhere))
            return None
        near = catalog.meant_type(name, self.version)
        advice = f"did you mean `{near}`?" if near else f"there are {', '.join(catalog.types(self.version))}"
        fixes = (Fix(f"use {near}", here, near),) if near else ()
        self.scope.report("RL102", f"there is no job type `{name}`", here, advice, fixes=fixes)
        return None

    def _merged(self, key: str, raw: Mapping[str, Plain], route: Route) -> Routed:
        """Return the job's own mapping over the spec's defaults, each value with where it stands."""
        merged: Routed = {k: (v, ("defaults", key, k)) for k, v in as_mapping(self.defaults.get(key)).items()}
        own = as_mapping(raw.get(key))
        if "mem" in own:  # the two memory pins are one: a job's own replaces a default of either kind
            merged.pop("mem_per_cpu", None)
        if "mem_per_cpu" in own:
            merged.pop("mem", None)
        merged.update({k: (v, (*route, key, k)) for k, v in own.items()})
        return merged

    def _extra_args(
        self,
        raw: Mapping[str, Plain],
        job_type: JobType,
        texts: dict[str, AnyText],
        given: dict[str, Route],
        route: Route,
    ) -> None:
        """`extra_args` is RELION's "Additional arguments" by another name."""
        if "extra_args" not in raw:
            return
        here = (*route, "extra_args")
        option = job_type.option_of_role("extra_args")
        assert option is not None  # noqa: S101 - every type of every version has one (tests/catalog)
        if option.key in given:
            message = f"`extra_args` and `{option.key}` are the same thing"
            self.scope.report("RL108", message, here, "keep one of them", on_key=True)
        else:
            texts[option.key] = job_options.one(raw["extra_args"], option, here, self.scope) or ""
            given[option.key] = here

    def _check_table(
        self, table: SweepTable, job_type: JobType, texts: Mapping[str, AnyText], route: Route
    ) -> None:
        """Report what the point says that stands for those of a table, and is not what the table says."""
        from relionc.spec.columns import against_table

        self.scope.findings += against_table(table, job_type, texts, (*route, "matrix"))

    def _understand_arguments(
        self,
        job_type: JobType,
        texts: dict[str, AnyText],
        given: dict[str, Route],
        output: str,
        *,
        is_continue: bool,
    ) -> None:
        """Make options of those further arguments that are some."""
        option = job_type.option_of_role("extra_args")
        if option is None or option.key not in given or not texts[option.key]:
            return
        from relionc.spec.further import JobArguments, understand

        # whatever the folder is called, flags are the same beside it
        here = f"{job_type.job_dir}/job000/" if output else ""
        understand(JobArguments(job_type, texts, given, option.key, is_continue, here), self.scope)

    def _ask_for_gpus(
        self,
        job_type: JobType,
        texts: dict[str, AnyText],
        given: dict[str, Route],
        pins: Resources,
        *,
        is_continue: bool,
    ) -> None:
        """Asking for GPUs in `resources` switches RELION's own option on, unless the user switched it off.

        Where RELION refuses that option and its program uses GPUs all the same, it gets the arguments for it.
        """
        option = job_type.option_of_role("use_gpu")
        if option is None or not _wants_gpus(pins) or option.key in given:
            return
        extra = job_type.option_of_role("extra_args")
        arguments = catalog.gpu_arguments(job_type, texts, is_continue=is_continue)
        if extra is None or not arguments:
            texts[option.key] = "Yes"
        else:
            own = texts[extra.key]
            texts[extra.key] = joined([own, " ", arguments]) if own else arguments

    def _output(self, raw: Mapping[str, Plain], name: str, job_type: JobType, route: Route) -> str:
        if "output" not in raw:
            table = self.scope.points.tables.get(name)
            folder = name if self.numbers is None else f"job{next(self.numbers):03}"
            folder = table.names[0] if table else folder
            return f"{job_type.job_dir}/{folder}/"
        here = (*route, "output")
        value = self.scope.value(as_scalar(raw["output"]), here)
        folder = ("" if value is None else masked(text_of(value))).rstrip("/") + "/"
        parts = folder.split("/")
        if not job_options.no_lookalikes(folder, "output", here, self.scope):
            return folder
        too_long = len(folder.encode()) > LONGEST_FOLDER or any(
            len(part.encode()) > LONGEST_NAME for part in parts
        )
        dashed = folder[:1] in ("~", "#") or any(part.startswith("-") for part in parts)
        if folder[:1] == "/" or ".." in parts or too_long or dashed or not _NO_FOLDER.isdisjoint(folder):
            advice = f"a folder below the project, as {job_type.job_dir}/job025/, of letters, digits and `_-.+:=,@%`"
            self.scope.report("RL805", f"`{folder}` cannot be the output folder", here, advice)
        plain = [part for part in parts if part not in ("", ".")]  # the same folder in other words is one
        return "/".join([*plain, ""]) or folder

    def _layout(self, raw: Mapping[str, Plain], route: Route) -> Pin[str] | None:
        if "layout" not in raw:
            return None
        here = (*route, "layout")
        return Pin(show(text_of(self.scope.value(as_scalar(raw["layout"]), here) or "auto")), here)

    def _project(self, raw: Mapping[str, Plain], route: Route) -> tuple[AnyText, bool]:
        """Return the folder in which a job runs, and whether RELION's project there is to know it."""
        for given, here in ((raw, route), (self.defaults, ("defaults",))):
            if "project" in given:
                if given["project"] == NO_PROJECT:
                    return "", False
                return self._folder(given["project"], (*here, "project")), True
        return "", True

    def _folder(self, raw: Plain, route: Route) -> AnyText:
        value = self.scope.value(as_scalar(raw), route)
        text = text_of(value)
        if any(ord(c) < 0x20 for c in masked(text)):
            self.scope.report("RL901", "`project` has a line break or control character", route)
        if job_options.no_lookalikes(text, "project", route, self.scope):
            at_home = f"{masked(text)}/".startswith("~/")  # which the script spells out, as a shell would
            job_options.no_shell(text, route, self.scope, is_path=not at_home)
        return text
