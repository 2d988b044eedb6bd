"""The search: the most promising partial choice first, so that what cannot be the best is never looked into.

A partial choice waits under the least that it could cost: what is known of it, and what the problem tells of all costs
together (`Outlook`). The first of them is taken up, until none could cost less than the best choice so far. The last
two variables are walked (walk.py), below each choice of the others. Whether there is a choice at all is a question for
a walk, too: without costs it blames what is in the way, and jumps.

A worked example: seven books go into at most two boxes, red or blue; books weigh 3 and a box holds 10.

>>> from types import SimpleNamespace
>>> from relionc.solve.problem import Constraint, Objective, Problem, Span, Variable
>>> from relionc.solve.trace import Trace
>>> weight = Constraint("weight", ("books",), lambda it: 3 * it.books, high=10, rising=("books",))
>>> room = Constraint(
...     "room", ("books", "boxes"), lambda it: it.books * it.boxes, low=7, high=99, rising=("books", "boxes")
... )
>>> colour = Variable("colour", lambda _: ("red", "blue"))
>>> books = Variable("books", lambda _: Span(1, 7, start=7), reads=())
>>> boxes = Variable("boxes", lambda _: Span(1, 2, start=1), reads=())
>>> trace = Trace()
>>> found = search(Problem(SimpleNamespace, (colour, books, boxes), (weight, room)), trace)
>>> sorted(found.core)
['room', 'weight']
>>> print(trace.text())
colour red
  books 1
  books 2
  books 3
no other colour would help

Four books and more are not tried: `weight` cuts them off their span (narrow.py). Neither one box nor two have room for
seven when each has three; the blame is on the boxes, which have no more, and on the books being too few; what keeps
them from being more is the weight alone, so blue boxes are not tried either. With three boxes and a dislike of red,
blue ones win, and red ones are never filled:

>>> dislike = Objective("dislike", ("colour",), lambda it: it.colour == "red")
>>> boxes = Variable("boxes", lambda _: Span(1, 3, start=1), reads=())
>>> trace = Trace()
>>> found = search(Problem(SimpleNamespace, (colour, books, boxes), (weight, room), (dislike,)), trace)
>>> print(trace.text())
colour red
colour blue
on with blue
  books 3
    boxes 3
best so far: costs 0
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import compress, count
from operator import gt

from relionc.record import Generic, NamedTuple
from relionc.solve.blame import NOBODY
from relionc.solve.costs import CostBounds
from relionc.solve.narrow import Nothing, narrowed
from relionc.solve.problem import C, Solution, Span
from relionc.solve.walk import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.solve.blame import Blame
    from relionc.solve.problem import Outlook, Problem, Reporter

    Costs = list[float]

_WALKED = 2
"""So many variables, the last ones, are left to walks."""
_NEVER = [float("inf")]
"""How the costs of what meets not all begin, as far as outlooks tell."""
_PATIENCE = 150
"""Visits without any choice after which it is asked whether there is one."""


class Refutation(NamedTuple):
    """There is no choice: these constraints (a set of labels) were all that the search needed to know."""

    core: frozenset[str]


def search(problem: Problem[C], reporter: Reporter | None = None) -> Solution[C] | Refutation:
    """Return the first choice of least cost (the first at all without objectives), or that there is none.

    Cost: one visit of each partial choice that is looked at; the last variable, if its domain is a `Span`, takes
    O(log n) judgements of each constraint and objective and not n. Under an `Effort`, `TooHard` is raised when its
    visits are spent.
    """
    if not problem.objectives:
        return walked(problem, reporter)
    frontier = _Frontier(problem, reporter)
    best = frontier.best(patience=_PATIENCE)
    if best is None:
        possible = walked(problem._replace(objectives=()), reporter)
        if isinstance(possible, Refutation):
            return possible
        best = frontier.best()
    if best is None:
        raise AssertionError("a walk found a choice that a search did not")
    return best


def walked(
    problem: Problem[C], reporter: Reporter | None = None, enough: Sequence[float] = ()
) -> Solution[C] | Refutation:
    """Return the same by a walk alone: for problems without objectives, or with one or two that have no floors.

    No choice costs less than `enough`: one that costs so much is the best.
    """
    walk = Walk(problem, reporter, outward=False)
    walk.enough = enough
    walk.visit(0, CostBounds.of_nothing(problem))
    return walk.best if walk.best is not None else Refutation(frozenset(walk.used))


class _Side:
    """The values of a span to one side of its start, until none farther on could help."""

    def __init__(self, values: range, beyond: Blame) -> None:
        self.values = iter(values)
        self.beyond = beyond
        self.left = False

    def told(self, blame: Blame) -> None:
        """Take notice of whom the failure of a value blames."""
        self.left |= not blame & self.beyond


class _Partial(NamedTuple):
    """A partial choice: values of the first variables, the least that they cost, and sides that its failure may close.

    Where there is a value in `waits`, it is the next of its only side. `judged`: all that is known of it has been told.
    """

    values: tuple[object, ...]
    bounds: CostBounds
    sides: tuple[_Side, ...] = ()
    waits: int | None = None
    judged: bool = False


class _Frontier(Generic[C]):
    """The partial choices that wait, the most promising one first."""

    def __init__(self, problem: Problem[C], reporter: Reporter | None) -> None:
        self.walk = Walk(problem, reporter, outward=True)
        self.depth = max(0, len(problem.variables) - _WALKED)
        self.outlooks: list[list[Outlook[C]]] = [[] for _ in range(self.depth + 1)]
        for each in problem.outlook(problem.loosened) if problem.outlook is not None else ():
            self.outlooks[self.walk.judges.last(each.scope) + 1].append(each)
        self.waiting: list[tuple[Costs, int, _Partial]] = []
        self.failed: dict[tuple[bool, ...], set[tuple[object, ...]]] = {}
        """Values below which walks found nothing, by the variables that were to blame."""
        self.enough = float("-inf")
        """How many visits are left where a search without any choice ends."""
        self.number = count()
        nothing = CostBounds.of_nothing(problem)
        self._wait(nothing.least, _Partial((), nothing, judged=True))

    def best(self, patience: float = float("inf")) -> Solution[C] | None:
        """Return the best choice; None where there is none, or none was found in so many visits."""
        walk = self.walk
        self.enough = walk.effort.left - patience
        while self.waiting and (walk.best is not None or walk.effort.left > self.enough):
            key, _, partial = heappop(self.waiting)
            if not self._can_win(key):
                break
            for name, value in zip(walk.names, partial.values, strict=False):
                setattr(walk.choice, name, value)
            if partial.waits is not None:
                self._next(key, partial, partial.waits)
            elif not partial.judged:
                self._judge(key, partial)
            else:
                self._go_on(key, partial)
        return walk.best

    def _go_on(self, key: Costs, partial: _Partial) -> None:
        """Look into a partial choice, unless a likely choice below it costs no more than any other there."""
        walk, depth = self.walk, len(partial.values)
        if walk.reporter:
            walk.reporter.resumed(partial.values)
        walk.enough, walk.done = key, False
        for outlook in self.outlooks[depth]:
            if outlook.likely is None:
                continue
            likely = outlook.likely(walk.choice)
            taken = any(walk.takes(depth, values, costs) for costs, values in likely.found)
            if walk.done or (likely.sure and taken) or (likely.complete and not partial.sides):
                return
        if depth < self.depth:
            self._open(key, partial)
            return
        if any(_those(blamed, partial.values) in failed for blamed, failed in self.failed.items()):
            return
        blame = walk.visit(depth, partial.bounds)
        if walk.done:
            return
        for side in partial.sides:
            side.told(blame)
        blamed = tuple(blame & here != NOBODY for here in walk.blames.at[:depth])
        if not all(blamed):
            self.failed.setdefault(blamed, set()).add(_those(blamed, partial.values))

    def _can_win(self, key: Costs) -> bool:
        return self.walk.limit is None or key < self.walk.limit

    def _wait(self, key: Costs, partial: _Partial) -> None:
        if key[:1] != _NEVER and self._can_win(key):
            heappush(self.waiting, (key, next(self.number), partial))

    def _told(self, key: Costs, depth: int, least: Costs, *, late: bool) -> Costs:
        """Return what a partial choice costs at the least, with what is told of it early, or late."""
        for outlook in self.outlooks[depth]:
            if outlook.late is late:
                key = max(key, _raised(outlook.costs(self.walk.choice), least))
        return key

    def _open(self, key: Costs, partial: _Partial) -> None:
        """Put all values of the next variable on the frontier; of a span, the start and what is next to it."""
        walk, depth, least = self.walk, len(partial.values), partial.bounds.least
        domain = walk.domains[depth](walk.choice)
        if isinstance(domain, Span):
            self._open_span(key, partial, domain)
            return
        values = tuple(domain)
        walk.spend(len(values))  # to tell of one takes as long as a visit
        self.enough -= len(values)  # but is not to look into it in vain
        for value in values:
            setattr(walk.choice, walk.names[depth], value)
            told = self._told(key, depth + 1, least, late=False)
            self._wait(told, _Partial((*partial.values, value), partial.bounds))

    def _judge(self, key: Costs, partial: _Partial) -> None:
        """Judge a partial choice that is taken up for the first time; it goes on, or waits under what it costs then."""
        walk, depth = self.walk, len(partial.values)
        if walk.judged(depth - 1, partial.values[-1]) is not None:
            return
        bounds = partial.bounds.raised(walk.judges.costs[depth - 1], walk.choice)
        told = self._told(_raised(key, bounds.least), depth, bounds.least, late=True)
        judged = partial._replace(bounds=bounds, judged=True)
        if told > key:
            self._wait(told, judged)
        else:
            self._go_on(key, judged)

    def _open_span(self, key: Costs, partial: _Partial, domain: Span) -> None:
        walk, depth = self.walk, len(partial.values)
        for value in domain.more:
            self._add(key, partial, value)
        start, low, high = domain.start, domain.low, domain.high
        sides = self._sides(depth, start, low, high)
        if not self._add(key, partial, start, sides):
            left = narrowed(walk.judges, depth, domain, walk.choice)
            if isinstance(left, Nothing):
                return
            low, high = left.low.value, left.high.value
            start = min(max(start, low), high)
            sides = self._sides(depth, start, low, high)
            self._add(key, partial, start, sides)
        for side in sides:
            self._wait_for_next(key, partial, side)

    def _sides(self, depth: int, start: int, low: int, high: int) -> tuple[_Side, _Side]:
        blames = self.walk.blames
        up = _Side(range(start + 1, high + 1), blames.higher[depth])
        return up, _Side(range(start - 1, low - 1, -1), blames.lower[depth])

    def _next(self, key: Costs, partial: _Partial, value: int) -> None:
        """Put the next value of a side on the frontier, and let the one after it wait."""
        (side,) = partial.sides
        if not side.left:
            self._add(key, partial, value, (side,))
            self._wait_for_next(key, partial, side)

    def _add(self, key: Costs, partial: _Partial, value: object, sides: tuple[_Side, ...] = ()) -> bool:
        """Judge a further number, and put it on the frontier if it breaks nothing; returns whether it does not."""
        walk, depth = self.walk, len(partial.values)
        broken = walk.judged(depth, value)
        if broken is not None:
            for side in sides:
                side.told(broken)
            return False
        bounds = partial.bounds.raised(walk.judges.costs[depth], walk.choice)
        least = bounds.least
        told = self._told(_raised(key, least), depth + 1, least, late=False)
        told = self._told(told, depth + 1, least, late=True)
        self._wait(told, _Partial((*partial.values, value), bounds, sides, judged=True))
        return True

    def _wait_for_next(self, key: Costs, partial: _Partial, side: _Side) -> None:
        """Let the next value of a side wait, under what all farther on cost: costs that never fall on the way there."""
        walk, depth = self.walk, len(partial.values)
        value = next(side.values, None)
        if value is None or side.left:
            return
        setattr(walk.choice, walk.names[depth], value)
        growing = [cost for cost in walk.judges.costs[depth] if cost.away]
        least = partial.bounds.raised(growing, walk.choice).least
        self._wait(_raised(key, least), partial._replace(sides=(side,), waits=value))


def _those(blamed: tuple[bool, ...], values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(compress(values, blamed))


def _raised(told: Costs, least: Costs) -> Costs:
    """Return a bound of the costs where each is also at least so much.

    What is told of a cost holds where all before it cost what is told of them; where one costs more, `least` is left.
    """
    for index, more in enumerate(map(gt, least, told)):
        if more:
            return [*told[:index], *least[index:]]
    return told
