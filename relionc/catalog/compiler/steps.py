"""From the steps that a job type's YAML writes to the records of `relionc.catalog.steps`."""

from __future__ import annotations

from dataclasses import dataclass

from relionc.catalog.compiler.fragments import VALUES, read
from relionc.catalog.compiler.values import CatalogError, check_keys, mapping, sequence, text
from relionc.catalog.steps import (
    CommandSteps,
    Fragment,
    Input,
    NeedsValue,
    Output,
    Refuse,
    Repeat,
    Step,
    When,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.catalog.compiler.names import ExpressionNames
    from relionc.catalog.compiler.release import Release
    from relionc.expr import Expr
    from relionc.source.values import Plain

_KEYS = {
    "use": ("use", "versions"),
    "command": ("command", "versions"),
    "shell": ("shell", "versions"),
    "refuse": ("refuse", "when", "option", "message", "help", "versions"),
    "output": ("output", "versions"),
    "for": ("for", "count", "then", "versions"),
    "check": ("check", "versions"),
    "text": ("text", "when", "input", "type", "versions"),
    "input": ("input", "when", "type", "versions"),
    "then": ("then", "else", "when", "versions"),
}
_OUTPUT_KEYS = ("name", "path", "type", "when")
_MAY_DIFFER = ("when", "text", "count", "check", "message", "help", "name", "path")
"""Keys whose value may be given for ranges of versions."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Compiles the steps of one job type of one version."""

    release: Release
    names: ExpressionNames
    blocks: dict[str, Plain]

    def all(self, steps: Plain, *, in_shell: bool = False) -> tuple[Step, ...]:
        """Return the steps that this version has; `in_shell`: inside a command of the shell."""
        return tuple(
            made
            for step in sequence(steps)
            if self.release.applies(step)
            for made in self._step(step, in_shell=in_shell)
        )

    def _step(self, given: Plain, *, in_shell: bool) -> tuple[Step, ...]:
        if isinstance(given, str):
            return (self._text(given, in_shell=in_shell),)
        step = mapping(given)
        kind = next((kind for kind in _KEYS if kind in step), None)
        if kind is None:
            raise CatalogError(f"a step with {', '.join(step)} means nothing")
        check_keys(f"a step with {kind}", step, _KEYS[kind])
        return self._made(kind, self._of_version(step), in_shell=in_shell)

    def _of_version(self, spec: dict[str, Plain]) -> dict[str, Plain]:
        """Return a step with what this version has of values that are given for ranges of versions."""
        chosen = {key: self.release.chosen(value) for key, value in spec.items() if key in _MAY_DIFFER}
        missing = [key for key, value in chosen.items() if value is None]
        if missing:
            raise CatalogError(f"a step has no {', '.join(missing)} for this version")
        return {**spec, **chosen}

    def _made(self, kind: str, step: dict[str, Plain], *, in_shell: bool) -> tuple[Step, ...]:
        made: tuple[Step, ...]
        match kind:
            case "use":
                made = self.all(self.blocks[text(step["use"])], in_shell=in_shell)
            case "command" | "shell":
                made = (self._command(sequence(step[kind]), in_shell=kind == "shell"),)
            case "refuse":
                made = (self._refusal(step),)
            case "output":
                made = self._output(mapping(step["output"]))
            case "for":
                made = (self._loop(step, in_shell=in_shell),)
            case "check":
                made = (NeedsValue(self.names.expr(step["check"])),)
            case "text":
                made = self._conditional_text(step, in_shell=in_shell)
            case "input":
                made = self._guarded(step, self._input(step))
            case _:
                then = self.all(step["then"], in_shell=in_shell)
                made = self._guarded(step, then, self.all(step.get("else", []), in_shell=in_shell))
        return made

    def _refusal(self, step: dict[str, Plain]) -> Step:
        code, option = text(step["refuse"]), text(step["option"])
        if option not in self.names.options:
            raise CatalogError(f"a refusal names {option!r}, which is not an option of this version")
        message, advice = text(step["message"]), text(step.get("help", ""))
        return Refuse(self.names.expr(step["when"]), code, option, message, advice)

    def _output(self, spec: dict[str, Plain]) -> tuple[Step, ...]:
        check_keys("an output", spec, _OUTPUT_KEYS)
        spec = self._of_version(spec)
        kind = self.release.node_type(spec["type"]) if "type" in spec else ""
        name, path = (self.names.template(text(each)) for each in (spec.get("name", ""), spec["path"]))
        return self._guarded(spec, (Output(name, path, kind),))

    def _loop(self, step: dict[str, Plain], *, in_shell: bool) -> Step:
        count = self.names.expr(step["count"])
        variable = text(step["for"])
        self.names.loops.append(variable)
        body = self.all(step["then"], in_shell=in_shell)
        self.names.loops.pop()
        return Repeat(variable, count, body)

    def _conditional_text(self, step: dict[str, Plain], *, in_shell: bool) -> tuple[Step, ...]:
        written = self._text(text(step["text"]), in_shell=in_shell)
        return self._guarded(step, (written, *(self._input(step) if "input" in step else ())))

    def _input(self, step: dict[str, Plain]) -> tuple[Step, ...]:
        given = text(step["input"])
        kind = (
            self.release.node_type(step["type"]) if "type" in step else self.names.options[given]["node_type"]
        )
        return (Input(self.names.template(given) if "{" in given else given, kind),)

    def _guarded(
        self, step: dict[str, Plain], then: tuple[Step, ...], otherwise: tuple[Step, ...] = ()
    ) -> tuple[Step, ...]:
        if "when" in step:
            return (When(self.names.expr(step["when"]), then, otherwise),)
        return then

    def _command(self, body: list[Plain], *, in_shell: bool) -> Step:
        first = self._text(text(self.release.chosen(body[0])), in_shell=in_shell, lead="")
        return CommandSteps((first, *self.all(body[1:], in_shell=in_shell)))

    def _text(self, typed: str, *, in_shell: bool, lead: str = " ") -> Step:
        pieces = tuple(
            (piece[0], self.names.resolved(piece[1])) if piece[0] in VALUES else piece
            for piece in read(lead + typed, in_shell=in_shell, is_extra=self._is_extra)
        )
        return Fragment(pieces, in_shell)

    def _is_extra(self, expr: Expr) -> bool:
        option = self.names.options.get(expr[2][0]) if expr[0] == "name" else None
        return option is not None and option.get("role") == "extra_args"
