"""Names of points: which jobs a name stands for where a job may be one of many."""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.diag import Finding, Route
    from relionc.expr import Value
    from relionc.spec.columns import SweepTable

MOST_LABELS = 3
"""Points that a message names."""


class Point(NamedTuple):
    """One job of a sweep: the job of the spec that it comes from, its values by axis, and whom it goes with.

    `beside`: for each job that it follows point by point, the point that it follows.
    """

    job: str
    values: Mapping[str, Value]
    label: str
    beside: Mapping[str, str] = {}


class Points(NamedTuple):
    """All points of a spec, by name."""

    named: Mapping[str, Point] = {}
    of_job: Mapping[str, tuple[str, ...]] = {}  # the names of a job's points, in order
    limits: Mapping[str, int] = {}  # how many points of a job may run at once, where that is said
    tables: Mapping[str, SweepTable] = {}  # of each point that stands for all of a table, by its name

    def meant(self, name: str, seen_from: str) -> tuple[str, ...]:
        """Return the jobs that a name stands for in another job: one, or all points of a sweep."""
        here = self.named.get(seen_from)
        if here is not None and name in here.beside:
            return (here.beside[name],)
        return self.of_job.get(name, (name,))

    def links(self) -> dict[Route, Route]:
        """Return, for the route of each point, that of its job, where all of it is written."""
        return {("jobs", name): ("jobs", point.job) for name, point in self.named.items()}

    def told(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield each finding once, at the job that is written, with the points of which it is true."""
        of: dict[Finding, dict[str, None]] = {}
        for finding in findings:
            of.setdefault(self._at_job(finding), {})[self._name(finding.route)] = None
        for finding, names in of.items():
            points = [name for name in names if name in self.named]
            if not points or len(points) == len(self.of_job[self.named[points[0]].job]):
                yield finding
            else:
                yield finding._replace(message=f"{self._labels(points)}: {finding.message}")

    def _labels(self, names: list[str]) -> str:
        labels = [self.named[name].label for name in names]
        if len(labels) == 1:
            return f"at {labels[0]}"
        more = "; …" if len(labels) > MOST_LABELS else ""
        total = len(self.of_job[self.named[names[0]].job])
        return f"at {len(labels)} of {total} points ({'; '.join(labels[:MOST_LABELS])}{more})"

    def _at_job(self, finding: Finding) -> Finding:
        return finding._replace(
            route=self.written(finding.route),
            conflict=tuple(
                each if each.route is None else each._replace(route=self.written(each.route))
                for each in finding.conflict
            ),
            fixes=tuple(each._replace(route=self.written(each.route)) for each in finding.fixes),
            suggestions=tuple(
                each._replace(changes=tuple((self.written(route), to) for route, to in each.changes))
                for each in finding.suggestions
            ),
        )

    def _name(self, route: Route) -> str:
        return str(route[1]) if len(route) > 1 and route[0] == "jobs" else ""

    def written(self, route: Route) -> Route:
        """Return the route at which what stands at a route of a point is written: that of its job."""
        point = self.named.get(self._name(route))
        return route if point is None else ("jobs", point.job, *route[2:])


NO_POINTS = Points()
