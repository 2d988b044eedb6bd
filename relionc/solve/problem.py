"""The words of the solver: what is asked (Problem) and what is answered (Solution, Conflict)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, NamedTuple, Protocol

Scope = tuple[str, ...]
Measure = Callable[..., float]


class Span(NamedTuple):
    """Whole numbers from `low` to `high`, tried from `start` outward; as a last domain they are never listed.

    `more` are a few numbers beyond them, tried last (not in a last domain).
    """

    low: int
    high: int
    start: int
    more: tuple[int, ...] = ()


class Floor(NamedTuple):
    """A lower bound of a measure that fewer variables give; `rising` and `falling` as for a constraint."""

    scope: Scope
    measure: Measure
    rising: Scope = ()
    falling: Scope = ()


class Variable(NamedTuple):
    """A choice. `domain` gives its candidates from the values of the variables before it: a `Span`, or a sequence.

    It is asked once per partial assignment, must be finite, and must not depend on any constraint: a
    constraint can be dropped while a conflict is made minimal, a domain can not. `reads` names the variables
    it looks at (None: all before it); a search that knows them need not try others again in vain.
    """

    name: str
    domain: Callable[[Mapping[str, Any]], Span | Iterable[Any]]
    reads: Scope | None = None


class Constraint(NamedTuple):
    """A requirement: `low <= measure(*values of scope) <= high`.

    `label` names it in a conflict (constraints of one label stand and fall together), `scale` is the unit in which
    distances from it are compared. Along the variables of `rising` the measure never falls, along those of
    `falling` it never rises, and along those of `period` it repeats after so many steps: a search then finds the values
    that are possible by arithmetic. `floors` are judged earlier, against `high`.
    """

    label: str
    scope: Scope
    measure: Measure
    low: float = -inf
    high: float = 0
    scale: float = 1
    rising: Scope = ()
    falling: Scope = ()
    period: Mapping[str, int] = {}
    floors: tuple[Floor, ...] = ()


class Objective(NamedTuple):
    """A cost to make small, never less than `least`; objectives count in the order in which the problem lists them.

    `rising`, `falling` and `floors` are as for a constraint. Along the variables of `away` the cost never falls on
    the way from the start of their span to either side, nor from one to the next of a sequence.
    """

    name: str
    scope: Scope
    cost: Measure
    rising: Scope = ()
    falling: Scope = ()
    away: Scope = ()
    floors: tuple[Floor, ...] = ()
    least: float = 0


class Problem(NamedTuple):
    """Variables in the order of search, constraints, and objectives from most to least important.

    It is the provider of the search: all that is known of the world is asked of these callables.
    """

    variables: tuple[Variable, ...]
    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...] = ()

    def without(self, labels: Iterable[str]) -> Problem:
        """Return the problem without the constraints of these labels."""
        left_out = frozenset(labels)
        kept = tuple(each for each in self.constraints if each.label not in left_out)
        return self._replace(constraints=kept)

    def only(self, labels: Iterable[str]) -> Problem:
        """Return the question whether these constraints alone can be met."""
        wanted = frozenset(labels)
        kept = tuple(each for each in self.constraints if each.label in wanted)
        return Problem(self.variables, kept)

    def also(self, *more: Constraint) -> Problem:
        """Return the problem with further constraints."""
        return self._replace(constraints=(*self.constraints, *more))


class Solution(NamedTuple):
    """The best assignment: no other has a smaller cost vector; ties go to the one found first."""

    values: Mapping[str, Any]
    costs: tuple[float, ...]


class Conflict(NamedTuple):
    """No assignment meets all constraints.

    `labels` is a minimal set: no assignment meets these together, and without any one of them some does.
    """

    labels: tuple[str, ...]


class Reporter(Protocol):
    """What a search tells on its way; for people who watch it, and for tests."""

    def visited(self, variable: str, value: Any) -> None:
        """Say that a value was tried: called for each partial assignment."""

    def cut(self, variable: str) -> None:
        """Say that a partial assignment could not win any more."""

    def jumped(self, variable: str) -> None:
        """Say that no other value of the variable would have helped."""

    def found(self, solution: Solution) -> None:
        """Say that an assignment is better than all before it."""
