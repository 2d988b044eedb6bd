"""The diagnostics of one file that are kept: a hundred, and the number of those that are not."""

from __future__ import annotations

from relionc.diag import ERROR, NOTE, WARNING, Diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

MOST = 100


class Kept:
    """A list that ends: the first hundred of each severity; `shown` has errors first, and a line for the rest."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Diagnostic]] = {severity: [] for severity in (ERROR, WARNING, NOTE)}
        self._counts = dict.fromkeys(self._kept, 0)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one more, or count it."""
        kept = self._kept[diagnostic.severity]
        if diagnostic.left_out:  # another stage has counted
            for severity, count in diagnostic.left_out:
                self._counts[severity] += count
            return
        self._counts[diagnostic.severity] += 1
        if len(kept) < MOST:
            kept.append(diagnostic)

    def __iadd__(self, diagnostics: Iterable[Diagnostic]) -> Self:
        for diagnostic in diagnostics:
            self.add(diagnostic)
        return self

    @property
    def full(self) -> bool:
        """Whether no further error would be shown."""
        return len(self._kept[ERROR]) >= MOST

    @property
    def failed(self) -> bool:
        """Whether anything was an error."""
        return self._counts[ERROR] > 0

    def shown(self) -> tuple[Diagnostic, ...]:
        """Return what is shown, and one diagnostic more that stands for those that are not."""
        kept = [each for found in self._kept.values() for each in found][:MOST]
        left_out = dict(self._counts)
        for each in kept:
            left_out[each.severity] -= 1
        return (*kept, *_rest(kept, left_out))


def _rest(kept: list[Diagnostic], left_out: dict[str, int]) -> Iterable[Diagnostic]:
    counts = tuple((severity, count) for severity, count in left_out.items() if count)
    if not counts:
        return
    last = max(kept, key=lambda each: each.span or (0, 0, 0, 0)) if kept else None
    words = ", ".join(f"{count:,} {severity}{'s' * (count != 1)}" for severity, count in counts)
    yield Diagnostic(
        code="RL029",
        severity=counts[0][0],
        message=f"and {sum(count for _, count in counts):,} more ({words})",
        path=last.path if last else "",
        span=None,
        left_out=counts,
    )
