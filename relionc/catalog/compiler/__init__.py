"""From the catalogue's YAML to literal data, one value per job type and version.

`docs/catalogue.md` describes the YAML. Nothing here is needed at run time; `tools/build_catalog.py` writes the
result to `relionc/catalog/_built`.
"""

from __future__ import annotations

from typing import Any

from relionc.catalog.compiler.fragments import FragmentError
from relionc.catalog.compiler.inherit import inherited
from relionc.catalog.compiler.jobtype import compiled
from relionc.catalog.compiler.queue import compile_queue
from relionc.catalog.compiler.ranges import number
from relionc.catalog.compiler.release import CatalogError, Release
from relionc.expr import ExprError

__all__ = ["CatalogError", "compile_all", "compile_queue", "compile_type"]

_GENERAL = ("versions", "shared", "queue")


def compile_all(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return version → job type → literal data, in order; `data` has the files by name without extension."""
    names = [name for name in data if name not in _GENERAL]
    releases = [Release(each, data["versions"]) for each in sorted(data["versions"]["versions"], key=number)]
    return {
        release.version: {
            name: compile_type(data, name, release.version)
            for name in names
            if release.entry(data[name]["versions"])
        }
        for release in releases
    }


def compile_type(data: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    """Return one job type of one version as literal data, in the shape that `relionc.catalog.from_data` reads."""
    try:
        release = Release(version, data["versions"])
        shared, source = inherited(data, name)
        return compiled(release, shared, {**source, "versions": {version: release.entry(source["versions"])}})
    except KeyError as error:
        raise CatalogError(f"{name}.yaml, version {version}: there is no {error}") from error
    except (CatalogError, FragmentError, ExprError, TypeError, ValueError) as error:
        raise CatalogError(f"{name}.yaml, version {version}: {error}") from error
