"""The words of the solver: what is asked (Problem) and what is answered (Solution, Conflict)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

Value = Hashable
Domain = Callable[[Mapping[str, Any]], Iterable[Any]]


class Variable(NamedTuple):
    """A choice. `domain` gives its candidate values from the values of the variables before it.

    It is asked once per partial assignment, must be finite, and must not depend on any constraint: a
    constraint can be dropped while a conflict is made minimal, a domain can not.
    """

    name: str
    domain: Domain


class Constraint(NamedTuple):
    """A requirement on the variables of `scope`: `holds` is called with their values, in that order.

    `label` names it in a conflict. `soft_distance` (same arguments) says how far an assignment is from
    meeting it, for the nearest change when it is dropped; None: it is never offered for dropping.
    """

    label: str
    scope: tuple[str, ...]
    holds: Callable[..., bool]
    soft_distance: Callable[..., float] | None = None


class Objective(NamedTuple):
    """A cost to make small; objectives are compared in the order in which the problem lists them."""

    name: str
    scope: tuple[str, ...]
    cost: Callable[..., float]


class Problem(NamedTuple):
    """Variables in the order of search, constraints, and objectives from most to least important."""

    variables: tuple[Variable, ...]
    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...] = ()


class Solution(NamedTuple):
    """The best assignment: no other has a smaller cost vector; ties go to the one found first."""

    values: Mapping[str, Any]
    costs: tuple[float, ...]


class Conflict(NamedTuple):
    """No assignment meets all constraints.

    `labels` is a minimal set: no assignment meets these together, and without any one of them some does.
    """

    labels: tuple[str, ...]
