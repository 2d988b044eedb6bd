"""A job type's program and needs as functions of Python that answer for most jobs: fast yes, slow no.

`accepts` says that RELION makes commands of options with nothing to be said; `needs` gives what `catalog.needs` gives;
`elsewhere` says whether a default that is a path of another site may stand in a command, and `unjudged` that no rule
about files holds. Where the program of steps finds something, or may, they say no or raise, and the steps are walked as
ever (`relionc.catalog.fast`).

What cannot go wrong is left out: most of a command is values as they are.
"""

from __future__ import annotations

from relionc.catalog.compiler.fragments import VALUES
from relionc.catalog.compiler.python import BOOL, Code, Translator, asked
from relionc.catalog.fast import CONDITIONS
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

    from relionc.catalog.steps import Piece, Step, Template
    from relionc.catalog.types import JobType

    Lines = list[str]

_REFUSE, _YES = "return False", "return True"
_INSIDE = (" ", "if ", "else", "for ")
"""With what lines begin that are not worked out whatever happens."""


def sources(job_type: JobType) -> dict[str, str]:
    """Return the texts of the functions of a job type, by their names."""
    steps = job_type.program["steps"]
    bodies_of = {
        "accepts(o, output, is_continue)": [
            *_Accepting(job_type).lines(steps),
            *_local_limit(job_type),
            _YES,
        ],
        "needs(o, is_continue)": _needs(job_type),
        "elsewhere(o, output, is_continue)": [*_Elsewhere(job_type).lines(steps), _REFUSE],
        "unjudged(o, is_continue, k)": [*_unjudged(job_type), _YES],
    }
    return {
        head.partition("(")[0]: "\n".join([f"def {head}:", *_within(body)]) + "\n"
        for head, body in bodies_of.items()
    }


def _within(lines: Iterable[str]) -> Lines:
    return [f" {line}" for line in lines]


class _Walk:
    """Writes what happens at the steps that apply. `asks`: it matters whether expressions have values."""

    asks = True

    def __init__(self, job_type: JobType) -> None:
        self.job_type = job_type
        self.translator = Translator(job_type)
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
            return [f"if not {condition.text}:", *_within(otherwise)]
        more = ["else:", *_within(otherwise)] if otherwise else []
        return [f"if {condition.text}:", *_within(then), *more]

    @staticmethod
    def _repeat(variable: str, times: str, inside: Lines) -> Lines:
        return [f"for v_{variable} in {times}:", *_within(inside)] if inside else [times]

    def worked_out(self, code: Code) -> Lines:
        """Return the line that finds out whether an expression has a value, where that is open."""
        return [] if not self.asks or code.sure or code.text in self._done else [code.text]

    def command(self, _step: CommandSteps, inside: Lines) -> Lines:
        """Return the lines of a command, of which those inside are made."""
        return inside

    def leaf(self, step: Step) -> Lines:
        """Return the lines of a step without others inside."""
        raise NotImplementedError


class _Accepting(_Walk):
    """Writes what `lower.commands` looks at: whether all has a value, and nothing is refused."""

    def command(self, step: CommandSteps, inside: Lines) -> Lines:
        """Have values that stand for a program or a file looked at too."""
        begin = [f"if not PROGRAM({each}): {_REFUSE}" for each in self._program(step.steps)]
        files = [f"if not {each}.strip(BLANKS): {_REFUSE}" for each in self._files(step)]
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
        pieces = [*_pieces(command.steps)]
        if any(kind in ("to", "from") for kind, *_ in pieces):
            yield from (
                f"TEXT({self.translator.code(rest[0]).text})" for kind, *rest in pieces if kind in VALUES
            )

    def leaf(self, step: Step) -> Lines:
        """Return what a step may refuse."""
        code = self.translator.code
        match step:
            case Refuse(condition):
                return [f"if {code(condition).text}: {_REFUSE}"]
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
            return [f"if not PLAIN(TEXT({code.text})): {_REFUSE}"]
        if in_shell:
            return [f"if not ONE_WORD(TEXT({code.text})): {_REFUSE}"]
        return self.worked_out(code)


def _pieces(steps: Sequence[Step]) -> Iterator[Piece]:
    for step in steps:
        if isinstance(step, Fragment):
            yield from step.pieces
        for body in bodies(step):
            yield from _pieces(body)


def _local_limit(job_type: JobType) -> Iterator[str]:
    """Yield what refuses more ranks than RELION starts without a queue."""
    ranks, queue = job_type.option_of_role("ranks"), job_type.option_of_role("queue")
    if ranks is not None:
        queued = f"o[{queue.key!r}] == 'Yes' or " if queue else ""
        limit = job_type.program["local_mpi_limit"]
        yield f"if not ({queued}int(f_num(o[{ranks.key!r}])) <= {limit}): {_REFUSE}"
        yield f"int(f_num(o[{ranks.key!r}]))"


def _needs(job_type: JobType) -> Iterator[str]:
    """Yield what returns the conditions, the numbers, and which rules of each kind hold."""
    code, traits = Translator(job_type).code, job_type.traits
    yield "return ("
    for name in CONDITIONS:
        yield f" {_truth(code(getattr(traits, name)))},"
    numbers = (f"{name!r}: {code(expr).text}, " for name, expr in traits.quantities.items())
    yield f" {{{''.join(numbers)}}},"
    for rules in (traits.rank_rules, traits.run_rules):
        yield f" ({''.join(f'{code(rule.when).text}, ' for rule in rules)}),"
    yield ")"


def _unjudged(job_type: JobType) -> Iterator[str]:
    """Yield what says no where a rule about files holds; one of which something is not known does not."""
    code = Translator(job_type, with_facts=True).code
    for rule in job_type.traits.data_rules:
        yield "try:"
        yield f" if {code(rule.when).text}: {_REFUSE}"
        yield "except NO_VALUE: pass"


def _truth(code: Code) -> str:
    return code.text if code.kind == BOOL else f"bool({code.text})"


class _Elsewhere(_Walk):
    """Writes where options stand whose default is a path of another site; what has no value stands in no command."""

    asks = False

    def leaf(self, step: Step) -> Lines:
        """Return yes where a text of a command looks at such an option."""
        options = self.job_type.options
        trees = (
            (piece[1] for piece in step.pieces if piece[0] in VALUES) if isinstance(step, Fragment) else ()
        )
        names = (name for tree in trees for name in asked(tree))
        return [_YES] if any(name in options and options[name].is_elsewhere for name in names) else []
