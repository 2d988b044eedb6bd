"""An option as a `#SBATCH` line says it."""

from __future__ import annotations

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./^~[]*!&|;<>(){}$?-")
"""What stands in a value as it is; tried with 22.05."""


def written(name: str, value: str | None) -> str:
    """Return an option as a directive says it, so that sbatch, and `slurm.directives`, read the same value back.

    Slurm is no shell, but it ends a value at a blank or `#`, and reads quotes and backslashes.
    """
    if value is None:
        return f"--{name}"
    if any(character < " " or character == "\x7f" for character in value):
        raise ValueError(f"sbatch cannot take a control character, as in --{name}={value!r}")
    if not _BARE.issuperset(value):
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"--{name}={value}"
