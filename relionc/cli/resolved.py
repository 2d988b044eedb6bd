"""The layout of a job with another pin: what `relionc why` proposes is tried before it is said."""

from __future__ import annotations

import os

from relionc.cli.build import BuildCall, compile_one
from relionc.cli.options import CallError
from relionc.cli.summary import job_lines
from relionc.plan import plan_job
from relionc.slurm.sizes import format_memory
from relionc.slurm.times import format_time
from relionc.spec.model import Pin
from relionc.store import regular
from relionc.store.digest import of_bytes
from relionc.store.regular import MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from relionc.pipeline import Compiled
    from relionc.plan.model import JobPlan
    from relionc.runs.built import Build
    from relionc.runs.tables import PinChange
    from relionc.spec.model import ResolvedJob

Row = tuple[str, str]
"""A label and what it says."""
_WRITTEN: Mapping[str, Callable[[int], str]] = {
    "mem": format_memory,
    "mem_per_cpu": format_memory,
    "scratch": "{}G".format,
    "time": format_time,
}
"""How a spec writes the pins whose value is no plain number."""


def resolved(build: Build, name: str, change: PinChange, spec: str | None) -> list[Row]:
    """Return the change of a pin, and the layout that comes of it or why there is none."""
    found = _spec_of(build, spec)
    if found is None:
        return [
            (
                "change",
                f"{_in_words(change)} (--spec FILE shows the layout: {build.spec} is not near the build)",
            )
        ]
    try:
        result, _ = compile_one(found, BuildCall(specs=(found,)), until="plan")
    except CallError as error:
        return [("change", f"{_in_words(change)} ({error})")]
    plan = next((each for each in result.plans if each.job.name == name), None)
    if plan is None or result.cluster is None:
        return [("change", f"{_in_words(change)} ({found} does not compile as it is now)")]
    return _tried(result, plan, change)


def _spec_of(build: Build, given: str | None) -> str | None:
    """Return the spec of a build: the one that is given, else one of its name and content near the build or here."""
    if given is not None:
        return given
    if not build.spec or "/" in build.spec:
        return None
    above = os.path.dirname(os.path.dirname(build.root))
    for folder in ("", "specs", above, os.path.join(above, "specs")):
        path = os.path.join(folder, build.spec)
        try:
            if of_bytes(regular.read(path, MAX_BYTES)) == build.spec_digest:
                return path
        except OSError:
            continue
    return None


def _in_words(change: PinChange) -> str:
    how = "one less" if change.fewer else f"{change.times:g} times as much"
    return f"{change.keys[0]}: {how}"


def _tried(result: Compiled, plan: JobPlan, change: PinChange) -> list[Row]:
    job = plan.job
    key = next((key for key in change.keys if getattr(job.resources, key) is not None), change.keys[0])
    old = _value(plan, key)
    new = max(old - 1, 1) if change.fewer and old else round(old * change.times) if old else None
    if new is None or new == old:
        return []
    said = f"{key}: {_shown(key, old)} -> {_shown(key, new)}{_place(result, job, key)}"
    return [("change", said), *_layout(result, job, key, new)]


def _value(plan: JobPlan, key: str) -> int | None:
    """Return the value of a pin: the user's, else what the plan has chosen."""
    pin = getattr(plan.job.resources, key)
    if pin is not None:
        return int(pin.value)
    chosen = {
        "mem_per_cpu": plan.workers.mem_per_cpu_mib,
        "mem": plan.workers.memory_mib,
        "scratch": plan.workers.scratch_gib,
        "time": plan.time_s,
        "ranks_per_gpu": plan.gpus.workers,
    }
    return chosen.get(key)


def _shown(key: str, value: int | None) -> str:
    return _WRITTEN.get(key, str)(value or 0)


def _place(result: Compiled, job: ResolvedJob, key: str) -> str:
    pin = getattr(job.resources, key)
    span = result.tree.span(pin.route) if pin is not None and result.tree is not None else None
    return f" ({result.tree.path}:{span.line})" if span and result.tree else " (under `resources:`)"


def _layout(result: Compiled, job: ResolvedJob, key: str, value: int) -> Iterator[Row]:
    """Yield the layout with another value of a pin, or why the cluster has none."""
    assert result.cluster is not None  # noqa: S101 - resolved() has looked
    old = getattr(job.resources, key)
    pin = Pin(value, old.route if old is not None else (*job.route, "resources"))
    changed: dict[str, Any] = {key: pin}
    other = job._replace(resources=job.resources._replace(**changed))
    plan, findings = plan_job(other, result.cluster)
    if plan is not None:
        yield from (("then" if not index else "", line.strip()) for index, line in enumerate(_of(plan)))
    for finding in findings[:1] if plan is None else ():
        yield "then", f"there is no such layout: {finding.message}"
        for line in (finding.help or "").split("\n")[:4]:
            yield "", line


def _of(plan: JobPlan) -> Sequence[str]:
    return job_lines([plan]).rstrip("\n").split("\n")
