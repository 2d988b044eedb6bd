"""The least that a partial choice can cost, and who is to blame where that is too much."""

from __future__ import annotations

from relionc.record import NamedTuple
from relionc.solve.blame import NOBODY, Blame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from relionc.solve.judges import Cost
    from relionc.solve.problem import C, Problem


class CostBounds(NamedTuple):
    """What is known of the costs of a partial choice: the least that each can be, and why.

    `why` has for each cost bounds that rise up to it, each with whom to blame for that much.
    """

    least: list[float]
    why: list[tuple[tuple[float, Blame], ...]]

    @classmethod
    def of_nothing(cls, problem: Problem[C]) -> CostBounds:
        """Return the bounds before anything is chosen, for which nobody is to blame."""
        least = [objective.least for objective in problem.objectives]
        return cls(least, [((cost, NOBODY),) for cost in least])

    def raised(self, costs: Sequence[Cost[C]], choice: C) -> CostBounds:
        """Return the bounds when the costs of one more depth can be judged."""
        if not costs:
            return self
        least, why = self.least[:], self.why[:]
        for index, _, measure, _, floor, blame, _ in costs:
            amount = measure(choice)
            if amount > least[index]:
                least[index], why[index] = amount, (*why[index], (amount, blame))
            elif not floor:
                least[index] = amount
        return CostBounds(least, why)

    def copy(self) -> CostBounds:
        """Return bounds that may be raised in place."""
        return CostBounds(self.least[:], self.why[:])

    def raise_one(self, cost: Cost[C], amount: float) -> None:
        """Raise the bound of one cost in place; one that is exact replaces its bound."""
        index = cost.index
        if amount > self.least[index]:
            self.why[index] += ((amount, cost.blame),)
        self.least[index] = max(self.least[index], amount) if cost.floor else amount

    def who(self, limit: Sequence[float], narrowing: Sequence[Blame] = ()) -> Blame:
        """Return who is to blame for costs that are not less than `limit`: whoever decides those up to the first over.

        `narrowing`: the blame of costs by which values were left out before others were judged.
        """
        all_in_all = NOBODY
        for cost, most, bounds in zip(self.least, limit, self.why, strict=False):
            over = cost > most
            all_in_all |= next(who for bound, who in bounds if bound > most or (bound == most and not over))
            if over:
                break
        for blame in narrowing:
            all_in_all |= blame
        return all_in_all
