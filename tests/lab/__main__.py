"""Run a lab: `python -m tests.lab [--root FOLDER] SHAPE [COMMAND …]`.

With a command, runs it in the lab. Without, prints how to reach the lab as one line of JSON (environment variables,
and the words before a command that has to run in its root) and keeps the lab until standard input closes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .keeper import LabError, running
from .shape import load

if TYPE_CHECKING:
    from .keeper import Running


def main(arguments: list[str]) -> int:
    """Return the command's exit code, 1 if the lab did not come up."""
    root = None
    if arguments[:1] == ["--root"]:
        root, arguments = Path(arguments[1]).resolve(), arguments[2:]
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave through every `finally`
    try:
        with running(load(arguments[0]), root) as lab:
            return _use(arguments[1:], lab)
    except LabError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _use(command: list[str], lab: Running) -> int:
    if command:
        inside = [*lab.enter, "env", f"--chdir={Path.cwd()}"] if lab.enter else []
        return subprocess.run([*inside, *command], env={**os.environ, **lab.env}, check=False).returncode
    sys.stdout.write(json.dumps(lab._asdict()) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
