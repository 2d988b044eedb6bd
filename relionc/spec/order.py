"""The order of the jobs: each after those it needs."""

from __future__ import annotations

from relionc.diag import Finding
from relionc.source.values import as_texts
from relionc.spec.scope import JobNeeds, near_or_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relionc.source.values import Plain
    from relionc.spec.points import Points

MOST_FINDINGS = 5_000
"""With more of them, no further job is looked at."""


def in_order(
    jobs: Mapping[str, dict[str, Plain]], points: Points, left_out: Collection[str], needs: JobNeeds
) -> tuple[list[str], dict[str, tuple[str, ...]], list[Finding]]:
    """Return the names in order, the jobs each one waits for, and what is wrong with `after` and references.

    Raises TooMuchWorkError when the expressions cost too much.
    """
    found: list[Finding] = []
    after = {name: _needs(name, job, (jobs, points, left_out, needs), found) for name, job in jobs.items()}
    order: list[str] = []
    waiting = dict(after)
    while waiting:
        ready = next((name for name, needs in waiting.items() if waiting.keys().isdisjoint(needs)), None)
        if ready is None:
            circle = " → ".join(_circle(waiting))
            route = ("jobs", next(iter(waiting)))
            message = f"jobs wait for each other in a circle: {circle}"
            advice = "take one of them out of the `after` or the options of another"
            found.append(Finding(code="RL802", message=message, route=route, on_key=True, help=advice))
            break
        order.append(ready)  # one at a time keeps the order of the spec where it can
        del waiting[ready]
    return order, after, found


def _needs(
    name: str,
    job: dict[str, Plain],
    all_jobs: tuple[Mapping[str, dict[str, Plain]], Points, Collection[str], JobNeeds],
    found: list[Finding],
) -> tuple[str, ...]:
    jobs, points, left_out, needs = all_jobs
    wanted: dict[str, None] = {}
    for i, other in enumerate(as_texts(job.get("after"))):
        if other in left_out:
            continue
        meant = points.meant(other, name)
        if not jobs.keys() >= {*meant}:
            if len(found) > MOST_FINDINGS:
                continue
            advice = near_or_all(other, (key for key in jobs if key != name))
            message = f"there is no job `{other}` to come after"
            found.append(Finding("RL801", message, ("jobs", name, "after", i), help=advice))
        else:
            wanted.update(dict.fromkeys(meant))
    for other in needs.jobs(job):
        wanted.update(dict.fromkeys(each for each in points.meant(other, name) if each in jobs))
    here = points.named.get(name)
    wanted.update(dict.fromkeys(here.beside.values() if here else ()))
    return tuple(wanted)


def _circle(waiting: Mapping[str, tuple[str, ...]]) -> list[str]:
    path: list[str] = []
    name = next(iter(waiting))
    while name not in path:
        path.append(name)
        name = next(need for need in waiting[name] if need in waiting)
    return [*path[path.index(name) :], name]
