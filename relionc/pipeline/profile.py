"""The cluster profile of a compilation: built-in by name, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc import site
from relionc.diag import ERROR, NOTE, Diagnostic, Finding
from relionc.diag.near import Guessing
from relionc.pipeline.run import Compiled, Kind, Run, Stop
from relionc.schema import check as check_schema
from relionc.source.values import as_mapping

if TYPE_CHECKING:
    from relionc.pipeline.run import Disk, Request
    from relionc.site.types import Cluster, Plain
    from relionc.source import Tree

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


def load_profile(name: str, disk: Disk) -> Compiled:
    """Return a profile by built-in name or path, in `cluster`, or what is wrong with it."""
    run = Run(disk)
    try:
        with Guessing():
            cluster = site.builtin(name) if name in site.names() else _own_profile(name, disk.read(name), run)
    except Stop:
        cluster = None
    return Compiled(diagnostics=run.diagnostics.shown(), sources=run.sources, cluster=cluster)


def cluster_of(request: Request, tree: Tree, run: Run) -> Cluster | None:
    """Return the profile: of the call, of the spec, or of relionc.toml. None, with a diagnostic, if there is none."""
    try:
        return _cluster(request, tree, run)
    except Stop:
        return None


def _cluster(request: Request, tree: Tree, run: Run) -> Cluster:
    from_spec = as_mapping(tree.value).get("cluster")
    name = request.cluster or (from_spec if isinstance(from_spec, str) else None) or request.default_cluster
    if name is None:
        run.refuse(Finding(code="RL608", message="no cluster is named", help=_clusters()), tree)
    if name in site.names():
        return site.builtin(name)
    if not _is_path(name):
        run.refuse(_unknown_cluster(name, from_spec=request.cluster is None), tree)
    path = name if request.cluster else _beside(request.path, name)
    if request.untrusted:
        message = f"{path} is a file, and of a spec from a stranger only the built-in profiles are taken"
        run.refuse(Finding(code="RL920", message=message, route=("cluster",), help=_built_in()), tree)
    try:
        data = run.disk.read(path)
    except OSError as error:
        message = f"the cluster profile {path} cannot be read: {error.strerror or error}"
        run.refuse(Finding(code="RL609", message=message, route=("cluster",), help=_clusters()), tree)
    return _own_profile(path, data, run)


def _own_profile(path: str, data: bytes, run: Run) -> Cluster:
    profile = run.load(path, data, PROFILE)
    run.report(check_schema("cluster", profile.value), profile)
    cluster, findings = from_value(profile.value)
    run.report(findings, profile)
    assert cluster is not None  # noqa: S101 - from_value gives errors or a cluster
    if brought := [key for key in _SHELL if as_mapping(profile.value).get(key)]:
        message = f"this profile brings shell lines into the scripts: {', '.join(brought)}"
        run.diagnostics.add(Diagnostic("RL922", NOTE, message, path, None))
    return cluster


def from_value(value: Plain) -> tuple[Cluster | None, list[Finding]]:
    """Return the cluster that a profile's values describe, and what is wrong with them.

    Routes lead into `value`. The cluster is None where a finding is an error.
    """
    profile, findings = site.read_profile(value)
    if profile is None:
        return None, findings
    if not findings:  # amounts that could not be read would only be reported twice
        from relionc.lower.modes import MODES
        from relionc.rules.profile import check

        findings = check(profile._replace(modes=tuple(MODES)))
    return (None if any(found.severity == ERROR for found in findings) else profile.cluster), findings


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith((".yaml", ".yml"))


def _beside(spec_path: str, name: str) -> str:
    """Return a path of the spec as seen from where the command runs: relative to the spec's folder."""
    folder = spec_path.rpartition("/")[0]
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
