"""From the steps that a job type's YAML writes to the records of `relionc.catalog.steps`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relionc.catalog.compiler.fragments import VALUES, read
from relionc.catalog.compiler.release import CatalogError, Release, check_keys
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

if TYPE_CHECKING:
    from relionc.catalog.compiler.names import ExpressionNames
    from relionc.expr import Expr

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
    blocks: dict[str, Any]

    def all(self, steps: Any, *, in_shell: bool = False) -> tuple[Step, ...]:
        """Return the steps that this version has; `in_shell`: inside a command of the shell."""
        return tuple(
            made
            for step in steps
            if self.release.applies(step)
            for made in self._step(step, in_shell=in_shell)
        )

    def _step(self, step: Any, *, in_shell: bool) -> tuple[Step, ...]:
        if isinstance(step, str):
            return (self._text(step, in_shell=in_shell),)
        kind = next((kind for kind in _KEYS if kind in step), None)
        if kind is None:
            raise CatalogError(f"a step with {', '.join(step)} means nothing")
        check_keys(f"a step with {kind}", step, _KEYS[kind])
        return self._made(kind, self._of_version(step), in_shell=in_shell)

    def _of_version(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Return a step with what this version has of values that are given for ranges of versions."""
        chosen = {key: self.release.chosen(value) for key, value in spec.items() if key in _MAY_DIFFER}
        missing = [key for key, value in chosen.items() if value is None]
        if missing:
            raise CatalogError(f"a step has no {', '.join(missing)} for this version")
        return {**spec, **chosen}

    def _made(self, kind: str, step: dict[str, Any], *, in_shell: bool) -> tuple[Step, ...]:
        made: tuple[Step, ...]
        match kind:
            case "use":
                made = self.all(self.blocks[step["use"]], in_shell=in_shell)
            case "command" | "shell":
                made = (self._command(step[kind], in_shell=kind == "shell"),)
            case "refuse":
                made = (self._refusal(step),)
            case "output":
                made = self._output(step["output"])
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
                made = self._guarded(step, then, self.all(step.get("else", ()), in_shell=in_shell))
        return made

    def _refusal(self, step: dict[str, Any]) -> Step:
        code, option = step["refuse"], step["option"]
        if option not in self.names.options:
            raise CatalogError(f"a refusal names {option!r}, which is not an option of this version")
        return Refuse(self.names.expr(step["when"]), code, option, step["message"], step.get("help", ""))

    def _output(self, spec: dict[str, Any]) -> tuple[Step, ...]:
        check_keys("an output", spec, _OUTPUT_KEYS)
        spec = self._of_version(spec)
        kind = self.release.node_type(spec["type"]) if "type" in spec else ""
        made = Output(self.names.template(spec.get("name", "")), self.names.template(spec["path"]), kind)
        return self._guarded(spec, (made,))

    def _loop(self, step: dict[str, Any], *, in_shell: bool) -> Step:
        count = self.names.expr(step["count"])
        self.names.loops.append(step["for"])
        body = self.all(step["then"], in_shell=in_shell)
        self.names.loops.pop()
        return Repeat(step["for"], count, body)

    def _conditional_text(self, step: dict[str, Any], *, in_shell: bool) -> tuple[Step, ...]:
        text = self._text(step["text"], in_shell=in_shell)
        return self._guarded(step, (text, *(self._input(step) if "input" in step else ())))

    def _input(self, step: dict[str, Any]) -> tuple[Step, ...]:
        given = step["input"]
        kind = (
            self.release.node_type(step["type"]) if "type" in step else self.names.options[given]["node_type"]
        )
        return (Input(self.names.template(given) if "{" in given else given, kind),)

    def _guarded(
        self, step: dict[str, Any], then: tuple[Step, ...], otherwise: tuple[Step, ...] = ()
    ) -> tuple[Step, ...]:
        if "when" in step:
            return (When(self.names.expr(step["when"]), then, otherwise),)
        return then

    def _command(self, body: Any, *, in_shell: bool) -> Step:
        first = self._text(self.release.chosen(body[0]), in_shell=in_shell, lead="")
        return CommandSteps((first, *self.all(body[1:], in_shell=in_shell)))

    def _text(self, text: str, *, in_shell: bool, lead: str = " ") -> Step:
        pieces = tuple(
            (piece[0], self.names.resolved(piece[1])) if piece[0] in VALUES else piece
            for piece in read(lead + text, in_shell=in_shell, is_extra=self._is_extra)
        )
        return Fragment(pieces, in_shell)

    def _is_extra(self, expr: Expr) -> bool:
        return expr[0] == "name" and self.names.options.get(expr[2][0], {}).get("role") == "extra_args"
