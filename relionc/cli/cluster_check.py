"""`relionc cluster check` and `diff`: a profile by itself, held against Slurm, or against another one."""

from __future__ import annotations

import re
import time

from relionc.cli import files, say
from relionc.cli.options import CallError
from relionc.cli.table import table
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relionc.pipeline.cluster_check import LiveDifference
    from relionc.pipeline.run import Compiled
    from relionc.site.types import Cluster

_NOTHING = "-"
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_WIDEST = 60
"""Characters of a fact in a table."""


class SiteCheck(NamedTuple):
    """A call: the profile; whether Slurm is asked, or saved texts of it; what its jobs have to say."""

    name: str
    saved: tuple[str, ...] = ()
    live: bool = False
    on: str | None = None
    account: str | None = None
    qos: str | None = None


def check(call: SiteCheck) -> int:
    """Say what is wrong with a profile, in doubt, and otherwise in Slurm; returns the exit code."""
    from relionc.runs.clients import SlurmError
    from relionc.survey.draft import NoClusterError
    from relionc.survey.live import NotAskedError

    try:
        return 0 if _is_fine(call) else 1
    except NoClusterError as error:
        say.trouble(error)
        return 1
    except (CallError, NotAskedError, SlurmError) as error:
        say.trouble(error)
        return 2


def _is_fine(call: SiteCheck) -> bool:
    """Say all of it; returns whether nothing is wrong, and no job would be refused."""
    cluster = _cluster(call.name)
    if cluster is None:
        return False
    compares = call.live or bool(call.saved)
    if compares and cluster.scheduler != "slurm":
        raise CallError(f"{cluster.name} has no Slurm to compare with")
    _tell_doubts(cluster, _day(call.on))
    agrees = not compares or _compare(cluster, call)
    return (not call.live or _ask(cluster, call)) and agrees


def diff(old: str, new: str) -> int:
    """Print what one profile says otherwise than another; returns the exit code."""
    from relionc.site.compare import differences, shown, with_names_of

    try:
        before, after = _cluster(old), _cluster(new)
    except CallError as error:
        say.trouble(error)
        return 2
    if before is None or after is None:
        return 1
    renamed = with_names_of(before, after)
    found = differences(before, renamed)
    names = [(was, now) for was, now in zip(after.node_types, renamed.node_types, strict=True) if was != now]
    for was, now in names:
        say.result(
            f"nodes {say.on_one_line(was)} of {say.on_one_line(new)} are called {say.on_one_line(now)} here\n"
        )
    if not found:
        say.result("no fact differs\n")
        return 0
    rows = [(each.name, _cut(shown(each.path, each.old)), _cut(shown(each.path, each.new))) for each in found]
    say.result(_table([("fact", old, new), *rows]))
    return 0


def _cluster(name: str) -> Cluster | None:
    """Return the cluster of a profile; what is wrong with it is told, and None where there is an error."""
    from relionc import site
    from relionc.cli.told import show
    from relionc.diag import NOTE

    try:
        profile = _loaded(name)
    except OSError as error:
        near = site.nearest(name)
        asked = f"; did you mean {near}?" if near else ""
        raise CallError(f"there is no profile {name} ({error.strerror or error}){asked}") from None
    told = [each for each in profile.diagnostics if each.severity != NOTE]
    if told:
        show([profile._replace(diagnostics=tuple(told))], "text")
    return profile.cluster


def _loaded(name: str) -> Compiled:
    from relionc.pipeline import Disk, load_profile

    folders = files.profile_folders(files.settings("spec"))
    return load_profile(name, Disk(files.read, files.file_facts), folders)


def _day(on: str | None) -> str:
    if on is None:
        return time.strftime("%Y-%m-%d")
    if not _DAY.fullmatch(on):
        raise CallError(f"{on} is not a day as 2026-11-30")
    return on


def _tell_doubts(cluster: Cluster, today: str) -> None:
    from relionc.survey.trust import doubts

    rows = [(each.path, each.why, each.known) for each in doubts(cluster, today)]
    if rows:
        say.result(_table([("fact", "it is", "what is known of it"), *rows]))
    else:
        say.result("no fact is in doubt\n")


def _compare(cluster: Cluster, call: SiteCheck) -> bool:
    """Print what Slurm says otherwise; returns whether no job is refused for it."""
    from relionc.pipeline.cluster_check import compared, of_slurm
    from relionc.survey import live, saved

    try:
        told = saved.read(call.saved) if call.saved else live.read()
    except OSError as error:
        raise CallError(f"cannot read {error.filename}: {error.strerror or error}") from None
    says = of_slurm(cluster, told)
    found = sorted(compared(cluster, says), key=lambda each: not each.refused)
    say.result("\n")
    if found:
        say.result(_table([("fact", "profile", "Slurm", "what it means"), *map(_row, found)]))
    else:
        say.result("Slurm says nothing else\n")
    for remark in says.remarks:
        say.result(f"  {say.on_one_line(remark)}\n")
    return not any(each.refused for each in found)


def _row(each: LiveDifference) -> tuple[str, str, str, str]:
    from relionc.site.compare import shown

    path, old, new = each.fact.path, each.fact.old, each.fact.new
    return each.fact.name, _cut(shown(path, old)), _cut(shown(path, new)), each.meaning


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _ask(cluster: Cluster, call: SiteCheck) -> bool:
    """Ask Slurm about a job of each kind, and print what it answers; returns whether it would take them all."""
    from relionc.cli.submit import would_start
    from relionc.pipeline import Disk
    from relionc.pipeline.cluster_check import CheckCall, jobs
    from relionc.runs import clients

    folders = files.profile_folders(files.settings("spec"))
    asked = CheckCall(call.name, folders, call.account, call.qos)
    rows, fine = [("job", "partition", "nodes", "Slurm")], True
    for job in jobs(cluster, asked, Disk(files.read, files.file_facts)):
        said = job.trouble and f"not asked: {job.trouble}"
        if not said:
            answer = clients.test_text(job.script)
            fine = fine and not answer.code
            said = f"refuses: {clients.refused(answer)}" if answer.code else would_start(answer)
        rows.append((job.kind, job.partition, job.nodes, said))
    say.result("\n" + _table(rows))
    return fine


def _table(rows: Iterable[Sequence[str]]) -> str:
    return table([[cell or _NOTHING for cell in row] for row in rows])
