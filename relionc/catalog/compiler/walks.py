"""How functions of Python walk the steps of a job type, as `catalog.program.walk` does."""

from __future__ import annotations

from relionc.catalog.compiler.fragments import VALUES
from relionc.catalog.steps import (
    CommandSteps,
    Fragment,
    Input,
    NeedsValue,
    Output,
    Refuse,
    Repeat,
    When,
    bodies,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from relionc.catalog.compiler.python import Code, Translator
    from relionc.catalog.steps import Piece, Step, Template
    from relionc.catalog.types import JobType

Lines = list[str]

REFUSE = "return False"
"""The line that says no."""
_INSIDE = (" ", "if ", "else", "for ")
"""With what lines begin that are not worked out whatever happens."""


def within(lines: Iterable[str]) -> Lines:
    """Return lines as they stand inside another."""
    return [f" {line}" for line in lines]


class StepsWalk:
    """Writes what happens at the steps that apply. `asks`: it matters whether expressions have values."""

    asks = True

    def __init__(self, job_type: JobType, translator: Translator) -> None:
        self.job_type = job_type
        self.translator = translator
        self._done: set[str] = set()  # what is certain to have been worked out before

    def lines(self, steps: Sequence[Step]) -> Lines:
        """Return the lines of some steps."""
        made: Lines = []
        before, self._done = self._done, set(self._done)
        for step in steps:
            lines = self._step(step)
            self._done.update(line for line in lines if not line.startswith(_INSIDE))
            made += lines
        self._done = before
        return made

    def _step(self, step: Step) -> Lines:
        match step:
            case When(condition, then, otherwise):
                code = self.translator.code(condition)
                return self._when(code, self.lines(then), self.lines(otherwise))
            case CommandSteps(steps):
                return self.command(step, self.lines(steps))
            case Repeat(variable, times, steps):
                self.translator.loops.append(variable)
                inside = self.lines(steps)
                self.translator.loops.pop()
                return self._repeat(variable, f"REPEATS({self.translator.code(times).text})", inside)
        return self.leaf(step)

    def _when(self, condition: Code, then: Lines, otherwise: Lines) -> Lines:
        if not (then or otherwise):
            return self.worked_out(condition)
        if not then:
            return [f"if not {condition.text}:", *within(otherwise)]
        more = ["else:", *within(otherwise)] if otherwise else []
        return [f"if {condition.text}:", *within(then), *more]

    @staticmethod
    def _repeat(variable: str, times: str, inside: Lines) -> Lines:
        return [f"for v_{variable} in {times}:", *within(inside)] if inside else [times]

    def worked_out(self, code: Code) -> Lines:
        """Return the line that finds out whether an expression has a value, where that is open."""
        return [] if not self.asks or code.sure or code.text in self._done else [code.text]

    def command(self, _step: CommandSteps, inside: Lines) -> Lines:
        """Return the lines of a command, of which those inside are made."""
        return inside

    def leaf(self, step: Step) -> Lines:
        """Return the lines of a step without others inside."""
        raise NotImplementedError


class Accepting(StepsWalk):
    """Writes what `lower.commands` looks at: whether all has a value, and nothing is refused."""

    def command(self, step: CommandSteps, inside: Lines) -> Lines:
        """Have values that stand for a program or a file looked at too."""
        begin = [f"if not PROGRAM({each}): {REFUSE}" for each in self._program(step.steps)]
        files = [f"if not {each}.strip(BLANKS): {REFUSE}" for each in self._files(step)]
        return [*begin, *files, *inside]

    def _program(self, steps: Sequence[Step]) -> Iterator[str]:
        """Yield the values with which a command begins, before any text of its own."""
        first = steps[0] if steps else None
        for kind, *rest in first.pieces if isinstance(first, Fragment) else ():
            if kind in VALUES:
                yield f"TEXT({self.translator.code(rest[0]).text})"
            elif kind != "gap" and rest[-1]:
                return

    def _files(self, command: CommandSteps) -> Iterator[str]:
        """Yield the values of a command in which some may be the name of a file to read from or write to."""
        pieces = [*pieces_of(command.steps)]
        if any(kind in ("to", "from") for kind, *_ in pieces):
            yield from (
                f"TEXT({self.translator.code(rest[0]).text})" for kind, *rest in pieces if kind in VALUES
            )

    def leaf(self, step: Step) -> Lines:
        """Return what a step may refuse."""
        code = self.translator.code
        match step:
            case Refuse(condition):
                return [f"if {code(condition).text}: {REFUSE}"]
            case NeedsValue(expr):
                return self.worked_out(code(expr))
            case Fragment(pieces, in_shell):
                return [line for piece in pieces for line in self._piece(piece, in_shell=in_shell)]
            case Input(given) if not isinstance(given, str):
                return self._filled(given)
            case Output(_, path, node_type) if node_type:
                return self._filled(path)
        return []

    def _filled(self, template: Template) -> Lines:
        codes = [self.translator.code(part) for part in template if not isinstance(part, str)]
        return [line for code in codes for line in self.worked_out(code)]

    def _piece(self, piece: Piece, *, in_shell: bool) -> Lines:
        kind = piece[0]
        if kind not in VALUES:
            return []
        code = self.translator.code(piece[1])
        if kind == "args":
            return [f"ARGS(TEXT({code.text}))"]
        if in_shell:
            return [f"if not ONE_WORD(TEXT({code.text})): {REFUSE}"]
        return self.worked_out(code)


def pieces_of(steps: Sequence[Step]) -> Iterator[Piece]:
    """Yield the pieces of all fragments, by whatever way steps go."""
    for step in steps:
        if isinstance(step, Fragment):
            yield from step.pieces
        for body in bodies(step):
            yield from pieces_of(body)
