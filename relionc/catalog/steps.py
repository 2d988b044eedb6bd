"""The steps of a job type's program: what RELION writes, refuses, takes and makes, in its order.

The compiled catalogue has a step as a list: its kind (`KINDS`), then its fields in the order of the record.
"""

from __future__ import annotations

from relionc.catalog.compiled import frozen
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeAlias

    from relionc.expr.tree import Expr


Piece: TypeAlias = "tuple[Any, ...]"
"""A piece of a fragment of a command (`relionc.catalog.compiler.fragments`)."""
Template: TypeAlias = "tuple[str | Expr, ...]"
"""Literal text and expressions, in turn."""


class Fragment(NamedTuple):
    """A fragment of a command; `in_shell`: of one that RELION gives to a shell, so that wildcards count."""

    pieces: tuple[Piece, ...]
    in_shell: bool


class CommandSteps(NamedTuple):
    """A command, made of the texts among its steps."""

    steps: Steps


class When(NamedTuple):
    """Steps that depend on a condition."""

    condition: Expr
    then: Steps
    otherwise: Steps


class Repeat(NamedTuple):
    """Steps that are repeated, with a variable that counts from 1."""

    variable: str
    times: Expr
    steps: Steps


class Refuse(NamedTuple):
    """What RELION makes no command of; `option` is the one to look at."""

    condition: Expr
    code: str
    option: str
    message: str
    help: str


class Input(NamedTuple):
    """A file that the job takes: an option that names it, or its path."""

    given: str | Template
    node_type: str


class Output(NamedTuple):
    """A file that the job makes; without a name others cannot refer to it, without a type it is no node."""

    name: Template
    path: Template
    node_type: str


class NeedsValue(NamedTuple):
    """An expression that has to have a value."""

    expr: Expr


Step: TypeAlias = Fragment | CommandSteps | When | Repeat | Refuse | Input | Output | NeedsValue
Steps: TypeAlias = tuple[Step, ...]

KINDS: dict[str, type[Step]] = {
    "text": Fragment,
    "command": CommandSteps,
    "when": When,
    "for": Repeat,
    "refuse": Refuse,
    "input": Input,
    "output": Output,
    "check": NeedsValue,
}
_KIND_OF = {record: kind for kind, record in KINDS.items()}


def decoded(steps: Iterable[Any]) -> tuple[Step, ...]:
    """Return the records of compiled steps."""
    return tuple([_decoded(*step) for step in steps])


def _decoded(kind: str, *fields: Any) -> Step:
    match kind:
        case "when":
            condition, then, otherwise = fields
            return When(frozen(condition), decoded(then), decoded(otherwise))
        case "command":
            return CommandSteps(decoded(fields[0]))
        case "for":
            variable, times, steps = fields
            return Repeat(variable, frozen(times), decoded(steps))
    return KINDS[kind](*map(frozen, fields))


def encoded(steps: Iterable[Step]) -> tuple[tuple[object, ...], ...]:
    """Return steps as the compiled catalogue has them."""
    return tuple(_encoded(step) for step in steps)


def _encoded(step: Step) -> tuple[object, ...]:
    kind = _KIND_OF[type(step)]
    match step:
        case When(condition, then, otherwise):
            return (kind, condition, encoded(then), encoded(otherwise))
        case CommandSteps(steps):
            return (kind, encoded(steps))
        case Repeat(variable, times, steps):
            return (kind, variable, times, encoded(steps))
    return (kind, *step)


def bodies(step: Step) -> tuple[tuple[Step, ...], ...]:
    """Return the steps inside a step, by the ways that it can go."""
    match step:
        case When(_, then, otherwise):
            return (then, otherwise)
        case CommandSteps(steps) | Repeat(_, _, steps):
            return (steps,)
    return ()
