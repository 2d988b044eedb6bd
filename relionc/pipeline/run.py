"""One compilation: what it reads, what it was asked, what it found so far."""

from __future__ import annotations

import os
import re

from relionc import source
from relionc.allowance import Work
from relionc.diag import ERROR, Diagnostic, Finding
from relionc.diag.kept import Kept
from relionc.diag.locate import locate_all
from relionc.record import NamedTuple
from relionc.spec.model import ProjectJob
from relionc.spec.points import NO_POINTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import NoReturn

    from relionc.data.facts import FileFacts
    from relionc.data.missing import Looked, Lookup
    from relionc.diag.excerpts import Lines
    from relionc.expr import AnyText
    from relionc.ir import Bundle
    from relionc.pipeline.alike import Alike
    from relionc.pipeline.profile import Profiles
    from relionc.pipeline.project_jobs import ProjectJobs
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.solve.trace import Trace
    from relionc.source import Tree
    from relionc.source.overlay import Setting
    from relionc.spec.model import ResolvedJob, ResolvedSpec
    from relionc.spec.points import Points

OF_BYTE = 100
"""Units of work that a byte of a spec or profile takes: 4 MiB of small values half a second."""


class Disk:
    """What a compilation reads besides the spec; records it, so that the manifest and the cache know.

    `read` returns the bytes of a file (raises OSError); `facts` skims a data file of a project folder; `look` tells
    whether a file is there; `project_jobs` makes what finds jobs of RELION's own, once a spec names one.
    """

    def __init__(
        self,
        read: Callable[[str], bytes],
        facts: Callable[[str, str], FileFacts | None],
        look: Callable[[str, str], Looked | None] = lambda *_: None,
        project_jobs: Callable[[], ProjectJobs] | None = None,
    ) -> None:
        self._read = read
        self._facts = facts
        self._look = look
        self._project_jobs = project_jobs
        self.jobs: ProjectJobs | None = None
        self.files: dict[str, bytes] = {}
        self.facts: dict[tuple[str, str], FileFacts | None] = {}  # by path and project
        self.looked_at: list[str] = []
        self._looks: dict[tuple[str, str], Lookup | None] = {}
        self.listed: list[tuple[str, str]] = []  # folders, and the ending of names in them that mattered
        self.records_all = True  # whether this is all that a verdict depends on

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raises OSError."""
        self.files[path] = data = self._read(path)
        return data

    def has(self, path: str) -> bool:
        """Whether there is a regular file; that it was looked for is recorded."""
        if path not in self.looked_at:
            self.looked_at.append(path)
        return os.path.isfile(path)

    def spec(self, path: str, data: bytes) -> bytes:
        """Record the spec itself, and return its bytes."""
        self.files[path] = data
        return data

    def file_facts(self, path: str, project: str) -> FileFacts | None:
        """Return what a data file says, None where it is not there; headers that it looked at are recorded too."""
        place = path, project
        if place not in self.facts:
            self.looked_at.append(os.path.join(project, path))
            self.facts[place] = found = self._facts(path, project)
            self.looked_at += found.looked_at if found else ()
        return self.facts[place]

    def look(self, path: str, project: str) -> Lookup | None:
        """Return whether a file is there, seen from the project; None where nobody looks."""
        if (path, project) in self._looks:
            return self._looks[path, project]
        looked = self._look(path, project)
        self._looks[path, project] = looked.found if looked else None
        if looked is None:
            self.looked_at.append(os.path.join(project, path))
            return None
        self.looked_at += looked.asked
        self.listed += looked.listed
        return looked.found

    def project_job(self, name: str, project: AnyText, version: str) -> ProjectJob:
        """Return a job of RELION's own, or why there is none; what was read for that is recorded."""
        if self._project_jobs is None:
            return ProjectJob(why="nobody looks into RELION's project here")
        if self.jobs is None:
            self.jobs = self._project_jobs()
        before = len(self.jobs.looked_at)
        found = self.jobs.job(name, project, version)
        self.looked_at += self.jobs.looked_at[before:]
        return found


class QueueTemplate(NamedTuple):
    """A template of RELION's for submission scripts, and values for the entries that a site has added.

    The values are by job (empty: all of them) and number.

    One whose name ends in `.j2` is a script template of jinja2 instead, like those of `templates/`.
    """

    path: str
    data: bytes
    extras: Mapping[tuple[str, int], str]

    @property
    def of_jinja(self) -> bool:
        """Whether it is a script template."""
        return self.path.endswith(".j2")


class Request(NamedTuple):
    """What to compile: a spec, and what the call says on top of it."""

    path: str  # as the user gave it: for messages
    data: bytes
    cluster: str | None = None
    default_cluster: str | None = None  # of relionc.toml, for specs that name none
    folders: tuple[str, ...] = ()  # where profiles are looked for by name, in this order
    relion: str | None = None
    jobs: tuple[str, ...] = ()
    why: bool = False  # say why each plan is what it is
    trace: Trace | None = None  # is told of every search for a layout
    window: str = ""  # folder of the build, as RELION's window finds it: make templates for that; empty: none
    template: QueueTemplate | None = None  # for scripts as RELION itself would make them
    untrusted: bool = False  # whoever wrote the spec may not name a profile's file
    settings: tuple[Setting, ...] = ()  # values in the place of the spec's
    alike: Alike | None = None  # other specs of the call, where nothing is wanted but what is wrong
    profiles: Profiles | None = None  # that other specs of the call have named

    @property
    def name(self) -> str:
        """The spec's file name: what artifacts call it, the same from whatever folder it is built."""
        return self.path.rpartition("/")[2]

    @property
    def queue_template(self) -> QueueTemplate | None:
        """The template of RELION's own, where it is one."""
        return self.template if self.template and not self.template.of_jinja else None

    @property
    def script_template(self) -> QueueTemplate | None:
        """The script template, where it is one."""
        return self.template if self.template and self.template.of_jinja else None


class Compiled(NamedTuple):
    """What came of a spec. `files` is None where there was an error; `sources` are lines for the renderers.

    `tree` gives the lines of the spec's keys.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Lines]
    tree: Tree | None = None
    cluster: Cluster | None = None
    plans: tuple[JobPlan, ...] = ()
    files: Mapping[str, bytes] | None = None
    inputs: tuple[tuple[str, Mapping[str, object]], ...] = ()
    not_checked: tuple[str, ...] = ()
    spec: ResolvedSpec | None = None
    bundle: Bundle | None = None

    @property
    def points(self) -> Points:
        """The points of the spec's sweeps."""
        return NO_POINTS if self.spec is None else self.spec.points

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return not any(diagnostic.severity == ERROR for diagnostic in self.diagnostics)

    @property
    def plan(self) -> Mapping[str, object] | None:
        """The object of plan.json, made anew at each look; None where there was an error."""
        if self.spec is None or self.cluster is None or not self.ok:
            return None
        from relionc.pipeline.written import plan_object

        return plan_object(self.spec, self.plans, self.cluster)


class Kind:
    """What a file has to be. One that does not say so, by `key` at the start of a line, is never quoted."""

    def __init__(
        self,
        key: str,
        value: bytes,
        code: str,
        message: str,
        advice: str,
        meant: str = "",
        others: tuple[Kind, ...] = (),
    ) -> None:
        """`meant` is what to do with a file of this kind where another is wanted; `others` are looked for then."""
        named = rb"""(?:["']%b["'][ \t]*:|%b[ \t]*:(?=[ \t\r\n]))""" % (key.encode(), key.encode())
        start = rb"(?:^|[\r{,]|--- |\xef\xbb\xbf|\xff\xfe|\xfe\xff)[ \t]*"
        self._mark = start + named + rb"""[ \t]*["']?""" + value
        self.code, self.message, self.advice = code, message, advice
        self.meant, self.others = meant, others

    def fits(self, data: bytes) -> bool:
        """Return whether a file says that it is of this kind, in whatever encoding."""
        return re.search(self._mark, data.replace(b"\0", b""), re.MULTILINE) is not None


class Stop(Exception):  # noqa: N818 - not an error: the end of a compilation with its diagnostics
    """Nothing more can be found, and there were errors."""


class Run:
    """One compilation: the diagnostics so far, the files they speak of, the jobs that they spoil.

    A job with an error of its own is not looked at by later stages; the others are, so that one call tells all.
    """

    def __init__(self, disk: Disk, settings: tuple[Setting, ...] = ()) -> None:
        """`settings` are values that the call has put into the spec."""
        self.disk = disk
        self._settings = settings
        self.diagnostics = Kept()
        self.sources: dict[str, str] = {}
        self.points = NO_POINTS
        self._spec: Tree | None = None
        self._of_points: list[Finding] = []  # in the spec, until it is known which points each is true of
        self._spoilt: set[str] = set()
        self._all_spoilt = False

    def load(self, path: str, data: bytes, kind: Kind) -> Tree:
        """Read a YAML file; stops when it cannot be read, or is none of its kind: then nothing of it is shown."""
        if not kind.fits(data):
            advice = next((other.meant for other in kind.others if other.fits(data)), kind.advice)
            self.diagnostics.add(Diagnostic(kind.code, ERROR, kind.message, path, None, advice))
            raise Stop
        Work.done(OF_BYTE * len(data))
        loaded = source.load(data, path)
        self.diagnostics += loaded.diagnostics
        self.sources[path] = loaded.tree.text if loaded.tree else data.decode("utf-8", "replace")
        if loaded.tree is None:
            raise Stop
        return loaded.tree

    def add(self, findings: Iterable[Finding], tree: Tree) -> None:
        """Add what a stage found in the spec, and remember which jobs it spoils."""
        for finding in map(self._with_setting, findings) if self._settings else findings:
            if self.points.named:
                self._spec = tree
                self._of_points.append(finding)
            else:
                self.diagnostics += locate_all([finding], tree)
            if finding.severity != ERROR:
                continue
            if finding.route[:1] == ("jobs",) and len(finding.route) > 1:
                self._spoilt.add(str(finding.route[1]))
            elif finding.route[:1] in (("vars",), ("defaults",)):  # which any job may use
                self._all_spoilt = True

    def _with_setting(self, finding: Finding) -> Finding:
        """Say that the value at fault is the call's, where no line of the spec has it."""
        for setting in self._settings:
            if self.points.written(finding.route)[: len(setting.route)] == setting.route:
                return finding._replace(message=f"{setting.said}: {finding.message}")
        return finding

    def shown(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that are shown."""
        self._settle()
        return self.diagnostics.shown()

    def lines_shown(self, diagnostics: Sequence[Diagnostic]) -> dict[str, Lines]:
        """Return what is shown of the files that these diagnostics speak of."""
        if not diagnostics:
            return {}
        from relionc.diag.excerpts import lines_shown

        return lines_shown(diagnostics, self.sources)

    def _settle(self) -> None:
        """Add what was found in the points of sweeps: once, with the points of which it is true."""
        if self._spec is not None:
            self.diagnostics += locate_all(self.points.told(self._of_points), self._spec)
            self._of_points = []

    def sound(self, jobs: Iterable[ResolvedJob]) -> list[ResolvedJob]:
        """Return the jobs that later stages may look at: none when the trouble is everybody's."""
        return [] if self._all_spoilt else [job for job in jobs if job.name not in self._spoilt]

    def stop_on_error(self) -> None:
        """Stop when anything so far is an error."""
        self._settle()
        if self.diagnostics.failed:
            raise Stop

    def report(self, findings: Sequence[Finding], tree: Tree) -> None:
        """Add what was found in a file that is not the spec; stops when any of it is an error."""
        self._settle()
        self.diagnostics += locate_all(findings, tree)
        if any(finding.severity == ERROR for finding in findings):
            raise Stop

    def refuse(self, finding: Finding, tree: Tree) -> NoReturn:
        """Add the one error that ends the compilation."""
        self._settle()
        self.diagnostics += locate_all([finding], tree)
        raise Stop
