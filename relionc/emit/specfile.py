"""A spec as text: YAML in the order and with the blanks of a person."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relionc.ir import SpecFile, SpecJob

_REFERENCE = r"\$\{\{ (?:env|vars|jobs)\.[A-Za-z0-9_.-]+ \}\}"
_PLAIN = re.compile(rf"(?:[A-Za-z0-9_./@+-]|{_REFERENCE})(?:[A-Za-z0-9_./@%+=,:-]|{_REFERENCE})*")
_MEANS_SOMETHING = frozenset(("true", "false", "null", "-", ".", "---", "..."))


def render(spec: SpecFile) -> str:
    """Return the text of a spec."""
    return "".join(line + "\n" for line in _lines(spec))


def _lines(spec: SpecFile) -> Iterator[str]:
    yield from (f"# {line}" for line in spec.header)
    yield "relionc: 1"
    yield from _mapping(spec.facts, "")
    yield from _variables(spec.variables)
    yield "jobs:"
    for job in spec.jobs:
        yield from _job(job)


def _variables(variables: Sequence[tuple[str, str | None, str]]) -> Iterator[str]:
    """Yield the variables; as comments those without a value, which a spec cannot have."""
    if variables:
        yield "vars:" if any(text is not None for _, text, _ in variables) else "# vars:"
    for name, text, remark in variables:
        mark = "  " if text is not None else "#   "
        yield f"{mark}{name}: {scalar(text or '')}" + (f"  # {remark}" if remark else "")


def _job(job: SpecJob) -> Iterator[str]:
    yield f"  {job.name}:"
    yield from _mapping(job.facts, "    ")
    if job.after:
        yield f"    after: [{', '.join(job.after)}]"
    if job.pins or job.options or job.left_out:
        yield "    options:" if job.pins or job.options else "    options: {}"
    if job.pins:
        yield "      # Fixed, so that the commands stay those of the job file; without a line the plan chooses."
    yield from _mapping((*job.pins, *job.options), "      ")
    for name, text, why in job.left_out:
        yield f"      # {name}: {text} -- omitted: {why}"
    if job.resources:
        yield "    resources:"
        yield "      # What the fields of the queue say."
        yield from _mapping(job.resources, "      ")
    if job.extra_args:
        yield from _mapping([("extra_args", job.extra_args)], "    ")


def _mapping(pairs: Iterable[tuple[str, str]], indent: str) -> Iterator[str]:
    yield from (f"{indent}{key}: {scalar(text)}" for key, text in pairs)


def scalar(text: str) -> str:
    """Return text as a scalar that reads as just this text: plain where that is safe, else in quotes."""
    special = text.lower() in _MEANS_SOMETHING or text.endswith(":") or text.startswith(("--", "- "))
    if _PLAIN.fullmatch(text) and not special:
        return text
    return "'" + text.replace("'", "''") + "'"
