"""From the catalogue's YAML to literal data, one value per job type and version.

`docs/catalogue.md` describes the YAML. An installed relionc has the result and not this package; a checkout compiles at
its first use (`relionc.catalog.checkout`).
"""

from __future__ import annotations

import os
import re

from relionc.catalog import from_data
from relionc.catalog.compiler import fast
from relionc.catalog.compiler.fragments import FragmentError
from relionc.catalog.compiler.inherit import inherited
from relionc.catalog.compiler.jobtype import compiled
from relionc.catalog.compiler.kinds import compile_kinds
from relionc.catalog.compiler.pipeliner import compile_pipeliner
from relionc.catalog.compiler.pipelines import compile_pipelines
from relionc.catalog.compiler.programs import compile_programs
from relionc.catalog.compiler.queue import compile_queue
from relionc.catalog.compiler.ranges import number
from relionc.catalog.compiler.release import Release
from relionc.catalog.compiler.starfiles import compile_starfiles
from relionc.catalog.compiler.values import CatalogError, mapping
from relionc.catalog.types import plain_name
from relionc.expr import ExprError
from relionc.source import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.catalog.records import TypeData
    from relionc.source.values import Plain


__all__ = ["CatalogError", "catalogue", "compile_all", "compile_queue", "compile_type", "read_data"]

_GENERAL = ("versions", "shared", "queue", "pipeliner", "starfiles", "pipelines", "programs")


def catalogue(folder: str) -> dict[str, object]:
    """Return the parts of the catalogue (`relionc.catalog.compiled`) from a folder of YAML; raises CatalogError."""
    data = read_data(folder)
    types = compile_all(data)
    return {
        "index": _index(types),
        "options": _versions_of_options(types),
        "queue": compile_queue(data),
        "pipeliner": compile_pipeliner(data["pipeliner"]),
        "starfiles": compile_starfiles(data["starfiles"], _releases(data)),
        "pipelines": compile_pipelines(data["pipelines"]),
        "kinds": compile_kinds(data["versions"], _releases(data)),
        **{
            f"programs/{version}": each for version, each in compile_programs(data["programs"], types).items()
        },
        **{f"{version}/{name}": each for version, table in types.items() for name, each in table.items()},
        **{
            f"fast/{version}/{name}": fast.sources(from_data(each))
            for version, table in types.items()
            for name, each in table.items()
        },
    }


def read_data(folder: str) -> dict[str, dict[str, Plain]]:
    """Return the values of every YAML file by its name without extension; raises CatalogError."""
    data = {}
    for name in sorted(each for each in os.listdir(folder) if each.endswith(".yaml")):
        with open(os.path.join(folder, name), "rb") as stream:
            loaded = load(stream.read(), name)
        if loaded.tree is None or loaded.diagnostics:
            raise CatalogError("\n".join(f"{name}: {found.message}" for found in loaded.diagnostics))
        data[name.removesuffix(".yaml")] = mapping(loaded.tree.value)
    return data


def compile_all(data: dict[str, dict[str, Plain]]) -> dict[str, dict[str, TypeData]]:
    """Return version → job type → literal data, in order; `data` has the files by name without extension."""
    names = [name for name in data if name not in _GENERAL]
    return {
        release.version: {
            name: compile_type(data, name, release.version)
            for name in names
            if release.entry(mapping(data[name]["versions"]))
        }
        for release in _releases(data)
    }


def _releases(data: dict[str, dict[str, Plain]]) -> list[Release]:
    general = data["versions"]
    return [Release(each, general) for each in sorted(mapping(general["versions"]), key=number)]


def compile_type(data: dict[str, dict[str, Plain]], name: str, version: str) -> TypeData:
    """Return one job type of one version as literal data, in the shape that `relionc.catalog.from_data` reads."""
    try:
        release = Release(version, data["versions"])
        shared, source = inherited(data, name)
        return compiled(
            release, shared, {**source, "versions": {version: release.entry(mapping(source["versions"]))}}
        )
    except KeyError as error:
        raise CatalogError(f"{name}.yaml, version {version}: there is no {error}") from error
    except (CatalogError, FragmentError, ExprError, TypeError, ValueError) as error:
        raise CatalogError(f"{name}.yaml, version {version}: {error}") from error


def _versions_of_options(compiled: dict[str, dict[str, TypeData]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the versions of each option of each type: a table that only a misspelled option needs."""
    options: dict[str, dict[str, tuple[str, ...]]] = {}
    for version, types in compiled.items():
        for name, data in types.items():
            for key in data["options"]:
                table = options.setdefault(name, {})
                table[key] = (*table.get(key, ()), version)
    return {name: dict(sorted(table.items())) for name, table in sorted(options.items())}


def _index(compiled: dict[str, dict[str, TypeData]]) -> dict[str, object]:
    """Return the tables for look-up: types of each version, also by id."""
    ids: dict[str, dict[str, tuple[str, ...]]] = {}
    for version, types in compiled.items():
        table = ids.setdefault(version, {})
        for name, data in types.items():
            table[data["type_id"]] = (*table.get(data["type_id"], ()), name)
    return {
        "types": {version: tuple(types) for version, types in compiled.items()},
        "ids": {version: dict(sorted(table.items())) for version, table in ids.items()},
        "called": {version: _called(types) for version, types in compiled.items()},
    }


def _called(types: dict[str, TypeData]) -> dict[str, str]:
    """Return what people and RELION call the types of a version: by label, folder and title, and in its code."""
    names: dict[str, str] = {}
    for name, data in types.items():
        in_code = re.findall(r"getCommands(?:Tomo)?(\w+?)Job", data["source"])
        for each in (
            data["type_id"],
            data["type_id"].rpartition(".")[2],
            data["job_dir"],
            data["title"],
            *in_code,
        ):
            if not each.isdigit():
                names.setdefault(plain_name(each), name)
    return dict(sorted(names.items()))
