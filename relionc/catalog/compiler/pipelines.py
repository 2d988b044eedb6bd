"""`pipelines.yaml` → literal data: RELION's tables about several jobs."""

from __future__ import annotations

from relionc.catalog.compiler.values import check_keys, mapping, sequence, text, texts
from relionc.catalog.pipelines import Pipelines, ProjectNames, Style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from relionc.source.values import Plain

_FILE = "file"


def compile_pipelines(data: dict[str, Plain]) -> dict[str, object]:
    """Return literal data in the shape of `relionc.catalog.pipelines.Pipelines`."""
    check_keys("pipelines.yaml", data, Pipelines._fields)
    return {
        "pipeline": _tables(mapping(data["pipeline"])),
        "schemes": tuple(_tables(mapping(each)) for each in sequence(data["schemes"])),
        "variable": text(data["variable"]),
        "job_files": texts(data["job_files"]),
        "no_alias": text(data["no_alias"]),
        "project": _project(mapping(data["project"])),
    }


def _project(given: dict[str, Plain]) -> dict[str, object]:
    """Return the names of what is written into a project."""
    check_keys("pipelines.yaml, project", given, ProjectNames._fields)
    for style in map(mapping, sequence(given["styles"])):
        check_keys("pipelines.yaml, styles", style, Style._fields)
    styles = (_texts(mapping(style)) for style in sequence(given["styles"]))
    rest = {key: value for key, value in given.items() if key != "styles"}
    return {**_texts(rest), "styles": tuple(styles)}


def _texts(given: dict[str, Plain]) -> dict[str, object]:
    """Return texts, and tables of texts."""
    return {
        key: {name: text(each) for name, each in value.items()} if isinstance(value, dict) else text(value)
        for key, value in given.items()
    }


def _tables(given: dict[str, Plain]) -> dict[str, dict[str, str]]:
    """Return the tables by what they hold; the name of the file is one of their own kind."""
    return {
        part: {_FILE: text(each)}
        if part == _FILE
        else {key: text(name) for key, name in mapping(each).items()}
        for part, each in given.items()
    }
