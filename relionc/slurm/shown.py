"""What Slurm's programs print, read: jobs of scontrol and sacct, ids of sbatch.

The texts are those of 20.11 to 26.05. Keys that a version does not write are empty; nothing else is expected of a line.
"""

from __future__ import annotations

import re
import time

from relionc.record import NamedTuple
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import UNLIMITED, parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ID = re.compile(r"\d{1,10}(_\d{1,10})?")
"""How jobs are called: the tasks of an array by its number and their own."""
_ID = re.compile(r"(\d{1,10})(?:;[\w.-]+)?")
_PAIR = re.compile(r"(?:^|\s)([A-Z][\w/:]*)=(\S*)")
_WHOLE_LINE = ("Command", "WorkDir", "StdOut", "StdErr")
"""Keys whose value is a path, which may have blanks: it stands on a line of its own."""
_NOTHING = ("", "(null)", "N/A", "None assigned", "Unknown", "None")
_TASKS = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")
MOST_TASKS = 100_000
"""The most tasks of a range that are told apart."""
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
SACCT = (
    "JobID",
    "State",
    "ExitCode",
    "Elapsed",
    "Timelimit",
    "Start",
    "End",
    "NodeList",
    "MaxRSS",
    "TRESUsageInMax",
)
"""The columns that are asked of sacct, in their order."""


class Shown(NamedTuple):
    """A job as Slurm tells of it; times in seconds, empty where it says nothing.

    `reason` is why it waits or has ended, `start` when it began or may begin, `script` and `log` are paths, `peak`
    the most memory of a process in bytes, `used` what else Slurm measured, by resource.
    """

    state: str = ""
    reason: str = ""
    restarts: int = 0
    ran_s: int = 0
    limit_s: int | None = None
    start: str = ""
    nodes: str = ""
    exit_code: str = ""
    dependency: str = ""
    script: str = ""
    log: str = ""
    peak: int = 0
    used: Mapping[str, str] = {}


def submitted(text: str) -> str | None:
    """Return the id of the job that `sbatch --parsable` has queued: its last line; others may be a site's own."""
    lines = text.split()
    found = _ID.fullmatch(lines[-1]) if lines else None
    return found[1] if found else None


def jobs(text: str) -> list[dict[str, str]]:
    """Return the records of `scontrol show job`: one, or one for each group of a hetjob."""
    records: list[dict[str, str]] = []
    for line in text.split("\n"):
        begins = line.startswith("JobId=")
        if begins:  # it ends with a name, which may look like anything
            records.append({})
        if records:
            found = _pairs(line.partition(" JobName=")[0] if begins else line.strip())
            records[-1] = found | records[-1]
    return records


def _pairs(line: str) -> dict[str, str]:
    key, equals, value = line.partition("=")
    if equals and key in _WHOLE_LINE:
        return {key: value}
    return dict(_PAIR.findall(line))


def of_scontrol(record: Mapping[str, str]) -> Shown:
    """Return what a record of scontrol says."""

    def said(key: str) -> str:
        value = record.get(key, "")
        return "" if value in _NOTHING else value

    return Shown(
        state=said("JobState").upper(),
        reason=said("Reason"),
        restarts=_count(said("Restarts")),
        ran_s=seconds(said("RunTime")) or 0,
        limit_s=seconds(said("TimeLimit")),
        start=said("StartTime"),
        nodes=said("NodeList"),
        exit_code=said("ExitCode"),
        dependency=said("Dependency"),
        script=said("Command"),
        log=said("StdOut"),
    )


def tasks(text: str) -> dict[str, Shown]:
    """Return the tasks of an array, by their ids, in what `scontrol show job` prints: those that wait share one."""
    found: dict[str, Shown] = {}
    for record in jobs(text):
        array, numbers = record.get("ArrayJobId", ""), record.get("ArrayTaskId", "")
        said = of_scontrol(record)
        for part in numbers.partition("%")[0].split(","):
            ends = _TASKS.fullmatch(part)
            if ends and array.isdecimal():
                last = min(int(ends[2] or ends[1]), int(ends[1]) + MOST_TASKS)
                found |= {f"{array}_{task}": said for task in range(int(ends[1]), last + 1)}
    return found


def of_sacct(text: str, job_id: str) -> Shown | None:
    """Return what sacct says of a job and its steps; None where it does not know the job."""
    rows = [row for line in text.split("\n") if len(row := line.split("|")) == len(SACCT)]
    ours = [dict(zip(SACCT, row, strict=True)) for row in rows if re.fullmatch(rf"{job_id}([+.].*)?", row[0])]
    job = next((row for row in ours if row["JobID"] in (job_id, f"{job_id}+0")), None)
    if job is None:
        return None
    return Shown(
        state=job["State"].split(" ")[0].upper(),
        ran_s=seconds(job["Elapsed"]) or 0,
        limit_s=seconds(job["Timelimit"]),
        start="" if job["Start"] in _NOTHING else job["Start"],
        nodes="" if job["NodeList"] in _NOTHING else job["NodeList"],
        exit_code=job["ExitCode"],
        peak=max(size(row["MaxRSS"]) for row in ours),
        used=_used(row["TRESUsageInMax"] for row in ours),
    )


def of_sstat(text: str) -> tuple[int, dict[str, str]]:
    """Return the most memory of a process in bytes, and what was measured of GPUs: two columns of sstat."""
    rows = [line.split("|") for line in text.split("\n") if line.count("|") == 1]
    return max((size(row[0]) for row in rows), default=0), _used(row[1] for row in rows)


def _used(texts: Iterable[str]) -> dict[str, str]:
    """Return the GPUs' part of `cpu=00:01:02,gres/gpuutil=97,gres/gpumem=8012M`, the most of all steps."""
    found: dict[str, str] = {}
    for text in texts:
        for key, value in re.findall(r"gres/(gpuutil|gpumem)=([\d.]+[KMGT]?)", text):
            if size(value) > size(found.get(key, "0")):
                found[key] = value
    return found


def size(text: str) -> int:
    """Return the bytes of `69652K`; 0 for anything else."""
    found = _SIZE.fullmatch(text)
    return int(float(found[1][:18]) * _UNITS[found[2]]) if found else 0


def seconds(text: str) -> int | None:
    """Return the seconds of a duration; None for no limit, and for what is none."""
    try:
        found = parse_time(text)
    except SlurmSyntaxError:
        return None
    return 0 if not text.strip("0:-") else None if found >= UNLIMITED else found


def moment(text: str) -> float | None:
    """Return the seconds since 1970 of `2026-11-22T06:37:39`, which is local time; None for anything else."""
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
    except (ValueError, OverflowError):
        return None


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
