"""Options on which nothing of a job depends but the words of its commands that say them.

Points of a sweep that differ in such options alone are alike in all that a plan is made of. It is read off the shape of
the compiled job type: an option is inert where every place that names it is one of those that are known to be harmless.
"""

from __future__ import annotations

from collections.abc import Mapping

from relionc.catalog.steps import Fragment, NeedsValue, bodies
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from relionc.catalog.steps import Step
    from relionc.catalog.types import JobType, RunRule
    from relionc.expr.tree import Expr

_WORDS = ("value", "split")
"""Pieces of a fragment that are the value of an expression."""
_SEARCHES = ("has_word", "contains")
"""Functions that look for a text in another."""


class Inert(NamedTuple):
    """What of a job type is inert.

    `options`: numbers that become words of commands, each with the rules about its value, which have to be asked for
    each value. `arguments`: whether a number after a flag of the further arguments is inert, too.
    """

    options: dict[str, tuple[RunRule, ...]]
    arguments: bool


def inert(job_type: JobType) -> Inert:
    """Return what of a job type is inert."""
    named = _count(_names([job_type.program, job_type.traits]))
    harmless = _count(_harmless(job_type))
    arguments = job_type.option_of_role("extra_args")
    return Inert(
        options={
            key: _rules_of(job_type, key)
            for key, option in job_type.options.items()
            if option.kind == "number" and not option.role and 0 < named.get(key, 0) == harmless.get(key, 0)
        },
        arguments=arguments is not None
        and _searched_only(job_type, arguments.key, named.get(arguments.key, 0)),
    )


def _count(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _names(value: Any) -> list[str]:
    """Return the parts of every name in every expression, and every other text, which may name an option as well."""
    found: list[str] = []
    waiting = [value]
    for each in waiting:  # grows
        kind = type(each)
        if kind is str:
            found.append(each)
        elif isinstance(each, (tuple, list)):
            waiting += each
        elif kind is dict or isinstance(each, Mapping):
            waiting += each.values()
    return found


def _harmless(job_type: JobType) -> Iterator[str]:
    """Yield the names in harmless places: what becomes a word, what has to be a number, the rules of a value."""
    for step in _all_steps(job_type.program["steps"]):
        match step:
            case Fragment(pieces, False):
                yield from (
                    piece[1][2][0] for piece in pieces if piece[0] in _WORDS and piece[1][0] == "name"
                )
            case NeedsValue(expr):
                yield from _names(expr)
    for rule in job_type.traits.run_rules:
        yield from _names([rule.when, rule.option])


def _all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for body in bodies(step):
            yield from _all_steps(body)


def _rules_of(job_type: JobType, key: str) -> tuple[RunRule, ...]:
    return tuple(rule for rule in job_type.traits.run_rules if key in _names(rule.when))


def _searched_only(job_type: JobType, key: str, named: int) -> bool:
    """Whether all that is asked of the further arguments, but for their words, is whether they have some flag."""
    words = sum(
        key in _names(piece[1])
        for step in _all_steps(job_type.program["steps"])
        if isinstance(step, Fragment)
        for piece in step.pieces
        if piece[0] == "args"
    )
    traits = job_type.traits
    pointed = [*(rule.option for rule in traits.run_rules), *(rule.option for rule in traits.data_rules)]
    return named == words + pointed.count(key) + _searches([job_type.program, traits], key)


def _searches(value: Any, key: str) -> int:
    """Return how often a flag is looked for in an option."""
    found = 0
    waiting = [value]
    for each in waiting:  # grows
        if isinstance(each, Mapping):
            waiting += each.values()
        elif isinstance(each, (tuple, list)):
            waiting += each
            found += (
                len(each) == 4 and each[0] == "call" and each[2] in _SEARCHES and _is_search(each[3], key)
            )
    return found


def _is_search(given: tuple[Expr, ...], key: str) -> bool:
    match given:
        case (("name", _, (name,)), ("const", str(flag))):
            return name == key and flag.startswith("--") and " " not in flag
    return False
