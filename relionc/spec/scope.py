"""What `${{ }}` can name: variables, environment references, outputs of other jobs."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.expr import (
    Budget,
    ExprError,
    Ref,
    TooMuchWorkError,
    has_expressions,
    interpolate,
    references_in,
)
from relionc.expr.refs import joined
from relionc.spec.model import ProjectJob
from relionc.spec.points import NO_POINTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import NoReturn

    from relionc.diag import Fix, Route
    from relionc.expr import AnyText, Value
    from relionc.source.values import Plain, Scalar
    from relionc.spec.points import Point

_OF_OUTPUT = 10
"""Units of work for each file that a job makes, when an expression names one of them."""
_OF_PROJECT = 100
"""Units of work for each job of RELION's own that an expression names."""
_OWN = 'jobs["Select/job012"].outputs.Y'
_NAMES = "names are `vars.X`, `env.X`, `jobs.X.outputs.Y`, and `matrix.X` in a job that has one"


def _nobody(_: str) -> ProjectJob:
    return ProjectJob()


class _BrokenError(Exception):
    """A name leads to a job that could not be made out, which has been told where that job stands."""


class SpecScope:
    """Evaluates scalars and collects what is wrong with them; one per spec."""

    def __init__(self, variables: Mapping[str, Scalar]) -> None:
        self.findings: list[Finding] = []
        # Job → its outputs (name → path) in a folder, worked out when somebody asks; filled as jobs are resolved.
        self.outputs: dict[str, Callable[[str], Mapping[str, AnyText]]] = {}
        self.output_folders: dict[str, str] = {}
        self.job_names: tuple[str, ...] = ()
        self.to_come: set[str] = set()  # jobs that have not been looked at yet
        self.budget = Budget()
        self.further_flags = 0  # among the jobs' own arguments, so far
        self.broken: set[str] = set()  # jobs that refer to one that could not be made out
        self.points = NO_POINTS
        self._of_project: Callable[[str], ProjectJob] = (
            _nobody  # the job of RELION's own with a name, as the job at hand finds it
        )
        self._project: AnyText | None = None  # of that job
        self.writers: dict[str, str] = {}  # the jobs so far, by the folders that they write to
        self.job = ""  # the job at hand, and, where it is one of many, its point
        self.point: Point | None = None
        self._variables = variables
        self._values: dict[str, Value] = {}
        self._found: dict[str, Mapping[str, AnyText]] = {}  # job → its outputs, once somebody has asked
        self._open: list[str] = []
        self.advice = ""  # what would help with the expression evaluated last

    def value(self, raw: Scalar, route: Route) -> Value:
        """Return a scalar with its expressions evaluated; None, with a finding, when that fails.

        Raises TooMuchWorkError when the expressions of the spec have cost too much.
        """
        self.advice = ""
        if not isinstance(raw, str) or not has_expressions(raw):
            return raw
        try:
            return interpolate(raw, self._lookup, self.budget)
        except TooMuchWorkError as error:
            error.route = route
            raise
        except _BrokenError:
            self.broken.add(str(route[1]))
            return None
        except ExprError as error:
            self.report("RL030", error.message, route, self.advice)
            return None
        except RecursionError:
            message = "the names in this lead to so many others that it cannot be worked out"
            self.report("RL030", message, route, "give one of the `vars` a plain value")
            return None

    def look_from(self, project: AnyText | None, find: Callable[[str], ProjectJob]) -> None:
        """Find jobs of RELION's own in a project from now on; None: in none that is known yet."""
        if project not in (None, self._project):
            self._project = project
            self._values.clear()  # a variable may be about a job of it
        self._of_project = find

    def report(
        self,
        code: str,
        message: str,
        route: Route,
        advice: str = "",
        *,
        fixes: tuple[Fix, ...] = (),
        on_key: bool = False,
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(code, message, route, help=advice, fixes=fixes, on_key=on_key))

    def _lookup(self, path: tuple[str, ...]) -> Value:
        if path[0] == "vars" and len(path) == 2:
            return self._variable(path[1])
        if path[0] == "env" and len(path) == 2:
            return joined([Ref(path[1])])
        if path[0] == "jobs" and len(path) == 4 and path[2] == "outputs":
            return self._outputs(path[1], path[3])
        if path[0] == "matrix" and len(path) == 2:
            return self._of_point(path[1])
        self.advice = _names_like(path)
        raise KeyError(path)

    def _variable(self, name: str) -> Value:
        if name in self._values:
            return self._values[name]
        if name in self._open:
            raise ExprError("vars refer to each other in a circle: " + " → ".join([*self._open, name]))
        if name not in self._variables:
            self._unknown(f"there is no variable `{name}`", name, self._variables)
        raw = self._variables[name]
        self._open.append(name)
        try:
            value = interpolate(raw, self._lookup, self.budget) if isinstance(raw, str) else raw
        finally:
            self._open.pop()
        self._values[name] = value
        return value

    def _of_point(self, axis: str) -> Value:
        """Return the value that a point has on an axis."""
        if self._open:
            self.advice = "write it where it is used"
            raise ExprError(f"a variable is the same for all jobs, and `matrix.{axis}` is not")
        if self.point is None:
            self.advice = f"give the job a `matrix` with the axis `{axis}`"
            raise ExprError("this job has no `matrix`")
        if axis not in self.point.values:
            self._unknown(f"the matrix has no axis `{axis}`", axis, self.point.values)
        return self.point.values[axis]

    def _outputs(self, job: str, name: str) -> Value:
        """Return the output of a job; of one with a `matrix`, those of all its points."""
        if job not in self.points.of_job:
            return self._output(job, name)
        meant = self.points.meant(job, self.job)
        if not self.points.tables.keys().isdisjoint(meant):
            return self._outputs_of_tables(job, meant, name)
        outputs = tuple(self._output(each, name) for each in meant)
        if self.point is not None and job in self.point.beside:
            return outputs[0]
        one = f"jobs.{meant[0]}.outputs.{name}"
        self.advice = f"`each: {job}` makes a job for every point of `{job}`; that of one point is `{one}`"
        return outputs

    def _outputs_of_tables(self, job: str, kinds: tuple[str, ...], name: str) -> Value:
        """Return the outputs of all points of tables: those of each kind, in the folders of all that are of it."""
        points = [(kind, point) for kind in kinds for point in self.points.tables[kind].names]
        if len(points) > MOST_OUTPUTS:
            self.advice = "let a script of your own gather them: each point has a folder of its name"
            raise ExprError(
                f"`{job}` has {len(points):,} points, and a list has at most {MOST_OUTPUTS:,} outputs"
            )
        for kind in kinds:
            self._output(kind, name)  # which says what is wrong with the name
        self.budget.spend(_OF_OUTPUT * len(points))
        return tuple(self._in_folder(kind, point)[name] for kind, point in points)

    def _in_folder(self, kind: str, point: str) -> Mapping[str, AnyText]:
        """Return the outputs of a point of a table."""
        above = self.output_folders[kind].rstrip("/").rpartition("/")[0]
        return self.outputs[kind](f"{above}/{point}/")

    def _output(self, job: str, name: str) -> AnyText:
        if job not in self.outputs:
            if "/" in job:
                return self._of_relion(job.rstrip("/"), name)
            if job in self.to_come:
                self.advice = "write it in the jobs that need it"
                raise ExprError(f"`defaults` are those of `{job}` too, so they cannot name what it makes")
            if job in self.job_names:  # jobs come in the order of their needs, so this one has failed
                raise _BrokenError(f"job `{job}` cannot be made out")
            self._unknown(f"there is no job `{job}`", job, self.job_names)
        if job not in self._found:
            self._found[job] = self.outputs[job](self.output_folders[job])
            self.budget.spend(_OF_OUTPUT * len(self._found[job]))
        outputs = self._found[job]
        if name not in outputs:
            self._unknown(f"job `{job}` has no output `{name}`", name, outputs)
        return outputs[name]

    def _of_relion(self, job: str, name: str) -> str:
        """Return the output of a job of RELION's own, by its folder or its alias."""
        self.budget.spend(_OF_PROJECT)
        found = ProjectJob(f"{job}/") if f"{job}/" in self.writers else self._of_project(job)
        ours = self.writers.get(found.folder)
        if ours is not None:
            self.advice = f"write `jobs.{ours}.outputs.{name}`, for which this job waits"
            raise ExprError(f"`{ours}` of this spec writes to {found.folder}")
        if not found.folder:
            self.advice = found.help or near_or_all(job, found.names)
            raise ExprError(found.why or f"RELION's project has no job `{job}`")
        self.budget.spend(_OF_OUTPUT * len(found.outputs))
        if name not in found.outputs:
            self.advice = near_or_all(name, found.outputs) or _as_they_are(found.files)
            raise ExprError(f"RELION's job {found.folder} has no output `{name}`")
        return found.outputs[name]

    def _unknown(self, message: str, name: str, names: Iterable[str]) -> NoReturn:
        self.advice = near_or_all(name, names)
        raise ExprError(message)


MOST_OUTPUTS = 1_000
"""The most points of a sweep whose outputs are a list."""
MOST_LISTED = 30
"""Names that an advice lists."""


def near_or_all(name: str, names: Iterable[str]) -> str:
    """Return the advice about a wrong name: the one most like it, or all that there are; empty if none."""
    from relionc.diag.near import nearest

    known = list(names)
    near = nearest(name, known, 0.5)
    if near:
        return f"did you mean `{near}`?"
    more = " …" if len(known) > MOST_LISTED else ""
    return f"there are {', '.join(f'`{one}`' for one in known[:MOST_LISTED])}{more}" if known else ""


def _as_they_are(files: Iterable[str]) -> str:
    known = near_or_all("", files)
    return f"{known}, which may be written as they are" if known else ""


def _names_like(path: tuple[str, ...]) -> str:
    """Return the advice about a dotted name of no known form."""
    if path[0] == "jobs" and len(path) == 2:
        return f"an output of a job is `jobs.{path[1]}.outputs.Y`; of one of RELION's own, `{_OWN}`"
    if path[0] == "jobs" and len(path) == 3:
        return f"an output of a job is `jobs.{path[1]}.outputs.{path[2]}`"
    return _NAMES


class JobNeeds:
    """Says whose outputs the scalars of a job refer to, also through variables. Bad expressions refer to none."""

    def __init__(self, variables: Mapping[str, Plain], budget: Budget) -> None:
        self._variables = variables
        self._budget = budget
        self._of_variable: dict[str, list[tuple[str, ...]]] = {}

    def jobs(self, value: Plain) -> Iterator[str]:
        """Yield the names of the jobs. Raises TooMuchWorkError when the expressions of the spec have cost too much."""
        waiting = list(self._names(value))
        seen: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            if path[0] == "jobs" and len(path) > 1:
                yield path[1]
            elif path[0] == "vars" and len(path) > 1 and path[1] not in seen:
                seen.add(path[1])
                waiting += self._in_variable(path[1])

    def _in_variable(self, name: str) -> list[tuple[str, ...]]:
        if name not in self._of_variable:
            self._of_variable[name] = list(self._names(self._variables.get(name)))
        found = self._of_variable[name]
        self._budget.spend(len(found))
        return found

    def _names(self, value: Plain) -> Iterator[tuple[str, ...]]:
        """Yield the dotted names in the scalars of a value."""
        if isinstance(value, dict):
            for item in value.values():
                yield from self._names(item)
        elif isinstance(value, list):
            for item in value:
                yield from self._names(item)
        elif isinstance(value, str) and has_expressions(value):
            try:
                yield from references_in(value, self._budget)
            except ExprError:
                return
