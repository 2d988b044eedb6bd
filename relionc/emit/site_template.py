"""A site's or a user's own script template: jinja2 in a sandbox. The shipped ones are compiled beforehand.

What a template says is filled in by a process of its own: a sandbox hides what a template may not touch, but
`range(99999)` within itself is a fair expression to it. There steps are counted, so loops end after the same number
on every machine; what takes long in a single step, or too much memory, the kernel ends.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys

from relionc.resources import folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType
    from typing import Any, NoReturn

    from jinja2 import Environment

_STEPS = 1_000_000  # lines of a template that is filled in, and calls that they make, for all scripts
_SECONDS, _SECONDS_PER_SCRIPT = 1, 0.000_25  # of CPU
_MEMORY = 192 << 20  # bytes that the process may write to, besides what it begins with
_MOST, _MOST_PER_SCRIPT = 4 << 20, 16 << 10  # characters of all scripts
_LIMITS = "a template has 1,000,000 steps, 1 s of CPU time and 192 MiB, for scripts of 4 MiB"
_TOO_LONG = f"it takes too long; {_LIMITS}"


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


def render(source: str, views: Sequence[Mapping[str, object]]) -> list[str]:
    """Fill in a template's text once for each view; raise `TemplateError` in the author's words if it is wrong."""
    from jinja2 import sandbox  # noqa: F401 - loaded here, before memory is limited

    most = _MOST + _MOST_PER_SCRIPT * len(views)
    answer, status = _in_child(lambda: _answer(source, views, most), len(views), 8 * most)
    if os.WIFSIGNALED(status) or not answer:
        raise TemplateError(_ended(status))
    told = json.loads(answer.decode("utf-8", "surrogatepass"))
    if "error" in told:
        raise TemplateError(told["error"], told["line"])
    texts: list[str] = told["texts"]
    if not all(map(_is_script, texts)):
        raise TemplateError("the script would hold a zero byte or half a character, which bash does not read")
    return texts


def _is_script(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _in_child(work: Callable[[], bytes], views: int, most: int) -> tuple[bytes, int]:
    """Return what `work` gives in a process with limits, and the status with which that ended."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(work, views, there)
    try:
        os.close(there)
        answer = _read(here, most)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(here)
    return answer, os.waitpid(child, 0)[1]


def _read(pipe: int, most: int) -> bytes:
    blocks: list[bytes] = []
    while most > 0 and (block := os.read(pipe, min(most, 1 << 20))):
        blocks.append(block)
        most -= len(block)
    return b"".join(blocks)


def _be_child(work: Callable[[], bytes], views: int, pipe: int) -> NoReturn:
    """Do the work below limits; nothing of the parent's is flushed, cleaned up or handled here."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.setitimer(
            signal.ITIMER_PROF, _SECONDS + _SECONDS_PER_SCRIPT * views
        )  # of CPU time, user and system
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_DATA, _data() + _MEMORY)
        left = memoryview(work())
        while left:
            left = left[os.write(pipe, left) :]
        os._exit(0)
    finally:
        os._exit(1)


def _data() -> int:
    """Return the bytes that this process may write to, where the system tells."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 64 << 20


def _limit(kind: int, most: int) -> None:
    """Set a limit, unless there is a lower one."""
    hard = resource.getrlimit(kind)[1]
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(kind, (most, most))


def _ended(status: int) -> str:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGPROF, signal.SIGXCPU, signal.SIGKILL}:
        return _TOO_LONG
    return f"it takes too much; {_LIMITS}"


def _answer(source: str, views: Sequence[Mapping[str, object]], most: int) -> bytes:
    try:
        told: dict[str, object] = {"texts": _texts(source, views, most)}
    except TemplateError as error:
        told = {"error": error.message[:1000], "line": error.line}
    except MemoryError:
        told = {"error": f"it takes too much memory; {_LIMITS}", "line": 0}
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _texts(source: str, views: Sequence[Mapping[str, object]], most: int) -> list[str]:
    """Fill in the template for each view, piece by piece; raises TemplateError, MemoryError."""
    import jinja2

    texts: list[str] = []
    try:
        template = environment().from_string(source)
        _count_steps()
        for view in views:
            pieces: list[str] = []
            for piece in template.generate(view):
                most -= len(piece)
                if most < 0:
                    return _refuse_more()
                pieces.append(piece)
            texts.append("".join(pieces))
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(error.message or "not a jinja2 template", error.lineno) from error
    except jinja2.TemplateError as error:
        raise TemplateError(error.message or type(error).__name__, _line(error)) from error
    except (MemoryError, TemplateError):
        raise
    except Exception as error:  # whatever an expression raises is its author's
        raise TemplateError(f"{type(error).__name__}: {error}", _line(error)) from error
    finally:
        sys.settrace(None)
    return texts


def _count_steps() -> None:
    """Have the interpreter count the lines of the template that run, and all calls; too many raise TemplateError."""
    left = _STEPS

    def step(frame: FrameType, *_: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise TemplateError(_TOO_LONG)
        return step if frame.f_code.co_filename == "<template>" else None

    sys.settrace(step)


def _refuse_more() -> NoReturn:
    raise TemplateError(f"it fills too much; {_LIMITS}")


def _line(error: BaseException) -> int:
    """Return the template's line in which an expression failed (jinja2 rewrites the traceback to tell)."""
    line, step = 0, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line
