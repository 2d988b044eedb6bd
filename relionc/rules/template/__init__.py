"""Rules over a queue template of RELION's, filled in for one job. A route is (line, column, end column), from 1."""

from __future__ import annotations

from relionc.rules.template import (
    another_value,
    bad_value,
    commands_in_two_lines,
    commands_twice_in_a_line,
    continued_line,
    empty_value,
    late_directive,
    lost_words,
    misspelt_directive,
    no_commands,
    not_a_script,
    output_not_written,
    said_twice,
    shared_entry,
    stray_word,
    unfit_option,
    unknown_name,
    unknown_option,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from relionc.diag import Finding
    from relionc.queue_template.filled import FilledTemplate

    class TemplateRule(Protocol):
        """A rule of this stage."""

        CODE: str

        def check(self, filled: FilledTemplate, /) -> Iterable[Finding]:
            """Return what is wrong with a template."""


_OF_RELION: tuple[TemplateRule, ...] = (
    no_commands,
    commands_twice_in_a_line,
    commands_in_two_lines,
    unknown_name,
    output_not_written,
    lost_words,
    continued_line,
)
_OF_SLURM: tuple[TemplateRule, ...] = (
    late_directive,
    stray_word,
    empty_value,
    unknown_option,
    unfit_option,
    not_a_script,
    misspelt_directive,
    bad_value,
    said_twice,
    shared_entry,
    another_value,
)
RULES = (*_OF_RELION, *_OF_SLURM)


def check(filled: FilledTemplate) -> list[Finding]:
    """Return what is wrong with a template, in the order of its lines; of Slurm's rules only where Slurm reads it."""
    rules = RULES if filled.slurm else _OF_RELION
    return sorted((found for rule in rules for found in rule.check(filled)), key=lambda found: found.route)
