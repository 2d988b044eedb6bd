"""The function that writes the commands of a job type: their text and words, and the files that they take and make."""

from __future__ import annotations

from relionc.catalog.compiler.fragments import VALUES
from relionc.catalog.compiler.python import TEXT, Code
from relionc.catalog.compiler.walks import REFUSE, Accepting, Lines
from relionc.catalog.steps import CommandSteps, Fragment, Input, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relionc.catalog.steps import Piece, Step, Template

    Valued = tuple[Piece, str]
    """A piece of a fragment, and the expression of its value; a literal has none."""

_BETWEEN = ("gap", "to", "from")
"""The kinds of pieces that end a word."""


class Writing(Accepting):
    """Writes the commands beside what has to be looked at: `lower.commands` does the same as it walks the steps.

    `c` are the commands: the pieces of a text, its words, and which of them are files, and what for. `i` and `n` are
    the files that the job takes and makes. Each fragment but a command's first begins with a blank: it is whole words.
    """

    BEGIN = "c, i, n = [], [], []"
    END = "return c, i, n"

    def command(self, step: CommandSteps, inside: Lines) -> Lines:
        """Begin a command."""
        return ["t, w, f = [], [], []", "c.append((t, w, f))", *super().command(step, inside)]

    def leaf(self, step: Step) -> Lines:
        """Return what a step writes."""
        match step:
            case Fragment(pieces, in_shell):
                return self._written(pieces, in_shell=in_shell)
            case Input(given, node_type):
                path = f"o[{given!r}]" if isinstance(given, str) else self._text(given)
                return [f"i.append(({path}, {node_type!r}))"]
            case Output(_, path, node_type) if node_type:
                return [f"n.append(({self._text(path)}, {node_type!r}))"]
        return super().leaf(step)

    def _text(self, template: Template) -> str:
        """Return the text of a template."""
        parts = (
            repr(part) if isinstance(part, str) else _as_text(self.translator.code(part)) for part in template
        )
        return " + ".join(parts) or "''"

    def _written(self, pieces: Sequence[Piece], *, in_shell: bool) -> Lines:
        """Return the lines of a fragment: its values, what is to be looked at, its text, its words."""
        values, lines = [], []
        for number, (kind, *rest) in enumerate(pieces):
            if kind not in VALUES:
                values.append("")
                continue
            code = self.translator.code(rest[0])
            value = code.text if code.kind == TEXT and code.sure else f"x{number}"
            if value != code.text:
                lines.append(f"{value} = {_as_text(code)}")
            if in_shell:
                lines.append(f"if not ONE_WORD({value}): {REFUSE}")
            values.append(value)
        both = list(zip(pieces, values, strict=True))
        text = "".join(f"{part}, " for part in _parts(both, typed=True))
        return [*lines, f"t += ({text})", *_words(both)]


def _as_text(code: Code) -> str:
    return code.text if code.kind == TEXT else f"TEXT({code.text})"


def _parts(pieces: Sequence[Valued], *, typed: bool) -> Iterator[str]:
    """Yield pieces in Python, as they are `typed` or as a shell reads them, neighbouring literals in one."""
    literal = ""
    for piece, value in pieces:
        if value:
            if literal:
                yield repr(literal)
            yield value
            literal = ""
        else:
            literal += piece[1] if typed else piece[-1]
    if literal:
        yield repr(literal)


def _words(pieces: Sequence[Valued]) -> Lines:
    """Return what adds the words of a fragment, and notes the files among them."""
    made: Lines = []
    words: Lines = []
    word: list[Valued] = []
    for piece, value in (*pieces, (("gap", ""), "")):
        if piece[0] not in _BETWEEN:
            word.append((piece, value))
            continue
        if word:
            found = _word(word)
            made += found[:-1]
            words.append(found[-1])
        word = []
        if piece[0] != "gap":
            made += [*_added(words), f"f.append((len(w), {piece[1]!r}))"]
            words = []
    return [*made, *_added(words)]


def _added(words: Lines) -> Lines:
    return [f"w += ({''.join(f'{word}, ' for word in words)})"] if words else []


def _word(pieces: Sequence[Valued]) -> Lines:
    """Return what stands between blanks, behind what is to be looked at.

    That is a word, or, of values outside quotes alone, as many as they have.
    """
    kinds = {kind for (kind, *_), _ in pieces}
    if kinds == {"args"} and len(pieces) == 1:
        return [f"*ARGS({pieces[0][1]})"]
    open_values = [value for (kind, *_), value in pieces if kind == "split"]
    if len(open_values) == len(pieces):
        return [f"*WORDS({' + '.join(open_values)})"]
    looks = [f"if not WHOLE({value}): {REFUSE}" for value in open_values]
    looks += [REFUSE] * (not kinds.isdisjoint(("args", "glob")))
    return [*looks, f"({' + '.join(_parts(pieces, typed=False)) or repr('')},)"]
