"""A site's or a user's own script template: jinja2 in a sandbox. The shipped ones are compiled beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relionc.resources import folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment


class TemplateError(Exception):
    """A template cannot be used; `line` (from 1) where it is known, else 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def environment() -> Environment:
    """Return jinja2 as all templates of relionc are read: strict, sandboxed, block lines leave no trace."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        autoescape=False,  # bash, not HTML: relionc.emit.shell has quoted every value
        keep_trailing_newline=True,
        loader=FileSystemLoader(folder("templates")),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


def render(source: str, view: Mapping[str, object]) -> str:
    """Fill in a template's text; raise `TemplateError` in the author's words if it is wrong."""
    import jinja2

    try:
        return environment().from_string(source).render(view)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(error.message or "not a jinja2 template", error.lineno) from error
    except jinja2.TemplateError as error:
        raise TemplateError(error.message or type(error).__name__, _line(error)) from error
    except (ArithmeticError, LookupError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise TemplateError(f"{type(error).__name__}: {error}", _line(error)) from error


def _line(error: BaseException) -> int:
    """Return the template's line in which an expression failed (jinja2 rewrites the traceback to tell)."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line
