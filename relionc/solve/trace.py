"""The way of a search as text: a line for each value that was tried, and below it what became of it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from relionc.solve.problem import Solution

MOST_LINES = 5_000


class Trace:
    """A `Reporter` that keeps lines, the first `most` of them."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._most = most
        self._lines: list[str] = []
        self._left_out = 0

    def _add(self, depth: int, text: str) -> None:
        if len(self._lines) < self._most:
            self._lines.append("  " * depth + text)
        else:
            self._left_out += 1

    def title(self, text: str) -> None:
        """Keep a heading for what follows."""
        self._add(0, text)

    def resumed(self, values: Sequence[object]) -> None:
        """Keep the values of a partial choice that is taken up."""
        if values:
            self._add(0, f"on with {', '.join(map(str, values))}")

    def visited(self, depth: int, variable: str, value: object) -> None:
        """Keep a value that was tried."""
        self._add(depth, f"{variable} {value}")

    def broken(self, depth: int, label: str) -> None:
        """Keep the constraint that a partial choice breaks."""
        self._add(depth + 1, f"breaks {label}")

    def cut(self, depth: int, _variable: str) -> None:
        """Keep that a partial choice costs too much already."""
        self._add(depth + 1, "costs no less than the best so far")

    def jumped(self, depth: int, variable: str) -> None:
        """Keep that no other value of a variable would have helped."""
        self._add(depth, f"no other {variable} would help")

    def found(self, solution: Solution[Any]) -> None:
        """Keep the costs of a choice that is better than all before it."""
        self._add(0, f"best so far: costs {', '.join(f'{cost:g}' for cost in solution.costs)}")

    def text(self) -> str:
        """Return all lines, and how many were left out."""
        more = [f"and {self._left_out} lines more"] if self._left_out else []
        return "\n".join([*self._lines, *more])
