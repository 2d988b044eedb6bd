"""The build hook of hatch: a wheel carries the catalogue compiled, not the YAML and its compiler.

An editable installation is a checkout, which compiles at its first use (`relionc/catalog/checkout.py`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the catalogue of the tree that is built."""

    PLUGIN_NAME = "custom"
    _made = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the compiled catalogue to the files of the wheel."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from relionc.catalog.checkout import parts
            from relionc.catalog.compiled import pack
        finally:
            sys.path.remove(self.root)
        made, self._made = tempfile.mkstemp(prefix="catalogue-")
        with open(made, "wb") as stream:
            stream.write(pack(parts()))
        os.chmod(self._made, 0o644)  # what the wheel notes for every file
        build_data["force_include"][self._made] = "relionc/catalog/compiled.jsonl"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the file that was made for the wheel."""
        if self._made:
            os.unlink(self._made)
