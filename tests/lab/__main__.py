"""Run a lab: `python -m tests.lab SHAPE [COMMAND …]`.

With a command, runs it with the lab's environment. Without, prints that environment as one line of JSON and
keeps the lab until standard input closes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from .keeper import LabError, running
from .shape import load


def main(arguments: list[str]) -> int:
    """Return the command's exit code, 1 if the lab did not come up."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave through every `finally`
    try:
        with running(load(arguments[0])) as environment:
            return _use(arguments[1:], dict(environment))
    except LabError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _use(command: list[str], environment: dict[str, str]) -> int:
    if command:
        return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
    sys.stdout.write(json.dumps(environment) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
