"""The words of the solver: what is asked (Problem) and what is answered (Solution, Conflict)."""

from __future__ import annotations

from math import inf

from relionc.record import Generic, NamedTuple, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Protocol

    class Reporter(Protocol):
        """What a search tells on its way; for people who watch it, and for tests. `depth` counts variables from 0."""

        def resumed(self, values: Sequence[object]) -> None:
            """Say that a partial choice is taken up that waited: values of the first variables."""

        def visited(self, depth: int, variable: str, value: object) -> None:
            """Say that a value was tried: called for each partial choice."""

        def broken(self, depth: int, label: str) -> None:
            """Say that a partial choice breaks a constraint."""

        def cut(self, depth: int, variable: str) -> None:
            """Say that a partial choice could not win any more."""

        def jumped(self, depth: int, variable: str) -> None:
            """Say that no other value of the variable would have helped."""

        def found(self, solution: Solution[Any]) -> None:
            """Say that a choice is better than all before it."""


C = TypeVar("C")
"""A choice: an object with a field for each variable. The search writes them, everybody else reads."""
Scope = tuple[str, ...]
"""Names of fields of a choice: those that a measure reads, in any order."""


class Span(NamedTuple):
    """Whole numbers from `low` to `high`, tried from `start` outward; as a last domain they are never listed.

    `more` are a few numbers beyond them, tried last (not in a last domain). `reads` are the variables that decide all
    this, if they are fewer than those that the variable names.
    """

    low: int
    high: int
    start: int
    more: tuple[int, ...] = ()
    reads: Scope | None = None

    def has(self, number: object) -> bool:
        """Whether a number is one of them."""
        return number in range(self.low, self.high + 1) or number in self.more


class Floor(NamedTuple, Generic[C]):
    """A lower bound of a measure that fewer variables give; `rising`, `falling` and `vain` as for a constraint."""

    scope: Scope
    measure: Callable[[C], float]
    rising: Scope = ()
    falling: Scope = ()
    vain: Mapping[str, Callable[[C], bool]] = {}


class Variable(NamedTuple, Generic[C]):
    """A field of the choice. `domain` gives its candidates, from those set before it: a `Span`, or a sequence.

    It is asked once per partial choice, must be finite, and must not depend on any constraint: a
    constraint can be dropped while a conflict is made minimal, a domain can not. `reads` names the variables
    it looks at (None: all before it), `low_reads` those that decide where a span begins (None: the same); a search that
    knows them need not try others again in vain.
    """

    name: str
    domain: Callable[[C], Span | Iterable[object]]
    reads: Scope | None = None
    low_reads: Scope | None = None


class Constraint(NamedTuple, Generic[C]):
    """A requirement: `low <= measure(choice) <= high`, where the measure reads the fields of `scope` and no others.

    `label` names it in a conflict (constraints of one label stand and fall together), `scale` is the unit in which
    distances from it are compared. Along the variables of `rising` the measure never falls, along those of
    `falling` it never rises, and along those of `period` it repeats after so many steps: a search then finds the values
    that are possible by arithmetic. Along those of `level` it stays the same from so much of them on, as the variables
    before them say. `vain`: whether it stays too large with any more of a variable, where it is; it does not look at
    the last. `floors` are judged earlier, against `high`. `whole`: the measure is always a whole number (or infinite),
    and so are its limits. `steady`: many problems have this very object, and what a search works out of it is kept for
    the next.
    """

    label: str
    scope: Scope
    measure: Callable[[C], float]
    low: float = -inf
    high: float = 0
    scale: float = 1
    rising: Scope = ()
    falling: Scope = ()
    period: Mapping[str, int] = {}
    level: Mapping[str, Callable[[C], int]] = {}
    vain: Mapping[str, Callable[[C], bool]] = {}
    floors: tuple[Floor[C], ...] = ()
    whole: bool = False
    steady: bool = False


class Objective(NamedTuple, Generic[C]):
    """A cost to make small, never less than `least`; objectives count in the order in which the problem lists them.

    `rising`, `falling`, `floors` and `steady` are as for a constraint. Along the variables of `away` the cost never
    falls on the way from the start of their span to either side, nor from one to the next of a sequence.
    """

    name: str
    scope: Scope
    cost: Callable[[C], float]
    rising: Scope = ()
    falling: Scope = ()
    away: Scope = ()
    floors: tuple[Floor[C], ...] = ()
    least: float = 0
    steady: bool = False


class Outlook(NamedTuple, Generic[C]):
    """What all costs of a choice are at the least, as far as these variables say: the whole vector.

    Compared from the first cost to the last: what it has for one may assume that those before it cost what it has for
    them (else the choice costs more anyway), and that all constraints are met. `late`: it is told only when the
    partial choice is taken up, as it takes longer.
    """

    scope: Scope
    costs: Callable[[C], list[float]]
    late: bool = False
    likely: Callable[[C], Likely] | None = None


class Likely(NamedTuple):
    """Choices below a partial one, from those that cost least: their costs, and values of all further variables.

    `complete`: any others meet not all. `sure`: any others meet not all, or cost more; else that is so only of such
    that cost what the outlook tells.
    """

    found: Sequence[tuple[list[float], Sequence[object]]]
    complete: bool = False
    sure: bool = True


class Problem(NamedTuple, Generic[C]):
    """Variables in the order of search, constraints, and objectives from most to least important.

    It is the provider of the search: all that is known of the world is asked of these callables. `blank` makes a choice
    of which no field is set. `outlook` tells what is known of all costs together, where constraints of some labels
    need not be met: those that are `loosened`.
    """

    blank: Callable[[], C]
    variables: tuple[Variable[C], ...]
    constraints: tuple[Constraint[C], ...]
    objectives: tuple[Objective[C], ...] = ()
    outlook: Callable[[frozenset[str]], tuple[Outlook[C], ...]] | None = None
    loosened: frozenset[str] = frozenset()

    def without(self, labels: Iterable[str]) -> Problem[C]:
        """Return the problem without the constraints of these labels."""
        left_out = frozenset(labels)
        kept = tuple(each for each in self.constraints if each.label not in left_out)
        return self._replace(constraints=kept, loosened=self.loosened | left_out)

    def only(self, labels: Iterable[str]) -> Problem[C]:
        """Return the question whether these constraints alone can be met."""
        wanted = frozenset(labels)
        kept = tuple(each for each in self.constraints if each.label in wanted)
        return Problem(self.blank, self.variables, kept)

    def also(self, *more: Constraint[C]) -> Problem[C]:
        """Return the problem with further constraints."""
        return self._replace(constraints=(*self.constraints, *more))


class Solution(NamedTuple, Generic[C]):
    """The best choice: no other has a smaller cost vector; ties go to the one found first."""

    choice: C
    costs: tuple[float, ...]


class Conflict(NamedTuple):
    """No choice meets all constraints.

    `labels` is a minimal set: no choice meets these together, and without any one of them some does.
    """

    labels: tuple[str, ...]
