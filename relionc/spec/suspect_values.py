"""What RELION takes from a job file without a look, and its programs then trip over."""

from __future__ import annotations

import re

from relionc import catalog
from relionc.catalog.pipelines import pipelines
from relionc.diag import WARNING, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from relionc.catalog.types import Option, RankRule
    from relionc.spec.job_from_file import Job

_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_COUNTS = ("ranks", "threads")
STOPS, OTHERWISE, SHORT_LIST = "RL133", "RL135", "RL308"


def suspect_values(job: Job) -> Iterator[Finding]:
    """Yield a warning for each value that RELION passes on although it cannot be meant; a scheme's variables are."""
    variable = pipelines().variable
    for key, text in job.options.items():
        option = job.type.options[key]
        if text != option.default and variable not in text and (message := _wrong(text, option)):
            yield Finding(_code(option), message, route=(job.lines[key],), severity=WARNING)
    # What a variable will be is not known: its option is judged as if it were left out.
    known = {
        key: job.type.options[key].default if variable in text else text for key, text in job.options.items()
    }
    needs = catalog.needs(job.type, known, is_continue=job.is_continue)
    ranks = job.type.option_of_role("ranks")
    for bound, message in broken_rank_rules(job, needs["rank_rules"]):
        place = _place(job, ranks.key if ranks else "")
        yield Finding(bound.code, message, route=place, severity=WARNING, why=bound.source)
    yield from _short_list(job, by_rank=needs["gpu_by_rank"] or needs["one_rank_per_gpu"], uses=needs["gpu"])
    for rule in needs["run_rules"]:
        place = _place(job, rule.option)
        yield Finding(
            OTHERWISE if rule.runs else STOPS,
            rule.message,
            route=place,
            severity=WARNING,
            help=rule.help,
            why=rule.source,
        )


def _short_list(job: Job, *, by_rank: bool, uses: bool) -> Iterator[Finding]:
    """Yield a warning for a list of GPUs with fewer entries than ranks, where the program takes one for each."""
    option = job.type.option_of_role("gpu_ids")
    ranks = _whole_of(job, "ranks")
    text = job.options.get(option.key, option.default) if option else ""
    if not (by_rank and uses) or option is None or ranks is None or not text[:1].isdecimal():
        return
    entries = text.count(":") + 1
    if entries < ranks:
        message = (
            f"the list of GPUs has {entries} for {ranks} ranks: this program takes one for each, and stops"
        )
        yield Finding(SHORT_LIST, message, route=_place(job, option.key), severity=WARNING)


def _whole_of(job: Job, role: str) -> int | None:
    """Return the number that an option of a role has, None where it is none."""
    option = job.type.option_of_role(role)
    text = job.options.get(option.key, option.default) if option else ""
    return int(text) if _WHOLE.fullmatch(text) else None


def _place(job: Job, key: str) -> tuple[int, ...]:
    """Return the route of an option's line; none for one that the file omits."""
    return (job.lines[key],) if key in job.lines else ()


def _code(option: Option) -> str:
    return "RL107" if option.role in _COUNTS else "RL106" if option.kind == "list" else "RL105"


def _wrong(text: str, option: Option) -> str:
    """Return what is wrong with a value; numbers may be shell references, which nobody knows here."""
    if option.kind == "bool" and text not in ("Yes", "No"):
        return f"`{option.key}` is Yes or No; RELION takes `{text}` for No"
    if option.kind == "list" and text not in option.choices:
        return f"`{text}` is not one of the choices of `{option.key}`"
    if option.kind != "number" or "$" in text:
        return ""
    if not _DECIMAL.fullmatch(text):
        return f"`{option.key}` is a number, and `{text}` is none"
    if option.role in _COUNTS and not (_WHOLE.fullmatch(text) and int(text) > 0):
        return (
            f"`{option.key}` is a whole number above 0; RELION writes `{text}` into the command all the same"
        )
    return ""


def broken_rank_rules(job: Job, rules: Iterable[RankRule]) -> Iterator[tuple[RankRule, str]]:
    """Yield each of the bounds on the ranks, which the program enforces only when it runs, that a job is outside of."""
    ranks = _whole_of(job, "ranks")
    if ranks is not None:
        for rule in rules:
            if _broken(rule, ranks):
                yield rule, f"{rule.message} (this one has {ranks})"


def _broken(rule: RankRule, ranks: int) -> bool:
    too_many = rule.maximum is not None and ranks > rule.maximum
    return ranks < rule.minimum or too_many or (rule.odd and ranks % 2 == 0)
