"""Facts under `data` that are not those of the files."""

from __future__ import annotations

from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from relionc.site.types import Cluster
    from relionc.spec.model import Fact, ResolvedJob

CODE = "RL152"
_SAME = 0.001
"""Pixel sizes that differ by less are the same to RELION (ml_model.cpp, MlModel::initialiseFromImages)."""


def check(job: ResolvedJob, _: Cluster) -> Iterator[Finding]:
    """Yield a warning for each fact of the spec that a file, or the job that makes the file, says otherwise."""
    for name, fact in job.data._asdict().items():
        if fact is None or fact.route is None:
            continue
        other = next((each.facts[name] for each in job.inputs.values() if name in each.facts), None)
        if other is not None and _differ(fact, other) and not (other.at_most and fact.value < other.value):
            yield Finding(
                code=CODE,
                severity=WARNING,
                message=f"`{name}` is {_text(fact.value)} here, and {_text(other.value)} by {other.origin}",
                route=fact.route,
                help="leave it out, and what is there counts; what is said here is what the plan is made for",
            )


def _differ(fact: Fact[Any], other: Fact[Any]) -> bool:
    return abs(float(fact.value) - float(other.value)) > (_SAME if isinstance(other.value, float) else 0)


def _text(value: float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"
