"""The words of the command that takes a user's own arguments, without them: what their flags would stand beside."""

from __future__ import annotations

from relionc.catalog.program import walk
from relionc.catalog.steps import CommandSteps, Fragment
from relionc.expr import blanks
from relionc.expr.functions import text_of
from relionc.expr.refs import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from relionc.catalog.program import JobScope

_ARGUMENTS, _GAP, _QUOTED, _UNQUOTED = "args", "gap", "value", "split"
"""Kinds of pieces (`catalog.compiler.fragments`); each other one is literal, with its text second."""


class _Command:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.takes_arguments = False
        self._is_open = False

    def add(self, piece: tuple[Any, ...], scope: JobScope) -> None:
        """Add a piece of a fragment."""
        kind, what, *_ = piece
        if kind == _GAP:
            self._is_open = False
        elif kind == _ARGUMENTS:
            self.takes_arguments = True
        elif kind in (_QUOTED, _UNQUOTED):
            text = show(text_of(scope.value(what, "")))
            self._join([text] if kind == _QUOTED else blanks.words(text))
        else:
            self._join([piece[-1] if isinstance(piece[-1], str) else what])

    def _join(self, words: Sequence[str]) -> None:
        for number, word in enumerate(words):
            if number or not self._is_open:
                self.words.append("")
                self._is_open = True
            self.words[-1] += word


def beside_arguments(scope: JobScope) -> tuple[str, ...]:
    """Return the words of the command that has a place for a user's arguments, its program first; () for none."""
    commands: list[_Command] = []
    for step in walk(scope.job_type.program["steps"], scope):
        if isinstance(step, CommandSteps):
            commands.append(_Command())
        elif isinstance(step, Fragment):
            for piece in step.pieces:
                commands[-1].add(piece, scope)
    return next((tuple(each.words) for each in commands if each.takes_arguments), ())
