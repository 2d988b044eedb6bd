"""The folder of a job file's job, `jobNNN`: what `commands` and `import` take it to be."""

from __future__ import annotations

import os


def job_folder(path: str, number: int | None) -> str:
    """Return the folder of the number that is asked for, or the one that the file lies in, or the first."""
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    if number is None and folder.startswith("job") and folder[3:].isdecimal():
        return folder
    return f"job{number or 1:03d}"
