"""From a job's options to the commands that RELION itself would make of them.

What to write stands in the catalogue; here fragments become words and text. A value never gains a meaning for
a shell: a blank in an unquoted one separates words, as in RELION's own scripts, and everything else in it
is literal. In a command of the shell (`rm`, `cp`) a value is one word or part of one, and never an option.
"""

from __future__ import annotations

from relionc.catalog import fast
from relionc.catalog.program import JobScope, walk
from relionc.catalog.steps import CommandSteps, Fragment, Input, Output, Refuse
from relionc.expr import arguments, blanks, references
from relionc.expr.functions import text_of
from relionc.expr.refs import Units, masked, parts_of, show
from relionc.ir import CommandLine, Glob, Part, Word
from relionc.lower.shell_words import reference, word
from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from relionc.catalog.fast import WrittenJob
    from relionc.catalog.program import Files
    from relionc.catalog.types import JobType
    from relionc.expr import Expr
    from relionc.expr.refs import AnyText

TOO_MANY_LOCAL_RANKS, BAD_QUOTES = "RL130", "RL131"
NOT_ONE_WORD, NO_PROGRAM = "RL906", "RL907"

_WILDCARDS = frozenset("*?[")
_BLANKS = tuple(blanks.SHELL)


class Refusal(NamedTuple):
    """Why RELION would not make commands of these options; `option` is the one to look at, if any."""

    code: str
    message: str
    option: str = ""
    help: str = ""


class RelionCommands(NamedTuple):
    """What RELION makes of a job's options; nothing is to be run when there are refusals.

    `texts` are the commands as RELION writes them, `commands` the same as words. `parallel` marks those that run
    under MPI with more than one rank, `templated` those that RELION puts behind the launcher of a queue script.
    Nodes are (path, RELION's node type). RELION also makes commands that read from no file at all (`awk … < `):
    `no_file` names the options that leave it out.
    """

    commands: tuple[CommandLine, ...]
    texts: tuple[str, ...]
    parallel: tuple[bool, ...]
    templated: tuple[bool, ...]
    refusals: tuple[Refusal, ...]
    input_nodes: tuple[tuple[str, str], ...]
    output_nodes: tuple[tuple[str, str], ...]
    no_file: tuple[str, ...] = ()


class _Draft:
    """A command in the making: its text, its words, and the word that is still open."""

    def __init__(self) -> None:
        self.text = ""
        self.words: list[list[Part]] = []
        self.is_open = False
        self.redirect: list[tuple[int, str]] = []  # which word is a file name, and what for: `>`, `>>` or `<`
        self.no_file: list[str] = []  # options that say nothing where the name of a file belongs
        self.program_option = ""  # the option that the first word begins with, if any

    def add(self, part: Part) -> None:
        """Add to the open word, or open one; an empty part makes an empty word, as `""` does."""
        if not self.is_open:
            self.words.append([])
            self.is_open = True
        if part != "":
            self.words[-1].append(part)

    def close(self) -> None:
        """End the open word."""
        self.is_open = False

    def begins_word(self) -> bool:
        """Return whether what is added next begins a word."""
        return not self.is_open or not self.words[-1]

    def begins_file(self) -> bool:
        """Return whether what is added next begins the name of a file to read from or write to."""
        return bool(self.redirect) and self.redirect[-1][0] == len(self.words)

    def finished(self) -> _DoneCommand:
        """Return what the command is now."""
        return _DoneCommand(self.text, [_joined(parts) for parts in self.words], self.redirect)


class _DoneCommand(NamedTuple):
    """A command that is made: which of its words is a file name, and what for, is in `redirect`."""

    text: str
    words: list[Word]
    redirect: Sequence[tuple[int, str]]

    def line(self) -> CommandLine:
        """Return the program and its arguments."""
        words = list(self.words)
        stdin: Word | None = None
        stdout, append = None, False
        for place, mark in reversed(self.redirect):
            if mark == "<":
                stdin = words.pop(place) if place < len(words) else ()
            elif place < len(words):
                stdout, append = words.pop(place), mark == ">>"
        return CommandLine(tuple(words), stdout, append, stdin)


def relion_commands(
    job_type: JobType,
    options: Mapping[str, AnyText],
    *,
    output: str,
    is_continue: bool,
    files: Files | None = None,
) -> RelionCommands:
    """Return the commands of a job. `options` is RELION's text by name; `output` ends with a slash.

    `files` answers for the few job types that look into files; without it, what they need is taken to be there.
    """
    written = None if files else fast.written(job_type, options, output=output, is_continue=is_continue)
    if written is not None:
        return _of_functions(written, job_type, output)
    return _of_steps(JobScope(job_type, options, output=output, is_continue=is_continue, files=files), output)


def _of_functions(written: WrittenJob, job_type: JobType, output: str) -> RelionCommands:
    """Return the commands that the functions of a job type have made."""
    units = written.units
    commands: list[_DoneCommand] = []
    for pieces, words, redirect in written.commands:
        text = "".join(pieces)
        if units is None:
            commands.append(_DoneCommand(text, list(words), redirect))
        else:
            left = [each if units.are_not_in(each[0]) else word(units.leave(each[0])) for each in words]
            commands.append(_DoneCommand(units.shown(text), left, redirect))
    inputs, outputs = written.inputs, written.outputs
    if units is not None:
        inputs, outputs = (
            [(units.shown(path), node_type) for path, node_type in nodes] for nodes in (inputs, outputs)
        )
    return _made(commands, job_type, output, written.ranks, inputs=tuple(inputs), outputs=tuple(outputs))


def _of_steps(scope: JobScope, output: str) -> RelionCommands:
    """Return the commands that come of a walk through the steps of a job type, or why there are none."""
    drafts: list[_Draft] = []
    refusals: list[Refusal] = []
    inputs: list[tuple[str, str]] = []
    outputs: list[tuple[str, str]] = []
    for step in walk(scope.job_type.program["steps"], scope):
        match step:
            case CommandSteps():
                drafts.append(_Draft())
            case Fragment(pieces, in_shell):
                _write(drafts[-1], pieces, scope, in_shell=in_shell)
            case Refuse(condition) if scope.value(condition, otherwise=False):
                refusals.append(Refusal(step.code, step.message, step.option, step.help))
            case Input(given):
                path = scope.text(given) if isinstance(given, str) else scope.filled(given)
                inputs.append((show(path), step.node_type))
            case Output() if step.node_type:
                outputs.append((show(scope.filled(step.path)), step.node_type))
    for draft in drafts:
        _check_program(draft, scope)
    refusals += [Refusal(*problem) for problem in scope.problems if problem[2] or not refusals]
    ranks = int(_ranks(scope))
    made = _made(
        [draft.finished() for draft in drafts],
        scope.job_type,
        output,
        ranks,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
    )
    return made._replace(
        refusals=tuple(dict.fromkeys([*refusals, *_local_limit(scope, ranks)])),
        no_file=tuple(option for draft in drafts for option in draft.no_file),
    )


def _made(
    commands: Sequence[_DoneCommand],
    job_type: JobType,
    output: str,
    ranks: int,
    *,
    inputs: tuple[tuple[str, str], ...],
    outputs: tuple[tuple[str, str], ...],
) -> RelionCommands:
    """Return commands with what RELION takes them for, and where they are to report their end."""
    templated = ("program",) if ranks == 1 else ("program", "parallel")
    texts = tuple([_reporting(command, job_type, output) for command in commands])
    return RelionCommands(
        commands=tuple([command.line() for command in commands]),
        texts=texts,
        parallel=tuple([_has_marks(text, job_type, "program", "parallel") for text in texts]),
        templated=tuple([_has_marks(text, job_type, *templated) for text in texts]),
        refusals=(),
        input_nodes=inputs,
        output_nodes=outputs,
    )


def _write(draft: _Draft, pieces: tuple[Any, ...], scope: JobScope, *, in_shell: bool) -> None:
    """Add a fragment to a command."""
    for kind, *rest in pieces:
        match kind:
            case "gap":
                draft.text += rest[0]
                draft.close()
            case "lit":
                draft.text += rest[0]
                draft.add(rest[1])
            case "glob":
                draft.text += rest[0]
                draft.add(Glob(rest[0]))
            case "to" | "from":
                draft.text += rest[0]
                draft.close()
                draft.redirect.append((len(draft.words), rest[0]))
            case _:
                text = text_of(scope.value(rest[0], ""))
                options = _options_in(rest[0], scope)
                if in_shell:
                    _check_one_word(draft, kind, text, options, scope)
                if draft.begins_file() and not masked(text).strip(blanks.SHELL):
                    draft.no_file += options[:1]
                if text and options and not any(draft.words):
                    draft.program_option = options[0]
                _write_value(draft, kind, text, scope, wildcards=in_shell)


def _options_in(tree: Expr, scope: JobScope) -> list[str]:
    """Return the options that an expression looks at, by name."""
    return [name for name, *_ in references(tree) if name in scope.job_type.options]


def _check_one_word(draft: _Draft, kind: str, given: AnyText, options: list[str], scope: JobScope) -> None:
    """Refuse a value that a shell's own command would take for several words, or for an option."""
    text = masked(given)
    wild = any(scope.job_type.options[key].role == "pattern" for key in options)
    if draft.begins_word() and text.lstrip(blanks.SHELL).startswith("-"):
        reason = "begins with a dash, as options do"
    elif kind == "split" and not set(blanks.SHELL).isdisjoint(text):
        reason = "has a space, which separates words"
    elif kind == "split" and not wild and not _WILDCARDS.isdisjoint(text):
        reason = "has a wildcard, which may become many names"
    else:
        return
    message = f"RELION gives `{show(given)}` to a command of the shell, and it {reason}"
    problem = (NOT_ONE_WORD, message, options[0] if options else "", "rename the file, or link to it")
    scope.problems.append(problem)


def _check_program(draft: _Draft, scope: JobScope) -> None:
    """Refuse a program's name that is an option of a launcher, or a job number of the shell."""
    name = draft.words[0][0] if draft.program_option and draft.words and draft.words[0] else ""
    if isinstance(name, str) and name.startswith(("%", "-")):
        message = f"`{name}` cannot be a program: with `%` a shell means its jobs, and with `-` a launcher an option"
        problem = (
            NO_PROGRAM,
            message,
            draft.program_option,
            "write the path of the program, or `./` before it",
        )
        scope.problems.append(problem)


def _write_value(draft: _Draft, kind: str, text: AnyText, scope: JobScope, *, wildcards: bool) -> None:
    draft.text += show(text)
    if kind == "value":
        _add_parts(draft, text, wildcards=False)
    elif kind == "split":
        _add_split(draft, text, wildcards=wildcards)
    else:
        for number, each in enumerate(_arguments(text, scope)):
            if number:
                draft.close()
            _add_parts(draft, each, wildcards=False)


def _add_parts(draft: _Draft, text: AnyText, *, wildcards: bool) -> None:
    """Add text that is one word, with its shell references."""
    if not text:
        draft.add("")
    for part in parts_of(text):
        if not isinstance(part, str):
            draft.add(reference(part.name))
        else:
            draft.add(Glob(part) if wildcards and not _WILDCARDS.isdisjoint(part) else part)


def _add_split(draft: _Draft, text: AnyText, *, wildcards: bool) -> None:
    """Add text whose blanks end words."""
    units = Units(text)
    characters = units.enter(text)
    if characters.startswith(_BLANKS):
        draft.close()
    for number, each in enumerate(blanks.words(characters)):
        if number:
            draft.close()
        _add_parts(draft, units.leave(each), wildcards=wildcards)
    if characters.endswith(_BLANKS):
        draft.close()


def _arguments(text: AnyText, scope: JobScope) -> list[AnyText]:
    """Split the user's own arguments into words."""
    try:
        return arguments.words(text)
    except ValueError:
        option = scope.job_type.option_of_role("extra_args")
        message = f"a quote is not closed in {show(text)!r}"
        scope.problems.append((BAD_QUOTES, message, option.key if option else "", "close the quote"))
        return []


def _joined(parts: list[Part]) -> Word:
    """Join neighbouring literals; an empty word keeps one empty part."""
    whole: list[Part] = []
    for part in parts:
        if whole and isinstance(part, str) and isinstance(whole[-1], str):
            whole[-1] += part
        else:
            whole.append(part)
    return tuple(whole) or ("",)


def _reporting(command: _DoneCommand, job_type: JobType, output: str) -> str:
    """Tell a program where to report its end, if this version of RELION does, which goes by the text; return that."""
    control = job_type.program["control"]
    if not control or not _has_marks(command.text, job_type, "program"):
        return command.text
    command.words.extend([(control,), *((part,) for part in blanks.words(output))])
    return f"{command.text} {control} {output}"


def _ranks(scope: JobScope) -> float:
    """Return the number of ranks that RELION takes the job to have."""
    option = scope.job_type.option_of_role("ranks")
    return scope.number(("call", 0, "num", (("name", 0, (option.key,)),)), 1) if option else 1


def _has_marks(text: str, job_type: JobType, *names: str) -> bool:
    """Return whether a command is what RELION takes for one of its programs, or for one under MPI."""
    return all(job_type.program["marks"][name] in text for name in names)


def _local_limit(scope: JobScope, ranks: int) -> list[Refusal]:
    """Refuse what RELION refuses to start without a queue."""
    limit = scope.job_type.program["local_mpi_limit"]
    option, queue = scope.job_type.option_of_role("ranks"), scope.job_type.option_of_role("queue")
    if option is None or ranks <= limit or (queue and scope.text(queue.key) == "Yes"):
        return []
    message = f"RELION starts at most {limit} MPI ranks without a queue, not {ranks}"
    return [Refusal(TOO_MANY_LOCAL_RANKS, message, option.key, "submit to a queue, or ask for fewer ranks")]
