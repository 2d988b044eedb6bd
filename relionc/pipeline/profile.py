"""The cluster profile of a compilation: built-in by name, or a file."""

from __future__ import annotations

import os
import re

from relionc import site
from relionc.allowance import Work
from relionc.diag import ERROR, NOTE, Diagnostic, Finding
from relionc.diag.near import Guessing
from relionc.pipeline.run import OF_BYTE, Compiled, Kind, Run, Stop
from relionc.record import NamedTuple
from relionc.schema import check as check_schema
from relionc.source.values import as_mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.pipeline.run import Disk, Request
    from relionc.site.types import Cluster, Plain
    from relionc.source import Tree
    from relionc.source.values import Plain as TreePlain

PROFILE = Kind(
    "profile",
    rb"1\b",
    "RL609",
    "this file is not a cluster profile",
    site.START,
    meant="it is a cluster profile: `relionc cluster show ./FILE` checks it, and a spec names it as its `cluster`",
)
_SHELL = ("modules", "launchers", "wrapper", "environment", "allocation")
"""What of a profile a shell reads, or runs as a program."""
_OF_NODES = ("modules", "wrapper")
"""What of it node types may have themselves."""
_NAME = re.compile(r"\w[\w.+-]*")
"""A name under which a profile is looked for: never a path."""
_MOST_BASES = 8
"""Profiles that one may extend, each by way of the one before."""


def load_profile(name: str, disk: Disk, folders: Sequence[str] = ()) -> Compiled:
    """Return a profile by name or path, in `cluster`, or what is wrong with it; raises OSError for one not there."""
    run = Run(disk)
    try:
        with Guessing():
            if name in site.names():
                cluster = site.builtin(name)
            else:
                path = name if site.is_path(name) else found(name, folders, disk) or name
                cluster = _own_profile(path, disk.read(path), run, folders)
    except Stop:
        cluster = None
    shown = run.diagnostics.shown()
    return Compiled(diagnostics=shown, sources=run.lines_shown(shown), cluster=cluster)


def found(name: str, folders: Sequence[str], disk: Disk) -> str | None:
    """Return the file of the profile with a name, in the first folder that has one."""
    if not _NAME.fullmatch(name):
        return None
    for folder in folders:
        path = os.path.join(folder, f"{name}.yaml")
        if disk.has(path):
            return path
    return None


def cluster_of(request: Request, tree: Tree, run: Run) -> Cluster | None:
    """Return the profile: of the call, of the spec, or of relionc.toml. None, with a diagnostic, if there is none."""
    try:
        return _cluster(request, tree, run)
    except Stop:
        run.disk.records_all = False  # a file that could not be read is not among those that were
        return None


def _cluster(request: Request, tree: Tree, run: Run) -> Cluster:
    from_spec = as_mapping(tree.value).get("cluster")
    name = request.cluster or (from_spec if isinstance(from_spec, str) else None) or request.default_cluster
    if name is None:
        run.refuse(Finding(code="RL608", message="no cluster is named", help=_clusters()), tree)
    if name in site.names():
        return site.builtin(name)
    path = _path_of(name, request, run)
    if path is None:
        run.refuse(_unknown_cluster(name, from_spec=request.cluster is None), tree)
    if request.untrusted:
        message = f"{path} is a file, and of a spec from a stranger only the built-in profiles are taken"
        run.refuse(Finding(code="RL920", message=message, route=("cluster",), help=_built_in()), tree)
    try:
        data = run.disk.read(path)
    except OSError as error:
        message = f"the cluster profile {path} cannot be read: {error.strerror or error}"
        run.refuse(Finding(code="RL609", message=message, route=("cluster",), help=_clusters()), tree)
    if request.profiles is None:
        return _own_profile(path, data, run, request.folders)
    return request.profiles.of(path, data, run, request.folders)


class Profiles:
    """Profiles of files that specs of a call have named: each is read, looked over and told about once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes, tuple[str, ...]], _KnownProfile] = {}

    def of(self, path: str, data: bytes, run: Run, folders: tuple[str, ...]) -> Cluster:
        """Return the profile of a file; what is said of it, and what it depends on, is the run's each time."""
        key = path, data, folders
        if key not in self._known:
            self._known[key] = self._read(path, data, run, folders)
        else:
            read = data, *self._known[key].files.values()
            Work.done(OF_BYTE * sum(map(len, read)))  # as where it is read: no answer depends on other specs
        known = self._known[key]
        run.diagnostics += known.diagnostics
        run.sources.update(known.sources)
        run.disk.files.update(known.files)
        run.disk.looked_at += known.looked_at
        if known.cluster is None:
            raise Stop
        return known.cluster

    @staticmethod
    def _read(path: str, data: bytes, run: Run, folders: tuple[str, ...]) -> _KnownProfile:
        own, looked_at = Run(run.disk), len(run.disk.looked_at)
        before = {*run.disk.files}
        try:
            cluster = _own_profile(path, data, own, folders)
        except Stop:
            cluster = None
        read = {name: each for name, each in run.disk.files.items() if name not in before}
        asked = tuple(run.disk.looked_at[looked_at:])
        return _KnownProfile(cluster, own.diagnostics.shown(), own.sources, read, asked)


class _KnownProfile(NamedTuple):
    cluster: Cluster | None
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, str]
    files: dict[str, bytes]  # that it extends
    looked_at: tuple[str, ...]


def _path_of(name: str, request: Request, run: Run) -> str | None:
    """Return the file that a name or a path in a call or a spec means; a stranger's names are not looked up."""
    if site.is_path(name):
        return name if request.cluster else _beside(request.path, name)
    return None if request.untrusted else found(name, request.folders, run.disk)


def _own_profile(path: str, data: bytes, run: Run, folders: Sequence[str]) -> Cluster:
    tree = _tree(path, data, run)
    base, files = _base(tree, run, folders, (path,))
    cluster, findings = from_value(tree.value, base)
    run.report(findings, tree)
    assert cluster is not None  # noqa: S101 - from_value gives errors or a cluster
    for each in (tree, *files):
        if brought := _brought(as_mapping(each.value)):
            message = f"this profile brings shell lines into the scripts: {', '.join(brought)}"
            run.diagnostics.add(Diagnostic("RL922", NOTE, message, each.path, None))
    return cluster


def _tree(path: str, data: bytes, run: Run) -> Tree:
    """Return a profile of the right shape, as far as a schema knows."""
    tree = run.load(path, data, PROFILE)
    run.report(check_schema("cluster", tree.value), tree)
    return tree


def _base(
    tree: Tree, run: Run, folders: Sequence[str], below: tuple[str, ...]
) -> tuple[Cluster | None, list[Tree]]:
    """Return what `extends:` means where that is a file, and the files it was read from; None for anything else.

    `below` are the files that extend each other so far.
    """
    name = as_mapping(tree.value).get("extends")
    if not isinstance(name, str) or name in site.names():
        return None, []
    path = _beside(tree.path, name) if site.is_path(name) else found(name, folders, run.disk)
    if path is None:
        return None, []
    file = _tree(path, _bytes_of(path, tree, run, below), run)
    base, files = _base(file, run, folders, (*below, path))
    profile, findings = site.read_profile(file.value, base)
    run.report(findings, file)
    assert profile is not None  # noqa: S101 - without one there was an error
    return profile.cluster, [file, *files]


def _bytes_of(path: str, tree: Tree, run: Run, below: tuple[str, ...]) -> bytes:
    """Return the bytes of the file that a profile extends, or say why they cannot be had."""
    data, why = b"", ""
    try:
        why = _ring(path, below)
        data = b"" if why else run.disk.read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or error
        why = f"{path}, which this profile extends, cannot be read: {reason}"
    if why:
        advice = "write the path as it is seen from the folder of this profile"
        run.refuse(Finding(code=site.UNKNOWN_BASE, message=why, route=("extends",), help=advice), tree)
    return data


def _ring(path: str, below: tuple[str, ...]) -> str:
    """Return why a file is not to be read after those that extend each other so far; empty: it may be."""
    if any(os.path.samefile(path, other) for other in below):
        return f"{path} extends itself" + ("" if len(below) == 1 else " by way of others")
    return f"more than {_MOST_BASES} profiles extend each other" if len(below) > _MOST_BASES else ""


def _brought(value: dict[str, TreePlain]) -> list[str]:
    """Return which parts of a profile a shell reads, those of its node types as well."""
    nodes = as_mapping(value.get("node_types")).values()
    own = [key for key in _OF_NODES if any(as_mapping(node).get(key) for node in nodes)]
    return [key for key in _SHELL if value.get(key) or key in own]


def from_value(value: Plain, base: Cluster | None = None) -> tuple[Cluster | None, list[Finding]]:
    """Return the cluster that a profile's values describe, and what is wrong with them.

    Routes lead into `value`; `base` is what it extends, where that is a file. The cluster is None where a finding is
    an error.
    """
    profile, findings = site.read_profile(value, base)
    if profile is None:
        return None, findings
    if not findings:  # amounts that could not be read would only be reported twice
        from relionc.lower.modes import MODES
        from relionc.rules.profile import check

        findings = check(profile._replace(modes=tuple(MODES)))
    return (None if any(found.severity == ERROR for found in findings) else profile.cluster), findings


def _beside(file: str, name: str) -> str:
    """Return a path that stands in a file as seen from where the command runs: relative to the file's folder."""
    folder = file.rpartition("/")[0]
    return name if name.startswith("/") or not folder else f"{folder}/{name}"


def _built_in() -> str:
    return f"built-in profiles are {', '.join(site.names())}"


def _clusters() -> str:
    return f"{_built_in()}; a path to a profile file works too"


def _unknown_cluster(name: str, *, from_spec: bool) -> Finding:
    near = site.nearest(name)
    text = f"did you mean `{near}`?" if near else _clusters()
    route = ("cluster",) if from_spec else ()
    return Finding(code="RL608", message=f"there is no cluster profile `{name}`", route=route, help=text)
