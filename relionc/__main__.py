"""The command `relionc`. Nothing heavy is imported before it is known to be needed."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from io import TextIOWrapper

TYPE_CHECKING = False  # as in typing, whose import would be most of an unchanged build
if TYPE_CHECKING:
    from typing import NoReturn

_OBJECTS_MADE = 200_000
"""New objects after which Python looks for garbage: a build makes few cycles, and looking costs it 1.5 ms."""


def main() -> NoReturn:
    """Run the command line and exit with its code: 0 fine, 1 problems, 2 wrong call or system, 3 a bug of ours."""
    gc.set_threshold(_OBJECTS_MADE)
    _leave(_guarded(sys.argv[1:]))


def _leave(code: int) -> NoReturn:
    """Exit; where nobody is left who would notice, without taking apart what was loaded: a sixth of a cold build.

    All has been written and closed by now. A debugger, a profiler and threads get the ordinary end.
    """
    if sys.flags.inspect or sys.gettrace() or sys.getprofile() or "threading" in sys.modules:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - os._exit leaves them out, and there is no other way to call them
    os._exit(code)


def _guarded(argv: list[str]) -> int:
    try:
        _open_streams()
        from relionc.cli.app import run

        code = run(argv)
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        code = 1
    except OSError as error:  # whatever the system refuses is no bug of ours, wherever it refuses it
        code = _refused(error)
    except MemoryError:
        code = _complain("there is not enough memory for this", 2)
    except Exception as error:
        if os.environ.get("RELIONC_TRACEBACK"):
            raise
        code = _complain(
            f"this is a bug of ours, not of your input: {type(error).__name__}: {error}"
            "\n  help: please report it, with what RELIONC_TRACEBACK=1 shows",
            3,
        )
    _give_up_streams()
    return code


def _open_streams() -> None:
    """See to it that everything can be printed, whatever the locale, and that no file takes a closed stream's place."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        while os.open(os.devnull, os.O_RDWR) <= 2:
            pass
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        raise OSError("standard output is closed")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _refused(error: OSError) -> int:
    """Say what the system refused: output, the current folder, or a file that nobody expected it of."""
    reason = error.strerror or str(error)
    if error.filename is not None:
        return _complain(f"cannot use {os.fsdecode(error.filename)}: {reason}", 2)
    try:
        os.getcwd()
    except OSError:
        return _complain("the current folder is not there any more", 2)
    where = "" if error.errno is None else "cannot write the output: "  # a file would have a name
    return _complain(where + reason, 2)


def _complain(message: str, code: int) -> int:
    from relionc.cli import say

    try:
        say.trouble(message)
    except OSError:  # nobody can be told
        return code
    return code


def _give_up_streams() -> None:
    """Let what cannot be written go nowhere, or Python would try again when it ends, and complain."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not _can_be_flushed(stream):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _can_be_flushed(stream: object) -> bool:
    if not isinstance(stream, TextIOWrapper):
        return True
    try:
        stream.flush()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
