"""The command `relionc`. Nothing heavy is imported before it is known to be needed."""

from __future__ import annotations

import gc
import sys

_OBJECTS_MADE = 50_000
"""New objects after which Python looks for garbage: a build makes few cycles, and looking costs it 1.5 ms."""


def main() -> None:
    """Run the command line and exit with its code: 0 fine, 1 problems, 2 wrong call, 3 a bug of ours."""
    gc.set_threshold(_OBJECTS_MADE)
    sys.exit(_guarded(sys.argv[1:]))


def _guarded(argv: list[str]) -> int:
    import os

    try:
        code = _run(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("RELIONC_TRACEBACK"):
            raise
        sys.stderr.write(
            f"relionc: this is a bug of ours, not of your input: {type(error).__name__}: {error}\n"
            "  help: please report it, with what RELIONC_TRACEBACK=1 shows\n"
        )
        return 3
    return code


def _run(argv: list[str]) -> int:
    from relionc.cli import fast

    code = fast.run(argv)
    if code is None:
        from relionc.cli.app import run

        code = run(argv)
    return code


if __name__ == "__main__":
    main()
