"""Running a compiled job type: which steps apply to given options, and what expressions give over them."""

from __future__ import annotations

from relionc.allowance import Allowance
from relionc.catalog.steps import CommandSteps, Fragment, NeedsValue, Repeat, When, bodies
from relionc.expr.evaluate import evaluate
from relionc.expr.functions import FUNCTIONS, text_of
from relionc.expr.refs import joined, show
from relionc.expr.tree import Expr, ExprError, references
from relionc.record import Generic, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
    from typing import Protocol

    from relionc.catalog.steps import Step, Template
    from relionc.catalog.types import JobType
    from relionc.expr.refs import AnyText, Value

    Facts = Mapping[str, Mapping[str, Value]]
    """What is known of the files that options name, by option and name (`catalog.filefacts`)."""

    class Files(Protocol):
        """The files of a project folder: a few job types look into them before they make a command."""

        def exists(self, path: str) -> bool:
            """Return whether there is such a file."""

        def rows(self, path: str) -> int:
            """Return how many rows the first table of a STAR file has; 0 where there is none."""

        def value(self, path: str, table: str, column: str) -> str:
            """Return a value of the first row of a table of a STAR file, or nothing."""

        def matching(self, pattern: str, without: str) -> tuple[str, ...]:
            """Return, in order, the files that match a shell's pattern and do not have `without` in their path."""


Made = TypeVar("Made")

MAX_REPEATS = 10_000
"""More output files of a kind than this are not listed."""
MOST_REPEATS = 30_000
"""How often all jobs of a spec together may repeat a step: a file for each class, say, whenever they are listed."""

MOST_REMEMBERED = 256
"""Answers of one kind that a process keeps, each with all options of a job."""

NOT_A_NUMBER, NOT_WORKED_OUT = "RL105", "RL129"


class NotKnown(ExprError):  # noqa: N818 - nothing is wrong
    """A fact of a file that nobody knows."""


class TooManyRepeats(Exception):  # noqa: N818 - nothing is wrong with the program
    """The jobs of a spec repeat steps more often than they may together."""


class Repeating(Allowance):
    """`with Repeating():` bounds how often all calls of `walk` inside repeat a step, together."""

    __slots__ = ()

    def __init__(self, times: float = MOST_REPEATS) -> None:
        super().__init__(times)


class JobScope:
    """The names of a job's expressions: its options, `output`, `is_continue`, loop variables, facts from files.

    Without `files` nobody looks: the catalogue says what to take then. An expression that cannot be worked out
    adds `(code, message, option, help)` to `problems` and gives nothing; RELION refuses such a job. One about a file
    (`facts`: by option and name) of which nobody knows enough just gives nothing.
    """

    def __init__(
        self,
        job_type: JobType,
        options: Mapping[str, AnyText],
        *,
        output: str,
        is_continue: bool,
        files: Files | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.facts = facts or {}
        self.job_type = job_type
        self.options = options
        self.files = files
        self.variables: dict[str, Value] = {"output": output, "is_continue": is_continue}
        self.problems: list[tuple[str, str, str, str]] = []

    def text(self, key: str) -> AnyText:
        """Return RELION's text of an option: as given, or its default."""
        return self.options.get(key, self.job_type.options[key].default)

    def lookup(self, parts: tuple[str, ...]) -> Value:
        """Return the value of a name: true/false for a Yes/No option, text for any other."""
        name = parts[0]
        if len(parts) > 1:
            return self._fact_of_file(name, parts[1])
        if name in self.variables:
            return self.variables[name]
        if name in self.job_type.program.get("files", ()):
            self.variables[name] = self._fact(*self.job_type.program["files"][name])
            return self.variables[name]
        text = self.text(name)
        return text == "Yes" if self.job_type.options[name].kind == "bool" else text

    def value(self, tree: Expr, otherwise: Value) -> Value:
        """Return the value of an expression, or `otherwise` where it cannot be worked out."""
        if tree[0] == "name" and len(tree[2]) == 1 and tree[2][0] in self.job_type.options:
            return self.lookup(tree[2])  # as most are, and nothing can be wrong with it
        try:
            return evaluate(tree, self.lookup)
        except NotKnown:
            return otherwise
        except ExprError as error:
            self.problems.append(self._problem(tree, error))
            return otherwise

    def holds(self, condition: Expr) -> bool:
        """Return whether a condition holds; one that cannot be worked out does not."""
        return bool(self.value(condition, otherwise=False))

    def number(self, tree: Expr, otherwise: float) -> float:
        """Return the number that an expression gives, or `otherwise` where it cannot be worked out."""
        found = self.value(tree, otherwise)
        if not isinstance(found, (int, float)):
            raise TypeError(f"the catalogue needs a number where it has {found!r}")
        return found

    def filled(self, template: Template) -> AnyText:
        """Return a template with its expressions replaced by their values."""
        return joined(part if isinstance(part, str) else text_of(self.value(part, "")) for part in template)

    def _fact_of_file(self, option: str, name: str) -> Value:
        value = self.facts.get(option, {}).get(name)
        if value is None:
            raise NotKnown(f"{name} of the file is not known")
        return value

    def _fact(self, question: str, arguments: tuple[Template, ...], unseen: Expr) -> Value:
        """Return what the project's files answer, or what to take where nobody looks at them."""
        if self.files is None:
            return self.value(unseen, "")
        answer: Value = getattr(self.files, question)(*(show(self.filled(each)) for each in arguments))
        return answer

    def _problem(self, tree: Expr, error: ExprError) -> tuple[str, str, str, str]:
        is_number = FUNCTIONS["is_number"][0]
        for key, *_ in references(tree):
            option = self.job_type.options.get(key)
            if option and option.kind in ("number", "text") and not is_number(self.text(key)):
                message = f"`{show(self.text(key))}` is not a number"
                return NOT_A_NUMBER, message, key, f"the default is `{option.default}`"
        return NOT_WORKED_OUT, error.message, "", ""


class Remembered(Generic[Made]):
    """What options of jobs gave before: jobs of a spec, and specs of a call, are often alike."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[JobType, Made]] = {}

    def of(self, job_type: JobType, given: Hashable, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, which nothing decides but the job type and what is `given`."""
        kept = self._kept.get(given)
        if kept is not None and kept[0] is job_type:
            return kept[1]
        if len(self._kept) >= MOST_REMEMBERED:
            self._kept.clear()
        made = make()
        self._kept[given] = job_type, made
        return made


def walk(steps: Iterable[Step], scope: JobScope) -> Iterator[Step]:
    """Yield the steps that apply, in order; a command comes before its texts.

    Raises TooManyRepeats where steps were repeated more often than those who ask allow (`Repeating`).
    """
    for step in steps:
        match step:
            case When(condition, then, otherwise):
                yield from walk(then if scope.holds(condition) else otherwise, scope)
            case CommandSteps(inner):
                yield step
                yield from walk(inner, scope)
            case Repeat(variable, times, inner):
                for number in range(1, repeats(scope.number(times, 0)) + 1):
                    scope.variables[variable] = number
                    yield from walk(inner, scope)
            case NeedsValue(expr):
                scope.value(expr, None)
            case _:
                yield step


def repeats(times: float) -> int:
    """Return how often steps are repeated, which counts; raises TooManyRepeats."""
    count = max(0, min(int(times), MAX_REPEATS))
    current = Repeating.current()
    if current is not None:
        current.left -= count
        if current.left < 0:
            raise TooManyRepeats
    return count


def unquoted(job_type: JobType) -> frozenset[str]:
    """Return the options whose value stands outside quotes in a command, so that a blank in it ends a word."""
    found: set[str] = set()
    waiting = list(job_type.program["steps"])
    while waiting:
        step = waiting.pop()
        if isinstance(step, Fragment):
            trees = (piece[1] for piece in step.pieces if piece[0] == "split")
            found.update(name for tree in trees for name, *_ in references(tree))
        waiting += [inner for body in bodies(step) for inner in body]
    return frozenset(found)
