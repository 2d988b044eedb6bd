"""`relionc lint`: files, and the specs below folders."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from relionc.cli import build, files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK = b"relionc:"


def run(
    paths: Sequence[str],
    *,
    cluster: str | None,
    format: str,  # noqa: A002 - the option's name
    untrusted: bool = False,
) -> int:
    """Lint each file, and each spec below each folder; returns the exit code."""
    specs = [spec for path in paths for spec in _specs(path)]
    if not specs:
        sys.stderr.write(f"relionc: no specs below {', '.join(paths)}\n")
        return 2
    return build.lint(specs, cluster=cluster, format=format, untrusted=untrusted)


def _specs(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")) and _is_spec(os.path.join(folder, name)):
                yield os.path.join(folder, name)


def _is_spec(path: str) -> bool:
    """Whether a YAML file says at its top level that it is a spec."""
    try:
        return any(line.startswith(_MARK) for line in files.read(path).splitlines())
    except OSError:
        return False
