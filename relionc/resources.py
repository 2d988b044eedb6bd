"""Where the files that ship beside the code are: `schemas/`, `templates/` and `docs/codes/`."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def folder(name: str) -> str:
    """Return the absolute path of a shipped folder (`schemas`, `templates` or `docs/codes`).

    A wheel carries them inside the package (`relionc/_data/`); a source tree has them at its top.
    """
    installed = os.path.join(_PACKAGE, "_data", name)
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(_PACKAGE), name)


def package() -> str:
    """Return the absolute path of the package itself, whose rooms have their data beside their code."""
    return _PACKAGE
