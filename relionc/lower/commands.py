"""From a job's options to the commands that RELION itself would make of them.

What to write stands in the catalogue; here fragments become words and text. A value never gains a meaning for
a shell: white space in an unquoted one separates words, as RELION's own scripts do, and everything else in it
is literal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.catalog.program import Scope, walk
from relionc.catalog.steps import Command, Input, Output, Refuse, Text
from relionc.expr import refs
from relionc.expr.functions import text_of
from relionc.ir import CommandLine, Glob, Part, Word
from relionc.lower.words import reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relionc.catalog.program import Files
    from relionc.catalog.types import JobType

TOO_MANY_LOCAL_RANKS, BAD_QUOTES = "RL130", "RL131"

_WILDCARDS = frozenset("*?[")


class Refusal(NamedTuple):
    """Why RELION would not make commands of these options; `option` is the one to look at, if any."""

    code: str
    message: str
    option: str = ""
    help: str = ""


class Made(NamedTuple):
    """What RELION makes of a job's options; nothing is to be run when there are refusals.

    `texts` are the commands as RELION writes them, `commands` the same as words. `parallel` marks those that run
    under MPI with more than one rank, `templated` those that RELION puts behind the launcher of a queue script.
    Nodes are (path, RELION's node type).
    """

    commands: tuple[CommandLine, ...]
    texts: tuple[str, ...]
    parallel: tuple[bool, ...]
    templated: tuple[bool, ...]
    refusals: tuple[Refusal, ...]
    input_nodes: tuple[tuple[str, str], ...]
    output_nodes: tuple[tuple[str, str], ...]


class _Draft:
    """A command in the making: its text, its words, and the word that is still open."""

    def __init__(self) -> None:
        self.text = ""
        self.words: list[list[Part]] = []
        self.is_open = False
        self.redirect: list[tuple[int, str]] = []  # which word is a file name, and what for: `>`, `>>` or `<`

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

    def command(self) -> CommandLine:
        """Return the finished command."""
        words = [_joined(parts) for parts in self.words]
        stdin: Word | None = None
        stdout, append = None, False
        for place, mark in reversed(self.redirect):
            if mark == "<":
                stdin = words.pop(place) if place < len(words) else ()
            elif place < len(words):
                stdout, append = words.pop(place), mark == ">>"
        return CommandLine(tuple(words), stdout, append, stdin)


def make(
    job_type: JobType,
    options: Mapping[str, str],
    *,
    output: str,
    is_continue: bool,
    files: Files | None = None,
) -> Made:
    """Return the commands of a job. `options` is RELION's text by name; `output` ends with a slash.

    `files` answers for the few job types that look into files; without it, what they need is taken to be there.
    """
    scope = Scope(job_type, options, output=output, is_continue=is_continue, files=files)
    drafts: list[_Draft] = []
    refusals: list[Refusal] = []
    inputs: list[tuple[str, str]] = []
    outputs: list[tuple[str, str]] = []
    for step in walk(job_type.program["steps"], scope):
        match step:
            case Command():
                drafts.append(_Draft())
            case Text(pieces, in_shell):
                _write(drafts[-1], pieces, scope, wildcards=in_shell)
            case Refuse(condition) if scope.value(condition, otherwise=False):
                refusals.append(Refusal(step.code, step.message, step.option, step.help))
            case Input(given):
                path = scope.text(given) if isinstance(given, str) else scope.filled(given)
                inputs.append((refs.show(path), step.node_type))
            case Output() if step.node_type:
                outputs.append((refs.show(scope.filled(step.path)), step.node_type))
    for draft in drafts:
        _report_to_pipeline(draft, job_type, output)
    refusals += [Refusal(*problem) for problem in scope.problems if problem[2] or not refusals]
    return Made(
        commands=tuple(draft.command() for draft in drafts),
        texts=tuple(draft.text for draft in drafts),
        parallel=tuple(_has_marks(draft.text, job_type, "program", "parallel") for draft in drafts),
        templated=tuple(_is_templated(draft.text, scope) for draft in drafts),
        refusals=tuple(dict.fromkeys([*refusals, *_local_limit(scope)])),
        input_nodes=tuple(inputs),
        output_nodes=tuple(outputs),
    )


def _write(draft: _Draft, pieces: tuple[Any, ...], scope: Scope, *, wildcards: bool) -> None:
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
                _write_value(draft, kind, text_of(scope.value(rest[0], "")), scope, wildcards=wildcards)


def _write_value(draft: _Draft, kind: str, text: str, scope: Scope, *, wildcards: bool) -> None:
    draft.text += refs.show(text)
    if kind == "value":
        _add_parts(draft, text, wildcards=False)
    elif kind == "split":
        _add_split(draft, text, wildcards=wildcards)
    else:
        for number, word in enumerate(_arguments(text, scope)):
            if number:
                draft.close()
            _add_parts(draft, word, wildcards=False)


def _add_parts(draft: _Draft, text: str, *, wildcards: bool) -> None:
    """Add text that is one word, with its shell references."""
    if not text:
        draft.add("")
    for kind, part in refs.split(text):
        if kind == "ref":
            draft.add(reference(part))
        else:
            draft.add(Glob(part) if wildcards and not _WILDCARDS.isdisjoint(part) else part)


def _add_split(draft: _Draft, text: str, *, wildcards: bool) -> None:
    """Add text whose white space ends words."""
    if text[:1].isspace():
        draft.close()
    for number, word in enumerate(text.split()):
        if number:
            draft.close()
        _add_parts(draft, word, wildcards=wildcards)
    if text[-1:].isspace():
        draft.close()


def _arguments(text: str, scope: Scope) -> list[str]:
    """Split the user's own arguments as a shell would: quotes and backslashes count, nothing is expanded."""
    if not any(mark in text for mark in "\"'\\"):
        return text.split()
    from shlex import split

    try:
        return split(text)
    except ValueError:
        option = scope.job_type.option_of_role("extra_args")
        message = f"a quote is not closed in {refs.show(text)!r}"
        scope.problems.append((BAD_QUOTES, message, option.key if option else "", "close the quote"))
        return []


def _joined(parts: list[Part]) -> Word:
    """Join neighbouring literals; an empty word keeps one empty part."""
    word: list[Part] = []
    for part in parts:
        if word and isinstance(part, str) and isinstance(word[-1], str):
            word[-1] += part
        else:
            word.append(part)
    return tuple(word) or ("",)


def _report_to_pipeline(draft: _Draft, job_type: JobType, output: str) -> None:
    """Tell the program where to report its end, if this version of RELION does; it goes by the text."""
    control = job_type.program["control"]
    if not control or not _has_marks(draft.text, job_type, "program"):
        return
    draft.text += f" {control} {refs.show(output)}"
    draft.close()
    draft.add(control)
    draft.close()
    _add_split(draft, output, wildcards=False)


def _ranks(scope: Scope) -> float:
    """Return the number of ranks that RELION takes the job to have."""
    option = scope.job_type.option_of_role("ranks")
    return float(scope.value(("call", 0, "num", (("name", 0, (option.key,)),)), 1)) if option else 1


def _has_marks(text: str, job_type: JobType, *names: str) -> bool:
    """Return whether a command is what RELION takes for one of its programs, or for one under MPI."""
    return all(job_type.program["marks"][name] in text for name in names)


def _is_templated(text: str, scope: Scope) -> bool:
    marks = ("program",) if int(_ranks(scope)) == 1 else ("program", "parallel")
    return _has_marks(text, scope.job_type, *marks)


def _local_limit(scope: Scope) -> list[Refusal]:
    """Refuse what RELION refuses to start without a queue."""
    limit, ranks = scope.job_type.program["local_mpi_limit"], int(_ranks(scope))
    option, queue = scope.job_type.option_of_role("ranks"), scope.job_type.option_of_role("queue")
    if option is None or ranks <= limit or (queue and scope.text(queue.key) == "Yes"):
        return []
    message = f"RELION starts at most {limit} MPI ranks without a queue, not {ranks}"
    return [Refusal(TOO_MANY_LOCAL_RANKS, message, option.key, "submit to a queue, or ask for fewer ranks")]
